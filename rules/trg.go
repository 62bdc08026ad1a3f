package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// advisory are the placeholders that Zendesk's advice names for removal from
// first replies (https://support.zendesk.com/hc/en-us/articles/4408832828186).
var advisory = []string{
	"ticket.title", "ticket.requester.name", "ticket.requester.first_name", "ticket.requester.last_name",
}

// comments are the placeholders that Zendesk may suppress
// (https://support.zendesk.com/hc/en-us/articles/4408833443226).
func isComment(carrier string) bool {
	return strings.HasPrefix(carrier, "comment.") ||
		strings.HasPrefix(carrier, "ticket.") && (strings.Contains(carrier, "comment") || carrier == "ticket.description")
}

// triggerNeeds are what every rule about first replies reads, triggerUses what
// makes its answer sharper.
var (
	triggerNeeds = []tenant.Kind{tenant.Triggers}
	triggerUses  = []tenant.Kind{
		tenant.DynamicContent, tenant.TicketFields, tenant.TicketForms, tenant.TriggerCategories,
		tenant.Brands, tenant.Settings, tenant.Users,
	}
	relayTags = []string{"relay", "core"}
)

const (
	openTrigger = "Admin Center › Objects and rules › Business rules › Triggers: open the trigger and go to its action “Email user”."
	adviceURL   = "https://support.zendesk.com/hc/en-us/articles/9833274501786"
	tipsURL     = "https://support.zendesk.com/hc/en-us/articles/4408832828186"
	spamURL     = "https://support.zendesk.com/hc/en-us/articles/4408887368986"
	placesURL   = "https://support.zendesk.com/hc/en-us/articles/4408886858138"
	suppressURL = "https://support.zendesk.com/hc/en-us/articles/4408833443226"
	stockURL    = "https://support.zendesk.com/hc/en-us/articles/4408828984346"
	liquidURL   = "https://support.zendesk.com/hc/en-us/articles/203662146"
	triggersURL = "https://support.zendesk.com/hc/en-us/articles/4408822236058"
)

// relayControls are the controls that a relay breaks.
var relayControls = map[string][]string{
	"NIST 800-53r5":  {"SI-8", "SI-10"},
	"ISO 27001:2022": {"A.5.14", "A.8.26"},
	"SOC 2":          {"CC6.6"},
	"CIS v8":         {"9.5"},
	"MITRE ATT&CK":   {"T1566"},
}

// trgSubject: what the stranger types as subject or name stands in the subject
// line of a mail from the company. That is what the flood of January 2026
// looked like.
var trgSubject = audit.Rule{
	ID:    "ZD-TRG-01",
	Title: "A first reply repeats a stranger's words in its subject line",
	Score: scoreOpen, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Anyone can open a ticket in somebody else's name, and the first reply goes to that person from your address. " +
		"Its subject line repeats what the stranger typed as subject or as name, so your company delivers their headline to a victim of their choice, as often as they like.",
	Fix: audit.Remediation{
		Summary: "Write the subject of first replies in words of your own.",
		Steps: []string{
			openTrigger,
			"Replace the subject with fixed text such as “[Request received]”; {{ticket.id}} may stay.",
			"Side effect: customers no longer see their own subject in the first reply. Replies of agents later on may still use it.",
		},
	},
	References: []string{adviceURL, tipsURL, spamURL, placesURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		return eachReply(f, "in its subject",
			func(p attack.Path) []string { return among(p.InSubject, advisory) },
			func(w attack.Word) bool { return w.InSubject && slices.Contains(advisory, w.From) })
	},
}

// trgBody is the same for the body: a greeting by name is enough to carry a
// line of the stranger's choice.
var trgBody = audit.Rule{
	ID:    "ZD-TRG-02",
	Title: "A first reply repeats a stranger's words in its body",
	Score: scoreOpen, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "The first reply goes to whomever the stranger named as requester. " +
		"A greeting with the requester's name, or the ticket's title in the text, is a line that the stranger wrote: a name can be a sentence with a link in it.",
	Fix: audit.Remediation{
		Summary: "Greet nobody by name and quote nothing in first replies.",
		Steps: []string{
			openTrigger,
			"Remove {{ticket.title}}, {{ticket.requester.name}}, {{ticket.requester.first_name}} and {{ticket.requester.last_name}} from the body; write “Hello,” in place of a name.",
			"Side effect: the first reply is less personal. Replies that follow an agent's look at the ticket may use these placeholders.",
		},
	},
	References: []string{adviceURL, tipsURL, stockURL, "https://support.zendesk.com/hc/en-us/articles/4408831473562"},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		return eachReply(f, "in its body",
			func(p attack.Path) []string { return among(p.InBody, advisory) },
			func(w attack.Word) bool { return !w.InSubject && slices.Contains(advisory, w.From) })
	},
}

