package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// intApps is about other people's programs in every agent's browser.
var intApps = audit.Rule{
	ID:    "ZD-INT-05",
	Title: "Apps have not been reviewed, or keep credentials in plain settings",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "integrations"},
	Needs: []tenant.Kind{tenant.Installations},
	Why:   `An app runs in the browser of everybody who opens a ticket and can do there what they can. A credential in a setting that is not marked as secure is handed to each of these browsers. An app that nobody uses or looks after is code of somebody else's with your agents' rights.`,
	Fix: audit.Remediation{
		Summary: "Remove apps that nobody needs, and keep credentials in secure settings.",
		Steps: []string{
			"Admin Center, usually under Apps and integrations › Apps › Zendesk Support apps: go through the installed apps, uninstall those that are not needed, and restrict the others to the roles and groups that use them. Then say so under attest.apps.reviewed in zdaudit.yaml.",
			"Ask the maker of each app whose settings hold a credential whether the setting is secure; in an app of your own, mark it as secure in the manifest, and replace the credential afterwards.",
			"Side effect: what the app showed or did is gone for agents who may no longer use it.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/apps/apps/",
		"https://developer.zendesk.com/documentation/apps/getting-started/making-api-requests-from-a-zendesk-app/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "CM-10", "IA-5"},
		"ISO 27001:2022": {"A.5.17", "A.8.19"},
		"SOC 2":          {"CC6.1", "CC6.8"},
		"CIS v8":         {"2.3"},
	},
	Check: checkApps,
}

// checkApps reports settings that sound like credentials, and asks for the
// review. The list says neither who made an app nor what it may do.
func checkApps(f *audit.Facts) audit.Verdict {
	const key = "apps.reviewed"
	var t tally
	apps := 0
	for _, app := range f.List(tenant.Installations) {
		if !app.Get("enabled").Bool().Or(true) {
			continue
		}
		apps++
		ref := tenant.Ref{Type: "app_installation", ID: app.Get("id").ID(), Title: appName(app)}
		names, at := secretSettings(app)
		if len(names) == 0 {
			continue
		}
		t.found(audit.Finding{
			Certainty: audit.Possible,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("%s has settings that sound like credentials (%s); whether they are secure settings does not show", named(ref), inWords(names)),
			Object:    ref,
			At:        at,
			Evidence:  []audit.Evidence{ownWords("settings", strings.Join(names, ", "))},
		})
	}
	if apps == 0 {
		return audit.DoesNotApply("no app is installed and enabled")
	}
	switch said := f.Attested(key); said.Yes {
	case tri.False:
		out := saidFinding(key, "Review of installed apps", said, "no", fmt.Sprintf("nobody has reviewed the installed apps lately (%d are enabled)", apps))
		out.Score = 4.5
		t.found(out)
	case tri.Unknown:
		t.open = append(t.open, said.Detail)
	case tri.True:
	}
	return t.verdict(fmt.Sprintf("%s reviewed, and no setting sounds like a credential", count(apps, "enabled app was", "enabled apps were")))
}

func appName(app tenant.Value) string {
	for _, path := range [][]string{{"settings", "title"}, {"settings", "name"}, {"title"}, {"name"}} {
		if s := app.Get(path...).Str().Or(""); s != "" {
			return s
		}
	}
	return ""
}

// secretSettings lists the settings whose names sound like credentials, and
// where the first stands. Their values were taken out when the account was
// read.
func secretSettings(app tenant.Value) (names []string, at tenant.Pos) {
	add := func(name string, pos tenant.Pos) {
		if !soundsSecret(name) || slices.Contains(names, name) {
			return
		}
		if names = append(names, name); len(names) == 1 {
			at = pos
		}
	}
	for _, m := range app.Get("settings").Members() {
		add(m.Key, m.At.Pos())
	}
	for _, o := range app.Get("settings_objects").Items() {
		add(o.Get("name").Str().Or(""), o.Pos())
	}
	return names, at
}

// intSharing is about other accounts that get tickets of this one.
var intSharing = audit.Rule{
	ID:    "ZD-INT-06",
	Title: "Tickets are shared with another account",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "integrations", "data"},
	Needs: []tenant.Kind{tenant.SharingAgreements},
	Why:   `The other account receives tickets, comments on them and may change them, and its people are under its rules, not yours. Tickets that it shares with you come in without passing what you ask of strangers. Agreements tend to outlive the work they were made for.`,
	Fix: audit.Remediation{
		Summary: "End agreements that are no longer needed.",
		Steps: []string{
			"Admin Center, usually under Objects and rules › Tickets › Ticket sharing: look at each agreement and the company behind it, and deactivate what is not needed. Refuse pending ones that nobody asked for.",
			"Side effect: tickets that were shared stay where they are, and comments no longer travel between the accounts.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/tickets/sharing_agreements/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-20", "AC-21", "CA-3"},
		"ISO 27001:2022": {"A.5.14", "A.5.19"},
		"SOC 2":          {"CC6.7", "CC9.2"},
		"CIS v8":         {"15.1"},
		"MITRE ATT&CK":   {"T1199"},
	},
	Check: checkSharing,
}

// notInForce are the states that are neither accepted nor waiting to be
// (https://developer.zendesk.com/api-reference/ticketing/tickets/sharing_agreements/).
var notInForce = []string{"declined", "inactive", "failed", "ssl_error", "configuration_error"}

func checkSharing(f *audit.Facts) audit.Verdict {
	var t tally
	for _, a := range f.List(tenant.SharingAgreements) {
		ref, status := refTo("sharing_agreement", a, "name"), a.Get("status")
		partner := a.Get("remote_subdomain").Str().Or(a.Get("partner_name").Str().Or("an account that is not named"))
		way, known := map[string]string{"inbound": "receives tickets from", "outbound": "sends tickets to"}[a.Get("type").Str().Or("")]
		if !known {
			way = "shares tickets with"
		}
		out := audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("the account %s %s by %s", way, partner, named(ref)),
			Object:    ref,
			At:        status.Pos(),
			Evidence:  []audit.Evidence{ownWords("agreement", fmt.Sprintf("status: %s, type: %s, remote_subdomain: %s", status.Str().Or("not read"), a.Get("type").Str().Or("not read"), partner))},
		}
		switch s, ok := status.Str().Get(); {
		case !ok:
			t.leaveOpen("key_missing: %s has no status that could be read", named(ref))
		case s == "accepted":
			t.found(out)
		case s == "pending":
			out.Score, out.Certainty = 4.0, audit.Possible
			out.Message += ", once the agreement is accepted"
			t.found(out)
		case !slices.Contains(notInForce, s):
			t.leaveOpen("value_unknown: the status of %s is none that Zendesk documents", named(ref))
		}
	}
	return t.verdict("no agreement shares tickets with another account")
}
