package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

const teamPage = "Admin Center, usually under People › Team › Team members"

// A roster is the team as a rule looks at it: those who can still sign in.
type roster struct {
	people []tenant.User
	// unread are those whose role the source does not tell.
	unread int
}

func rosterOf(f *audit.Facts) roster {
	var r roster
	for _, u := range f.Team {
		switch {
		case u.Role == "end-user" || !mayWork(u):
		case onTeam(u):
			r.people = append(r.people, u)
		default:
			r.unread++
		}
	}
	return r
}

// admins are the administrators among them.
func (r roster) admins() []tenant.User {
	var out []tenant.User
	for _, u := range r.people {
		if u.Role == "admin" {
			out = append(out, u)
		}
	}
	return out
}

// incomplete is the verdict of a rule that found nothing in a roster that does
// not hold everybody; false where it does. missing are further people of whom
// the source does not tell what.
func (r roster) incomplete(missing int, what string) (audit.Verdict, bool) {
	switch {
	case len(r.people)+r.unread == 0:
		return audit.Undecided("not_in_source: the users that were read include no active team member"), true
	case r.unread > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: the source does not tell the role of some users (%d)", r.unread)), true
	case missing > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: for %d of %d team members the source does not tell %s", missing, len(r.people), what)), true
	}
	return audit.Verdict{}, false
}

var (
	maxAdmins     = audit.Param{Name: "max_administrators", Default: 5, Min: 1, Max: 1000, Unit: "people", What: "the most administrators, whatever the size of the team"}
	maxAdminShare = audit.Param{Name: "max_percent", Default: 10, Min: 1, Max: 100, Unit: "percent", What: "the largest share of administrators in the team, where there are more than four"}
)

// roleAdmins is about the number of people who can do everything.
var roleAdmins = audit.Rule{
	ID:     "ZD-ROLE-01",
	Title:  "The account has many administrators",
	Score:  5.0,
	Since:  "0.1.0",
	Tags:   []string{"core", "people"},
	Needs:  []tenant.Kind{tenant.Users},
	Params: []audit.Param{maxAdmins, maxAdminShare},
	Why:    `Every administrator can rewrite the triggers, read all tickets, change other people's rights and switch protections off. Each of them is one more person whose password or session is worth stealing. Two to four are enough for most teams, also for holidays.`,
	Fix: audit.Remediation{
		Summary: "Keep two to four administrators, and give the others a role that fits their work.",
		Steps: []string{
			teamPage + ": open each administrator who does not administer, and make them an agent or give them a custom role.",
			"Side effect: they can no longer change settings; agree first on who does that for them. The limits of this rule can be set in zdaudit.yaml under parameters: ZD-ROLE-01: {max_administrators: 5}.",
		},
	},
	References: []string{securityBest},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2", "AC-6(5)"},
		"ISO 27001:2022": {"A.5.18", "A.8.2"},
		"SOC 2":          {"CC6.3"},
		"CIS v8":         {"5.4", "6.8"},
		"MITRE ATT&CK":   {"T1078"},
	},
	Check: checkAdmins,
}

// enoughAdmins is a number of administrators that is never too many by its
// share: in a small team, two people are half of it.
const enoughAdmins = 4

func checkAdmins(f *audit.Facts) audit.Verdict {
	team := rosterOf(f)
	admins := team.admins()
	tooMany := func(n int) bool {
		share := n > enoughAdmins && int64(n)*100 > f.Param(maxAdminShare)*int64(len(team.people))
		return int64(n) > f.Param(maxAdmins) || (share && f.Has(tenant.Users) && team.unread == 0)
	}
	if tooMany(len(admins)) {
		known := 0
		for _, u := range admins {
			if u.Suspended.Known() {
				known++
			}
		}
		out := audit.Finding{
			Certainty: audit.Possible,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("%d of %d team members that were read are administrators", len(admins), len(team.people)),
			Object:    tenant.Ref{Type: "account", ID: "administrators", Title: "Administrators"},
			At:        admins[0].Raw.Pos(),
			Evidence:  namesOf(admins),
		}
		if tooMany(known) {
			out.Certainty = audit.Certain
		} else {
			out.Message += " (the source does not tell of all of them whether they are suspended)"
		}
		return failed(out)
	}
	if v, incomplete := team.incomplete(0, ""); incomplete {
		return v
	}
	return audit.Passed(fmt.Sprintf("%d of %d team members are administrators", len(admins), len(team.people)))
}

// namesOf names some people as evidence.
func namesOf(people []tenant.User) []audit.Evidence {
	const most = 10
	var out []audit.Evidence
	for i, u := range people {
		if i == most {
			return append(out, ownWords("administrator", fmt.Sprintf("and %d more", len(people)-most)))
		}
		out = append(out, ownWords("administrator", named(u.Ref)))
	}
	return out
}

var dormantDays = audit.Param{Name: "dormant_days", Default: unusedDays, Min: 1, Max: 3650, Unit: "days", What: "after how long without a sign-in a team member counts as dormant"}

