package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// intCollector is about addresses at which somebody looks at requests, not
// systems that do something with them.
var intCollector = audit.Rule{
	ID:    "ZD-INT-02",
	Title: "A webhook or target sends to a public test service or into a private network",
	Score: 7.6,
	Since: "0.1.0",
	Tags:  []string{"core", "integrations", "data"},
	Uses:  []tenant.Kind{tenant.Webhooks, tenant.Targets},
	Why:   `Services for trying out webhooks show every request to whoever knows or guesses the address, often without an account. A test that was left behind, or an address that an intruder put there, sends customers' tickets to strangers from then on. An address in a private network is a mistake at best, and at worst a try to reach what only internal systems should.`,
	Fix: audit.Remediation{
		Summary: "Switch it off, find out who set it up, and see what was sent.",
		Steps: []string{
			"Admin Center, usually under Apps and integrations › Webhooks (or Targets): deactivate it, then look for the triggers and automations that use it. Side effect: if the service is in use after all, its calls stop.",
			"Look at the audit log for who created it and when. Replace credentials and tell the people concerned about data that went there.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/",
		"https://developer.zendesk.com/api-reference/ticketing/targets/targets",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-4", "SC-7", "SI-4"},
		"ISO 27001:2022": {"A.5.14", "A.8.12"},
		"SOC 2":          {"CC6.7", "CC7.2"},
		"MITRE ATT&CK":   {"T1567"},
	},
	Check: checkCollectors,
}

// A collector is a service at whose domain, or at whose subdomains, requests
// end up in front of somebody.
type collector struct {
	domain string
	// tunnel: it passes requests on to a machine of the user's, and companies do
	// use it for that.
	tunnel bool
}

// collectors lists such services by domain. More exist, and new ones come.
var collectors = []collector{
	{"beeceptor.com", false},
	{"burpcollaborator.net", false},
	{"ceye.io", false},
	{"dnslog.cn", false},
	{"hookb.in", false},
	{"interact.sh", false},
	{"interactsh.com", false},
	{"mockbin.org", false},
	{"oast.fun", false},
	{"oast.live", false},
	{"oast.me", false},
	{"oast.online", false},
	{"oast.pro", false},
	{"oast.site", false},
	{"oastify.com", false},
	{"play.svix.com", false},
	{"postb.in", false},
	{"ptsv2.com", false},
	{"ptsv3.com", false},
	{"putsreq.com", false},
	{"requestb.in", false},
	{"requestbin.com", false},
	{"requestbin.net", false},
	{"requestcatcher.com", false},
	{"requestinspector.com", false},
	{"typedwebhook.tools", false},
	{"webhook.cool", false},
	{"webhook.site", false},
	{"webhook-test.com", false},

	{"localhost.run", true},
	{"localtunnel.me", true},
	{"loca.lt", true},
	{"lhr.life", true},
	{"ngrok.app", true},
	{"ngrok.dev", true},
	{"ngrok-free.app", true},
	{"ngrok-free.dev", true},
	{"ngrok.io", true},
	{"pipedream.net", true},
	{"serveo.net", true},
	{"smee.io", true},
	{"trycloudflare.com", true},
}

func collectorOf(host string) (collector, bool) {
	i := slices.IndexFunc(collectors, func(c collector) bool {
		return host == c.domain || strings.HasSuffix(host, "."+c.domain)
	})
	if i < 0 {
		return collector{}, false
	}
	return collectors[i], true
}

func checkCollectors(f *audit.Facts) audit.Verdict {
	var t tally
	calls := 0
	for _, o := range slices.Concat(webhooks(f), targets(f)) {
		a, readable := readAddress(o.url)
		switch {
		case o.of == "target" && !o.url.Exists():
			continue // it sends mail or belongs to a service that Zendesk knows
		case !readable:
			t.leaveOpen("key_missing: %s has no address that could be read", named(o.ref))
			continue
		case a.templated:
			t.leaveOpen("value_unknown: a placeholder decides which host %s calls", named(o.ref))
			continue
		}
		calls++
		if out, found := collectorFinding(o, a); found {
			t.found(out)
		}
	}
	if reason, missing := unread(f, tenant.Webhooks, tenant.Targets); missing {
		t.open = append(t.open, reason)
	}
	if calls == 0 && len(t.open) == 0 {
		return audit.DoesNotApply("the account has no active webhooks and no targets that call an address")
	}
	return t.verdict(fmt.Sprintf("%s looked at: none is known as a test service, none lies in a private network", count(calls, "address was", "addresses were")))
}

func collectorFinding(o outlet, a callAddress) (audit.Finding, bool) {
	c, known := collectorOf(a.host)
	var out audit.Finding
	switch {
	case known && c.tunnel:
		out = o.callFinding(7.0, fmt.Sprintf("%s sends to %s, a service for tests that is also used to reach a machine of one's own", named(o.ref), a.host))
		out.Certainty = audit.Possible
	case known:
		out = o.callFinding(7.6, fmt.Sprintf("%s sends to %s, a public service that shows requests to whoever looks", named(o.ref), a.host))
	case isLocal(a.host):
		out = o.callFinding(7.0, fmt.Sprintf("%s sends to %s, which lies in a private network or in the sender itself", named(o.ref), a.host))
	default:
		return out, false
	}
	out.Evidence = []audit.Evidence{ownWords("address", a.shown())}
	return out, true
}
