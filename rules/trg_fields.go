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
	scoreFreeText   = 7.5
	scoreHidden     = 2.5 // a field that no form offers
	scoreCCNames    = 7.2
	scoreOtherWords = 4.5
	fieldPrefix     = "ticket.ticket_field_"
	requestsURL     = "https://developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-managing-requests/"
	ccURL           = "https://support.zendesk.com/hc/en-us/articles/4408843795482"
)

// trgFreeText: a field of the account's own is as good as the subject.
var trgFreeText = audit.Rule{
	ID:    "ZD-TRG-05",
	Title: "A first reply repeats what a stranger typed into a ticket field",
	Score: scoreFreeText, Since: "0.1.0", Tags: []string{"relay", "core", "fields"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Text fields on the request form are filled in by whoever sends the request, and Zendesk does not blank them in first replies. " +
		"A stranger who names a victim as requester writes their message into such a field, and your company delivers it.",
	Fix: audit.Remediation{
		Summary: "Keep free-text fields out of everything that is sent when a ticket is created.",
		Steps: []string{
			openTrigger,
			"Delete the placeholder of the field, or move it to a trigger with the condition “Ticket › Is › Updated”.",
			"If it has to stay, make the field a drop-down: usually under Admin Center › Objects and rules › Tickets › Fields.",
			"Side effect: the receipt no longer repeats what the customer filled in.",
		},
	},
	References: []string{placesURL, requestsURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		rs := firstReplies(f)
		found := carried(rs, scoreFreeText, "in full", freeTextOf, func(w attack.Word) bool { return strings.HasPrefix(w.From, fieldPrefix) })
		for i := range found {
			remarkOnFields(f, &found[i])
		}
		return clean(f, f.Triggers, append(found, hiddenFields(f, rs)...))
	},
}

func freeTextOf(p attack.Path) []string {
	return slices.DeleteFunc(slices.Clone(p.Carriers), func(c string) bool { return !strings.HasPrefix(c, fieldPrefix) })
}

// remarkOnFields says what may make the field harmless: that its kind is not
// known, or that it takes only what a pattern allows.
func remarkOnFields(f *audit.Facts, to *audit.Finding) {
	if !f.Has(tenant.TicketFields) {
		to.Certainty = audit.Possible
		to.Message += " The account's ticket fields were not read: a drop-down would be harmless."
		return
	}
	patterns, all := 0, 0
	for _, e := range to.Evidence {
		for _, from := range e.Text.Sources() {
			id, ok := strings.CutPrefix(from, fieldPrefix)
			if field, known := f.Field(id); ok && known {
				all++
				if field.FieldType == "regexp" {
					patterns++
				}
			}
		}
	}
	if all > 0 && patterns == all {
		to.Certainty = audit.Possible
		to.Message += " The field takes only what its pattern allows; a strict pattern makes this harmless."
	}
}

// hiddenFields finds fields that are printed and that no form offers to end
// users. Whether the API takes a value for them all the same is not documented.
func hiddenFields(f *audit.Facts, rs []firstReply) []audit.Finding {
	var found []audit.Finding
	for _, r := range rs {
		_, _, reachable, _ := r.carrying(freeTextOf)
		hidden := wordsThat(r.attack.Words, func(w attack.Word) bool {
			id, ok := strings.CutPrefix(w.From, fieldPrefix)
			field, known := f.Field(id)
			return ok && known && field.Active.Is(true) != tri.False && !slices.Contains(reachable, w.From)
		})
		if len(hidden) == 0 {
			continue
		}
		found = append(found, audit.Finding{
			Score: scoreHidden, Certainty: audit.Possible, Basis: audit.FromInference,
			Message: fmt.Sprintf("%s repeats %s, which the request form does not offer to end users; whether a request through the API can fill it in all the same is not documented.",
				named(r.attack.Object), strings.Join(carriersOf(hidden), ", ")),
			Object: r.attack.Object, Part: fmt.Sprintf("action %d hidden", r.attack.Action), At: hidden[0].At,
			Evidence: mail(r.attack),
		})
	}
	return found
}

// trgCCNames: every person in copy has a name, and the stranger makes it up.
var trgCCNames = audit.Rule{
	ID:    "ZD-TRG-06",
	Title: "A first reply repeats the names of people whom a stranger copied in",
	Score: scoreCCNames, Since: "0.1.0", Tags: []string{"relay", "core", "ccs"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "A request through the API names up to 48 people to copy in, each with a name of the sender's choice. " +
		"A mail that lists these names carries 48 lines of a stranger's text, and goes to everybody on the list if the trigger mails CCs too.",
	Fix: audit.Remediation{
		Summary: "Do not list people in copy when a ticket is created.",
		Steps: []string{
			openTrigger,
			"Remove {{ticket.cc_names}}, {{ticket.email_cc_names}} and loops over ticket.ccs, and set the recipient to “Ticket › (requester)”.",
			"Admin Center › Objects and rules › Tickets › Settings › CCs and followers: turn CCs off if they are not needed.",
			"Side effect: people in copy get no receipt, and the receipt does not say who was copied in.",
		},
	},
	References: []string{requestsURL, ccURL, placesURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		found := carried(firstReplies(f), scoreCCNames, "in words of the sender's choice",
			func(p attack.Path) []string { return among(p.Carriers, copiedIn) },
			func(w attack.Word) bool { return slices.Contains(copiedIn, w.From) })
		if attack.CCsAllowed(f.Snapshot) == tri.Unknown {
			for i := range found {
				found[i].Certainty = audit.Possible
				found[i].Message += " Whether end users may copy others in is not known."
			}
		}
		return clean(f, f.Triggers, found)
	},
}

// copiedIn are the placeholders that print people in copy.
var copiedIn = []string{"ticket.ccs", "ticket.cc_names", "ticket.email_cc_names"}

// trgOtherWords: what is left when the well-known placeholders are gone.
var trgOtherWords = audit.Rule{
	ID:    "ZD-TRG-07",
	Title: "A first reply repeats a stranger's words through a less known placeholder",
	Score: scoreOtherWords, Since: "0.1.0", Tags: []string{"relay", "core", "placeholders"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "On a stranger's new ticket the submitter and the current user are the person who was named as requester, under the name that was typed. " +
		"Placeholders of these, and the address or phone number of the requester, put a stranger's text into your mail as the title would.",
	Fix: audit.Remediation{
		Summary: "Write first replies in words of your own.",
		Steps: []string{
			openTrigger,
			"Replace the placeholders that the finding names with fixed text.",
			"Side effect: the first reply is less personal.",
		},
	},
	References: []string{placesURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		found := carried(firstReplies(f), scoreOtherWords, "as the sender typed them", lessKnown,
			func(w attack.Word) bool { return isLessKnown(w.From) })
		for i := range found {
			if onlyAddresses(found[i]) {
				found[i].Message += " An address has little room for a message: up to 64 characters before the @."
			}
		}
		return clean(f, f.Triggers, found)
	},
}

// isLessKnown says whether a carrier has no rule of its own.
func isLessKnown(c string) bool {
	return !slices.Contains(advisory, c) && !slices.Contains(copiedIn, c) && !isComment(c) &&
		c != "ticket.verbatim_description" && !strings.HasPrefix(c, fieldPrefix)
}

func lessKnown(p attack.Path) []string {
	return slices.DeleteFunc(slices.Clone(p.Carriers), func(c string) bool { return !isLessKnown(c) })
}

// onlyAddresses says whether all less known carriers in the evidence are
// e-mail addresses.
func onlyAddresses(f audit.Finding) bool {
	seen := false
	for _, e := range f.Evidence {
		for _, from := range e.Text.Sources() {
			if !isLessKnown(from) {
				continue
			}
			if !strings.HasSuffix(from, ".email") {
				return false
			}
			seen = true
		}
	}
	return seen
}
