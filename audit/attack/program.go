package attack

import (
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// A step is one business rule, made ready for being run often.
type step struct {
	rule *tenant.BusinessRule
	// automation: the rule runs by the hour, not when the ticket changes.
	automation bool
	// later: nothing keeps the rule from firing when an automation changes the
	// ticket, or it is an automation.
	later    bool
	all, any []condition
	// windows say when an automation runs; timed that they say all of it.
	windows []window
	timed   bool
	// doubts are what makes it uncertain whether the rule is as it was read.
	doubts []string
	// effects are the actions that change the ticket.
	effects []effect
	// reads and writes are the attributes and tags ("tag:vip") that conditions
	// look at and effects change.
	reads, writes []string
}

// An effect is a change that a rule makes to the ticket.
type effect struct {
	attr string // empty for tags
	// value is what the attribute becomes; a doubt says that this is not known.
	value, doubt string
	tags         []string
	// mode says what happens to tags: set, add or remove.
	mode string
}

// allTags is what a rule writes that replaces every tag.
const allTags = tagKey + "*"

// A program is the account's active business rules, triggers first in the order
// in which they run, then automations, with an index of who changes what.
type program struct {
	world    *world
	steps    []step
	triggers int // how many of the steps are triggers
	writers  map[string][]int
	channels []*channelModel
	// index finds a step by "trigger/360001"; of two with one id, the first.
	index map[string]int
	most  int // ways that are followed for one rule on one channel
}

func compileProgram(w *world, s *tenant.Snapshot) *program {
	p := &program{world: w, writers: map[string][]int{}, channels: models(), index: map[string]int{}}
	p.add(s.Triggers, false)
	p.triggers = len(p.steps)
	p.add(s.Automations, true)
	p.most = p.nodesEach()
	return p
}

func (p *program) add(rules []tenant.BusinessRule, automation bool) {
	for i := range rules {
		r := &rules[i]
		if r.Active.Is(true) == tri.False {
			continue
		}
		st := compileStep(p.world, r)
		st.automation = automation
		st.windows, st.timed = windowsOf(st.all, st.any)
		st.later = automation || p.world.firesLater(st)
		for _, key := range st.writes {
			p.writers[key] = append(p.writers[key], len(p.steps))
		}
		if key := r.Type + "/" + r.ID; r.ID != "" {
			if _, twice := p.index[key]; !twice {
				p.index[key] = len(p.steps)
			}
		}
		p.steps = append(p.steps, st)
	}
}

func compileStep(w *world, r *tenant.BusinessRule) step {
	st := step{rule: r}
	if !r.Active.Known() {
		st.doubts = append(st.doubts, "whether the rule is active was not read")
	}
	if !r.Complete {
		st.doubts = append(st.doubts, "part of the rule could not be read")
	}
	for _, c := range r.All {
		st.all = append(st.all, compile(c))
	}
	for _, c := range r.Any {
		st.any = append(st.any, compile(c))
	}
	for _, c := range slices.Concat(st.all, st.any) {
		st.reads = append(st.reads, w.keysRead(c)...)
	}
	for _, a := range r.Actions {
		e, ok := effectOf(a)
		if !ok {
			continue
		}
		st.effects = append(st.effects, e)
		st.writes = append(st.writes, w.keysWritten(e)...)
	}
	return st
}

// keysRead names what a condition looks at. A tag that a field adds depends on
// the field as well.
func (w *world) keysRead(c condition) []string {
	if age, ok := ages[c.attr]; ok {
		return []string{age.attr}
	}
	if c.attr != "current_tags" {
		return []string{c.attr}
	}
	var out []string
	for _, t := range c.values {
		out = append(out, tagKey+t)
		for _, o := range w.offering(t) {
			out = append(out, customField(o.field))
		}
	}
	return out
}

// keysWritten names what an effect changes, side effects included.
func (w *world) keysWritten(e effect) []string {
	if e.attr == "" {
		out := make([]string, 0, len(e.tags)+1)
		for _, t := range e.tags {
			out = append(out, tagKey+t)
		}
		if e.mode == "set" {
			out = append(out, allTags)
		}
		return out
	}
	out := []string{e.attr}
	switch e.attr {
	case "status":
		out = append(out, "custom_status_id")
	case "custom_status_id":
		out = append(out, "status")
	case "assignee_id":
		out = append(out, "status")
	}
	if id, ok := strings.CutPrefix(e.attr, customFieldPrefix); ok {
		for _, o := range w.fields[id].Options {
			out = append(out, tagKey+o.Value)
		}
		if tag := w.fields[id].Tag; tag != "" {
			out = append(out, tagKey+tag)
		}
	}
	return out
}

// plainEffects are actions whose value the attribute of the same name takes
// (https://developer.zendesk.com/documentation/ticketing/reference-guides/actions-reference/).
var plainEffects = map[string]bool{
	"status": true, "custom_status_id": true, "priority": true, "type": true, "group_id": true,
	"assignee_id": true, "brand_id": true, "ticket_form_id": true, "locale_id": true, "satisfaction_score": true,
}

// effectOf reads an action that changes the ticket; false for any other.
func effectOf(a tenant.Action) (effect, bool) {
	switch a.Field {
	case "set_tags":
		return tagEffect("set", a.Value), true
	case "current_tags":
		return tagEffect("add", a.Value), true
	case "remove_tags":
		return tagEffect("remove", a.Value), true
	case "set_schedule":
		return valueEffect("schedule_id", a.Value), true
	case "cc":
		return effect{attr: "cc", value: "present"}, true
	}
	attr := a.Field
	if id, ok := strings.CutPrefix(attr, "ticket_fields_"); ok {
		attr = customField(id)
	}
	switch {
	case plainEffects[attr], strings.HasPrefix(attr, customFieldPrefix),
		strings.HasPrefix(attr, "requester.custom_fields."), strings.HasPrefix(attr, "organization.custom_fields."):
		return valueEffect(attr, a.Value), true
	}
	return effect{}, false
}

func tagEffect(mode string, v tenant.Value) effect {
	e := effect{mode: mode}
	if v.Type() == tenant.List {
		for _, item := range v.Items() {
			s, _ := item.Scalar()
			e.tags = append(e.tags, strings.Fields(s)...)
		}
		return e
	}
	s, ok := v.Scalar()
	if !ok {
		e.doubt = "which tags an earlier rule sets could not be read"
	}
	e.tags = strings.Fields(s)
	return e
}

func valueEffect(attr string, v tenant.Value) effect {
	e := effect{attr: attr}
	s, ok := v.Scalar()
	switch {
	case !ok:
		e.doubt = "what an earlier rule sets “" + attr + "” to could not be read"
	case s == "current_user" || s == "current_groups" || s == "requester_id" || strings.Contains(s, "{{"):
		e.doubt = "what an earlier rule sets “" + attr + "” to depends on the moment"
	}
	e.value = condition{attr: attr}.normal(s)
	return e
}

// apply does to the ticket what the rule's actions do.
func (s state) apply(index int, st step) state {
	for _, e := range st.effects {
		if e.attr == "" {
			s = s.applyTags(index, e)
			continue
		}
		s = s.set(index, e.attr, e.value, e.doubt)
		switch e.attr {
		case "status":
			s = s.set(index, "custom_status_id", "", "which custom status goes with a status that an earlier rule sets is not known")
		case "custom_status_id":
			category, ok := s.world.statusOf[e.value]
			doubt := ""
			if !ok {
				doubt = "the account's ticket statuses were not read"
			}
			s = s.set(index, "status", category, doubt)
		case "assignee_id":
			// An assigned ticket no longer counts as new in the agent's view;
			// whether triggers of the same run see that is not documented.
			if now, ok := s.attr("status").settled(); ok && now == "new" && e.value != "" {
				d := usually("new", "whether a rule's assignment opens a new ticket at once is not documented")
				d.written = true
				s = s.remember("status").withAttr("status", d).writtenBy("status", index)
			}
		}
		s = s.tagsOfField(index, e)
	}
	return s
}

// set gives an attribute a value, or none that is known.
func (s state) set(index int, attr, value, doubt string) state {
	d := fixedTo(value)
	if doubt != "" {
		d = nobodyKnows(doubt)
	}
	d.written = true
	return s.remember(attr).withAttr(attr, d).writtenBy(attr, index)
}

// tagsOfField: a drop-down's value is a tag, and takes the place of the tag of
// the value before.
func (s state) tagsOfField(index int, e effect) state {
	id, ok := strings.CutPrefix(e.attr, customFieldPrefix)
	if !ok {
		return s
	}
	f := s.world.fields[id]
	s = s.rememberTags()
	if tagging(f.FieldType) {
		for _, o := range f.Options {
			key := tagKey + o.Value
			s = s.withTag(o.Value, o.Value == e.value).writtenBy(key, index)
		}
	}
	if f.FieldType == "checkbox" && f.Tag != "" {
		s = s.withTag(f.Tag, e.value == "true").writtenBy(tagKey+f.Tag, index)
	}
	return s
}

func (s state) applyTags(index int, e effect) state {
	s = s.doubting(e.doubt).rememberTags()
	if e.mode == "set" {
		s.cleared, s.tags = true, chain[bool]{}
		s = s.writtenBy(allTags, index)
	}
	for _, t := range e.tags {
		s = s.withTag(t, e.mode != "remove").writtenBy(tagKey+t, index)
	}
	return s
}

// firesLater says whether a trigger can fire at all when an automation changes
// a ticket about which nothing else is known.
func (w *world) firesLater(st step) bool {
	s := newState(w, &channelModel{name: TicketsAPI, fields: anyFields, ownForm: true}).atRest()
	for _, c := range st.all {
		switch c.attr {
		case "update_type", "comment_is_public", "comment_includes_word":
			if len(s.assume(c, true)) == 0 {
				return false
			}
		}
	}
	return true
}
