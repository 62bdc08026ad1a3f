package rules

import (
	"fmt"
	"slices"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// relayUses is what the analysis of messages reads, for rules that ask it
// about one channel.
var relayUses = []tenant.Kind{tenant.Triggers, tenant.Automations, tenant.DynamicContent}

// accMobileSDK is about identities that an app makes up.
var accMobileSDK = audit.Rule{
	ID:    "ZD-ACC-09",
	Title: "An app opens requests under names and addresses that nobody proved",
	Score: 3.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "intake", "relay"},
	Uses:  slices.Concat(relayUses, []tenant.Kind{tenant.SampledTickets, tenant.SuspendedTickets}),
	Why:   `With anonymous identities the mobile SDK takes whatever name and address the app sends. Whoever takes the app's identifiers out of it can open requests for anybody.`,
	Fix: audit.Remediation{
		Summary: "Let the app identify its users with tokens of your own server.",
		Steps: []string{
			"Usually under Admin Center › Channels › Classic › Mobile SDK: change the authentication to JWT, and sign the tokens on a server of yours.",
			"Side effect: versions of the app that still send anonymous identities stop working.",
		},
	},
	References: []string{"https://developer.zendesk.com/documentation/classic-sdks/support-sdk/android/sdk_set_identity/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-8"},
		"ISO 27001:2022": {"A.8.5"},
		"SOC 2":          {"CC6.1"},
	},
	Check: checkMobileSDK,
}

// scoreChannelRelays is the score of a channel over which words are repeated.
const scoreChannelRelays = 5.9

func checkMobileSDK(f *audit.Facts) audit.Verdict {
	anybody := anybodyCanSubmit(f)
	if anybody.answer.Value == tri.False {
		return notOpen(anybody)
	}
	const key = "intake.mobile_sdk_anonymous"
	said := f.Attested(key)
	out := audit.Finding{
		Object: tenant.Ref{Type: "setting", ID: key, Title: "Mobile SDK"},
	}
	switch said.Yes {
	case tri.False:
		return audit.Passed("no app uses anonymous identities: " + said.Detail)
	case tri.True:
		out.Certainty, out.Basis = audit.Certain, audit.FromAttest
		out.Message = "an app uses the mobile SDK with anonymous identities"
		out.Evidence = []audit.Evidence{ownWords("attested", key+": yes ("+said.Detail+")")}
		out = ifAnybody(anybody, out)
	case tri.Unknown:
		n := strangersOn(f, "mobile_sdk")
		if n == 0 {
			return audit.Undecided(said.Detail)
		}
		// Users whom a token identifies come in by the same channel.
		out.Basis = audit.FromInference
		out.Message = "people with unverified addresses open tickets over the mobile SDK; identities may be anonymous or come with tokens"
		out.Evidence = []audit.Evidence{ownWords("sampled tickets", fmt.Sprintf("%d by the channel mobile_sdk from unverified addresses", n))}
	}
	return failed(withRelaysOver(f, out, scoreChannelRelays, attack.MobileSDK))
}

