package attack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// An account is put together from the API's own shapes.
type account struct {
	triggers, automations []map[string]any
	more                  map[string]any // other resources, by their key
}

func (a account) snapshot(tb testing.TB) *tenant.Snapshot {
	tb.Helper()
	doc := map[string]any{"triggers": orEmpty(a.triggers), "automations": orEmpty(a.automations)}
	for k, v := range a.more {
		doc[k] = v
	}
	data, err := json.MarshalIndent(doc, "", " ")
	require.NoError(tb, err)
	s, err := collect.Snapshot([]collect.File{{Name: "account.json", Data: data}}, tenant.Origin{Kind: "dump"}, "acme")
	require.NoError(tb, err)
	return s
}

func orEmpty(rules []map[string]any) []map[string]any {
	if rules == nil {
		return []map[string]any{}
	}
	return rules
}

func (a account) attacks(t *testing.T) []attack.Attack {
	t.Helper()
	return attack.Analyse(context.Background(), a.snapshot(t), attack.Settings{}, attack.Scope{})
}

type conds []map[string]any

func is(field string, value any) map[string]any { return op(field, "is", value) }

func op(field, operator string, value any) map[string]any {
	return map[string]any{"field": field, "operator": operator, "value": value}
}

func act(field string, value any) map[string]any {
	return map[string]any{"field": field, "value": value}
}

var created = is("update_type", "Create")

func mailTo(who, subject, body string) map[string]any {
	return act("notification_user", []any{who, subject, body})
}

var receipt = mailTo("requester_id", "Re: {{ticket.title}}", "Hello")

// rule makes a trigger or an automation; ids count from 1 in the order given.
func rule(id int, all, anyOf conds, actions ...map[string]any) map[string]any {
	if all == nil {
		all = conds{}
	}
	if anyOf == nil {
		anyOf = conds{}
	}
	return map[string]any{
		"id": id, "title": fmt.Sprintf("Rule %d", id), "active": true, "position": id,
		"conditions": map[string]any{"all": all, "any": anyOf}, "actions": actions,
	}
}

// over says over which channels object id sends its first message: a channel,
// with "?" where that is only possible.
func over(attacks []attack.Attack, id string) string {
	var out []string
	for _, a := range attacks {
		if a.Object.ID != id {
			continue
		}
		for _, p := range a.Channels {
			word := string(p.Channel)
			if p.Reach == attack.Possible {
				word += "?"
			}
			out = append(out, word)
		}
		break
	}
	return strings.Join(out, " ")
}

func pathOf(t *testing.T, attacks []attack.Attack, id string, c attack.Channel) attack.Path {
	t.Helper()
	for _, a := range attacks {
		if a.Object.ID != id {
			continue
		}
		for _, p := range a.Channels {
			if p.Channel == c {
				return p
			}
		}
	}
	require.Fail(t, "no way", "object %s over %s", id, c)
	return attack.Path{}
}

const (
	everywhere = "web_form requests_api email widget mobile_sdk messaging? tickets_api"
	endUsers   = "web_form requests_api email widget mobile_sdk messaging?"
	perhaps    = "web_form? requests_api? email? widget? mobile_sdk? messaging? tickets_api?"
)

