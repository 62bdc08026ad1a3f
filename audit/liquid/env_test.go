package liquid_test

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/liquid"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// testEnv says what dotted paths stand for, one kind each:
//
//	carrier            the outsider's words: "<path>"
//	carrier NAME       the same under another canonical name
//	own                the account's own value
//	choice             the outsider picks one of the account's values
//	suppressed         Zendesk blanks it, unless it is in dynamic content
//	nil                nothing at all
//	dynamic:TEXT       dynamic content; a second variant follows after " || "
//	review             nobody knows
//
// A path that is not listed is "own"; below a path that ends in ".*" all are
// what it says.
type testEnv struct {
	kinds map[string]string
	// words are what a carrier prints; empty for its path between < and >.
	words   string
	dynamic map[string][]*liquid.Template
}

func envOf(lines string) *testEnv {
	e := &testEnv{kinds: map[string]string{}, dynamic: map[string][]*liquid.Template{}}
	for line := range strings.Lines(lines) {
		path, kind, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			continue
		}
		e.kinds[path] = kind
		if text, ok := strings.CutPrefix(kind, "dynamic:"); ok {
			for i, body := range strings.Split(text, " || ") {
				name := path
				if i > 0 {
					name += "#" + string(rune('1'+i))
				}
				e.dynamic[path] = append(e.dynamic[path], liquid.Parse(textOf(name, body)))
			}
		}
	}
	return e
}

// textOf makes a text with places.
func textOf(file, s string) tenant.Text {
	return tenant.NewText(s, &tenant.Document{Name: file, Data: []byte(s)}, 0, 0)
}

func (e *testEnv) kind(path []string) string {
	name := strings.Join(path, ".")
	if k, ok := e.kinds[name]; ok {
		return k
	}
	for i := len(path); i > 0; i-- {
		if k, ok := e.kinds[strings.Join(path[:i-1], ".")+".*"]; ok {
			return k
		}
	}
	return "own"
}

func (e *testEnv) Resolve(path []string, inDynamic bool) liquid.Placeholder {
	name := strings.Join(path, ".")
	kind := e.kind(path)
	words := e.words
	if words == "" {
		words = "<" + name + ">"
	}
	switch {
	case kind == "carrier":
		return liquid.Placeholder{From: name, Text: words}
	case strings.HasPrefix(kind, "carrier "):
		return liquid.Placeholder{From: strings.TrimPrefix(kind, "carrier "), Text: words}
	case kind == "suppressed" && inDynamic:
		return liquid.Placeholder{From: name, Text: words}
	case kind == "suppressed":
		return liquid.Placeholder{Suppressed: name}
	case kind == "choice":
		return liquid.Placeholder{Text: "{{" + name + "}}", Choice: true}
	case kind == "nil":
		return liquid.Placeholder{Nil: true}
	case kind == "review":
		return liquid.Placeholder{Text: "{{" + name + "}}", Review: "unknown placeholder " + name}
	case strings.HasPrefix(kind, "dynamic:"):
		return liquid.Placeholder{Expand: e.dynamic[name], Key: strings.TrimPrefix(name, "dc.")}
	}
	return liquid.Placeholder{Text: "{{" + name + "}}"}
}

const ticketEnv = `
ticket.title = carrier
ticket.description = carrier
ticket.requester.name = carrier
ticket.ccs.[].name = carrier
ticket.comments.[].value = carrier
ticket.comments = carrier
ticket.tags = carrier
ticket.latest_comment = suppressed
ticket.ticket_form = choice
Ticket.title = nil
unknown = review
cc.name = carrier
`

func render(template string) liquid.Output {
	return liquid.Render(liquid.Parse(textOf("t", template)), envOf(ticketEnv), liquid.DefaultLimits())
}

// froms names the carriers of an output, in order.
func froms(out liquid.Output) string {
	var names []string
	for _, s := range out.Sources {
		names = append(names, s.From)
	}
	return strings.Join(names, " ")
}

func messages(problems []liquid.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Message)
	}
	return strings.Join(out, "; ")
}
