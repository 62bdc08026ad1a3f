package rules

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// An outlet is an active webhook or target and the address it calls.
type outlet struct {
	ref  tenant.Ref
	raw  tenant.Value
	url  tenant.Value // of the address
	sure bool         // the reply says that it is active
	// of is the word for it in a message: webhook or target.
	of string
}

// webhooks lists those that are not switched off
// (https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks).
func webhooks(f *audit.Facts) []outlet {
	var out []outlet
	for _, w := range f.List(tenant.Webhooks) {
		status := w.Get("status").Str().Or("")
		if status == "inactive" {
			continue
		}
		out = append(out, outlet{ref: refTo("webhook", w, "name"), raw: w, url: w.Get("endpoint"), sure: status == "active", of: "webhook"})
	}
	return out
}

// targets lists those that are not switched off
// (https://developer.zendesk.com/api-reference/ticketing/targets/targets).
func targets(f *audit.Facts) []outlet {
	var out []outlet
	for _, v := range f.List(tenant.Targets) {
		active, known := v.Get("active").Bool().Get()
		if known && !active {
			continue
		}
		out = append(out, outlet{
			ref: refTo("target", v, "title"), raw: v, url: v.Get("target_url"), sure: known, of: "target",
		})
	}
	return out
}

// finding reports the outlet; where it may be switched off, it is possible.
func (o outlet) finding(score float64, message string) audit.Finding {
	out := audit.Finding{
		Score:     score,
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   message,
		Object:    o.ref,
		At:        o.url.Pos(),
	}
	if !o.sure {
		out.Certainty = audit.Possible
		out.Message += " (whether the " + o.of + " is active is not known)"
	}
	return out
}

// callFinding reports what an outlet sends to an address. By Zendesk's
// reference, URL targets and branded targets have not worked since 28 October
// 2024, and their types do not say which are meant.
func (o outlet) callFinding(score float64, message string) audit.Finding {
	if o.of == "target" {
		message += ", if targets of its type still work"
	}
	out := o.finding(score, message)
	if o.of == "target" {
		out.Certainty = audit.Possible
	}
	return out
}

// A callAddress is the address of an outlet as far as rules need it. Text with placeholders is
// no address that net/url reads.
type callAddress struct {
	scheme, host string // in lower case; the host without its port
	// behind is everything from the path on.
	behind string
	// templated: a placeholder stands in the scheme or the host.
	templated bool
	// credentials: a user name and password, or a parameter that holds a secret.
	// The reader has put "REDACTED" in their place.
	credentials bool
}

// readAddress takes an address apart; false where it has no scheme.
func readAddress(v tenant.Value) (callAddress, bool) {
	text, known := v.Str().Get()
	if !known {
		return callAddress{}, false
	}
	var a callAddress
	scheme, rest, ok := strings.Cut(strings.TrimSpace(text), "://")
	if hasLiquid(scheme) || (!ok && hasLiquid(text)) {
		return callAddress{templated: true}, true
	}
	if !ok {
		return callAddress{}, false
	}
	a.scheme = strings.ToLower(scheme)
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		end = i
	}
	if i := strings.Index(rest, "{"); i >= 0 && i < end {
		a.templated = true
	}
	authority := rest[:end]
	a.behind = rest[end:]
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		a.credentials, authority = i > 0, authority[i+1:]
	}
	a.credentials = a.credentials || strings.Contains(a.behind, "=REDACTED")
	a.host = hostOnly(strings.ToLower(authority))
	return a, true
}

func hasLiquid(s string) bool { return strings.Contains(s, "{{") || strings.Contains(s, "{%") }

// hostOnly takes the port off, and the brackets of an IPv6 address.
func hostOnly(authority string) string {
	if inside, ok := strings.CutPrefix(authority, "["); ok {
		host, _, _ := strings.Cut(inside, "]")
		return host
	}
	host, _, _ := strings.Cut(authority, ":")
	return strings.TrimSuffix(host, ".")
}

// shown is the address as evidence prints it: what stands behind the host may
// be a secret.
func (a callAddress) shown() string {
	s := a.scheme + "://"
	if a.templated {
		return s + "{{…}}"
	}
	if a.credentials {
		s += "(credentials) "
	}
	s += a.host
	if strings.Trim(a.behind, "/") != "" {
		s += "/…"
	}
	return s
}

// secretLength is the number of characters from which a mixed word in a path
// looks like a key.
const secretLength = 20

// holdsKey says whether a part of the path looks like a key that somebody was
// given, as chat services do it.
func (a callAddress) holdsKey() bool {
	path, _, _ := strings.Cut(a.behind, "?")
	return slices.ContainsFunc(strings.Split(path, "/"), func(word string) bool {
		return len(word) >= secretLength && !hasLiquid(word) &&
			strings.ContainsAny(word, "0123456789") && strings.ContainsAny(strings.ToLower(word), "abcdefghijklmnopqrstuvwxyz")
	})
}

// isLocal says whether a host lies in the machine or in a private network: by
// its name, or by its number in any of the ways in which it can be written.
func isLocal(host string) bool {
	for _, suffix := range []string{"localhost", "local", "internal", "localdomain", "lan", "home.arpa"} {
		if host == suffix || strings.HasSuffix(host, "."+suffix) {
			return true
		}
	}
	addr, ok := addressOf(host)
	if !ok {
		return false
	}
	addr = addr.Unmap()
	shared := netip.MustParsePrefix("100.64.0.0/10") // https://datatracker.ietf.org/doc/html/rfc6598
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsUnspecified() || shared.Contains(addr)
}

// addressOf reads an IP address: dotted, IPv6, or one number such as
// 2130706433 or 0x7f000001.
func addressOf(host string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr, true
	}
	n, err := strconv.ParseUint(host, 0, 32)
	if err != nil {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), true
}
