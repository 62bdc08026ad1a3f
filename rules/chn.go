package rules

import (
	"fmt"
	"slices"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// chnSenderAuthentication is about e-mail in the name of somebody else. No
// verification stands in the way of that channel.
var chnSenderAuthentication = audit.Rule{
	ID:    "ZD-CHN-01",
	Title: "Incoming e-mail is not checked with SPF, DKIM and DMARC",
	Score: 7.4,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "relay"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.EmailSettings},
	Why:   `Anybody can send mail that claims to come from a victim, and the account answers the victim. The verification that Zendesk introduced for anonymous requests in 2026 does not cover e-mail. In 2024 the same gap let attackers add themselves in copy to existing tickets and read their history.`,
	Fix: audit.Remediation{
		Summary: "Turn on sender authentication for incoming e-mail.",
		Steps: []string{
			"Admin Center › Channels › Talk and email › Email: turn on “Authenticate emails received with SPF, DKIM, and DMARC alignment”. By Zendesk’s API specification it can be turned on but not off again.",
			"Side effect: mail that fails the check is suspended. Look through the suspended tickets with the cause “Failed email authentication” for a while; forwarded addresses can fail without being forged.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408821985818",
		"https://gist.github.com/hackermondev/68ec8ed145fcee49d2f5e2b9d2cf2e52",
		"https://developer.zendesk.com/documentation/ticketing/reference-guides/suspensions-reference/",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-9", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.8.21"},
		"SOC 2":          {"CC6.6"},
		"CIS v8":         {"9.5"},
		"MITRE ATT&CK":   {"T1672"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		s := settingAt(f, "email.email_sender_authentication")
		if !s.value.Exists() {
			// Newer accounts also answer in their e-mail settings.
			if v := f.Single(tenant.EmailSettings).Get("email_sender_authentication"); v.Exists() {
				s.value = v
			}
		}
		return isSwitchedTo(s, false, "incoming e-mail is not checked with SPF, DKIM and DMARC, so tickets can be opened in other people's names")
	},
}

// chnWildcardAddresses is about mail to addresses nobody set up.
var chnWildcardAddresses = audit.Rule{
	ID:    "ZD-CHN-03",
	Title: "Mail to any address of the account's domain becomes a ticket",
	Score: 4.8,
	Since: "0.1.0",
	Tags:  []string{"core", "email"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `Mail to an invented name at your Zendesk domain opens a ticket. That gives spam more ways in, lets a sender pick an address that steers triggers, and lets strangers use an address that looks like the company's to receive other services' verification mail.`,
	Fix: audit.Remediation{
		Summary: "Accept mail to the support addresses you set up and to no others.",
		Steps: []string{
			"Admin Center › Channels › Talk and email › Email: clear “Accept wildcard emails”.",
			"Side effect: mail to addresses that are not set up no longer becomes a ticket. Before you switch, add the addresses that are in use as support addresses; some accounts rely on wildcards for addresses with +id.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
		"https://support.zendesk.com/hc/en-us/articles/5418528821146",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "SI-8"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.6"},
		"CIS v8":         {"4.8"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(settingAt(f, "email.accept_wildcard_emails"), true,
			"mail to any address of the account's domain is accepted")
	},
}

// chnCCs is about the reach of one ticket: everybody in copy gets mail too.
var chnCCs = audit.Rule{
	ID:    "ZD-CHN-04",
	Title: "End users can put other people in copy of a ticket",
	Score: 5.4,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "relay"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.Triggers, tenant.Automations, tenant.DynamicContent},
	Why:   `One ticket can carry up to 48 people in copy, so each forged request reaches 48 more mailboxes. A stranger who opens a request through the API can name them, and they get mail when the ticket is created. Somebody who gets into copy of an existing ticket reads what is said on it.`,
	Fix: audit.Remediation{
		Summary: "Turn copies off, or limit who can be put in copy.",
		Steps: []string{
			"Admin Center › Objects and rules › Tickets › Settings › CCs and followers: clear “Enable CCs”. Side effect: customers can no longer involve colleagues by putting them in copy.",
			"If copies are needed, use the CC blocklist on the same page, and keep comments that arrive by mail from people in copy private. The current CCs and followers feature has no setting that leaves copies to agents alone.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408843795482",
		"https://support.zendesk.com/hc/en-us/articles/5179445630234",
		"https://developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-managing-requests/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-21", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.8.9"},
		"SOC 2":          {"CC6.1", "CC6.7"},
	},
	Check: checkCCs,
}

// checkCCs puts four keys together. Three are documented; the fourth has only
// been seen in older replies and counts where it is there. CCs are off when all
// that were documented say so. They are open to end users for certain when the
// current feature is on and nothing speaks against it; the older feature could
// be limited to agents, which no key shows, and keys that contradict each other
// settle nothing.
func checkCCs(f *audit.Facts) audit.Verdict {
	allow := settingAt(f, "active_features.allow_ccs")
	older := settingAt(f, "tickets.collaboration")
	current := settingAt(f, "tickets.follower_and_email_cc_collaborations")
	comments := settingAt(f, "tickets.comment_email_ccs_allowed")

	keys := []setting{allow, older, current}
	if comments.value.Exists() {
		keys = append(keys, comments)
	}
	var on []tri.Value
	for _, k := range keys {
		on = append(on, k.on().Is(true))
	}
	switch tri.Or(on...) {
	case tri.False:
		return audit.Passed("no setting allows CCs")
	case tri.Unknown:
		return keys[slices.Index(on, tri.Unknown)].undecided()
	case tri.True:
	}
	// The finding is about the same object whichever key shows it.
	out := allow.finding("end users may be able to put other people in copy of a ticket")
	out.At = keys[slices.Index(on, tri.True)].value.Pos()
	out.Certainty = audit.Possible
	out.Evidence = nil
	for _, k := range keys {
		out.Evidence = append(out.Evidence, k.evidence())
	}
	if tri.And(current.on().Is(true), allow.on().Is(true)) == tri.True && comments.on().Is(false) != tri.True {
		out.Certainty = audit.Certain
		out.Message = "end users can put other people in copy of a ticket"
	}
	if found := copiedNames(f); len(found) > 0 {
		out.Score = 7.2
		out.Message += fmt.Sprintf(", and %s %s their names, which the sender chooses", named(found[0].attack.Object), found[0].repeats())
		out = withRelays(out, found)
	}
	return failed(out)
}

// copiedNames lists the relays that print the people in copy.
func copiedNames(f *audit.Facts) []relay {
	found := relays(f, attack.RequestsAPI, attack.Email, attack.Widget, attack.MobileSDK)
	return slices.DeleteFunc(found, func(r relay) bool {
		return !slices.ContainsFunc(r.carriers, func(c string) bool {
			return c == "ticket.ccs" || c == "ticket.cc_names" || c == "ticket.email_cc_names"
		})
	})
}
