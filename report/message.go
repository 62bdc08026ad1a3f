package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/zdaudit/zdaudit/audit/taint"
)

const (
	// labelCells is where texts begin beside their labels.
	labelCells = 10
	// longestLabel leaves room for the text beside it.
	longestLabel = 20
	// bodyLines is how many lines of a message are shown.
	bodyLines = 12
)

// markCaption explains how the stranger's words are marked.
func (p *page) markCaption() {
	sample := p.mark("like this")
	p.put(0, styled(dim, "The stranger's words are marked "), sample, styled(dim, "."))
}

// mark makes a run of the stranger's words: reversed where there is colour,
// between guillemets where there is not.
func (p *page) mark(s string) run {
	if p.opts.Color {
		return styled(marked, s)
	}
	return styled(marked, "«"+p.unmarked(s)+"»")
}

// own makes a run of the account's words.
func (p *page) own(s string) run { return say(p.unmarked(s)) }

// unmarked takes guillemets out of a text, the account's or the stranger's, so
// that nobody can begin or end a mark.
func (p *page) unmarked(s string) string {
	if p.opts.Color {
		return s
	}
	s = strings.NewReplacer("«", "‹", "»", "›").Replace(s)
	if p.opts.Unicode {
		return s
	}
	s = ascii(s)
	for _, pair := range []string{"<", ">"} {
		for strings.Contains(s, pair+pair) {
			s = strings.ReplaceAll(s, pair+pair, pair+" "+pair)
		}
	}
	return s
}

// message sets a text with the stranger's words marked, and names the
// placeholders that let them in.
func (p *page) message(indent int, label string, text taint.Text) {
	runs := p.messageRuns(text)
	if len(runs) == 0 {
		return
	}
	name := p.fit(styled(dim, displaywidth.TruncateString(label, longestLabel, "…")))
	at := indent + max(labelCells, displaywidth.String(name.text)+1)
	p.sideBySide(indent, at, name, p.excerpt(p.set(runs, p.prose-at)))
	if from := sources(text); from != "" {
		p.hang(indent, styled(dim, "from"), labelCells-1, styled(dim, from))
	}
}

// messageRuns bounds and cleans a text. A span whose words are empty shows the
// placeholder's name instead.
func (p *page) messageRuns(text taint.Text) []run {
	var runs []run
	left := blockLimit
	for i, s := range text {
		if left <= 0 {
			runs = append(runs, say(fmt.Sprintf(" … (%d more pieces)", len(text)-i)))
			break
		}
		words := CleanBlock(s.Text)
		if s.From == "" {
			runs = append(runs, p.own(words))
		} else {
			if strings.TrimSpace(words) == "" {
				words = CleanLine(s.From)
			}
			runs = append(runs, p.mark(words))
		}
		left -= len(words)
	}
	return runs
}

// sources lists the placeholders of a text, each with its first place.
func sources(text taint.Text) string {
	var parts, seen []string
	for _, s := range text {
		if s.From == "" || slices.Contains(seen, s.From) {
			continue
		}
		seen = append(seen, s.From)
		part := CleanLine(s.From)
		if s.At.Valid() {
			part += " at " + CleanLine(s.At.String())
		}
		parts = append(parts, part)
	}
	const most = 8
	if n := len(parts); n > most {
		parts = append(parts[:most:most], fmt.Sprintf("%d others", n-most))
	}
	return strings.Join(parts, ", ")
}

// excerpt shortens a long message to its beginning and the lines that the
// stranger wrote in.
func (p *page) excerpt(lines []row) []row {
	if len(lines) <= bodyLines || p.opts.Verbose {
		return lines
	}
	const opening = 3
	var out, skipped []row
	leave := func() {
		if len(skipped) > 1 {
			skipped = []row{{p.fit(styled(dim, fmt.Sprintf("… (%d lines)", len(skipped))))}}
		}
		out = append(out, skipped...) // a single line takes no more room than the note
		skipped = nil
	}
	kept := 0
	for i, line := range lines {
		if kept < bodyLines && (i < opening || line.has(marked)) {
			leave()
			out = append(out, line)
			kept++
			continue
		}
		skipped = append(skipped, line)
	}
	leave()
	return out
}
