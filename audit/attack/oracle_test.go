package attack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// An oracleAccount is a small account made at random, and how strangers may
// fill in its fields.
type oracleAccount struct {
	playground
	settings attack.Settings
	// box and priority say which fields stand on the form; hidden is one that
	// does not.
	box, priority, hidden bool
}

const automationsFrom = 10 // the first automation's id

func randomAccount(seed uint64) oracleAccount {
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same accounts every time
	g := generator{r}
	a := oracleAccount{box: g.oneIn(3), priority: g.oneIn(3), hidden: g.oneIn(4)}
	a.settings = pickOf(g, attack.Settings{}, attack.Settings{},
		attack.Settings{AskUsersToRegister: attack.Answer{Value: tri.True}},
		attack.Settings{AnybodyCanSubmit: attack.Answer{Value: tri.False}})
	a.written = map[string][]string{}
	a.suppressing = a.settings.Suppresses()
	a.note = []string{g.text(false), g.text(false)}
	for i := range 4 {
		a.triggers = append(a.triggers, g.rule(i+1, g.conditions(2), g.conditions(2), i == 3))
	}
	if g.oneIn(2) {
		for i := range 1 + r.IntN(3) {
			a.automations = append(a.automations, g.rule(automationsFrom+i, append(conds{g.hours()}, g.lasting(1)...), nil, g.oneIn(2)))
		}
	}
	return a
}

// document is the account as the API returns it.
func (a oracleAccount) document() account {
	field := func(id int, kind string, shown bool, values ...string) map[string]any {
		f := map[string]any{"id": id, "type": kind, "active": true, "visible_in_portal": shown, "editable_in_portal": shown}
		var options []any
		for _, v := range values {
			options = append(options, map[string]any{"name": v, "value": v})
		}
		f["custom_field_options"] = options
		return f
	}
	box := field(13, "checkbox", a.box)
	box["tag"] = "boxed"
	variants := []any{
		map[string]any{"id": 1, "content": a.note[0], "locale_id": 1, "active": true, "default": true},
		map[string]any{"id": 2, "content": a.note[1], "locale_id": 8, "active": true},
	}
	doc := account{triggers: a.triggers, automations: a.automations, more: map[string]any{
		"brands": []any{map[string]any{"id": 900, "name": "N", "active": true}, map[string]any{"id": 901, "name": "S", "active": true}},
		"items":  []any{map[string]any{"id": 1, "name": "note", "placeholder": "{{dc.note}}", "variants": variants}},
	}}
	fields := []any{field(10, "tagger", true, "red", "blue"), field(11, "text", true), field(14, "priority", a.priority)}
	if a.box {
		fields = append(fields, box)
	}
	if a.hidden {
		fields = append(fields, field(12, "tagger", false, "green"))
	}
	doc.more["ticket_fields"] = fields
	return doc
}

// A generator makes parts of accounts at random.
type generator struct{ *rand.Rand }

func pickOf[T any](g generator, from ...T) T   { return from[g.IntN(len(from))] }
func (g generator) oneIn(n int) bool           { return g.IntN(n) == 0 }
func (g generator) pick(from ...string) string { return pickOf(g, from...) }

func (g generator) rule(id int, all, anyOf conds, sends bool) map[string]any {
	actions := []map[string]any{g.effect()}
	if sends || g.oneIn(2) {
		actions = append(actions, mailTo(g.pick("requester_id", "requester_id", "requester_and_ccs", "all_agents"), g.text(true), g.text(true)))
	}
	return rule(id, all, anyOf, actions...)
}

func (g generator) text(dynamic bool) string {
	pieces := []string{"Hello", "{{ticket.title}}", "{{ticket.description}}", "{{ticket.requester.name}}", "{{current_user.name}}", "{{ticket.ticket_field_11}}", "{{ticket.id}}"}
	if dynamic {
		pieces = append(pieces, "{{dc.note}}")
	}
	return g.pick(pieces...) + " " + g.pick(pieces...)
}

func (g generator) conditions(most int) conds {
	out := g.lasting(most)
	for i := range out {
		if g.oneIn(3) {
			out[i] = g.ofTheMoment()
		}
	}
	return out
}

// ofTheMoment asks for what is true of one change of a ticket only.
func (g generator) ofTheMoment() map[string]any {
	switch g.IntN(6) {
	case 0:
		return is("update_type", g.pick("Create", "Change"))
	case 1:
		return op("role", g.pick("is", "is_not"), g.pick("end_user", "agent"))
	case 2:
		return is("comment_is_public", "true")
	case 3:
		return op("comment_includes_word", g.pick("includes", "not_includes"), "invoice")
	}
	return op(g.pick("group_id", "custom_fields_10", "priority"), g.pick("changed", "not_changed"), nil)
}

