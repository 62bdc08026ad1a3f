package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const (
	customRolesURL = "https://developer.zendesk.com/api-reference/ticketing/account-configuration/custom_roles/"
	rolesPage      = "Admin Center, usually under People › Team › Roles"
)

// A customRole is a role that an Enterprise account has made
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/custom_roles/).
type customRole struct{ tenant.Value }

// administrator is the role_type of administrators.
const administrator = 4

// givenRoles are the roles other than the administrator's that somebody has, or
// of which that is not known.
func givenRoles(f *audit.Facts) []customRole {
	var out []customRole
	for _, v := range f.List(tenant.CustomRoles) {
		if v.Get("role_type").Int().Or(-1) == administrator {
			continue
		}
		if n, known := v.Get("team_member_count").Int().Get(); known && n == 0 {
			continue
		}
		out = append(out, customRole{v})
	}
	return out
}

func (r customRole) permission(key string) setting {
	return setting{path: "configuration." + key, value: r.Get("configuration", key)}
}

// finding reports permissions of the role; the first gives the place. It is
// certain where somebody is known to have the role, and the role is known to be
// no administrator's.
func (r customRole) finding(message string, score float64, permissions ...setting) audit.Finding {
	object := tenant.Ref{Type: "custom_role", ID: r.Get("id").ID(), Title: r.Get("name").Str().Or("")}
	out := audit.Finding{
		Score:     score,
		Certainty: audit.Possible,
		Basis:     audit.FromAPI,
		Object:    object,
		At:        permissions[0].value.Pos(),
	}
	who := "an unknown number of people have"
	switch n, known := r.Get("team_member_count").Int().Get(); {
	case known && n == 1:
		who = "1 person has"
	case known:
		who = fmt.Sprintf("%d people have", n)
	}
	out.Message = fmt.Sprintf("%s, which %s, %s", named(object), who, message)
	if r.Get("team_member_count").Int().Known() && r.Get("role_type").Int().Known() {
		out.Certainty = audit.Certain
	}
	for _, p := range permissions {
		out.Evidence = append(out.Evidence, p.evidence())
	}
	return out
}

// rolesUnread is the verdict where something about roles was not read.
func rolesUnread(unread, roles int) audit.Verdict {
	return audit.Undecided(fmt.Sprintf("key_missing: for %d of %d roles that people have, the source does not tell all permissions that this rule asks about", unread, roles))
}

// roleRuleEditors is about writing the mail that the account sends.
var roleRuleEditors = audit.Rule{
	ID:    "ZD-ROLE-03",
	Title: "People who are no administrators may change business rules, channels or dynamic content",
	Score: 6.0,
	Since: "0.1.0",
	Tags:  []string{"core", "people", "relay"},
	Needs: []tenant.Kind{tenant.CustomRoles},
	Why:   `Whoever may edit triggers decides what mail the account sends and to whom, and can have tickets copied to an address outside. Channels and dynamic content lead to the same: a new way in, or other words in every message. These rights are worth as much as an administrator's, and are often given to people whose sign-in is guarded less.`,
	Fix: audit.Remediation{
		Summary: "Leave business rules, channels and dynamic content to administrators.",
		Steps: []string{
			rolesPage + ": open the role and take away the permissions for business rules, for channels and extensions, and for dynamic content, unless its people need them every week.",
			"Side effect: these people have to ask an administrator for changes. Where they stay, give them a second factor as administrators have, and a waiver here.",
		},
	},
	References: []string{customRolesURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-5", "AC-6", "CM-5"},
		"ISO 27001:2022": {"A.5.3", "A.8.2"},
		"SOC 2":          {"CC6.3", "CC8.1"},
		"CIS v8":         {"6.8"},
		"MITRE ATT&CK":   {"T1114.003"},
	},
	Check: checkRuleEditors,
}

