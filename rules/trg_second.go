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
	scoreSecondStage = 7.2
	scoreSecondShut  = 4.7 // mail of strangers does not become a ticket
	viaEmail         = "4" // https://developer.zendesk.com/documentation/ticketing/reference-guides/via-types/
)

// trgSecondStage: what was blanked on creation goes out with the first update.
var trgSecondStage = audit.Rule{
	ID:    "ZD-TRG-26",
	Title: "A stranger's reply to their own ticket is mailed to everybody they copied in",
	Score: scoreSecondStage, Since: "0.1.0", Tags: []string{"relay", "core", "ccs"},
	Needs: []tenant.Kind{tenant.Triggers, tenant.Settings}, Uses: triggerUses,
	Why: "Zendesk's protections act when a ticket is created. " +
		"Somebody who mails you from an address of their own with up to 48 victims in copy, and then replies to the ticket, can have the reply sent to all of them by the trigger for comment updates.",
	Fix: audit.Remediation{
		Summary: "Quote comments to people in copy only when an agent wrote them.",
		Steps: []string{
			openTriggerOnly,
			"Split the trigger for comment updates in two: one with “Current user › Is › (agent)” that quotes the comment, one for end users with fixed text.",
			"Admin Center › Objects and rules › Tickets › Settings › CCs and followers: turn CCs off if they are not needed, or use the CC blocklist.",
			"Side effect: people in copy no longer read in their mail what other people in copy wrote.",
		},
	},
	References: []string{stockURL, suppressURL, ccURL, requestsURL},
	Frameworks: relayControls,
	Check:      checkSecondStage,
}

// checkSecondStage reports the account once, because the stock triggers have
// this shape.
func checkSecondStage(f *audit.Facts) audit.Verdict {
	look := looking(f)
	var names []string
	var at tenant.Pos
	for _, t := range f.Triggers {
		if !isActive(t) || !firesOnReply(t) {
			continue
		}
		for _, m := range look.Messages(t) {
			quoted := wordsThat(m.Carriers, func(w attack.Word) bool { return isComment(w.From) || w.From == "ticket.title" })
			if !slices.Contains(m.Recipients, attack.ToCCs) || len(quoted) == 0 || slices.Contains(names, named(t.Ref)) {
				continue
			}
			if names = append(names, named(t.Ref)); !at.Valid() {
				at = quoted[0].At
			}
		}
	}
	ccs := attack.CCsAllowed(f.Snapshot)
	switch {
	case ccs == tri.False:
		return audit.Passed("the account's settings allow no CCs")
	case len(names) == 0:
		v := clean(f, f.Triggers, nil)
		if v.Status == audit.Pass {
			v.Reason = "no trigger quotes an end user's reply to people in copy"
		}
		return v
	case ccs == tri.Unknown:
		return settingAt(f, "active_features.allow_ccs").undecided()
	}
	score, remark := scoreSecondStage, ""
	if in := f.Intake.On(attack.Email); in == attack.IntakeClosed || in == attack.IntakeHeld {
		score, remark = scoreSecondShut, " Mail of strangers does not become a ticket at once today, so the sender would have to be a known user."
	}
	evidence := []audit.Evidence{ownWords("triggers", firstFew(names))}
	for _, path := range []string{"active_features.allow_ccs", "tickets.follower_and_email_cc_collaborations", "tickets.comment_email_ccs_allowed"} {
		if s := settingAt(f, path); s.value.Exists() {
			evidence = append(evidence, s.evidence())
		}
	}
	return audit.Failed(audit.Finding{
		Score: score, Certainty: audit.Possible, Basis: audit.FromInference,
		Message: fmt.Sprintf("An end user's reply is quoted to everybody in copy, and end users may copy people in: %s. "+
			"This is put together from documented parts and has not been tried; check it in a sandbox.%s", firstFew(names), remark),
		Object: tenant.Ref{Type: "setting", ID: "active_features.allow_ccs"}, Part: "second stage", At: at,
		Evidence: evidence,
	})
}

// firesOnReply says whether nothing in the conditions keeps a trigger from
// firing when an end user replies to a ticket by e-mail.
func firesOnReply(t tenant.BusinessRule) bool {
	blocked := func(c tenant.Condition) bool {
		v, _ := c.Value.Scalar()
		is, not := c.Operator == "is", c.Operator == "is_not"
		switch c.Field {
		case "update_type":
			return is && strings.EqualFold(v, "create") || not && strings.EqualFold(v, "change")
		case "role":
			return is && v != "end_user" || not && v == "end_user"
		case "comment_is_public":
			return is && (v == "false" || v == "not_relevant") || not && v == "true"
		case "current_via_id":
			return is && v != viaEmail || not && v == viaEmail
		}
		return false
	}
	return !gate(t, blocked)
}
