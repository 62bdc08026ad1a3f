package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// verifiedSince is the day by which Zendesk had announced to verify the
// addresses of anonymous requests in every account
// (https://support.zendesk.com/hc/en-us/articles/10360295453082).
var verifiedSince = time.Date(2026, time.April, 15, 0, 0, 0, 0, time.UTC)

// accVerification is about the safeguard of 2026, which no setting shows and
// which covers some of the doors.
var accVerification = audit.Rule{
	ID:    "ZD-ACC-04",
	Title: "Zendesk's verification of anonymous requests is not seen at work, or other channels go round it",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Uses:  []tenant.Kind{tenant.SuspendedTickets, tenant.SampledTickets, tenant.Triggers, tenant.Automations, tenant.DynamicContent},
	Why:   `Since spring 2026 Zendesk suspends a request from somebody who is not signed in until the typed address has been verified, and that takes the relay out of the web form. E-mail, messaging and the Tickets API are not covered, so an attacker who finds one of these open has no need of the form. Whether it works for an account shows only in its tickets.`,
	Fix: audit.Remediation{
		Summary: "Watch the suspended tickets, and close the channels that the verification does not cover.",
		Steps: []string{
			"There is nothing to switch on: Zendesk runs the verification. Look at Views › Suspended tickets for the cause “Anonymous requests”.",
			"Admin Center › Channels › Talk and email › Email: authenticate incoming mail with SPF, DKIM and DMARC. Side effect: mail that fails the check is suspended.",
			"Take the words of strangers out of the messages that answer new tickets, and put a check of its own in front of a contact form that creates tickets with an agent's credential.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/10360295453082",
		"https://requestmanager.tdsynnex.com/hc/en-us/articles/49760019693587",
		"https://help.starstable.com/hc/en-us/articles/33789047872146",
		"https://developer.zendesk.com/api-reference/changelog/changelog/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-8", "SI-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.9"},
		"SOC 2":          {"CC6.1", "CC6.6"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkVerification,
}

func checkVerification(f *audit.Facts) audit.Verdict {
	if anybody := anybodyCanSubmit(f); anybody.answer.Value == tri.False {
		return notOpen(anybody)
	}
	queue := suspendedQueue(f)
	waiting := 0
	for _, s := range queue {
		if s.awaitsVerification() {
			waiting++
		}
	}
	if waiting == 0 {
		return verificationUnseen(f, queue)
	}
	seen := counted(waiting, "suspended ticket waits", "suspended tickets wait") + " for an address to be verified"
	uncovered := []attack.Channel{attack.Email}
	if f.Intake.ContactFormWithToken.Value == tri.True {
		uncovered = append(uncovered, attack.TicketsAPI)
	}
	if round := relays(f, uncovered...); len(round) > 0 {
		out := queueFinding("Zendesk verifies the addresses of web requests, but " + named(round[0].attack.Object) + " " +
			round[0].repeats() + " a stranger's words over " + strings.Join(round[0].over, ", ") + ", which the verification does not cover")
		if n := strangersOn(f, "email"); n > 0 {
			out.Evidence = append(out.Evidence, ownWords("sampled tickets", fmt.Sprintf("by e-mail from unverified addresses: %d", n)))
		}
		out.Evidence = append(out.Evidence, ownWords("queue", seen))
		return failed(withRelays(out, round))
	}
	for _, k := range []tenant.Kind{tenant.Triggers, tenant.Automations} {
		if v, missing := notRead(f, k); missing {
			return v
		}
	}
	return audit.Passed(seen + ", and nothing repeats a stranger's words over e-mail or the Tickets API")
}

// verificationUnseen looks for tickets that should have been held. An empty
// queue says nothing by itself: it forgets after 14 days, and one verification
// serves an address for good.
func verificationUnseen(f *audit.Facts, queue []suspended) audit.Verdict {
	for _, k := range []tenant.Kind{tenant.SuspendedTickets, tenant.SampledTickets} {
		v, missing := notRead(f, k)
		// A part of the sample can show what the whole would.
		if g, _ := f.Gap(k); missing && (k == tenant.SuspendedTickets || g.Reason != tenant.Truncated) {
			return v
		}
	}
	live := 0
	for _, t := range sampledTickets(f) {
		created, dated := t.created.Get()
		if t.channel == "web" && t.byEndUser() && t.unproven() && dated && !created.Before(verifiedSince) {
			live++
		}
	}
	if live == 0 {
		return audit.Undecided("value_unknown: neither the suspended tickets nor the sampled ones hold an anonymous web request, which on a quiet account shows nothing")
	}
	out := queueFinding(counted(live, "sampled web request from an unverified address is a live ticket", "sampled web requests from unverified addresses are live tickets") +
		", and no suspended ticket waits for verification; the authors may have been signed in, or an agent may have recovered the requests")
	if len(queue) > 0 {
		out.Evidence = append(out.Evidence, ownWords("queue", causes(queue)))
	}
	return failed(out)
}

// queueFinding is about the queue of suspended tickets as a whole.
func queueFinding(message string) audit.Finding {
	return audit.Finding{
		Certainty: audit.Possible,
		Basis:     audit.FromInference,
		Message:   message,
		Object:    tenant.Ref{Type: "suspended_tickets", ID: "queue"},
	}
}
