package liquid_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/liquid"
)

// What the filters make of text that is known is what the reference engine
// (Liquid 5.4.0 for Ruby) prints.
func TestFiltersOnKnownText(t *testing.T) {
	for _, tt := range []struct{ template, want string }{
		{`{{ 'aBc' | upcase }}{{ 'aBc' | downcase }}{{ 'aBC dEF' | capitalize }}`, "ABCabcAbc def"},
		{`{{ '<a href="x">&amp;' | escape }}`, "&lt;a href=&quot;x&quot;&gt;&amp;amp;"},
		{`{{ "it's" | h }}`, "it&#39;s"},
		{`{{ '<a> &amp; &' | escape_once }}`, "&lt;a&gt; &amp; &amp;"},
		{`{{ 'a b&c' | url_encode }}{{ 'a+b%26' | url_decode }}`, "a+b%26ca b&"},
		{`{{ 'abc' | base64_encode }}{{ 'YWJj' | base64_decode }}`, "YWJjabc"},
		{`{{ 'a?>' | base64_url_safe_encode }}{{ 'YT8-' | base64_url_safe_decode }}`, "YT8-a?>"},
		{`[{{ '  a ' | strip }}][{{ '  a ' | lstrip }}][{{ '  a ' | rstrip }}]`, "[a][a ][  a]"},
		{`{{ '<p>a<script>b</script></p><!-- c -->' | strip_html }}`, "a"},
		{`{{ 'abcdef' | slice: 1, 3 }}{{ 'abcdef' | slice: -2, 5 }}{{ 'abc' | slice: 1 }}[{{ 'abc' | slice: 9 }}]`, "bcdefb[]"},
		{`{{ 'abcdefghij' | truncate: 6 }}{{ 'abc' | truncate: 3 }}{{ 'abcdef' | truncate: 4, '' }}`, "abc...abcabcd"},
		{`{{ 'a b c d' | truncatewords: 2 }}{{ 'a b' | truncatewords: 2 }}{{ 'a b c' | truncatewords: 1, '-' }}`, "a b...a ba-"},
		{`{{ 'abc' | append: 'd' | prepend: 'z' }}`, "zabcd"},
		{`{{ 'aXbXc' | replace: 'X', '-' }}{{ 'aXbXc' | replace_first: 'X', '-' }}{{ 'aXbXc' | replace_last: 'X', '-' }}`, "a-b-ca-bXcaXb-c"},
		{`{{ 'aXbXc' | remove: 'X' }}{{ 'aXbXc' | remove_first: 'X' }}{{ 'aXbXc' | remove_last: 'X' }}`, "abcabXcaXbc"},
		{`{{ 'abc' | replace: '', '-' }}{{ 'abc' | replace_first: '', '-' }}`, "-a-b-c--abc"},
		{`{{ 'a,b,,' | split: ',' | join: '+' }}{{ ' a  b ' | split: ' ' | join: '+' }}{{ 'abc' | split: '' | join: '+' }}`, "a+ba+ba+b+c"},
		{`{{ 'a,b' | split: ',' | first }}{{ 'a,b' | split: ',' | last }}{{ 'a,b' | split: ',' | size }}{{ 'abcd' | size }}`, "ab24"},
		{`{{ 'a,b' | split: ',' | reverse | join: ',' }}{{ 'a,b' | split: ',' | slice: 1, 1 | join }}`, "b,ab"},
		{`{% assign m = 'x,y' | split: ',' %}{{ 'a' | split: ',' | concat: m | join: ',' }}`, "a,x,y"},
		{`{{ 3 | plus: 4 }} {{ 3 | minus: 4 }} {{ 3 | times: 4 }} {{ 7 | divided_by: 2 }} {{ -7 | divided_by: 2 }} {{ -7 | modulo: 3 }} {{ '5' | plus: '6' }}`, "7 -1 12 3 -4 2 11"},
		{`{{ 5 | abs }} {{ 5 | round }} {{ 5 | ceil }} {{ 5 | floor }}`, "5 5 5 5"},
		{`{{ nil | default: 'a' }}{{ '' | default: 'b' }}{{ false | default: 'c' }}{{ 'd' | default: 'e' }}{{ 0 | default: 'f' }}`, "abcd0"},
		{"{{ 'a\nb' | newline_to_br }}{{ 'a\r\nb\n' | strip_newlines }}", "a<br />\nbab"},
		{`{{ 'a' | upcase: | append : 'b' }}`, "Ab"},
		{`{{ 'not a date' | date: '%Y' }}`, "not a date"},
	} {
		t.Run(tt.template, func(t *testing.T) {
			out := render(tt.template)
			assert.Equal(t, tt.want, out.Text.String())
			assert.Empty(t, out.Sources)
			assert.Empty(t, out.Review)
		})
	}
}

