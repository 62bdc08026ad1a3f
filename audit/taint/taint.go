// Package taint is text that remembers who wrote it.
//
// A message that the account sends is a row of spans: the account's own words,
// and words that somebody outside chose. audit/liquid makes such text by
// rendering a template; reports mark it; rules ask it what it carries.
package taint

import (
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Span is a piece of text with one author.
type Span struct {
	Text string
	// From is the placeholder that holds an outsider's words, in its canonical
	// dotted form such as "ticket.title". It is empty for the account's own
	// words.
	From string
	// At is where that placeholder stands.
	At tenant.Pos
}

// Text is a row of spans.
type Text []Span

// Own makes text of the account's own words.
func Own(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Text: s}}
}

// String gives the words without their authors.
func (t Text) String() string {
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Tainted gives the spans that an outsider wrote.
func (t Text) Tainted() Text {
	var out Text
	for _, s := range t {
		if s.From != "" {
			out = append(out, s)
		}
	}
	return out
}

// Sources names the placeholders that hold an outsider's words, each once, in
// the order of the alphabet.
func (t Text) Sources() []string {
	var out []string
	for _, s := range t {
		if s.From != "" && !slices.Contains(out, s.From) {
			out = append(out, s.From)
		}
	}
	slices.Sort(out)
	return out
}

// Append joins text, and joins neighbouring spans of the account's own words
// into one. It does not change t's spans.
func (t Text) Append(more ...Span) Text {
	t = slices.Clip(t)
	for _, s := range more {
		if s.Text == "" && s.From == "" {
			continue
		}
		if n := len(t); n > 0 && s.From == "" && t[n-1].From == "" {
			t = slices.Clone(t)
			t[n-1].Text += s.Text
			continue
		}
		t = append(t, s)
	}
	return t
}

// Marked gives the words with the outsider's between ⟦ and ⟧, named by their
// source: "Re: ⟦ticket.title⟧". Tests and plain-text reports use it.
func (t Text) Marked() string {
	var b strings.Builder
	for _, s := range t {
		if s.From == "" {
			b.WriteString(s.Text)
			continue
		}
		b.WriteString("⟦" + s.From + "⟧")
	}
	return b.String()
}
