package attack

import (
	"cmp"
	"context"
	"slices"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// maxNodes bounds the ways that are followed for one rule on one channel.
// Ordinary accounts need a few dozen.
const maxNodes = 4000

// allNodes bounds the ways that are followed for the whole account, which
// matters where very many triggers act on one another; leastNodes is what each
// rule gets all the same. What is not followed is possible, never absent. The
// bound depends on the account alone, so the same account gives the same report.
const (
	allNodes   = 1_500_000
	leastNodes = 60
)

// nodesEach is the bound for one rule on one channel.
func (p *program) nodesEach() int {
	sending := 0
	for _, st := range p.steps {
		if slices.ContainsFunc(st.rule.Actions, func(a tenant.Action) bool { return !silent[a.Field] && sinks[a.Field] != nil }) {
			sending++
		}
	}
	return max(leastNodes, min(maxNodes, allNodes/max(1, sending*len(p.channels))))
}

// enoughNodes is where the search for a shorter way ends once a certain one is
// known.
const enoughNodes = 300

const tooMany = "more triggers act on one another than can be followed; one of the ways not followed may send this"

// A way is how a rule comes to fire: the ticket at that moment, and which rules
// it relies on.
type way struct {
	state state
	via   []int // indices into the program, in the order of firing
	// later: not when the ticket is created, but when an automation runs.
	later bool
}

// certain says that nothing on the way is doubtful.
func (w way) certain() bool { return len(w.state.because) == 0 }

// better prefers what is certain, then what needs fewest other rules, then
// what leaves least in doubt.
func (w way) better(than *way) bool {
	switch {
	case than == nil:
		return true
	case w.certain() != than.certain():
		return w.certain()
	case len(w.via) != len(than.via):
		return len(w.via) < len(than.via)
	}
	return len(w.state.because) < len(than.state.because)
}

// A search looks for a ticket that makes one rule fire. Triggers are gone
// through in order; each may fire or not, as far as conditions on the
// stranger's ticket allow; one that fires changes the ticket; and as long as
// something changed the list is gone through again. Each trigger fires at most
// once for one change of the ticket, which keeps this finite.
//
// When nothing changes any more, hours pass, and an automation may fire. Its
// changes set off the triggers once more, this time as an update.
type search struct {
	program *program
	target  int
	// triggers and automations are the rules that matter for the target, in
	// order, the target included.
	triggers, automations []int
	// afterCreation: only what is sent later than at creation counts.
	afterCreation bool
	nodes         int
	best          *way
	// overran: the search was stopped; cut: some alternatives were dropped.
	overran, cut bool
	done         <-chan struct{}
}

// maxHours bounds how many automations fire one after the other.
const maxHours = 8

// A moment is where a search stands.
type moment struct {
	state state
	at    int // position in the list of triggers
	// fired are all rules that have fired, fresh those among the triggers that
	// have fired since the ticket was last created or changed.
	fired, fresh []int
	changed      bool
	// hours counts the automations that have fired.
	hours int
	clock clock
}

// find gives the best way to make the target fire over a channel, or nil if
// there is none. order is what mattering gives for the target.
func (p *program) find(ctx context.Context, target int, order []int, c *channelModel, afterCreation bool) *way {
	s := &search{program: p, target: target, done: ctx.Done(), afterCreation: afterCreation}
	for _, i := range order {
		if p.steps[i].automation {
			s.automations = append(s.automations, i)
		} else {
			s.triggers = append(s.triggers, i)
		}
	}
	s.walk(moment{state: newState(p.world, c)})
	if s.best == nil && (s.overran || s.cut) {
		// Not all ways were followed, so that none was found proves nothing.
		return &way{state: newState(p.world, c).doubting(tooMany), later: afterCreation || p.steps[target].automation}
	}
	return s.best
}

// mattering lists the rules that can change what the target's conditions look
// at, and those that can change what their conditions look at, and so on, with
// the target itself, in the order in which they run. Automations matter only to
// what can fire later than at creation; there each of them matters as soon as a
// trigger does that fires on changes, since whatever it does is a change.
func (p *program) mattering(target int) []int {
	seen := map[int]bool{target: true}
	keys := map[string]bool{}
	queue := []int{target}
	reach := func(rules []int) {
		for _, w := range rules {
			if !seen[w] && (!p.steps[w].automation || p.steps[target].later) {
				seen[w] = true
				queue = append(queue, w)
			}
		}
	}
	changes := false
	for len(queue) > 0 {
		st := p.steps[queue[0]]
		queue = queue[1:]
		if !changes && st.later && !st.automation {
			changes = true
			for i := p.triggers; i < len(p.steps); i++ {
				reach([]int{i})
			}
		}
		for _, key := range st.reads {
			for _, k := range []string{key, setTagsKey(key)} {
				if k != "" && !keys[k] {
					keys[k] = true
					reach(p.writers[k])
				}
			}
		}
	}
	out := make([]int, 0, len(seen))
	for i := range seen {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

// setTagsKey is the key that replacing all tags writes, for a tag; empty for
// anything else.
func setTagsKey(key string) string {
	if len(key) > len(tagKey) && key[:len(tagKey)] == tagKey {
		return allTags
	}
	return ""
}

// walk goes through the triggers from a moment on.
func (s *search) walk(m moment) {
	if s.stopped() {
		return
	}
	if m.at == len(s.triggers) {
		if m.changed {
			m.at, m.changed = 0, false
			s.walk(m)
			return
		}
		s.wait(m)
		return
	}
	index := s.triggers[m.at]
	m.at++
	if slices.Contains(m.fresh, index) {
		s.walk(m)
		return
	}
	step := s.program.steps[index]
	firing := s.firing(m.state, step)
	if index == s.target {
		s.found(firing, m)
	}
	from := m.state
	for _, m.state = range s.notFiring(from, step, firing) {
		s.walk(m)
	}
	if index == s.target && !s.ignores(m) {
		return
	}
	m.fired, m.fresh = append(slices.Clip(m.fired), index), append(slices.Clip(m.fresh), index)
	m.changed = true
	m.clock.note(step)
	for _, f := range firing {
		m.state = f.apply(index, step)
		s.walk(m)
	}
}

// wait lets hours pass until an automation fires. One whose hour comes earlier
// fires first, unless something about the ticket keeps it from firing.
func (s *search) wait(m moment) {
	if len(s.automations) == 0 {
		return
	}
	if m.hours == maxHours {
		s.overran = true
		return
	}
	m.hours++
	m.clock.rest(m.state)
	rested := m.state.atRest()
	states := []state{rested}
	for _, d := range s.due(m) {
		if s.stopped() {
			return
		}
		step := s.program.steps[d.index]
		from := states
		if !d.timed {
			from = []state{rested}
		}
		var idle []state
		for _, x := range from {
			firing := s.firing(x, step)
			s.run(m, d, firing)
			if d.timed {
				idle = append(idle, s.notFiring(x, step, firing)...)
			}
		}
		if d.timed {
			states = s.bounded(idle)
		}
	}
}

// run fires an automation and goes through the triggers after it.
func (s *search) run(m moment, d due, firing []state) {
	if d.index == s.target {
		s.found(firing, m)
		return
	}
	step := s.program.steps[d.index]
	m.at, m.changed, m.fresh = 0, false, nil
	m.fired = append(slices.Clip(m.fired), d.index)
	m.clock.run(d, step)
	for _, f := range firing {
		m.state = f.apply(d.index, step).writtenBy("update_type", d.index)
		s.walk(m)
	}
}

// stopped says whether the search is over: nothing better can be found, or too
// much has been looked at.
func (s *search) stopped() bool {
	s.nodes++
	if s.nodes > s.program.most {
		s.overran = true
	}
	if s.nodes%64 == 0 {
		select {
		case <-s.done:
			s.overran = true
		default:
		}
	}
	if s.best == nil || !s.best.certain() {
		return s.overran
	}
	return s.overran || len(s.best.via) == 0 || s.nodes > enoughNodes
}

// ignores says whether what is sent at a moment does not count: the target
// fires like any other rule.
func (s *search) ignores(m moment) bool { return s.afterCreation && m.hours == 0 }

// found keeps the best of the ways in which the target fires. Of the rules that
// fired before only those count on whose work a condition relied.
func (s *search) found(firing []state, m moment) {
	if s.ignores(m) {
		return
	}
	for _, st := range firing {
		w := way{state: st, later: m.hours > 0}
		for _, f := range m.fired {
			if f != s.target && slices.Contains(st.needed, f) {
				w.via = append(w.via, f)
			}
		}
		if w.better(s.best) {
			s.best = &w
		}
	}
}

// firing lists the ways in which a rule fires: all of one list hold, and one of
// the other if there is one
// (https://support.zendesk.com/hc/en-us/articles/4408822236058).
func (s *search) firing(from state, st step) []state {
	for _, d := range st.doubts {
		from = from.doubting(d)
	}
	states := []state{from}
	for _, c := range st.all {
		if states = assumeEach(states, c, true); len(states) == 0 {
			return nil
		}
		states = s.bounded(states)
	}
	if len(st.any) == 0 {
		return states
	}
	var out []state
	for _, x := range states {
		for _, c := range st.any {
			out = append(out, x.assume(c, true)...)
		}
	}
	return s.bounded(out)
}

// assumeEach lists the ways in which a condition can hold, or not, starting from
// any of some.
func assumeEach(states []state, c condition, want bool) []state {
	if len(states) == 1 {
		return states[0].assume(c, want)
	}
	var out []state
	for _, x := range states {
		out = append(out, x.assume(c, want)...)
	}
	return out
}

// maxAlternatives bounds the ways in which one rule is made to fire, or not to,
// that are followed side by side. Conditions with many words have many ways
// that differ in nothing that matters.
const maxAlternatives = 24

// bounded drops alternatives over the limit, the doubtful ones first, and
// remembers that something was dropped.
func (s *search) bounded(states []state) []state {
	if len(states) <= maxAlternatives {
		return states
	}
	s.cut = true
	slices.SortStableFunc(states, func(a, b state) int { return cmp.Compare(len(a.because), len(b.because)) })
	return states[:maxAlternatives]
}

// notFiring lists the ways in which a rule does not fire: one of all does not
// hold, or none of any. firing are the ways in which it does; where there are
// none, nothing has to be asked of the ticket.
func (s *search) notFiring(from state, st step, firing []state) []state {
	if len(firing) == 0 {
		return []state{from}
	}
	if len(st.all) == 0 && len(st.any) == 0 {
		return nil
	}
	var out []state
	for _, c := range st.all {
		out = append(out, from.assume(c, false)...)
	}
	if len(st.any) > 0 {
		states := []state{from}
		for _, c := range st.any {
			states = s.bounded(assumeEach(states, c, false))
		}
		out = append(out, states...)
	}
	if len(st.doubts) > 0 {
		out = append(out, from.doubting(st.doubts[0]))
	}
	return s.bounded(out)
}
