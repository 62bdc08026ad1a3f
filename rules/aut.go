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
	scoreLater        = 7.4 // no agent has to do anything
	scoreAfterAgent   = 2.5 // something has to happen first that strangers cannot do
	scoreBump         = 7.4
	scoreBumpShut     = 4.7
	scorePending      = 2.5
	scorePendingAlone = 4.5 // a trigger sets the status on creation
	scoreSurvey       = 2.5
	aiReplyTag        = "ar_suggest_true"
	openAutomation    = "Admin Center › Objects and rules › Business rules › Automations: open the automation and go to its action “Email user”."
	automationsURL    = "https://support.zendesk.com/hc/zh-cn/articles/4408835051546"
	aiAgentURL        = "https://support.zendesk.com/hc/en-us/articles/9483857396378"
)

// automationNeeds are what every rule about automations reads, automationUses
// what makes its answer sharper: triggers decide which tickets an automation
// finds.
var (
	automationNeeds = []tenant.Kind{tenant.Automations}
	automationUses  = append([]tenant.Kind{tenant.Triggers, tenant.CustomStatuses}, triggerUses...)
)

// autLater: a first reply that comes some hours later, and of which nothing is
// blanked.
var autLater = audit.Rule{
	ID:    "ZD-AUT-01",
	Title: "An automation mails a stranger's words to customers",
	Score: scoreLater, Since: "0.1.0", Tags: []string{"relay", "core", "automations"},
	Needs: automationNeeds, Uses: automationUses,
	Why: "Zendesk blanks nothing in mail that automations send. " +
		"An automation that finds new or open tickets by their age is a first reply that comes some hours late, with everything in it that the stranger wrote.",
	Fix: audit.Remediation{
		Summary: "Write the mail of automations in words of your own.",
		Steps: []string{
			openAutomation,
			"Replace the placeholders that the finding names with fixed text; {{ticket.id}} may stay.",
			"Side effect: the reminder no longer quotes the request.",
		},
	},
	References: []string{suppressURL, automationsURL},
	Frameworks: relayControls,
	Check:      checkLater,
}

// checkLater reports automations that a stranger's ticket reaches by itself,
// and, as a lesser matter, those for which an agent has to do something first.
func checkLater(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	reached := map[string]bool{}
	for _, a := range f.Attacks() {
		t := ruleWith(f.Automations, a.Object.ID)
		paths := strangersPaths(a)
		if a.Object.Type != "automation" || !reachesOutsiders(a.Recipients) || len(paths) == 0 || hasOwnRule(t) {
			continue
		}
		for _, finding := range carried([]firstReply{{attack: a, paths: paths}}, scoreLater, "some time later", allCarriers, anyWord) {
			reached[a.Object.ID] = true
			found = append(found, finding)
		}
	}
	look := looking(f)
	for _, t := range f.Automations {
		if reached[t.ID] || !isActive(t) || hasOwnRule(t) {
			continue
		}
		found = append(found, automationMails(look, t, scoreAfterAgent, "hours later; a stranger's ticket does not get there by itself, but nothing in the mail is blanked")...)
	}
	return clean(f, f.Automations, withoutTriggers(f, found))
}

// hasOwnRule says whether ZD-AUT-02 or ZD-AUT-03 is about the automation.
func hasOwnRule(t tenant.BusinessRule) bool { return isBump(t) || isPendingReminder(t) }

// automationMails lists the mails of an automation to people outside that carry
// a stranger's words.
func automationMails(look *attack.Look, t tenant.BusinessRule, score float64, when string) []audit.Finding {
	var found []audit.Finding
	for _, m := range look.Messages(t) {
		if !reachesOutsiders(m.Recipients) || len(m.Carriers) == 0 {
			continue
		}
		carriers := carriersOf(m.Carriers)
		certainty := audit.Certain
		if m.Doubt != "" {
			certainty = audit.Possible
		}
		found = append(found, audit.Finding{
			Score: score, Certainty: certainty, Basis: audit.FromAPI,
			Message: fmt.Sprintf("%s repeats %s to %s %s.", named(t.Ref), strings.Join(carriers, ", "), recipients(m.Recipients), when),
			Object:  t.Ref, Part: fmt.Sprint("action ", m.Action), At: m.Carriers[0].At,
			Evidence: []audit.Evidence{ownWords("carriers", strings.Join(carriers, ", ")), ownWords("conditions", t.ConditionsInWords())},
		})
	}
	return found
}