func TestConditions(t *testing.T) {
	for _, tt := range []struct {
		name string
		all  conds
		any  conds
		want string
	}{
		{name: "a trigger without conditions answers every ticket", want: everywhere},
		{name: "a new ticket is a creation", all: conds{created}, want: everywhere},
		{name: "a new ticket is no update", all: conds{is("update_type", "Change")}, want: ""},
		{name: "a stranger is an end user", all: conds{is("role", "end_user")}, want: endUsers},
		{name: "a stranger is no agent, but the company's form posts as one", all: conds{is("role", "agent")}, want: "tickets_api"},
		{name: "a stranger is no particular agent", all: conds{is("role", "360")}, want: "tickets_api?"},
		{name: "the requester is an end user", all: conds{is("requester_role", 0)}, want: everywhere},
		{name: "the requester is no agent", all: conds{is("requester_role", "4")}, want: ""},
		{name: "web form has number 0", all: conds{is("via_id", 0)}, want: "web_form messaging?"},
		{name: "e-mail has number 4", all: conds{is("via_id", "4")}, want: "email messaging?"},
		{name: "not by e-mail", all: conds{op("via_id", "is_not", "4")}, want: "web_form requests_api widget mobile_sdk messaging? tickets_api"},
		{name: "a new ticket is not solved", all: conds{op("status", "is_not", "solved")}, want: everywhere},
		{name: "a new ticket is less than solved", all: conds{op("status", "less_than", "solved")}, want: everywhere},
		{name: "a new ticket is not pending", all: conds{is("status", "pending")}, want: "tickets_api?"},
		{name: "status greater than new is not reached at creation", all: conds{op("status", "greater_than", "new")}, want: "tickets_api?"},
		{name: "a new ticket was nothing before", all: conds{op("status", "value_previous", "new")}, want: ""},
		{name: "whether a new ticket's status counts as changed nobody says", all: conds{op("status", "changed", nil)}, want: perhaps},
		{name: "nobody is assigned yet", all: conds{is("assignee_id", "")}, want: everywhere},
		{name: "nobody has been assigned", all: conds{op("assignee_id", "is_not", "")}, want: "tickets_api?"},
		{name: "a new ticket was never reopened", all: conds{op("reopens", "greater_than", "0")}, want: ""},
		{name: "a new ticket has fewer than five reopens", all: conds{op("reopens", "less_than", 5)}, want: everywhere},
		{name: "a new ticket is public", all: conds{is("ticket_is_public", "public"), is("comment_is_public", true)}, want: everywhere},
		{name: "a new ticket is not private", all: conds{is("ticket_is_public", "private")}, want: "tickets_api?"},
		{name: "the requester sees the first comment", all: conds{is("comment_is_public", "requester_can_see_comment")}, want: everywhere},
		{name: "contradictory words: no ticket has them", all: conds{op("subject_includes_word", "includes", "refund"), op("subject_includes_word", "not_includes", "refund")}, want: ""},
		{name: "one of the words is enough", all: conds{op("subject_includes_word", "includes", "refund invoice"), op("subject_includes_word", "not_includes", "refund")}, want: everywhere},
		{name: "contradictory values: no ticket has both", all: conds{is("brand_id", "1"), is("brand_id", "2")}, want: ""},
		{name: "a value and its opposite", all: conds{is("locale_id", "1"), op("locale_id", "is_not", "1")}, want: ""},
		{name: "an organization nobody can know makes it possible", all: conds{is("organization_id", "360")}, want: perhaps},
		{name: "two organizations at once are none", all: conds{is("organization_id", "360"), is("organization_id", "361")}, want: ""},
		{name: "not of an organization is a stranger", all: conds{op("organization_id", "is_not", "360")}, want: everywhere},
		{name: "an unknown condition makes it possible", all: conds{is("phase_of_the_moon", "full")}, want: perhaps},
		{name: "an unknown operator makes it possible", all: conds{op("status", "resembles", "new")}, want: perhaps},
		{name: "one of any is enough", any: conds{is("update_type", "Change"), is("status", "new")}, want: everywhere},
		{name: "none of any is not", any: conds{is("update_type", "Change"), op("replies", "greater_than", 0)}, want: ""},
		{name: "any is judged together with all", all: conds{is("brand_id", "1")}, any: conds{is("brand_id", "2"), is("update_type", "Change")}, want: ""},
		{name: "office hours are the stranger's choice", all: conds{is("in_business_hours", false)}, want: everywhere},
		{name: "a tag that nothing adds is not there", all: conds{op("current_tags", "includes", "vip")}, want: "tickets_api?"},
		{name: "a tag that nothing adds is missing", all: conds{op("current_tags", "not_includes", "vip spam")}, want: everywhere},
		{name: "a list of values: one of them", all: conds{op("via_id", "includes", []any{0, 4})}, want: "web_form email messaging?"},
		{name: "received at an address", all: conds{is("recipient", "help@example.com")}, want: "web_form? requests_api? email widget? mobile_sdk? messaging? tickets_api?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := account{
				triggers: []map[string]any{rule(1, tt.all, tt.any, receipt)},
				more:     map[string]any{"ticket_fields": []any{}},
			}
			assert.Equal(t, tt.want, over(a.attacks(t), "1"))
		})
	}
}

