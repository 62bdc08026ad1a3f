package report

import (
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"github.com/zdaudit/zdaudit/audit"
)

// A style is how a piece of text looks where there is colour.
type style uint8

const (
	plain style = iota
	bold
	dim
	marked // the stranger's words
	critical
	high
	medium
	low
)

// sgr are the parameters of the Select Graphic Rendition sequence.
var sgr = [...]string{
	plain: "", bold: "1", dim: "2", marked: "7", critical: "1;31", high: "31", medium: "33", low: "36",
}

func severityStyle(s audit.Severity) style {
	switch s {
	case audit.Critical:
		return critical
	case audit.High:
		return high
	case audit.Medium:
		return medium
	case audit.Low:
		return low
	case audit.Info:
	}
	return dim
}

// noBreak is a space at which no line ends. It is printed as a plain one; text
// that went through Clean has none.
const noBreak = "\u00a0"

// A run is text in one style. Its text is clean. A solid run's words are ids,
// paths and addresses, which no line break may cut.
type run struct {
	text  string
	style style
	solid bool
}

func say(s string) run                { return run{text: s} }
func styled(s style, text string) run { return run{text: text, style: s} }
func solid(s style, text string) run  { return run{text: text, style: s, solid: true} }

// A row is one line of output.
type row []run

func (r row) width() int {
	n := 0
	for _, piece := range r {
		n += displaywidth.String(piece.text)
	}
	return n
}

func (r row) has(s style) bool {
	for _, piece := range r {
		if piece.style == s {
			return true
		}
	}
	return false
}

// A word is what stands between two spaces; it may change style midway.
type word struct {
	row
	cells  int
	space  style // of the space before it
	breaks int   // line ends before it
}

// words takes runs apart at white space.
func words(runs []run) []word {
	var (
		out  []word
		next word
	)
	flush := func() {
		if len(next.row) > 0 {
			next.cells = next.width()
			out = append(out, next)
			next = word{}
		}
	}
	for _, r := range runs {
		rest := r.text
		for rest != "" {
			i := strings.IndexAny(rest, " \n")
			if i < 0 {
				i = len(rest)
			}
			if i > 0 {
				piece := r
				piece.text = rest[:i]
				piece.solid = r.solid || isAddress(piece.text)
				next.row = append(next.row, piece)
				rest = rest[i:]
				continue
			}
			flush()
			next.space = r.style
			if rest[0] == '\n' {
				next.breaks++
			}
			rest = rest[1:]
		}
	}
	flush()
	return out
}

// isAddress says whether a word is an address that people will want to follow.
func isAddress(s string) bool {
	const longest = 200 // a longer one is nobody's address, and would fill the screen
	return strings.HasPrefix(s, "https://") && len(s) <= longest
}

// wrap sets runs in lines of at most width cells. Only words with a solid
// piece may be wider. Line ends in the text are kept, several in a row as one
// empty line.
func wrap(runs []run, width int) []row {
	var (
		lines []row
		line  row
		used  int
	)
	end := func() {
		lines = append(lines, line)
		line, used = nil, 0
	}
	for i, w := range words(runs) {
		if i > 0 && w.breaks > 0 {
			end()
			if w.breaks > 1 {
				lines = append(lines, nil)
			}
		}
		switch {
		case used > 0 && used+1+w.cells <= width:
			space := plain
			if w.space == line[len(line)-1].style && w.space == w.row[0].style {
				space = w.space // so that a marked phrase is one block
			}
			line = append(line, run{text: " ", style: space})
			used++
		case used > 0:
			end()
		}
		if w.cells <= width || w.solid() {
			line = append(line, w.row...)
			used += w.cells
			continue
		}
		for j, part := range w.cut(width) {
			if j > 0 {
				end()
			}
			line, used = part, part.width()
		}
	}
	if len(line) > 0 {
		end()
	}
	return lines
}

func (r row) solid() bool {
	for _, piece := range r {
		if piece.solid {
			return true
		}
	}
	return false
}

// cut breaks a word that is too wide between characters, as a reader sees them.
func (r row) cut(width int) []row {
	var (
		out  []row
		line row
		used int
	)
	for _, piece := range r {
		part := piece
		part.text = ""
		start, at := 0, 0
		g := displaywidth.StringGraphemes(piece.text)
		for g.Next() {
			if used > 0 && used+g.Width() > width {
				part.text = piece.text[start:at]
				if part.text != "" {
					line = append(line, part)
				}
				out, line, used, start = append(out, line), nil, 0, at
			}
			used += g.Width()
			at += len(g.Value())
		}
		if part.text = piece.text[start:]; part.text != "" {
			line = append(line, part)
		}
	}
	return append(out, line)
}

// asciiFor are the characters of zdaudit's own texts for a terminal that knows
// ASCII only.
var asciiFor = strings.NewReplacer(
	"…", "...", "›", ">", "‹", "<", "»", ">>", "«", "<<", "→", "->", "–", "-", "—", "-", "·", "-", "•", "-",
	"“", `"`, "”", `"`, "‘", "'", "’", "'", lineBreak, "|", "×", "x", string(utf8.RuneError), "?",
)

// ascii writes s in ASCII. Other characters become \u{…}: not only are they
// unreadable there, their bytes can be control characters to a terminal that
// does not decode UTF-8.
func ascii(s string) string {
	const digits = "0123456789abcdef"
	s = asciiFor.Replace(s)
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf || string(r) == noBreak {
			b.WriteRune(r)
			continue
		}
		b.WriteString(`\u{`)
		started := false
		for shift := 20; shift >= 0; shift -= 4 {
			d := r >> shift & 0xf
			if started = started || d != 0; started {
				b.WriteByte(digits[d])
			}
		}
		b.WriteByte('}')
	}
	return b.String()
}
