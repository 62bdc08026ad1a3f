package report

import (
	"bufio"
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

const (
	defaultWidth = 80
	// leastWidth is where the layout gives up: narrower terminals wrap by
	// themselves.
	leastWidth = 40
	// proseWidth is the longest line that is still easy to read.
	proseWidth = 110
)

// A page sets text for people. Errors of the writer are kept until done.
type page struct {
	w    *bufio.Writer
	opts Options
	// width is the terminal's, prose that of running text.
	width, prose int
	blank        bool // the last line was empty, or there is none yet
}

func newPage(w io.Writer, opts Options) *page {
	p := &page{w: bufio.NewWriter(w), opts: opts, width: opts.Width, blank: true}
	if p.width <= 0 {
		p.width = defaultWidth
	}
	p.width = max(p.width, leastWidth)
	p.prose = min(p.width, proseWidth)
	return p
}

// done ends the page and gives the first error of the writer.
func (p *page) done() error { return p.w.Flush() }

// gap leaves one empty line, never two.
func (p *page) gap() {
	if !p.blank {
		p.w.WriteByte('\n') //nolint:errcheck // kept by the bufio.Writer for done
		p.blank = true
	}
}

// heading opens a section.
func (p *page) heading(s string) {
	p.gap()
	p.put(0, styled(bold, s))
}

// put sets a paragraph behind an indent.
func (p *page) put(indent int, runs ...run) {
	for _, line := range p.set(runs, p.prose-indent) {
		p.print(indent, line)
	}
}

// hang sets a paragraph beside a label of a given width; its further lines
// stand under the first.
func (p *page) hang(indent int, label run, cells int, runs ...run) {
	label = p.fit(label)
	side := displaywidth.String(label.text)
	at := indent + max(cells, side) + 1
	lines := p.set(runs, p.prose-at)
	if len(lines) == 0 {
		lines = []row{nil}
	}
	p.sideBySide(indent, at, label, lines)
}

// sideBySide prints a label and, at a column, the lines beside it.
func (p *page) sideBySide(indent, at int, label run, lines []row) {
	for i, line := range lines {
		if i > 0 {
			p.print(at, line)
			continue
		}
		first := row{label}
		if len(line) > 0 {
			fill := at - indent - displaywidth.String(label.text)
			first = append(append(first, say(strings.Repeat(" ", fill))), line...)
		}
		p.print(indent, first)
	}
}

// set wraps runs for this page.
func (p *page) set(runs []run, width int) []row {
	fitted := make([]run, len(runs))
	for i, r := range runs {
		fitted[i] = p.fit(r)
	}
	return wrap(fitted, max(width, leastWidth/4))
}

// fit writes a run in characters that the page can show.
func (p *page) fit(r run) run {
	if !p.opts.Unicode {
		r.text = ascii(r.text)
	}
	return r
}

// print writes one line.
func (p *page) print(indent int, line row) {
	var b strings.Builder
	if len(line) > 0 {
		b.WriteString(strings.Repeat(" ", indent))
	}
	b.WriteString(p.paint(line))
	p.w.WriteString(strings.TrimRight(b.String(), " ") + "\n") //nolint:errcheck // kept by the bufio.Writer for done
	p.blank = len(line) == 0
}

// paint joins a line's pieces, in colour where there is colour. Neighbours of
// one style share a sequence.
func (p *page) paint(line row) string {
	var b strings.Builder
	now := plain
	for _, piece := range line {
		if p.opts.Color && piece.style != now {
			if now != plain {
				b.WriteString("\x1b[0m")
			}
			if piece.style != plain {
				b.WriteString("\x1b[" + sgr[piece.style] + "m")
			}
			now = piece.style
		}
		b.WriteString(strings.ReplaceAll(piece.text, noBreak, " "))
	}
	if now != plain {
		b.WriteString("\x1b[0m")
	}
	return b.String()
}
