package liquid

import (
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Env says what placeholders stand for.
type Env interface {
	// Resolve is asked for a dotted path such as ["ticket", "title"]. An index
	// or the element of a loop is "[]": ["ticket", "comments", "[]", "value"].
	// Names are case-sensitive, as they are in Zendesk
	// (https://support.zendesk.com/hc/en-us/articles/4408886858138).
	// inDynamic is true while the body of a dynamic content item is rendered.
	// The path must be neither kept nor changed.
	Resolve(path []string, inDynamic bool) Placeholder
}

// A Placeholder is what a name stands for in one message.
type Placeholder struct {
	// From is the canonical name of the carrier if the words are the
	// outsider's, and empty if they are not.
	From string
	// Text is what to print: words such as the outsider would choose, or, for
	// the account's own values, usually the placeholder itself.
	Text string
	// Suppressed is the name to report where Zendesk blanks the placeholder;
	// it then prints nothing.
	Suppressed string
	// Expand holds, for dynamic content, every variant that may be sent.
	Expand []*Template
	// Key is the dynamic content item's key.
	Key string
	// Review says why a person must look at the placeholder.
	Review string
	// Nil says that the name is known to be nothing at all, such as one with
	// the wrong capitals.
	Nil bool
	// Choice says that the outsider only picks one of the account's values.
	Choice bool
}

// Limits bound one call of Render.
type Limits struct {
	// Depth is how deep blocks and dynamic content may stand inside each other.
	Depth int
	// Iterations is how many rounds all loops may make together.
	Iterations int
	// Bytes is how long the message, or one variable, may become.
	Bytes int
	// Done stops the rendering when it is closed; nil never does.
	Done <-chan struct{}
}

// DefaultLimits are generous for anything a person wrote.
func DefaultLimits() Limits { return Limits{Depth: 100, Iterations: 10_000, Bytes: 1 << 20} }

// An Output is a rendered template.
type Output struct {
	// Text is one message. Where there are alternatives (branches, variants of
	// dynamic content, variables that depend on a branch) it is the one in
	// which the outsider says the most.
	Text taint.Text
	// Sources are the carriers in any alternative, in order of appearance,
	// each (From, At) once.
	Sources []Source
	// Suppressed names what Zendesk blanks, each once, sorted.
	Suppressed []string
	// Choices names the placeholders with which the outsider picks among the
	// account's values, each once, sorted.
	Choices []string
	// Review is what a person must look at. A message with something to review
	// is not known to be clean.
	Review []Problem
}

// A Source is a carrier that reaches the message.
type Source struct {
	From string
	// At is where the placeholder stands, inside the dynamic content's body
	// if that is where it is.
	At tenant.Pos
	// Dynamic is the key of the dynamic content item it came through, empty
	// for none.
	Dynamic string
	// Logic says that it came through assign, capture, cycle, a loop's variable
	// or a filter, so that a search for {{ name }} would not show it printed.
	Logic bool
	// Shortened says that wherever it appears a filter such as truncate has cut
	// it.
	Shortened bool
}

// Render works out the message that a template makes, in every alternative.
// It neither fails nor panics, and its time and memory are bounded by the
// size of the templates and the limits. Limits that are not positive stand for
// the default ones.
func Render(t *Template, env Env, limits Limits) Output {
	d := DefaultLimits()
	if limits.Depth <= 0 {
		limits.Depth = d.Depth
	}
	if limits.Iterations <= 0 {
		limits.Iterations = d.Iterations
	}
	if limits.Bytes <= 0 {
		limits.Bytes = d.Bytes
	}
	if t.plain && t.src.Len() <= limits.Bytes {
		return Output{Text: taint.Own(t.src.String())}
	}
	m := machine{
		env:    env,
		limits: limits,
		depth:  -1, // of the template itself: blocks in it are at 1
		rounds: limits.Iterations,
		steps:  stepsPerRound * limits.Iterations,
		bytes:  bytesPerByte * limits.Bytes,
	}
	m.scope = newScope(t)
	b := builder{m: &m, own: make([]byte, 0, min(t.src.Len(), 1<<12))}
	if t.plain {
		b.addOwn(t.src.String())
	}
	m.exec(t.nodes, &b)
	return m.finish(t, &b)
}

// How much repeated work a render may do for each loop round, and how many
// bytes it may copy for each byte of a message. Both only bound templates made
// to be expensive.
const (
	stepsPerRound = 32
	bytesPerByte  = 64
)

// maxReview is how many things to review one message lists.
const maxReview = 200

// finish turns marks into what is reported.
func (m *machine) finish(t *Template, b *builder) Output {
	out := Output{Text: b.done()}
	out.Review = append(out.Review, t.problems...)
	type key struct {
		from string
		at   tenant.Pos
	}
	var index map[key]int
	b.marks.walk(func(k *mark, logic, short bool) {
		switch k.kind {
		case markSource:
			at := m.pos(k.tpl, k.off)
			if i, ok := index[key{k.name, at}]; ok {
				out.Sources[i].Logic = out.Sources[i].Logic || logic
				out.Sources[i].Shortened = out.Sources[i].Shortened && short
				return
			}
			if index == nil {
				index = map[key]int{}
			}
			index[key{k.name, at}] = len(out.Sources)
			out.Sources = append(out.Sources, Source{From: k.name, At: at, Dynamic: k.dynamic, Logic: logic, Shortened: short})
		case markSuppressed:
			out.Suppressed = append(out.Suppressed, k.name)
		case markChoice:
			out.Choices = append(out.Choices, k.name)
		case markReview:
			out.Review = m.review(out.Review, k)
		}
	})
	for _, k := range m.hit {
		out.Review = m.review(out.Review, k)
	}
	out.Suppressed = names(out.Suppressed)
	out.Choices = names(out.Choices)
	return out
}

func names(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// review adds to what a person must look at, each thing once.
func (m *machine) review(list []Problem, k *mark) []Problem {
	if len(list) > maxReview {
		return list
	}
	p := Problem{Message: k.name, At: m.pos(k.tpl, k.off), Offset: k.off}
	if len(list) == maxReview {
		p.Message = "there is more to look at than is listed"
	}
	if slices.Contains(list, p) {
		return list
	}
	return append(list, p)
}

// maxPosWork bounds the bytes that are read to turn offsets into lines: one
// template may hold a million placeholders, and each asks from its beginning.
const maxPosWork = 64 << 20

type place struct {
	tpl *Template
	off int
}

// pos is the place of a byte of a template. It is only asked for what is
// reported.
func (m *machine) pos(t *Template, off int) tenant.Pos {
	k := place{t, off}
	if at, ok := m.places[k]; ok {
		return at
	}
	if m.places == nil {
		m.places = map[place]tenant.Pos{}
	}
	at := off
	m.posWork += off + 256
	if m.posWork > maxPosWork {
		m.limit("there are more placeholders than places were worked out for")
		k.off, at = 0, 0
		if p, ok := m.places[k]; ok {
			return p
		}
	}
	p := t.src.PosAt(at)
	m.places[k] = p
	return p
}

// limit notes that something was not followed to its end.
func (m *machine) limit(what string) {
	what = "limit: " + what
	for _, k := range m.hit {
		if k.name == what {
			return
		}
	}
	m.hit = append(m.hit, &mark{kind: markReview, name: what, tpl: m.scope.tpl, off: m.off})
}

// note adds something to review whether or not it is printed.
func (m *machine) note(what string, off int) {
	k := mark{kind: markReview, name: what, tpl: m.scope.tpl, off: off}
	for _, other := range m.hit {
		if *other == k {
			return
		}
	}
	if len(m.hit) <= maxReview {
		m.hit = append(m.hit, &k)
	}
}

func (m *machine) reviewMark(message string, off int) *marks {
	return single(&mark{kind: markReview, name: message, tpl: m.scope.tpl, off: off})
}

// spend pays for n bytes of copying.
func (m *machine) spend(n int) bool {
	if m.bytes < n {
		m.limit("the template copies more text than was followed")
		return false
	}
	m.bytes -= n
	return true
}

// stopped says whether the caller has given up.
func (m *machine) stopped() bool {
	if m.quit {
		return true
	}
	if m.ticks++; m.ticks&0xff != 0 || m.limits.Done == nil {
		return false
	}
	select {
	case <-m.limits.Done:
		m.quit = true
		m.limit("the analysis was interrupted")
	default:
	}
	return m.quit
}

// joinPath writes a path as a template would.
func joinPath(path []string) string { return strings.Join(path, ".") }
