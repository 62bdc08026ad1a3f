package liquid_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit/liquid"
)

// Templates made to be expensive end soon, and end with something to review
// unless they were followed to their end. The carriers in them are found.
func TestHostileTemplates(t *testing.T) {
	title := "{{ticket.title}}"
	for _, tt := range []struct {
		name, template string
		review         bool
	}{
		{"deep ifs", strings.Repeat("{% if ticket.id %}", 200_000) + title + strings.Repeat("{% endif %}", 200_000), true},
		{"deep ifs without ends", strings.Repeat("{% if ticket.id %}", 200_000) + title, true},
		{"as deep as allowed", strings.Repeat("{% if ticket.id %}", 100) + title + strings.Repeat("{% endif %}", 100), false},
		{"deep loops", strings.Repeat("{% for c in ticket.comments %}", 300) + "{{c.value}}", true},
		{"deep captures", strings.Repeat("{% capture x %}", 200) + title, true},
		{"ends of blocks that are not open", strings.Repeat("{% if ticket.id %}", 100_000) + strings.Repeat("{% endfor %}", 100_000) + title, true},
		{"a long loop", "{% for i in (1..100000000) %}{% endfor %}" + title, true},
		{"long loops in each other", strings.Repeat("{% for i in (1..100000000) %}", 20) + title + strings.Repeat("{% endfor %}", 20), true},
		{"loops of unknown length in each other", strings.Repeat("{% for c in ticket.comments %}{% assign x = x | append: c.value %}", 30) + title + strings.Repeat("{% endfor %}", 30), true},
		{"a range beyond all numbers", "{% for i in (-9223372036854775808..9223372036854775807) %}{{i}}{% endfor %}" + title, true},
		{"a loop with a long body", "{% for i in (1..10000) %}" + strings.Repeat("{{i}}", 100_000) + "{% endfor %}" + title, true},
		{"a loop over a long text", "{% for i in (1..10000) %}{% capture x %}" + strings.Repeat("x", 1<<20) + "{% endcapture %}{% endfor %}" + title, true},
		{"doubling", "{% assign x = ticket.title %}" + strings.Repeat("{% assign x = x | append: x %}", 100) + "{{x}}", true},
		{"doubling known text", "{% assign x = 'ab' %}" + strings.Repeat("{% assign x = x | append: x %}", 100) + "{{x}}" + title, true},
		{"doubling by replace", "{% assign x = 'aa' %}" + strings.Repeat("{% assign x = x | replace: 'a', x %}", 30) + "{{x}}" + title, true},
		{"doubling lists", "{% assign x = 'a,b' | split: ',' %}" + strings.Repeat("{% assign x = x | concat: x %}", 60) + "{{x}}" + title, true},
		{"a list of every character", "{% assign x = '" + strings.Repeat("a", 1<<20) + "' | split: '' %}{{x}}" + title, true},
		{"escaping again and again", "{{ '" + strings.Repeat("&", 1000) + "' " + strings.Repeat("| url_encode ", 20_000) + "}}" + title, true},
		{"many alternatives", strings.Repeat("{% if ticket.id %}{% assign x = ticket.title %}{% endif %}", 5_000) + "{{x}}", true},
		{"variables that feed each other", "{% assign x = ticket.title %}" + strings.Repeat("{% assign x = x | append: ticket.title %}", 50_000) + "{{x}}", true},
		{"a path that grows", "{% assign x = ticket %}" + strings.Repeat("{% assign x = x.a %}", 50_000) + "{{x}}" + title, true},
		{"a path that is long", "{{ ticket" + strings.Repeat(".a", 500_000) + "}}" + title, true},
		{"brackets in brackets", "{{ " + strings.Repeat("a[", 200_000) + "}}" + title, true},
		{"closed brackets in brackets", "{{ " + strings.Repeat("a[", 20_000) + strings.Repeat("]", 20_000) + "}}" + title, true},
		{"open parentheses", "{% for x in " + strings.Repeat("( ", 200_000) + " %}{% endfor %}" + title, false},
		{"open quotes", "{{ " + strings.Repeat(`a'b"c | `, 100_001) + "}}" + title, false},
		{"open outputs", strings.Repeat("{{", 500_000) + title, false},
		{"open tags", strings.Repeat("{% ", 500_000) + title, true},
		{"open raw blocks", strings.Repeat("{% raw %}", 100_000) + title, true},
		{"open comments", strings.Repeat("{% comment %}", 100_000) + title, true},
		{"half tags in a raw block", "{% raw %}" + strings.Repeat("{%", 500_000) + "%}{% endraw %}" + title, false},
		{"no tags, but long", strings.Repeat("x{ ", 5<<20) + title, true},
		{"nothing but text", strings.Repeat("x", 10<<20), true},
		{"many carriers", strings.Repeat(title, 300_000), true},
		{"many unknown tags", strings.Repeat("{% x ticket.title %}", 100_000), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := liquid.Render(liquid.Parse(textOf("t", tt.template)), envOf(ticketEnv+"\nc.value = carrier"), liquid.DefaultLimits())
			assert.Equal(t, tt.review, len(out.Review) > 0, messages(out.Review))
			if tt.name != "nothing but text" {
				assert.NotEmpty(t, out.Sources)
			}
			assert.LessOrEqual(t, len(out.Text.String()), 1<<20)
		})
	}
}

