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

// A caseRun is a case that is being run.
type caseRun struct {
	m       *machine
	n       *node
	subject value
	matched tri.Value // by any of the branches so far
	certain bool      // all branches so far were decided
	alts    []taken
}

// chooseCase runs case. The reference engine runs every "when" that matches,
// as often as it has values that match, and "else" if none did before it.
func (m *machine) chooseCase(n *node, b *builder) flow {
	r := caseRun{m: m, n: n, subject: m.eval(&n.block.subject), matched: tri.False, certain: true}
	for i := range n.block.branches {
		br := &n.block.branches[i]
		cond, times := r.matches(br)
		if n.block.unclosed {
			cond, times = tri.Unknown, 1
		}
		if !br.isElse && !br.lead {
			r.matched = tri.Or(r.matched, cond)
		}
		if cond == tri.False || len(br.body) == 0 && cond == tri.Unknown {
			continue
		}
		if r.run(br, cond, times); r.certain && r.alts[len(r.alts)-1].flow != flowOn {
			break
		}
	}
	if r.certain {
		return m.settleAll(r.alts, b)
	}
	if r.matched != tri.True {
		r.alts = append(r.alts, taken{})
	}
	return m.settle(r.alts, b)
}

// run runs a branch. It is run again for further values that match only if
// that can make a difference, because it assigns something.
func (r *caseRun) run(br *branch, cond tri.Value, times int) {
	for i := range times {
		if i > 0 {
			if r.m.exhausted() {
				r.m.limit(tooManyRounds)
				return
			}
			r.m.rounds--
			r.m.again++
		}
		alt := r.m.try(br.body)
		if i > 0 {
			r.m.again--
		}
		assigns := len(alt.vars.vars) > 0
		if cond == tri.True && r.certain && i == 0 {
			r.m.unite([]*frame{alt.vars})
		} else {
			r.certain = false
			r.m.unite([]*frame{alt.vars, nil})
		}
		alt.vars = nil
		r.alts = append(r.alts, alt)
		if !assigns {
			return
		}
	}
}

// matches says whether a branch is taken, and how many of its values may match.
func (r *caseRun) matches(br *branch) (cond tri.Value, times int) {
	switch {
	case br.lead:
		// The reference engine drops what stands before the first when.
		return tri.False, 0
	case br.isElse:
		return tri.Not(r.matched), 1
	case br.vague || len(br.whens) == 0:
		return tri.Unknown, max(1, len(br.whens))
	}
	// Whether the subject is worked out once or for each value differs between
	// versions; it matters if a branch before this one has assigned to it.
	now := r.m.eval(&r.n.block.subject)
	cond = tri.False
	for i := range br.whens {
		one := r.m.compareExpr("==", r.subject, &br.whens[i])
		if one != r.m.compareExpr("==", now, &br.whens[i]) {
			one = tri.Unknown
		}
		if one != tri.False {
			times++
		}
		cond = tri.Or(cond, one)
	}
	return cond, times
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
