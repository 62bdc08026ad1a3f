package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// chnDMARC is about what a domain tells receivers to do with forged mail.
var chnDMARC = audit.Rule{
	ID:    "ZD-CHN-08",
	Title: "A support address's domain does not tell receivers to refuse forged mail",
	Score: 5.5,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "dns"},
	Needs: []tenant.Kind{tenant.DNS},
	Uses:  []tenant.Kind{tenant.RecipientAddresses},
	Why:   `Anybody can send mail in the name of a domain that has no DMARC policy, or an SPF record that lets everybody send. Such mail looks like your support team's. Large mail providers also ask senders of much mail for both records, so your own notifications suffer as well.`,
	Fix: audit.Remediation{
		Summary: "Publish an SPF record that ends in -all or ~all, and a DMARC policy.",
		Steps: []string{
			"At the host of your DNS: let the SPF record include mail.zendesk.com and end in -all or ~all. Keep the number of terms that need a lookup, those of included records too, at ten or fewer.",
			"Publish _dmarc with v=DMARC1; p=none and an address for reports, read the reports for some weeks, then go to p=quarantine and p=reject. Side effect of going too fast: your own mail from systems that are not listed is refused.",
			"Admin Center › Channels › Talk and email › Email: turn on “Custom domain for DKIM”, so that the account's mail passes the policy.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/6665707939482",
		"https://support.zendesk.com/hc/en-us/articles/4867238761626",
		"https://datatracker.ietf.org/doc/html/rfc7208",
		"https://datatracker.ietf.org/doc/html/rfc7489",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SC-20", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.8.21"},
		"SOC 2":          {"CC6.6"},
		"CIS v8":         {"9.5"},
		"MITRE ATT&CK":   {"T1672"},
	},
	Check: checkDMARC,
}

func checkDMARC(f *audit.Facts) audit.Verdict {
	domains, known := supportDomains(f)
	switch {
	case len(domains) == 0 && known && f.Has(tenant.RecipientAddresses):
		return audit.DoesNotApply("no support address lies in a domain of the account's own")
	case len(domains) == 0:
		return audit.Undecided("not_in_source: neither the support addresses nor what DNS says names a domain")
	}
	var t tally
	for _, d := range domains {
		judgeDMARC(f, &t, d)
		judgeSPF(f, &t, d)
	}
	return t.verdict(fmt.Sprintf("%s has a DMARC policy and an SPF record that names who may send; lookups that included records cost were not counted", inWords(domains)))
}

// dnsFinding reports a domain.
func dnsFinding(name, part string, asked tenant.Value, records []string, score float64, message string) audit.Finding {
	out := audit.Finding{
		Score:     score,
		Certainty: audit.Certain,
		Basis:     audit.FromProbe,
		Message:   message,
		Object:    tenant.Ref{Type: "domain", ID: name},
		Part:      part,
		At:        asked.Pos(),
	}
	if v := asked.Get(part); v.Exists() {
		out.At = v.Pos()
	}
	for _, r := range records {
		out.Evidence = append(out.Evidence, ownWords(strings.ToUpper(part), r))
	}
	if len(records) == 0 {
		out.Evidence = []audit.Evidence{ownWords(strings.ToUpper(part), "no record")}
	}
	return out
}

const scoreDMARCNone = 3.1 // may be the first step of a roll-out

// judgeDMARC judges the policy of a domain: its own, or that of the domain
// above it, which the reader has looked for as well
// (https://datatracker.ietf.org/doc/html/rfc7489#section-6.6.3).
func judgeDMARC(f *audit.Facts, t *tally, name string) {
	asked := askedDNS(f, name)
	records, reason := txtRecords(asked, name, "dmarc")
	if reason != "" {
		t.leaveOpen("%s", reason)
		return
	}
	records = slices.DeleteFunc(records, func(r string) bool {
		_, ok := dmarcTags(r)
		return !ok
	})
	found := func(score float64, format string, args ...any) {
		t.found(dnsFinding(name, "dmarc", asked, records, score, fmt.Sprintf(format, args...)))
	}
	switch {
	case len(records) == 0:
		found(0, "the domain %s has no DMARC record", name)
		return
	case len(records) > 1:
		found(0, "there are %d DMARC records for %s, and receivers then apply none", len(records), name)
		return
	}
	tags, _ := dmarcTags(records[0])
	policy, whose := tags["p"], name
	if above := asked.Get("dmarc_from").Str().Or(""); above != "" {
		whose = fmt.Sprintf("%s, under which %s falls,", above, name)
		if tags["sp"] != "" {
			policy = tags["sp"]
		}
	}
	switch policy {
	case "quarantine", "reject":
	case "none":
		found(scoreDMARCNone, "the DMARC policy of %s asks receivers to do nothing about forged mail, as at the start of a roll-out", whose)
	default:
		found(0, "the DMARC record of %s has no policy that receivers know", whose)
	}
}

func judgeSPF(f *audit.Facts, t *tally, name string) {
	asked := askedDNS(f, name)
	records, reason := txtRecords(asked, name, "spf")
	if reason != "" {
		t.leaveOpen("%s", reason)
		return
	}
	records = slices.DeleteFunc(records, func(r string) bool { return !isSPF(r) })
	switch len(records) {
	case 0:
		t.found(dnsFinding(name, "spf", asked, nil, 4.3, fmt.Sprintf("the domain %s has no SPF record", name)))
		return
	case 1:
	default:
		t.found(dnsFinding(name, "spf", asked, records, 4.8, fmt.Sprintf("the domain %s has %d SPF records, which receivers treat as an error", name, len(records))))
		return
	}
	p := parseSPF(records[0])
	switch {
	case p.all == "+":
		t.found(dnsFinding(name, "spf", asked, records, 6.5, fmt.Sprintf("the SPF record of %s lets everybody send in its name (all)", name)))
	case p.all == "?":
		t.found(dnsFinding(name, "spf", asked, records, 4.8, fmt.Sprintf("the SPF record of %s says nothing about strangers (?all)", name)))
	case p.lookups > spfLookupLimit:
		t.found(dnsFinding(name, "spf", asked, records, 4.8, fmt.Sprintf(
			"the SPF record of %s needs %d lookups by itself, more than the %d that receivers allow; those of the records it includes come on top", name, p.lookups, spfLookupLimit)))
	case p.all == "" && p.redirect != "":
		t.leaveOpen("value_unknown: the SPF record of %s hands over to that of %s, which was not read", name, p.redirect)
	case p.all == "":
		t.found(dnsFinding(name, "spf", asked, records, 4.8, fmt.Sprintf("the SPF record of %s has no “all” at its end, so it says nothing about strangers", name)))
	}
}
