package liquid_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/liquid"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestSourcesSayWhereAndHow(t *testing.T) {
	at := func(line, column int) tenant.Pos { return tenant.Pos{File: "t", Line: line, Column: column} }
	for _, tt := range []struct {
		name, template string
		want           []liquid.Source
	}{
		{"a plain output is at its braces", "Re: {{ ticket.title }}", []liquid.Source{{From: "ticket.title", At: at(1, 5)}}},
		{"lines and characters are counted, not bytes", "Grüße\nüü{{{ticket.title}}}", []liquid.Source{{From: "ticket.title", At: at(2, 3)}}},
		{"brackets are no logic", "{{ticket['title']}}", []liquid.Source{{From: "ticket.title", At: at(1, 1)}}},
		{"a filter is logic", "{{ticket.title | upcase}}", []liquid.Source{{From: "ticket.title", At: at(1, 1), Logic: true}}},
		{"an argument is at its name", "{{ 'x' | append: ticket.title }}", []liquid.Source{{From: "ticket.title", At: at(1, 18), Logic: true}}},
		{"assign is where the name stands", "{% assign x = ticket.title %}{{x}}", []liquid.Source{{From: "ticket.title", At: at(1, 15), Logic: true}}},
		{"an object's property is where it is taken", "{% assign t = ticket %}{{t.title}}", []liquid.Source{{From: "ticket.title", At: at(1, 24), Logic: true}}},
		{"capture", "{% capture x %}{{ticket.title}}{% endcapture %}{{x}}", []liquid.Source{{From: "ticket.title", At: at(1, 16), Logic: true}}},
		{"a loop variable", "{% for c in ticket.comments %}{{c.value}}{% endfor %}", []liquid.Source{{From: "ticket.comments.[].value", At: at(1, 31), Logic: true}}},
		{"a loop variable itself", "{% for c in ticket.title %}{{c}}{% endfor %}", []liquid.Source{{From: "ticket.title", At: at(1, 13), Logic: true}}},
		{"a cycle", "{% cycle 'a', ticket.title %}", []liquid.Source{{From: "ticket.title", At: at(1, 15), Logic: true}}},
		{"a plain output in a branch is plain", "{% if ticket.id %}{{ticket.title}}{% endif %}", []liquid.Source{{From: "ticket.title", At: at(1, 19)}}},
		{"truncate shortens", "{{ticket.title | truncate: 10}}", []liquid.Source{{From: "ticket.title", At: at(1, 1), Logic: true, Shortened: true}}},
		{"what is printed in full elsewhere is not shortened", "{% assign x = ticket.title %}{{x | truncate: 10}}{{x}}", []liquid.Source{{From: "ticket.title", At: at(1, 15), Logic: true}}},
		{"each place counts once", "{% assign x = ticket.title %}{{x}}{{x}}{{ticket.title}}", []liquid.Source{
			{From: "ticket.title", At: at(1, 15), Logic: true},
			{From: "ticket.title", At: at(1, 40)},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := render(tt.template)
			assert.Equal(t, tt.want, out.Sources)
			assert.Empty(t, out.Review)
		})
	}
}

func TestPositionsAreThoseOfTheDocument(t *testing.T) {
	data := `{"value": ["Re:\n {{ticket.title}}"]}`
	doc := &tenant.Document{Name: "triggers.json", Data: []byte(data), Raw: func(_ []byte, start, decoded int, _ uint8) int {
		if decoded > 3 {
			decoded++ // \n takes two bytes
		}
		return start + 1 + decoded
	}}
	tpl := liquid.Parse(tenant.NewText("Re:\n {{ticket.title}}", doc, 11, 0))
	out := liquid.Render(tpl, envOf(ticketEnv), liquid.DefaultLimits())
	require.Len(t, out.Sources, 1)
	assert.Equal(t, "triggers.json:1:19", out.Sources[0].At.String())
	assert.Equal(t, out.Sources[0].At, out.Text.Tainted()[0].At)
	assert.Equal(t, byte('{'), data[18])
}

