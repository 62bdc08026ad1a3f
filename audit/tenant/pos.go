package tenant

import (
	"fmt"
	"sort"
	"sync"
	"unicode/utf8"
)

// A Pos is a place that a person can go to. Line and Column count from 1;
// Column counts characters, as editors do, not bytes. The zero Pos is nowhere.
type Pos struct {
	File   string
	Line   int
	Column int
}

// Valid says whether p is a place at all.
func (p Pos) Valid() bool { return p.Line > 0 }

// String gives file:line:column, or the file alone where there is no line.
func (p Pos) String() string {
	if !p.Valid() {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// A Document is the text that values were read from. It keeps the bytes, so
// that line and column are worked out only for the few places that somebody
// asks about. It is safe for concurrent use once its fields are set.
type Document struct {
	// Name is the file's name as reports give it: relative to the source, with
	// forward slashes.
	Name string
	// Data is the whole text.
	Data []byte
	// Raw gives the offset, in Data, of the decoded'th byte of the string whose
	// literal begins at start. It is what the format's escapes need; nil means
	// that strings stand in Data as they are. style is the format's own.
	Raw func(data []byte, start, decoded int, style uint8) int

	index sync.Once
	lines []int // offset of each line's first byte
	marks []mark
}

// A mark is a place where a character begins, and how many come before it.
type mark struct{ offset, chars int }

// block is the distance in bytes at which characters are counted in advance.
// Exports are often one line of many megabytes, and counting from its start for
// every place would take longer than everything else.
const block = 1024

// Pos gives the place of the byte at offset.
func (d *Document) Pos(offset int) Pos {
	if d == nil {
		return Pos{}
	}
	d.index.Do(d.buildIndex)
	offset = max(0, min(offset, len(d.Data)))
	line := sort.SearchInts(d.lines, offset+1) - 1
	return Pos{
		File:   d.Name,
		Line:   line + 1,
		Column: d.charsBefore(offset) - d.charsBefore(d.lines[line]) + 1,
	}
}

func (d *Document) buildIndex() {
	d.lines = append(d.lines, 0)
	d.marks = append(d.marks, mark{})
	chars := 0
	for i := 0; i < len(d.Data); chars++ {
		if i/block == len(d.marks) {
			d.marks = append(d.marks, mark{i, chars})
		}
		size := 1
		if b := d.Data[i]; b == '\n' {
			d.lines = append(d.lines, i+1)
		} else if b >= utf8.RuneSelf {
			// A byte that is no UTF-8 counts as a character, as it is shown as one.
			_, size = utf8.DecodeRune(d.Data[i:])
		}
		i += size
	}
}

// charsBefore counts the characters of the text before an offset.
func (d *Document) charsBefore(offset int) int {
	m := d.marks[min(offset/block, len(d.marks)-1)]
	if m.offset > offset {
		// The block begins inside a character.
		m = d.marks[offset/block-1]
	}
	return m.chars + utf8.RuneCount(d.Data[m.offset:offset])
}

// A Place is a spot in a document that has not been turned into line and
// column yet. The zero Place is nowhere.
type Place struct {
	doc *Document
	off int
}

// PlaceIn is the spot at a byte offset of a document.
func PlaceIn(doc *Document, offset int) Place { return Place{doc: doc, off: offset} }

// Pos works out line and column.
func (p Place) Pos() Pos { return p.doc.Pos(p.off) }

// Known says whether there is a place.
func (p Place) Known() bool { return p.doc != nil }
