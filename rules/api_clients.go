package rules

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// apiOAuthClients is about where Zendesk hands out the code that becomes a
// token.
var apiOAuthClients = audit.Rule{
	ID:    "ZD-API-05",
	Title: "An OAuth client hands its codes to unsafe addresses, or its owner has left",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "api"},
	Needs: []tenant.Kind{tenant.OAuthClients},
	Uses:  []tenant.Kind{tenant.Users, tenant.Brands},
	Why:   `When somebody signs in through an OAuth client, Zendesk sends a code to one of the client's redirect addresses, and the code becomes a token. Where an address has no TLS, holds a wildcard or belongs to somebody else, that somebody can get the code and with it the user's rights. A client whose maker has left has nobody who answers for it.`,
	Fix: audit.Remediation{
		Summary: "Keep only https redirect addresses of your own, and delete clients that nobody answers for.",
		Steps: []string{
			clientsPage + ": open the client, remove redirect addresses that are not https, that were for development, or that are not yours, and delete clients that nobody needs.",
			"Make clients that run on a server confidential. Programs on people's own devices have to be public and may use an address of the device itself; they need PKCE.",
			"Side effect: sign-in through an address that was removed stops working.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_clients/",
		"https://developer.zendesk.com/documentation/ticketing/working-with-oauth/oauth-pkce/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2", "IA-5", "SC-8"},
		"ISO 27001:2022": {"A.5.18", "A.8.24", "A.8.26"},
		"SOC 2":          {"CC6.1", "CC6.7"},
		"MITRE ATT&CK":   {"T1528"},
	},
	Check: checkOAuthClients,
}

