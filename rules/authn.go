package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// smallTeam is the number of team members up to which passwords with a second
// factor are reasonable without an identity provider.
const smallTeam = 20

// authnSSO is about passwords that Zendesk keeps, next to or in place of the
// company's own sign-in.
var authnSSO = audit.Rule{
	ID:    "ZD-AUTHN-01",
	Title: "Team members can sign in without single sign-on",
	Score: 5.5,
	Since: "0.1.0",
	Tags:  []string{"core", "sign-in"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Uses:  []tenant.Kind{tenant.Users},
	Why:   `A Zendesk password can be phished, reused and guessed, and it keeps working after somebody has left the company's directory. Lures arrive in the very tickets that agents have to read. With one password an attacker reads customers' tickets and writes to them in your name.`,
	Fix: audit.Remediation{
		Summary: "Let team members sign in through the company's identity provider alone.",
		Steps: []string{
			"Admin Center, usually under Account › Security › Team member authentication: set up external authentication, redirect to single sign-on, and turn Zendesk passwords off.",
			"Before you switch, try it with a second administrator and make sure that the account owner can still get in; otherwise a mistake at the identity provider locks everybody out.",
			"A small team without an identity provider is served by two-factor authentication for everybody.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings",
		"https://support.zendesk.com/hc/en-us/articles/4408888782618",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-2", "AC-2"},
		"ISO 27001:2022": {"A.5.16", "A.8.5"},
		"SOC 2":          {"CC6.1"},
		"CIS v8":         {"5.6", "6.7"},
		"MITRE ATT&CK":   {"T1078", "T1110"},
	},
	Check: checkSSO,
}

func checkSSO(f *audit.Facts) audit.Verdict {
	enforced := securityAt(f, "authentication.agent.enforce_sso")
	password := securityAt(f, "authentication.agent.zendesk_login")
	secondFactor := securityAt(f, "authentication.agent.two_factor_enforce")
	withoutSSO, withPassword := tri.Not(enforced.on().Is(true)), password.on().Is(true)
	switch tri.Or(withoutSSO, withPassword) {
	case tri.False:
		return audit.Passed("team members sign in through single sign-on alone")
	case tri.Unknown:
		if withoutSSO == tri.Unknown {
			return enforced.undecided()
		}
		return password.undecided()
	case tri.True:
	}
	out := enforced.finding("")
	out.Evidence = append(out.Evidence, password.evidence())
	switch {
	case withPassword == tri.True && withoutSSO == tri.False:
		// The two contradict each other, and no article says which one wins.
		out.Certainty = audit.Possible
		out.Message = "single sign-on is enforced for team members, yet Zendesk passwords are still on"
	case withPassword == tri.True:
		out.Message = "team members can sign in with a Zendesk password"
	case withPassword == tri.False:
		out.Score = 3.1
		out.Message = "single sign-on is not enforced for team members, though Zendesk passwords are off"
		return failed(out)
	default:
		out.Message = "single sign-on is not enforced for team members"
	}
	if withPassword == tri.True {
		out.At = password.value.Pos()
	}
	return failed(weighTeam(f, secondFactor, out))
}

// weighTeam scores password sign-in by what softens or sharpens it: a second
// factor that everybody needs, and the number of people who have a password.
func weighTeam(f *audit.Facts, secondFactor setting, out audit.Finding) audit.Finding {
	out.Evidence = append(out.Evidence, secondFactor.evidence())
	required := secondFactor.on().Is(true) == tri.True
	people := 0
	for _, u := range f.Team {
		if onTeam(u) && mayWork(u) {
			people++
		}
	}
	large := people > smallTeam // also where only part of the list was read
	small := !large && people > 0 && f.Has(tenant.Users)
	if required {
		out.Message += ", with a second factor required"
	}
	switch {
	case large:
		out.Message += fmt.Sprintf("; the team has %d members", people)
	case small:
		out.Message += fmt.Sprintf("; the team is small (%d)", people)
	}
	switch {
	case large && !required:
		out.Score = 7.2
	case small && required:
		out.Message += ", for which that is acceptable where there is no identity provider"
		out.Score = 4.0
	}
	return out
}

// onTeam says whether somebody is an administrator or an agent.
func onTeam(u tenant.User) bool { return u.Role == "admin" || u.Role == "agent" }

// mayWork says whether somebody can still sign in, as far as is known.
func mayWork(u tenant.User) bool {
	return !u.Suspended.Or(false) && u.Active.Or(true)
}

// authnTwoFactorRequired is about the switch; authnTwoFactorMissing is about
// the people.
var authnTwoFactorRequired = audit.Rule{
	ID:    "ZD-AUTHN-02",
	Title: "Team members do not need a second factor to sign in",
	Score: 7.5,
	Since: "0.1.0",
	Tags:  []string{"core", "sign-in"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `One stolen or guessed password is enough to read every ticket and to change the rules by which the account sends mail. Requiring two-factor authentication is among the first things that Zendesk recommends. Zendesk has made a second step mandatory for password sign-in in stages from October 2024 to March 2026, so check what this account really asks for.`,
	Fix: audit.Remediation{
		Summary: "Require two-factor authentication for all team members.",
		Steps: []string{
			"Admin Center, usually under Account › Security › Team member authentication: turn on “Require two-factor authentication”.",
			"Side effect: everybody who has no second factor has to set one up at the next sign-in. Tell the team first.",
			"Where team members sign in through an identity provider, require the second factor there.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408826974874",
		"https://support.zendesk.com/hc/en-us/articles/10050703046810",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-2(1)", "IA-2(2)"},
		"ISO 27001:2022": {"A.8.5"},
		"SOC 2":          {"CC6.1"},
		"CIS v8":         {"6.3", "6.5"},
		"MITRE ATT&CK":   {"T1078", "T1110"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		s := securityAt(f, "authentication.agent.two_factor_enforce")
		password := securityAt(f, "authentication.agent.zendesk_login")
		if s.on().Is(true) != tri.True && password.on().Is(false) == tri.True {
			return audit.DoesNotApply("team members have no Zendesk passwords; the second factor is a matter of their identity provider")
		}
		v := isSwitchedTo(s, false, "team members can sign in with a password alone")
		if v.Status == audit.Unknown {
			// Zendesk's own example of this reply leaves the key out.
			v.Reason += "; ZD-AUTHN-03 looks at each team member instead"
		}
		return v
	},
}

// authnTwoFactorMissing names the people who have no second factor.
var authnTwoFactorMissing = audit.Rule{
	ID:    "ZD-AUTHN-03",
	Title: "Team members have no second factor",
	Score: 7.5,
	Since: "0.1.0",
	Tags:  []string{"core", "sign-in"},
	Needs: []tenant.Kind{tenant.Users},
	Uses:  []tenant.Kind{tenant.SecuritySettings},
	Why:   `Whoever gets this person's password gets in. An agent's account shows customers' tickets and answers them; an administrator's account also changes triggers, settings and other people's rights.`,
	Fix: audit.Remediation{
		Summary: "Have these people set up a second factor, then require it for everybody.",
		Steps: []string{
			"Admin Center, usually under People › Team members: open the person and ask them to set up a second factor in their own profile; suspend those who no longer need access.",
			"Admin Center, usually under Account › Security › Team member authentication: turn on “Require two-factor authentication”. Side effect: everybody without one has to set it up at the next sign-in.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408826974874",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-2(1)", "IA-2(2)"},
		"ISO 27001:2022": {"A.8.5"},
		"SOC 2":          {"CC6.1"},
		"CIS v8":         {"6.3", "6.5"},
		"MITRE ATT&CK":   {"T1078", "T1110"},
	},
	Check: checkTwoFactorMissing,
}

func checkTwoFactorMissing(f *audit.Facts) audit.Verdict {
	enforced := securityAt(f, "authentication.agent.enforce_sso").on().Is(true)
	var found []audit.Finding
	people, unread, elsewhere := 0, 0, 0
	for _, u := range f.Team {
		if u.Role == "end-user" || !mayWork(u) {
			continue
		}
		people++
		has := setting{path: "two_factor_auth_enabled", value: u.Raw.Get("two_factor_auth_enabled")}
		switch {
		case !onTeam(u) || !judgeable(has.value):
			unread++
		case u.TwoFactor.Or(false):
		case !u.TwoFactor.Known() && enforced == tri.True:
			// Zendesk answers null for people who only ever use single sign-on.
			elsewhere++
		default:
			found = append(found, withoutTwoFactor(u, has, enforced))
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case people == 0:
		return audit.Undecided("not_in_source: the users that were read include no active team member")
	case unread > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: for %d of %d team members the source does not tell the role or two_factor_auth_enabled", unread, people))
	case elsewhere > 0:
		return audit.Passed(fmt.Sprintf("all have a second factor or sign in through single sign-on, which is enforced (%d of %d)", elsewhere, people))
	}
	return audit.Passed(fmt.Sprintf("all %d active team members have a second factor", people))
}

// judgeable says whether a value is one that Zendesk gives: true, false, null.
func judgeable(v tenant.Value) bool {
	return v.Type() == tenant.Null || v.Bool().Known()
}

// withoutTwoFactor reports one person. It is certain where Zendesk passwords
// are what the person signs in with; where single sign-on is enforced, or
// nobody knows whether a null means that, the second factor may be elsewhere.
func withoutTwoFactor(u tenant.User, has setting, enforced tri.Value) audit.Finding {
	out := audit.Finding{
		Score:     5.0,
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Object:    u.Ref,
		At:        has.value.Pos(),
		Evidence:  []audit.Evidence{has.evidence(), ownWords("role", u.Role)},
	}
	role := "agent"
	if u.Role == "admin" {
		role, out.Score = "administrator", 7.5
	}
	out.Message = fmt.Sprintf("%s, an %s, has no second factor in Zendesk", named(u.Ref), role)
	switch {
	case enforced == tri.True:
		out.Certainty = audit.Possible
		out.Message += " (single sign-on is enforced, so it may be asked for there)"
	case enforced == tri.Unknown && !u.TwoFactor.Known():
		out.Certainty = audit.Possible
		out.Message += " (the answer is null, which people who only use single sign-on have too)"
	}
	return out
}