func TestFieldsAndTags(t *testing.T) {
	fields := []any{
		map[string]any{
			"id": 10, "type": "tagger", "title": "Topic", "active": true, "visible_in_portal": true, "editable_in_portal": true,
			"custom_field_options": []any{map[string]any{"name": "Returns", "value": "topic_returns"}, map[string]any{"name": "Other", "value": "topic_other"}},
		},
		map[string]any{"id": 11, "type": "text", "title": "Order", "active": true, "visible_in_portal": true, "editable_in_portal": true},
		map[string]any{"id": 12, "type": "text", "title": "Note of agents", "active": true, "visible_in_portal": false, "editable_in_portal": false},
		map[string]any{"id": 13, "type": "checkbox", "title": "Urgent", "tag": "is_urgent", "active": true, "visible_in_portal": true, "editable_in_portal": true},
		map[string]any{"id": 14, "type": "priority", "title": "Priority", "active": true, "visible_in_portal": true, "editable_in_portal": true},
	}
	for _, tt := range []struct {
		name string
		all  conds
		want string
	}{
		{"a drop-down's tag can be chosen on a form", conds{op("current_tags", "includes", "topic_returns")}, "web_form requests_api widget mobile_sdk messaging? tickets_api?"},
		{"one drop-down has one value", conds{is("custom_fields_10", "topic_returns"), op("current_tags", "includes", "topic_other")}, "tickets_api?"},
		{"a value that is no option", conds{is("custom_fields_10", "topic_secret")}, "tickets_api?"},
		{"a text field is the stranger's", conds{is("custom_fields_11", "anything")}, "web_form requests_api widget mobile_sdk messaging? tickets_api?"},
		{"a filled-in text field", conds{op("custom_fields_11", "present", nil)}, "web_form requests_api widget mobile_sdk messaging? tickets_api?"},
		{"a hidden field is not on the form", conds{is("custom_fields_12", "x")}, "requests_api? mobile_sdk? messaging? tickets_api?"},
		{"a ticked box brings its tag", conds{op("current_tags", "includes", "is_urgent"), is("custom_fields_13", "true")}, "web_form requests_api widget mobile_sdk messaging? tickets_api?"},
		{"a box is not ticked and ticked", conds{op("current_tags", "includes", "is_urgent"), is("custom_fields_13", false)}, "tickets_api?"},
		{"priority on the form can be chosen", conds{op("priority", "greater_than", "normal")}, "web_form requests_api widget mobile_sdk messaging? tickets_api?"},
		{"a deleted field holds nothing", conds{op("custom_fields_99", "present", nil)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := account{
				triggers: []map[string]any{rule(1, tt.all, nil, receipt)},
				more:     map[string]any{"ticket_fields": fields},
			}
			assert.Equal(t, tt.want, over(a.attacks(t), "1"))
		})
	}
}

