package taint_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit/taint"
)

func TestAppendJoinsOwnWordsAndKeepsAuthorsApart(t *testing.T) {
	words := taint.Span{Text: "x", From: "ticket.title"}
	got := taint.Own("a").Append(taint.Span{Text: "b"}, words, words, taint.Span{}, taint.Span{Text: "c"})
	assert.Equal(t, taint.Text{{Text: "ab"}, words, words, {Text: "c"}}, got)
	assert.Equal(t, "abxxc", got.String())
	assert.Equal(t, "ab⟦ticket.title⟧⟦ticket.title⟧c", got.Marked())
	assert.Equal(t, []string{"ticket.title"}, got.Sources())
	assert.Len(t, got.Tainted(), 2)
}

func TestAppendLeavesItsReceiverAlone(t *testing.T) {
	base := taint.Own("a")
	_ = base.Append(taint.Span{Text: "b"})
	assert.Equal(t, "a", base.String())
}

func TestAnEmptySpanOfTheOutsiderStillCounts(t *testing.T) {
	got := taint.Text{}.Append(taint.Span{From: "ticket.title"})
	assert.Equal(t, []string{"ticket.title"}, got.Sources())
}
