package rules

import (
	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// idnWelcomeMail is about mail that goes to a person because somebody else
// entered their address, agents and integrations included.
var idnWelcomeMail = audit.Rule{
	ID:    "ZD-IDN-02",
	Title: "Users that agents or integrations create get a welcome e-mail",
	Score: 4.6,
	Since: "0.1.0",
	Tags:  []string{"core", "users"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `When an agent, an administrator or a program creates a user, the account sends that address a welcome message with a link. A contact form of your own that creates users with an agent's credential therefore mails whatever address a stranger types into it. Recipients see an account they never asked for.`,
	Fix: audit.Remediation{
		Summary: "Do not send welcome e-mail to users that somebody else created.",
		Steps: []string{
			"Admin Center › People › Configuration › End users › Account emails: clear “Also send a welcome email when a new user is created by an agent or administrator”.",
			"Side effect: such users hear from the account only when they ask with “Forgot password?” or an agent resends the verification e-mail.",
			"Programs that must keep the setting can create users with skip_verify_email set to true.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408883052442",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
		"https://github.com/justeat/ZendeskApiClient/issues/213",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "SI-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.9"},
		"SOC 2":          {"CC6.2"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(settingAt(f, "user.agent_created_welcome_emails"), true,
			"users that agents or programs create get a welcome e-mail, unless the program asks for none")
	},
}