// lasting conditions ask for what stays with a ticket.
func (g generator) lasting(most int) conds {
	out := conds{}
	for range g.IntN(most + 1) {
		out = append(out, g.condition())
	}
	return out
}

func (g generator) condition() map[string]any {
	either := g.pick("is", "is_not")
	switch g.IntN(14) {
	case 0:
		return op("brand_id", either, g.pick("900", "901"))
	case 1:
		return op("status", either, g.pick("new", "open", "pending", "solved"))
	case 2:
		return op("status", g.pick("less_than", "greater_than"), g.pick("open", "pending", "solved"))
	case 3:
		return op("priority", either, g.pick("", "high"))
	case 4:
		return op("priority", g.pick("less_than", "greater_than"), "normal")
	case 5:
		return op("subject_includes_word", g.pick("includes", "not_includes"), g.pick("refund", "prize", "refund prize"))
	case 6:
		return op("via_id", either, g.pick("0", "4", "5"))
	case 7:
		return op("custom_fields_10", either, g.pick("red", "blue"))
	case 8:
		return op("custom_fields_10", g.pick("present", "not_present"), nil)
	case 9:
		return op("custom_fields_12", either, "green")
	case 10:
		return op("group_id", either, g.pick("", "77"))
	}
	return op("current_tags", g.pick("includes", "not_includes"), g.pick("red", "blue", "a", "b", "a red", "b blue", "boxed", "green"))
}

func (g generator) hours() map[string]any {
	return op(g.pick("NEW", "NEW", "OPEN", "PENDING", "SOLVED"), g.pick("is", "greater_than", "less_than"), g.pick("1", "2", "4"))
}

func (g generator) effect() map[string]any {
	switch g.IntN(8) {
	case 0:
		return act("status", g.pick("open", "pending", "solved"))
	case 1:
		return act("priority", "high")
	case 2:
		return act("remove_tags", g.pick("a", "b", "red"))
	case 3:
		return act("set_tags", g.pick("a", "b"))
	case 4:
		return act("custom_fields_10", g.pick("", "red", "blue"))
	case 5:
		return act("group_id", "77")
	}
	return act("current_tags", g.pick("a", "b"))
}

// newTicket is the ticket about which nothing was said.
func newTicket(c attack.Channel) *played {
	role, via := "end_user", map[attack.Channel]string{attack.WebForm: "0", attack.RequestsAPI: "5", attack.Email: "4", attack.TicketsAPI: "5"}[c]
	if c == attack.TicketsAPI {
		role = "agent"
	}
	return &played{channel: c, tags: map[string]bool{}, subject: "hello", comment: "hello", values: map[string]string{
		"brand_id": "900", "status": "new", "priority": "", "role": role, "via_id": via, "group_id": "",
		"comment_is_public": "true", "custom_fields_10": "", "custom_fields_12": "",
	}}
}

// An openable ticket is one that a stranger may open; a sure one needs nothing
// that is not documented.
type openable struct {
	*played
	sure bool
}

// each makes a ticket of every one with every change.
func each(from []openable, changes ...func(*openable)) []openable {
	var out []openable
	for _, t := range from {
		for _, change := range changes {
			next := openable{t.clone(), t.sure}
			change(&next)
			out = append(out, next)
		}
	}
	return out
}

func value(field, v string) func(*openable) { return func(t *openable) { t.values[field] = v } }

func tagged(field, v, tag string) func(*openable) {
	return func(t *openable) { t.values[field], t.tags[tag] = v, true }
}

// unsure is a change of which nobody knows whether it can be made.
func unsure(change func(*openable)) func(*openable) {
	return func(t *openable) { change(t); t.sure = false }
}

func asItIs(*openable) {}

