package audit_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// asks is a rule that fails where the answer to a question is yes.
func asks(id, key string) audit.Rule {
	return audit.Rule{ID: id, Title: "Asks for " + key, Score: 5, Check: func(f *audit.Facts) audit.Verdict {
		switch a := f.Attested(key); {
		case !a.Known:
			return audit.Undecided(a.Detail)
		case a.Yes == tri.True || len(a.List) > 0:
			return audit.Failed(audit.Finding{Message: "bad", Object: tenant.Ref{Type: "setting", ID: key}})
		}
		return audit.Passed("")
	}}
}

func keys(open []audit.OpenQuestion) []string {
	var out []string
	for _, o := range open {
		out = append(out, o.Question.Key)
	}
	return out
}

func TestQuestionsAreRankedByWhatTheirAnswersSettle(t *testing.T) {
	rules := []audit.Rule{
		asks("ZD-TST-01", "end_users.signup_enabled"), asks("ZD-TST-02", "end_users.signup_enabled"),
		asks("ZD-TST-03", "corporate_domains"),
	}
	open := audit.Rank(context.Background(), snapshot(read), rules, audit.Options{Now: now})
	require.Len(t, open, len(audit.Questions()), "nobody has answered anything")
	assert.Equal(t, []string{"end_users.signup_enabled", "corporate_domains", "intake.anybody_can_submit"}, keys(open)[:3],
		"those that settle nothing come in the order of Questions")
	signup := open[0]
	assert.Equal(t, 2, signup.Settles())
	require.Len(t, signup.Changes, 2)
	c := signup.Changes[0]
	assert.Equal(t, [3]audit.Status{audit.Unknown, audit.Fail, audit.Pass}, [3]audit.Status{c.Now.Status, c.IfYes.Status, c.IfNo.Status})
	assert.Equal(t, "ZD-TST-03", open[1].Changes[0].Rule.ID, "a rule that waits for a list is found by its reason")
	assert.Zero(t, open[2].Settles())
}

func TestAQuestionIsOpenAgainWhenItsAnswerHasRunOut(t *testing.T) {
	rules := []audit.Rule{asks("ZD-TST-01", "end_users.signup_enabled"), asks("ZD-TST-02", "help_center.internal")}
	attest := audit.Attest{
		Answers: map[string]audit.Said{"end_users.signup_enabled": said(true)},
		By:      "jane@example.com", On: day("2026-10-01"), Until: day("2026-12-01"),
	}
	open := audit.Rank(context.Background(), snapshot(read), rules, audit.Options{Now: now, Config: &audit.Config{Attest: attest}})
	assert.NotContains(t, keys(open), "end_users.signup_enabled")
	assert.Equal(t, "help_center.internal", open[0].Question.Key)
	require.Len(t, open[0].Changes, 1, "the other answer goes on to count")

	attest.Until = day("2026-11-01")
	open = audit.Rank(context.Background(), snapshot(read), rules, audit.Options{Now: now, Config: &audit.Config{Attest: attest}})
	assert.Equal(t, "end_users.signup_enabled", open[0].Question.Key)
	require.NotNil(t, open[0].Before)
	assert.True(t, *open[0].Before.Yes)
	assert.Equal(t, 1, open[0].Settles())
}

func TestRankingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	open := audit.Rank(ctx, snapshot(read), []audit.Rule{asks("ZD-TST-01", "help_center.internal")}, audit.Options{Now: now})
	assert.Len(t, open, len(audit.Questions()))
	assert.Empty(t, open[0].Changes)
}

// message is one that goes to a requester over some channels.
func message(paths ...attack.Path) attack.Attack {
	return attack.Attack{Recipients: []attack.Recipient{attack.ToRequester}, Channels: paths}
}

