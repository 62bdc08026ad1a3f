package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// intWebhookSecurity is about what travels to a webhook, and how its receiver
// knows who calls.
var intWebhookSecurity = audit.Rule{
	ID:    "ZD-INT-01",
	Title: "A webhook sends ticket data without encryption or without authentication",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "integrations"},
	Needs: []tenant.Kind{tenant.Webhooks},
	Why:   `What a webhook sends over plain HTTP can be read and changed by anybody on the way. A receiver that asks for no credential takes calls from whoever knows its address, so an attacker can feed it invented tickets. An address that holds a credential gives it away in every log it is written to.`,
	Fix: audit.Remediation{
		Summary: "Use https, and let the webhook authenticate itself.",
		Steps: []string{
			"Admin Center, usually under Apps and integrations › Webhooks › Webhooks: change the endpoint to https, and set an API key, basic or bearer authentication. Side effect: the receiver has to accept the new address and credential first, or calls are lost.",
			"Let the receiver check the signature that Zendesk puts on each call. A receiver that does so knows who calls without another credential.",
			"Take user names, passwords and keys out of the endpoint, and replace them at the receiver.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/",
		"https://developer.zendesk.com/documentation/webhooks",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SC-8", "IA-9"},
		"ISO 27001:2022": {"A.5.14", "A.8.24"},
		"SOC 2":          {"CC6.1", "CC6.7"},
		"CIS v8":         {"3.10"},
	},
	Check: checkWebhookSecurity,
}

func checkWebhookSecurity(f *audit.Facts) audit.Verdict {
	active := webhooks(f)
	if len(active) == 0 {
		return audit.DoesNotApply("the account has no active webhooks")
	}
	var t tally
	for _, w := range active {
		judgeWebhook(&t, w)
	}
	return t.verdict(fmt.Sprintf("%s over https, and all of them authenticate themselves", count(len(active), "webhook sends", "webhooks send")))
}

func judgeWebhook(t *tally, w outlet) {
	a, readable := readAddress(w.url)
	if !readable {
		t.leaveOpen("key_missing: %s has no endpoint that could be read", named(w.ref))
		return
	}
	auth := w.raw.Get("authentication")
	var wrong []string
	score, sure := 0.0, true
	if a.scheme == "http" {
		wrong, score = append(wrong, "sends without encryption (http)"), 7.3
	}
	switch {
	case auth.Type() == tenant.Map:
		if a.credentials {
			wrong, score = append(wrong, "keeps a credential in its address"), max(score, 4.2)
		}
	case a.credentials:
		wrong, score = append(wrong, "has no authentication but a credential in its address"), max(score, 4.5)
	case auth.Exists() && auth.Type() != tenant.Null:
		t.leaveOpen("value_unknown: the authentication of %s is of an unknown shape", named(w.ref))
	case headerCredential(w.raw) != "":
	case a.holdsKey():
		wrong, score, sure = append(wrong, "has no authentication, unless its address is the secret"), max(score, 4.0), score > 0
	default:
		// A reply that leaves the key out may stand for none.
		sure = auth.Exists() || score > 0
		wrong, score = append(wrong, "has no authentication, which is safe only where the receiver checks Zendesk's signature"), max(score, 5.0)
	}
	switch {
	case len(wrong) > 0:
	case a.scheme != "https" && !a.templated:
		t.leaveOpen("value_unknown: the endpoint of %s is neither http nor https", named(w.ref))
		return
	case a.templated && a.scheme == "":
		t.leaveOpen("value_unknown: a placeholder decides whether %s sends with encryption", named(w.ref))
		return
	default:
		return
	}
	out := w.finding(score, fmt.Sprintf("%s %s", named(w.ref), strings.Join(wrong, " and ")))
	if !sure {
		out.Certainty = audit.Possible
	}
	out.Evidence = []audit.Evidence{ownWords("endpoint", a.shown()), ownWords("authentication", authenticationType(auth))}
	t.found(out)
}

// authenticationType is the word that the API uses; the credential itself was
// taken out when the account was read.
func authenticationType(auth tenant.Value) string {
	switch auth.Type() {
	case tenant.Map:
		return auth.Get("type").Str().Or("of a type that was not read")
	case tenant.Missing:
		return "not in the reply"
	case tenant.Null, tenant.Unknowable, tenant.Boolean, tenant.Number, tenant.String, tenant.List:
	}
	return "none"
}

// headerCredential names a custom header that bears a credential by its name.
// Zendesk means these headers for other things, but they are sent all the same.
func headerCredential(webhook tenant.Value) string {
	headers := webhook.Get("custom_headers")
	for _, name := range headers.Keys() {
		if soundsSecret(name) {
			return name
		}
	}
	for _, h := range headers.Items() {
		for _, key := range []string{"name", "key", "header_name"} {
			if name := h.Get(key).Str().Or(""); soundsSecret(name) {
				return name
			}
		}
	}
	return ""
}

// soundsSecret says whether the name of a header or a setting is that of a
// credential.
func soundsSecret(name string) bool {
	name = strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(strings.ToLower(name))
	for _, word := range []string{
		"token", "secret", "password", "passwd", "passphrase", "apikey", "privatekey", "accesskey", "authkey", "credential", "authorization",
	} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
