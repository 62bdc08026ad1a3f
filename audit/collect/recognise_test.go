package collect

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecognise(t *testing.T) {
	const rule = `"title":"x","actions":[{"field":"status","value":"open"}]`
	for _, tt := range []struct{ name, file, in, want string }{
		{"an envelope, whatever the file is called", "x.json", `{"triggers":[{"id":1}]}`, "[triggers:1]"},
		{"an empty list says empty", "x.json", `{"webhooks":[]}`, "[webhooks:0]"},
		{"one object in its envelope", "x.json", `{"trigger":{"id":1}}`, "[triggers:1]"},
		{"support addresses are recipient addresses", "x.json", `{"support_addresses":[{"id":1}]}`, "[recipient_addresses:1]"},
		{"OAuth clients by their identifier", "x.json", `{"clients":[{"identifier":"a"}]}`, "[oauth_clients:1]"},
		{"clients of something else", "x.json", `{"clients":[{"name":"a"}]}`, "[]"},
		{"tokens of something else", "x.json", `{"tokens":[{"color":"red"}]}`, "[]"},
		{"tokens of a shape yet unknown, where the name says what they are", "oauth_tokens.json", `{"tokens":[{"id":1}]}`, "[oauth_tokens:1]"},
		{"items are dynamic content where they have a placeholder", "x.json", `{"items":[{"placeholder":"{{dc.a}}","variants":[]}]}`, "[dynamic_content:1]"},
		{"items of something else", "x.json", `{"items":[{"id":1}]}`, "[]"},
		{"empty items, and the name says of what", "dynamic_content.json", `{"items":[]}`, "[dynamic_content:0]"},
		{"empty items of anything", "x.json", `{"items":[]}`, "[]"},
		{"a list of words is no resource", "x.json", `{"locales":["en","de"]}`, "[]"},
		{"settings of an account", "x.json", `{"settings":{"tickets":{"tagging":true}}}`, "[settings:1]"},
		{"settings of an editor", "settings.json", `{"settings":{"editor.fontSize":12}}`, "[]"},
		{"bare settings", "x.json", `{"tickets":{},"user":{"tagging":true}}`, "[settings:1]"},
		{"bare security settings", "x.json", `{"agent_session_timeout":480,"authentication":{"agent":{}}}`, "[security_settings:1]"},
		{"definitions of triggers", "x.json", `{"definitions":{"actions":[],"conditions_all":[],"conditions_any":[]}}`, "[trigger_definitions:1]"},
		{"definitions of views", "x.json", `{"definitions":{"conditions_all":[],"conditions_any":[],"groupables":[]}}`, "[]"},
		{"help center settings", "x.json", `{"general_settings":{"preferences":{"sign_in_required":true}}}`, "[help_center_settings:1]"},
		{"help center settings of a shape yet unknown, where the name says what they are", "help_center_settings.json", `{"preferences":{"new":true}}`, "[help_center_settings:1]"},
		{"preferences of something else", "x.json", `{"preferences":{"theme":"dark"}}`, "[]"},

		{"a bare trigger, by its category", "x.json", `{"id":1,"category_id":"5",` + rule + `,"conditions":{"all":[]}}`, "[triggers:1]"},
		{"a bare trigger, by what changes", "automations/x.json", `{"id":1,` + rule + `,"conditions":{"all":[{"field":"status","operator":"changed"}]}}`, "[triggers:1]"},
		{"a bare automation, by its hours", "triggers/x.json", `{"id":1,` + rule + `,"conditions":{"all":[{"field":"PENDING","operator":"is"}]}}`, "[automations:1]"},
		{"a bare automation, by its address", "x.json", `{"url":"https://a.zendesk.com/api/v2/automations/1.json",` + rule + `,"conditions":{"all":[]}}`, "[automations:1]"},
		{"a rule without any sign, by its folder", "automations/x.json", `{"id":1,` + rule + `,"conditions":{"all":[]}}`, "[automations:1]"},
		{"a rule without any sign at all", "x.json", `{"id":1,` + rule + `,"conditions":{"all":[]}}`, "[triggers:1]"},
		{"a rule among automations", "x.json", `[{"id":1,` + rule + `,"all":[]},{"id":2,` + rule + `,"all":[{"field":"NEW"}]}]`, "[automations:2]"},
		{"a bare macro", "x.json", `{"id":1,` + rule + `}`, "[macros:1]"},
		{"a view", "triggers/x.json", `{"url":"https://a.zendesk.com/api/v2/views/1.json","title":"x","conditions":{"all":[]}}`, "[]"},
		{"an identity of a user is no user", "x.json", `{"url":"https://a.zendesk.com/api/v2/users/1/identities/2.json","email":"a","role":"b"}`, "[]"},
		{"a user with an organization inside", "x.json", `{"id":1,"email":"a@example.com","role":"agent","organization":{"id":2}}`, "[users:1]"},
		{"several kinds in one list", "x.json", `[{"brand_url":"x"},{"email":"a","role":"b"},7]`, "[brands:1 users:1]"},
		{"an unknown shape, by the file's name", "trigger_categories.json", `[{"id":"1","name":"a"}]`, "[trigger_categories:1]"},
		{"an unknown shape in a foreign file", "groups.json", `[{"id":1,"name":"a"}]`, "[]"},
		{"an empty list, by the file's name", "macros-2.json", `[]`, "[macros:0]"},
		{"an empty list of anything", "x.json", `[]`, "[]"},
		{"a list of pages", "x.json", `[{"triggers":[{"id":1}]},{"triggers":[{"id":2}]}]`, "[triggers:1 triggers:1]"},
		{"an app's requirements", "requirements.json", `{"triggers":{"a":{"all":[],"actions":[]}},"views":{"b":{}}}`, "[triggers:1]"},
		{"a scalar", "triggers.json", `7`, "[]"},

		{"a page with another resource on it", "users.json", `{"users":[{"id":1}],"organizations":[{"id":2}],"count":5,"next_page":null}`, "[users:1/5 organizations:1 sideloaded]"},
		{"the next page's address says what it is a page of", "x.json", `{"users":[{"id":1}],"organizations":[{"id":2}],"count":5,"next_page":"https://a.zendesk.com/api/v2/organizations.json?page=2"}`, "[users:1 sideloaded organizations:1/5 and more]"},
		{"the count says what it is a page of", "x.json", `{"users":[{"id":1},{"id":2}],"organizations":[{"id":2}],"count":2,"next_page":null}`, "[users:2/2 organizations:1 sideloaded]"},
		{"users on a page of tickets", "x.json", `{"tickets":[{"id":1}],"users":[{"id":1}],"count":1}`, "[users:1 sideloaded]"},
		{"a cursor that goes on", "x.json", `{"users":[{"id":1}],"meta":{"has_more":true},"links":{"next":"x"}}`, "[users:1 and more]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Parse(tt.file, []byte(tt.in))
			require.NoError(t, err)
			assert.Equal(t, tt.want, fmt.Sprint(recognise(tt.file, v)))
		})
	}
}

