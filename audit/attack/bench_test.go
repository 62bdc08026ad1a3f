package attack_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// bigAccount is an account as large ones are: triggers of several teams, of
// which one in five sends mail; tags that some set and others look at; a
// dynamic content item for every tenth trigger; and a dozen automations.
func bigAccount(triggers int) account {
	a := account{more: map[string]any{}}
	for i := range triggers {
		a.triggers = append(a.triggers, bigTrigger(i))
	}
	for i := range 12 {
		state := []string{"NEW", "OPEN", "PENDING", "SOLVED"}[i%4]
		a.automations = append(a.automations, rule(triggers+i+1, conds{
			op(state, "greater_than", fmt.Sprint(24*(i+1))), op("current_tags", "not_includes", fmt.Sprintf("bumped_%d", i)),
		}, nil, mailTo("requester_id", "Still there?", "{{ticket.description}}"), act("current_tags", fmt.Sprintf("bumped_%d", i))))
	}
	var items, brands, fields []any
	for i := range max(1, triggers/10) {
		items = append(items, map[string]any{"id": i + 1, "name": fmt.Sprintf("note %d", i), "placeholder": fmt.Sprintf("{{dc.note_%d}}", i), "variants": []any{
			map[string]any{"id": 2 * i, "content": "Hello {{ticket.requester.first_name}}", "locale_id": 1, "active": true, "default": true},
			map[string]any{"id": 2*i + 1, "content": "Hallo {% if ticket.title contains 'x' %}{{ticket.title}}{% endif %}", "locale_id": 8, "active": true},
		}})
	}
	for i := range 5 {
		brands = append(brands, map[string]any{"id": 900 + i, "name": fmt.Sprintf("Brand %d", i), "active": true})
	}
	for i := range 20 {
		fields = append(fields, map[string]any{
			"id": 10 + i, "type": "tagger", "active": true, "visible_in_portal": true, "editable_in_portal": true,
			"custom_field_options": []any{
				map[string]any{"name": "A", "value": fmt.Sprintf("topic_%d_a", i)}, map[string]any{"name": "B", "value": fmt.Sprintf("topic_%d_b", i)},
			},
		})
	}
	a.more["items"], a.more["brands"], a.more["ticket_fields"] = items, brands, fields
	return a
}

func bigTrigger(i int) map[string]any {
	brand, topic := fmt.Sprint(900+i%5), fmt.Sprintf("topic_%d_a", i%20)
	mark := func(n int) string { return fmt.Sprintf("mark_%d", n) }
	switch i % 5 {
	case 0: // answers
		return rule(i+1, conds{
			created, op("status", "is_not", "solved"), is("brand_id", brand), op("current_tags", "includes", mark(i+1)),
		}, nil, mailTo("requester_and_ccs", "Re: {{ticket.title}}", fmt.Sprintf("{{dc.note_%d}} We have your message: {{ticket.comments_formatted}}", i/10)))
	case 1: // marks what came in, for the answer before it
		return rule(i+1, conds{created, is("brand_id", fmt.Sprint(900+(i-1)%5))}, conds{
			op("current_tags", "includes", topic), op("subject_includes_word", "includes", "refund invoice order"),
		}, act("current_tags", mark(i)))
	case 2: // assigns
		return rule(i+1, conds{created, op("custom_fields_10", "is", "topic_0_a"), is("group_id", "")}, nil, act("group_id", fmt.Sprint(i)))
	case 3: // reacts to agents
		return rule(i+1, conds{is("update_type", "Change"), is("comment_is_public", "true")}, nil, mailTo("requester_and_ccs", "Re: {{ticket.title}}", "{{ticket.comments_formatted}}"))
	}
	return rule(i+1, conds{op("status", "changed", nil), is("priority", "urgent")}, nil, act("current_tags", "escalated"))
}

func benchmarkAnalyse(b *testing.B, s *tenant.Snapshot) {
	b.Helper()
	b.ReportAllocs()
	var attacks []attack.Attack
	for b.Loop() {
		attacks = attack.Analyse(context.Background(), s, attack.Settings{}, attack.Scope{})
	}
	require.NotEmpty(b, attacks)
	b.ReportMetric(float64(len(attacks)), "attacks")
}

// BenchmarkAnalyse: 300 triggers in less than 20 ms, 5,000 in less than 400 ms,
// close to linear.
func BenchmarkAnalyse(b *testing.B) {
	for _, n := range []int{100, 300, 1000, 5000, 10000} {
		s := bigAccount(n).snapshot(b)
		b.Run(fmt.Sprintf("%d triggers", n), func(b *testing.B) { benchmarkAnalyse(b, s) })
	}
}

// Tags that everybody sets and everybody looks at are the hard case: whatever a
// trigger does may matter to every other.
func BenchmarkAnalyseTangled(b *testing.B) {
	for _, n := range []int{100, 1000} {
		var triggers []map[string]any
		for i := range n {
			triggers = append(triggers, rule(i+1, conds{
				op("current_tags", "not_includes", fmt.Sprintf("t%d", (i*7)%20)), op("subject_includes_word", "includes", fmt.Sprintf("w%d", i%30)),
			}, nil, act("current_tags", fmt.Sprintf("t%d", i%20)), receipt))
		}
		s := account{triggers: triggers, more: map[string]any{"ticket_fields": []any{}}}.snapshot(b)
		b.Run(fmt.Sprintf("%d triggers", n), func(b *testing.B) { benchmarkAnalyse(b, s) })
	}
}
