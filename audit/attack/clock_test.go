package attack_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit/attack"
)

// TestHours says what becomes of one rule's mail over the web form. Most cases
// are what the comparison with trying every ticket has brought to light.
func TestHours(t *testing.T) {
	tag := func(name string) map[string]any { return act("current_tags", name) }
	with := func(name string) map[string]any { return op("current_tags", "includes", name) }
	without := func(name string) map[string]any { return op("current_tags", "not_includes", name) }
	after := func(state, hours string) map[string]any { return op(state, "greater_than", hours) }
	before := func(state, hours string) map[string]any { return op(state, "less_than", hours) }
	for _, tt := range []struct {
		name                  string
		triggers, automations []map[string]any
		rule                  string
		want                  attack.Reach // empty for never
	}{
		{
			"an automation that runs earlier closes the one that runs later", nil,
			[]map[string]any{rule(5, conds{after("NEW", "24"), without("a")}, nil, receipt), rule(6, conds{is("NEW", "1")}, nil, tag("a"))},
			"5", "",
		},
		{
			"one that runs later does not", nil,
			[]map[string]any{rule(5, conds{after("NEW", "24"), without("a")}, nil, receipt), rule(6, conds{is("NEW", "48")}, nil, tag("a"))},
			"5", attack.Certain,
		},
		{
			"within one hour the order of the list decides", nil,
			[]map[string]any{rule(5, conds{is("NEW", "1"), without("a")}, nil, receipt), rule(6, conds{is("NEW", "1")}, nil, tag("a"))},
			"5", attack.Certain,
		},
		{
			"hours that are never true together", nil,
			[]map[string]any{rule(5, conds{before("NEW", "2"), after("NEW", "4")}, nil, receipt)},
			"5", "",
		},
		{
			"what has to come first comes too late", nil,
			[]map[string]any{rule(5, conds{before("NEW", "2"), with("a")}, nil, receipt), rule(6, conds{is("NEW", "4")}, nil, tag("a"))},
			"5", "",
		},
		{
			"a new ticket can become open after an automation has run", nil,
			[]map[string]any{rule(5, conds{after("OPEN", "20"), with("a")}, nil, receipt), rule(6, conds{is("NEW", "20")}, nil, tag("a"))},
			"5", attack.Certain,
		},
		{
			"hours of a status count from when a rule sets it", nil,
			[]map[string]any{rule(5, conds{before("PENDING", "2")}, nil, receipt), rule(6, conds{is("NEW", "20")}, nil, act("status", "pending"))},
			"5", attack.Certain,
		},
		{
			"an automation that changes nothing that matters is still a change",
			[]map[string]any{rule(1, conds{is("update_type", "Change")}, nil, tag("a"))},
			[]map[string]any{rule(5, conds{after("NEW", "24"), with("a")}, nil, receipt), rule(6, conds{is("NEW", "1")}, nil, act("priority", "high"))},
			"5", attack.Certain,
		},
		{
			"an automation's change has no comment that could contain a word",
			[]map[string]any{
				rule(1, nil, conds{op("comment_includes_word", "not_includes", "invoice")}, act("group_id", "77")),
				rule(2, conds{is("update_type", "Change"), is("group_id", "")}, nil, receipt),
			},
			[]map[string]any{rule(5, conds{is("NEW", "1")}, nil, tag("a"))},
			"2", "",
		},
		{
			"whoever automations are taken for, it is the same one every time",
			[]map[string]any{rule(1, conds{is("update_type", "Change"), is("role", "agent")}, nil, act("status", "pending"))},
			[]map[string]any{
				rule(5, conds{is("OPEN", "4")}, nil, tag("a")), rule(6, conds{after("PENDING", "2")}, nil, act("status", "solved")),
				rule(7, conds{after("SOLVED", "1")}, nil, receipt),
			},
			"7", "",
		},
		{
			"hours that are no number can be any", nil,
			[]map[string]any{rule(5, conds{is("NEW", "NaN"), without("a")}, nil, receipt), rule(6, conds{is("NEW", "1")}, nil, tag("a"))},
			"5", attack.Certain,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := account{triggers: tt.triggers, automations: tt.automations, more: map[string]any{"ticket_fields": []any{}}}
			p, ok := pathOver(a.attacks(t), tt.rule, attack.WebForm)
			assert.Equal(t, tt.want != "", ok)
			assert.Equal(t, tt.want, p.Reach)
		})
	}
}

func TestWhatIsBlankedAtFirstComesThroughWhenTheTriggerFiresAgain(t *testing.T) {
	quoting := mailTo("requester_id", "Received", "You wrote: {{ticket.description}}")
	again := []map[string]any{rule(5, conds{is("NEW", "24")}, nil, act("priority", "high"))}
	for _, tt := range []struct {
		name     string
		all      conds
		carriers []string
		blanked  []string
		later    bool
	}{
		{"a trigger on every change repeats it a day later", conds{is("status", "new")}, []string{"ticket.description"}, nil, true},
		{"a trigger on creation does not", conds{created}, nil, []string{"ticket.description"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := account{triggers: []map[string]any{rule(1, tt.all, nil, quoting)}, automations: again}
			p := pathOf(t, a.attacks(t), "1", attack.WebForm)
			assert.Equal(t, tt.carriers, p.Carriers)
			assert.Equal(t, tt.blanked, p.Suppressed)
			assert.Equal(t, tt.later, p.Later)
		})
	}
}

func TestWhatIsNoNumberMakesAComparisonPossible(t *testing.T) {
	for _, value := range []string{"NaN", "Inf", "many"} {
		a := account{triggers: []map[string]any{rule(1, conds{op("reopens", "less_than", value)}, nil, receipt)}}
		assert.Equal(t, perhaps, over(a.attacks(t), "1"), value)
	}
}
