package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// authnRemote is about the settings of each way of single sign-on
// (fields: RemoteAuthenticationObject in
// https://developer.zendesk.com/zendesk/oas.yaml).
var authnRemote = audit.Rule{
	ID:    "ZD-AUTHN-13",
	Title: "A single sign-on configuration is weak",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "sign-in"},
	Needs: []tenant.Kind{tenant.RemoteAuthentications},
	Why:   `Single sign-on is as strong as its settings. An address without TLS lets whoever is on the way read or change the sign-in. With JWT, updating external ids gives an existing user to whoever presents their e-mail address. IP ranges send everybody outside them to the normal sign-in form. A configuration that is on for nobody is a door that nobody watches.`,
	Fix: audit.Remediation{
		Summary: "Use https addresses, keep external ids, cover all addresses, and delete what is not used.",
		Steps: []string{
			"Admin Center, usually under Account › Security › Single sign-on: open the configuration and give every address with https.",
			"For JWT, turn off the update of external ids. Side effect: a user whose external id has changed at the identity provider has to be put right by hand.",
			"Clear the IP ranges, so that everybody goes through single sign-on. Side effect: people outside these ranges can no longer use the normal form.",
			"Delete configurations that are for neither team members nor end users.",
		},
	},
	References: []string{"https://developer.zendesk.com/zendesk/oas.yaml", securityBest},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-5", "IA-8", "SC-8"},
		"ISO 27001:2022": {"A.8.5", "A.8.24"},
		"SOC 2":          {"CC6.1", "CC6.7"},
		"MITRE ATT&CK":   {"T1556"},
	},
	Check: checkRemote,
}

func checkRemote(f *audit.Facts) audit.Verdict {
	all := f.List(tenant.RemoteAuthentications)
	if len(all) == 0 {
		return audit.DoesNotApply("the account has no single sign-on configuration")
	}
	var found []audit.Finding
	active, unread := 0, 0
	for _, v := range all {
		on := v.Get("is_active").Bool()
		if on.Is(true) == tri.False {
			continue
		}
		active++
		c := remoteConfig{v}
		weak := c.weaknesses()
		for i := range weak {
			if !on.Known() {
				weak[i].Certainty = audit.Possible
				weak[i].Message += " (whether the configuration is active is not known)"
			}
		}
		if len(weak) == 0 && !(on.Known() && c.read()) {
			unread++
		}
		found = append(found, weak...)
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case active == 0:
		return audit.DoesNotApply("no single sign-on configuration is active")
	case unread > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: %d of %d single sign-on configurations were not read in full", unread, active))
	}
	return audit.Passed(fmt.Sprintf("nothing is weak in the active single sign-on configurations (%d)", active))
}

// A remoteConfig is one way of single sign-on.
type remoteConfig struct{ tenant.Value }

// remoteAddresses are the members that take part in signing in.
var remoteAddresses = []string{"remote_login_url", "auth_url", "token_url", "user_info_url", "jwks_url", "issuer_url"}

// jwt says whether the configuration is one with JSON web tokens.
func (c remoteConfig) jwt() tri.Value {
	if name := c.Get("auth_mode_name").Str(); name.Known() {
		return name.Is("jwt")
	}
	return c.Get("auth_mode").Int().Is(3)
}

// read says whether all that the rule asks was there: for a list of IP ranges,
// null is an answer.
func (c remoteConfig) read() bool {
	ranges := c.Get("ip_ranges")
	return c.Get("remote_login_url").Str().Known() &&
		(ranges.Type() == tenant.Null || ranges.Type() == tenant.String) &&
		c.Get("agent").Bool().Known() && c.Get("end_user").Bool().Known() &&
		(c.jwt() == tri.False || (c.jwt() == tri.True && c.Get("update_external_ids").Bool().Known()))
}

func (c remoteConfig) weaknesses() []audit.Finding {
	var out []audit.Finding
	for _, key := range remoteAddresses {
		address, _ := c.Get(key).Str().Get()
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(address)), "http:") {
			out = append(out, c.finding(5.5, key, "has an address without TLS"))
		}
	}
	if c.Get("update_external_ids").Bool().Is(true) == tri.True && c.jwt() != tri.False {
		f := c.finding(5.0, "update_external_ids", "gives an existing user to whoever presents their e-mail address with a new external id")
		if c.jwt() == tri.Unknown {
			f.Certainty = audit.Possible
		}
		out = append(out, f)
	}
	if ranges, _ := c.Get("ip_ranges").Str().Get(); strings.TrimSpace(ranges) != "" {
		out = append(out, c.finding(4.5, "ip_ranges", "covers some addresses only; everybody else gets the normal sign-in form"))
	}
	if c.Get("agent").Bool().Is(false) == tri.True && c.Get("end_user").Bool().Is(false) == tri.True {
		out = append(out, c.finding(4.0, "agent", "is active but for neither team members nor end users"))
	}
	return out
}

// finding reports one member of the configuration.
func (c remoteConfig) finding(score float64, key, message string) audit.Finding {
	object := tenant.Ref{Type: "remote_authentication", ID: c.Get("id").ID(), Title: c.Get("name").Str().Or("")}
	at := setting{path: key, value: c.Get(key)}
	return audit.Finding{
		Score:     score,
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   named(object) + " " + message,
		Object:    object,
		Part:      key,
		At:        at.value.Pos(),
		Evidence:  []audit.Evidence{at.evidence()},
	}
}
