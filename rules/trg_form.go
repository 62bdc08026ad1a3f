package rules

import (
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const (
	scoreFormAttested = 9.3
	scoreFormUnknown  = 2.5
	contactForm       = "intake.contact_form_with_agent_token"
)

// trgProactive: what agents need to write to customers first is a relay as soon
// as a public form writes in an agent's name.
var trgProactive = audit.Rule{
	ID:    "ZD-TRG-15",
	Title: "Tickets that a form creates with an agent's token mail a stranger's words",
	Score: scoreFormAttested, Since: "0.1.0", Tags: []string{"relay", "core", "api"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Tickets that agents create for customers mail the customer, subject and comment included, and for those Zendesk blanks nothing. " +
		"If a public contact form creates tickets with an agent's token, whoever fills it in writes that mail and names who receives it.",
	Fix: audit.Remediation{
		Summary: "Keep the tickets of your form out of the mail for tickets that agents create.",
		Steps: []string{
			openTriggerOnly,
			"Exclude the integration: add “Current user › Is not” with its user, “Channel › Is not › Web service (API)”, or a tag that the form sets.",
			"Send a static acknowledgement for tickets of the form, and confirm the address on your side before you create a ticket.",
			"Side effect: none for tickets that agents create by hand, if only the integration is excluded.",
		},
	},
	References: []string{stockURL, suppressURL},
	Frameworks: relayControls,
	Check:      checkProactive,
}

func checkProactive(f *audit.Facts) audit.Verdict {
	form := f.Attested(contactForm)
	if form.Yes == tri.False {
		return audit.Passed("no form of the account's creates tickets with an agent's token (" + form.Detail + ")")
	}
	var found []audit.Finding
	for _, a := range f.Attacks() {
		if a.Object.Type != "trigger" || !reachesOutsiders(a.Recipients) {
			continue
		}
		paths := slices.DeleteFunc(slices.Clone(a.Channels), func(p attack.Path) bool {
			return p.Channel != attack.TicketsAPI || len(p.Carriers) == 0
		})
		if len(paths) == 0 {
			continue
		}
		r := firstReply{attack: a, paths: paths}
		_, sure, carriers, _ := r.carrying(allCarriers)
		finding := r.finding(carriers, paths, "without suppression")
		finding.Score, finding.Certainty = scoreFormAttested, sure
		if form.Yes == tri.Unknown {
			finding.Score, finding.Certainty = scoreFormUnknown, audit.Possible
			finding.Message = strings.TrimSuffix(finding.Message, intakeRemark(paths)+doubts(paths)) +
				" Whether the account has such a form nobody has attested; agents who write to customers first need this trigger."
		}
		finding.At = r.at(anyWord)
		found = append(found, finding)
	}
	return clean(f, f.Triggers, found)
}
