package liquid_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/zdaudit/zdaudit/audit/liquid"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// canary is what carriers print in the soundness test. No template holds it,
// and no filter writes it by itself.
const canary = "龍龍龍龍"

// FuzzRender holds every template to what the package promises: it ends, what
// an outsider wrote is never shown as the account's own, every source stands
// where its place says, and rendering twice gives the same.
func FuzzRender(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "龍") {
			return
		}
		check(t, s)
	})
}

func seeds(tb testing.TB) []string {
	tb.Helper()
	paths, err := filepath.Glob("../../fixtures/liquid/*.txtar")
	if err != nil {
		tb.Fatal(err)
	}
	out := []string{"", "{", "{{", "{%", "{{}}", "{%%}", "{{{{}}}}", "{% raw %}{%", "{{ a | b: c, d: e }}"}
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		for _, file := range ar.Files {
			if file.Name == "template" {
				out = append(out, string(file.Data))
			}
		}
	}
	return out
}

func check(t *testing.T, s string) {
	t.Helper()
	env := envOf(ticketEnv + "ticket.* = carrier\ndc.a = dynamic:<{{ticket.title}}{{dc.b}}>\ndc.b = dynamic:{{dc.a}}{{x}}")
	env.words = canary
	limits := liquid.Limits{Depth: 20, Iterations: 200, Bytes: 4096}
	tpl := liquid.Parse(textOf("t", s))
	out := liquid.Render(tpl, env, limits)
	if strings.Contains(strings.ToLower(out.Text.String()), "龍") && len(out.Sources) == 0 {
		t.Errorf("an outsider's words without a source: %s", out.Text.Marked())
	}
	for _, span := range out.Text {
		if span.From == "" && strings.Contains(span.Text, "龍") {
			t.Errorf("an outsider's words as the account's own: %s", out.Text.Marked())
		}
	}
	for _, name := range out.Text.Sources() {
		if !strings.Contains(" "+froms(out)+" ", " "+name+" ") {
			t.Errorf("%s is in the text and not among the sources", name)
		}
	}
	for _, p := range tpl.Problems() {
		if len(out.Review) == 0 || p.Offset < 0 || p.Offset > len(s) {
			t.Errorf("problem %+v", p)
		}
	}
	for _, src := range out.Sources {
		if src.Dynamic == "" && utf8.ValidString(s) && !insideTag(s, src.At) {
			t.Errorf("%s is said to stand at %s of %q", src.From, src.At, s)
		}
	}
	again := liquid.Render(liquid.Parse(textOf("t", s)), env, limits)
	if report(again) != report(out) || again.Text.Marked() != out.Text.Marked() {
		t.Errorf("twice is not the same: %s and %s", report(out), report(again))
	}
}

// insideTag says whether a place is in an output or a tag.
func insideTag(s string, at tenant.Pos) bool {
	if at.Line == 0 {
		return false
	}
	lines := strings.SplitAfter(s, "\n")
	off := 0
	for _, line := range lines[:at.Line-1] {
		off += len(line)
	}
	column := 1
	for i := range lines[at.Line-1] {
		if column == at.Column {
			off += i
			break
		}
		column++
	}
	open := strings.LastIndex(s[:min(len(s), off+2)], "{")
	if open < 1 && !strings.HasPrefix(s[max(open, 0):], "{") {
		return false
	}
	return open >= 0
}

// TestMutations runs the fuzz target's oracle on templates put together at
// random from pieces of Liquid, in every test run and not only when fuzzing.
func TestMutations(t *testing.T) {
	pieces := []string{
		"{{", "}}", "{%", "%}", "{{{", "}}}", "-", "|", ":", ",", "'", `"`, " ", "\n", "[", "]", ".", "(1..3)", "ü",
		"ticket", "title", "ticket.title", "ticket.comments", "c.value", "x", "y", "dc.a", "forloop.last", "1", "0", "'a'", "nil", "empty",
		"{{ticket.title}}", "{{x}}", "{{ x | append: ticket.title }}", "{{ y.title | truncate: 3 }}", "{{dc.a}}",
		"{% assign x = ticket.title %}", "{% assign y = ticket %}", "{% assign x = x | append: x %}", "{% capture x %}", "{% endcapture %}",
		"{% if x %}", "{% if ticket.id == 1 and x %}", "{% elsif y %}", "{% else %}", "{% endif %}", "{% unless x %}", "{% endunless %}",
		"{% case x %}", "{% when 1, 'a' or y %}", "{% endcase %}", "{% for c in ticket.comments %}", "{% for x in (1..3) %}", "{% for y in x %}", "{% endfor %}",
		"{% break %}", "{% continue %}", "{% cycle x, y %}", "{% increment x %}", "{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}",
		" | split: ' '", " | join: x", " | map: 'value'", " | first", " | size", " | default: ticket.title", " | replace: x, y", " | concat: y", " and ", " or ", " contains ", " == ",
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var b strings.Builder
		for range r.IntN(30) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		check(t, b.String())
		if t.Failed() {
			t.Fatalf("with %q", b.String())
		}
	}
}
