package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// datAttachmentTypes is about files that do harm when somebody opens them.
var datAttachmentTypes = audit.Rule{
	ID:    "ZD-DAT-02",
	Title: "Dangerous types of files can be attached to tickets",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "data"},
	Uses:  []tenant.Kind{tenant.Settings},
	Why:   `A stranger can put a program, a script or a web page on a ticket, and agents open what customers send. Where downloads need no sign-in, the account also hosts the file for others under a name they trust. Accounts created before 13 August 2025 allow all types unless somebody has changed it.`,
	Fix: audit.Remediation{
		Summary: "Allow only the types of files that requests need.",
		Steps: []string{
			"Admin Center › Objects and rules › Tickets › Settings › Downloads and attachments: restrict the allowed file types to pictures, documents and what else your requests need. Side effect: other files no longer reach the ticket, so tell customers how to send them.",
			"On the same page, let attachments expire, and keep end users' attachments private.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/4408832757146"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "SI-3"},
		"ISO 27001:2022": {"A.8.7", "A.8.9"},
		"SOC 2":          {"CC6.8"},
		"CIS v8":         {"9.6"},
		"MITRE ATT&CK":   {"T1566.001"},
	},
	Check: checkAttachmentTypes,
}

// dangerousTypes are endings of files that a computer runs or a browser shows
// as a page, and the media types of some of them.
var dangerousTypes = []string{
	"app", "application/*", "application/javascript", "application/x-msdownload", "application/x-sh", "bat", "chm", "cmd", "com", "cpl", "dll",
	"dmg", "docm", "exe", "hta", "htm", "html", "image/svg+xml", "img", "iso", "jar", "js", "jse", "lnk", "msi", "msix", "one",
	"pif", "pptm", "ps1", "py", "reg", "scr", "sh", "svg", "swf", "text/*", "text/html", "text/javascript", "url", "vbe", "vbs", "vhd",
	"vhdx", "wsf", "xhtml", "xlam", "xll", "xlsm",
}

func checkAttachmentTypes(f *audit.Facts) audit.Verdict {
	const key, label = "attachments.allowed_types", "Allowed file types"
	said := f.Attested(key)
	if !said.Known {
		return audit.Undecided(said.Detail)
	}
	var bad []string
	all := false
	for _, s := range said.List {
		s = strings.ToLower(strings.TrimSpace(s))
		if s == "*" || s == "*.*" || s == "*/*" || s == "all" {
			all = true
		}
		if s = strings.TrimPrefix(strings.TrimPrefix(s, "*"), "."); slices.Contains(dangerousTypes, s) && !slices.Contains(bad, s) {
			bad = append(bad, s)
		}
	}
	message := "every type of file can be attached to a ticket"
	switch {
	case all:
	case len(bad) > 0:
		message = "files of dangerous types can be attached to a ticket: " + strings.Join(bad, ", ")
	default:
		return audit.Passed("no dangerous type of file is allowed: " + said.Detail)
	}
	out := saidFinding(key, label, said, strings.Join(said.List, ", "), message)
	if s := settingAt(f, "tickets.private_attachments"); s.on().Is(false) == tri.True {
		out.Score = 6.0
		out.Message += ", and downloaded by anybody who has the link"
		out.Evidence = append(out.Evidence, s.evidence())
	}
	return failed(out)
}