func TestBrackets(t *testing.T) {
	text := func(c attack.Channel) attack.Path {
		return attack.Path{Channel: c, Content: attack.SaysText, Carriers: []string{"ticket.title"}}
	}
	blanked := attack.Path{Channel: attack.Email, Content: attack.SaysNone, Suppressed: []string{"ticket.description"}}
	yes, no := attack.Answer{Value: tri.True}, attack.Answer{Value: tri.False}
	for _, tt := range []struct {
		name    string
		attacks []attack.Attack
		in      attack.Settings
		want    *audit.Brackets
	}{
		{"what is known needs none", []attack.Attack{message(text(attack.Email))}, attack.Settings{AnybodyCanSubmit: yes, RequireAuthRequestsUploads: no, AskUsersToRegister: no}, nil},
		{
			"e-mail is open where anybody may write and nobody has to register",
			[]attack.Attack{message(text(attack.Email))},
			attack.Settings{},
			&audit.Brackets{
				Unknown: []string{"intake.anybody_can_submit", "intake.require_auth_requests_uploads", "intake.ask_users_to_register"}, Total: 8, Exposed: 2,
				Settle: []audit.Settling{
					{Key: "intake.anybody_can_submit", IfYes: 2, Of: 4},
					{Key: "intake.require_auth_requests_uploads", IfYes: 1, IfNo: 1, Of: 4},
					{Key: "intake.ask_users_to_register", IfNo: 2, Of: 4},
				},
			},
		},
		{
			"the programming interface is closed where it asks for authentication",
			[]attack.Attack{message(text(attack.RequestsAPI))},
			attack.Settings{AnybodyCanSubmit: yes, AskUsersToRegister: no},
			&audit.Brackets{
				Unknown: []string{"intake.require_auth_requests_uploads"}, Total: 2, Exposed: 1,
				Settle: []audit.Settling{{Key: "intake.require_auth_requests_uploads", IfNo: 1, Of: 1}},
			},
		},
		{
			"what Zendesk blanks is not relayed, and where it does not, the ticket is held",
			[]attack.Attack{message(blanked)},
			attack.Settings{AnybodyCanSubmit: yes},
			&audit.Brackets{
				Unknown: []string{"intake.require_auth_requests_uploads", "intake.ask_users_to_register"}, Total: 4,
				Settle: []audit.Settling{{Key: "intake.require_auth_requests_uploads", Of: 2}, {Key: "intake.ask_users_to_register", Of: 2}},
			},
		},
		{
			"channels that the switches do not govern do not count",
			[]attack.Attack{message(text(attack.Messaging), text(attack.TicketsAPI))},
			attack.Settings{AnybodyCanSubmit: yes, AskUsersToRegister: no},
			&audit.Brackets{Unknown: []string{"intake.require_auth_requests_uploads"}, Total: 2, Settle: []audit.Settling{{Key: "intake.require_auth_requests_uploads", Of: 1}}},
		},
		{
			"a message to the account's own agents relays nothing",
			[]attack.Attack{{Recipients: []attack.Recipient{attack.ToAgents}, Channels: []attack.Path{text(attack.Email)}}},
			attack.Settings{AnybodyCanSubmit: yes, RequireAuthRequestsUploads: no},
			&audit.Brackets{Unknown: []string{"intake.ask_users_to_register"}, Total: 2, Settle: []audit.Settling{{Key: "intake.ask_users_to_register", Of: 1}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, audit.Bracket(tt.attacks, tt.in))
		})
	}
}

// Brackets are cheaper than analysing every combination, and must say the same.
func TestBracketsAgreeWithTheWholeAnalysis(t *testing.T) {
	account := tenant.New(tenant.Content{Lists: map[tenant.Kind][]tenant.Value{tenant.Triggers: {
		receipt("1", "Re: {{ticket.title}}"), receipt("2", "{{ticket.description}}"),
	}}})
	for n := range 2 {
		one := tenant.New(tenant.Content{Lists: map[tenant.Kind][]tenant.Value{tenant.Triggers: account.List(tenant.Triggers)[n : n+1]}})
		b := audit.Bracket(attack.Analyse(context.Background(), one, attack.Settings{}, attack.Scope{}), attack.Settings{})
		exposed := 0
		for i := range 8 {
			in := attack.Settings{
				AnybodyCanSubmit:           attack.Answer{Value: tri.Of(i&1 == 1)},
				RequireAuthRequestsUploads: attack.Answer{Value: tri.Of(i&2 == 2)},
				AskUsersToRegister:         attack.Answer{Value: tri.Of(i&4 == 4)},
			}
			for _, a := range attack.Analyse(context.Background(), one, in, attack.Scope{}) {
				if carries(a) {
					exposed++
					break
				}
			}
		}
		assert.Equal(t, exposed, b.Exposed, "trigger %d", n+1)
		assert.Equal(t, 8, b.Total)
	}
}

func carries(a attack.Attack) bool {
	for _, p := range a.Channels {
		live := p.Intake == attack.IntakeOpen || p.Intake == attack.IntakeUnknown
		if live && p.Content == attack.SaysText && p.Channel != attack.Messaging && p.Channel != attack.TicketsAPI {
			return true
		}
	}
	return false
}

// receipt is a trigger that answers every new ticket.
func receipt(id, body string) tenant.Value {
	str := func(s string) tenant.Value { return tenant.StringAt(s, nowhere, 0) }
	list := func(items ...tenant.Value) tenant.Value { return tenant.ListAt(items, nowhere) }
	object := func(members ...tenant.Member) tenant.Value { return tenant.MapAt(members, nowhere) }
	return object(
		tenant.Member{Key: "id", Value: str(id)},
		tenant.Member{Key: "title", Value: str("Receipt")},
		tenant.Member{Key: "active", Value: tenant.BooleanAt(true, nowhere)},
		tenant.Member{Key: "conditions", Value: object(
			tenant.Member{Key: "all", Value: list(object(
				tenant.Member{Key: "field", Value: str("update_type")},
				tenant.Member{Key: "operator", Value: str("is")},
				tenant.Member{Key: "value", Value: str("Create")},
			))},
			tenant.Member{Key: "any", Value: list()},
		)},
		tenant.Member{Key: "actions", Value: list(object(
			tenant.Member{Key: "field", Value: str("notification_user")},
			tenant.Member{Key: "value", Value: list(str("requester_id"), str("Hello"), str(body))},
		))},
	)
}
