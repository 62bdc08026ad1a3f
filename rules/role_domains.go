package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// smallCompany is the size up to which a team may well work with addresses of
// a free mail provider.
const smallCompany = 3

// roleForeignDomains is about people whom the company's own directory does not
// know.
var roleForeignDomains = audit.Rule{
	ID:    "ZD-ROLE-06",
	Title: "Team members use e-mail addresses that are not the company's",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "people"},
	Needs: []tenant.Kind{tenant.Users},
	Why:   `Whoever can read a person's mail can reset their password. A private mailbox is protected as its owner sees fit, and it is still there when the person has left: closing their company account does not close the way into Zendesk.`,
	Fix: audit.Remediation{
		Summary: "Give team members addresses of the company, and single sign-on.",
		Steps: []string{
			teamPage + ": change the person's primary e-mail address to one of the company's, or replace the account. Contractors can have company addresses too.",
			"Side effect: the person signs in with the new address from then on, and has to verify it first.",
			"List all of the company's domains in zdaudit.yaml under attest: corporate_domains, those of partners included where their people may work in the account.",
		},
	},
	References: []string{securityBest},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2", "IA-4"},
		"ISO 27001:2022": {"A.5.16", "A.5.18"},
		"SOC 2":          {"CC6.2"},
		"CIS v8":         {"5.6"},
		"MITRE ATT&CK":   {"T1078"},
	},
	Check: checkForeignDomains,
}

func checkForeignDomains(f *audit.Facts) audit.Verdict {
	team, said := rosterOf(f), f.Attested("corporate_domains")
	company := ownHosts{known: said.Known}
	for _, d := range said.List {
		company.add(strings.TrimPrefix(d, "@"))
	}
	var found []audit.Finding
	unread := 0
	for _, u := range team.people {
		domain := strings.ToLower(mailDomain(u.Email))
		switch {
		case domain == "":
			unread++
		case company.include(domain):
		case slices.Contains(freeMail, domain):
			found = append(found, privateMailbox(u, domain, len(team.people)))
		case company.known:
			out := foreignAddress(u, domain, fmt.Sprintf("%s has an address at %s, which is not among the company's domains", named(u.Ref), domain))
			out.Score, out.Basis = 4.5, audit.FromAttest
			out.Evidence = append(out.Evidence, ownWords("setting", "corporate_domains: "+strings.Join(company.domains, ", ")+" ("+said.Detail+")"))
			found = append(found, out)
		}
	}
	if len(found) > 0 {
		return failed(found...)
	}
	if v, incomplete := team.incomplete(unread, "the e-mail address"); incomplete {
		return v
	}
	if !said.Known {
		return audit.Undecided(said.Detail)
	}
	return audit.Passed(fmt.Sprintf("every team member (%d) has an address of the company", len(team.people)))
}

// mailDomain is what stands after the last @; empty where there is none.
func mailDomain(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(address[i+1:])
}

func foreignAddress(u tenant.User, domain, message string) audit.Finding {
	return audit.Finding{
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   message,
		Object:    u.Ref,
		At:        u.Raw.Get("email").Pos(),
		Evidence:  []audit.Evidence{ownWords("domain", domain), ownWords("role", u.Role)},
	}
}

// privateMailbox reports an address of a provider that gives one to anybody.
func privateMailbox(u tenant.User, domain string, people int) audit.Finding {
	out := foreignAddress(u, domain, fmt.Sprintf("%s has an address at %s, where anybody can have one", named(u.Ref), domain))
	out.Score = 5.0
	switch {
	case people <= smallCompany:
		out.Score = 4.0
		out.Message += "; in a company as small as this one that may be the owner's own"
	case u.Role == "admin":
		out.Score = 6.0
	}
	return out
}

// freeMail are domains of providers at which anybody can have a mailbox. The
// list is of large ones and not complete; corporate_domains finds the others.
var freeMail = []string{
	"126.com", "163.com", "aol.com", "fastmail.com", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com",
	"gmx.de", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr", "hotmail.it",
	"icloud.com", "laposte.net", "libero.it", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com",
	"orange.fr", "outlook.com", "outlook.de", "outlook.fr", "proton.me", "protonmail.com", "qq.com", "rediffmail.com",
	"rocketmail.com", "t-online.de", "tuta.com", "tutanota.com", "uol.com.br", "web.de", "yahoo.co.in", "yahoo.co.jp",
	"yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru",
	"ymail.com", "zohomail.com",
}
