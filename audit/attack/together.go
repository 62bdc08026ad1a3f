package attack

import (
	"maps"
	"slices"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Together says whether one ticket that a stranger opens over a channel can
// make all of some triggers fire, while triggers are gone through for the first
// time. Whatever rules fire for one reason or another in later rounds comes on
// top. Because says what makes it only possible.
func (l *Look) Together(over Channel, triggers ...tenant.Ref) (reach Reach, because []string, ok bool) {
	p := l.program
	at := slices.IndexFunc(p.channels, func(c *channelModel) bool { return c.name == over })
	if at < 0 {
		return "", nil, false
	}
	j := &joint{search: search{program: p}, must: map[int]bool{}}
	matter := map[int]bool{}
	for _, ref := range triggers {
		index := p.stepOf(ref)
		if index < 0 || p.steps[index].automation {
			return "", nil, false
		}
		j.must[index] = true
		for _, i := range p.mattering(index) {
			if !p.steps[i].automation {
				matter[i] = true
			}
		}
	}
	j.order = slices.Sorted(maps.Keys(matter))
	j.walk(newState(p.world, p.channels[at]), 0)
	switch {
	case j.best != nil && len(j.best.because) == 0:
		return Certain, nil, true
	case j.best != nil:
		return Possible, j.best.because, true
	case j.overran || j.cut:
		return Possible, []string{tooMany}, true
	}
	return "", nil, false
}

// A joint is a search for a ticket on which several triggers fire.
type joint struct {
	search
	must  map[int]bool
	order []int
	best  *state
}

// maxJointNodes bounds one such search. Most end after a few nodes, because
// the triggers that must fire leave no choice.
const maxJointNodes = 400

func (j *joint) walk(st state, at int) {
	j.nodes++
	if j.nodes > maxJointNodes {
		j.overran = true
	}
	if j.overran || j.best != nil && len(j.best.because) == 0 {
		return
	}
	if at == len(j.order) {
		if j.best == nil || len(st.because) < len(j.best.because) {
			j.best = &st
		}
		return
	}
	index := j.order[at]
	step := j.program.steps[index]
	firing := j.firing(st, step)
	if !j.must[index] {
		for _, next := range j.notFiring(st, step, firing) {
			j.walk(next, at+1)
		}
	}
	for _, next := range firing {
		j.walk(next.apply(index, step), at+1)
	}
}
