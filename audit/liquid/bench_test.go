package liquid_test

import (
	"strings"
	"testing"

	"github.com/zdaudit/zdaudit/audit/liquid"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// fixedEnv answers as fast as an environment can, so that the benchmark shows
// the package's own cost.
type fixedEnv struct{}

func (fixedEnv) Resolve(path []string, _ bool) liquid.Placeholder {
	if path[len(path)-1] == "title" {
		return liquid.Placeholder{From: "ticket.title", Text: "words"}
	}
	return liquid.Placeholder{Text: "{{own}}"}
}

func BenchmarkParseAndRender(b *testing.B) {
	for _, bb := range []struct{ name, template string }{
		{"text", strings.Repeat("Thank you for writing to us. ", 10)},
		{"receipt", "Hello {{ticket.requester.name}},\n\nyour request {{ticket.id}} has been received and is being reviewed by our support staff.\n\n" +
			"To add additional comments, reply to this email or follow the link below:\n{{ticket.link}}\n\nSubject: {{ticket.title}}\n\n{{ticket.comments_formatted}}\n\nKind regards, the team\n"},
		{"logic", "{% assign name = ticket.requester.first_name | default: 'there' %}Hello {{ name }},\n{% if ticket.brand.name == 'One' %}One{% else %}Two{% endif %}\n" +
			"{% for comment in ticket.comments limit: 3 %}{{ comment.value | strip_html | truncate: 100 }}\n{% endfor %}{{ticket.title}} {{dc.footer}}"},
	} {
		text := tenant.Plain(bb.template)
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.template)))
			for b.Loop() {
				liquid.Render(liquid.Parse(text), fixedEnv{}, liquid.DefaultLimits())
			}
		})
	}
}
