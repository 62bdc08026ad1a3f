package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// An intakeSwitch is one of the three switches of Admin Center › People ›
// Configuration › End users, none of which any API returns.
type intakeSwitch struct {
	key    string // in zdaudit.yaml, below attest.intake
	label  string // in Admin Center
	answer attack.Answer
}

func anybodyCanSubmit(f *audit.Facts) intakeSwitch {
	return intakeSwitch{"anybody_can_submit", "Anybody can submit tickets", f.Intake.AnybodyCanSubmit}
}

func requireAuthentication(f *audit.Facts) intakeSwitch {
	return intakeSwitch{"require_auth_requests_uploads", "Require authentication for request and uploads APIs", f.Intake.RequireAuthRequestsUploads}
}

func askToRegister(f *audit.Facts) intakeSwitch {
	return intakeSwitch{"ask_users_to_register", "Ask users to register", f.Intake.AskUsersToRegister}
}

// undecided says how to answer, because nothing but a person can.
func (s intakeSwitch) undecided() audit.Verdict {
	return audit.Undecided(fmt.Sprintf(
		"attestation_missing: no API returns “%s”; look it up under Admin Center › People › Configuration › End users and answer attest.intake.%s in zdaudit.yaml",
		s.label, s.key))
}

// basis is how the answer is known, in the words of a finding.
func (s intakeSwitch) basis() audit.Basis {
	switch s.answer.Basis {
	case "attested":
		return audit.FromAttest
	case "probe":
		return audit.FromProbe
	}
	return audit.FromInference
}

// finding reports the switch. What was inferred is what the account showed
// lately and may have been changed since, so it is possible, not certain.
func (s intakeSwitch) finding(score float64, message string) audit.Finding {
	out := audit.Finding{
		Score:     score,
		Certainty: audit.Certain,
		Basis:     s.basis(),
		Message:   message,
		Object:    tenant.Ref{Type: "setting", ID: "intake." + s.key, Title: s.label},
		Evidence:  []audit.Evidence{s.evidence()},
	}
	if out.Basis == audit.FromInference {
		out.Certainty = audit.Possible
	}
	return out
}

// evidence is the answer and who or what gave it.
func (s intakeSwitch) evidence() audit.Evidence {
	text := fmt.Sprintf("intake.%s: %s (%s)", s.key, s.answer.Value, s.answer.Detail)
	return ownWords("setting", text)
}
