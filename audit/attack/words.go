package attack

import (
	"slices"
	"strings"
	"unicode"
)

// A wording is what conditions ask of a text that the outsider writes: phrases
// that must occur and phrases that must not. Zendesk compares whole words and
// ignores case (https://support.zendesk.com/hc/en-us/articles/4408822236058).
type wording struct {
	must, mustNot []string
}

// with asks for a phrase; false where that contradicts what was asked before.
func (w wording) with(phrase string) (wording, bool) {
	for _, no := range w.mustNot {
		if containsWords(phrase, no) {
			return w, false
		}
	}
	if !slices.Contains(w.must, phrase) {
		w.must = append(slices.Clip(w.must), phrase)
	}
	return w, true
}

// without forbids a phrase; false where that contradicts what was asked before.
func (w wording) without(phrase string) (wording, bool) {
	for _, yes := range w.must {
		if containsWords(yes, phrase) {
			return w, false
		}
	}
	if !slices.Contains(w.mustNot, phrase) {
		w.mustNot = append(slices.Clip(w.mustNot), phrase)
	}
	return w, true
}

// text is a text that does what was asked, built on a sample where that does
// no harm.
func (w wording) text(sample string) string {
	for _, no := range w.mustNot {
		if containsWords(sample, no) {
			sample = ""
		}
	}
	parts := slices.Clone(w.must)
	if sample != "" {
		parts = append(parts, sample)
	}
	if len(parts) == 0 {
		return "x"
	}
	return strings.Join(parts, " - ")
}

// containsWords says whether the words of part occur in text, one after the
// other.
func containsWords(text, part string) bool {
	have, want := wordsOf(text), wordsOf(part)
	if len(want) == 0 {
		return false
	}
	for i := 0; i+len(want) <= len(have); i++ {
		if slices.Equal(have[i:i+len(want)], want) {
			return true
		}
	}
	return false
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r)
	})
}
