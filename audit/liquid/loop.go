package liquid

import (
	"maps"
	"slices"
	"strconv"

	"github.com/zdaudit/zdaudit/audit/taint"
)

// maxPasses is how often the body of a loop of unknown length is run to find
// what one round can pass on to the next.
const maxPasses = 8

const tooManyRounds = "loops make more rounds than were followed"

// A collection is what a loop goes through: elements that are known one by
// one, or any number of one that stands for all.
type collection struct {
	elems   []value
	lo, hi  int64 // of a range
	ranged  bool
	unknown bool // elems has one element, for any number of rounds
	empty   bool
	whole   bool // a text, which is its own only element, whatever the limit
}

func (c *collection) len() int64 {
	if c.ranged {
		return c.hi - c.lo + 1
	}
	return int64(len(c.elems))
}

func (c *collection) at(i int64, reversed bool) value {
	if reversed {
		i = c.len() - 1 - i
	}
	if c.ranged {
		return knownInt(c.lo + i)
	}
	return c.elems[i]
}

// elementOf is what any element of a value may be.
func (m *machine) elementOf(v value) value {
	switch v.kind {
	case kindRef:
		return value{kind: kindRef, ref: v.ref.extend(element), marks: v.marks}
	case kindList:
		elems := make([]value, len(v.list))
		for i, e := range v.list {
			elems[i] = e.with(v.marks)
		}
		return m.union(elems...)
	case kindUnion:
		elems := make([]value, len(v.list))
		for i, e := range v.list {
			elems[i] = m.elementOf(e).with(v.marks)
		}
		return m.union(elems...)
	case kindRange:
		return someNumber(v.i)
	case kindText:
		return v
	case kindNil, kindBool, kindNumber, kindLoop:
	}
	return value{}
}

// collect works out what a value's loop goes through.
func (m *machine) collect(v value) collection {
	switch v.kind {
	case kindText:
		if !v.opaque && v.s == "" {
			return collection{empty: true}
		}
		return collection{elems: []value{v}, unknown: v.opaque, whole: true}
	case kindList:
		if v.opaque {
			return collection{elems: []value{m.elementOf(v)}, unknown: true}
		}
		elems := v.list
		if v.marks != nil {
			elems = make([]value, len(v.list))
			for i, e := range v.list {
				elems[i] = e.with(v.marks)
			}
		}
		return collection{elems: elems, empty: len(elems) == 0}
	case kindRange:
		// The difference of two far ends does not fit: such a range is cut off
		// by the limit on rounds in any case.
		hi := v.j
		if hi-v.i < 0 && hi > v.i {
			hi = v.i + 1<<62
		}
		return collection{ranged: true, lo: v.i, hi: hi, empty: hi < v.i}
	case kindRef:
		if m.isNil(v) {
			return collection{empty: true}
		}
		return collection{elems: []value{m.elementOf(v)}, unknown: true}
	case kindUnion, kindLoop:
		return collection{elems: []value{m.elementOf(v)}, unknown: true}
	case kindNil, kindBool, kindNumber:
	}
	if v.opaque {
		return collection{elems: []value{v}, unknown: true}
	}
	return collection{empty: true}
}

// window applies limit and offset.
func (m *machine) window(c *collection, b *block) {
	if c.empty || c.whole {
		return
	}
	limit, limited := int64(0), false
	if b.limit != nil {
		n, known := m.integer(m.eval(b.limit))
		switch {
		case known && n <= 0:
			c.empty = true
			return
		case known:
			limit, limited = n, true
		default:
			m.blur(c)
		}
	}
	from := int64(0)
	if b.offset != nil {
		n, known := m.integer(m.eval(b.offset))
		if !known {
			m.blur(c)
		}
		from = max(0, n)
	}
	if c.unknown {
		return
	}
	to := c.len()
	from = min(from, to)
	if limited {
		to = min(to, from+limit)
	}
	if c.ranged {
		c.lo, c.hi = c.lo+from, c.lo+to-1
	} else {
		c.elems = c.elems[from:to]
	}
	c.empty = from == to
}

// blur forgets how many elements there are.
func (m *machine) blur(c *collection) {
	if c.unknown || c.empty {
		return
	}
	if c.ranged {
		*c = collection{elems: []value{someNumber(c.lo)}, unknown: true}
		return
	}
	*c = collection{elems: []value{m.union(c.elems...)}, unknown: true}
}

func (m *machine) loop(n *node, b *builder) flow {
	subject := m.eval(&n.block.subject)
	c := m.collect(subject)
	if c.empty && n.block.unclosed {
		c = collection{elems: []value{{}}, unknown: true}
	}
	m.window(&c, n.block)
	if c.empty && subject.kind == kindRef {
		// If it is a text and no list, no limit keeps it from being its own element.
		if text := m.resolve(subject.ref); text.marks.tainted() {
			c = collection{elems: []value{text}, unknown: true}
		}
	}
	if !c.empty && !c.unknown && m.exhausted() {
		m.limit(tooManyRounds)
		m.blur(&c)
	}
	switch {
	case c.empty:
		return m.otherwise(n, b)
	case c.unknown:
		return m.loopUnknown(n, c.elems[0], b)
	}
	m.loopKnown(n, &c, b)
	return flowOn
}

// otherwise runs the else of a loop that has no rounds.
func (m *machine) otherwise(n *node, b *builder) flow {
	f := flowOn
	for i := 1; i < len(n.block.branches) && f == flowOn; i++ {
		f = m.exec(n.block.branches[i].body, b)
	}
	return f
}