// everyTicket lists the tickets that a stranger can open over a channel.
func (a oracleAccount) everyTicket(c attack.Channel) []openable {
	all := []openable{{newTicket(c), true}}
	brand := value("brand_id", "901")
	if c == attack.TicketsAPI {
		all[0].sure = false // the company's form decides on the brand
	}
	subject := func(words string) func(*openable) { return func(t *openable) { t.subject = words } }
	tag := func(name string) func(*openable) { return func(t *openable) { t.tags[name] = true } }
	// What no rule looks at makes no difference.
	vary := func(field string, changes ...func(*openable)) {
		if a.reads(field) || field == "color" && (a.reads("custom_fields_10") || a.reads("current_tags")) {
			all = each(all, append(changes, asItIs)...)
		}
	}
	vary("brand_id", brand)
	vary("subject_includes_word", subject("refund"), subject("prize"), subject("refund prize"))
	vary("comment_includes_word", func(t *openable) { t.comment = "invoice" })
	red, blue := tagged("custom_fields_10", "red", "red"), tagged("custom_fields_10", "blue", "blue")
	boxed, green := tagged("custom_fields_13", "true", "boxed"), tagged("custom_fields_12", "green", "green")
	switch c { //nolint:exhaustive // the others go on below
	case attack.Email:
		return all
	case attack.TicketsAPI:
		// It can say anything at all; the analysis must not miss any of it.
		vary("status", value("status", "pending"), value("status", "solved"), value("status", "open"))
		vary("priority", value("priority", "high"))
		vary("color", red, tag("red"), tag("a"), tag("b"), func(t *openable) { red(t); tag("b")(t) })
		return all
	}
	vary("color", red, blue)
	if a.box {
		vary("current_tags", boxed)
	}
	if a.priority {
		vary("priority", value("priority", "low"), value("priority", "normal"), value("priority", "high"), value("priority", "urgent"))
	}
	if a.hidden && c == attack.RequestsAPI {
		all = each(all, asItIs, unsure(green))
	}
	return all
}

// openings are the hours at which a new ticket may become open; -1 is never.
func (a oracleAccount) openings() []int {
	if len(a.automations) == 0 {
		return []int{-1}
	}
	return []int{-1, 0, 2, 5}
}

// updaters are those whom Zendesk may take an automation for.
func (a oracleAccount) updaters() []string {
	if len(a.automations) == 0 || !a.reads("role") {
		return []string{"end_user"}
	}
	return []string{"end_user", "agent", "neither"}
}

// reads says whether a condition is on a field.
func (a oracleAccount) reads(field string) bool {
	return slices.ContainsFunc(slices.Concat(a.triggers, a.automations), func(r map[string]any) bool {
		conditions := r["conditions"].(map[string]any)
		return slices.ContainsFunc(slices.Concat(conditions["all"].(conds), conditions["any"].(conds)), func(c map[string]any) bool {
			return c["field"] == field
		})
	})
}

// A sending is what becomes of one rule's mail, at creation or later.
type sending struct {
	rule  string
	later bool
}

// A result is what came of a sending over all tickets: certain if some ticket
// sends it that needs nothing undocumented, whoever Zendesk takes an automation
// for; and what was carried then.
type result struct {
	reach    attack.Reach
	carriers []string
}

// tryAll opens every ticket over a channel.
func (a oracleAccount) tryAll(c attack.Channel) map[sending]result {
	out := map[sending]result{}
	for _, ticket := range a.everyTicket(c) {
		for _, opens := range a.openings() {
			times := map[sending]int{}
			carriers := map[sending][]string{}
			roles := a.updaters()
			for _, role := range roles {
				for s, words := range sent(a.play(ticket.played, circumstance{opens, role})) {
					times[s]++
					carriers[s] = append(carriers[s], words...)
				}
			}
			for s, n := range times {
				r := out[s]
				if r.reach == "" {
					r.reach = attack.Possible
				}
				if ticket.sure && n == len(roles) {
					r.reach = attack.Certain
					r.carriers = sorted(append(r.carriers, carriers[s]...))
				}
				out[s] = r
			}
		}
	}
	return out
}

// sent lists what was sent and which words it carried.
func sent(t *played) map[sending][]string {
	out := map[sending][]string{}
	for _, m := range t.mails {
		s := sending{m.object, m.later}
		out[s] = append(out[s], m.carries...)
	}
	return out
}

