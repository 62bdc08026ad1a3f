package attack_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/zdaudit/zdaudit/audit/attack"
)

// This file plays one ticket through an account's rules: everything about the
// ticket is decided, every condition holds or does not, every mail is written
// out. It shares nothing with the analysis and knows of no domains, doubts or
// alternatives.

// A played ticket is one ticket and what has become of it.
type played struct {
	channel attack.Channel
	// values are the attributes by the names of conditions; tags those it has.
	values map[string]string
	tags   map[string]bool
	// subject and comment are what the stranger typed.
	subject, comment string
	// touched are the attributes that this change of the ticket has set.
	touched map[string]bool
	// updated: the ticket exists and is being changed.
	updated bool
	// hour counts from the creation; since is the hour of the present status.
	hour, since int
	// fired are the rules that have fired, by id; mails what they sent.
	fired map[string]bool
	mails []mail
}

// A mail is one message that was sent.
type mail struct {
	object  string   // the rule's id
	carries []string // the placeholders whose canary was seen in it
	later   bool
}

// A circumstance is what neither the stranger nor the account decides.
type circumstance struct {
	// opens is the hour at which routing assigns the ticket, so that a new one
	// becomes open; negative for never.
	opens int
	// updater is the role of whom Zendesk takes an automation for.
	updater string
}

// A playground is an account, in the form in which tickets are played.
type playground struct {
	triggers, automations []map[string]any
	// note are the variants of the one dynamic content item.
	note []string
	// suppressing: anybody can submit, and nobody has to register.
	suppressing bool
	// written remembers what mails that were already written out carry.
	written map[string][]string
}

// clone makes an independent ticket.
func (t *played) clone() *played {
	c := *t
	c.values, c.tags = maps.Clone(t.values), maps.Clone(t.tags)
	c.touched, c.fired = map[string]bool{}, map[string]bool{}
	return &c
}

const lastHour = 24

// play opens the ticket, runs the triggers, and lets the hours pass.
func (a playground) play(ticket *played, in circumstance) *played {
	t := ticket.clone()
	t.set("update_type", "Create")
	a.event(t)
	t.updated = true
	ran := 0
	for t.hour = 0; t.hour <= lastHour && len(a.automations) > 0; t.hour++ {
		if in.opens >= 0 && t.hour >= in.opens && t.values["status"] == "new" && !t.fired["status set"] {
			t.values["status"], t.since = "open", in.opens
		}
		for _, r := range a.automations {
			if id := idOf(r); t.fired[id] || ran == 3 || !t.meetsAll(r) {
				continue
			}
			ran++
			clear(t.touched)
			t.values["update_type"], t.values["comment_is_public"], t.values["role"] = "Change", "", in.updater
			a.fire(t, r)
			a.event(t)
		}
	}
	return t
}

// event runs the triggers over one change of the ticket until nothing changes.
func (a playground) event(t *played) {
	done := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, r := range a.triggers {
			if done[idOf(r)] || !t.meetsAll(r) {
				continue
			}
			done[idOf(r)], changed = true, true
			a.fire(t, r)
		}
	}
}

// fire does what a rule does. Its mail says what is true before the changes.
func (a playground) fire(t *played, r map[string]any) {
	t.fired[idOf(r)] = true
	for _, action := range r["actions"].([]map[string]any) {
		if field := action["field"].(string); field == "notification_user" {
			a.send(t, r, action["value"].([]any))
		} else {
			t.change(field, action["value"].(string))
		}
	}
}

// change is an action that changes the ticket.
func (t *played) change(field, value string) {
	switch field {
	case "current_tags":
		t.tags[value] = true
	case "remove_tags":
		delete(t.tags, value)
	case "set_tags":
		clear(t.tags)
		t.tags[value] = true
	case "custom_fields_10":
		// A drop-down's value is a tag.
		for _, color := range []string{"red", "blue"} {
			delete(t.tags, color)
		}
		if value != "" {
			t.tags[value] = true
		}
		t.set(field, value)
	case "status":
		t.since, t.fired["status set"] = t.hour, true
		t.set(field, value)
	default:
		t.set(field, value)
	}
}

func (t *played) set(field, value string) {
	t.values[field], t.touched[field] = value, true
}

// meetsAll says whether all of one list hold and, if there is another, one of
// that.
func (t *played) meetsAll(r map[string]any) bool {
	conditions := r["conditions"].(map[string]any)
	for _, c := range conditions["all"].(conds) {
		if !t.meets(c) {
			return false
		}
	}
	anyOf := conditions["any"].(conds)
	return len(anyOf) == 0 || slices.ContainsFunc(anyOf, t.meets)
}

