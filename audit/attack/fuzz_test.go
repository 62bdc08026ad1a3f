package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A supply hands out choices that are made by the bytes of a fuzz input.
type supply struct{ left []byte }

func (s *supply) below(n int) int {
	if len(s.left) == 0 {
		return 0
	}
	b := s.left[0]
	s.left = s.left[1:]
	return int(b) % n
}

func (s *supply) pick(words ...string) string { return words[s.below(len(words))] }

// raw is a piece of the input itself.
func (s *supply) raw() string {
	n := min(s.below(24), len(s.left))
	out := string(s.left[:n])
	s.left = s.left[n:]
	return out
}

func (s *supply) field() string {
	return s.pick("update_type", "role", "requester_role", "via_id", "current_via_id", "status", "custom_status_id", "type", "priority", "group_id",
		"assignee_id", "requester_id", "organization_id", "brand_id", "ticket_form_id", "current_tags", "recipient", "subject_includes_word",
		"comment_includes_word", "ticket_is_public", "comment_is_public", "custom_fields_10", "custom_fields_11", "custom_fields_12", "reopens",
		"in_business_hours", "locale_id", "satisfaction_score", "cc", "attachment", "ticket_due_date", "NEW", "OPEN", "PENDING", "SOLVED",
		"created_at", "updated_at", "assignee_updated_at", "due_date", s.raw())
}

func (s *supply) operator() string {
	return s.pick("is", "is_not", "includes", "not_includes", "less_than", "less_than_equal", "greater_than", "greater_than_equal", "changed",
		"not_changed", "value", "not_value", "value_previous", "not_value_previous", "present", "not_present", s.raw())
}

func (s *supply) value() any {
	switch s.below(8) {
	case 0:
		return nil
	case 1:
		return s.below(200)
	case 2:
		return s.below(2) == 0
	case 3:
		return []any{s.word(), s.below(9)}
	case 4:
		return map[string]any{"x": s.word()}
	}
	return s.word()
}

func (s *supply) word() string {
	return s.pick("Create", "Change", "end_user", "agent", "0", "4", "5", "", "new", "open", "pending", "solved", "high", "a", "b", "a b", "red",
		"true", "false", "public", "refund", "24", "-1", "1e300", "NaN", "900", s.raw())
}

func (s *supply) conditions() []any {
	out := []any{}
	for range s.below(4) {
		out = append(out, map[string]any{"field": s.field(), "operator": s.operator(), "value": s.value()})
	}
	return out
}

func (s *supply) text() string {
	return s.pick("Hello", "{{ticket.title}}", "{{dc.note}}", "{% for c in ticket.comments %}{{c.value}}{% endfor %}", "{{ticket.ticket_field_11}}",
		"{% if ticket.title %}{{current_user.name}}", "{{{ticket.description}}}", s.raw()) + s.raw()
}

func (s *supply) action() map[string]any {
	field := s.pick("notification_user", "notification_target", "notification_webhook", "deflection", "status", "priority", "group_id", "assignee_id",
		"custom_status_id", "current_tags", "set_tags", "remove_tags", "custom_fields_10", "custom_fields_12", "cc", s.field(), s.raw())
	if s.below(2) == 0 {
		return map[string]any{"field": field, "value": []any{s.pick("requester_id", "requester_and_ccs", "all_agents", s.raw()), s.text(), s.text()}}
	}
	return map[string]any{"field": field, "value": s.value()}
}

func (s *supply) rules(first int) []any {
	out := []any{}
	for i := range s.below(7) {
		actions := []any{}
		for range 1 + s.below(3) {
			actions = append(actions, s.action())
		}
		out = append(out, map[string]any{
			"id": first + i, "title": s.raw(), "active": s.below(8) != 0, "position": i,
			"conditions": map[string]any{"all": s.conditions(), "any": s.conditions()}, "actions": actions,
		})
	}
	return out
}

// account is an account as the API would return it; now and then a resource is
// missing.
func (s *supply) account() map[string]any {
	doc := map[string]any{"triggers": s.rules(1)}
	if s.below(3) != 0 {
		doc["automations"] = s.rules(50)
	}
	if s.below(3) != 0 {
		doc["brands"] = []any{map[string]any{"id": 900, "active": true}, map[string]any{"id": 901, "active": s.below(2) == 0}}
	}
	if s.below(3) != 0 {
		doc["ticket_fields"] = []any{
			s.ticketField(10, "tagger"), s.ticketField(11, "text"), s.ticketField(12, "checkbox"), s.ticketField(13, s.pick("priority", "tickettype", "multiselect", s.raw())),
		}
	}
	if s.below(3) == 0 {
		doc["items"] = []any{map[string]any{"id": 1, "name": "note", "placeholder": "{{dc.note}}", "variants": []any{
			map[string]any{"id": 1, "content": s.text(), "locale_id": 1, "active": true, "default": true},
		}}}
	}
	return doc
}

func (s *supply) ticketField(id int, kind string) map[string]any {
	return map[string]any{
		"id": id, "type": kind, "tag": "a", "active": s.below(4) != 0, "visible_in_portal": s.below(4) != 0, "editable_in_portal": s.below(4) != 0,
		"custom_field_options": []any{map[string]any{"name": "Red", "value": "red"}, map[string]any{"name": "A", "value": s.word()}},
	}
}

