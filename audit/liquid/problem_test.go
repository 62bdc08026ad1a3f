package liquid_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/liquid"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A template nobody can read is never clean: every name that can be made out
// in it counts.
func TestProblems(t *testing.T) {
	for _, tt := range []struct {
		name, template, problem, at, want, sources string
	}{
		{"an output without end", "a\n {{ticket.title", "a placeholder has no closing braces", "t:2:2", "a\n ⟦ticket.title⟧", "ticket.title"},
		{"an output without end before another line", "{{ticket.title\nb", "a placeholder has no closing braces", "t:1:1", "⟦ticket.title⟧\nb", "ticket.title"},
		{"one closing brace", "{{ticket.title} b {{ticket.id}}", "a placeholder ends in one brace instead of two", "t:1:1", "⟦ticket.title⟧ b {{ticket.id}}", "ticket.title"},
		{"no brace before the next output", "{{ticket.title b {{ticket.description}}", "", "", "⟦ticket.title⟧⟦ticket.description⟧", "ticket.title ticket.description"},
		{"a tag without end", "x {% assign a = ticket.title", "a tag has no closing %}", "t:1:3", "x ⟦ticket.title⟧", "ticket.title"},
		{"a tag without name", "{% %}{{ticket.title}}", "a tag has no name", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"an unknown tag", "{% shout ticket.title %}{{ticket.description}}{% endshout %}", "unknown tag shout", "t:1:1", "⟦ticket.title⟧⟦ticket.description⟧", "ticket.title ticket.description"},
		{"an unknown tag with brackets", "{% shout x=ticket['title'] %}", "unknown tag shout", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"the liquid tag", "{% liquid\nassign x = ticket.title\necho x %}", "unknown tag liquid", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"an if without end", "a{% if 1 == 2 %}{{ticket.title}}", "if is never closed", "t:1:2", "a⟦ticket.title⟧", "ticket.title"},
		{"a loop without end", "{% for c in ticket.comments %}{{c.value}}", "for is never closed", "t:1:1", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"a loop over nothing without end", "{% for c in nil %}{{ticket.title}}", "for is never closed", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"a case without end", "{% case 1 %}{% when 2 %}{{ticket.title}}", "case is never closed", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"a case without when or end", "{% case 1 %}{{ticket.title}}", "case is never closed", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"a capture without end", "{% capture x %}{{ticket.title}}", "capture is never closed", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"a comment without end", "{% comment %}{{ticket.title}}", "comment is never closed", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"raw without end", "{% raw %}{{ticket.title}}", "raw is never closed", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"a block closed by another's end", "{% for c in ticket.comments %}{% if 1 == 2 %}{{c.value}}{% endfor %}", "if is never closed", "t:1:31", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"an end of nothing", "a{% endif %}{{ticket.title}}", "endif closes nothing", "t:1:2", "a⟦ticket.title⟧", "ticket.title"},
		{"else outside", "{% else %}{{ticket.title}}", "else belongs to no block", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"when in an if", "{% if true %}{% when 1 %}{{ticket.title}}{% endif %}", "when belongs to no block", "t:1:14", "⟦ticket.title⟧", "ticket.title"},
		{"a condition that is missing", "{% if %}{{ticket.title}}{% endif %}", "a condition is missing", "t:1:7", "⟦ticket.title⟧", "ticket.title"},
		{"half a condition", "{% if false and %}{{ticket.title}}{% endif %}", "a condition is missing", "t:1:7", "", ""},
		{"an operator nobody knows", "{% if 1 = 2 %}{{ticket.title}}{% endif %}", "unknown operator in a condition", "t:1:9", "⟦ticket.title⟧", "ticket.title"},
		{"a loop without a list", "{% for ticket.comments %}{{ticket.title}}{% endfor %}", "for has no variable or no list", "t:1:1", "⟦ticket.comments⟧⟦ticket.title⟧", "ticket.comments ticket.title"},
		{"assign without a value", "{% assign ticket.title %}", "assign has no name or no value", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"capture without a name", "{% capture %}{{ticket.title}}{% endcapture %}", "capture has no name", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"case without a value", "{% case %}{% when 1 %}{{ticket.title}}{% endcase %}", "case has no value", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
		{"when without a value", "{% case 1 %}{% when %}{{ticket.title}}{% endcase %}", "when has no value", "t:1:13", "⟦ticket.title⟧", "ticket.title"},
		{"cycle without values", "{% cycle %}", "cycle has no values", "t:1:1", "", ""},
		{"break outside a loop", "{% break %}{{ticket.title}}", "break stands outside a loop", "t:1:1", "⟦ticket.title⟧", "ticket.title"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tpl := liquid.Parse(textOf("t", tt.template))
			out := render(tt.template)
			assert.Equal(t, tt.problem, messages(tpl.Problems()))
			assert.Equal(t, tpl.Problems(), out.Review)
			if len(tpl.Problems()) > 0 {
				assert.Equal(t, tt.at, tpl.Problems()[0].At.String())
			}
			assert.Equal(t, tt.want, out.Text.Marked())
			assert.Equal(t, tt.sources, froms(out))
		})
	}
}

func TestSourceIsKept(t *testing.T) {
	text := tenant.Plain("{{ticket.title}}")
	assert.Equal(t, text, liquid.Parse(text).Source())
}

func TestATextThatWasNotReadIsEmpty(t *testing.T) {
	out := liquid.Render(liquid.Parse(tenant.Text{}), envOf(""), liquid.Limits{})
	assert.Empty(t, out.Text)
	assert.Empty(t, out.Sources)
}

func TestProblemsAreCounted(t *testing.T) {
	tpl := liquid.Parse(textOf("t", strings.Repeat("{% %}", 1000)))
	require.NotEmpty(t, tpl.Problems())
	assert.Less(t, len(tpl.Problems()), 50)
	assert.Contains(t, messages(tpl.Problems()), "more problems than are listed")
}
