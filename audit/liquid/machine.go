package liquid

import (
	"maps"
	"slices"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A machine runs one template. Every branch that may be taken is run, on
// variables of its own; what the branches leave behind is then united.
type machine struct {
	env    Env
	limits Limits
	scope  *scope
	depth  int
	off    int // of the tag being run, for what is reported about it

	rounds int // loop rounds left
	steps  int // nodes left that are run again by a loop
	again  int // how many loops around are past their first round
	bytes  int // bytes of copying left
	ticks  int
	quit   bool
	// failed is set by a filter that may end in an error message: an assign
	// around it then leaves its variable as it was.
	failed bool

	hit     []*mark // to review whatever is printed, such as limits reached
	stack   []string
	dynamic map[string]value
	places  map[place]tenant.Pos
	posWork int
}

// A scope is what one template sees. Dynamic content has its own.
type scope struct {
	tpl      *Template
	dynamic  string // key of the dynamic content item, empty for none
	inside   bool   // this is dynamic content
	vars     *frame
	locals   []local // loop variables, innermost last
	counters map[string]int64
	cycles   map[string]int
	loop     *loopState
}

func newScope(t *Template) *scope { return &scope{tpl: t, vars: &frame{}} }

// A frame holds the variables assigned since a branch began.
type frame struct {
	parent *frame
	vars   map[string]value
}

type local struct {
	name string
	v    value
}

// loopState belongs to the innermost loop.
type loopState struct {
	// weak is set once a branch may have left the round early: from then on an
	// assignment may not have happened, so it adds to the variable's values.
	weak bool
}

// lookup finds a variable's value.
func (m *machine) lookup(name string) (value, bool) {
	for i := len(m.scope.locals) - 1; i >= 0; i-- {
		if m.scope.locals[i].name == name {
			return m.scope.locals[i].v, true
		}
	}
	return m.variable(name)
}

func (m *machine) variable(name string) (value, bool) {
	for f := m.scope.vars; f != nil; f = f.parent {
		if v, ok := f.vars[name]; ok {
			return v, true
		}
	}
	return value{}, false
}

// unassigned is what a name means that no tag has given a value.
func (m *machine) unassigned(name string) value {
	return value{kind: kindRef, ref: &ref{path: []string{name}, tpl: m.scope.tpl, off: -1}}
}

func (m *machine) current(name string) value {
	if v, ok := m.variable(name); ok {
		return v
	}
	return m.unassigned(name)
}

func (m *machine) assign(name string, v value) {
	if l := m.scope.loop; l != nil && l.weak {
		v = m.union(v, m.current(name))
	}
	m.set(name, v)
}

func (m *machine) set(name string, v value) {
	if m.scope.vars.vars == nil {
		m.scope.vars.vars = map[string]value{}
	}
	m.scope.vars.vars[name] = v
}

func (m *machine) push() *frame {
	m.scope.vars = &frame{parent: m.scope.vars}
	return m.scope.vars
}

func (m *machine) pop() *frame {
	f := m.scope.vars
	m.scope.vars = f.parent
	return f
}

// unite makes the variables be what any of the frames leaves behind; a nil
// frame leaves everything as it is. The first frame's values come first.
func (m *machine) unite(frames []*frame) {
	changed := map[string]bool{}
	for _, f := range frames {
		if f != nil {
			for name := range f.vars {
				changed[name] = true
			}
		}
	}
	if len(changed) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		var alts []value
		for _, f := range frames {
			if f != nil {
				if v, ok := f.vars[name]; ok {
					alts = append(alts, v)
					continue
				}
			}
			alts = append(alts, m.current(name))
		}
		m.set(name, m.union(alts...))
	}
}

// flow is how a row of nodes ended.
type flow uint8

const (
	flowOn flow = iota
	flowBreak
	flowContinue
)

const tooDeep = "blocks or dynamic content are nested deeper than was followed"

// exec runs nodes.
func (m *machine) exec(nodes []node, b *builder) flow {
	if len(nodes) == 0 {
		return flowOn
	}
	if m.depth++; m.depth > m.limits.Depth {
		m.limit(tooDeep)
		m.sweep(nodes, b)
		m.depth--
		return flowOn
	}
	defer func() { m.depth-- }()
	for i := range nodes {
		if m.stopped() {
			return flowOn
		}
		if m.again > 0 {
			m.steps--
		}
		m.off = nodes[i].off
		if f := m.execNode(&nodes[i], b); f != flowOn {
			return f
		}
	}
	return flowOn
}

