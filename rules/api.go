package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// manyTokens is the number of API tokens above which nobody keeps track.
const manyTokens = 10

// apiTokenAccess is about credentials that can do everything their owner can.
var apiTokenAccess = audit.Rule{
	ID:    "ZD-API-01",
	Title: "API tokens are accepted",
	Score: 5.5,
	Since: "0.1.0",
	Tags:  []string{"core", "api"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.APITokens},
	Why:   `An API token has no scope and no expiry date, and it works for any verified user whose address the caller names, administrators included. Whoever finds one in a script or a log has the whole account. Zendesk is retiring tokens: new accounts cannot create them from 28 July 2026, nobody can from 27 October 2026, and all stop working on 30 April 2027.`,
	Fix: audit.Remediation{
		Summary: "Move integrations to OAuth clients and turn token access off.",
		Steps: []string{
			"Give each integration an OAuth client of its own (client credentials) with the scopes it needs. If zdaudit itself signs in with an API token, move it too.",
			"Admin Center, usually under Apps and integrations › APIs › API configuration: turn token access off. Side effect: every integration that still uses a token stops at once.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
		"https://support.zendesk.com/hc/en-us/articles/4408889192858",
		"https://support.zendesk.com/hc/en-us/articles/10840968198042",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-6", "IA-5"},
		"ISO 27001:2022": {"A.5.17", "A.8.5"},
		"SOC 2":          {"CC6.1"},
		"MITRE ATT&CK":   {"T1528", "T1550.001"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		s := settingAt(f, "api.api_token_access")
		n := 0
		for _, token := range f.List(tenant.APITokens) {
			// A key that is not there does not make a token inactive.
			if active, known := token.Get("active").Bool().Get(); active || !known {
				n++
			}
		}
		if n <= manyTokens {
			return isSwitchedTo(s, true, "API tokens are accepted")
		}
		v := isSwitchedTo(s, true, fmt.Sprintf("API tokens are accepted, and the account has %d of them", n))
		for i := range v.Findings {
			v.Findings[i].Score = 7.1
			v.Findings[i].Evidence = append(v.Findings[i].Evidence,
				ownWords("tokens", fmt.Sprintf("%d tokens that are not marked inactive", n)))
		}
		return v
	},
}

// apiEndUserPasswords is about guessing customers' passwords by program.
var apiEndUserPasswords = audit.Rule{
	ID:    "ZD-API-03",
	Title: "End users can use the API with their password",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "api"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `Programs can sign in to the API as an end user with an address and a password. That is a door for trying out passwords leaked elsewhere, without a sign-in page in the way. Whoever gets in reads that customer's tickets and writes in their name.`,
	Fix: audit.Remediation{
		Summary: "Turn password access to the API off for end users.",
		Steps: []string{
			"Admin Center, usually under Apps and integrations › APIs › API configuration: clear password access for end users.",
			"Side effect: apps that sign in with a customer's password stop working; they need OAuth.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
		"https://support.zendesk.com/hc/en-us/articles/9941874259354",
		"https://support.zendesk.com/hc/en-us/articles/8843683464346",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "IA-8"},
		"ISO 27001:2022": {"A.8.5"},
		"SOC 2":          {"CC6.1"},
		"MITRE ATT&CK":   {"T1110.004"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		const message = "end users can sign in to the API with their password"
		s := settingAt(f, "api.api_password_access_end_users")
		older := settingAt(f, "api.api_password_access")
		if s.value.Exists() || !older.value.Exists() {
			return isSwitchedTo(s, true, message)
		}
		// The older key spoke of agents and end users together; agents' passwords
		// stopped working in January 2026, so it says less than it did.
		v := isSwitchedTo(older, true, "the account may let end users sign in to the API with their password: "+older.path+" is on")
		for i := range v.Findings {
			v.Findings[i].Object.ID = s.path
			v.Findings[i].Certainty = audit.Possible
		}
		return v
	},
}