// withoutTriggers remarks on lesser findings that triggers, which could bring a
// stranger's ticket there by itself, were not read.
func withoutTriggers(f *audit.Facts, found []audit.Finding) []audit.Finding {
	if f.Has(tenant.Triggers) {
		return found
	}
	for i := range found {
		if audit.Band(found[i].Score) == audit.Low {
			found[i].Certainty = audit.Possible
			found[i].Message += " Triggers were not read; one of them could bring a stranger's ticket there."
		}
	}
	return found
}

// autBump: it comes with the AI agent for mail, and nobody writes it.
var autBump = audit.Rule{
	ID:    "ZD-AUT-02",
	Title: "The reminder after an AI agent's reply repeats a stranger's words",
	Score: scoreBump, Since: "0.1.0", Tags: []string{"relay", "core", "ai"},
	Needs: automationNeeds, Uses: automationUses,
	Why: "Publishing an AI agent for mail brings an automation that reminds the requester a day later, by name and with the title of the ticket. " +
		"No agent looks at the ticket before, and Zendesk blanks nothing in it.",
	Fix: audit.Remediation{
		Summary: "Write subject and text of the reminder in words of your own.",
		Steps: []string{
			openAutomation,
			"Replace {{ticket.title}} and the requester's name with fixed text. Look again whenever the AI agent has been published.",
			"Side effect: the reminder is less personal.",
		},
	},
	References: []string{aiAgentURL, suppressURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		score, when := scoreBump, "a day after an AI agent's reply, without an agent's doing"
		if shut(f, attack.Email) && shut(f, attack.WebForm) {
			score, when = scoreBumpShut, when+"; strangers' tickets do not go live today"
		}
		var found []audit.Finding
		look := looking(f)
		for _, t := range f.Automations {
			if isActive(t) && isBump(t) {
				found = append(found, automationMails(look, t, score, when)...)
			}
		}
		for i := range found { // whether the AI agent answers strangers is not known
			found[i].Certainty, found[i].Basis = audit.Possible, audit.FromInference
		}
		return clean(f, f.Automations, found)
	},
}

// isBump knows the automation by the tag that the AI agent sets: its name is
// translated and can be changed.
func isBump(t tenant.BusinessRule) bool {
	return strings.Contains(t.Title, "[GenAI]") || slices.ContainsFunc(slices.Concat(t.All, t.Any), func(c tenant.Condition) bool {
		tags, _ := c.Value.Scalar()
		for _, s := range c.Value.Strings() {
			tags += " " + s.String()
		}
		return c.Field == "current_tags" && (c.Operator == "includes" || c.Operator == "is") && slices.Contains(strings.Fields(tags), aiReplyTag)
	})
}

// shut says whether a stranger's ticket does not go live on a channel.
func shut(f *audit.Facts, c attack.Channel) bool {
	in := f.Intake.On(c)
	return in == attack.IntakeClosed || in == attack.IntakeHeld
}

// autPending: Zendesk ships it switched off.
var autPending = audit.Rule{
	ID:    "ZD-AUT-03",
	Title: "The reminder for pending tickets repeats a stranger's words",
	Score: scorePending, Since: "0.1.0", Tags: []string{"relay", "core", "automations"},
	Needs: automationNeeds, Uses: automationUses,
	Why: "The reminders for pending tickets that Zendesk ships quote the title and every comment, and nothing in them is blanked. " +
		"An agent has to set a ticket to pending first, unless a trigger does it by itself.",
	Fix: audit.Remediation{
		Summary: "Write the reminder in words of your own, or switch it off.",
		Steps: []string{
			openAutomation,
			"Replace {{ticket.title}} and {{ticket.comments_formatted}} with fixed text, or deactivate the automation.",
			"Side effect: the reminder no longer quotes the conversation.",
		},
	},
	References: []string{automationsURL, suppressURL},
	Frameworks: relayControls,
	Check:      checkPending,
}

