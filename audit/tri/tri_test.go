package tri_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit/tri"
)

var all = []tri.Value{tri.Unknown, tri.False, tri.True}

func TestZeroIsUnknown(t *testing.T) {
	var v tri.Value
	assert.Equal(t, tri.Unknown, v)
	assert.False(t, v.Known())
}

func TestLaws(t *testing.T) {
	for _, a := range all {
		assert.Equal(t, a, tri.Not(tri.Not(a)), "double negation of %s", a)
		assert.Equal(t, a, tri.And(a, a), "And is idempotent")
		assert.Equal(t, a, tri.Or(a, a), "Or is idempotent")
		for _, b := range all {
			assert.Equal(t, tri.And(a, b), tri.And(b, a), "And commutes: %s %s", a, b)
			assert.Equal(t, tri.Or(a, b), tri.Or(b, a), "Or commutes: %s %s", a, b)
			assert.Equal(t, tri.Not(tri.And(a, b)), tri.Or(tri.Not(a), tri.Not(b)), "De Morgan: %s %s", a, b)
			assert.Equal(t, a, tri.And(a, tri.Or(a, b)), "absorption: %s %s", a, b)
			for _, c := range all {
				assert.Equal(t, tri.And(a, tri.And(b, c)), tri.And(a, b, c), "And associates: %s %s %s", a, b, c)
				assert.Equal(t, tri.Or(a, tri.Or(b, c)), tri.Or(a, b, c), "Or associates: %s %s %s", a, b, c)
				assert.Equal(t, tri.And(a, tri.Or(b, c)), tri.Or(tri.And(a, b), tri.And(a, c)), "And distributes: %s %s %s", a, b, c)
			}
		}
	}
}

// Learning a fact may only move an answer from Unknown to known, never flip it.
func TestKnowledgeNeverFlipsAnAnswer(t *testing.T) {
	for _, a := range all {
		for _, learned := range []tri.Value{tri.False, tri.True} {
			if before := tri.And(a, tri.Unknown); before.Known() {
				assert.Equal(t, before, tri.And(a, learned))
			}
			if before := tri.Or(a, tri.Unknown); before.Known() {
				assert.Equal(t, before, tri.Or(a, learned))
			}
		}
	}
}

func TestNothing(t *testing.T) {
	assert.Equal(t, tri.True, tri.And())
	assert.Equal(t, tri.False, tri.Or())
	assert.Equal(t, tri.True, tri.Of(true))
	assert.Equal(t, tri.False, tri.Of(false))
}

func TestWords(t *testing.T) {
	assert.Equal(t, "unknown", tri.Unknown.String())
	assert.Equal(t, "no", tri.False.String())
	assert.Equal(t, "yes", tri.True.String())
}
