package tenant

import (
	"fmt"
	"sort"
	"sync"
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
	chars []int // characters before each block
}

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
	chars := 0
	for i, b := range d.Data {
		if i%block == 0 {
			d.chars = append(d.chars, chars)
		}
		if b == '\n' {
			d.lines = append(d.lines, i+1)
		}
		if startsChar(b) {
			chars++
		}
	}
	d.chars = append(d.chars, chars)
}

// charsBefore counts the characters of the text before an offset.
func (d *Document) charsBefore(offset int) int {
	at := offset / block
	if at >= len(d.chars) {
		at = len(d.chars) - 1
	}
	n := d.chars[at]
	for _, b := range d.Data[at*block : offset] {
		if startsChar(b) {
			n++
		}
	}
	return n
}

// startsChar says whether a byte of UTF-8 begins a character.
func startsChar(b byte) bool { return b&0xC0 != 0x80 }

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
