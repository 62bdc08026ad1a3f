package report

import (
	"fmt"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// A cell is the text of one field of a table.
type cell []run

// A column is one of a table's. Where the page is too narrow, columns with a
// share give way: each keeps at least least cells, and what is left is dealt
// out by share.
type column struct {
	title string
	share int
	least int
}

// grid draws a table behind an indent. Text is wrapped to the columns here,
// because tablewriter counts neither styles nor what must not be cut.
func (p *page) grid(indent int, columns []column, rows [][]cell) error {
	widths := p.columnWidths(p.width-indent, columns, rows)
	var b strings.Builder
	t := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.Border{Left: tw.On, Right: tw.On, Top: tw.On, Bottom: tw.On},
			Symbols: p.symbols(),
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithRowAlignment(tw.AlignLeft),
		// Otherwise the borders would depend on the environment's locale.
		tablewriter.WithEastAsian(tw.Off),
	)
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = c.title
	}
	t.Header(head)
	for _, cells := range rows {
		line := make([]string, len(cells))
		for i, c := range cells {
			line[i] = p.fill(c, widths[i])
		}
		if err := t.Append(line); err != nil {
			return fmt.Errorf("add a row to a table: %w", err)
		}
	}
	if err := t.Render(); err != nil {
		return fmt.Errorf("draw a table: %w", err)
	}
	for line := range strings.Lines(b.String()) {
		p.print(indent, row{say(strings.TrimRight(line, "\n"))})
	}
	return nil
}

func (p *page) symbols() tw.Symbols {
	if p.opts.Unicode {
		return tw.NewSymbols(tw.StyleLight)
	}
	return tw.NewSymbols(tw.StyleASCII)
}

// fill wraps a cell and paints each of its lines by itself.
func (p *page) fill(c cell, width int) string {
	var lines []string
	for _, line := range p.set(c, width) {
		lines = append(lines, p.paint(line))
	}
	return strings.Join(lines, "\n")
}

// columnWidths are the widths of the text in each column so that the table is
// at most width wide, as far as that can be.
func (p *page) columnWidths(width int, columns []column, rows [][]cell) []int {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = len(c.title)
		for _, cells := range rows {
			for _, line := range p.set(cells[i], 1<<20) {
				widths[i] = max(widths[i], line.width())
			}
		}
	}
	const frame = 3 // a border and two spaces for each column, and one border more
	left, shares := width-frame*len(columns)-1, 0
	for i, c := range columns {
		if c.share == 0 {
			left -= widths[i]
		}
		shares += c.share
	}
	for i := range columns {
		share := columns[i].share
		if share == 0 {
			continue
		}
		// A column that needs less than its share leaves the rest to those
		// behind it; one that stands last takes what is there.
		room := left - spare(columns, widths, i, left, shares)
		widths[i] = max(min(widths[i], room), columns[i].least)
		left -= widths[i]
		shares -= share
	}
	return widths
}

// spare is the room that the sharing columns behind the i'th need out of left.
func spare(columns []column, widths []int, i, left, shares int) int {
	need := 0
	for j := i + 1; j < len(columns); j++ {
		if s := columns[j].share; s > 0 {
			need += min(widths[j], max(left*s/shares, columns[j].least))
		}
	}
	return need
}
