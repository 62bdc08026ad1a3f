package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// idnOrganizationSharing is about people who join an organization by nothing
// but the domain of an address.
var idnOrganizationSharing = audit.Rule{
	ID:    "ZD-IDN-05",
	Title: "Users join an organization by their address and see all its tickets",
	Score: 7.2,
	Since: "0.1.0",
	Tags:  []string{"core", "users", "data"},
	Needs: []tenant.Kind{tenant.Organizations},
	Uses:  []tenant.Kind{tenant.Settings, tenant.EmailSettings},
	Why:   `Zendesk puts a new user into the organization whose domain is in the address. Where the organization shares its tickets, that user can then read everybody's. Whoever gets hold of one address at the domain, or into copy of a ticket by forged mail, reads what a whole company has written to you.`,
	Fix: audit.Remediation{
		Summary: "Do not combine a domain with shared tickets.",
		Steps: []string{
			"In the agent interface, usually under Customers › Organizations: set the organization's users to see their own tickets only, or take its domains out and add members by hand. Side effect: colleagues no longer see each other's tickets.",
			"Never list the domain of a public mail provider as an organization's.",
			"Admin Center › Channels › Talk and email › Email: turn on sender authentication, so that forged mail does not open tickets in other people's names.",
		},
	},
	References: []string{
		"https://gist.github.com/hackermondev/68ec8ed145fcee49d2f5e2b9d2cf2e52",
		"https://developer.zendesk.com/api-reference/ticketing/organizations/organizations/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-3", "AC-21"},
		"ISO 27001:2022": {"A.5.15", "A.8.3"},
		"SOC 2":          {"CC6.1", "CC6.3"},
		"CIS v8":         {"3.3"},
	},
	Check: checkOrganizationSharing,
}

func checkOrganizationSharing(f *audit.Facts) audit.Verdict {
	organizations := f.List(tenant.Organizations)
	if len(organizations) == 0 {
		return audit.DoesNotApply("the account has no organizations")
	}
	authenticated := emailSetting(f, "email_sender_authentication")
	var t tally
	for _, o := range organizations {
		ref, domains, shared := refTo("organization", o, "name"), o.Get("domain_names"), o.Get("shared_tickets")
		list, readable := domainList(domains)
		joins := tri.Unknown
		if readable {
			joins = tri.Of(len(list) > 0)
		}
		switch tri.And(joins, shared.Bool().Is(true)) {
		case tri.False:
		case tri.Unknown:
			t.leaveOpen("key_missing: %s does not say whether it has domains and shares its tickets", named(ref))
		case tri.True:
			t.found(organizationFinding(ref, o, list, authenticated))
		}
	}
	return t.verdict("no organization has both a domain and shared tickets")
}

// organizationFinding weighs what makes the sharing better or worse.
func organizationFinding(ref tenant.Ref, o tenant.Value, domains []string, authenticated setting) audit.Finding {
	comments := o.Get("shared_comments").Bool()
	out := audit.Finding{
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   fmt.Sprintf("users with an address at %s join %s and see all its tickets", inWords(domains), named(ref)),
		Object:    ref,
		At:        o.Get("shared_tickets").Pos(),
		Evidence: []audit.Evidence{
			ownWords("domains", strings.Join(domains, ", ")),
			ownWords("organization", "shared_tickets: true, shared_comments: "+comments.Is(true).String()),
		},
	}
	if comments.Or(false) {
		out.Message += " and can write on them"
		out.Score = 7.6
	}
	public := slices.DeleteFunc(slices.Clone(domains), func(d string) bool { return !isPublicMail(d) })
	switch {
	case len(public) > 0:
		out.Score = 9.1
		out.Message += fmt.Sprintf("; anybody can have an address at %s", inWords(public))
	case authenticated.on().Or(false):
		// Forged mail is the easy way in; without it, an address is needed.
		out.Score = 6.4
		out.Evidence = append(out.Evidence, authenticated.evidence())
	}
	return out
}

// domainList reads a list of domains; false where it is anything else.
func domainList(v tenant.Value) (domains []string, ok bool) {
	switch v.Type() {
	case tenant.Null:
		return nil, true
	case tenant.List:
	case tenant.Missing, tenant.Unknowable, tenant.Boolean, tenant.Number, tenant.String, tenant.Map:
		return nil, false
	}
	for _, item := range v.Items() {
		s, known := item.Str().Get()
		if !known {
			return nil, false
		}
		if s = strings.ToLower(strings.TrimSpace(s)); s != "" {
			domains = append(domains, s)
		}
	}
	return domains, true
}

// inWords lists the first few of several names.
func inWords(list []string) string {
	const most = 3
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// idnSubscriptions is about people who get mail on every ticket of an
// organization.
var idnSubscriptions = audit.Rule{
	ID:    "ZD-IDN-06",
	Title: "People are subscribed to all tickets of an organization",
	Score: 3.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "users", "relay"},
	Needs: []tenant.Kind{tenant.OrganizationSubscriptions},
	Uses:  []tenant.Kind{tenant.Organizations},
	Why:   `A subscriber gets mail on every ticket of the organization, with what was written. Zendesk does not blank placeholders in these notifications as it does in first replies. A stranger's ticket that lands in the organization reaches all its subscribers, and a former colleague who is still subscribed keeps reading along.`,
	Fix: audit.Remediation{
		Summary: "Remove subscriptions of people who do not need them.",
		Steps: []string{
			"In the agent interface, usually under Customers › Organizations: look at who is subscribed, and remove outsiders and people who have left. Admin Center has no list of subscriptions.",
			"Keep the number of organizations that share tickets small; side effect of ending the sharing: members no longer see each other's tickets.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408833443226",
		"https://developer.zendesk.com/api-reference/ticketing/organizations/organization_subscriptions/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-6", "AC-21"},
		"ISO 27001:2022": {"A.5.15", "A.5.18"},
		"SOC 2":          {"CC6.3"},
	},
	Check: checkSubscriptions,
}

func checkSubscriptions(f *audit.Facts) audit.Verdict {
	subscriptions := map[string]int{}
	first := map[string]tenant.Value{}
	var order []string
	for _, s := range f.List(tenant.OrganizationSubscriptions) {
		id := s.Get("organization_id").ID()
		if subscriptions[id] == 0 {
			order, first[id] = append(order, id), s
		}
		subscriptions[id]++
	}
	organizations := map[string]tenant.Value{}
	for _, o := range f.List(tenant.Organizations) {
		organizations[o.Get("id").ID()] = o
	}
	var findings []audit.Finding
	for _, id := range order {
		o := organizations[id]
		ref := tenant.Ref{Type: "organization", ID: id, Title: o.Get("name").Str().Or("")}
		text := count(subscriptions[id], "subscription", "subscriptions")
		if !f.Has(tenant.OrganizationSubscriptions) {
			text = "at least " + text
		}
		findings = append(findings, audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("there are subscriptions to all tickets of %s: %s", named(ref), text),
			Object:    ref,
			At:        first[id].Pos(),
			Evidence:  []audit.Evidence{ownWords("subscriptions", fmt.Sprintf("%s, shared_tickets: %s", text, o.Get("shared_tickets").Bool().Is(true)))},
		})
	}
	if len(findings) == 0 {
		return audit.Passed("nobody is subscribed to an organization")
	}
	return failed(findings...)
}
