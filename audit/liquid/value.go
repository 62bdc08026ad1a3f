package liquid

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/zdaudit/zdaudit/audit/taint"
)

// maxAlternatives is how many values one variable may have at once, where
// branches gave it different ones. More are merged into one text.
const maxAlternatives = 16

// maxPath is how many names a placeholder may have.
const maxPath = 64

// element is the path step that stands for any element of a list.
const element = "[]"

type valueKind uint8

const (
	kindNil valueKind = iota
	kindBool
	kindNumber
	kindText
	kindList
	kindRange
	kindRef
	kindLoop
	kindUnion
)

// A value is what an expression comes to, as far as it is known before the
// message is sent. opaque means that the kind is known and the contents are
// not: such a value decides no condition.
type value struct {
	kind   valueKind
	opaque bool
	b      bool
	float  bool
	i, j   int64 // a number; the ends of a range; a loop's round and length
	f      float64
	s      string       // of a text that is known
	spans  []taint.Span // of a text that is opaque
	// list holds the elements of a list, or the alternatives of a union. An
	// opaque list has one element that stands for any.
	list  []value
	ref   *ref
	marks *marks
}

// A ref is a placeholder that has not been printed: it can still be taken
// further, as in {% assign t = ticket %}{{ t.title }}.
type ref struct {
	path  []string
	tpl   *Template
	off   int // -1: where it is used
	logic bool
	short bool
	// guess means that the engine might look this up, so that only what an
	// outsider wrote counts and an unknown name is nothing to look at.
	guess bool
}

func knownText(s string) value { return value{kind: kindText, s: s} }

func knownInt(i int64) value { return value{kind: kindNumber, i: i} }

func someNumber(sample int64) value { return value{kind: kindNumber, i: sample, opaque: true} }

func opaqueText(spans []taint.Span, m *marks) value {
	return value{kind: kindText, opaque: true, spans: spans, marks: m}
}

// anyOf makes a list of unknown length.
func anyOf(elem value) value { return value{kind: kindList, opaque: true, list: []value{elem}} }

// with adds marks to a value.
func (v value) with(m *marks) value {
	v.marks = both(v.marks, m)
	return v
}

// through notes that v took a way other than being printed where it is named.
func (v value) through(short bool) value {
	switch v.kind {
	case kindRef:
		r := *v.ref
		r.logic, r.short = true, r.short || short
		v.ref = &r
	case kindUnion, kindList:
		if len(v.list) > 4*maxAlternatives {
			break // a list this long was split from a text
		}
		list := make([]value, len(v.list))
		for i, e := range v.list {
			list[i] = e.through(short)
		}
		v.list = list
	case kindNil, kindBool, kindNumber, kindText, kindRange, kindLoop:
	}
	v.marks = v.marks.through(true, short)
	return v
}

// numberText writes a number as the reference engine prints it.
func (v value) numberText() string {
	if !v.float {
		return strconv.FormatInt(v.i, 10)
	}
	s := strconv.FormatFloat(v.f, 'f', -1, 64)
	if v.f == float64(int64(v.f)) {
		s += ".0"
	}
	return s
}

func (v value) number() float64 {
	if v.float {
		return v.f
	}
	return float64(v.i)
}

// same says whether two values are surely one and the same.
func same(a, b value) bool {
	if a.kind != b.kind || a.opaque != b.opaque || a.marks != b.marks {
		return false
	}
	switch a.kind {
	case kindNil:
		return true
	case kindBool:
		return !a.opaque && a.b == b.b
	case kindNumber:
		return !a.opaque && a.float == b.float && a.i == b.i && a.f == b.f
	case kindText:
		if a.opaque {
			return len(a.spans) == len(b.spans) && (len(a.spans) == 0 || &a.spans[0] == &b.spans[0])
		}
		return a.s == b.s
	case kindRef:
		return a.ref == b.ref || a.ref.tpl == b.ref.tpl && a.ref.off == b.ref.off && a.ref.logic == b.ref.logic &&
			a.ref.short == b.ref.short && a.ref.guess == b.ref.guess && slices.Equal(a.ref.path, b.ref.path)
	case kindRange:
		return a.i == b.i && a.j == b.j
	case kindList:
		return len(a.list) == len(b.list) && (len(a.list) == 0 || &a.list[0] == &b.list[0])
	case kindLoop, kindUnion:
	}
	return false
}

