package attack

import (
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/liquid"
	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// A dynamicBody is a dynamic content item with every variant that may be sent.
type dynamicBody struct {
	variants []*liquid.Template
	// unread says that a variant's text was not read.
	unread bool
}

// dynamicBodies parses the account's dynamic content. The stranger picks the
// language, so every active variant counts.
func dynamicBodies(s *tenant.Snapshot) map[string]*dynamicBody {
	out := map[string]*dynamicBody{}
	for _, item := range s.Dynamic {
		b := &dynamicBody{unread: len(item.Variants) == 0}
		for _, v := range item.Variants {
			if v.Active.Is(true) == tri.False {
				continue
			}
			if !v.Content.Known() {
				b.unread = true
				continue
			}
			b.variants = append(b.variants, liquid.Parse(v.Content))
		}
		out[item.Key] = b
	}
	return out
}

// An env answers for the placeholders of one message.
type env struct {
	world *world
	// channel is nil while it is worked out what a template can carry at all,
	// on any channel; then nothing is suppressed.
	channel *channelModel
	// suppress: Zendesk blanks comment placeholders in this message.
	suppress bool
	// words are what the stranger wrote, by carrier.
	words words
}

// Resolve says what a placeholder stands for.
func (e *env) Resolve(path []string, inDynamic bool) liquid.Placeholder {
	m := e.world.meaningOf(path)
	itself := "{{" + strings.Join(path, ".") + "}}"
	switch m.group {
	case carrier:
		if e.channel != nil && !e.channel.strangerWrites(e.world, m.name) {
			return liquid.Placeholder{Text: itself}
		}
		return liquid.Placeholder{From: m.name, Text: e.words.of(m)}
	case comment:
		if e.suppress && !inDynamic {
			return liquid.Placeholder{Suppressed: m.name}
		}
		return liquid.Placeholder{From: m.name, Text: e.words.of(m)}
	case choice:
		return liquid.Placeholder{Text: itself, Choice: true}
	case dynamic:
		return e.expand(m.name)
	case own:
		return liquid.Placeholder{Text: itself}
	case nothing:
		return liquid.Placeholder{Nil: true}
	case unlisted:
	}
	return liquid.Placeholder{Text: itself, Review: itself + " is in no list of Zendesk's placeholders that zdaudit knows; look at what it prints"}
}

func (e *env) expand(key string) liquid.Placeholder {
	body, ok := e.world.dynamic[key]
	switch {
	case ok && !body.unread && len(body.variants) == 0:
		return liquid.Placeholder{Nil: true}
	case ok && !body.unread:
		return liquid.Placeholder{Expand: body.variants, Key: key}
	case ok:
		return liquid.Placeholder{Expand: body.variants, Key: key, Review: "part of the dynamic content {{dc." + key + "}} was not read; look at what it says"}
	case e.world.snap.Has(tenant.DynamicContent):
		return liquid.Placeholder{Nil: true} // deleted: prints nothing
	}
	return liquid.Placeholder{Text: "{{dc." + key + "}}", Review: "the dynamic content {{dc." + key + "}} was not read; look at what it says"}
}

// words are what the stranger typed.
type words struct{ subject, comment, name string }

func (w words) of(m meaning) string {
	switch {
	case m.group == comment || m.name == "ticket.verbatim_description":
		return w.comment
	case m.name == "ticket.title":
		return w.subject
	case strings.HasSuffix(m.name, ".email"):
		return "victim@example.com"
	case m.says == SaysName:
		return w.name
	}
	return w.subject
}

// What the sample stranger types where conditions ask for nothing else.
const (
	sampleSubject = "You have won: claim at phish.example.com"
	sampleComment = "Your prize expires today. Claim it here: https://phish.example.com/claim"
	sampleName    = "Claim your prize at phish.example.com"
)

// A draft is a message with its templates parsed and looked through once, for
// any channel.
type draft struct {
	message
	subject liquid.Output
	bodies  []liquid.Output
	parsed  []*liquid.Template // subject first, then bodies
}

func (w *world) draft(m message) *draft {
	d := &draft{message: m}
	e := &env{world: w, words: words{sampleSubject, sampleComment, sampleName}}
	for _, t := range slices.Concat([]tenant.Text{m.subject}, m.bodies) {
		d.parsed = append(d.parsed, liquid.Parse(t))
	}
	d.subject = liquid.Render(d.parsed[0], e, liquid.DefaultLimits())
	for _, t := range d.parsed[1:] {
		d.bodies = append(d.bodies, liquid.Render(t, e, liquid.DefaultLimits()))
	}
	return d
}

// outputs are the subject and the bodies as they were looked through.
func (d *draft) outputs() []liquid.Output {
	return append([]liquid.Output{d.subject}, d.bodies...)
}

// carry works out what the message carries when it is reached one way.
func (d *draft) carry(w *world, r reached, to *Path) {
	to.Content = SaysNone
	suppress, clause := d.suppression(w, r)
	for i, out := range d.outputs() {
		for _, src := range out.Sources {
			isComment := w.meaningOf(strings.Split(src.From, ".")).group == comment
			switch {
			case isComment && src.Dynamic != "":
				to.Clause = "Zendesk does not suppress in dynamic content"
			case isComment:
				to.Clause = clause
			}
			switch {
			case suppress && isComment && src.Dynamic == "":
				to.Suppressed = addOnce(to.Suppressed, src.From)
				continue
			case !r.channel.strangerWrites(w, src.From):
				continue
			}
			to.Carriers = addOnce(to.Carriers, src.From)
			if i == 0 {
				to.InSubject = addOnce(to.InSubject, src.From)
			} else {
				to.InBody = addOnce(to.InBody, src.From)
			}
			to.Content = to.Content.more(w.says(src.From))
		}
		if len(out.Choices) > 0 {
			to.Content = to.Content.more(SaysChoice)
		}
	}
	for _, list := range [][]string{to.Carriers, to.Suppressed, to.InSubject, to.InBody} {
		slices.Sort(list)
	}
}

// suppressed says whether Zendesk blanks comment placeholders in this message
// when it is reached this way.
func (d *draft) suppressed(w *world, r reached) bool {
	blanks, _ := d.suppression(w, r)
	return blanks
}

// suppression says whether Zendesk blanks comment placeholders, and by which
// clause of its rule it does or does not
// (https://support.zendesk.com/hc/en-us/articles/4408833443226).
func (d *draft) suppression(w *world, r reached) (blanks bool, clause string) {
	switch {
	case !d.suppressible:
		return false, "Zendesk suppresses only in mail to end users"
	case r.way.later:
		return false, "Zendesk does not suppress in mail that automations and updates set off"
	case r.channel.ownForm:
		return false, "Zendesk does not suppress for tickets that are created through the Tickets API"
	case w.intake.AnybodyCanSubmit.Value == tri.False:
		return false, "Zendesk suppresses only while anybody can submit tickets"
	case w.intake.AskUsersToRegister.Value == tri.True:
		return false, "Zendesk does not suppress while users have to register"
	case w.intake.AnybodyCanSubmit.Value == tri.True && w.intake.AskUsersToRegister.Value == tri.False:
		return true, "an end user creates the ticket, end users receive the mail, anybody can submit, and nobody has to register"
	}
	return true, "an end user creates the ticket, end users receive the mail, and the intake settings are taken to be those that Zendesk ships"
}

// display renders the message as it arrives when it is reached one way.
func (d *draft) display(w *world, r reached, said words) (subject, body taint.Text) {
	e := &env{world: w, channel: r.channel, suppress: d.suppressed(w, r), words: said}
	subject = liquid.Render(d.parsed[0], e, liquid.DefaultLimits()).Text
	for i, t := range d.parsed[1:] {
		if i > 0 {
			body = body.Append(taint.Span{Text: "\n"})
		}
		body = body.Append(liquid.Render(t, e, liquid.DefaultLimits()).Text...)
	}
	return subject, body
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

var contentRank = map[Content]int{SaysNone: 0, SaysChoice: 1, SaysName: 2, SaysText: 3}

// more is the greater of two contents.
func (c Content) more(other Content) Content {
	if contentRank[other] > contentRank[c] {
		return other
	}
	return c
}