// meets judges one condition.
func (t *played) meets(c map[string]any) bool {
	field, operator := c["field"].(string), c["operator"].(string)
	value, _ := c["value"].(string)
	switch field {
	case "NEW", "OPEN", "PENDING", "SOLVED":
		return strings.EqualFold(t.values["status"], field) && t.aged(operator, value)
	case "current_tags":
		return has(strings.Fields(value), func(tag string) bool { return t.tags[tag] }) == (operator == "includes")
	case "subject_includes_word":
		return hasWord(t.subject, value) == (operator == "includes")
	case "comment_includes_word":
		return (!t.updated && hasWord(t.comment, value)) == (operator == "includes")
	}
	now := t.values[field]
	switch operator {
	case "is":
		return now == value
	case "is_not":
		return now != value
	case "present":
		return now != ""
	case "not_present":
		return now == ""
	case "changed":
		return t.hasChanged(field)
	case "not_changed":
		return !t.hasChanged(field)
	case "less_than":
		return order(field, now) < order(field, value)
	case "greater_than":
		return order(field, now) > order(field, value)
	}
	panic("the engine does not know the operator " + operator)
}

// hasChanged: on a new ticket, whatever has a value was set just now.
func (t *played) hasChanged(field string) bool {
	if t.updated {
		return t.touched[field]
	}
	return t.touched[field] || t.values[field] != ""
}

// aged compares the hours since the ticket has its status.
func (t *played) aged(operator, value string) bool {
	limit, _ := strconv.Atoi(value)
	switch age := t.hour - t.since; operator {
	case "less_than":
		return age < limit
	case "greater_than":
		return age > limit
	default:
		return age == limit
	}
}

func order(field, value string) int {
	if field == "status" {
		return slices.Index([]string{"new", "open", "pending", "hold", "solved"}, value)
	}
	return slices.Index([]string{"", "low", "normal", "high", "urgent"}, value)
}

func has(words []string, in func(string) bool) bool { return slices.ContainsFunc(words, in) }

func hasWord(text, anyOf string) bool {
	return has(strings.Fields(anyOf), func(w string) bool {
		return slices.Contains(strings.Fields(strings.ToLower(text)), w)
	})
}

// canaries are what a stranger's ticket says where a placeholder prints it, so
// that a mail shows through which placeholder it came.
var canaries = map[string]string{
	"ticket.title": "c-title", "ticket.description": "c-description", "ticket.requester.name": "c-name",
	"current_user.name": "c-user", "ticket.ticket_field_11": "c-field",
}

// send writes a mail out and looks which canaries are in it.
func (a playground) send(t *played, r map[string]any, value []any) {
	blank := a.suppressing && !t.updated && value[0] != "all_agents" && t.channel != attack.TicketsAPI
	key := idOf(r) + string(t.channel) + strconv.FormatBool(blank)
	words, known := a.written[key]
	if !known {
		for _, note := range a.note { // the stranger picks the language
			words = append(words, carried(write(t.channel, value, note, blank))...)
		}
		a.written[key] = words
	}
	t.mails = append(t.mails, mail{idOf(r), words, t.updated})
}

// write gives the text of a mail: recipient, subject, body.
func write(c attack.Channel, value []any, note string, blank bool) string {
	quoted := maps.Clone(canaries)
	switch c { //nolint:exhaustive // the others have nothing of their own
	case attack.TicketsAPI:
		quoted["current_user.name"] = "Ann Agent"
	case attack.Email:
		quoted["ticket.ticket_field_11"] = "" // nobody can fill it in
	}
	note = fill(note, quoted) // never blanked
	if blank {
		quoted["ticket.description"] = ""
	}
	quoted["dc.note"] = note
	return fill(value[1].(string)+"\n"+value[2].(string), quoted)
}

// fill puts values in place of placeholders.
func fill(template string, values map[string]string) string {
	for name, v := range values {
		template = strings.ReplaceAll(template, "{{"+name+"}}", v)
	}
	return template
}

// carried lists the placeholders whose canary is in a text.
func carried(text string) []string {
	var out []string
	for name, canary := range canaries {
		if strings.Contains(text, canary) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func idOf(r map[string]any) string { return strconv.Itoa(r["id"].(int)) }