// eachReply finds the first replies with a carrier that pick gives.
func eachReply(f *audit.Facts, where string, pick func(attack.Path) []string, fits func(attack.Word) bool) audit.Verdict {
	var found []audit.Finding
	for _, r := range firstReplies(f) {
		score, sure, carriers, paths := r.carrying(pick)
		if len(carriers) == 0 {
			continue
		}
		finding := r.finding(carriers, paths, where)
		finding.Score, finding.Certainty = score, sure
		finding.At = r.at(fits)
		found = append(found, finding)
	}
	return audit.Failed(found...)
}

const (
	scoreUnproven   = 7.5 // nothing proves that Zendesk blanks the comment
	scoreSuppressed = 4.5 // Zendesk blanks it as long as the settings stay
)

// trgComment: the whole first comment goes out, unless Zendesk blanks it, which
// it does under conditions that are easily lost.
var trgComment = audit.Rule{
	ID:    "ZD-TRG-03",
	Title: "Only placeholder suppression keeps a stranger's message out of a first reply",
	Score: scoreUnproven, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "The first reply quotes the whole message that the stranger typed. " +
		"Zendesk blanks it only while anybody can submit, nobody has to register, an end user created the ticket and an end user receives the mail; " +
		"turn registration on, or let a form create tickets with an agent's token, and the full text goes out.",
	Fix: audit.Remediation{
		Summary: "Take comment and description placeholders out of everything that is sent when a ticket is created.",
		Steps: []string{
			openTrigger,
			"Delete the comment and description placeholders from subject and body; keep them in the trigger for updates, with the condition “Ticket › Is › Updated”.",
			"Side effect: the receipt no longer quotes the request.",
		},
	},
	References: []string{suppressURL, spamURL, "https://support.zendesk.com/hc/en-us/articles/8257723564186"},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		var found []audit.Finding
		for _, r := range firstReplies(f) {
			if finding, ok := commentFinding(f, r); ok {
				found = append(found, finding)
			}
		}
		return audit.Failed(found...)
	},
}

func commentFinding(f *audit.Facts, r firstReply) (audit.Finding, bool) {
	_, sure, carriers, paths := r.carrying(func(p attack.Path) []string {
		return slices.DeleteFunc(slices.Clone(p.Carriers), func(c string) bool { return !isComment(c) })
	})
	how, score := "without suppression", scoreUnproven
	if len(carriers) == 0 {
		_, _, carriers, paths = r.carrying(func(p attack.Path) []string { return p.Suppressed })
		how, sure = "unless Zendesk blanks it, which depends on intake settings that nobody has attested,", audit.Possible
		if f.Intake.AnybodyCanSubmit.Value.Known() && f.Intake.AskUsersToRegister.Value.Known() {
			how, sure, score = "unless Zendesk blanks it, as it does with the intake settings of today,", audit.Certain, scoreSuppressed
		}
	}
	if len(carriers) == 0 {
		return audit.Finding{}, false
	}
	finding := r.finding(carriers, paths, how)
	finding.Score, finding.Certainty = score, sure
	finding.At = r.at(func(w attack.Word) bool { return isComment(w.From) })
	return finding, true
}

// trgVerbatim: the one comment placeholder that Zendesk's list of suppressed
// ones does not contain.
var trgVerbatim = audit.Rule{
	ID:    "ZD-TRG-04",
	Title: "A first reply quotes the whole request through ticket.verbatim_description",
	Score: scoreOpen, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "{{ticket.verbatim_description}} prints the whole first message, and it is not in Zendesk's published list of placeholders that are blanked. " +
		"A stranger writes a mail of any length, and your company sends it to the victim.",
	Fix: audit.Remediation{
		Summary: "Remove {{ticket.verbatim_description}} from everything that is sent when a ticket is created.",
		Steps: []string{
			openTrigger,
			"Delete {{ticket.verbatim_description}} and write fixed text in its place.",
			"Side effect: the receipt no longer quotes the request.",
		},
	},
	References: []string{suppressURL, placesURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		const carrier = "ticket.verbatim_description"
		return eachReply(f, "in full",
			func(p attack.Path) []string { return among(p.Carriers, []string{carrier}) },
			func(w attack.Word) bool { return w.From == carrier })
	},
}