func TestEarlierTriggers(t *testing.T) {
	tag := func(t string) map[string]any { return act("current_tags", t) }
	has := func(t string) map[string]any { return op("current_tags", "includes", t) }
	hasNot := func(t string) map[string]any { return op("current_tags", "not_includes", t) }
	for _, tt := range []struct {
		name     string
		triggers []map[string]any
		object   string
		want     string
		via      []string
	}{
		{
			"a guard tag closes a later trigger",
			[]map[string]any{rule(1, conds{created}, nil, tag("spam")), rule(2, conds{created, hasNot("spam")}, nil, receipt)},
			"2", "", nil,
		},
		{
			"a guard that asks for words can be passed",
			[]map[string]any{rule(1, conds{created, op("subject_includes_word", "includes", "casino")}, nil, tag("spam")), rule(2, conds{created, hasNot("spam")}, nil, receipt)},
			"2", everywhere, nil,
		},
		{
			"a tag set earlier opens a later trigger",
			[]map[string]any{rule(1, conds{created}, nil, tag("first")), rule(2, conds{has("first")}, nil, receipt)},
			"2", everywhere,
			[]string{"1"},
		},
		{
			"a tag set later opens an earlier trigger, because the list is gone through again",
			[]map[string]any{rule(1, conds{has("late")}, nil, receipt), rule(2, conds{created}, nil, tag("late"))},
			"1", everywhere,
			[]string{"2"},
		},
		{
			"an inactive trigger sets nothing",
			[]map[string]any{inactive(rule(1, conds{created}, nil, tag("first"))), rule(2, conds{has("first")}, nil, receipt)},
			"2", "tickets_api?", nil,
		},
		{
			"a chain of three",
			[]map[string]any{
				rule(1, conds{created}, nil, tag("a")), rule(2, conds{has("a")}, nil, tag("b")), rule(3, conds{has("b")}, nil, receipt),
			},
			"3", everywhere,
			[]string{"1", "2"},
		},
		{
			"what needs a tag that only it sets is never reached",
			[]map[string]any{rule(1, conds{has("loop")}, nil, tag("loop"), receipt)},
			"1", "tickets_api?", nil,
		},
		{
			"a removed tag closes again",
			[]map[string]any{rule(1, conds{created}, nil, tag("a")), rule(2, conds{has("a")}, nil, act("remove_tags", "a")), rule(3, conds{has("a")}, nil, receipt)},
			"3", "", nil,
		},
		{
			"replacing all tags takes the others away",
			[]map[string]any{rule(1, conds{created}, nil, tag("a")), rule(2, conds{has("a")}, nil, act("set_tags", "b")), rule(3, conds{has("a")}, nil, receipt)},
			"3", "", nil,
		},
		{
			"a status set earlier opens",
			[]map[string]any{rule(1, conds{created}, nil, act("status", "solved")), rule(2, conds{is("status", "solved")}, nil, receipt)},
			"2", everywhere,
			[]string{"1"},
		},
		{
			"a status set earlier closes",
			[]map[string]any{rule(1, conds{created}, nil, act("status", "solved")), rule(2, conds{op("status", "is_not", "solved")}, nil, receipt)},
			"2", "", nil,
		},
		{
			"an assignment counts as a change",
			[]map[string]any{rule(1, conds{created}, nil, act("group_id", "77")), rule(2, conds{op("group_id", "changed", nil)}, nil, receipt)},
			"2", everywhere,
			[]string{"1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			attacks := account{triggers: tt.triggers, more: map[string]any{"ticket_fields": []any{}}}.attacks(t)
			require.Equal(t, tt.want, over(attacks, tt.object))
			if tt.via == nil {
				return
			}
			var via []string
			for _, r := range pathOf(t, attacks, tt.object, attack.WebForm).Via {
				via = append(via, r.ID)
			}
			assert.Equal(t, tt.via, via)
		})
	}
}

func inactive(r map[string]any) map[string]any {
	r["active"] = false
	return r
}

func TestAutomations(t *testing.T) {
	for _, tt := range []struct {
		name        string
		triggers    []map[string]any
		automations []map[string]any
		object      string
		want        string
	}{
		{"a ticket stays new by itself", nil, []map[string]any{rule(5, conds{is("NEW", "24")}, nil, receipt)}, "5", everywhere},
		{"a ticket becomes open without an agent", nil, []map[string]any{rule(5, conds{op("OPEN", "greater_than", "24")}, nil, receipt)}, "5", endUsers + " tickets_api?"},
		{"pending needs an agent", nil, []map[string]any{rule(5, conds{is("PENDING", "24")}, nil, receipt)}, "5", "tickets_api?"},
		{"or a trigger that sets it", []map[string]any{rule(1, conds{created}, nil, act("status", "pending"))}, []map[string]any{rule(5, conds{is("PENDING", "24")}, nil, receipt)}, "5", everywhere},
		{"a trigger's tag opens an automation", []map[string]any{rule(1, conds{created}, nil, act("current_tags", "bump"))}, []map[string]any{rule(5, conds{is("NEW", 1), op("current_tags", "includes", "bump")}, nil, receipt)}, "5", everywhere},
		{"an automation sets off a trigger on update", []map[string]any{rule(1, conds{is("update_type", "Change"), op("current_tags", "includes", "bumped")}, nil, receipt)}, []map[string]any{rule(5, conds{is("NEW", 1)}, nil, act("current_tags", "bumped"))}, "1", everywhere},
		{"but not one that asks for a comment", []map[string]any{rule(1, conds{is("update_type", "Change"), is("comment_is_public", "true")}, nil, receipt)}, []map[string]any{rule(5, conds{is("NEW", 1)}, nil, act("current_tags", "bumped"))}, "1", ""},
		{"what an assignee does needs an assignee", nil, []map[string]any{rule(5, conds{op("assignee_updated_at", "greater_than", "24")}, nil, receipt)}, "5", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := account{triggers: tt.triggers, automations: tt.automations, more: map[string]any{"ticket_fields": []any{}}}
			assert.Equal(t, tt.want, over(a.attacks(t), tt.object))
		})
	}
}