func sorted(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// witnessesOf makes tickets of a witness; what it leaves open may be anything.
func witnessesOf(c attack.Channel, w attack.Ticket) []*played {
	t := newTicket(c)
	for _, field := range []string{"brand_id", "priority", "custom_fields_10", "custom_fields_12", "custom_fields_13", "status", "group_id"} {
		// The witness says the status at the moment of sending where nothing but
		// time has changed it.
		if v, ok := w.Attributes[field]; ok && (field != "status" || c == attack.TicketsAPI) {
			t.values[field] = v
		}
	}
	for field, tag := range map[string]string{"custom_fields_10": t.values["custom_fields_10"], "custom_fields_12": t.values["custom_fields_12"]} {
		if t.values[field] != "" {
			t.tags[tag] = true
		}
	}
	if t.values["custom_fields_13"] == "true" {
		t.tags["boxed"] = true
	}
	for _, tag := range w.Tags {
		t.tags[tag] = true
	}
	t.subject, t.comment = w.Attributes["subject"], w.Attributes["comment"]
	out := []*played{t}
	if _, said := w.Attributes["brand_id"]; !said {
		other := t.clone()
		other.values["brand_id"] = "901"
		out = append(out, other)
	}
	return out
}

// playsOut says whether the witness sends the mail, whichever brand it leaves
// open and whoever Zendesk takes an automation for, and what the mail carries.
func (a oracleAccount) playsOut(c attack.Channel, id string, p attack.Path) (sends bool, carriers []string) {
	for _, ticket := range witnessesOf(c, p.Ticket) {
		for _, role := range a.updaters() {
			sends = false
			for _, opens := range a.openings() {
				words, ok := sent(a.play(ticket, circumstance{opens, role}))[sending{id, p.Later}]
				sends, carriers = sends || ok, append(carriers, words...)
			}
			if !sends {
				return false, nil
			}
		}
	}
	return true, sorted(carriers)
}

// TestTheAnalysisAgreesWithTryingEveryTicket makes small accounts at random and
// holds the analysis to an engine that knows nothing of domains: open every
// ticket there is, run every rule, read every mail. What is certain, its
// witness sends; what some ticket sends is listed; what none sends is not; and
// the words in the mail are those that were announced.
func TestTheAnalysisAgreesWithTryingEveryTicket(t *testing.T) {
	const perPart = 100
	for part := range uint64(15) {
		t.Run(fmt.Sprintf("accounts from %d", part*perPart), func(t *testing.T) {
			t.Parallel()
			for seed := part * perPart; seed < (part+1)*perPart; seed++ {
				randomAccount(seed).agrees(t, seed)
			}
		})
	}
}

func (a oracleAccount) agrees(t *testing.T, seed uint64) {
	t.Helper()
	attacks := attack.Analyse(context.Background(), a.document().snapshot(t), a.settings, attack.Scope{})
	channels := []attack.Channel{attack.WebForm, attack.RequestsAPI, attack.Email}
	if seed%10 == 0 {
		channels = append(channels, attack.TicketsAPI)
	}
	for _, c := range channels {
		tried := a.tryAll(c)
		for _, r := range slices.Concat(a.triggers, a.automations) {
			id := idOf(r)
			p, listed := pathOver(attacks, id, c)
			atOnce, later := tried[sending{id, false}], tried[sending{id, true}]
			about := disagreement{seed, c, id, p, a}
			if c != attack.TicketsAPI || !listed {
				// Over the company's own form, not all that is possible is tried.
				require.Equal(t, atOnce.reach != "" || later.reach != "", listed, "%s", about)
			}
			if !listed {
				continue
			}
			if c != attack.TicketsAPI && a.documented() {
				require.Equal(t, atOnce.reach, p.Reach, "%s", about)
			}
			if c != attack.TicketsAPI && p.Reach == attack.Certain {
				require.Equal(t, attack.Certain, tried[sending{id, p.Later}].reach, "%s", about)
			}
			if p.Reach != attack.Certain {
				continue
			}
			sends, carriers := a.playsOut(c, id, p)
			require.True(t, sends, "the witness does not send it: %s", about)
			require.Equal(t, carriers, p.Carriers, "%s", about)
			if c != attack.TicketsAPI && (len(p.Suppressed) == 0 || !a.reads("role")) {
				require.Equal(t, sorted(append(atOnce.carriers, later.carriers...)), p.Carriers, "of any ticket: %s", about)
			}
		}
	}
}

// A disagreement is what a person needs to look into one.
type disagreement struct {
	seed    uint64
	channel attack.Channel
	rule    string
	path    attack.Path
	account oracleAccount
}

func (d disagreement) String() string {
	return fmt.Sprintf("seed %d, %s, rule %s: %v\n%s", d.seed, d.channel, d.rule, d.path, d.account)
}

// documented says whether everything about the account's tickets is: then what
// can happen must be certain.
func (a oracleAccount) documented() bool { return !a.hidden && len(a.automations) == 0 }

func pathOver(attacks []attack.Attack, id string, c attack.Channel) (attack.Path, bool) {
	for _, a := range attacks {
		for _, p := range a.Channels {
			if a.Object.ID == id && p.Channel == c {
				return p, true
			}
		}
	}
	return attack.Path{}, false
}

// String lists the rules for a person who looks into a disagreement.
func (a oracleAccount) String() string {
	var b strings.Builder
	for _, r := range slices.Concat(a.triggers, a.automations) {
		fmt.Fprintf(&b, "%v: %v %v\n", r["id"], r["conditions"], r["actions"])
	}
	fmt.Fprintf(&b, "note %q, suppressing %v, on the form: box %v, priority %v; hidden field %v\n", a.note, a.suppressing, a.box, a.priority, a.hidden)
	return b.String()
}
