package rules

import (
	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// idnSocialLogins is about accounts at other companies that open this one.
var idnSocialLogins = audit.Rule{
	ID:    "ZD-IDN-08",
	Title: "End users can sign in with accounts at Facebook, X, Google or Microsoft",
	Score: 3.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "users", "sign-in"},
	Uses:  []tenant.Kind{tenant.SecuritySettings, tenant.Settings},
	Why:   `Each login of another company is one more way into a customer's tickets, and as safe as that company's account. Whoever takes over the account there reads and writes here as the customer. Facebook and X are seldom needed any more.`,
	Fix: audit.Remediation{
		Summary: "Turn off the logins that your customers do not use.",
		Steps: []string{
			"Admin Center, usually under Account › Security › End user authentication: clear the social logins that are not needed.",
			"Side effect: customers who signed in that way need a password or another login.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "IA-8"},
		"ISO 27001:2022": {"A.8.5"},
		"SOC 2":          {"CC6.1"},
	},
	Check: checkSocialLogins,
}

func checkSocialLogins(f *audit.Facts) audit.Verdict {
	logins := []struct {
		key, company string
		score        float64
		fallback     bool // the account settings have a key for it too
	}{
		{"facebook_login", "Facebook", 3.1, true},
		{"twitter_login", "X", 3.1, true},
		{"google_login", "Google", 2.1, true},
		{"office_365_login", "Microsoft", 2.1, false},
	}
	var t tally
	for _, l := range logins {
		s := securityAt(f, "authentication.end_user."+l.key)
		object, sure, note := s.path, audit.Certain, ""
		if !s.value.Exists() && l.fallback {
			// The older key does not say whose logins it is about.
			s = settingAt(f, "active_features."+l.key)
			sure, note = audit.Possible, "; the setting does not say whether it is about end users or the team"
		}
		switch s.on().Is(true) {
		case tri.False:
		case tri.Unknown:
			if s.value.Exists() {
				t.leaveOpen("value_unknown: %s is neither true nor false", s.path)
				continue
			}
			t.leaveOpen("key_missing: the settings that were read do not say whether end users can sign in with an account at %s", l.company)
		case tri.True:
			out := s.finding("end users can sign in with an account at " + l.company + note)
			out.Object.ID, out.Score, out.Certainty = object, l.score, sure
			t.found(out)
		}
	}
	return t.verdict("no login of Facebook, X, Google or Microsoft is on for end users")
}

// idnAcrossBrands is about brands that customers should not know are one
// company.
var idnAcrossBrands = audit.Rule{
	ID:    "ZD-IDN-09",
	Title: "End users see their requests at all brands in one place",
	Score: scoreNotice,
	Since: "0.1.0",
	Tags:  []string{"extended", "users", "data"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.Brands},
	Why:   `A customer who signs in at one brand's help center sees what they wrote to the others. That is convenient where the brands are known to belong together. Otherwise it shows which brands are one company, and whoever takes over one sign-in reads the requests at all of them.`,
	Fix: audit.Remediation{
		Summary: "Keep requests within their brand, if the brands are not meant to be seen together.",
		Steps: []string{
			"Admin Center, usually under Account › Brand management › Brands: turn off that end users see requests across brands.",
			"Side effect: customers have to visit each brand's help center to see their requests there.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-4"},
		"ISO 27001:2022": {"A.8.3"},
		"SOC 2":          {"CC6.1"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		brands := 0
		for _, b := range f.Brands {
			if b.Active.Or(true) {
				brands++
			}
		}
		if f.Has(tenant.Brands) && brands == 1 {
			return audit.DoesNotApply("the account has one active brand")
		}
		return isSwitchedTo(settingAt(f, "brands.end_user_across_brand_requests"), true,
			"end users see their requests at all brands in one place")
	},
}
