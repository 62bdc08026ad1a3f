package attack

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/liquid"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Look answers questions about business rules that are not, or not only,
// attacks: what an inactive trigger would say, which profile data a message
// prints, whether two triggers can fire for one ticket. It is not changed once
// it is made and is safe for concurrent use.
type Look struct{ program *program }

// NewLook makes an account ready for questions.
func NewLook(s *tenant.Snapshot, intake Settings) *Look {
	return &Look{compileProgram(newWorld(s, intake), s)}
}

// A Message is what one action of a business rule sends, whether or not a
// stranger can set it off.
type Message struct {
	// Action is the index into the rule's actions.
	Action     int
	Sink       string
	Recipients []Recipient
	// BodyAt is where the first body stands.
	BodyAt tenant.Pos
	// Carriers are the places where a stranger's words could get in, comment
	// placeholders that Zendesk may blank included.
	Carriers []Word
	// Printed are all placeholders that the message can print, whoever decides
	// their value, by the names under which they stand in it.
	Printed []Word
	// Doubt says why it is not sure what is sent, or to whom; empty for none.
	Doubt string
}

// Messages reads what a rule sends.
func (l *Look) Messages(r tenant.BusinessRule) []Message {
	var out []Message
	for i, action := range r.Actions {
		m, ok := messageOf(l.program.world, action)
		if !ok {
			continue
		}
		msg := Message{Action: i, Sink: m.sink, Recipients: m.recipients, BodyAt: action.At.Pos(), Doubt: m.doubt}
		if len(m.bodies) > 0 {
			msg.BodyAt = m.bodies[0].PosAt(0)
		}
		for n, text := range append([]tenant.Text{m.subject}, m.bodies...) {
			msg.Carriers = append(msg.Carriers, l.words(text, n == 0, l.anyChannel())...)
			msg.Printed = append(msg.Printed, l.words(text, n == 0, listing{l.program.world})...)
		}
		out = append(out, msg)
	}
	return out
}

// words lists what a text can print, as an env names it.
func (l *Look) words(text tenant.Text, subject bool, e liquid.Env) []Word {
	var out []Word
	for _, src := range liquid.Render(liquid.Parse(text), e, liquid.DefaultLimits()).Sources {
		out = append(out, Word{From: src.From, At: src.At, InSubject: subject, Dynamic: src.Dynamic, Logic: src.Logic})
	}
	return out
}

func (l *Look) anyChannel() liquid.Env {
	return &env{world: l.program.world, words: words{sampleSubject, sampleComment, sampleName}}
}

// A listing is an env in which every placeholder stands for itself.
type listing struct{ world *world }

// Resolve names the placeholder, or gives the variants of dynamic content.
func (e listing) Resolve(path []string, _ bool) liquid.Placeholder {
	m := e.world.meaningOf(path)
	switch m.group { //nolint:exhaustive // the others stand for themselves
	case nothing:
		return liquid.Placeholder{Nil: true}
	case dynamic:
		return (&env{world: e.world}).expand(m.name)
	}
	name := strings.Join(path, ".")
	return liquid.Placeholder{From: name, Text: "{{" + name + "}}"}
}

// OnCreation lists the channels over which a stranger's new ticket makes a
// trigger fire while triggers are gone through for the first time, whether or
// not it sends anything. Channel, Intake, Reach and Because are set. An inactive
// trigger, or one that is not of this account, has none.
func (l *Look) OnCreation(trigger tenant.Ref) []Path {
	var out []Path
	for _, c := range l.program.channels {
		if reach, because, ok := l.Together(c.name, trigger); ok {
			out = append(out, Path{Channel: c.name, Intake: l.program.world.intake.On(c.name), Reach: reach, Because: because, Content: SaysNone})
		}
	}
	return out
}

// stepOf finds an active rule, -1 if there is none.
func (p *program) stepOf(rule tenant.Ref) int {
	if i, ok := p.index[rule.Type+"/"+rule.ID]; ok {
		return i
	}
	return -1
}