func TestSuppression(t *testing.T) {
	quoting := func(who string) map[string]any {
		return mailTo(who, "Received", "You wrote: {{ticket.comments_formatted}}")
	}
	yes, no := attack.Answer{Value: tri.True}, attack.Answer{Value: tri.False}
	for _, tt := range []struct {
		name       string
		action     map[string]any
		intake     attack.Settings
		channel    attack.Channel
		carriers   []string
		suppressed []string
	}{
		{"blanked in an open account's receipt", quoting("requester_id"), attack.Settings{AnybodyCanSubmit: yes, AskUsersToRegister: no}, attack.WebForm, nil, []string{"ticket.comments_formatted"}},
		{"an account nobody described is as shipped", quoting("requester_id"), attack.Settings{}, attack.Email, nil, []string{"ticket.comments_formatted"}},
		{"registration ends suppression", quoting("requester_id"), attack.Settings{AskUsersToRegister: yes}, attack.WebForm, []string{"ticket.comments_formatted"}, nil},
		{"a closed account suppresses nothing", quoting("requester_id"), attack.Settings{AnybodyCanSubmit: no}, attack.WebForm, []string{"ticket.comments_formatted"}, nil},
		{"tickets of the Tickets API are not suppressed", quoting("requester_id"), attack.Settings{}, attack.TicketsAPI, []string{"ticket.comments_formatted"}, nil},
		{"agents read everything", quoting("all_agents"), attack.Settings{}, attack.WebForm, []string{"ticket.comments_formatted"}, nil},
		{"targets get everything", act("notification_target", []any{"9", "{{ticket.description}}"}), attack.Settings{}, attack.WebForm, []string{"ticket.description"}, nil},
		{"the verbatim description is in no list", mailTo("requester_id", "", "{{ticket.verbatim_description}}"), attack.Settings{}, attack.WebForm, []string{"ticket.verbatim_description"}, nil},
		{"dynamic content is not suppressed", mailTo("requester_id", "", "{{dc.quote}}"), attack.Settings{}, attack.WebForm, []string{"ticket.description"}, nil},
		{"a loop over comments is suppressed as they are", mailTo("requester_id", "", "{% for c in ticket.comments %}{{c.value}}{% endfor %}"), attack.Settings{}, attack.WebForm, nil, []string{"ticket.comments"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := account{
				triggers: []map[string]any{rule(1, conds{created}, nil, tt.action)},
				more: map[string]any{"items": []any{map[string]any{"id": 1, "name": "quote", "placeholder": "{{dc.quote}}", "variants": []any{
					map[string]any{"id": 1, "content": "Hallo", "locale_id": 8, "active": true, "default": true},
					map[string]any{"id": 2, "content": "You said {{ticket.description}}", "locale_id": 1, "active": true},
				}}}},
			}.snapshot(t)
			p := pathOf(t, attack.Analyse(context.Background(), s, tt.intake, attack.Scope{}), "1", tt.channel)
			assert.Equal(t, tt.carriers, p.Carriers)
			assert.Equal(t, tt.suppressed, p.Suppressed)
			assert.Equal(t, strings.Contains(tt.name, "verbatim"), p.Clause == "", "the clause is named where there is a comment")
		})
	}
}

func TestAutomationMailIsNeverSuppressed(t *testing.T) {
	a := account{automations: []map[string]any{rule(5, conds{is("NEW", 24)}, nil, mailTo("requester_id", "Still there?", "{{ticket.description}}"))}}
	p := pathOf(t, a.attacks(t), "5", attack.WebForm)
	assert.Equal(t, []string{"ticket.description"}, p.Carriers)
	assert.Empty(t, p.Suppressed)
}

