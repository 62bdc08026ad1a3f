package liquid

import (
	"unicode/utf8"

	"github.com/zdaudit/zdaudit/audit/taint"
)

type markKind uint8

const (
	markSource markKind = iota
	markSuppressed
	markChoice
	markReview
)

// A mark is something to report if the value that has it is printed.
type mark struct {
	kind    markKind
	name    string // the carrier, the suppressed or chosen name, or what to look at
	tpl     *Template
	off     int
	dynamic string
}

// marks is a set of marks as a tree whose parts are shared. Putting two sets
// together costs nothing however large they are; the tree is walked once, when
// the message is finished.
type marks struct {
	left, right *marks
	mark        *mark
	logic       bool
	short       bool
	heavy       bool // holds a source or something to review
}

func single(m *mark) *marks {
	return &marks{mark: m, heavy: m.kind == markSource || m.kind == markReview}
}

// both puts two sets together.
func both(a, b *marks) *marks {
	switch {
	case a == nil || a == b:
		return b
	case a.right == b && b != nil:
		return a
	case b == nil:
		return a
	}
	return &marks{left: a, right: b, heavy: a.heavy || b.heavy}
}

// through notes how the marks' values were handled.
func (t *marks) through(logic, short bool) *marks {
	if t == nil || (t.logic || !logic) && (t.short || !short) {
		return t
	}
	return &marks{left: t, logic: logic, short: short, heavy: t.heavy}
}

// tainted says whether the values may hold words that are not the account's.
func (t *marks) tainted() bool { return t != nil && t.heavy }

// walk visits each mark in order of appearance, once for each way it came.
func (t *marks) walk(visit func(m *mark, logic, short bool)) {
	type pending struct {
		t            *marks
		logic, short bool
	}
	if t == nil {
		return
	}
	seen := map[*marks]uint8{}
	stack := []pending{{t: t}}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		logic, short := top.logic || top.t.logic, top.short || top.t.short
		if top.t.mark != nil {
			visit(top.t.mark, logic, short)
			continue
		}
		bit := uint8(1)
		if logic {
			bit <<= 1
		}
		if short {
			bit <<= 2
		}
		if seen[top.t]&bit != 0 {
			continue
		}
		seen[top.t] |= bit
		if top.t.right != nil {
			stack = append(stack, pending{top.t.right, logic, short})
		}
		if top.t.left != nil {
			stack = append(stack, pending{top.t.left, logic, short})
		}
	}
}

// A builder collects what a piece of a template prints.
type builder struct {
	m      *machine
	spans  []taint.Span
	own    []byte // the account's words since the last span
	size   int
	marks  *marks
	opaque bool // something in it is not known
	full   bool
}

// spanCost is what a span counts for in the size of a text, besides its words:
// a message of a million empty spans would be no smaller in memory.
const spanCost = 64

func (b *builder) addOwn(s string) {
	if s == "" || b.full {
		b.opaque = b.opaque || b.full
		return
	}
	if room := b.m.limits.Bytes - b.size; len(s) > room {
		s, b.full, b.opaque = cut(s, room), true, true
		b.m.limit(tooLong)
	}
	if !b.m.spend(len(s)) {
		b.full, b.opaque = true, true
		return
	}
	b.size += len(s)
	b.own = append(b.own, s...)
}

func (b *builder) addSpan(s taint.Span) {
	if s.From == "" {
		b.addOwn(s.Text)
		return
	}
	if b.full || !b.m.spend(spanCost) {
		b.full, b.opaque = true, true
		return
	}
	b.flush()
	if room := b.m.limits.Bytes - b.size; len(s.Text)+spanCost > room {
		s.Text, b.full = cut(s.Text, room), true
		b.m.limit(tooLong)
	}
	b.size += len(s.Text) + spanCost
	b.spans = append(b.spans, s)
}

const tooLong = "the message is longer than was followed"

// cut shortens a text to n bytes, or a few less to keep characters whole.
func cut(s string, n int) string {
	n = max(0, min(n, len(s)))
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func (b *builder) flush() {
	if len(b.own) > 0 {
		b.spans = append(b.spans, taint.Span{Text: string(b.own)})
		b.own = b.own[:0]
	}
}

// add prints a piece.
func (b *builder) add(p piece) {
	b.marks = both(b.marks, p.marks)
	b.opaque = b.opaque || p.opaque || b.full
	if b.full {
		return
	}
	b.addOwn(p.s)
	for _, s := range p.spans {
		b.addSpan(s)
	}
}

// done gives what was printed.
func (b *builder) done() []taint.Span {
	b.flush()
	return b.spans
}

// piece gives what was printed as a value's text.
func (b *builder) piece() piece {
	spans := b.done()
	if b.opaque || len(spans) > 1 || len(spans) == 1 && spans[0].From != "" {
		return piece{spans: spans, marks: b.marks, opaque: true}
	}
	p := piece{marks: b.marks}
	if len(spans) == 1 {
		p.s = spans[0].Text
	}
	return p
}
