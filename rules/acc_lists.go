package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// accNoLists is about the lists that decide which addresses may write.
var accNoLists = audit.Rule{
	ID:    "ZD-ACC-05",
	Title: "An open account has neither an allowlist nor a blocklist",
	Score: 3.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "intake"},
	Uses:  []tenant.Kind{tenant.SuspendedTickets},
	Why:   `Nothing sorts senders before their requests become tickets. With an allowlist and everybody else on the blocklist only the domains you name can open tickets; a blocklist by itself is what Zendesk recommends as a further control while a wave runs.`,
	Fix: audit.Remediation{
		Summary: "Name the domains that may write to you, or at least those that may not.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: fill in Allowlist and Blocklist. “*” on the blocklist together with domains on the allowlist lets in those domains and nobody else; “suspend:” and “reject:” say what becomes of the rest.",
			"Side effects: a blocklisted domain shuts out everybody who uses it. In a wave the addresses are the victims' own, so their domains are those of real customers.",
			"The lists concern requests and registration. They do not keep other ways of creating users shut.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408886840986",
		"https://support.zendesk.com/hc/en-us/articles/4408893912986",
		"https://developer.zendesk.com/documentation/ticketing/reference-guides/suspensions-reference/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "SI-8"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.6"},
	},
	Check: checkNoLists,
}

func checkNoLists(f *audit.Facts) audit.Verdict {
	anybody := anybodyCanSubmit(f)
	if anybody.answer.Value == tri.False {
		return notOpen(anybody)
	}
	allow, block := f.Attested("intake.allowlist"), f.Attested("intake.blocklist")
	switch {
	case len(allow.List) > 0, len(block.List) > 0:
		return audit.Passed(fmt.Sprintf("entries on the allowlist: %d, on the blocklist: %d", len(allow.List), len(block.List)))
	case allow.Known && block.Known:
		return failed(ifAnybody(anybody, audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAttest,
			Message:   "the allowlist and the blocklist are empty",
			Object:    tenant.Ref{Type: "setting", ID: "intake.blocklist", Title: "Blocklist"},
			Evidence:  []audit.Evidence{ownWords("attested", "intake.allowlist and intake.blocklist: empty ("+block.Detail+")")},
		}))
	}
	for _, s := range suspendedQueue(f) {
		if id, known := s.causeID.Get(); known && (id == causeNotAllowed || id == causeBlocklisted) {
			return audit.Passed(fmt.Sprintf("a ticket was suspended by the lists (cause %d), so they are in use", id))
		}
	}
	if !allow.Known {
		return audit.Undecided(allow.Detail)
	}
	return audit.Undecided(block.Detail)
}

// accAbusive is about a mark that Zendesk has put on the account.
var accAbusive = audit.Rule{
	ID:    "ZD-ACC-06",
	Title: "Zendesk has marked the account as abusive",
	Score: 7.0,
	Since: "0.1.0",
	Tags:  []string{"core", "monitoring"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `The account settings carry the mark is_abusive. Zendesk does not document what sets it or what follows from it; its name says that mail from the account has been taken for abuse, which fits an attack that is under way or has been.`,
	Fix: audit.Remediation{
		Summary: "Treat it as an incident and ask Zendesk why the mark is there.",
		Steps: []string{
			"Ask Zendesk Support, through the account's owner, why the account is marked.",
			"Admin Center › Objects and rules › Business rules › Triggers: look for first replies that run far more often than they used to, and deactivate them until it is clear. Side effect: customers get no receipt in the meantime.",
			"Admin Center › People › Configuration › End users: close the intake.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IR-4", "SI-4"},
		"ISO 27001:2022": {"A.5.25"},
		"SOC 2":          {"CC7.3"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(settingAt(f, "active_features.is_abusive"), true,
			"the account settings say that the account is abusive; what the mark means is not documented")
	},
}

// accUploads is about files that strangers leave on the company's domain.
var accUploads = audit.Rule{
	ID:    "ZD-ACC-12",
	Title: "Strangers can upload files",
	Score: 2.5,
	Since: "0.1.0",
	Tags:  []string{"extended", "intake"},
	Uses:  []tenant.Kind{tenant.Settings, tenant.SuspendedTickets},
	Why:   `The Uploads API takes files from anybody. An outsider can leave a file at an address of your account; where attachments are not private, whoever has the address can open it, and it bears your name.`,
	Fix: audit.Remediation{
		Summary: "Require authentication for uploads, and make attachments private.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: turn on “Require authentication for request and uploads APIs” and save the tab. Side effect: forms of your own that upload without signing in stop working.",
			"Admin Center › Objects and rules › Tickets › Settings › Downloads and attachments: require sign-in to open attachments.",
			"The web form still takes up to five files with a request.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408887368986",
		"https://support.zendesk.com/hc/en-us/articles/4408832757146",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-14", "CM-7"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.1", "CC6.6"},
	},
	Check: checkUploads,
}

const (
	scoreUploadsPublic  = 3.7 // whoever has the address opens the file
	scoreUploadsPrivate = 2.0
)

func checkUploads(f *audit.Facts) audit.Verdict {
	anybody, auth := anybodyCanSubmit(f), requireAuthentication(f)
	if anybody.answer.Value == tri.False {
		return notOpen(anybody)
	}
	switch auth.answer.Value {
	case tri.Unknown:
		return auth.undecided()
	case tri.True:
		return audit.Passed("“" + auth.label + "” is on: " + auth.answer.Detail)
	case tri.False:
	}
	out := auth.finding(0, "the Uploads API takes files without authentication")
	private := settingAt(f, "tickets.private_attachments")
	switch on, known := private.on().Get(); {
	case known && on:
		out.Score = scoreUploadsPrivate
		out.Message += "; attachments are private, so not everybody can open them"
	case known:
		out.Score = scoreUploadsPublic
		out.Message += ", and whoever has a file's address can open it"
	}
	if private.value.Exists() {
		out.Evidence = append(out.Evidence, private.evidence())
	}
	if size := settingAt(f, "limits.attachment_size"); size.value.Exists() {
		out.Evidence = append(out.Evidence, size.evidence())
	}
	return failed(ifAnybody(anybody, out))
}
