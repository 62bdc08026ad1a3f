package liquid

import "github.com/zdaudit/zdaudit/audit/tri"

// A taken is what became of one branch that may be taken.
type taken struct {
	b    *builder // nil: nothing was printed
	vars *frame   // nil: nothing was assigned
	flow flow
}

// try runs a branch on variables of its own.
func (m *machine) try(body []node) taken {
	b := &builder{m: m}
	m.push()
	f := m.exec(body, b)
	return taken{b: b, vars: m.pop(), flow: f}
}

// choose runs if and unless: the branch that is taken for sure, or every
// branch that may be.
func (m *machine) choose(n *node, b *builder) flow {
	var alts []taken
	closed := false
	for i := range n.block.branches {
		br := &n.block.branches[i]
		cond := tri.True
		if !br.isElse {
			cond = m.decide(br.cond)
		}
		if i == 0 && n.kind == nodeUnless {
			cond = tri.Not(cond)
		}
		if n.block.unclosed {
			cond = tri.Unknown
		}
		if cond == tri.False {
			continue
		}
		if cond == tri.True && len(alts) == 0 {
			return m.exec(br.body, b)
		}
		alts = append(alts, m.try(br.body))
		if cond == tri.True {
			closed = true
			break
		}
	}
	if len(alts) == 0 {
		return flowOn
	}
	if !closed {
		alts = append(alts, taken{})
	}
	return m.settle(alts, b)
}

// settle prints the alternative in which the outsider says the most, and
// unites what the alternatives leave behind.
func (m *machine) settle(alts []taken, b *builder) flow {
	best := m.most(alts)
	b.opaque = true
	if alts[best].b != nil {
		for _, s := range alts[best].b.done() {
			b.addSpan(s)
		}
	}
	frames := make([]*frame, 0, len(alts))
	frames = append(frames, alts[best].vars)
	flows := alts[0].flow
	mixed, leaves := false, false
	for i, alt := range alts {
		if alt.b != nil {
			b.marks = both(b.marks, alt.b.marks)
		}
		if i != best {
			frames = append(frames, alt.vars)
		}
		mixed = mixed || alt.flow != flows
		leaves = leaves || alt.flow != flowOn
	}
	m.unite(frames)
	if !mixed {
		return flows
	}
	if leaves && m.scope.loop != nil {
		m.scope.loop.weak = true
	}
	return flowOn
}

// most finds the alternative in which the outsider says the most, the first
// of several, and of those in which they say nothing one that prints anything.
func (m *machine) most(alts []taken) int {
	best, most := 0, -1
	for i, alt := range alts {
		n := -1
		if alt.b != nil {
			n = score(alt.b.done())
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// chooseCase runs case. The reference engine runs every "when" that matches,
// and "else" if none did before it.
func (m *machine) chooseCase(n *node, b *builder) flow {
	subject := m.eval(&n.block.subject)
	matched := tri.False // by any of the branches so far
	var alts []taken
	certain := true
	for i := range n.block.branches {
		br := &n.block.branches[i]
		cond := m.whenMatches(br, subject, matched)
		if n.block.unclosed {
			cond = tri.Unknown
		}
		if !br.isElse && !br.lead {
			matched = tri.Or(matched, cond)
		}
		if cond == tri.False || len(br.body) == 0 && cond == tri.Unknown {
			continue
		}
		alt := m.try(br.body)
		if cond == tri.True && certain {
			m.unite([]*frame{alt.vars})
		} else {
			certain = false
			m.unite([]*frame{alt.vars, nil})
		}
		alt.vars = nil
		alts = append(alts, alt)
		if certain && alt.flow != flowOn {
			break
		}
	}
	if certain {
		return m.settleAll(alts, b)
	}
	if matched != tri.True {
		alts = append(alts, taken{})
	}
	return m.settle(alts, b)
}

func (m *machine) whenMatches(br *branch, subject value, before tri.Value) tri.Value {
	switch {
	case br.lead:
		// The reference engine drops what stands before the first when.
		return tri.False
	case br.isElse:
		return tri.Not(before)
	}
	cond := tri.False
	if len(br.whens) == 0 {
		cond = tri.Unknown
	}
	for i := range br.whens {
		cond = tri.Or(cond, m.compareExpr("==", subject, &br.whens[i]))
	}
	if br.vague {
		return tri.Unknown
	}
	return cond
}

// settleAll prints branches that are all taken.
func (m *machine) settleAll(alts []taken, b *builder) flow {
	for _, alt := range alts {
		b.opaque = b.opaque || alt.b.opaque
		b.marks = both(b.marks, alt.b.marks)
		for _, s := range alt.b.done() {
			b.addSpan(s)
		}
		if alt.flow != flowOn {
			return alt.flow
		}
	}
	return flowOn
}