// datRecordings is about telephone calls.
var datRecordings = audit.Rule{
	ID:    "ZD-DAT-03",
	Title: "Recordings of calls can be heard by anybody who has the link",
	Score: 5.3,
	Since: "0.1.0",
	Tags:  []string{"extended", "data"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `People say names, addresses and card numbers on the telephone. Whoever has the address of a recording hears it without signing in, and addresses travel in forwarded mail and browser histories.`,
	Fix: audit.Remediation{
		Summary: "Require sign-in to hear recordings.",
		Steps: []string{
			"Admin Center, usually under Channels › Talk and email › Talk: open the settings and turn public recordings off.",
			"Side effect: people and programs outside the account that use the links need to sign in.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-3"},
		"ISO 27001:2022": {"A.5.34", "A.8.3"},
		"SOC 2":          {"CC6.1", "CC6.7"},
		"CIS v8":         {"3.3"},
	},
	Check: checkRecordings,
}

func checkRecordings(f *audit.Facts) audit.Verdict {
	talk := settingAt(f, "voice.enabled")
	if !talk.value.Exists() {
		talk = settingAt(f, "active_features.voice")
	}
	if talk.on().Is(false) == tri.True {
		return audit.DoesNotApply("the account has no telephone: " + talk.path + " is false")
	}
	v := isSwitchedTo(settingAt(f, "voice.recordings_public"), true, "recordings of calls can be heard without signing in")
	if talk.on().Is(true) == tri.Unknown {
		for i := range v.Findings {
			v.Findings[i].Certainty = audit.Possible
			v.Findings[i].Message += " Whether the account uses the telephone is not known."
		}
	}
	return v
}

// datMailedFiles is about files that leave the account with a notification.
var datMailedFiles = audit.Rule{
	ID:    "ZD-DAT-04",
	Title: "Notifications carry attachments, not links to them",
	Score: scoreNotice,
	Since: "0.1.0",
	Tags:  []string{"extended", "data", "email"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `Each file on a ticket is mailed to everybody who is notified, people in copy included. A file that was mailed cannot be taken back, and no sign-in protects it.`,
	Fix: audit.Remediation{
		Summary: "Send links that ask for sign-in.",
		Steps: []string{
			"Admin Center › Objects and rules › Tickets › Settings: turn off that files are attached to notifications, and turn on “Allow secure downloads”.",
			"Side effect: people have to sign in to see a file.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-21"},
		"ISO 27001:2022": {"A.5.14", "A.8.12"},
		"SOC 2":          {"CC6.7"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(settingAt(f, "tickets.email_attachments"), true, "files on tickets are mailed with the notifications")
	},
}

// datRetention is about what was kept because nobody deletes it.
var datRetention = audit.Rule{
	ID:    "ZD-DAT-05",
	Title: "Nothing deletes old tickets",
	Score: 3.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "data"},
	Needs: []tenant.Kind{tenant.DeletionSchedules},
	Why:   `Whoever gets into the account finds every ticket it ever had, with names, addresses and files. After a spam wave, the tickets also keep the addresses of its victims. Privacy laws ask for data to be deleted when it is no longer needed.`,
	Fix: audit.Remediation{
		Summary: "Set up and activate a deletion schedule for tickets.",
		Steps: []string{
			"Admin Center › Account › Security › Deletion schedules: create a schedule for tickets, look at what it would delete, and activate it. A new schedule is inactive until you do.",
			"Side effect: deleted tickets cannot be brought back. Ask first which tickets the law wants you to keep.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/8301879320474",
		"https://developer.zendesk.com/api-reference/ticketing/business-rules/deletion_schedules",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-12"},
		"ISO 27001:2022": {"A.5.33", "A.8.10"},
		"SOC 2":          {"C1.2"},
		"CIS v8":         {"3.1", "3.5"},
	},
	Check: checkRetention,
}

// checkRetention passes where one active schedule deletes tickets. What
// programs delete over the API shows in no list.
func checkRetention(f *audit.Facts) audit.Verdict {
	schedules := f.List(tenant.DeletionSchedules)
	out := audit.Finding{
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   "no active deletion schedule deletes tickets; what a program of your own deletes is not seen",
		Object:    tenant.Ref{Type: "setting", ID: "deletion_schedules", Title: "Deletion schedules"},
	}
	var t tally
	for _, s := range schedules {
		ref, of := refTo("deletion_schedule", s, "title"), s.Get("object").Str().Or("")
		active := s.Get("active").Bool()
		tickets := tri.Of(of == "zen:ticket")
		if of == "" {
			tickets = tri.Unknown
		}
		switch tri.And(active.Is(true), tickets) {
		case tri.True:
			return audit.Passed(named(ref) + " deletes tickets")
		case tri.Unknown:
			t.leaveOpen("key_missing: %s does not say whether it is active and deletes tickets", named(ref))
		case tri.False:
			out.Evidence = append(out.Evidence, ownWords("schedule", fmt.Sprintf("%s: object %s, active: %s", named(ref), of, active.Is(true))))
		}
		if !out.At.Valid() {
			out.At = s.Pos()
		}
	}
	if len(t.open) == 0 {
		if len(schedules) == 0 {
			out.Evidence = []audit.Evidence{ownWords("schedules", "none")}
		}
		t.found(out)
	}
	return t.verdict("")
}