func (m *machine) execNode(n *node, b *builder) flow {
	switch n.kind {
	case nodeText:
		b.addOwn(n.text)
	case nodeOutput:
		b.add(m.piece(m.output(n.out)))
	case nodeAssign:
		m.failed = false
		v := m.output(n.out).through(false)
		if m.failed {
			v = m.union(v, m.current(n.name))
		}
		m.assign(n.name, v)
	case nodeElement:
		m.assign(n.name, m.union(m.elementOf(m.eval(&n.out.expr)).through(false), m.current(n.name)))
	case nodeCycle:
		m.cycle(n, b)
	case nodeIncrement, nodeDecrement:
		b.add(piece{s: value{i: m.count(n)}.numberText()}.maybe(true))
	case nodeSeen:
		m.seen(n.exprs, b)
	case nodeBreak, nodeContinue:
		return m.interrupt(n.kind)
	case nodeIf, nodeUnless:
		return m.choose(n, b)
	case nodeCase:
		return m.chooseCase(n, b)
	case nodeFor, nodeTablerow:
		return m.loop(n, b)
	case nodeCapture:
		return m.capture(n, b)
	case nodePlain:
		return m.exec(n.block.branches[0].body, b)
	}
	return flowOn
}

func (m *machine) interrupt(k nodeKind) flow {
	if m.scope.loop == nil {
		return flowOn
	}
	if k == nodeBreak {
		return flowBreak
	}
	return flowContinue
}

func (m *machine) capture(n *node, b *builder) flow {
	inner := builder{m: m}
	f := m.exec(n.block.branches[0].body, &inner)
	p := inner.piece()
	if n.block.unclosed || n.name == "" {
		b.add(p)
	}
	if n.name != "" {
		m.assign(n.name, p.value().through(false))
	}
	return f
}

// count runs increment and decrement. Their variables are apart from those of
// assign. What a branch or a loop made of them is not followed: they are
// numbers.
func (m *machine) count(n *node) int64 {
	if m.scope.counters == nil {
		m.scope.counters = map[string]int64{}
	}
	before := m.scope.counters[n.name]
	if n.kind == nodeIncrement {
		m.scope.counters[n.name] = before + 1
		return before
	}
	m.scope.counters[n.name] = before - 1
	return before - 1
}

// cycle prints the next of its values. Unless all of them are known, any of
// them may be the next: the order depends on branches and loops around.
func (m *machine) cycle(n *node, b *builder) {
	vals := make([]value, len(n.exprs))
	known := true
	for i := range n.exprs {
		vals[i] = m.eval(&n.exprs[i]).through(false)
		known = known && m.isKnown(vals[i])
	}
	if !known {
		b.add(m.piece(m.printed(vals)))
		return
	}
	if m.scope.cycles == nil {
		m.scope.cycles = map[string]int{}
	}
	i := m.scope.cycles[n.name]
	m.scope.cycles[n.name] = i + 1
	b.add(m.piece(vals[i%len(vals)]).maybe(true))
}

// seen counts names that stand in something nobody understands.
func (m *machine) seen(exprs []expression, b *builder) {
	for i := range exprs {
		if m.stopped() {
			return
		}
		p := m.piece(m.eval(&exprs[i]).through(false).guessed())
		b.marks = both(b.marks, p.marks)
		for _, s := range p.spans {
			if s.From != "" {
				b.addSpan(s)
			}
		}
	}
}

// sweep counts every name in nodes that are too deep to be run. The parser
// has bounded how deep it can go itself.
func (m *machine) sweep(nodes []node, b *builder) {
	for i := range nodes {
		n := &nodes[i]
		m.off = n.off
		m.seen(n.exprs, b)
		if n.out != nil {
			b.add(m.piece(m.output(n.out)))
		}
		if n.block == nil {
			continue
		}
		if n.kind == nodeFor || n.kind == nodeTablerow {
			v := m.elementOf(m.eval(&n.block.subject))
			m.assign(n.name, m.union(v.through(false), m.current(n.name)))
		}
		for j := range n.block.branches {
			m.sweep(n.block.branches[j].body, b)
		}
	}
}

// guessed turns a placeholder into one of which only an outsider's words count.
func (v value) guessed() value {
	switch v.kind { //nolint:exhaustive // only placeholders can be guesses
	case kindRef:
		r := *v.ref
		r.guess = true
		v.ref = &r
	case kindUnion:
		list := make([]value, len(v.list))
		for i, alt := range v.list {
			list[i] = alt.guessed()
		}
		v.list = list
	}
	return v
}