func (m *machine) exhausted() bool { return m.rounds <= 0 || m.steps <= 0 }

// round runs the body once.
func (m *machine) round(n *node, elem, forloop value, b *builder) flow {
	s := m.scope
	kept := len(s.locals)
	name := "forloop"
	if n.kind == nodeTablerow {
		name = "tablerowloop"
	}
	s.locals = append(s.locals, local{name, forloop}, local{n.name, elem.through(false)})
	if n.kind == nodeTablerow {
		b.addOwn("<td>")
	}
	f := m.exec(n.block.branches[0].body, b)
	if n.kind == nodeTablerow {
		b.addOwn("</td>")
	}
	s.locals = s.locals[:kept]
	return f
}

// inLoop runs a loop's rounds with a state of their own.
func (m *machine) inLoop(rounds func()) {
	outer := m.scope.loop
	m.scope.loop = &loopState{weak: outer != nil && outer.weak}
	rounds()
	m.scope.loop = outer
}

func (m *machine) loopKnown(n *node, c *collection, b *builder) {
	m.inLoop(func() {
		again := m.again
		for i, count := int64(0), c.len(); i < count; i++ {
			if m.exhausted() {
				m.limit(tooManyRounds)
				break
			}
			m.rounds--
			forloop := value{kind: kindLoop, i: i, j: count}
			if m.round(n, c.at(i, n.block.reversed), forloop, b) == flowBreak || m.stopped() {
				break
			}
			m.again = again + 1
		}
		m.again = again
	})
}

// loopUnknown runs a loop of which nobody knows how many rounds it makes. One
// round shows what it prints. More are run only to find what a round passes on
// to the next, until nothing new comes.
func (m *machine) loopUnknown(n *node, elem value, b *builder) flow {
	forloop := value{kind: kindLoop, opaque: true, j: 1}
	if m.rounds > 0 {
		m.rounds--
	}
	var first taken
	m.inLoop(func() {
		first = m.tryRound(n, elem, forloop)
		if len(first.vars.vars) > 0 {
			m.passes(n, elem, forloop, &first)
		}
	})
	alts := []taken{first}
	m.push()
	other := taken{b: &builder{m: m}}
	other.flow = m.otherwise(n, other.b)
	other.vars = m.pop()
	return m.settle(append(alts, other), b)
}

func (m *machine) tryRound(n *node, elem, forloop value) taken {
	t := taken{b: &builder{m: m}}
	m.push()
	m.round(n, elem, forloop, t.b)
	t.vars = m.pop()
	return t
}

// passes runs the body on what earlier rounds left behind.
func (m *machine) passes(n *node, elem, forloop value, first *taken) {
	if m.exhausted() {
		m.limit(tooManyRounds)
		return
	}
	m.again++
	defer func() { m.again-- }()
	outer := m.push()
	defer m.pop()
	m.unite([]*frame{first.vars, nil})
	weight := m.weigh(outer)
	for pass := 1; ; pass++ {
		if pass == maxPasses || m.exhausted() {
			m.limit("a loop passes more on from round to round than was followed")
			break
		}
		m.rounds--
		next := m.tryRound(n, elem, forloop)
		first.b.marks = both(first.b.marks, next.b.marks)
		if news(first.b.done(), next.b.done()) {
			first.b.spans = next.b.spans
		}
		before := outer.vars
		outer.vars = maps.Clone(before)
		m.unite([]*frame{nil, next.vars})
		w := m.weigh(outer)
		if w == weight {
			outer.vars = before
			break
		}
		weight = w
	}
	first.vars = &frame{vars: outer.vars}
}

// news says whether the later text holds a carrier that the earlier has not.
func news(earlier, later []taint.Span) bool {
	has := map[string]bool{}
	for _, s := range earlier {
		has[s.From] = true
	}
	for _, s := range later {
		if s.From != "" && !has[s.From] {
			return true
		}
	}
	return false
}

// weigh counts what variables can hold: it grows as long as rounds pass on
// anything new.
func (m *machine) weigh(f *frame) string {
	marked := map[mark]bool{}
	total := 0
	var count func(v value)
	refs := map[string]bool{}
	count = func(v value) {
		total++
		v.marks.walk(func(k *mark, _, _ bool) {
			m.steps--
			marked[*k] = true
		})
		if v.kind == kindRef {
			refs[strconv.Itoa(v.ref.off)+" "+joinPath(v.ref.path)] = true
		}
		for _, e := range v.list {
			count(e)
		}
	}
	w := ""
	for _, name := range slices.Sorted(maps.Keys(f.vars)) {
		clear(marked)
		clear(refs)
		count(f.vars[name])
		w += name + ":" + strconv.Itoa(len(marked)) + "," + strconv.Itoa(len(refs)) + ";"
	}
	return w
}

// forloop looks up what a loop tells about itself.
func forloopKey(v value, key string) value {
	num := func(i int64) value { return value{kind: kindNumber, i: i, opaque: v.opaque} }
	flag := func(ok bool) value { return value{kind: kindBool, b: ok, opaque: v.opaque} }
	switch key {
	case "index", "col":
		return num(v.i + 1)
	case "index0", "col0":
		return num(v.i)
	case "rindex":
		return num(v.j - v.i)
	case "rindex0":
		return num(v.j - v.i - 1)
	case "length":
		return num(v.j)
	case "first":
		return flag(v.i == 0)
	case "last":
		return flag(v.i == v.j-1)
	case "row", "name", "col_first", "col_last":
		return opaqueText(nil, nil)
	case "parentloop":
		return value{kind: kindLoop, opaque: true, j: 1}
	}
	return value{}
}
