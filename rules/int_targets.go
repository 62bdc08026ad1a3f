package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// intLegacyTargets is about what webhooks have replaced.
var intLegacyTargets = audit.Rule{
	ID:    "ZD-INT-03",
	Title: "Legacy targets are still active",
	Score: 4.8,
	Since: "0.1.0",
	Tags:  []string{"core", "integrations"},
	Needs: []tenant.Kind{tenant.Targets},
	Why:   `Webhooks have taken the place of targets, so these are rarely looked at. Their addresses often hold user names and keys, or use plain HTTP. An e-mail target mails whatever a trigger writes to one address, which may no longer be yours.`,
	Fix: audit.Remediation{
		Summary: "Move what is still needed to webhooks, and deactivate the targets.",
		Steps: []string{
			"Admin Center, usually under Apps and integrations › Targets: look at each active target and at the triggers and automations that use it. By Zendesk's reference, URL targets and branded targets have not worked since 28 October 2024; e-mail targets do.",
			"Create a webhook in its place, change the triggers, then deactivate the target and replace credentials that stood in its address. Side effect: a trigger that still names the target no longer notifies it.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/targets/targets"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "SA-22"},
		"ISO 27001:2022": {"A.8.9", "A.8.24"},
		"SOC 2":          {"CC6.7"},
	},
	Check: checkLegacyTargets,
}

// legacyTypes are the targets that send to an address of the account's choice.
// The others belong to one service each.
var legacyTypes = []string{"email_target", "http_target", "url_target", "url_target_v2"}

func checkLegacyTargets(f *audit.Facts) audit.Verdict {
	var t tally
	for _, o := range targets(f) {
		kind, known := o.raw.Get("type").Str().Get()
		switch {
		case !known:
			t.leaveOpen("key_missing: %s has no type that could be read", named(o.ref))
		case slices.Contains(legacyTypes, kind):
			t.found(targetFinding(o, kind))
		}
	}
	return t.verdict("no target that sends to an address of its own is active")
}

func targetFinding(o outlet, kind string) audit.Finding {
	var also []string
	score := 4.8
	if kind == "email_target" {
		also, score = append(also, "mails what triggers write to one fixed address"), 4.3
	}
	a, readable := readAddress(o.url)
	if readable && a.scheme == "http" {
		also, score = append(also, "has an address without encryption (http)"), 6.0
	}
	if readable && a.credentials {
		also, score = append(also, "keeps a credential in its address"), 6.5
	}
	if readable && (a.templated || hasLiquid(a.behind)) {
		also = append(also, "puts ticket data into its address")
	}
	message := named(o.ref) + " is a legacy target and still active"
	if len(also) > 0 {
		message += "; it " + strings.Join(also, " and ")
	}
	out := o.finding(score, message)
	if !out.At.Valid() {
		out.At = o.raw.Pos()
	}
	out.Evidence = []audit.Evidence{ownWords("type", kind)}
	if readable {
		out.Evidence = append(out.Evidence, ownWords("address", a.shown()))
	}
	return out
}

// intDataInAddress is about ticket data in a place that everybody on the way
// writes down.
var intDataInAddress = audit.Rule{
	ID:    "ZD-INT-04",
	Title: "A webhook or target puts ticket data into the address it calls",
	Score: 4.8,
	Since: "0.1.0",
	Tags:  []string{"extended", "integrations", "data"},
	Uses:  []tenant.Kind{tenant.Webhooks, tenant.Targets},
	Why:   `Addresses end up in the logs of every server on the way. What a stranger writes on a ticket can also change the call: add a parameter, choose another path, or, where the placeholder stands in the host, choose who receives it.`,
	Fix: audit.Remediation{
		Summary: "Send the data in a JSON body, to a fixed address.",
		Steps: []string{
			"Admin Center, usually under Apps and integrations › Webhooks (or Targets): take the placeholders out of the address, and put the data into the body of the trigger's action.",
			"Side effect: the receiver has to read the body. Some gateways for text messages take data in the address only; use a number or an id there, never a text that a stranger writes.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/",
		"https://developer.zendesk.com/api-reference/ticketing/targets/targets",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-10", "AC-4"},
		"ISO 27001:2022": {"A.8.12", "A.8.28"},
		"SOC 2":          {"CC6.7"},
	},
	Check: checkDataInAddress,
}

func checkDataInAddress(f *audit.Facts) audit.Verdict {
	var t tally
	calls := 0
	for _, o := range slices.Concat(webhooks(f), targets(f)) {
		text, known := o.url.Str().Get()
		switch {
		case o.of == "target" && !o.url.Exists():
			continue
		case !known:
			t.leaveOpen("key_missing: %s has no address that could be read", named(o.ref))
			continue
		}
		calls++
		if found := addressPlaceholders(text); len(found) > 0 {
			t.found(dataFinding(o, text, found))
		}
	}
	if reason, missing := unread(f, tenant.Webhooks, tenant.Targets); missing {
		t.open = append(t.open, reason)
	}
	if calls == 0 && len(t.open) == 0 {
		return audit.DoesNotApply("the account has no active webhooks and no targets that call an address")
	}
	return t.verdict(fmt.Sprintf("%s no ticket data", count(calls, "address holds", "addresses hold")))
}

func dataFinding(o outlet, text string, found []string) audit.Finding {
	message, score := fmt.Sprintf("%s puts %s into the address it calls", named(o.ref), inWords(found)), 0.0
	if a, ok := readAddress(o.url); ok && a.templated {
		message, score = message+", where it decides which host is called", 6.8
	}
	out := o.callFinding(score, message)
	if i := strings.Index(text, "{"); !strings.Contains(text[:i], "REDACTED") {
		out.At = o.url.Text().PosAt(i)
	}
	out.Evidence = []audit.Evidence{ownWords("placeholders", strings.Join(found, " "))}
	return out
}

// addressPlaceholders lists the placeholders and tags in an address, each once.
func addressPlaceholders(text string) []string {
	var out []string
	for {
		i := strings.Index(text, "{{")
		closing := "}}"
		if j := strings.Index(text, "{%"); j >= 0 && (i < 0 || j < i) {
			i, closing = j, "%}"
		}
		if i < 0 {
			return out
		}
		end := strings.Index(text[i:], closing)
		if end < 0 {
			end = len(text) - i - len(closing)
		}
		found := text[i : i+end+len(closing)]
		if !slices.Contains(out, found) {
			out = append(out, found)
		}
		text = text[i+end+len(closing):]
	}
}
