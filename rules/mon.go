package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// scoreWorthKnowing is the score of what is no weakness by itself but worth knowing:
// the least that a rule can carry.
const scoreWorthKnowing = 0

// monQueue is about requests that wait in vain.
var monQueue = audit.Rule{
	ID:    "ZD-MON-01",
	Title: "Suspended tickets wait for days without anybody dealing with them",
	Score: 4.6,
	Since: "0.1.0",
	Tags:  []string{"core", "monitoring"},
	Needs: []tenant.Kind{tenant.SuspendedTickets},
	Why:   `Since spring 2026 genuine requests wait among the suspended tickets too, and Zendesk deletes them after 14 days. The queue is also where a wave shows first; who does not look at it learns of an attack from its victims.`,
	Fix: audit.Remediation{
		Summary: "Give the queue an owner who goes through it every day.",
		Steps: []string{
			"In the agent workspace, which is not part of Admin Center, open Views › Suspended tickets: recover what is genuine and delete the rest.",
			"Side effect: a request that is recovered becomes a live ticket, and triggers answer it.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/10360295453082",
		"https://developer.zendesk.com/documentation/ticketing/reference-guides/suspensions-reference/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-4", "SI-8"},
		"ISO 27001:2022": {"A.8.16"},
		"SOC 2":          {"CC7.2"},
	},
	Check: checkQueue,
}

// Ages and scores of the queue. Zendesk deletes an entry after 14 days
// (https://support.zendesk.com/hc/en-us/articles/10360295453082).
const (
	queueAttention  = 7 * 24 * time.Hour // an entry older than this was passed over
	scoreQueueSpam  = 2.0                // nothing but spam waits: some let it run out
	spamCauseInWord = "spam"
)

func checkQueue(f *audit.Facts) audit.Verdict {
	queue := suspendedQueue(f)
	now := asOf(f)
	var old []suspended
	var oldest time.Time
	undated := 0
	spamOnly := true
	for _, s := range queue {
		created, dated := s.created.Get()
		switch {
		case !dated:
			undated++
			continue
		case now.Sub(created) < queueAttention:
			continue
		}
		old = append(old, s)
		if oldest.IsZero() || created.Before(oldest) {
			oldest = created
		}
		id, known := s.causeID.Get()
		if (!known || id != causeSpam) && !strings.Contains(strings.ToLower(s.cause), spamCauseInWord) {
			spamOnly = false
		}
	}
	switch {
	case len(old) > 0:
	case undated > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: the source does not tell created_at of %d among %s", undated, counted(len(queue), "suspended ticket", "suspended tickets")))
	case len(queue) == 0:
		return audit.Passed("no ticket is suspended")
	default:
		return audit.Passed("no suspended ticket has waited for a week, of " + counted(len(queue), "ticket", "tickets"))
	}
	out := audit.Finding{
		Certainty: audit.Possible,
		Basis:     audit.FromAPI,
		Message:   fmt.Sprintf("more than a week old: %d of the %d suspended tickets that were read", len(old), len(queue)),
		Object:    tenant.Ref{Type: "suspended_tickets", ID: "queue"},
		Evidence: []audit.Evidence{
			ownWords("oldest", oldest.Format(time.DateOnly)),
			ownWords("causes", causes(old)),
		},
	}
	out.Message += readWhen(f)
	if spamOnly {
		out.Score = scoreQueueSpam
		out.Message += "; all of them count as spam, which some leave until Zendesk deletes it"
	}
	return failed(out)
}

// monQueueNotice is about being told.
var monQueueNotice = audit.Rule{
	ID:    "ZD-MON-04",
	Title: "Nobody is told that tickets were suspended",
	Score: 2.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "monitoring"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `The queue of suspended tickets grows before customers complain, in a wave within minutes. Without the notification only somebody who happens to look notices.`,
	Fix: audit.Remediation{
		Summary: "Have Zendesk mail a notice of suspended tickets to whoever owns the queue.",
		Steps: []string{
			"Usually under Admin Center › Objects and rules › Tickets › Settings › Suspended ticket notifications: turn the notification on and enter the address of a team, not of one person.",
			"Side effect: one more mail in that mailbox, many in a wave.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-4"},
		"ISO 27001:2022": {"A.8.16"},
		"SOC 2":          {"CC7.2"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(settingAt(f, "active_features.suspended_ticket_notification"), false,
			"the notification about suspended tickets is off")
	},
}

// monResponse is about what an incident needs: a record, and somebody to call.
var monResponse = audit.Rule{
	ID:    "ZD-MON-06",
	Title: "There is no audit log, or nobody to receive security notices",
	Score: scoreWorthKnowing,
	Since: "0.1.0",
	Tags:  []string{"extended", "monitoring"},
	Uses:  []tenant.Kind{tenant.AuditLogs},
	Why:   `After an attack somebody has to find out what was changed and by whom, and Zendesk has to reach somebody who can act. Without a log and a contact both take longer.`,
	Fix: audit.Remediation{
		Summary: "Name a security contact, and keep a record of the configuration yourself where the plan has none.",
		Steps: []string{
			"Set the security contact, usually in Admin Center under Account; the article on security contacts says where.",
			"On plans without an audit log run zdaudit regularly and keep what it recorded.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/5436977203610",
		"https://support.zendesk.com/hc/en-us/articles/4408828001434",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AU-2", "IR-6"},
		"ISO 27001:2022": {"A.5.24", "A.8.15"},
		"SOC 2":          {"CC7.3"},
		"CIS v8":         {"17.2", "8.2"},
	},
	Check: checkResponse,
}

func checkResponse(f *audit.Facts) audit.Verdict {
	contact := f.Attested("security_contact")
	var found []audit.Finding
	if contact.Known && strings.TrimSpace(contact.Text) == "" {
		found = append(found, audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAttest,
			Message:   "nobody is named to receive security notices",
			Object:    tenant.Ref{Type: "setting", ID: "security_contact"},
			Evidence:  []audit.Evidence{ownWords("attested", "security_contact: empty ("+contact.Detail+")")},
		})
	}
	log, missing := f.Gap(tenant.AuditLogs)
	if missing && log.Reason == tenant.NotOnPlan {
		found = append(found, audit.Finding{
			Certainty: audit.Possible,
			Basis:     audit.FromAPI,
			Message:   "the account refused its audit log as it does where the plan has none",
			Object:    tenant.Ref{Type: "account", ID: "audit_logs"},
			Evidence:  []audit.Evidence{ownWords("audit log", log.Detail)},
		})
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case missing && log.Reason != tenant.Truncated:
		v, _ := notRead(f, tenant.AuditLogs)
		return v
	case !contact.Known:
		return audit.Undecided(contact.Detail)
	}
	return audit.Passed("the account has an audit log, and a security contact is named: " + contact.Detail)
}
