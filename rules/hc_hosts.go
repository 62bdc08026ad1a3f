package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// hcHosts is about brands that nobody uses and addresses that lead elsewhere.
var hcHosts = audit.Rule{
	ID:    "ZD-HC-04",
	Title: "A brand is out of use but still reachable, or its address of your own does not lead to Zendesk",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "help-center", "brands"},
	Needs: []tenant.Kind{tenant.Brands},
	Uses:  []tenant.Kind{tenant.DNS},
	Why:   `A forgotten help center is one more door and one more sender in your name, and nobody watches it. An address of your own that still points at a service you have left may be claimed there by somebody else, who then speaks under your domain.`,
	Fix: audit.Remediation{
		Summary: "Remove addresses and help centers that nobody uses.",
		Steps: []string{
			"Remove the CNAME record at your DNS provider first; then no name of yours leads to what you give up.",
			"Usually under Admin Center › Account › Brand management › Brands: take the host mapping out, disable the help center, or delete the brand. Side effect: bookmarks and links to that address stop working.",
		},
	},
	References: []string{"https://github.com/PeanutButter-Unicorn/z4j"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "CM-8"},
		"ISO 27001:2022": {"A.5.9", "A.8.9"},
		"SOC 2":          {"CC6.1"},
		"CIS v8":         {"4.8"},
		"MITRE ATT&CK":   {"T1584.001"},
	},
	Check: checkHosts,
}

func checkHosts(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	undecided := ""
	for i, b := range f.Brands {
		v := f.List(tenant.Brands)[i]
		if v.Get("is_deleted").Bool().Or(false) {
			continue
		}
		if !b.Active.Known() && undecided == "" {
			undecided = "key_missing: the source does not tell whether " + named(b.Ref) + " is active"
		}
		if out, bad := forgottenHelpCenter(b, v); bad {
			found = append(found, out)
		}
		out, bad, doubt := mappedHost(f, b, v)
		if bad {
			found = append(found, out)
		}
		if undecided == "" {
			undecided = doubt
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case undecided != "":
		return audit.Undecided(undecided)
	}
	return audit.Passed("no brand out of use has a help center, and addresses of your own lead to Zendesk")
}

// forgottenHelpCenter finds a help center that is on in a brand that is off.
// Whether Zendesk still serves it is not documented.
func forgottenHelpCenter(b tenant.Brand, v tenant.Value) (audit.Finding, bool) {
	state := v.Get("help_center_state")
	if b.Active.Or(true) || state.Str().Or("") == "disabled" || !v.Get("has_help_center").Bool().Or(false) {
		return audit.Finding{}, false
	}
	return audit.Finding{
		Certainty: audit.Possible,
		Basis:     audit.FromAPI,
		Message:   named(b.Ref) + " is inactive and still has a help center; whether it answers visitors is not known",
		Object:    b.Ref,
		Part:      "help center",
		At:        b.Active.Pos(),
		Evidence: []audit.Evidence{ownWords("brand", fmt.Sprintf("active: false, has_help_center: true, help_center_state: %s",
			string(state.AppendJSON(nil))))},
	}, true
}

// mappedHost compares a brand's address of your own with the domain name
// system. doubt is the reason why that is not decided, if it is not.
func mappedHost(f *audit.Facts, b tenant.Brand, v tenant.Value) (out audit.Finding, bad bool, doubt string) {
	mapping := v.Get("host_mapping")
	if !mapping.Exists() {
		return out, false, "key_missing: the source does not tell the host mapping of " + named(b.Ref) + ", which only administrators see"
	}
	host := strings.ToLower(mapping.Str().Or(""))
	if host == "" {
		return out, false, ""
	}
	found := f.Single(tenant.DNS).Get("hosts", host)
	if !found.Exists() {
		return out, false, "not_in_source: the DNS record of " + host + " was not looked up"
	}
	record, known := found.Get("cname").Str().Get()
	if problem := found.Get("error").Str().Or(""); problem != "" || !known {
		return out, false, "value_unknown: the DNS record of " + host + " could not be looked up: " + problem
	}
	leads := strings.HasSuffix(strings.TrimSuffix(strings.ToLower(record), "."), ".zendesk.com")
	out = audit.Finding{
		Certainty: audit.Possible,
		Basis:     audit.FromAPI,
		Object:    b.Ref,
		Part:      "host mapping",
		At:        mapping.Pos(),
		Evidence:  []audit.Evidence{ownWords("dns", fmt.Sprintf("%s CNAME %s", host, orNone(record)))},
	}
	switch {
	case !leads && record == "":
		out.Message = "the address " + host + " of " + named(b.Ref) + " has no CNAME record; a proxy or an address record may stand in its place"
	case !leads:
		out.Message = "the address " + host + " of " + named(b.Ref) + " does not point to Zendesk; a proxy may stand in between"
	case !b.Active.Or(true):
		out.Certainty = audit.Certain
		out.Message = "the address " + host + " still points to Zendesk, and " + named(b.Ref) + " is inactive"
	default:
		return audit.Finding{}, false, ""
	}
	return out, true, ""
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}