func checkRuleEditors(f *audit.Facts) audit.Verdict {
	roles := givenRoles(f)
	if len(roles) == 0 {
		return audit.DoesNotApply("nobody has a custom role")
	}
	var found []audit.Finding
	unread := 0
	for _, r := range roles {
		var held []setting
		var what []string
		score, known := 0.0, true
		for _, p := range []struct {
			key, what string
			score     float64
		}{
			{"manage_business_rules", "business rules", 6.0},
			{"manage_extensions_and_channels", "channels and extensions", 5.0},
			{"manage_dynamic_content", "dynamic content", 4.5},
		} {
			s := r.permission(p.key)
			switch s.on().Is(true) {
			case tri.True:
				held, what, score = append(held, s), append(what, p.what), max(score, p.score)
			case tri.Unknown:
				known = false
			case tri.False:
			}
		}
		switch {
		case len(held) > 0:
			found = append(found, r.finding("may change "+strings.Join(what, ", "), score, held...))
		case !known:
			unread++
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case unread > 0:
		return rolesUnread(unread, len(roles))
	}
	return audit.Passed(fmt.Sprintf("no role that people have may change them (%d roles)", len(roles)))
}

// roleDeletion is about what is left to look at after an attack.
var roleDeletion = audit.Rule{
	ID:    "ZD-ROLE-04",
	Title: "Agents may delete tickets",
	Score: 3.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "people"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.CustomRoles},
	Why:   `Somebody who misuses an agent's account can delete the tickets that show it. For tickets from which spam was relayed that is the evidence of whom it reached. Whoever may view deleted tickets can read what others meant to remove.`,
	Fix: audit.Remediation{
		Summary: "Leave deleting tickets to administrators.",
		Steps: []string{
			"Admin Center › Objects and rules › Tickets › Settings: clear “Agents can delete tickets”.",
			"On Enterprise plans also " + strings.TrimPrefix(rolesPage, "Admin Center, ") + ": take the permissions to delete tickets and to view deleted tickets out of the roles.",
			"Side effect: agents have to ask for the deletion of tickets that hold personal data; let one small role keep the permission for that.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/", customRolesURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-6", "AU-9"},
		"ISO 27001:2022": {"A.5.28", "A.8.3"},
		"SOC 2":          {"CC6.1", "CC7.3"},
		"MITRE ATT&CK":   {"T1070"},
	},
	Check: checkDeletion,
}

func checkDeletion(f *audit.Facts) audit.Verdict {
	s := settingAt(f, "tickets.agent_ticket_deletion")
	var found []audit.Finding
	if s.on().Is(true) == tri.True {
		found = append(found, s.finding("agents may delete tickets"))
	}
	unread := 0
	roles := givenRoles(f)
	for _, r := range roles {
		deletes, views := r.permission("ticket_deletion"), r.permission("view_deleted_tickets")
		switch {
		case deletes.on().Is(true) == tri.True:
			found = append(found, r.finding("may delete tickets", 3.0, deletes, views))
		case views.on().Is(true) == tri.True:
			found = append(found, r.finding("may view deleted tickets", 2.0, views, deletes))
		case !deletes.on().Known() || !views.on().Known():
			unread++
		}
	}
	gap, noRoles := f.Gap(tenant.CustomRoles)
	v, _ := unreadable(f, tenant.CustomRoles)
	switch {
	case len(found) > 0:
		return failed(found...)
	case !s.on().Known():
		return s.undecided()
	case noRoles && gap.Reason != tenant.NotOnPlan:
		return v
	case unread > 0:
		return rolesUnread(unread, len(roles))
	}
	return audit.Passed("neither agents nor the roles that people have may delete tickets")
}

// roleBroadAccess is about how much one phished agent can take away.
var roleBroadAccess = audit.Rule{
	ID:    "ZD-ROLE-05",
	Title: "Agents can take out customers' data in bulk",
	Score: 4.5,
	Since: "0.1.0",
	Tags:  []string{"extended", "people"},
	Uses:  []tenant.Kind{tenant.CustomRoles, tenant.Users},
	Why:   `Whoever takes over an agent's account can read what the agent can read. Where that is every ticket, together with lists of all customers or an export, one phished person is a breach of all of it. Often such access is intended; then it should be given to few.`,
	Fix: audit.Remediation{
		Summary: "Give agents the tickets of their groups, and few people lists and exports.",
		Steps: []string{
			rolesPage + ": set ticket access to the agent's groups, and take away the export of views and the full lists of users, where the work does not need them.",
			"On plans without custom roles, " + strings.TrimPrefix(teamPage, "Admin Center, ") + ": limit an agent's access to the tickets of their groups.",
			"Side effect: agents no longer find tickets of other groups, so handing over has to be arranged. Accept what is intended with a waiver.",
		},
	},
	References: []string{customRolesURL, "https://developer.zendesk.com/api-reference/ticketing/users/users/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-3", "AC-6"},
		"ISO 27001:2022": {"A.5.15", "A.8.12", "A.8.3"},
		"SOC 2":          {"CC6.1", "CC6.3"},
		"CIS v8":         {"3.3", "6.8"},
		"MITRE ATT&CK":   {"T1213"},
	},
	Check: checkBroadAccess,
}

