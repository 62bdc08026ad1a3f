package attack

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Scope narrows what is analysed.
type Scope struct {
	// Brand is the id of the brand to which strangers write; empty for any.
	Brand string
}

// Analyse lists the messages that an outsider can make the account send, in the
// order in which the account's rules run. When ctx ends, what was not followed
// to its end is possible, with that reason. It uses all processors and is safe
// for concurrent use.
func Analyse(ctx context.Context, s *tenant.Snapshot, intake Settings, scope Scope) []Attack {
	w := newWorld(s, intake)
	if scope.Brand != "" {
		w.brands = []string{scope.Brand}
	}
	p := compileProgram(w, s)
	found := make([][]Attack, len(p.steps)) // each slot has one writer
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	const batch = 32
	for from := 0; from < len(p.steps); from += batch {
		group.Go(func() error {
			for i := from; i < min(from+batch, len(p.steps)); i++ {
				found[i] = p.attacks(ctx, i)
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return no errors
	return slices.Concat(found...)
}

// attacks lists the messages of one rule that an outsider can set off.
func (p *program) attacks(ctx context.Context, index int) []Attack {
	var sending []indexed
	for n, action := range p.steps[index].rule.Actions {
		if m, ok := messageOf(p.world, action); ok {
			sending = append(sending, indexed{n, m})
		}
	}
	if len(sending) == 0 {
		return nil
	}
	order := p.mattering(index)
	ways := p.waysTo(ctx, index, order)
	if len(ways) == 0 {
		return nil
	}
	afterCreation := p.waysAfterCreation(ctx, index, order)
	out := make([]Attack, len(sending))
	for i, m := range sending {
		out[i] = p.attack(index, m, ways, afterCreation)
	}
	return out
}

// An indexed message knows which of the rule's actions sends it.
type indexed struct {
	action  int
	message message
}

// A reached channel is one over which a rule can be made to fire.
type reached struct {
	channel *channelModel
	way     *way
}

// waysTo finds over which channels a rule can be made to fire: on creation if
// that can be, else later, through automations. Channels that do not differ in
// what the conditions look at share the answer.
func (p *program) waysTo(ctx context.Context, target int, order []int) []reached {
	atOnce := slices.DeleteFunc(slices.Clone(order), func(i int) bool { return p.steps[i].automation })
	var keys []string
	for _, i := range order {
		keys = append(keys, p.steps[i].reads...)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	var asked, out []reached
	for _, c := range p.channels {
		r := reached{channel: c}
		if i := slices.IndexFunc(asked, func(a reached) bool { return a.channel.like(c, p.world, keys) }); i >= 0 {
			r.way = asked[i].way
		} else {
			r.way = p.way(ctx, target, order, atOnce, c)
			asked = append(asked, r)
		}
		if r.way != nil {
			out = append(out, r)
		}
	}
	return out
}

// way finds the way over one channel, nil if there is none.
func (p *program) way(ctx context.Context, target int, order, atOnce []int, c *channelModel) *way {
	if !p.steps[target].automation {
		if found := p.find(ctx, target, atOnce, c, false); found != nil {
			return found
		}
	}
	if len(order) > len(atOnce) {
		return p.find(ctx, target, order, c, true)
	}
	return nil
}

// waysAfterCreation gives a function that finds how a rule that fires on
// creation fires once more when an automation changes the ticket, nil if it
// cannot. Channels that share their way share the answer.
func (p *program) waysAfterCreation(ctx context.Context, target int, order []int) func(reached) *way {
	known := map[*way]*way{}
	return func(r reached) *way {
		st := p.steps[target]
		if r.way.later || !st.later || order[len(order)-1] < p.triggers {
			return nil
		}
		if _, ok := known[r.way]; !ok {
			known[r.way] = p.find(ctx, target, order, r.channel, true)
		}
		return known[r.way]
	}
}

// blankedOnlyAtFirst gives the path by a later way where Zendesk blanks words
// at creation that it lets through later: if that way is as sure, or else if
// the message says less without it. The message can be sent at creation all the
// same.
func (p *program) blankedOnlyAtFirst(index int, d *draft, r reached, first Path, afterCreation func(reached) *way) (reached, Path) {
	if len(first.Suppressed) == 0 {
		return r, first
	}
	again := reached{channel: r.channel, way: afterCreation(r)}
	if again.way == nil {
		return r, first
	}
	later := p.path(index, d, again)
	if later.Reach != first.Reach && contentRank[later.Content] <= contentRank[first.Content] {
		return r, first
	}
	later.AtCreation = true
	return again, later
}

// attack describes one message and the ways to it.
func (p *program) attack(index int, m indexed, ways []reached, afterCreation func(reached) *way) Attack {
	ways = slices.Clone(ways)
	w := p.world
	st := p.steps[index]
	d := w.draft(m.message)
	a := Attack{
		Object:     st.rule.Ref,
		Action:     m.action,
		Sink:       m.message.sink,
		Recipients: m.message.recipients,
		Conditions: st.rule.ConditionsInWords(),
		SubjectAt:  m.message.subject.PosAt(0),
		BodyAt:     st.rule.Actions[m.action].At.Pos(),
	}
	if len(m.message.bodies) > 0 {
		a.BodyAt = m.message.bodies[0].PosAt(0)
	}
	show := 0
	for i, r := range ways {
		var path Path
		ways[i], path = p.blankedOnlyAtFirst(index, d, r, p.path(index, d, r), afterCreation)
		a.Channels = append(a.Channels, path)
		if contentRank[a.Channels[i].Content] > contentRank[a.Channels[show].Content] && !r.channel.ownForm {
			show = i
		}
	}
	a.Subject, a.Body = d.display(w, ways[show], saidIn(a.Channels[show].Ticket))
	a.review(d)
	return a
}

// path describes the way to a message over one channel.
func (p *program) path(target int, d *draft, r reached) Path {
	out := Path{
		Channel:    r.channel.name,
		Intake:     p.world.intake.On(r.channel.name),
		Reach:      Certain,
		Because:    r.way.state.because,
		Later:      r.way.later,
		AtCreation: !r.way.later,
		Ticket:     r.way.state.witness(p.attributesRead(target, r.way)),
	}
	d.carry(p.world, r, &out)
	if d.doubt != "" {
		out.Because = append(slices.Clip(out.Because), d.doubt)
	}
	if len(out.Because) > 0 {
		out.Reach = Possible
	}
	for _, v := range r.way.via {
		out.Via = append(out.Via, p.steps[v].rule.Ref)
	}
	return out
}

// attributesRead names what the conditions of a rule, and of those it relies on,
// look at.
func (p *program) attributesRead(target int, w *way) []string {
	var out []string
	for _, i := range append(slices.Clip(w.via), target) {
		for _, c := range slices.Concat(p.steps[i].all, p.steps[i].any) {
			out = append(out, c.attr)
		}
	}
	return out
}

// review collects what a person has to look at, and how the stranger's words
// get into the message.
func (a *Attack) review(d *draft) {
	for i, out := range d.outputs() {
		for _, problem := range out.Review {
			a.Review = append(a.Review, Review{What: problem.Message, At: problem.At})
		}
		for _, src := range out.Sources {
			a.Words = append(a.Words, Word{
				From: src.From, At: src.At, InSubject: i == 0, Dynamic: src.Dynamic, Logic: src.Logic,
			})
		}
	}
	if d.message.doubt != "" {
		a.Review = append(a.Review, Review{What: d.message.doubt, At: a.BodyAt})
	}
}