// accAgentToken is about a company's own form. Zendesk takes what it posts for
// an agent's ticket, so none of the safeguards for strangers applies.
var accAgentToken = audit.Rule{
	ID:    "ZD-ACC-10",
	Title: "A public form creates tickets with an agent's or administrator's credential",
	Score: 7.5,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Uses:  slices.Concat(relayUses, []tenant.Kind{tenant.SampledTickets}),
	Why:   `What a visitor types into the form reaches Zendesk as a ticket that an agent created. Zendesk then neither blanks comment placeholders nor has the address verified, and notifications for tickets that agents open, which quote the whole message, go to the address that the visitor typed.`,
	Fix: audit.Remediation{
		Summary: "Have the form check its visitors, and keep its tickets from messages that quote.",
		Steps: []string{
			"Put a CAPTCHA that your server checks, and a confirmation of the address, in front of the form.",
			"Let the server post to the Requests API as the end user, or let it add a tag and exclude that tag in Admin Center › Objects and rules › Business rules › Triggers from what answers customers. Side effect: those customers get no receipt unless a trigger with fixed text sends one.",
			"In the same place add “Current user › Is › (end user)” to first replies, and take the placeholders out of the trigger for tickets that agents open.",
		},
	},
	References: []string{suppressURL, "https://support.zendesk.com/hc/en-us/articles/10360295453082", stockURL, spamURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-6", "SI-8", "SI-10"},
		"ISO 27001:2022": {"A.8.2", "A.8.26"},
		"SOC 2":          {"CC6.3", "CC6.6"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkAgentToken,
}

// Scores of a form with an agent's credential behind which a message repeats
// its words, and what makes tickets look like those of a form.
const (
	scoreTokenRelays   = 9.3
	scoreTokenMayRelay = 8.4 // the form or the message is only possible
	formRequesters     = 10  // distinct requesters of one submitter
)

func checkAgentToken(f *audit.Facts) audit.Verdict {
	const key = "intake.contact_form_with_agent_token"
	said := f.Attested(key)
	forms := sampledForms(f)
	out := audit.Finding{Object: tenant.Ref{Type: "setting", ID: key, Title: "Contact form with an agent's token"}}
	switch {
	case said.Yes == tri.False && len(forms) > 0:
		return audit.Passed("no form of that sort exists: " + said.Detail + "; the sampled tickets that a team member opened by the API for many people come from something else")
	case said.Yes == tri.False:
		return audit.Passed("no form of that sort exists: " + said.Detail)
	case said.Yes == tri.True:
		out.Certainty, out.Basis = audit.Certain, audit.FromAttest
		out.Message = "a form creates tickets with a team member's credential"
		out.Evidence = []audit.Evidence{ownWords("attested", key+": yes ("+said.Detail+")")}
	case len(forms) > 0:
		out.Basis = audit.FromInference
		out.Message = "a team member opens tickets by the API for many people with unverified addresses, as a form with that credential does"
	default:
		return audit.Undecided(said.Detail)
	}
	for _, s := range forms {
		out.Evidence = append(out.Evidence, ownWords("sampled tickets", s))
	}
	if found := relays(f, attack.TicketsAPI); len(found) > 0 {
		score := scoreTokenRelays
		if !found[0].sure || out.Certainty != audit.Certain {
			score = scoreTokenMayRelay
		}
		out = withRelaysOver(f, out, score, attack.TicketsAPI)
	}
	if out.Basis == audit.FromInference {
		out.Message += "; telephone, shop and chat integrations look the same, so ask whose credential it is"
	}
	return failed(out)
}

// sampledForms describes the team members who, in the sample, opened tickets by
// the API for many people with unverified addresses. The members are named by
// the sample's hashes.
func sampledForms(f *audit.Facts) []string {
	people := map[string]map[string]bool{}
	for _, t := range sampledTickets(f) {
		if t.channel != "api" || !t.byTeam() || !t.unproven() || t.selfMade.Or(false) || t.submitter == "" || t.requester == "" {
			continue
		}
		if people[t.submitter] == nil {
			people[t.submitter] = map[string]bool{}
		}
		people[t.submitter][t.requester] = true
	}
	var out []string
	for submitter, requesters := range people {
		if len(requesters) >= formRequesters {
			out = append(out, fmt.Sprintf("submitter %s opened tickets by the API for %d people with unverified addresses", submitter, len(requesters)))
		}
	}
	slices.Sort(out)
	return out
}

// accMessagingEmail is about addresses that visitors of a chat claim.
var accMessagingEmail = audit.Rule{
	ID:    "ZD-ACC-11",
	Title: "People who are not signed in can claim any e-mail address in messaging",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Uses:  relayUses,
	Why:   `A visitor of the messenger types an address, and the ticket bears it. Agents may take the visitor for that person, and where an agent, a trigger or an AI agent goes on by e-mail, somebody else gets the mail.`,
	Fix: audit.Remediation{
		Summary: "Take only addresses that have been proved.",
		Steps: []string{
			"Usually under Admin Center › Channels › Messaging and social › Messaging › Manage settings: let e-mail identities be verified ones only.",
			"Sign visitors in with tokens of your own server where they have an account with you. Side effect: visitors without one stay anonymous, and agents cannot go on by e-mail.",
		},
	},
	References: []string{"https://developer.zendesk.com/documentation/zendesk-web-widget-sdks/email_identities"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.5"},
		"SOC 2":          {"CC6.1"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		const key = "messaging.email_identities"
		said := f.Attested(key)
		switch said.Yes {
		case tri.Unknown:
			return audit.Undecided(said.Detail)
		case tri.False:
			return audit.Passed("addresses in messaging have to be proved: " + said.Detail)
		case tri.True:
		}
		out := audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAttest,
			Message:   "people who are not signed in can claim any e-mail address in messaging",
			Object:    tenant.Ref{Type: "setting", ID: key, Title: "E-mail identities"},
			Evidence:  []audit.Evidence{ownWords("attested", key+": yes ("+said.Detail+")")},
		}
		return failed(withRelaysOver(f, out, scoreChannelRelays, attack.Messaging))
	},
}