// String is for the tables of tests.
func (p part) String() string {
	s := fmt.Sprintf("%s:%d", p.kind, len(p.items))
	if p.count >= 0 {
		s += fmt.Sprintf("/%d", p.count)
	}
	if p.more {
		s += " and more"
	}
	if p.sideload {
		s += " sideloaded"
	}
	return s
}

func TestKindByName(t *testing.T) {
	for name, want := range map[string]string{
		"triggers.json": "triggers", "a/b/Triggers-2.json": "triggers", "ticket fields.json": "ticket_fields", "trigger_page_12.json": "triggers",
		"macros/Thanks.json": "macros", "webhooks.2026-05-04.json": "webhooks", "oauth_clients.jsonl": "oauth_clients",
		"x.json": "none", "": "none", "/": "none", "....json": "none", "/macros/": "macros", "a//b": "none",
	} {
		assert.Equal(t, want, kindByName(name).String(), name)
	}
}

func TestCompareNames(t *testing.T) {
	order := []string{"a.json", "a-1.json", "a-02.jsonl", "a-2.json", "a-10.json", "b.json", "b/c.json"}
	for i, a := range order {
		for j, b := range order {
			switch got := compareNames(a, b); {
			case i < j:
				assert.Negative(t, got, "%s %s", a, b)
			case i > j:
				assert.Positive(t, got, "%s %s", a, b)
			default:
				assert.Zero(t, got, "%s %s", a, b)
			}
		}
	}
}
