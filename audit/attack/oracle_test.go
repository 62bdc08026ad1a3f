package attack_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/attack"
)

// A tried ticket is one of all those that a stranger can open in the small
// account of TestTheAnalysisAgreesWithTryingEveryTicket.
type tried struct {
	brand, status, priority, subject string
	tags                             map[string]bool
}

// everyTicket lists them.
func everyTicket() []tried {
	var out []tried
	for _, brand := range []string{"900", "901"} {
		for _, color := range []string{"", "red", "blue"} {
			for _, subject := range []string{"", "refund", "prize", "refund prize"} {
				t := tried{brand: brand, status: "new", subject: subject, tags: map[string]bool{}}
				if color != "" {
					t.tags[color] = true
				}
				out = append(out, t)
			}
		}
	}
	return out
}

// meets judges one condition in the plainest way.
func (t tried) meets(c map[string]any) bool {
	value := c["value"].(string)
	var holds bool
	switch c["field"] {
	case "brand_id":
		holds = t.brand == value
	case "status":
		holds = t.status == value
	case "priority":
		holds = t.priority == value
	case "current_tags":
		for _, tag := range strings.Fields(value) {
			holds = holds || t.tags[tag]
		}
	case "subject_includes_word":
		for _, word := range strings.Fields(value) {
			holds = holds || slices.Contains(strings.Fields(t.subject), word)
		}
	}
	if op := c["operator"].(string); op == "is_not" || op == "not_includes" {
		return !holds
	}
	return holds
}

func (t tried) fires(r map[string]any) bool {
	conditions := r["conditions"].(map[string]any)
	for _, c := range conditions["all"].(conds) {
		if !t.meets(c) {
			return false
		}
	}
	anyOf := conditions["any"].(conds)
	return len(anyOf) == 0 || slices.ContainsFunc(anyOf, t.meets)
}

// run goes through the triggers until nothing changes and says which fired.
func (t tried) run(triggers []map[string]any) map[int]bool {
	fired := map[int]bool{}
	for changed := true; changed; {
		changed = false
		for i, r := range triggers {
			if fired[i] || !t.fires(r) {
				continue
			}
			fired[i], changed = true, true
			for _, a := range r["actions"].([]map[string]any) {
				value, _ := a["value"].(string)
				switch a["field"] {
				case "status":
					t.status = value
				case "priority":
					t.priority = value
				case "current_tags":
					t.tags[value] = true
				case "remove_tags":
					delete(t.tags, value)
				case "set_tags":
					clear(t.tags)
					t.tags[value] = true
				}
			}
		}
	}
	return fired
}

func randomCondition(r *rand.Rand) map[string]any {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	switch r.IntN(6) {
	case 0:
		return op("brand_id", pick("is", "is_not"), pick("900", "901"))
	case 1:
		return op("status", pick("is", "is_not"), pick("new", "pending", "solved"))
	case 2:
		return op("priority", pick("is", "is_not"), pick("", "high"))
	case 3:
		return op("subject_includes_word", pick("includes", "not_includes"), pick("refund", "prize", "refund prize"))
	}
	return op("current_tags", pick("includes", "not_includes"), pick("red", "blue", "a", "b", "a red", "b blue"))
}

func randomEffect(r *rand.Rand) map[string]any {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	switch r.IntN(6) {
	case 0:
		return act("status", pick("pending", "solved"))
	case 1:
		return act("priority", "high")
	case 2:
		return act("remove_tags", pick("a", "b", "red"))
	case 3:
		return act("set_tags", pick("a", "b"))
	}
	return act("current_tags", pick("a", "b"))
}

func randomConditions(r *rand.Rand, most int) conds {
	out := conds{}
	for range r.IntN(most + 1) {
		out = append(out, randomCondition(r))
	}
	return out
}

// TestTheAnalysisAgreesWithTryingEveryTicket makes small accounts at random and
// holds the analysis to an oracle that knows nothing of domains: open every
// ticket there is, run every trigger. What some ticket sends is certain; what
// none sends is not listed; and the witness is a ticket that sends it.
func TestTheAnalysisAgreesWithTryingEveryTicket(t *testing.T) {
	more := map[string]any{
		"brands": []any{map[string]any{"id": 900, "name": "N", "active": true}, map[string]any{"id": 901, "name": "S", "active": true}},
		"ticket_fields": []any{map[string]any{
			"id": 10, "type": "tagger", "active": true, "visible_in_portal": true, "editable_in_portal": true,
			"custom_field_options": []any{map[string]any{"name": "R", "value": "red"}, map[string]any{"name": "B", "value": "blue"}},
		}},
	}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same accounts every time
		var triggers []map[string]any
		for i := range 4 {
			actions := []map[string]any{randomEffect(r)}
			if i == 3 || r.IntN(2) == 0 {
				actions = append(actions, receipt)
			}
			triggers = append(triggers, rule(i+1, randomConditions(r, 2), randomConditions(r, 2), actions...))
		}
		sent := map[int]bool{}
		for _, ticket := range everyTicket() {
			for i := range ticket.run(triggers) {
				sent[i] = true
			}
		}
		attacks := account{triggers: triggers, more: more}.attacks(t)
		for i, trig := range triggers {
			if len(trig["actions"].([]map[string]any)) < 2 {
				continue
			}
			id := fmt.Sprint(i + 1)
			listed := strings.Split(over(attacks, id), " ")
			require.Equal(t, sent[i], slices.Contains(listed, "web_form"), "seed %d, trigger %s: %v\n%v", seed, id, listed, triggers)
			if sent[i] {
				w := pathOf(t, attacks, id, attack.WebForm).Ticket
				require.True(t, witnessOf(w).run(triggers)[i], "seed %d, trigger %s: the witness %v does not send it", seed, id, w)
			}
		}
	}
}

// witnessOf makes a ticket of a witness; what it leaves open may be anything.
func witnessOf(w attack.Ticket) tried {
	t := tried{brand: w.Attributes["brand_id"], status: "new", tags: map[string]bool{}}
	if t.brand == "" {
		t.brand = "900"
	}
	if color := w.Attributes["custom_fields_10"]; color != "" {
		t.tags[color] = true
	}
	for _, word := range []string{"refund", "prize"} {
		if strings.Contains(w.Attributes["subject"], word) {
			t.subject += " " + word
		}
	}
	return t
}