func TestTheWitnessSatisfiesTheConditions(t *testing.T) {
	a := account{
		triggers: []map[string]any{
			rule(1, conds{
				created, is("brand_id", "900"), op("subject_includes_word", "includes", "refund"),
				op("comment_includes_word", "not_includes", "prize"), op("current_tags", "includes", "topic_returns"),
			}, nil, receipt),
		},
		more: map[string]any{
			"brands": []any{map[string]any{"id": 900, "name": "North", "active": true, "default": true}, map[string]any{"id": 901, "name": "South", "active": true}},
			"ticket_fields": []any{map[string]any{
				"id": 10, "type": "tagger", "active": true, "visible_in_portal": true, "editable_in_portal": true,
				"custom_field_options": []any{map[string]any{"name": "Returns", "value": "topic_returns"}},
			}},
		},
	}
	got := pathOf(t, a.attacks(t), "1", attack.WebForm).Ticket
	assert.Equal(t, "900", got.Attributes["brand_id"])
	assert.Equal(t, "topic_returns", got.Attributes["custom_fields_10"])
	assert.Equal(t, []string{"topic_returns"}, got.Tags)
	assert.Contains(t, got.Attributes["subject"], "refund")
	assert.NotContains(t, strings.ToLower(got.Attributes["comment"]), "prize")
}

func TestADeletedBrandIsNeverChosen(t *testing.T) {
	a := account{
		triggers: []map[string]any{rule(1, conds{created, is("brand_id", "999")}, nil, receipt)},
		more:     map[string]any{"brands": []any{map[string]any{"id": 900, "name": "North", "active": true}}},
	}
	assert.Equal(t, "tickets_api?", over(a.attacks(t), "1"))
}

func TestRecipients(t *testing.T) {
	for _, tt := range []struct {
		name   string
		action map[string]any
		want   []attack.Recipient
	}{
		{"the requester", mailTo("requester_id", "", "x"), []attack.Recipient{attack.ToRequester}},
		{"and those copied in", mailTo("requester_and_ccs", "", "x"), []attack.Recipient{attack.ToRequester, attack.ToCCs}},
		{"who wrote", mailTo("current_user", "", "x"), []attack.Recipient{attack.ToCurrentUser}},
		{"all agents", mailTo("all_agents", "", "x"), []attack.Recipient{attack.ToAgents}},
		{"a team member by id", mailTo("501", "", "x"), []attack.Recipient{attack.ToAgents}},
		{"somebody else by id", mailTo("999", "", "x"), []attack.Recipient{attack.ToUser}},
		{"a group", act("notification_group", []any{"group_id", "s", "b"}), []attack.Recipient{attack.ToGroup}},
		{"a webhook", act("notification_webhook", []any{"01H", "{}"}), []attack.Recipient{attack.ToWebhook}},
		{"a target", act("notification_target", []any{"9", "m"}), []attack.Recipient{attack.ToTarget}},
		{"a phone", act("notification_sms_user", []any{"requester_id", 1, "m"}), []attack.Recipient{attack.ToSMS}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			attacks := account{
				triggers: []map[string]any{rule(1, conds{created}, nil, tt.action)},
				more:     map[string]any{"users": []any{map[string]any{"id": 501, "name": "Ann Agent", "role": "agent", "email": "ann@example.com"}}},
			}.attacks(t)
			require.Len(t, attacks, 1)
			assert.Equal(t, tt.want, attacks[0].Recipients)
		})
	}
}

func TestAnUnknownActionWithTextIsForReview(t *testing.T) {
	attacks := account{triggers: []map[string]any{rule(1, conds{created}, nil, act("carrier_pigeon", []any{"requester_id", "Hi {{ticket.title}}"}))}}.attacks(t)
	require.Len(t, attacks, 1)
	assert.NotEmpty(t, attacks[0].Review)
	assert.Equal(t, attack.Possible, attacks[0].Channels[0].Reach)
	assert.Equal(t, []string{"ticket.title"}, attacks[0].Channels[0].Carriers)
}

