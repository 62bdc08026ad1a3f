package attack_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

func look(t *testing.T, a account) (*attack.Look, *tenant.Snapshot) {
	t.Helper()
	s := a.snapshot(t)
	return attack.NewLook(s, attack.Settings{}), s
}

func trigger(id string) tenant.Ref { return tenant.Ref{Type: "trigger", ID: id} }

func TestWhatTheAnalysisKnows(t *testing.T) {
	for _, field := range []string{"update_type", "via_id", "custom_fields_360", "ticket_fields_360", "current_tags", "NEW", "SOLVED", "replies", "requester.custom_fields.tier", "description_includes_word", "brand_id"} {
		assert.True(t, attack.Knows(field), field)
	}
	for _, field := range []string{"", "phase_of_the_moon", "Status"} {
		assert.False(t, attack.Knows(field), field)
	}
	for _, field := range []string{"notification_user", "status", "custom_fields_9", "set_tags", "follower"} {
		assert.True(t, attack.KnowsAction(field), field)
	}
	for _, field := range []string{"", "notification_pigeon", "custom_field"} {
		assert.False(t, attack.KnowsAction(field), field)
	}
}

func TestCCsAreUnknownWhereNoSettingSpeaksOfThem(t *testing.T) {
	_, s := look(t, account{})
	assert.Equal(t, tri.Unknown, attack.CCsAllowed(s))
	_, s = look(t, account{more: map[string]any{"settings": map[string]any{"active_features": map[string]any{"allow_ccs": true}}}})
	assert.Equal(t, tri.True, attack.CCsAllowed(s))
}

func TestALookReadsMessagesOfRulesThatNobodySetsOff(t *testing.T) {
	l, s := look(t, account{
		triggers: []map[string]any{inactive(rule(1, conds{is("update_type", "Change")}, nil,
			mailTo("requester_and_ccs", "{{ticket.encoded_id}}", "{{dc.hello}} {{ticket.requester.custom_fields.tier}} {{Ticket.title}}")))},
		more: map[string]any{"dynamic_content": []any{map[string]any{
			"id": 5, "placeholder": "{{dc.hello}}", "variants": []any{map[string]any{"active": true, "content": "Hi {{ticket.requester.name}}"}},
		}}},
	})
	msgs := l.Messages(s.Triggers[0])
	require.Len(t, msgs, 1)
	assert.Equal(t, []attack.Recipient{attack.ToRequester, attack.ToCCs}, msgs[0].Recipients)
	assert.Equal(t, "ticket.requester.name", names(msgs[0].Carriers))
	assert.Equal(t, "ticket.encoded_id ticket.requester.name ticket.requester.custom_fields.tier", names(msgs[0].Printed))
	assert.Equal(t, "hello", msgs[0].Carriers[0].Dynamic)
	assert.True(t, msgs[0].Printed[0].InSubject)
	assert.Empty(t, l.OnCreation(s.Triggers[0].Ref), "an inactive trigger never fires")
}

func names(ws []attack.Word) string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = w.From
	}
	return strings.Join(out, " ")
}

func TestATriggerThatSendsNothingFiresOnCreation(t *testing.T) {
	l, s := look(t, account{triggers: []map[string]any{rule(1, conds{is("update_type", "Create"), is("role", "end_user")}, nil, act("status", "solved"))}})
	ways := l.OnCreation(s.Triggers[0].Ref)
	require.NotEmpty(t, ways)
	assert.Equal(t, attack.WebForm, ways[0].Channel)
	assert.Equal(t, attack.Certain, ways[0].Reach)
}

// TestTogether says which of two triggers fire for one ticket. The first
// always fires.
func TestTogether(t *testing.T) {
	created := is("update_type", "Create")
	reply := mailTo("requester_id", "Received", "Thanks")
	for _, tt := range []struct {
		name          string
		first, second map[string]any
		want          string
	}{
		{"two that ask for nothing more", rule(1, conds{created}, nil, reply), rule(2, conds{created}, nil, reply), "certain"},
		{"two brands exclude each other", rule(1, conds{created, is("brand_id", "7")}, nil, reply), rule(2, conds{created, is("brand_id", "8")}, nil, reply), "no"},
		{
			"a tag of the first keeps the second away",
			rule(1, conds{created}, nil, reply, act("current_tags", "answered")),
			rule(2, conds{created, op("current_tags", "not_includes", "answered")}, nil, reply), "no",
		},
		{
			"a tag of the first brings the second about",
			rule(1, conds{created}, nil, reply, act("current_tags", "answered")),
			rule(2, conds{created, op("current_tags", "includes", "answered")}, nil, reply), "certain",
		},
		{
			"words can be chosen so that both fire",
			rule(1, conds{created, op("subject_includes_word", "includes", "refund")}, nil, reply),
			rule(2, conds{created, op("subject_includes_word", "not_includes", "prize")}, nil, reply), "certain",
		},
		{"what nobody knows makes it possible", rule(1, conds{created}, nil, reply), rule(2, conds{created, is("organization_id", "4")}, nil, reply), "possible"},
		{"an update is no creation", rule(1, conds{created}, nil, reply), rule(2, conds{is("update_type", "Change")}, nil, reply), "no"},
		{"an inactive trigger does not fire", rule(1, conds{created}, nil, reply), inactive(rule(2, conds{created}, nil, reply)), "no"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := look(t, account{triggers: []map[string]any{tt.first, tt.second}})
			reach, because, ok := l.Together(attack.Email, trigger("1"), trigger("2"))
			got := string(reach)
			if !ok {
				got = "no"
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.want == "possible", len(because) > 0)
		})
	}
	l, _ := look(t, account{triggers: []map[string]any{rule(1, nil, nil, reply)}})
	_, _, ok := l.Together("pigeon", trigger("1"))
	assert.False(t, ok, "no such channel")
}
