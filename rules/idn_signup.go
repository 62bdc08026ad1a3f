package rules

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// idnSignup is about mail that the account sends to an address because
// somebody typed it into the sign-up form.
var idnSignup = audit.Rule{
	ID:    "ZD-IDN-01",
	Title: "Anybody can sign up in the help center, under any address",
	Score: 6.5,
	Since: "0.1.0",
	Tags:  []string{"core", "users", "relay"},
	Uses:  []tenant.Kind{tenant.SecuritySettings, tenant.Probes, tenant.SuspendedTickets},
	Why:   `Whoever fills in the sign-up form makes the account send a welcome message to the address they typed, and it need not be theirs. The same message goes out when an address that nobody has verified is entered under “Forgot password?”. In February 2026 people received hundreds of mails headed “Activate account” from many companies' accounts. Cleaning the triggers does not stop these mails.`,
	Fix: audit.Remediation{
		Summary: "Close sign-up, or make what it sends harmless.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: clear “Anybody can submit tickets” and save the tab. Side effects: the Sign Up link disappears, and e-mail from unknown senders goes to the suspended tickets.",
			"Or Admin Center, usually under Account › Security › End user authentication: let end users sign in through your own single sign-on alone. Side effect: people without an account there can no longer sign in.",
			"Where sign-up must stay open, keep the text of the welcome message neutral and fill the blocklist. Taking the link out of the theme is not known to close sign-up.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408824350746",
		"https://support.zendesk.com/hc/en-us/articles/4408883658906",
		"https://support.zendesk.com/hc/en-us/articles/4408832828186",
		"https://www.bleepingcomputer.com/news/security/zendesk-spam-wave-returns-floods-users-with-activate-account-emails/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-14", "IA-8", "SI-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.9"},
		"SOC 2":          {"CC6.1", "CC6.2"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkSignup,
}

// checkSignup prefers an answer, then a page that was seen, then what the
// settings imply. They imply only that sign-up is closed: no setting that can
// be read says that it is open.
func checkSignup(f *audit.Facts) audit.Verdict {
	const key, label = "end_users.signup_enabled", "Sign-up in the help center"
	said := f.Attested(key)
	hosts, asked := signupForms(f)
	closed := signupClosedBy(f)
	switch {
	case said.Yes == tri.True:
		out := saidFinding(key, label, said, "yes", "strangers can sign up in the help center under an address that is not theirs")
		if closed != "" {
			out.Certainty = audit.Possible
			out.Message += ", although " + closed
		}
		return failed(out)
	case len(hosts) > 0:
		// What the page shows while sign-up is closed is not documented.
		out := audit.Finding{
			Certainty: audit.Possible,
			Basis:     audit.FromProbe,
			Message:   fmt.Sprintf("the sign-up page of %s shows a form to somebody without an account", hosts[0].Get("host").Str().Or("the help center")),
			Object:    tenant.Ref{Type: "setting", ID: key, Title: label},
			At:        hosts[0].Pos(),
		}
		if said.Yes == tri.False {
			out.Message += ", although sign-up was said to be closed"
			out.Evidence = append(out.Evidence, ownWords("setting", fmt.Sprintf("%s: no (%s)", key, said.Detail)))
		}
		for _, h := range hosts {
			out.Evidence = append(out.Evidence, ownWords("page", h.Get("host").Str().Or("a host without a name")+": answers 200 with a form"))
		}
		return failed(out)
	case said.Yes == tri.False:
		return audit.Passed("sign-up is closed: " + said.Detail)
	case closed != "":
		return audit.Passed(closed)
	case asked > 0:
		return audit.Undecided(fmt.Sprintf("%s (no form was seen on the sign-up pages of %s, which does not prove that sign-up is closed)", said.Detail, count(asked, "host", "hosts")))
	}
	return audit.Undecided(said.Detail)
}

// signupForms lists the sign-up pages that showed a form, and says how many
// answered at all.
func signupForms(f *audit.Facts) (hosts []tenant.Value, asked int) {
	for _, p := range f.Single(tenant.Probes).Get("signup").Items() {
		status := p.Get("status").Int().Or(0)
		if status > 0 {
			asked++
		}
		if status == http.StatusOK && p.Get("form").Bool().Or(false) {
			hosts = append(hosts, p)
		}
	}
	return hosts, asked
}

// signupClosedBy says which setting leaves nothing to sign up for. Settings
// that contradict each other close nothing.
func signupClosedBy(f *audit.Facts) string {
	password := securityAt(f, "authentication.end_user.zendesk_login")
	sso := securityAt(f, "authentication.end_user.enforce_sso")
	anybody := anybodyCanSubmit(f)
	switch {
	case password.on().Is(false) == tri.True:
		return "end users have no Zendesk passwords: " + password.path + " is false"
	case sso.on().Is(true) == tri.True && password.on().Is(true) != tri.True:
		return "end users sign in through single sign-on alone: " + sso.path + " is true"
	case anybody.answer.Value == tri.False:
		return "“Anybody can submit tickets” is off, and Zendesk offers no sign-up then: " + anybody.answer.Detail
	}
	return ""
}

// idnEditProfile is about what end users may change once they have an account.
var idnEditProfile = audit.Rule{
	ID:    "ZD-IDN-04",
	Title: "End users can change their name and add addresses to their profile",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "users", "relay"},
	Uses:  []tenant.Kind{tenant.Triggers, tenant.Automations, tenant.DynamicContent},
	Why:   `Somebody with an end user's account can add other people's addresses to the profile, and the account sends each of them a verification message. They can also change the name that your notifications print. Both turn one account into mail to many strangers.`,
	Fix: audit.Remediation{
		Summary: "Do not let end users edit their profile data.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: clear “Allow users to view and edit their profile data”.",
			"Side effect: customers have to ask an agent to change a name, a phone number or an address.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/4408883052442"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-3", "SI-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.9"},
		"SOC 2":          {"CC6.1"},
	},
	Check: checkEditProfile,
}

func checkEditProfile(f *audit.Facts) audit.Verdict {
	const key = "end_users.can_edit_profile"
	said := f.Attested(key)
	switch said.Yes {
	case tri.Unknown:
		return audit.Undecided(said.Detail)
	case tri.False:
		return audit.Passed("end users cannot edit their profile data: " + said.Detail)
	case tri.True:
	}
	out := saidFinding(key, "Allow users to view and edit their profile data", said, "yes",
		"end users can change their name and add other people's addresses to their profile, each of which gets a verification message")
	named := slices.DeleteFunc(relays(f, attack.WebForm, attack.RequestsAPI, attack.Email, attack.Widget, attack.MobileSDK), func(r relay) bool {
		return !slices.ContainsFunc(r.carriers, isRequesterName)
	})
	if len(named) > 0 {
		out.Score = 6.2
		out.Message += "; the name also stands in mail that the account sends"
		out = withRelays(out, named)
	}
	return failed(out)
}

// isRequesterName says whether a placeholder prints a name that its owner
// chooses (https://support.zendesk.com/hc/en-us/articles/4408886858138).
func isRequesterName(carrier string) bool {
	return slices.Contains([]string{
		"ticket.requester.name", "ticket.requester.first_name", "ticket.requester.last_name",
		"current_user.name", "current_user.first_name", "current_user.last_name",
	}, carrier)
}