// union makes one value of alternatives, the likeliest to be shown first.
func (m *machine) union(vs ...value) value {
	alts := make([]value, 0, len(vs))
	var add func(v value)
	add = func(v value) {
		if v.kind == kindUnion {
			for _, alt := range v.list {
				add(alt.with(v.marks))
			}
			return
		}
		for _, alt := range alts {
			if same(alt, v) {
				return
			}
		}
		if len(alts) >= 4*maxAlternatives {
			alts = []value{m.merge(alts)}
		}
		alts = append(alts, v)
	}
	for _, v := range vs {
		add(v)
	}
	switch {
	case len(alts) == 0:
		return value{}
	case len(alts) == 1:
		return alts[0]
	case len(alts) > maxAlternatives:
		return m.merge(alts)
	}
	return value{kind: kindUnion, list: alts}
}

// merge makes one text of alternatives: what it looks like is that in which
// the outsider says the most, what it may carry is what any of them carries.
func (m *machine) merge(alts []value) value {
	v := m.printed(alts)
	for _, alt := range alts {
		if alt.kind == kindRef || alt.kind == kindList {
			return v.with(m.reviewMark("a variable can stand for more things than were followed", m.off))
		}
	}
	return v
}

// printed merges alternatives for printing, where nothing is lost by it.
func (m *machine) printed(alts []value) value {
	best, most := piece{}, -1
	var all *marks
	for _, alt := range alts {
		p := m.piece(alt)
		if n := score(p.spans); n > most {
			best, most = p, n
		}
		all = both(all, p.marks)
	}
	return opaqueText(best.asSpans(), all)
}

// score says how much of the text is the outsider's.
func score(spans []taint.Span) int {
	n := 0
	for _, s := range spans {
		if s.From != "" {
			n += len(s.Text) + 1
		}
	}
	return n
}

// A piece is a value as it would be printed.
type piece struct {
	s      string       // where it is known
	spans  []taint.Span // where it is opaque
	marks  *marks
	opaque bool
	null   bool // nothing at all, rather than an empty text
}

func (p piece) asSpans() []taint.Span {
	if !p.opaque && p.s != "" {
		return []taint.Span{{Text: p.s}}
	}
	return p.spans
}

func (p piece) value() value {
	switch {
	case p.opaque:
		return opaqueText(p.spans, p.marks)
	case p.null:
		return value{marks: p.marks}
	}
	return value{kind: kindText, s: p.s, marks: p.marks}
}

// length counts characters; bytes, where counting costs too much.
func (m *machine) length(p piece) int64 {
	size := len(p.s)
	for _, s := range p.spans {
		size += len(s.Text)
	}
	if !m.spend(size) {
		return int64(size)
	}
	n := utf8.RuneCountInString(p.s)
	for _, s := range p.spans {
		n += utf8.RuneCountInString(s.Text)
	}
	return int64(n)
}

// piece prints a value.
func (m *machine) piece(v value) piece {
	switch v.kind {
	case kindBool:
		return piece{s: strconv.FormatBool(v.b), marks: v.marks}.maybe(v.opaque)
	case kindNumber:
		return piece{s: v.numberText(), marks: v.marks}.maybe(v.opaque)
	case kindText:
		return piece{s: v.s, spans: v.spans, marks: v.marks, opaque: v.opaque}
	case kindRange:
		return piece{s: strconv.FormatInt(v.i, 10) + ".." + strconv.FormatInt(v.j, 10), marks: v.marks}
	case kindRef:
		p := m.piece(m.resolve(v.ref))
		p.marks = both(p.marks, v.marks)
		return p
	case kindList:
		return m.joined(v, piece{})
	case kindLoop:
		return piece{s: "Liquid::ForloopDrop"}.maybe(true)
	case kindUnion:
		p := m.piece(m.printed(v.list))
		p.marks = both(p.marks, v.marks)
		return p
	case kindNil:
	}
	return piece{null: true, marks: v.marks}
}

// maybe turns a known piece into an opaque one that looks the same.
func (p piece) maybe(opaque bool) piece {
	if opaque && !p.opaque {
		p.spans, p.s, p.opaque = p.asSpans(), "", true
	}
	return p
}
