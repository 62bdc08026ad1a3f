package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// Places and sources that several rules about signing in share.
const (
	securityURL    = "https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings"
	securityBest   = "https://support.zendesk.com/hc/en-us/articles/4408888782618"
	securityPage   = "Admin Center › Account › Security › Advanced"
	teamSignInPage = "Admin Center, usually under Account › Security › Team member authentication"
)

// passwordSignIn says whether people of a role ("agent" or "end_user") can sign
// in with a Zendesk password: Zendesk states that enforce_sso disables those
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings).
func passwordSignIn(f *audit.Facts, role string) tri.Value {
	login := securityAt(f, "authentication."+role+".zendesk_login").on().Is(true)
	enforced := securityAt(f, "authentication."+role+".enforce_sso").on().Is(true)
	return tri.And(login, tri.Not(enforced))
}

// authnBypass is about the way round single sign-on. It is there only where
// passwords are off
// (https://support.zendesk.com/hc/en-us/articles/4408882128666).
var authnBypass = audit.Rule{
	ID:    "ZD-AUTHN-04",
	Title: "Every administrator can go round single sign-on",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "sign-in"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `Where passwords are off, whoever may go round single sign-on can have Zendesk mail them a link that signs them in once, with no password and without your identity provider. Whoever reads one administrator's mail then has the account. The fewer people have that way, the fewer mailboxes are worth breaking into.`,
	Fix: audit.Remediation{
		Summary: "Let only the account owner go round single sign-on.",
		Steps: []string{
			securityPage + " › Authentication: set “SSO bypass” to the account owner. Only the account owner sees the field.",
			"Side effect: if the identity provider fails, nobody but the account owner gets in. Make sure that the owner is somebody who can be reached.",
		},
	},
	References: []string{
		securityURL,
		"https://support.zendesk.com/hc/en-us/articles/4408882128666",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-6", "IA-2"},
		"ISO 27001:2022": {"A.8.2", "A.8.5"},
		"SOC 2":          {"CC6.1", "CC6.3"},
		"MITRE ATT&CK":   {"T1078"},
	},
	Check: checkBypass,
}

func checkBypass(f *audit.Facts) audit.Verdict {
	passwords := passwordSignIn(f, "agent")
	if passwords == tri.True {
		return audit.DoesNotApply("team members can sign in with a Zendesk password, so there is no single sign-on to go round")
	}
	number, name := securityAt(f, "authentication.agent.remote_bypass"), securityAt(f, "authentication.agent.remote_bypass_name")
	all := tri.Or(bypassOf(number.value, "2", "1"), bypassOf(name.value, "admins", "owner"))
	owner := tri.Or(bypassOf(number.value, "1", "2"), bypassOf(name.value, "owner", "admins"))
	switch {
	case all == tri.True:
		out := number.finding("every administrator can have a link mailed that signs them in without single sign-on")
		if !number.value.Exists() {
			out.At = name.value.Pos()
		}
		out.Evidence = append(out.Evidence, name.evidence())
		if owner == tri.True {
			out.Certainty = audit.Possible
			out.Message += " (the two settings that say so contradict each other)"
		}
		if passwords == tri.Unknown {
			out.Certainty = audit.Possible
			out.Message += " (Zendesk offers that where passwords are off, and whether they are is not known)"
		}
		return failed(out)
	case owner == tri.True:
		return audit.Passed("only the account owner can go round single sign-on")
	case !number.value.Exists() && !name.value.Exists():
		return number.undecided()
	}
	return audit.Undecided("value_unknown: remote_bypass and remote_bypass_name say neither the account owner nor all administrators")
}

// bypassOf compares a value with the word for one group of people, where no is
// the word for the other; any other value says nothing.
func bypassOf(v tenant.Value, yes, no string) tri.Value {
	switch s, _ := v.Scalar(); s {
	case yes:
		return tri.True
	case no:
		return tri.False
	}
	return tri.Unknown
}

// authnForeignTenants is about other people's Microsoft and Google accounts.
var authnForeignTenants = audit.Rule{
	ID:    "ZD-AUTHN-11",
	Title: "Team members can sign in with Microsoft or Google accounts from outside the company",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "sign-in"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `Sign-in with Microsoft accepts accounts of any organization until the organizations are listed. Somebody who runs one of their own can try to make an account there that presents a team member's address. Your own directory, with its second factor and its list of leavers, is then not asked.`,
	Fix: audit.Remediation{
		Summary: "Accept only your own organization's accounts.",
		Steps: []string{
			teamSignInPage + ": for Microsoft, turn on the restriction by tenant and enter the tenant IDs of your own organization.",
			"For Google no such setting is known to zdaudit: turn Google sign-in off where it is not used, or set up single sign-on with SAML against your own Google Workspace instead.",
			"Side effect: people who sign in with an account of another organization, such as contractors, need another way in.",
		},
	},
	References: []string{securityURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-2", "IA-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.5"},
		"SOC 2":          {"CC6.1"},
		"MITRE ATT&CK":   {"T1078.004"},
	},
	Check: checkForeignTenants,
}

func checkForeignTenants(f *audit.Facts) audit.Verdict {
	microsoft, google := securityAt(f, "authentication.agent.office_365_login"), securityAt(f, "authentication.agent.google_login")
	limited, allowed := securityAt(f, "authentication.agent.office_365_enforce_tid"), securityAt(f, "authentication.agent.office_365_allowed_tids")
	var found []audit.Finding
	if microsoft.on().Is(true) == tri.True && limited.on().Is(true) == tri.False {
		out := limited.finding("team members can sign in with Microsoft accounts of any organization")
		out.Evidence = append(out.Evidence, microsoft.evidence())
		found = append(found, out)
	}
	if google.on().Is(true) == tri.True {
		out := google.finding("team members can sign in with Google accounts, and no setting that Zendesk returns limits that to your own Google Workspace")
		out.Score, out.Certainty = 4.0, audit.Possible
		found = append(found, out)
	}
	ids, listed := allowed.value.Str().Get()
	switch {
	case len(found) > 0:
		return failed(found...)
	case !microsoft.on().Known():
		return microsoft.undecided()
	case !google.on().Known():
		return google.undecided()
	case !microsoft.on().Or(false):
		return audit.DoesNotApply("team members sign in with neither Microsoft nor Google")
	case !limited.on().Known():
		return limited.undecided()
	case !listed:
		return allowed.undecided()
	case strings.TrimSpace(ids) == "":
		return audit.Undecided("value_unknown: Microsoft sign-in is limited by tenant, yet office_365_allowed_tids lists none")
	}
	return audit.Passed(fmt.Sprintf("Microsoft sign-in is limited to the tenants that are listed (%d), and Google sign-in is off", len(strings.Fields(ids))))
}
