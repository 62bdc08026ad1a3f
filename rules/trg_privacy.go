package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const (
	scorePrivacyGate = 2.5
	scoreCurrentUser = 4.5
	scoreProfile     = 5.0
	scoreFixedUser   = 2.5
	conditionsURL    = "https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/"
)

// trgPrivacyGate: the stock trigger asks that ticket and comment are public.
var trgPrivacyGate = audit.Rule{
	ID:    "ZD-TRG-11",
	Title: "A first reply does not ask for a public ticket with a public comment",
	Score: scorePrivacyGate, Since: "0.1.0", Tags: []string{"extended", "privacy"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Zendesk's own first reply is sent only for public tickets with a public comment. " +
		"Without these conditions a ticket that was meant to stay internal mails its requester, and can disclose that it exists and what it is called.",
	Fix: audit.Remediation{
		Summary: "Let first replies go out for public tickets only.",
		Steps: []string{
			openTriggerOnly,
			"Under “Meet all of the following conditions” add “Privacy › Is › Ticket has public comments” and “Comment › Is › Public”. The labels differ a little between versions of Admin Center.",
			"Side effect: customers are not told of tickets that begin with an internal note.",
		},
	},
	References: []string{stockURL, conditionsURL},
	Frameworks: rulesControls,
	Check: func(f *audit.Facts) audit.Verdict {
		return ungated(f, scorePrivacyGate, "does not ask for both a public ticket and a public comment", publicOnly)
	},
}

// publicOnly says whether only public tickets with a public comment pass. The
// value of the condition on the comment is a boolean in some answers and a
// string in others.
func publicOnly(t tenant.BusinessRule) bool {
	ticket := gate(t, func(c tenant.Condition) bool {
		v, _ := c.Value.Scalar()
		return c.Field == "ticket_is_public" && (c.Operator == "is" && v == "public" || c.Operator == "is_not" && v == "private")
	})
	comment := gate(t, func(c tenant.Condition) bool {
		v, _ := c.Value.Scalar()
		return c.Field == "comment_is_public" && (c.Operator == "is" && (v == "true" || v == "requester_can_see_comment") || c.Operator == "is_not" && v == "false")
	})
	return ticket && comment
}

// trgCurrentUser: “(current user)” reads as an agent and is not one.
var trgCurrentUser = audit.Rule{
	ID:    "ZD-TRG-13",
	Title: "A notification to “(current user)” goes to whomever a stranger names",
	Score: scoreCurrentUser, Since: "0.1.0", Tags: []string{"relay", "extended", "recipients"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "When a stranger creates a ticket, the current user is the person whose address was typed. " +
		"A notification to “(current user)” that was meant for agents then goes to a victim of the stranger's choice.",
	Fix: audit.Remediation{
		Summary: "Send to the current user only when that is an agent.",
		Steps: []string{
			openTriggerOnly,
			"Add “Current user › Is › (agent)”, or choose another recipient in the action “Email user”.",
			"Side effect: customers no longer get this mail for what they do themselves.",
		},
	},
	References: []string{actionsURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		var found []audit.Finding
		for _, r := range onCreation(f, func(a attack.Attack) bool { return slices.Contains(a.Recipients, attack.ToCurrentUser) }) {
			a := r.attack
			certainty := audit.Possible
			if doubts(r.paths) == "" {
				certainty = audit.Certain
			}
			found = append(found, audit.Finding{
				Score: afterIntake(scoreCurrentUser, r.paths), Certainty: certainty, Basis: audit.FromSimulation,
				Message: fmt.Sprintf("%s mails “(current user)”, who on a stranger's new ticket is whomever the stranger named (%s).",
					named(a.Object), channels(r.paths)) + intakeRemark(r.paths) + doubts(r.paths),
				Object: a.Object, Part: fmt.Sprint("action ", a.Action), At: valueOf(f, a).At(0).Pos(),
				Evidence: mail(a),
			})
		}
		return audit.Failed(found...)
	},
}

// trgProfile: the other direction. What the account knows about a customer goes
// to a stranger who is in copy.
var trgProfile = audit.Rule{
	ID:    "ZD-TRG-16",
	Title: "A first reply tells people in copy what the account knows about the requester",
	Score: scoreProfile, Since: "0.1.0", Tags: []string{"core", "privacy", "ccs"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "A stranger opens a request in the name of one of your customers and puts themselves in copy. " +
		"If the mail to requester and CCs prints stored profile data, the stranger reads it; if it prints {{ticket.encoded_id}}, they get the token by which replies are matched to the ticket.",
	Fix: audit.Remediation{
		Summary: "Do not print profile data or {{ticket.encoded_id}} in mail that people in copy receive.",
		Steps: []string{
			openTrigger,
			"Set the recipient to “Ticket › (requester)”, or remove the placeholders that the finding names.",
			"Side effect: people in copy get no receipt, or the receipt says less.",
		},
	},
	References: []string{placesURL, requestsURL},
	Frameworks: rulesControls,
	Check:      checkProfile,
}

func checkProfile(f *audit.Facts) audit.Verdict {
	ccs := attack.CCsAllowed(f.Snapshot)
	if ccs == tri.False {
		return audit.Passed("the account's settings allow no CCs")
	}
	look := looking(f)
	var found []audit.Finding
	for _, r := range onCreation(f, func(a attack.Attack) bool { return slices.Contains(a.Recipients, attack.ToCCs) }) {
		paths := slices.DeleteFunc(slices.Clone(r.paths), func(p attack.Path) bool {
			return p.Channel != attack.RequestsAPI && p.Channel != attack.Email // the others let nobody be copied in
		})
		words := profileWords(look.Messages(triggerOf(f, r.attack.Object.ID)), r.attack.Action)
		if len(paths) == 0 || len(words) == 0 {
			continue
		}
		message := fmt.Sprintf("%s prints %s in mail that people in copy receive; where the named requester is a known customer, that is stored data (%s).",
			named(r.attack.Object), strings.Join(carriersOf(words), ", "), channels(paths))
		if ccs == tri.Unknown {
			message += " Whether end users may copy others in is not known."
		}
		found = append(found, audit.Finding{
			Score: afterIntake(scoreProfile, paths), Certainty: audit.Possible, Basis: audit.FromSimulation,
			Message: message + intakeRemark(paths),
			Object:  r.attack.Object, Part: fmt.Sprint("action ", r.attack.Action), At: words[0].At, Evidence: mail(r.attack),
		})
	}
	return clean(f, f.Triggers, found)
}

// profileWords are the placeholders of one message that print what the account
// stores. The requester's address is not among them: the stranger typed it.
func profileWords(messages []attack.Message, action int) []attack.Word {
	var out []attack.Word
	for _, m := range messages {
		if m.Action != action {
			continue
		}
		out = append(out, wordsThat(m.Printed, func(w attack.Word) bool {
			if w.From == "ticket.encoded_id" {
				return true
			}
			for _, prefix := range []string{
				"ticket.requester.phone", "ticket.requester.details", "ticket.requester.notes", "ticket.requester.custom_fields.",
				"ticket.requester.external_id", "ticket.requester.organization", "ticket.organization.custom_fields.",
				"ticket.organization.details", "ticket.organization.notes",
			} {
				if strings.HasPrefix(w.From, prefix) {
					return true
				}
			}
			return false
		})...)
	}
	return out
}

// trgFixedUser: a mail to one fixed person who is no team member.
var trgFixedUser = audit.Rule{
	ID:    "ZD-TRG-27",
	Title: "A notification goes to a fixed person outside the team, or to whomever a field names",
	Score: scoreFixedUser, Since: "0.1.0", Tags: []string{"extended", "recipients"},
	Needs: triggerNeeds, Uses: []tenant.Kind{tenant.Users, tenant.TicketFields},
	Why: "A trigger with a fixed recipient goes on mailing that person whatever becomes of them. " +
		"If the recipient is an end user, or a field decides who it is, the content of tickets leaves your team without anybody noticing.",
	Fix: audit.Remediation{
		Summary: "Send to a group, or make sure that the mailbox is yours.",
		Steps: []string{
			openTrigger,
			"Replace the fixed recipient by a group, or confirm that the mailbox belongs to your company and waive the finding with that reason.",
			"Side effect: the person no longer receives the mail.",
		},
	},
	References: []string{actionsURL},
	Frameworks: rulesControls,
	Check:      checkFixedUsers,
}

// everybodysRecipients are the words for recipients that are no fixed person.
var everybodysRecipients = []string{"requester_id", "requester_and_ccs", "assignee_id", "current_user", "all_agents"}

func checkFixedUsers(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	var open audit.Verdict
	for _, t := range f.Triggers {
		for i, a := range t.Actions {
			if a.Field != "notification_user" || !isActive(t) {
				continue
			}
			to, ok := a.Value.At(0).Scalar()
			switch {
			case !ok:
				open = audit.Undecided(fmt.Sprintf("value_unknown: the recipient of %s could not be read", named(t.Ref)))
				continue
			case slices.Contains(everybodysRecipients, to), isMember(f, to):
				continue
			}
			who := "whomever the field “" + to + "” names"
			if isNumber(to) {
				if v, missing := gapVerdict(f, tenant.Users, named(t.Ref)+" mails a fixed user, and the team was not read"); missing {
					open = v
					continue
				}
				who = "user " + to + ", who is none of the team members that were read"
			}
			found = append(found, audit.Finding{
				Certainty: audit.Possible, Basis: audit.FromAPI,
				Message: fmt.Sprintf("%s mails %s.", named(t.Ref), who),
				Object:  t.Ref, Part: fmt.Sprint("action ", i), At: a.Value.At(0).Pos(),
				Evidence: []audit.Evidence{ownWords("recipient", to)},
			})
		}
	}
	if len(found) == 0 && open.Reason != "" {
		return open
	}
	return audit.Failed(found...)
}

func isMember(f *audit.Facts, id string) bool {
	return slices.ContainsFunc(f.Team, func(u tenant.User) bool { return u.ID == id })
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