// trgDynamic: looking at the trigger shows {{dc.something}}; the words come in
// through one of its languages.
var trgDynamic = audit.Rule{
	ID:    "ZD-TRG-08",
	Title: "A stranger's words hide in dynamic content of a first reply",
	Score: scoreOpen, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "The trigger itself looks harmless: it names a piece of dynamic content, and that repeats what the stranger typed. " +
		"Zendesk does not suppress placeholders inside dynamic content, and the stranger picks the language, so one careless variant is enough.",
	Fix: audit.Remediation{
		Summary: "Clean every variant of the dynamic content that first replies use.",
		Steps: []string{
			"Admin Center, usually under Workspaces › Agent tools › Dynamic content: open the item that the finding names.",
			"Remove the placeholder from every variant, not only from the default one.",
			"Side effect: other rules and macros that use the item change with it.",
		},
	},
	References: []string{suppressURL, placesURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		var found []audit.Finding
		for _, r := range firstReplies(f) {
			hidden := hiddenIn(r.attack, func(w attack.Word) bool { return w.Dynamic != "" })
			score, sure, carriers, paths := r.carrying(func(p attack.Path) []string { return among(p.Carriers, hidden) })
			if len(carriers) == 0 {
				continue
			}
			finding := r.finding(carriers, paths, "through dynamic content "+strings.Join(items(r.attack), ", "))
			finding.Score, finding.Certainty = score, sure
			finding.At = r.at(func(w attack.Word) bool { return w.Dynamic != "" })
			found = append(found, finding)
		}
		if g, unread := f.Gap(tenant.DynamicContent); len(found) == 0 && unread && namesDynamicContent(f.Triggers) {
			return audit.Undecided(fmt.Sprintf("%s: triggers name dynamic content, which was not read (%s)", g.Reason, g.Detail))
		}
		return audit.Failed(found...)
	},
}

// namesDynamicContent says whether an action refers to dynamic content.
func namesDynamicContent(triggers []tenant.BusinessRule) bool {
	for _, t := range triggers {
		for _, a := range t.Actions {
			for _, text := range a.Value.Strings() {
				if strings.Contains(text.String(), "dc.") {
					return true
				}
			}
		}
	}
	return false
}

// hiddenIn names the carriers of the words that fit.
func hiddenIn(a attack.Attack, fits func(attack.Word) bool) []string {
	var out []string
	for _, w := range a.Words {
		if fits(w) && !slices.Contains(out, w.From) {
			out = append(out, w.From)
		}
	}
	return out
}

// items names the dynamic content through which words come in.
func items(a attack.Attack) []string {
	var out []string
	for _, w := range a.Words {
		if name := "{{dc." + w.Dynamic + "}}"; w.Dynamic != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

const scoreReview = 5.0

// trgLogic: a search for {{ticket.title}} does not find these.
var trgLogic = audit.Rule{
	ID:    "ZD-TRG-09",
	Title: "Liquid brings a stranger's words into a first reply, or cannot be understood",
	Score: scoreOpen, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Variables, loops and filters print what the stranger typed without the placeholder standing where it is printed, so nobody sees it when reading the trigger. " +
		"A template that does not parse is not clean either: a person has to look at it.",
	Fix: audit.Remediation{
		Summary: "Write first replies without variables, loops or filters over what customers type.",
		Steps: []string{
			openTrigger,
			"Remove assign, capture, loops and filters over ticket and requester data, or mend the markup that does not parse.",
			"Run zdaudit again: the finding goes when no stranger's words are left.",
		},
	},
	References: []string{liquidURL, placesURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		var found []audit.Finding
		for _, r := range firstReplies(f) {
			found = append(found, logicFindings(r)...)
		}
		return audit.Failed(found...)
	},
}

func logicFindings(r firstReply) []audit.Finding {
	var found []audit.Finding
	byLogic := hiddenIn(r.attack, func(w attack.Word) bool { return w.Logic })
	score, sure, carriers, paths := r.carrying(func(p attack.Path) []string { return among(p.Carriers, byLogic) })
	if len(carriers) > 0 {
		finding := r.finding(carriers, paths, "through Liquid logic")
		finding.Score, finding.Certainty = score, sure
		finding.At = r.at(func(w attack.Word) bool { return w.Logic })
		found = append(found, finding)
	}
	for i, review := range r.attack.Review {
		found = append(found, audit.Finding{
			Score:     scoreReview,
			Certainty: audit.Possible,
			Basis:     audit.FromSimulation,
			Message:   fmt.Sprintf("%s needs a person's look: %s.", named(r.attack.Object), review.What),
			Object:    r.attack.Object,
			Part:      fmt.Sprintf("action %d review %d", r.attack.Action, i),
			At:        review.At,
			Evidence:  mail(r.attack),
		})
	}
	return found
}