func TestFiltersOnAnOutsidersWords(t *testing.T) {
	const title = "ticket.title"
	for _, tt := range []struct {
		template, want string
		shortened      bool
	}{
		{"{{ticket.title | upcase | escape | strip_html | strip | url_encode}}", title, false},
		{"{{ticket.title | truncate: 5}}", title + "...", true},
		{"{{ticket.title | truncate: 0, ''}}", "", false},
		{"{{ticket.title | truncate: 0}}", "", false},
		{"{{ticket.title | truncate: 2}}", title, true}, // two characters pass
		{"{{ticket.title | truncate: ticket.id}}", title, true},
		{"{{ticket.title | truncate: 500}}", title, true},
		{"{{ticket.title | truncatewords: 1}}", title, true},
		{"{{ticket.title | slice: 0}}", title, true},
		{"{{ticket.title | slice: 50, 10}}", title, true},
		{"{{ticket.title | slice: -3, 2}}", title, true},
		{"{{ticket.title | slice: 0, 0}}", "", false},
		{"{{ticket.title | split: ' ' | first}}", title, true},
		{"{{ticket.title | split: ' ' | last}}", title, true},
		{"{{ticket.title | split: ' ' | join: '-'}}", title, false},
		{"{{ticket.title | split: ' ' | map: 'x'}}", "", false},
		{"{{ticket.title | first}}", title, true},
		{"{{ticket.title | remove: '<ticket.title>'}}", title, false},
		{"{{ticket.title | replace: '<ticket.title>', ''}}", title, false},
		{"{{ticket.title | date: '%Y'}}", title, false},
		{"{{ticket.title | default: 'x'}}", title, false},
		{"{{ticket.title | reverse | sort | uniq | compact}}", title, false},
		{"{{ticket.title | base64_encode | base64_decode}}", title, false},
		{"{{ticket.title | append: 'x' | truncate: 1000}}", title, true},
		{"{{'x' | replace: 'x', ticket.title}}", title, false},
		{"{{'x' | replace: 'y', ticket.title}}", "", false},
		{"{{ticket.id | replace: 'y', ticket.title}}", title, false},
		{"{{'x' | replace: ticket.title, 'y'}}", "", false},
		{"{{'abcdef' | truncate: 3, ticket.title}}", title, false},
		{"{{'a b c' | truncatewords: 1, ticket.title}}", title, false},
		{"{{ticket.id | truncate: 3, ticket.title}}", title, false},
		{"{{ticket.ccs | join: ticket.title}}", title, false},
		{"{{'now' | date: ticket.title}}", title, false},
		{"{{nil | default: ticket.title}}", title, false},
		{"{{ticket.id | default: ticket.title}}", title, false},
		{"{{'x' | default: ticket.title}}", "", false},
		{"{{ticket.title | size}}", "", false},
		{"{{ticket.title | plus: 1}}{{1 | plus: ticket.title}}{{ticket.title | at_least: 1}}{{ticket.title | round}}", "", false},
		{"{% if ticket.id %}{% assign x = ticket.title %}{% endif %}{{x | upcase}}", title, false},
		{"{{ticket.title | append: '' | map: 1}}", title, false}, // some versions give a character
		{"{{ticket.title | append: '' | last}}", title, true},
		{"{{ 'a,b' | split: ',' | concat: ticket.list | join: ticket.title }}", title, false},
		{"{{ (1..3) | join: ticket.title }}", title, false},
		{"{{ (1..3) | date: '%Y' | join: ticket.title }}", title, false},
		{"{{ 'ab' | replace: x:, ticket.title }}", title, false},
		{"{{ '' | replace: '', ticket.title }}", title, false},
		{"{{ nil | where: 'a' | truncate: 1, ticket.title }}", title, false},
		{"{{ 'a' | append: name: ticket.title }}", title, false},
		{"{{ Ticket.title | default: ticket.title }}", title, false},
	} {
		t.Run(tt.template, func(t *testing.T) {
			out := render(tt.template)
			if strings.HasPrefix(tt.want, title) {
				require.Len(t, out.Sources, 1)
				assert.Equal(t, title, out.Sources[0].From)
				assert.Equal(t, tt.shortened, out.Sources[0].Shortened)
				assert.True(t, out.Sources[0].Logic)
				assert.Equal(t, []string{title}, out.Text.Sources(), "the text shows it too")
			} else {
				assert.Empty(t, out.Sources)
				assert.Empty(t, out.Text.Sources())
			}
			assert.Empty(t, out.Review)
		})
	}
}

// An error message of the engine holds the name of the property it could not
// find, wherever the filter stands.
func TestAPropertyNamedByAnOutsiderIsReviewed(t *testing.T) {
	for _, template := range []string{
		"{% assign x = 'a' | map: ticket.title %}",
		"{% assign x = 'a' | where: ticket.title, 1 %}",
		"{% assign x = 'a' | sort: ticket.title %}",
		"{{ 1 | map: a: ticket.title }}",
	} {
		assert.Equal(t, "an outsider's words name a property", messages(render(template).Review), template)
	}
}

func TestEffectsHaveNames(t *testing.T) {
	assert.Equal(t, "keeps", liquid.Keeps.String())
	assert.Equal(t, "shortens", liquid.Shortens.String())
	assert.Equal(t, "neutralises", liquid.Neutralises.String())
}

func TestFilterTable(t *testing.T) {
	table := liquid.Filters()
	assert.True(t, slices.IsSortedFunc(table, func(a, b liquid.FilterEffect) int { return strings.Compare(a.Name, b.Name) }))
	for _, f := range table {
		out := render("{{ ticket.title | " + f.Name + ": 5, 5 }}")
		assert.Empty(t, out.Review, f.Name)
		switch f.Effect {
		case liquid.Neutralises:
			assert.Empty(t, out.Sources, f.Name)
		case liquid.Shortens:
			require.Len(t, out.Sources, 1, f.Name)
			assert.True(t, out.Sources[0].Shortened, f.Name)
		case liquid.Keeps:
			require.Len(t, out.Sources, 1, f.Name)
			assert.False(t, out.Sources[0].Shortened, f.Name)
		}
	}
	table[0].Name = "changed"
	assert.NotEqual(t, "changed", liquid.Filters()[0].Name)
}