// roleDormant is about accounts that nobody would notice in use.
var roleDormant = audit.Rule{
	ID:     "ZD-ROLE-02",
	Title:  "Team members have not signed in for months",
	Score:  5.0,
	Since:  "0.1.0",
	Tags:   []string{"core", "people"},
	Needs:  []tenant.Kind{tenant.Users},
	Params: []audit.Param{dormantDays},
	Why:    `An account that its owner no longer uses is the best one to take over: nobody is surprised by what it does, and its password may be old. Often its owner has left the company.`,
	Fix: audit.Remediation{
		Summary: "Suspend people who no longer sign in, or make them end users.",
		Steps: []string{
			teamPage + ": ask who still needs access; downgrade the others to end user or suspend them.",
			"Side effect: the person's open tickets have to be given to somebody else, and a program that uses their account stops.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/users/users/", securityBest},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2(3)"},
		"ISO 27001:2022": {"A.5.16", "A.5.18"},
		"SOC 2":          {"CC6.2"},
		"CIS v8":         {"5.3"},
		"MITRE ATT&CK":   {"T1078"},
	},
	Check: checkDormant,
}

// lightAgent is the role_type of an agent who only adds internal comments
// (https://developer.zendesk.com/api-reference/ticketing/users/users/).
const lightAgent = 1

func checkDormant(f *audit.Facts) audit.Verdict {
	team, age := rosterOf(f), ageingOf(f, dormantDays)
	var found []audit.Finding
	unread := 0
	for _, u := range team.people {
		switch s := age.since(u.Raw.Get("last_login_at"), u.Raw.Get("created_at")); s {
		case useOld, useNever:
			found = append(found, dormant(u, s, age))
		case useUnread:
			unread++
		case useRecent:
		}
	}
	if len(found) > 0 {
		return failed(found...)
	}
	if v, incomplete := team.incomplete(unread, "last_login_at"); incomplete {
		return v
	}
	return audit.Passed(fmt.Sprintf("every team member (%d) has signed in within %d days, or is newer than that", len(team.people), age.limit))
}

// dormant reports one person. Zendesk records signing in and requests with an
// API token; a program that works through OAuth has neither.
func dormant(u tenant.User, s use, age ageing) audit.Finding {
	last, created := setting{"last_login_at", u.Raw.Get("last_login_at")}, setting{"created_at", u.Raw.Get("created_at")}
	out := audit.Finding{
		Score:     5.0,
		Certainty: age.certainty(),
		Basis:     audit.FromAPI,
		Message:   fmt.Sprintf("%s last signed in or used an API token %d days ago%s", named(u.Ref), age.days(last.value.Time().Or(age.at)), age.remark()),
		Object:    u.Ref,
		At:        last.value.Pos(),
		Evidence:  []audit.Evidence{last.evidence(), created.evidence(), ownWords("role", u.Role)},
	}
	if s == useNever {
		out.Certainty = audit.Possible
		out.Message = fmt.Sprintf("%s was added %d days ago and has no sign-in on record; a program that uses OAuth looks the same%s",
			named(u.Ref), age.days(created.value.Time().Or(age.at)), age.remark())
	}
	switch {
	case u.Role == "admin":
		out.Score = 6.0
	case u.Raw.Get("role_type").Int().Or(-1) == lightAgent:
		out.Score = 4.0
	}
	if !u.Suspended.Known() {
		out.Certainty = audit.Possible
		out.Message += " (whether they are suspended is not known)"
	}
	return out
}

// roleServiceAdmins is about programs with an administrator's rights.
var roleServiceAdmins = audit.Rule{
	ID:    "ZD-ROLE-07",
	Title: "A program seems to have an administrator's rights",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "people"},
	Needs: []tenant.Kind{tenant.Users},
	Why:   `A program's credential lies in a configuration file, a build system or a vendor's database. If the program is an administrator, whoever finds the credential can change the whole account. Most programs need to read tickets, or to write some.`,
	Fix: audit.Remediation{
		Summary: "Give each program a role and scopes that fit its task.",
		Steps: []string{
			"Admin Center, usually under People › Team › Roles: make a custom role with what the program needs, and give it to the program's user.",
			"Better still, let the program use an OAuth client with the scopes that it needs. Side effect: calls beyond them are refused, so try the program first.",
		},
	},
	References: []string{securityBest},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-6", "IA-9"},
		"ISO 27001:2022": {"A.5.16", "A.8.2"},
		"SOC 2":          {"CC6.3"},
		"CIS v8":         {"5.4", "5.5"},
		"MITRE ATT&CK":   {"T1078"},
	},
	Check: checkServiceAdmins,
}

func checkServiceAdmins(f *audit.Facts) audit.Verdict {
	team := rosterOf(f)
	var found []audit.Finding
	unread := 0
	for _, u := range team.admins() {
		word := programWord(u)
		switch {
		case word != "":
			found = append(found, audit.Finding{
				Certainty: audit.Possible,
				Basis:     audit.FromInference,
				Message:   fmt.Sprintf("%s is an administrator, and the word “%s” in the name or address suggests a program", named(u.Ref), word),
				Object:    u.Ref,
				At:        u.Raw.Pos(),
				Evidence:  []audit.Evidence{ownWords("role", u.Role)},
			})
		case u.Title == "" || u.Email == "":
			unread++
		}
	}
	if len(found) > 0 {
		return failed(found...)
	}
	if v, incomplete := team.incomplete(unread, "both the name and the e-mail address"); incomplete {
		return v
	}
	return audit.Passed("no administrator's name or address looks like that of a program")
}

// programWord finds a word for a program in the name of a user or in the local
// part of their address. Whole words count: Abbott is no bot.
func programWord(u tenant.User) string {
	local, _, _ := strings.Cut(u.Email, "@")
	words := strings.FieldsFunc(strings.ToLower(u.Title+" "+local), func(r rune) bool {
		return !('a' <= r && r <= 'z')
	})
	for _, w := range words {
		switch w {
		case "api", "integration", "integrations", "bot", "chatbot", "svc":
			return w
		}
	}
	return ""
}
