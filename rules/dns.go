package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// isPublicMail says whether anybody can have a mailbox at a domain.
func isPublicMail(domain string) bool { return slices.Contains(freeMail, strings.ToLower(domain)) }

// isZendeskDomain says whether a domain is Zendesk's own, whose records Zendesk
// looks after.
func isZendeskDomain(domain string) bool {
	return domain == "zendesk.com" || strings.HasSuffix(domain, ".zendesk.com")
}

// domainOfAddress is the domain of an e-mail address as DNS is asked about it.
func domainOfAddress(address string) string {
	return strings.TrimSuffix(strings.ToLower(mailDomain(address)), ".")
}

// supportDomains lists the domains of the support addresses, without Zendesk's
// own and those of mail providers. Where the addresses were not read, they are
// the domains that DNS was asked about. known is false where neither was read.
func supportDomains(f *audit.Facts) (domains []string, known bool) {
	add := func(domain string) {
		if domain != "" && !isZendeskDomain(domain) && !isPublicMail(domain) && !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	for _, a := range f.List(tenant.RecipientAddresses) {
		add(domainOfAddress(a.Get("email").Str().Or("")))
	}
	if f.Has(tenant.RecipientAddresses) {
		return domains, true
	}
	for _, name := range f.Single(tenant.DNS).Get("domains").Keys() {
		add(strings.ToLower(name))
	}
	return domains, f.Has(tenant.DNS)
}

// askedDNS gives what DNS said about a domain.
func askedDNS(f *audit.Facts, domain string) tenant.Value {
	for _, m := range f.Single(tenant.DNS).Get("domains").Members() {
		if strings.EqualFold(strings.TrimSuffix(m.Key, "."), domain) {
			return m.Value
		}
	}
	return tenant.Value{}
}

// lookupError says why DNS gave no answer about one kind of record; empty where
// it did. No record is an answer.
func lookupError(domain tenant.Value, kinds ...string) string {
	for _, k := range kinds {
		if e := domain.Get("errors", k).Str().Or(""); e != "" {
			return e
		}
	}
	return ""
}

// txtRecords gives a domain's records of one kind. reason is not empty where
// they are not known, and begins with its word and a colon.
func txtRecords(domain tenant.Value, name, kind string) (records []string, reason string) {
	v := domain.Get(kind)
	switch e := lookupError(domain, kind); {
	case !domain.Exists():
		return nil, "not_in_source: DNS was not asked about " + name
	case e != "":
		return nil, fmt.Sprintf("value_unknown: DNS gave no answer about the %s record of %s: %s", strings.ToUpper(kind), name, e)
	case v.Type() == tenant.Null:
		return nil, ""
	case v.Type() != tenant.List:
		return nil, fmt.Sprintf("key_missing: nothing was read about the %s record of %s", strings.ToUpper(kind), name)
	}
	for _, item := range v.Items() {
		s, known := item.Str().Get()
		if !known {
			return nil, fmt.Sprintf("value_unknown: the %s record of %s is no text", strings.ToUpper(kind), name)
		}
		records = append(records, s)
	}
	return records, ""
}

// A spfPolicy is what one SPF record says by itself
// (https://datatracker.ietf.org/doc/html/rfc7208).
type spfPolicy struct {
	// all is the qualifier of its last word on strangers: "+", "?", "~", "-", or
	// empty where the record has none.
	all string
	// redirect is the domain whose record has that word; empty for none.
	redirect string
	// lookups is the number of terms of this record that cost a DNS query. What
	// the records cost that it includes cannot be seen in it.
	lookups int
}

// spfLookupLimit is the number of queries a record may cost
// (https://datatracker.ietf.org/doc/html/rfc7208#section-4.6.4).
const spfLookupLimit = 10

func isSPF(record string) bool {
	version, _, _ := strings.Cut(strings.ToLower(record), " ")
	return version == "v=spf1"
}

func parseSPF(record string) spfPolicy {
	var p spfPolicy
	terms := strings.Fields(strings.ToLower(record))
	for _, term := range terms[min(1, len(terms)):] {
		if to, ok := strings.CutPrefix(term, "redirect="); ok {
			p.redirect = to
			continue
		}
		qualifier := "+"
		if strings.ContainsRune("+-~?", rune(term[0])) {
			qualifier, term = term[:1], term[1:]
		}
		name := term
		if i := strings.IndexAny(term, ":/"); i >= 0 {
			name = term[:i]
		}
		switch name {
		case "all":
			// Nothing behind “all” is ever reached.
			p.all, p.redirect = qualifier, ""
			return p
		case "include", "a", "mx", "ptr", "exists":
			p.lookups++
		}
	}
	if p.redirect != "" {
		p.lookups++
	}
	return p
}

// dmarcTags reads a DMARC record; ok is false where it is none
// (https://datatracker.ietf.org/doc/html/rfc7489#section-6.3).
func dmarcTags(record string) (tags map[string]string, ok bool) {
	tags = map[string]string{}
	for i, part := range strings.Split(record, ";") {
		name, value, _ := strings.Cut(part, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if i == 0 && (name != "v" || value != "DMARC1") {
			return nil, false
		}
		if _, twice := tags[name]; !twice {
			tags[name] = strings.ToLower(value)
		}
	}
	return tags, true
}
