package audit

import (
	"slices"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// Brackets say what becomes of an account in each case, where switches that
// decide who may open a ticket are not known.
type Brackets struct {
	// Unknown are the keys of the questions that are open, in their order.
	Unknown []string
	// Total is the number of combinations of their answers, Exposed how many of
	// these leave messages through which a stranger's words reach people whom
	// the stranger chose.
	Total, Exposed int
	// Settle says what each answer alone would leave, for the open questions in
	// the order of Unknown.
	Settle []Settling
}

// A Settling is what the answers to one question leave: of the combinations
// that remain, how many are exposed.
type Settling struct {
	Key         string
	IfYes, IfNo int
	// Of is the number of combinations that remain after an answer.
	Of int
}

// The keys of the three switches.
const (
	anybodyKey  = "intake.anybody_can_submit"
	requireKey  = "intake.require_auth_requests_uploads"
	registerKey = "intake.ask_users_to_register"
)

func intakeSwitches(s *attack.Settings) []struct {
	key    string
	answer *attack.Answer
} {
	return []struct {
		key    string
		answer *attack.Answer
	}{
		{anybodyKey, &s.AnybodyCanSubmit},
		{requireKey, &s.RequireAuthRequestsUploads},
		{registerKey, &s.AskUsersToRegister},
	}
}

// Bracket goes through the combinations of the switches that in leaves open. It
// is nil where all three are known. Messages over channels that the switches do
// not govern are the same in every combination and do not count.
func Bracket(attacks []attack.Attack, in attack.Settings) *Brackets {
	b := &Brackets{Total: 1}
	var open []int
	for i, sw := range intakeSwitches(&in) {
		if !sw.answer.Value.Known() {
			open = append(open, i)
			b.Unknown = append(b.Unknown, sw.key)
			b.Total *= 2
		}
	}
	if len(open) == 0 {
		return nil
	}
	b.Settle = make([]Settling, len(open))
	for n, key := range b.Unknown {
		b.Settle[n] = Settling{Key: key, Of: b.Total / 2}
	}
	for combination := range b.Total {
		given := in
		for n, i := range open {
			intakeSwitches(&given)[i].answer.Value = tri.Of(combination>>n&1 == 1)
		}
		if !slices.ContainsFunc(attacks, func(a attack.Attack) bool { return relaysUnder(a, given) }) {
			continue
		}
		b.Exposed++
		for n := range open {
			if combination>>n&1 == 1 {
				b.Settle[n].IfYes++
			} else {
				b.Settle[n].IfNo++
			}
		}
	}
	return b
}

// relaysUnder says whether a message carries text of a stranger to somebody
// they chose, over a channel that the switches govern and, so set, leave open
// or may leave open.
func relaysUnder(a attack.Attack, given attack.Settings) bool {
	if !slices.ContainsFunc(a.Recipients, attack.Recipient.OutsiderChooses) {
		return false
	}
	return slices.ContainsFunc(a.Channels, func(p attack.Path) bool {
		if p.Channel == attack.Messaging || p.Channel == attack.TicketsAPI {
			return false
		}
		in := given.On(p.Channel)
		if in != attack.IntakeOpen && in != attack.IntakeUnknown {
			return false
		}
		// What Zendesk blanks is always a comment, and a comment is text.
		return p.Content == attack.SaysText || (len(p.Suppressed) > 0 && !given.Suppresses())
	})
}
