package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A firstReply is a message that a trigger sends when a stranger creates a
// ticket as an end user, to somebody the stranger chose.
type firstReply struct {
	attack attack.Attack
	paths  []attack.Path
}

// firstReplies lists them. The company's own contact form, which posts as an
// agent, has rules of its own.
func firstReplies(f *audit.Facts) []firstReply {
	return audit.Remember(f, "first replies", func() []firstReply { return findFirstReplies(f) })
}

func findFirstReplies(f *audit.Facts) []firstReply {
	var out []firstReply
	for _, a := range f.Attacks() {
		if a.Object.Type != "trigger" || !reachesOutsiders(a.Recipients) {
			continue
		}
		r := firstReply{attack: a}
		for _, p := range a.Channels {
			if p.Channel != attack.TicketsAPI && p.Channel != attack.Messaging && p.AtCreation {
				r.paths = append(r.paths, p)
			}
		}
		if len(r.paths) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// reachesOutsiders says whether a message can go to somebody who is no team
// member.
func reachesOutsiders(to []attack.Recipient) bool {
	return slices.ContainsFunc(to, func(r attack.Recipient) bool { return r.OutsiderChooses() || r == attack.ToUser })
}

// Scores of a relay by what becomes of the stranger's ticket.
const (
	scoreOpen   = 9.3 // goes live, or nobody knows that it does not
	scoreClosed = 7.0 // refused as long as the account stays closed
	scoreHeld   = 5.0 // waits until the address is verified
)

// carrying keeps the paths for which pick gives a carrier, and says how bad
// that is, how sure, and which carriers they are.
func (r firstReply) carrying(pick func(attack.Path) []string) (score float64, sure audit.Certainty, carriers []string, paths []attack.Path) {
	for _, p := range r.paths {
		found := pick(p)
		if len(found) == 0 {
			continue
		}
		paths = append(paths, p)
		for _, c := range found {
			if !slices.Contains(carriers, c) {
				carriers = append(carriers, c)
			}
		}
		if p.Reach == attack.Certain {
			sure = audit.Certain
		}
		score = worse(score, p.Intake)
	}
	slices.Sort(carriers)
	return score, sure, carriers, paths
}

// worse is the higher of a score and that of an intake. An intake that is
// merely held outweighs one that is closed only in that it can still come
// true; where both occur, holding is what protects the account.
func worse(score float64, in attack.Intake) float64 {
	of := map[attack.Intake]float64{
		attack.IntakeOpen: scoreOpen, attack.IntakeUnknown: scoreOpen,
		attack.IntakeHeld: scoreHeld, attack.IntakeClosed: scoreClosed,
	}[in]
	switch {
	case score == 0, of == scoreOpen:
		return of
	case score == scoreOpen:
		return score
	}
	return min(score, of)
}

// among keeps the members of list that are in allowed.
func among(list, allowed []string) []string {
	var out []string
	for _, s := range list {
		if slices.Contains(allowed, s) {
			out = append(out, s)
		}
	}
	return out
}

// finding describes the message: what it repeats, to whom, over which channels.
func (r firstReply) finding(carriers []string, paths []attack.Path, how string) audit.Finding {
	a := r.attack
	message := fmt.Sprintf("%s repeats %s %s to %s (%s).", named(a.Object), strings.Join(carriers, ", "), how, recipients(a.Recipients), channels(paths))
	return audit.Finding{
		Basis:    audit.FromSimulation,
		Message:  message + intakeRemark(paths) + doubts(paths),
		Object:   a.Object,
		Part:     fmt.Sprint("action ", a.Action),
		At:       a.BodyAt,
		Evidence: mail(a),
	}
}

// at gives the place of the first word that fits.
func (r firstReply) at(fits func(attack.Word) bool) tenant.Pos {
	for _, w := range r.attack.Words {
		if fits(w) && w.At.Valid() {
			return w.At
		}
	}
	return r.attack.BodyAt
}

func mail(a attack.Attack) []audit.Evidence {
	var out []audit.Evidence
	if len(a.Subject) > 0 {
		out = append(out, audit.Evidence{Label: "subject", Text: a.Subject})
	}
	if len(a.Body) > 0 {
		out = append(out, audit.Evidence{Label: "body", Text: a.Body})
	}
	return out
}

// named is how messages name an object.
func named(r tenant.Ref) string {
	name := strings.ReplaceAll(r.Type, "_", " ")
	if r.ID != "" {
		name += " " + r.ID
	}
	if r.Title != "" {
		name += fmt.Sprintf(" “%s”", r.Title)
	}
	return name
}

func recipients(to []attack.Recipient) string {
	words := map[attack.Recipient]string{
		attack.ToRequester: "the requester", attack.ToCCs: "everybody copied in", attack.ToCurrentUser: "the person who wrote",
		attack.ToUser: "a user", attack.ToAgents: "agents", attack.ToGroup: "a group", attack.ToTarget: "a target",
		attack.ToWebhook: "a webhook", attack.ToSMS: "a phone", attack.ToOrganization: "an organization",
	}
	out := make([]string, len(to))
	for i, r := range to {
		out[i] = words[r]
	}
	return strings.Join(out, " and ")
}

// channels lists the ways in, in the words of people who administer Zendesk.
func channels(paths []attack.Path) string {
	words := map[attack.Channel]string{
		attack.WebForm: "web form", attack.RequestsAPI: "Requests API", attack.Email: "e-mail", attack.Widget: "Web Widget",
		attack.MobileSDK: "mobile SDK", attack.Messaging: "messaging", attack.TicketsAPI: "contact form with an agent's token",
	}
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = words[p.Channel]
	}
	return strings.Join(out, ", ")
}

// intakeRemark says what protects the account, or that nobody knows.
func intakeRemark(paths []attack.Path) string {
	open := slices.ContainsFunc(paths, func(p attack.Path) bool { return p.Intake == attack.IntakeOpen })
	unknown := slices.ContainsFunc(paths, func(p attack.Path) bool { return p.Intake == attack.IntakeUnknown })
	held := slices.ContainsFunc(paths, func(p attack.Path) bool { return p.Intake == attack.IntakeHeld })
	switch {
	case open:
		return ""
	case unknown:
		return " Whether such a ticket goes live is not known and is judged as if it does."
	case held:
		return " Such a ticket waits until its address has been verified."
	}
	return " Intake is closed today; the trigger would relay as soon as it is opened."
}

// doubts says why a message is only possibly sent, where no path is certain.
func doubts(paths []attack.Path) string {
	for _, p := range paths {
		if p.Reach == attack.Certain {
			return ""
		}
	}
	if len(paths) == 0 || len(paths[0].Because) == 0 {
		return ""
	}
	return " Only possible: " + strings.Join(paths[0].Because, "; ") + "."
}

// ownWords is evidence in the account's own words.
func ownWords(label, text string) audit.Evidence {
	return audit.Evidence{Label: label, Text: taint.Own(text)}
}
