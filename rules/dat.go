package rules

import (
	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// datPrivateAttachments is about files that the address alone protects.
var datPrivateAttachments = audit.Rule{
	ID:    "ZD-DAT-01",
	Title: "Attachments can be downloaded by anybody who has the link",
	Score: 7.0,
	Since: "0.1.0",
	Tags:  []string{"core", "data"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `Every file on a ticket can be read by whoever has its address, without signing in, and addresses travel in forwarded mail and browser histories. Where strangers can upload files, the account also hosts theirs under a name that people trust.`,
	Fix: audit.Remediation{
		Summary: "Require sign-in to download attachments.",
		Steps: []string{
			"Admin Center › Objects and rules › Tickets › Settings › Downloads and attachments: turn on “Allow secure downloads”.",
			"Side effect: people who are not signed in can no longer open attachments from mail. Some inline images in the help center and in e-mail stay public.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408832757146",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-3"},
		"ISO 27001:2022": {"A.5.15", "A.8.3"},
		"SOC 2":          {"CC6.1", "CC6.7"},
		"CIS v8":         {"3.3"},
		"MITRE ATT&CK":   {"T1530"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(settingAt(f, "tickets.private_attachments"), false,
			"attachments can be downloaded without signing in")
	},
}
