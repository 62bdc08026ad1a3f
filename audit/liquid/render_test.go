package liquid_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRendering(t *testing.T) {
	for _, tt := range []struct {
		name, template, want, sources string
	}{
		{"plain text is the account's own", "Hello", "Hello", ""},
		{"a lone brace is text", "a { b } c {", "a { b } c {", ""},
		{"an output", "Re: {{ticket.title}}!", "Re: ⟦ticket.title⟧!", "ticket.title"},
		{"an own value shows its name", "#{{ticket.id}}", "#{{ticket.id}}", ""},
		{"triple braces", "{{{ticket.title}}}.", "⟦ticket.title⟧.", "ticket.title"},
		{"whitespace control", "a {{- ticket.title -}} b", "a⟦ticket.title⟧b", "ticket.title"},
		{"single brackets", "{{ticket['title']}}", "⟦ticket.title⟧", "ticket.title"},
		{"double brackets", `{{ticket["title"]}}`, "⟦ticket.title⟧", "ticket.title"},
		{"brackets with spaces", `{{ ticket[ "title" ] }}`, "⟦ticket.title⟧", "ticket.title"},
		{"empty brackets are nothing", `{{ticket[].title}}{{ []'ticket'].title }}`, "⟦ticket.title⟧⟦ticket.title⟧", "ticket.title ticket.title"},
		{"a bracketed root", `{{['ticket']['title']}}`, "⟦ticket.title⟧", "ticket.title"},
		{"a name in a variable", `{% assign k = 'title' %}{{ticket[k]}}`, "⟦ticket.title⟧", "ticket.title"},
		{"a name held by a list", `{% assign k = 'id,title' | split: ',' %}{{ticket[k[1]]}}`, "⟦ticket.title⟧", "ticket.title"},
		{"an index", "{{ticket.comments[0].value}}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"first and last", "{{ticket.comments.first.value}}{{ticket.comments.last.value}}", "⟦ticket.comments.[].value⟧⟦ticket.comments.[].value⟧", "ticket.comments.[].value ticket.comments.[].value"},
		{"the first of a text is of the text", "{{ticket.title.first}}{{ticket.title[0]}}", "⟦ticket.title⟧⟦ticket.title⟧", "ticket.title ticket.title"},
		{"size is a number", "{{ticket.title.size}}{{ticket.title | size}}", "11", ""},
		{"a literal is no placeholder", `{{ 'ticket.title' }}{{ "ticket.title" }}`, "ticket.titleticket.title", ""},
		{"a pipe in quotes", `{{ 'a|b' | append: '|ticket.title' }}`, "a|b|ticket.title", ""},
		{"a number", "{{ 3 }} {{ 1.50 }} {{ -2 }}", "3 1.5 -2", ""},
		{"nothing", "[{{ nil }}{{ }}{{ true }}]", "[true]", ""},
		{"names are case-sensitive", "[{{Ticket.title}}]", "[]", ""},
		{"a lax filter", "{{cc.name append: ' '}}", "⟦cc.name⟧", "cc.name"},
		{"a lax double pipe", "{{ticket.title||upcase}}", "⟦ticket.title⟧", "ticket.title"},
		{"braces inside assign", "{% assign f = {{ticket.ticket_form}} %}{{f}}", "{{ticket.ticket_form}}", ""},
		{"braces inside braces", "{{ {{ticket.title}} }}", "⟦ticket.title⟧ }}", "ticket.title"},
		{"an argument brings its words", "{{ 'Hi ' | append: ticket.title }}", "Hi ⟦ticket.title⟧", "ticket.title"},
		{"a variable", "{% assign x = ticket.title %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"a variable that is never printed", "{% assign x = ticket.title %}{{y}}", "{{y}}", ""},
		{"a variable that is overwritten", "{% assign x = ticket.title %}{% assign x = 1 %}{{x}}", "1", ""},
		{"an object in a variable", "{% assign t = ticket %}{{ t.title }}", "⟦ticket.title⟧", "ticket.title"},
		{"an object in a variable's variable", "{% assign t = ticket %}{% assign r = t.requester %}{{ r['name'] }}", "⟦ticket.requester.name⟧", "ticket.requester.name"},
		{"a variable hides a placeholder", "{% assign ticket = 'x' %}[{{ticket.title}}]", "[]", ""},
		{"capture", "{% capture x %}Re: {{ticket.title}}{% endcapture %}<{{x}}>", "<Re: ⟦ticket.title⟧>", "ticket.title"},
		{"capture prints nothing itself", "{% capture x %}{{ticket.title}}{% endcapture %}-", "-", ""},
		{"echo", "{% echo ticket.title | upcase %}", "⟦ticket.title⟧", "ticket.title"},
		{"raw", "{% raw %}{{ticket.title}} {% if %}{% endraw %}.", "{{ticket.title}} {% if %}.", ""},
		{"raw with hyphens", "{%- raw -%}{{ticket.title}}{%- endraw -%} .", "{{ticket.title}}.", ""},
		{"comment", "a{% comment %}{{ticket.title}}{% endcomment %}b", "ab", ""},
		{"comments nest", "a{% comment %}{% comment %}x{% endcomment %}{{ticket.title}}{% endcomment %}b", "ab", ""},
		{"a comment alone", "{% # {{ticket.title}} %}", "", ""},
		{"an inline comment", "a{% # {{ticket.title}} %}b", "ab", ""},
		{"suppressed", "[{{ticket.latest_comment}}]", "[]", ""},
		{"cycle", "{% for i in (1..3) %}{% cycle 'a', 'b' %}{% endfor %}", "aba", ""},
		{"a comma in a cycle's quotes", "{% cycle 'a,ticket.title', 'b' %}", "a,ticket.title⟦ticket.title⟧", "ticket.title"},
		{"named cycles", "{% cycle 'g': 'a', 'b' %}{% cycle 'g': 'a', 'b' %}{% cycle 'h': 'a', 'b' %}", "aba", ""},
		{"a cycle of placeholders", "{% cycle 'a', ticket.title %}", "⟦ticket.title⟧", "ticket.title"},
		{"increment", "{% increment n %}{% increment n %}{% decrement n %}", "011", ""},
		{"increment has names of its own", "{% assign n = 5 %}{% increment n %}{{n}}", "05", ""},
		{"ifchanged", "{% ifchanged %}{{ticket.title}}{% endifchanged %}", "⟦ticket.title⟧", "ticket.title"},
		{"a byte order mark and non-ASCII text", "\ufeffGrüße {{ticket.title}} ✓", "\ufeffGrüße ⟦ticket.title⟧ ✓", "ticket.title"},
		{"a no-break space in an output", "{{\u00a0ticket.title\u00a0}}", "⟦ticket.title⟧", "ticket.title"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := render(tt.template)
			assert.Equal(t, tt.want, out.Text.Marked())
			assert.Equal(t, tt.sources, froms(out))
			assert.Empty(t, out.Review)
		})
	}
}

func TestBranches(t *testing.T) {
	for _, tt := range []struct {
		name, template, want, sources string
	}{
		{"a condition on a placeholder may hold", "{% if ticket.id %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"both branches count, the fuller one shows", "{% if ticket.id == 1 %}a{% else %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"branches that say nothing show the first", "{% if ticket.id == 1 %}a{% else %}b{% endif %}", "a", ""},
		{"a literal condition is decided", "{% if 1 == 2 %}{{ticket.title}}{% elsif true %}yes{% else %}no{% endif %}", "yes", ""},
		{"a condition on a carrier is no carrier", "{% if ticket.title contains 'x' %}a{% endif %}", "a", ""},
		{"unless", "{% unless false %}a{% else %}{{ticket.title}}{% endunless %}", "a", ""},
		{"unless on a placeholder", "{% unless ticket.id %}a{% else %}{{ticket.title}}{% endunless %}", "⟦ticket.title⟧", "ticket.title"},
		{"unless with elsif", "{% unless true %}a{% elsif true %}b{% endunless %}", "b", ""},
		{"and, or read from the right: or", "{% if true or false and false %}a{% else %}b{% endif %}", "a", ""},
		{"and, or read from the right: and", "{% if false and false or true %}a{% else %}b{% endif %}", "b", ""},
		{"and inside quotes", "{% if 'a and b' == 'a and b' %}a{% else %}{{ticket.title}}{% endif %}", "a", ""},
		{"a known false decides and", "{% if ticket.id == 1 and false %}{{ticket.title}}{% else %}b{% endif %}", "b", ""},
		{"a known true decides or", "{% if true or ticket.id == 1 %}a{% else %}{{ticket.title}}{% endif %}", "a", ""},
		{"not equal", "{% if 1 != 2 and 1 <> 2 %}a{% endif %}", "a", ""},
		{"order", "{% if 1 < 2 and 2 > 1 and 1 <= 1 and 1 >= 1 and 1.5 > 1 %}a{% else %}b{% endif %}", "a", ""},
		{"text is no number", "{% if '1' == 1 %}a{% else %}b{% endif %}", "b", ""},
		{"contains", "{% if 'abc' contains 'b' %}a{% else %}b{% endif %}", "a", ""},
		{"a list contains", "{% assign l = 'a,b' | split: ',' %}{% if l contains 'b' %}a{% else %}b{% endif %}", "a", ""},
		{"nil is false, text is true", "{% if nil %}a{% elsif '' %}b{% endif %}", "b", ""},
		{"empty", "{% assign x = '' %}{% if x == empty %}a{% else %}b{% endif %}", "a", ""},
		{"a mis-cased name is nothing", "{% if Ticket.title %}{{ticket.title}}{% else %}b{% endif %}", "b", ""},
		{"without spaces nothing is decided", "{% if 1==2 %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"with a filter nothing is decided", "{% if 'a' | size > 5 %}b{% else %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"case decided", "{% case 2 %}{% when 1 %}{{ticket.title}}{% when 2, 3 %}b{% else %}c{% endcase %}", "b", ""},
		{"case with or", "{% case 'b' %}{% when 'a' or 'b' %}x{% else %}{{ticket.title}}{% endcase %}", "x", ""},
		{"case else", "{% case 9 %}{% when 1 %}a{% else %}c{% endcase %}", "c", ""},
		{"case on a placeholder", "{% case ticket.id %}{% when 1 %}a{% when 2 %}{{ticket.title}}{% else %}{{ticket.description}}{% endcase %}", "⟦ticket.description⟧", "ticket.title ticket.description"},
		{"what stands before the first when is dropped", "{% case 1 %}{{ticket.title}}{% when 1 %}a{% endcase %}", "a", ""},
		{"every when that matches is run", "{% case 1 %}{% when 1 %}a{% when 1 %}b{% endcase %}", "ab", ""},
		{"a variable from a branch", "{% if ticket.id %}{% assign x = ticket.title %}{% else %}{% assign x = 'none' %}{% endif %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"a variable from the other branch", "{% if ticket.id %}{% assign x = 'none' %}{% else %}{% assign x = ticket.title %}{% endif %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"a variable from a branch that may not be taken", "{% assign x = ticket.title %}{% if ticket.id %}{% assign x = 'none' %}{% endif %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"objects from branches", "{% if ticket.id %}{% assign o = ticket %}{% else %}{% assign o = ticket.requester %}{% endif %}{{o.title}}{{o.name}}", "⟦ticket.title⟧⟦ticket.requester.name⟧", "ticket.title ticket.requester.name"},
		{"a name from branches", "{% assign k = 'id' %}{% if ticket.id %}{% assign k = 'title' %}{% endif %}{{ticket[k]}}", "⟦ticket.title⟧", "ticket.title"},
		{"a flag from a branch", "{% assign f = false %}{% if ticket.id == 1 %}{% assign f = true %}{% endif %}{% if f %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"a flag that both branches set", "{% if ticket.id == 1 %}{% assign f = 1 %}{% else %}{% assign f = 2 %}{% endif %}{% if f == 3 %}{{ticket.title}}{% else %}b{% endif %}", "b", ""},
		{"captured text decides if it is known", "{% capture x %}a{% endcapture %}{% if x == 'a' %}yes{% else %}{{ticket.title}}{% endif %}", "yes", ""},
		{"captured text that is not known decides nothing", "{% capture x %}{% if ticket.id %}a{% endif %}{% endcapture %}{% if x == 'a' %}yes{% else %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"a when may undo nothing that another did", "{% case ticket.id %}{% when 1 %}{% assign x = ticket.title %}{% when 2 %}{% assign x = '' %}{% endcase %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"a when with two values may run twice", "{% case ticket.id %}{% when 1, 2 %}{{x}}{% assign x = ticket.title %}{% endcase %}", "⟦ticket.title⟧", "ticket.title"},
		{"a branch may change what is compared", "{% assign x = 1 %}{% case x %}{% when 1 %}{% assign x = 2 %}{% when 2 %}{{ticket.title}}{% endcase %}", "⟦ticket.title⟧", "ticket.title"},
		{"an assign that fails leaves what was there", "{% assign x = ticket.title %}{% assign x = 'a' | divided_by: 0 %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"empty on the left", "{% assign x = '' %}{% if empty == x %}a{% else %}{{ticket.title}}{% endif %}{% if empty != 'b' %}c{% endif %}", "ac", ""},
		{"blank is not decided", "{% assign x = '' %}{% if x == blank %}a{% else %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"an empty list", "{% assign x = '' | split: ',' %}{% if x == empty %}a{% else %}{{ticket.title}}{% endif %}", "a", ""},
		{"booleans are equal or not", "{% if true == true and true != false and nil == nil %}a{% else %}{{ticket.title}}{% endif %}", "a", ""},
		{"a list compared with a list is not decided", "{% assign x = 'a' | split: ',' %}{% if x == x %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"empty is not empty", "{% if empty == empty %}a{% else %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"the size of nothing is nothing", "{% if ticket.id.size %}a{% else %}{{ticket.title}}{% endif %}", "⟦ticket.title⟧", "ticket.title"},
		{"a second when sees what the first did", "{% case ticket.id %}{% when 1 %}{% assign x = ticket.title %}{% when 1 %}{{x}}{% endcase %}", "⟦ticket.title⟧", "ticket.title"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := render(tt.template)
			assert.Equal(t, tt.want, out.Text.Marked())
			assert.Equal(t, tt.sources, froms(out))
			assert.Empty(t, out.Review)
		})
	}
}

func TestLoops(t *testing.T) {
	for _, tt := range []struct {
		name, template, want, sources string
	}{
		{"an element's property", "{% for c in ticket.comments %}[{{ c.value }}]{% endfor %}", "[⟦ticket.comments.[].value⟧]", "ticket.comments.[].value"},
		{"an object's list", "{% assign t = ticket %}{% for c in t.comments %}{{ c['value'] }}{% endfor %}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"the element of a text is the text", "{% for x in ticket.title %}{{x}}{% endfor %}", "⟦ticket.title⟧", "ticket.title"},
		{"a list may be empty", "{% for c in ticket.comments %}a{% else %}{{ticket.title}}{% endfor %}", "⟦ticket.title⟧", "ticket.title"},
		{"a range", "{% for i in (1..3) %}{{i}}{% endfor %}", "123", ""},
		{"a range with spaces", "{% for i in (1 .. 3) %}{{i}}{% endfor %}", "123", ""},
		{"a range from a variable", "{% assign n = 2 %}{% for i in (1..n) %}{{i}}{% endfor %}", "12", ""},
		{"a range from a placeholder", "{% for i in (1..ticket.id) %}{{ticket.title}}{% endfor %}", "⟦ticket.title⟧", "ticket.title"},
		{"a range that runs backwards is empty", "{% for i in (3..1) %}{{i}}{% else %}none{% endfor %}", "none", ""},
		{"reversed", "{% for i in (1..3) reversed %}{{i}}{% endfor %}", "321", ""},
		{"limit and offset", "{% for i in (1..9) limit: 2 offset:3 %}{{i}}{% endfor %}", "45", ""},
		{"limit: 0 prints nothing", "{% for c in ticket.comments limit: 0 %}{{c.value}}{% endfor %}", "", ""},
		{"a round may have counted before", "{% for c in ticket.comments %}{% if n %}{{ticket.title}}{% endif %}{% increment n %}{% endfor %}", "⟦ticket.title⟧0", "ticket.title"},
		{"a text has no limit", "{% for x in ticket.title limit: 0 %}{{x}}{% endfor %}", "⟦ticket.title⟧", "ticket.title"},
		{"a known text has no offset", "{% for x in 'ab' offset: 1 %}{{ticket.title}}{% endfor %}", "⟦ticket.title⟧", "ticket.title"},
		{"a limit nobody knows", "{% for i in (1..2) limit: ticket.id %}{{ticket.title}}{% endfor %}", "⟦ticket.title⟧", "ticket.title"},
		{"a split literal", "{% assign l = 'a,b,c' | split: ',' %}{% for x in l %}{{x}}{% unless forloop.last %}-{% endunless %}{% endfor %}", "a-b-c", ""},
		{"a split carrier", "{% assign l = ticket.title | split: ' ' %}{% for x in l %}{{x}}{% endfor %}", "⟦ticket.title⟧", "ticket.title"},
		{"a split carrier's parts", "{% assign l = ticket.title | split: ' ' %}{{l[3]}}{{l.first}}{{l | last}}", "⟦ticket.title⟧⟦ticket.title⟧⟦ticket.title⟧", "ticket.title"},
		{"a known text is its own element", "{% for x in 'ab' %}{{x}}{% endfor %}", "ab", ""},
		{"nothing to go through", "{% for x in nil %}{{ticket.title}}{% else %}none{% endfor %}", "none", ""},
		{"break", "{% for i in (1..3) %}{{i}}{% break %}{{ticket.title}}{% endfor %}.", "1.", ""},
		{"continue", "{% for i in (1..3) %}{{i}}{% continue %}{{ticket.title}}{% endfor %}.", "123.", ""},
		{"break in a decided branch", "{% for i in (1..5) %}{% if i == 3 %}{% break %}{% endif %}{{i}}{% endfor %}", "12", ""},
		{"break in a branch that may be taken", "{% for i in (1..2) %}{% if ticket.id %}{% break %}{% endif %}{{ticket.title}}{% endfor %}", "⟦ticket.title⟧⟦ticket.title⟧", "ticket.title"},
		{"what a branch assigned before it left", "{% for i in (1..2) %}{% if ticket.id %}{% assign x = ticket.title %}{% break %}{% endif %}{% assign x = '' %}{% endfor %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"the same through an inner loop", "{% for i in (1..2) %}{% if ticket.id %}{% assign x = ticket.title %}{% break %}{% endif %}{% for j in (1..1) %}{% assign x = '' %}{% endfor %}{% endfor %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"a loop may not run", "{% assign x = ticket.title %}{% for c in ticket.comments %}{% assign x = '' %}{% endfor %}{{x}}", "⟦ticket.title⟧", "ticket.title"},
		{"what a round passes to the next", "{% assign a = '' %}{% for c in ticket.comments %}{{a}}{% assign a = c.value %}{% endfor %}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"what rounds pass on through several variables", "{% assign a = '' %}{% assign b = '' %}{% assign c = '' %}{% for x in ticket.comments %}{{a}}{% assign a = b %}{% assign b = c %}{% assign c = x.value %}{% endfor %}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"a collected list", "{% assign all = '' %}{% for c in ticket.comments %}{% assign all = all | append: c.value %}{% endfor %}{{all}}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"forloop", "{% for i in (5..6) %}{{forloop.index}}{{forloop.index0}}{{forloop.rindex}}{{forloop.length}}{{forloop.first}} {% endfor %}", "1022true 2112false ", ""},
		{"a loop variable ends with its loop", "{% for ticket in (1..1) %}{{ticket}}{% endfor %}{{ticket.title}}", "1⟦ticket.title⟧", "ticket.title"},
		{"nested loops", "{% for i in (1..2) %}{% for j in (1..2) %}{{i}}{{j}} {% endfor %}{% endfor %}", "11 12 21 22 ", ""},
		{"tablerow", "{% tablerow c in ticket.comments cols:2 %}{{c.value}}{% endtablerow %}", "<td>⟦ticket.comments.[].value⟧</td>", "ticket.comments.[].value"},
		{"a mapped list", "{{ ticket.comments | map: 'value' | join: ', ' }}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"a filtered list is still a list", "{% assign l = ticket.comments | sort | reverse | slice: 0, 2 %}{% for c in l %}{{c.value}}{% endfor %}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
		{"lists put together", "{% assign a = 'x' | split: ',' %}{% assign l = a | concat: ticket.comments %}{% for c in l %}{{c.value}}{% endfor %}", "⟦ticket.comments.[].value⟧", "ticket.comments.[].value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := render(tt.template)
			assert.Equal(t, tt.want, out.Text.Marked())
			assert.Equal(t, tt.sources, froms(out))
			assert.Empty(t, out.Review)
		})
	}
}