func checkPending(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	alone := map[string]bool{}
	for _, a := range f.Attacks() {
		if a.Object.Type == "automation" && len(strangersPaths(a)) > 0 {
			alone[a.Object.ID] = true
		}
	}
	look := looking(f)
	for _, t := range f.Automations {
		if !isActive(t) || isBump(t) || !isPendingReminder(t) {
			continue
		}
		if alone[t.ID] {
			found = append(found, automationMails(look, t, scorePendingAlone, "on pending tickets, and a stranger's ticket can become pending without an agent")...)
			continue
		}
		found = append(found, automationMails(look, t, scorePending, "on pending tickets")...)
	}
	return clean(f, f.Automations, withoutTriggers(f, found))
}

// isPendingReminder says whether only pending tickets are found.
func isPendingReminder(t tenant.BusinessRule) bool {
	return gate(t, func(c tenant.Condition) bool { return c.Field == "PENDING" })
}

// autSurvey: one more mail that nobody asked for.
var autSurvey = audit.Rule{
	ID:    "ZD-AUT-04",
	Title: "Surveys go to requesters of whom nobody knows that they wrote",
	Score: scoreSurvey, Since: "0.1.0", Tags: []string{"extended", "automations", "volume"},
	Needs: automationNeeds, Uses: []tenant.Kind{tenant.DynamicContent, tenant.TicketFields, tenant.Users},
	Why: "When agents solve a wave of abusive tickets in one go, each victim is asked a day later how satisfied they were. " +
		"That is one more mail from you that they did not want.",
	Fix: audit.Remediation{
		Summary: "Ask only about tickets that nobody marked as spam.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Automations: open the automation and add “Tags › Contains none of the following › spam”.",
			"Let agents mark abusive tickets as spam or delete them, and not solve them.",
			"Side effect: none for other tickets.",
		},
	},
	References: []string{automationsURL},
	Frameworks: rulesControls,
	Check: func(f *audit.Facts) audit.Verdict {
		look := looking(f)
		var found []audit.Finding
		for _, t := range f.Automations {
			what := surveys(look, t)
			if what == "" || !isActive(t) || gate(t, picksRequesters) {
				continue
			}
			found = append(found, audit.Finding{
				Certainty: knownActive(t), Basis: audit.FromAPI,
				Message: fmt.Sprintf("%s %s and no condition keeps it from tickets that nobody verified or that are spam.", named(t.Ref), what),
				Object:  t.Ref, At: t.Raw.Pos(),
				Evidence: []audit.Evidence{ownWords("conditions", t.ConditionsInWords())},
			})
		}
		return audit.Failed(found...)
	},
}

// surveys says how an automation asks customers for their opinion; empty if it
// does not.
func surveys(look *attack.Look, t tenant.BusinessRule) string {
	for _, a := range t.Actions {
		if v, _ := a.Value.Scalar(); a.Field == "satisfaction_score" && v == "offered" {
			return "offers a satisfaction survey"
		}
	}
	for _, m := range look.Messages(t) {
		asks := slices.ContainsFunc(m.Printed, func(w attack.Word) bool { return strings.HasPrefix(w.From, "satisfaction.") })
		if asks && reachesOutsiders(m.Recipients) {
			return "mails a satisfaction survey"
		}
	}
	return ""
}

// picksRequesters says whether a condition can keep a survey from tickets that
// nobody verified: by tags, or by what is known of the requester.
func picksRequesters(c tenant.Condition) bool {
	return c.Field == "current_tags" || c.Field == "organization_id" ||
		strings.HasPrefix(c.Field, "requester.custom_fields.") || strings.HasPrefix(c.Field, "organization.custom_fields.")
}

// knownActive is how sure it is that a rule runs.
func knownActive(t tenant.BusinessRule) audit.Certainty {
	if t.Active.Is(true) == tri.True {
		return audit.Certain
	}
	return audit.Possible
}