func TestDynamicContent(t *testing.T) {
	const env = `
ticket.title = carrier
ticket.description = suppressed
dc.plain = dynamic:Hello
dc.title = dynamic:Hi {{ticket.title}}!
dc.langs = dynamic:Hello || Hallo {{ticket.title}} || Salut {{ticket.requester.name}}
ticket.requester.name = carrier
dc.outer = dynamic:<{{dc.title}}>
dc.blank = dynamic:{{ticket.description}}
dc.self = dynamic:a{{ticket.title}}{{dc.self}}
dc.a = dynamic:{{dc.b}}
dc.b = dynamic:{{dc.a}}{{ticket.title}}
dc.scope = dynamic:{{x}}{% assign y = ticket.title %}
dc.broken = dynamic:{% if %}{{ticket.title}}
dc.logic = dynamic:{% assign x = ticket.title %}{{x}}
`
	for _, tt := range []struct {
		name, template, want, review string
		sources                      []liquid.Source
	}{
		{"without carriers it is text", "{{dc.plain}}.", "Hello.", "", nil},
		{"a carrier is found inside", "{{dc.title}}", "Hi ⟦ticket.title⟧!", "", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.title", Line: 1, Column: 4}, Dynamic: "title"},
		}},
		{"every variant counts", "{{dc.langs}}", "Salut ⟦ticket.requester.name⟧", "", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.langs#2", Line: 1, Column: 7}, Dynamic: "langs"},
			{From: "ticket.requester.name", At: tenant.Pos{File: "dc.langs#3", Line: 1, Column: 7}, Dynamic: "langs"},
		}},
		{"dynamic content in dynamic content", "{{dc.outer}}", "<Hi ⟦ticket.title⟧!>", "", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.title", Line: 1, Column: 4}, Dynamic: "title"},
		}},
		{"nothing is blanked inside", "{{ticket.description}}{{dc.blank}}", "⟦ticket.description⟧", "", []liquid.Source{
			{From: "ticket.description", At: tenant.Pos{File: "dc.blank", Line: 1, Column: 1}, Dynamic: "blank"},
		}},
		{"a filter outside is logic", "{{dc.title | upcase}}", "HI ⟦ticket.title⟧!", "", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.title", Line: 1, Column: 4}, Dynamic: "title", Logic: true},
		}},
		{"logic inside is logic", "{{dc.logic}}", "⟦ticket.title⟧", "", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.logic", Line: 1, Column: 15}, Dynamic: "logic", Logic: true},
		}},
		{"a cycle ends", "{{dc.self}}", "a⟦ticket.title⟧", "dynamic content includes itself: self > self", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.self", Line: 1, Column: 2}, Dynamic: "self"},
		}},
		{"a cycle of two ends", "{{dc.a}}", "⟦ticket.title⟧", "dynamic content includes itself: a > b > a", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.b", Line: 1, Column: 9}, Dynamic: "b"},
		}},
		{"variables are its own", "{% assign x = ticket.title %}{{dc.scope}}{{y}}", "{{x}}{{y}}", "", nil},
		{"its problems are the message's", "{{dc.broken}}", "⟦ticket.title⟧", "if is never closed; a condition is missing", []liquid.Source{
			{From: "ticket.title", At: tenant.Pos{File: "dc.broken", Line: 1, Column: 9}, Dynamic: "broken"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := liquid.Render(liquid.Parse(textOf("t", tt.template)), envOf(env), liquid.DefaultLimits())
			assert.Equal(t, tt.want, out.Text.Marked())
			assert.Equal(t, tt.sources, out.Sources)
			assert.Equal(t, tt.review, messages(out.Review))
		})
	}
}

func TestSuppressedChoicesAndReview(t *testing.T) {
	out := render("{{ticket.latest_comment}}{{ticket.latest_comment | upcase}}{{ticket.ticket_form}}{{unknown}}")
	assert.Equal(t, []string{"ticket.latest_comment"}, out.Suppressed)
	assert.Equal(t, []string{"ticket.ticket_form"}, out.Choices)
	require.Len(t, out.Review, 1)
	assert.Equal(t, "t:1:82", out.Review[0].At.String())
	assert.Equal(t, "unknown placeholder unknown", out.Review[0].Message)

	out = render("{% if ticket.latest_comment %}a{% endif %}{% if unknown %}b{% endif %}")
	assert.Empty(t, out.Suppressed, "a condition prints nothing")
	assert.Empty(t, out.Review)

	out = render("{% if ticket.id %}{% assign unknown = 'x' %}{% endif %}{{unknown}}")
	assert.Empty(t, out.Review, "a variable that was not assigned is no unknown placeholder")

	out = render("{{ticket[ticket.id]}}")
	assert.Equal(t, "a placeholder's name is not known until the message is sent", messages(out.Review))

	out = render("{{ticket.id | shout}}")
	assert.Empty(t, out.Review, "what an unknown filter makes of the account's own words is harmless")
	out = render("{{ticket.title | shout}}{{ 'a' | shout: ticket.title }}")
	assert.Equal(t, "⟦ticket.title⟧a", out.Text.Marked())
	assert.Equal(t, "unknown filter shout; unknown filter shout", messages(out.Review))
}
