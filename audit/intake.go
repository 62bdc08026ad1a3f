package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// intakeOf puts together what is known about the three switches that no API
// returns: what somebody attested, else what the account shows, else nothing.
// The notes say which attestations have run out.
func intakeOf(s *tenant.Snapshot, a Attest, now time.Time) (attack.Settings, []string) {
	anybody, register := inferred(s)
	const ask = "no API returns this; look it up in Admin Center › People › Configuration › End users and attest it in zdaudit.yaml"
	settings := attack.Settings{
		AnybodyCanSubmit:           attack.Answer{Value: tri.Unknown, Basis: "none", Detail: ask},
		RequireAuthRequestsUploads: attack.Answer{Value: tri.Unknown, Basis: "none", Detail: ask},
		AskUsersToRegister:         attack.Answer{Value: tri.Unknown, Basis: "none", Detail: ask},
	}
	if anybody != "" {
		settings.AnybodyCanSubmit = attack.Answer{Value: tri.True, Basis: "inferred", Detail: anybody}
	}
	if register != "" {
		settings.AskUsersToRegister = attack.Answer{Value: tri.True, Basis: "inferred", Detail: register}
	}
	var notes []string
	attest := func(to *attack.Answer, key string) {
		said := a.Answer(key, now)
		if said.Known && said.Yes.Known() {
			*to = attack.Answer{Value: said.Yes, Basis: "attested", Detail: said.Detail}
		}
	}
	attest(&settings.AnybodyCanSubmit, "intake.anybody_can_submit")
	attest(&settings.RequireAuthRequestsUploads, "intake.require_auth_requests_uploads")
	attest(&settings.AskUsersToRegister, "intake.ask_users_to_register")
	attest(&settings.ContactFormWithToken, "intake.contact_form_with_agent_token")
	if len(a.Answers) > 0 && expired(a.Until, now) {
		notes = append(notes, fmt.Sprintf("what was attested ended on %s and counts as unknown; look again and update zdaudit.yaml", a.Until.Format(time.DateOnly)))
	}
	return settings, notes
}

// inferred reads the queue of suspended tickets: a request that waits for its
// address to be verified, or for its author to register, shows that strangers
// may submit. The queue forgets after 14 days, so it speaks of now
// (https://support.zendesk.com/hc/en-us/articles/10360295453082,
// https://developer.zendesk.com/documentation/ticketing/reference-guides/suspensions-reference/).
func inferred(s *tenant.Snapshot) (anybody, register string) {
	const signupRequired = 12
	for _, t := range s.List(tenant.SuspendedTickets) {
		if strings.EqualFold(t.Get("cause").Str().Or(""), "Anonymous requests") {
			anybody = "suspended tickets with the cause “Anonymous requests” wait for verification"
		}
		if id, ok := t.Get("cause_id").Int().Get(); ok && id == signupRequired {
			register = "suspended tickets wait for their authors to register (cause 12)"
			if anybody == "" {
				anybody = register
			}
		}
	}
	return anybody, register
}

// expired says whether a last day has passed. The zero day never does.
func expired(lastDay, now time.Time) bool {
	return !lastDay.IsZero() && now.After(lastDay.AddDate(0, 0, 1))
}
