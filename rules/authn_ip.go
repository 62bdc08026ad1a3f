package rules

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// The widest IP ranges that restrict anything, as lengths of their prefix: what
// one large network has at the most.
const (
	widestIPv4 = 8
	widestIPv6 = 20
)

// authnIPRestrictions is about where team members and their tokens work from.
var authnIPRestrictions = audit.Rule{
	ID:    "ZD-AUTHN-07",
	Title: "The account can be used from any IP address",
	Score: 2.5,
	Since: "0.1.0",
	Tags:  []string{"core", "access"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `A stolen password, cookie or API token works from wherever the thief is. Where the account accepts only the company's addresses, it does not. That is a second line of defense, and worth most for teams that work from offices or through a VPN.`,
	Fix: audit.Remediation{
		Summary: "Accept team members and programs from the company's own addresses only.",
		Steps: []string{
			securityPage + " › IP restrictions: turn on “Enable IP restrictions”, enter your ranges, and turn on “Allow customers to bypass IP restrictions”.",
			"Side effect: every program that calls the API from elsewhere stops working, zdaudit included, and so do people outside the ranges. Enter the addresses of integrations first.",
		},
	},
	References: []string{securityURL, "https://support.zendesk.com/hc/en-us/articles/4408894156186", advancedSettings},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-17", "SC-7"},
		"ISO 27001:2022": {"A.8.20", "A.8.3"},
		"SOC 2":          {"CC6.6"},
		"MITRE ATT&CK":   {"T1078"},
	},
	Check: checkIPRestrictions,
}

// checkIPRestrictions does not ask for enable_agent_ip_restrictions: it says
// that customers are let past, not that anybody on the team is.
func checkIPRestrictions(f *audit.Facts) audit.Verdict {
	enabled, ranges := securityAt(f, "ip.ip_restriction_enabled"), securityAt(f, "ip.ip_ranges")
	on, known := enabled.on().Get()
	switch {
	case !known:
		return enabled.undecided()
	case !on:
		return failed(enabled.finding("team members and API clients can use the account from any IP address"))
	}
	text, known := ranges.value.Str().Get()
	list := strings.Fields(text)
	switch {
	case !ranges.value.Exists():
		return ranges.undecided()
	case !known || len(list) == 0:
		return audit.Undecided("value_unknown: IP restrictions are on, yet ip_ranges lists none")
	}
	var wide, odd []string
	for _, r := range list {
		switch narrow, ok := isNarrow(r); {
		case !ok:
			odd = append(odd, r)
		case !narrow:
			wide = append(wide, r)
		}
	}
	switch {
	case len(wide) > 0:
		return failed(ranges.finding(fmt.Sprintf("IP restrictions are on, but a range is so wide that it restricts little: %s", strings.Join(wide, " "))))
	case len(odd) > 0:
		return audit.Undecided(fmt.Sprintf("value_unknown: %d of %d IP ranges are written in a way that zdaudit does not know", len(odd), len(list)))
	}
	return audit.Passed(fmt.Sprintf("the account is restricted to %d IP ranges", len(list)))
}

// isNarrow says whether a range is narrow enough to restrict anything, and
// whether it could be read: an address, a prefix such as 192.0.2.0/24, or an
// address with asterisks such as 192.0.2.*
// (https://support.zendesk.com/hc/en-us/articles/4408894156186).
func isNarrow(s string) (narrow, ok bool) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return !addr.IsUnspecified(), true
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.Addr().Is4() {
			return p.Bits() >= widestIPv4, true
		}
		return p.Bits() >= widestIPv6, true
	}
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return false, false
	}
	fixed := 0
	for _, part := range parts {
		if part == "*" {
			continue
		}
		if _, err := strconv.ParseUint(part, 10, 8); err != nil {
			return false, false
		}
		fixed += 8
	}
	return fixed >= widestIPv4, true
}
