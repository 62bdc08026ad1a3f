package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// chnAddressRecords is about the support addresses that lie outside Zendesk.
var chnAddressRecords = audit.Rule{
	ID:    "ZD-CHN-06",
	Title: "A support address's forwarding or DNS records fail Zendesk's check",
	Score: 5.3,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "dns"},
	Needs: []tenant.Kind{tenant.RecipientAddresses},
	Why:   `The account sends mail in the name of this address, but its domain does not confirm that Zendesk may. Receivers cannot tell your mail from a forgery, and put it among the spam. Where forwarding fails, mail from customers may not arrive at all.`,
	Fix: audit.Remediation{
		Summary: "Put the records right and let Zendesk check them again, or remove the address.",
		Steps: []string{
			"At the host of your DNS: include mail.zendesk.com in the SPF record, and publish the CNAME records for DKIM and the TXT record that Admin Center shows for the domain. At your mail server: forward the address to Zendesk.",
			"Admin Center › Channels › Talk and email › Email: under the support addresses, verify the address again. Records can take a day to be seen everywhere.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4867238761626",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/support_addresses/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SC-20", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.8.21"},
		"SOC 2":          {"CC6.6"},
		"CIS v8":         {"9.5"},
	},
	Check: checkAddressRecords,
}

// addressChecks are Zendesk's own checks of a support address
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/support_addresses/).
var addressChecks = []struct{ key, of string }{
	{"forwarding_status", "forwarding"},
	{"spf_status", "the SPF record"},
	{"domain_verification_status", "the domain verification record"},
	{"cname_status", "the CNAME records"},
}

func checkAddressRecords(f *audit.Facts) audit.Verdict {
	var t tally
	outside := 0
	for _, a := range f.List(tenant.RecipientAddresses) {
		ref := refTo("recipient_address", a, "email")
		domain := domainOfAddress(ref.Title)
		if domain == "" {
			t.leaveOpen("key_missing: %s has no e-mail address that could be read", named(ref))
			continue
		}
		if isZendeskDomain(domain) {
			continue
		}
		outside++
		judgeAddress(&t, ref, a, domain)
	}
	if outside == 0 && len(t.open) == 0 {
		return audit.DoesNotApply("every support address lies in Zendesk's own domain")
	}
	return t.verdict(fmt.Sprintf("Zendesk's checks hold for %s outside its own domain", count(outside, "support address", "support addresses")))
}

// judgeAddress reads the checks of one address. “unknown” is not “failed”.
func judgeAddress(t *tally, ref tenant.Ref, a tenant.Value, domain string) {
	out := audit.Finding{Certainty: audit.Certain, Basis: audit.FromAPI, Object: ref}
	var bad, open []string
	records, waiting := false, false
	for _, c := range addressChecks {
		v := a.Get(c.key)
		if c.key != "forwarding_status" && isPublicMail(domain) {
			continue // the records of a mail provider are not the account's
		}
		status, known := v.Str().Get()
		switch {
		case known && status == "verified":
			continue
		case known && status == "failed":
			bad = append(bad, c.of)
			records = records || c.key != "cname_status"
		case known && status == "waiting":
			bad, waiting = append(bad, c.of), true
		case !v.Exists():
			open = append(open, "key_missing: "+named(ref)+" has no "+c.key)
			continue
		default:
			open = append(open, "value_unknown: Zendesk does not know about "+c.of+" of "+named(ref)+" ("+c.key+")")
			continue
		}
		if !out.At.Valid() {
			out.At = v.Pos()
		}
		out.Evidence = append(out.Evidence, ownWords("check", c.key+": "+status))
	}
	switch {
	case len(bad) == 0 && len(open) > 0:
		t.leaveOpen("%s", open[0])
	case len(bad) == 0:
	case waiting && len(bad) == 1:
		out.Score, out.Certainty = 4.0, audit.Possible
		out.Message = fmt.Sprintf("Zendesk still waits to see that mail to %s is forwarded", named(ref))
		t.found(out)
	default:
		if !records {
			out.Score = 4.3
		}
		out.Message = fmt.Sprintf("Zendesk's check of %s fails for %s", named(ref), strings.Join(bad, " and "))
		t.found(out)
	}
}

const (
	// idleDays is how far back a sample must reach before silence means
	// anything, and idleSample is how many e-mail tickets it must hold.
	idleDays, idleSample = 30, 50
)

// chnIdleAddresses is about addresses that nobody would miss.
var chnIdleAddresses = audit.Rule{
	ID:    "ZD-CHN-09",
	Title: "Support addresses that no recent ticket came in by",
	Score: 2.4,
	Since: "0.1.0",
	Tags:  []string{"extended", "email"},
	Needs: []tenant.Kind{tenant.RecipientAddresses, tenant.SampledTickets},
	Why:   `Each support address is a way in for spam and an address in whose name the account sends. An address that nobody uses is one that nobody watches.`,
	Fix: audit.Remediation{
		Summary: "Remove support addresses that are no longer used.",
		Steps: []string{
			"Admin Center › Channels › Talk and email › Email: search for tickets that came in by the address, and remove it if there are none.",
			"Side effect: mail to a removed address no longer becomes a ticket, and triggers that name it stop matching.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/support_addresses/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.6"},
		"CIS v8":         {"4.8"},
	},
	Check: checkIdleAddresses,
}

func checkIdleAddresses(f *audit.Facts) audit.Verdict {
	used, mails, since := mailedTo(f.List(tenant.SampledTickets))
	switch {
	case mails < idleSample:
		return audit.Undecided(fmt.Sprintf("value_unknown: a sample of %s with a known recipient is too small to call an address unused", count(mails, "e-mail ticket", "e-mail tickets")))
	case since.After(f.Now.AddDate(0, 0, -idleDays)):
		return audit.Undecided(fmt.Sprintf("value_unknown: the sampled e-mail tickets reach back to %s only", since.Format(time.DateOnly)))
	}
	var t tally
	for _, a := range f.List(tenant.RecipientAddresses) {
		ref := refTo("recipient_address", a, "email")
		switch {
		case ref.Title == "":
			t.leaveOpen("key_missing: %s has no e-mail address that could be read", named(ref))
		case a.Get("default").Bool().Or(false), slices.Contains(used, plainAddress(ref.Title)):
		default:
			t.found(audit.Finding{
				Certainty: audit.Possible,
				Basis:     audit.FromInference,
				Message:   fmt.Sprintf("none of the %d sampled e-mail tickets since %s came in by %s", mails, since.Format(time.DateOnly), named(ref)),
				Object:    ref,
				At:        a.Get("email").Pos(),
				Evidence:  []audit.Evidence{ownWords("address", ref.Title)},
			})
		}
	}
	return t.verdict("every support address is in use")
}

// mailedTo lists the addresses to which sampled mail went, with the number of
// mails and the day of the oldest.
func mailedTo(tickets []tenant.Value) (used []string, mails int, since time.Time) {
	for _, ticket := range tickets {
		to, known := ticket.Get("recipient").Str().Get()
		at, dated := ticket.Get("created_at").Time().Get()
		if ticket.Get("channel").Str().Or("") != "email" || !known || to == "" || !dated {
			continue
		}
		mails++
		if since.IsZero() || at.Before(since) {
			since = at
		}
		if to = plainAddress(to); !slices.Contains(used, to) {
			used = append(used, to)
		}
	}
	return used, mails, since
}

// plainAddress is an address in lower case without what stands behind a plus
// sign, as in help+id123@example.com.
func plainAddress(address string) string {
	local, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}