func TestManyTriggersThatActOnOneAnotherEndInPossible(t *testing.T) {
	var triggers []map[string]any
	for i := 1; i <= 40; i++ {
		triggers = append(triggers, rule(i, conds{op("subject_includes_word", "includes", fmt.Sprintf("w%d", i)), op("current_tags", "not_includes", fmt.Sprintf("t%d", (i*7)%40))}, nil,
			act("current_tags", fmt.Sprintf("t%d", i))))
	}
	triggers = append(triggers, rule(99, conds{op("current_tags", "includes", "t1"), op("current_tags", "includes", "t2"), op("current_tags", "includes", "nowhere")}, nil, receipt))
	a := account{triggers: triggers, more: map[string]any{"ticket_fields": []any{}}}
	got := over(a.attacks(t), "99")
	assert.Contains(t, []string{"tickets_api?", perhaps}, got)
}

func TestIntake(t *testing.T) {
	yes, no, unknown := attack.Answer{Value: tri.True}, attack.Answer{Value: tri.False}, attack.Answer{}
	for _, tt := range []struct {
		name                    string
		anybody, auth, register attack.Answer
		channel                 attack.Channel
		want                    attack.Intake
	}{
		{"a closed account refuses the form", no, unknown, unknown, attack.WebForm, attack.IntakeClosed},
		{"a closed account suspends unknown senders", no, unknown, unknown, attack.Email, attack.IntakeClosed},
		{"the form holds until the address is verified", yes, no, no, attack.WebForm, attack.IntakeHeld},
		{"e-mail is not covered by verification", yes, no, no, attack.Email, attack.IntakeOpen},
		{"registration holds e-mail", yes, no, yes, attack.Email, attack.IntakeHeld},
		{"nobody documents whether verification covers the Requests API", yes, no, no, attack.RequestsAPI, attack.IntakeUnknown},
		{"authentication closes the Requests API", yes, yes, no, attack.RequestsAPI, attack.IntakeClosed},
		{"and nothing else", yes, yes, no, attack.Email, attack.IntakeOpen},
		{"the Tickets API is not governed by these settings", no, yes, yes, attack.TicketsAPI, attack.IntakeUnknown},
		{"nothing known, nothing said", unknown, unknown, unknown, attack.Email, attack.IntakeUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := attack.Settings{AnybodyCanSubmit: tt.anybody, RequireAuthRequestsUploads: tt.auth, AskUsersToRegister: tt.register}
			assert.Equal(t, tt.want, s.On(tt.channel))
		})
	}
}

func TestAScopeNarrowsToABrand(t *testing.T) {
	s := account{
		triggers: []map[string]any{rule(1, conds{created, is("brand_id", "900")}, nil, receipt), rule(2, conds{created, op("brand_id", "is_not", "900")}, nil, receipt)},
		more: map[string]any{"brands": []any{
			map[string]any{"id": 900, "name": "North", "active": true}, map[string]any{"id": 901, "name": "South", "active": true},
		}},
	}.snapshot(t)
	north := attack.Analyse(context.Background(), s, attack.Settings{}, attack.Scope{Brand: "900"})
	assert.Contains(t, over(north, "1"), "web_form")
	assert.Equal(t, "tickets_api?", over(north, "2"))
	south := attack.Analyse(context.Background(), s, attack.Settings{}, attack.Scope{Brand: "901"})
	assert.Equal(t, "tickets_api?", over(south, "1"))
	assert.Contains(t, over(south, "2"), "web_form")
}

func TestAConditionNobodyKnowsIsNamedAsTheAccountNamesIt(t *testing.T) {
	a := account{
		triggers: []map[string]any{rule(1, conds{is("moon_phase", "full")}, nil, receipt)},
		more: map[string]any{"definitions": map[string]any{
			"actions":        []any{},
			"conditions_all": []any{map[string]any{"title": "Ticket: Phase of the moon", "subject": "moon_phase", "type": "list", "operators": []any{}}},
			"conditions_any": []any{},
		}},
	}
	p := pathOf(t, a.attacks(t), "1", attack.WebForm)
	assert.Equal(t, []string{"zdaudit does not know the condition “Ticket: Phase of the moon” (moon_phase)"}, p.Because)
}