func checkOAuthClients(f *audit.Facts) audit.Verdict {
	all := f.List(tenant.OAuthClients)
	if len(all) == 0 {
		return audit.DoesNotApply("the account has no OAuth clients")
	}
	hosts := hostsOf(f)
	var found []audit.Finding
	var doubt string
	for _, v := range all {
		c := oauthClient{v}
		redirects, why := c.redirects(hosts)
		owner, ownerWhy := c.owner(f)
		found = append(append(found, redirects...), owner...)
		for _, w := range []string{why, ownerWhy} {
			if doubt == "" {
				doubt = w
			}
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case doubt != "":
		return audit.Undecided(doubt)
	}
	return audit.Passed(fmt.Sprintf("every OAuth client (%d) has safe addresses and was made by an administrator", len(all)))
}

// An oauthClient is one of the account's own clients
// (https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_clients/).
type oauthClient struct{ tenant.Value }

func (c oauthClient) finding(score float64, part string, at setting, message string) audit.Finding {
	object := tenant.Ref{Type: "oauth_client", ID: c.Get("id").ID(), Title: c.Get("name").Str().Or("")}
	return audit.Finding{
		Score:     score,
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   credential(object) + " " + message,
		Object:    object,
		Part:      part,
		At:        at.value.Pos(),
		Evidence:  []audit.Evidence{at.evidence(), setting{"kind", c.Get("kind")}.evidence()},
	}
}

// redirects judges the redirect addresses; why is the reason of an undecided
// verdict where one of them could not be judged.
func (c oauthClient) redirects(hosts ownHosts) (found []audit.Finding, why string) {
	list := c.Get("redirect_uri")
	if t := list.Type(); t != tenant.List && t != tenant.Null {
		return nil, "key_missing: the redirect addresses of an OAuth client were not read as a list"
	}
	for _, item := range list.Items() {
		text, known := item.Str().Get()
		if !known {
			why = "value_unknown: a redirect address of an OAuth client is not text"
			continue
		}
		at := setting{"redirect_uri", item}
		score, message, doubt := c.redirect(text, hosts)
		if message != "" {
			out := c.finding(score, "redirect_uri "+text, at, message)
			if score < scoreInsecureRedirect {
				out.Certainty = audit.Possible
			}
			found = append(found, out)
		}
		if doubt != "" {
			why = doubt
		}
	}
	return found, why
}

// Scores of a redirect address: one that others can read or claim, and one
// that may be wanted.
const (
	scoreInsecureRedirect = 5.5
	scoreDoubtfulRedirect = 4.0
)

// redirect judges one address: a message where it is bad, a doubt where that
// cannot be told, neither where it is good.
func (c oauthClient) redirect(text string, hosts ownHosts) (score float64, message, doubt string) {
	if strings.Contains(text, "*") {
		return scoreInsecureRedirect, "has a redirect address with a wildcard", ""
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return 0, "", "value_unknown: a redirect address of an OAuth client is no address"
	}
	host := strings.ToLower(u.Hostname())
	web := u.Scheme == "http" || u.Scheme == "https"
	switch {
	case web && isLoopback(host):
		if c.Get("kind").Str().Or("") == "public" {
			return 0, "", "" // as programs on people's own devices do
		}
		return scoreDoubtfulRedirect, "has a redirect address on the user's own machine, as left over from development", ""
	case u.Scheme == "http":
		return scoreInsecureRedirect, "has a redirect address without TLS", ""
	case !web || hosts.include(host):
		return 0, "", ""
	case !hosts.known:
		return 0, "", hosts.why
	}
	return scoreDoubtfulRedirect, "has a redirect address on a host that is not one of the company's: " + host, ""
}

// isLoopback says whether a host is the machine that asks.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// ownHosts are the hosts that belong to the account and the company.
type ownHosts struct {
	domains []string
	// known says whether the company's domains are among them; why says how to
	// make them known.
	known bool
	why   string
}

func hostsOf(f *audit.Facts) ownHosts {
	said := f.Attested("corporate_domains")
	out := ownHosts{known: said.Known, why: said.Detail}
	for _, d := range said.List {
		out.add(strings.TrimPrefix(d, "@"))
	}
	if f.Subdomain != "" {
		out.add(f.Subdomain + ".zendesk.com")
	}
	for _, b := range f.Brands {
		if u, err := url.Parse(b.URL); err == nil {
			out.add(u.Hostname())
		}
	}
	return out
}

func (h *ownHosts) add(domain string) {
	if domain = strings.ToLower(strings.Trim(domain, ". ")); domain != "" {
		h.domains = append(h.domains, domain)
	}
}

// include says whether a host is one of these, or below one.
func (h ownHosts) include(host string) bool {
	for _, d := range h.domains {
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

// owner judges who made the client.
func (c oauthClient) owner(f *audit.Facts) (found []audit.Finding, why string) {
	at := setting{"user_id", c.Get("user_id")}
	gone := departureOf(f, at.value.ID())
	switch gone.answer {
	case tri.False:
		return nil, ""
	case tri.Unknown:
		return nil, "key_missing: whether the makers of the OAuth clients still administer the account is not known"
	case tri.True:
	}
	out := c.finding(4.5, "user_id", at, "was made by somebody who no longer administers the account: "+gone.why)
	out.Certainty = gone.certainty
	return []audit.Finding{out}, ""
}

// A departure says whether somebody who was an administrator still is one.
type departure struct {
	answer    tri.Value
	certainty audit.Certainty
	why       string
}

// departureOf looks a person up among the team. Somebody who is not there was
// deleted or became an end user, if the list is whole.
func departureOf(f *audit.Facts, id string) departure {
	for _, u := range f.Team {
		if u.ID != id {
			continue
		}
		switch {
		case u.Suspended.Or(false):
			return departure{tri.True, audit.Certain, named(u.Ref) + " is suspended"}
		case !u.Active.Or(true):
			return departure{tri.True, audit.Certain, named(u.Ref) + " was deleted"}
		case u.Role == "agent" || u.Role == "end-user":
			return departure{tri.True, audit.Certain, named(u.Ref) + " is no administrator"}
		case u.Role == "admin":
			return departure{answer: tri.False}
		}
		return departure{}
	}
	if id == "" || len(f.Team) == 0 || !f.Has(tenant.Users) {
		return departure{}
	}
	return departure{tri.True, audit.Possible, "user " + id + " is not among the team members that were read"}
}
