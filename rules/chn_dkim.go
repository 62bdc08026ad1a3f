package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// chnDKIM is about a signature that names your domain and not Zendesk's.
var chnDKIM = audit.Rule{
	ID:    "ZD-CHN-07",
	Title: "Outgoing mail is not signed with your own domain",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "dns"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.EmailSettings, tenant.RecipientAddresses, tenant.DNS},
	Why:   `Without a signature of your domain, receivers cannot tell the account's mail from mail that somebody else sends in your name. Your own DMARC policy may then reject what you send, and is therefore often left toothless.`,
	Fix: audit.Remediation{
		Summary: "Publish the two CNAME records, then turn the signature on.",
		Steps: []string{
			"At the host of your DNS, for each domain of a support address: CNAME zendesk1._domainkey to zendesk1._domainkey.zendesk.com, and zendesk2._domainkey to zendesk2._domainkey.zendesk.com.",
			"Admin Center › Channels › Talk and email › Email: turn on “Custom domain for DKIM”. Turned on without the records, it makes signatures fail.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
		"https://support.zendesk.com/hc/en-us/articles/4867238761626",
		"https://mxio.io/providers/zendesk",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SC-8", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.8.21"},
		"SOC 2":          {"CC6.6"},
		"CIS v8":         {"9.5"},
	},
	Check: checkDKIM,
}

func checkDKIM(f *audit.Facts) audit.Verdict {
	s := emailSetting(f, "custom_dkim_domain")
	if feature := settingAt(f, "active_features.custom_dkim_domain"); !s.value.Exists() && feature.on().Is(false) == tri.True {
		// A feature that is not active signs nothing; one that is may be unused.
		s = feature
	}
	domains, known := supportDomains(f)
	if known && f.Has(tenant.RecipientAddresses) && len(domains) == 0 {
		return audit.DoesNotApply("no support address lies in a domain of the account's own")
	}
	switch s.on().Is(true) {
	case tri.Unknown:
		return s.undecided()
	case tri.False:
		return failed(s.finding("outgoing mail is not signed with the account's own domain"))
	case tri.True:
	}
	if !known || len(domains) == 0 {
		return audit.Undecided("not_in_source: " + s.path + " is true, but the support addresses whose domains need DNS records were not read")
	}
	var t tally
	for _, d := range domains {
		judgeSelectors(f, &t, d)
	}
	return t.verdict(fmt.Sprintf("%s is true, and the records of %s are there", s.path, inWords(domains)))
}

// judgeSelectors looks for the two records of a domain: in DNS, else in what
// Zendesk itself has checked.
func judgeSelectors(f *audit.Facts, t *tally, name string) {
	asked := askedDNS(f, name)
	if !asked.Exists() {
		judgeChecked(f, t, name)
		return
	}
	out := audit.Finding{
		Certainty: audit.Certain,
		Basis:     audit.FromProbe,
		Object:    tenant.Ref{Type: "domain", ID: name},
		At:        asked.Pos(),
	}
	var wrong []string
	for _, selector := range []string{"zendesk1", "zendesk2"} {
		if e := lookupError(asked, "dkim", selector); e != "" {
			t.leaveOpen("value_unknown: DNS gave no answer about %s._domainkey.%s: %s", selector, name, e)
			return
		}
		if asked.Get("dkim").Type() != tenant.Map {
			t.leaveOpen("key_missing: nothing was read about the DKIM records of %s", name)
			return
		}
		is := asked.Get("dkim", selector).Str().Or("")
		if strings.EqualFold(strings.TrimSuffix(is, "."), selector+"._domainkey.zendesk.com") {
			continue
		}
		record := fmt.Sprintf("%s._domainkey.%s", selector, name)
		wrong = append(wrong, record)
		if is == "" {
			out.Evidence = append(out.Evidence, ownWords("CNAME", record+": none"))
			continue
		}
		out.Certainty = audit.Possible // a detour may still end at Zendesk
		out.Evidence = append(out.Evidence, ownWords("CNAME", record+": "+is))
	}
	if len(wrong) == 0 {
		return
	}
	out.Message = fmt.Sprintf("the signature is turned on, but nothing at %s points to Zendesk, so mail from %s is not signed rightly", strings.Join(wrong, " and "), name)
	if checked, _ := checkedCNAME(f, name); checked == "verified" {
		out.Certainty = audit.Possible
		out.Message += "; Zendesk itself has found the records"
		out.Evidence = append(out.Evidence, ownWords("check", "cname_status: verified"))
	}
	t.found(out)
}

// judgeChecked goes by the CNAME records that Zendesk found.
func judgeChecked(f *audit.Facts, t *tally, name string) {
	switch status, at := checkedCNAME(f, name); status {
	case "verified":
	case "failed":
		t.found(audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("the signature is turned on, but Zendesk does not find the CNAME records of %s", name),
			Object:    tenant.Ref{Type: "domain", ID: name},
			At:        at,
			Evidence:  []audit.Evidence{ownWords("check", "cname_status: failed")},
		})
	default:
		t.leaveOpen("not_in_source: DNS was not asked about the DKIM records of %s", name)
	}
}

// checkedCNAME is what Zendesk found at the addresses of a domain: “failed” if
// at one of them, else “verified” if at one of them, else nothing.
func checkedCNAME(f *audit.Facts, name string) (status string, at tenant.Pos) {
	for _, a := range f.List(tenant.RecipientAddresses) {
		v := a.Get("cname_status")
		s := v.Str().Or("")
		if domainOfAddress(a.Get("email").Str().Or("")) != name || (s != "verified" && s != "failed") {
			continue
		}
		if status == "" || s == "failed" {
			status, at = s, v.Pos()
		}
	}
	return status, at
}