func TestLimitsAreThoseOfTheCaller(t *testing.T) {
	env := envOf(ticketEnv)
	for _, tt := range []struct {
		name, template string
		limits         liquid.Limits
		review, source string
	}{
		{"rounds", "{% for i in (1..5) %}{% endfor %}", liquid.Limits{Iterations: 4}, "limit: loops make more rounds than were followed", ""},
		{"rounds are enough", "{% for i in (1..5) %}{% endfor %}", liquid.Limits{Iterations: 5}, "", ""},
		{"a loop that is not reached runs once", "{% for i in (1..5) %}{% endfor %}{% for i in (1..2) %}{{ticket.title}}{% endfor %}", liquid.Limits{Iterations: 3}, "limit: loops make more rounds than were followed", "ticket.title"},
		{"bytes", "abcdef", liquid.Limits{Bytes: 5}, "limit: the message is longer than was followed", ""},
		{"bytes in a message with carriers", "abcdef{{ticket.title}}", liquid.Limits{Bytes: 5}, "limit: the message is longer than was followed", "ticket.title"},
		{"depth", "{% if ticket.id %}{% if ticket.id %}{{ticket.title}}{% for c in ticket.comments %}{{c.value}}{% endfor %}{% endif %}{% endif %}", liquid.Limits{Depth: 1}, "limit: blocks or dynamic content are nested deeper than was followed", "ticket.title ticket.comments.[].value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := liquid.Render(liquid.Parse(textOf("t", tt.template)), env, tt.limits)
			assert.Equal(t, tt.review, messages(out.Review))
			assert.Equal(t, tt.source, froms(out))
		})
	}
}

func TestDoneStops(t *testing.T) {
	done := make(chan struct{})
	close(done)
	tpl := liquid.Parse(textOf("t", strings.Repeat("{{ticket.id}}", 10_000)))
	out := liquid.Render(tpl, envOf(""), liquid.Limits{Done: done})
	assert.Equal(t, "limit: the analysis was interrupted", messages(out.Review))
}

// A thousand items that include each other ten times each would print more
// than the universe holds.
func TestDynamicContentThatGrows(t *testing.T) {
	var env strings.Builder
	env.WriteString("ticket.title = carrier\n")
	for i := range 1000 {
		fmt.Fprintf(&env, "dc.i%d = dynamic:%s\n", i, strings.Repeat(fmt.Sprintf("{{dc.i%d}}", i+1), 10))
	}
	env.WriteString("dc.i1000 = dynamic:{{ticket.title}}\n")
	out := liquid.Render(liquid.Parse(textOf("t", "{{dc.i990}}")), envOf(env.String()), liquid.DefaultLimits())
	assert.Equal(t, "ticket.title", froms(out))
	out = liquid.Render(liquid.Parse(textOf("t", "{{dc.i0}}")), envOf(env.String()), liquid.DefaultLimits())
	assert.NotEmpty(t, out.Review)
}