func checkBroadAccess(f *audit.Facts) audit.Verdict {
	if gap, bad := f.Gap(tenant.CustomRoles); bad && gap.Reason == tenant.NotOnPlan {
		return unrestrictedAgents(f)
	}
	gap, partial := unreadable(f, tenant.CustomRoles)
	roles := givenRoles(f)
	var found []audit.Finding
	unread := 0
	for _, r := range roles {
		held, known := r.bulkAccess()
		switch {
		case len(held) > 0:
			out := r.finding("sees every ticket and can read or take out customers' data in bulk; see whether that is intended", 4.5, held...)
			found = append(found, out)
		case !known:
			unread++
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case partial:
		return gap
	case len(roles) == 0:
		return audit.DoesNotApply("nobody has a custom role")
	case unread > 0:
		return rolesUnread(unread, len(roles))
	}
	return audit.Passed(fmt.Sprintf("no role that people have sees all tickets and takes out data in bulk (%d roles)", len(roles)))
}

// bulkAccess gives the permissions by which the role reads everything, none
// where it does not, and whether all of them were read. Access to every ticket
// alone is what most agents have.
func (r customRole) bulkAccess() (held []setting, known bool) {
	all := r.permission("ticket_access")
	access := tri.Unknown
	if word := all.value.Str(); word.Known() {
		access = word.Is("all")
	}
	if access == tri.False {
		return nil, true
	}
	known = access == tri.True
	bulk := []setting{all}
	for _, p := range []struct {
		key, full string
	}{
		{"export_views", "true"}, {"end_user_list_access", "full"}, {"user_view_access", "full"},
	} {
		s := r.permission(p.key)
		switch word, ok := s.value.Scalar(); {
		case !ok || word == "":
			known = false
		case word == p.full:
			bulk = append(bulk, s)
		}
	}
	if access == tri.True && len(bulk) > 1 {
		return bulk, known
	}
	return nil, known
}

// unrestrictedAgents looks at the people where the plan has no custom roles.
func unrestrictedAgents(f *audit.Facts) audit.Verdict {
	gap, partial := unreadable(f, tenant.Users)
	team := rosterOf(f)
	var free []tenant.User
	unread := 0
	for _, u := range team.people {
		restriction := u.Raw.Get("ticket_restriction")
		switch {
		case u.Role == "admin":
		case restriction.Type() == tenant.Null:
			free = append(free, u)
		case !restriction.Str().Known():
			unread++
		}
	}
	if len(free) > smallTeam {
		return failed(audit.Finding{
			Score:     4.0,
			Certainty: audit.Possible,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("%d agents see every ticket of the account; see whether that is intended", len(free)),
			Object:    tenant.Ref{Type: "account", ID: "ticket_restriction", Title: "Agents' access to tickets"},
			At:        free[0].Raw.Get("ticket_restriction").Pos(),
			Evidence:  []audit.Evidence{ownWords("agents", fmt.Sprintf("%d of %d agents and administrators have no ticket_restriction", len(free), len(team.people)))},
		})
	}
	if partial {
		return gap
	}
	if v, incomplete := team.incomplete(unread, "ticket_restriction"); incomplete {
		return v
	}
	return audit.Passed(fmt.Sprintf("few agents see every ticket of the account (%d)", len(free)))
}
