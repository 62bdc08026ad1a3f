package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

const (
	scoreUngated    = 3.0
	scoreUntimed    = 5.0
	openTriggerOnly = "Admin Center › Objects and rules › Business rules › Triggers: open the trigger and go to its conditions."
)

// trgRoleGate: the stock trigger asks for an end user; without that, tickets
// that agents and programs create send the first reply as well.
var trgRoleGate = audit.Rule{
	ID:    "ZD-TRG-10",
	Title: "A first reply does not ask for “Current user is (end user)”",
	Score: scoreUngated, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Zendesk's advice against ticket spam adds the condition “Current user › Is › (end user)” to first replies. " +
		"Without it, tickets that a form creates with an agent's token send the same mail, and for those Zendesk blanks nothing. " +
		"The condition alone does not stop a relay: a stranger's request is an end user's.",
	Fix: audit.Remediation{
		Summary: "Let first replies answer end users only.",
		Steps: []string{
			openTriggerOnly,
			"Under “Meet all of the following conditions” add “Current user › Is › (end user)”.",
			"Side effect: customers for whom an agent opens a ticket get no receipt; keep a separate trigger for those.",
		},
	},
	References: []string{spamURL, stockURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		return ungated(f, scoreUngated, "answers tickets whoever creates them", endUserOnly)
	},
}

// trgUpdateGate: a trigger that does not say when it runs, runs on creation too.
var trgUpdateGate = audit.Rule{
	ID:    "ZD-TRG-12",
	Title: "A notification does not say whether it is for new tickets or for updates",
	Score: scoreUntimed, Since: "0.1.0", Tags: relayTags,
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "A trigger without the condition “Ticket › Is › Created” or “Updated” runs at both times. " +
		"What was written for a conversation that is under way then goes out as first reply to a stranger's ticket.",
	Fix: audit.Remediation{
		Summary: "Say in each notification whether it is for new tickets or for updates.",
		Steps: []string{
			openTriggerOnly,
			"Under “Meet all of the following conditions” add “Ticket › Is › Updated”, or “Created” if that is what it is for.",
			"Side effect: none at the time that stays; at the other the mail is no longer sent.",
		},
	},
	References: []string{triggersURL, "https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/"},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		return ungated(f, scoreUntimed, "runs on new tickets as well as on updates", saysWhen)
	},
}

// ungated finds the first replies whose trigger lacks a gate, once for each
// trigger.
func ungated(f *audit.Facts, score float64, message string, gated func(tenant.BusinessRule) bool) audit.Verdict {
	triggers := map[string]tenant.BusinessRule{}
	for _, t := range f.Triggers {
		triggers[t.ID] = t
	}
	var found []audit.Finding
	seen := map[string]bool{}
	for _, r := range firstReplies(f) {
		t := triggers[r.attack.Object.ID]
		if seen[t.ID] || gated(t) {
			continue
		}
		seen[t.ID] = true
		certainty := audit.Possible
		if doubts(r.paths) == "" {
			certainty = audit.Certain
		}
		found = append(found, audit.Finding{
			Score:     score,
			Certainty: certainty,
			Basis:     audit.FromSimulation,
			Message:   fmt.Sprintf("%s mails %s and %s.%s", named(t.Ref), recipients(r.attack.Recipients), message, doubts(r.paths)),
			Object:    t.Ref,
			At:        t.Raw.Pos(),
			Evidence:  []audit.Evidence{ownWords("conditions", t.ConditionsInWords())},
		})
	}
	return audit.Failed(found...)
}

// endUserOnly says whether the conditions let only end users' tickets through.
func endUserOnly(t tenant.BusinessRule) bool {
	return gate(t, func(c tenant.Condition) bool {
		v, _ := c.Value.Scalar()
		return c.Field == "role" && (c.Operator == "is" && v == "end_user" || c.Operator == "is_not" && v == "agent")
	})
}

// saysWhen says whether the conditions name creation or update.
func saysWhen(t tenant.BusinessRule) bool {
	return gate(t, func(c tenant.Condition) bool { return c.Field == "update_type" })
}

// gate says whether a condition that fits must hold: one of all, or each of
// any.
func gate(t tenant.BusinessRule, fits func(tenant.Condition) bool) bool {
	for _, c := range t.All {
		if fits(c) {
			return true
		}
	}
	for _, c := range t.Any {
		if !fits(c) {
			return false
		}
	}
	return len(t.Any) > 0
}