// seeds are inputs of different lengths that choose differently.
func seeds(f *testing.F) {
	f.Helper()
	for n := range 12 {
		var b strings.Builder
		for i := range 60 * (n + 1) {
			b.WriteByte(byte((i*i*(n+3) + 7*i + n) % 251))
		}
		f.Add([]byte(b.String()))
	}
}

// FuzzAnalyse holds the analysis of any account to what is true of every one:
// it ends, soon; it says the same twice; what is certain has no reason to be in
// doubt and what is possible has one; and every channel is listed once.
func FuzzAnalyse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		data, err := json.Marshal((&supply{input}).account())
		require.NoError(t, err)
		s, err := collect.Snapshot([]collect.File{{Name: "account.json", Data: data}}, tenant.Origin{Kind: "dump"}, "acme")
		if err != nil {
			return // not an account
		}
		bound := 20 * time.Second // a small account; the usual is a millisecond
		ctx, cancel := context.WithTimeout(t.Context(), bound)
		defer cancel()
		first := Analyse(ctx, s, Settings{}, Scope{})
		require.NoError(t, ctx.Err(), "the analysis takes longer than %s: %s", bound, data)
		again := Analyse(t.Context(), s, Settings{}, Scope{})
		require.Equal(t, first, again)
		for _, a := range first {
			sound(t, a)
		}
	})
}

func sound(t *testing.T, a Attack) {
	t.Helper()
	require.NotEmpty(t, a.Channels)
	seen := map[Channel]bool{}
	for _, p := range a.Channels {
		require.False(t, seen[p.Channel], "a channel is listed once")
		seen[p.Channel] = true
		assert.Equal(t, p.Reach == Certain, len(p.Because) == 0, "what is possible has a reason: %v", p)
		assert.Equal(t, p.Content == SaysText || p.Content == SaysName, len(p.Carriers) > 0, "who says something has a carrier: %v", p)
		assert.Subset(t, append(append([]string{}, p.InSubject...), p.InBody...), p.Carriers)
	}
}

// FuzzConditions holds the judgement of one condition, on a new ticket and on
// one that an automation changes, over every channel, to this: it holds or it
// does not, so that one of the two can be.
func FuzzConditions(f *testing.F) {
	for _, c := range [][3]string{
		{"status", "less_than", "solved"},
		{"status", "value_previous", "new"},
		{"priority", "changed", ""},
		{"current_tags", "not_includes", "a b"},
		{"subject_includes_word", "is_not", "refund"},
		{"comment_includes_word", "includes", "x y"},
		{"custom_fields_10", "present", ""},
		{"reopens", "greater_than_equal", "1e300"},
		{"reopens", "less_than", "NaN"},
		{"NEW", "is", "24"},
		{"assignee_updated_at", "is", "1"},
		{"due_date", "less_than", "4"},
		{"brand_id", "is_not", "900"},
		{"role", "is", "agent"},
		{"recipient", "is_not", ""},
		{"cc", "is", "present"},
		{"current_tags", "includes", ""},
		{"subject_includes_word", "not_includes", "  "},
		{"requester_id", "value", "1"},
		{"", "", ""},
	} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, field, operator, value string) {
		data, err := json.Marshal(map[string]any{
			"brands":        []any{map[string]any{"id": 900, "active": true}},
			"ticket_fields": []any{map[string]any{"id": 10, "type": "tagger", "active": true, "visible_in_portal": true, "editable_in_portal": true, "custom_field_options": []any{map[string]any{"name": "A", "value": "a"}}}},
			"triggers": []any{map[string]any{"id": 1, "title": "x", "active": true, "actions": []any{}, "conditions": map[string]any{
				"all": []any{map[string]any{"field": field, "operator": operator, "value": value}}, "any": []any{},
			}}},
		})
		require.NoError(t, err)
		s, err := collect.Snapshot([]collect.File{{Name: "account.json", Data: data}}, tenant.Origin{Kind: "dump"}, "acme")
		require.NoError(t, err)
		require.Len(t, s.Triggers, 1)
		w := newWorld(s, Settings{})
		c := compile(s.Triggers[0].All[0])
		for _, m := range models() {
			for _, st := range []state{newState(w, m), newState(w, m).atRest()} {
				holds, fails := st.assume(c, true), st.assume(c, false)
				about := fmt.Sprintf("%q %q %q over %s", field, operator, value, m.name)
				require.NotEmpty(t, append(holds, fails...), "can neither hold nor fail: %s", about)
				for _, x := range holds {
					require.NotEmpty(t, x.assume(c, true), "held, and then cannot: %s", about)
					if len(x.because) == len(st.because) && x.certainOf(c) {
						require.Empty(t, x.assume(c, false), "holds for sure, and fails: %s", about)
					}
				}
				for _, x := range fails {
					require.NotEmpty(t, x.assume(c, false), "failed, and then cannot: %s", about)
				}
			}
		}
	})
}

// certainOf says whether a condition is one of plain comparison with a value
// that is now settled.
func (s state) certainOf(c condition) bool {
	_, settled := s.attr(c.attr).settled()
	return c.op == "is" && settled && len(c.values) == 1 && !wordsOrTags(c.attr) && c.attr != "comment_is_public"
}
