package report_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// samples are the reports that every golden file and every law is about.
func samples() map[string]func() *audit.Report {
	return map[string]func() *audit.Report{
		"risky":       risky,
		"clean":       clean,
		"hostile":     hostile,
		"many":        many,
		"interrupted": interrupted,
		"empty":       func() *audit.Report { return &audit.Report{} },
	}
}

var when = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

func relayRule() audit.Rule {
	return audit.Rule{
		ID: "ZD-TRG-02", Title: "A trigger mails an outsider's words to an address the outsider chose",
		Score: 9.3, Since: "0.1", Needs: []tenant.Kind{tenant.Triggers}, Uses: []tenant.Kind{tenant.DynamicContent},
		Tags: []string{"relay"}, Aliases: []string{"ZD-TRG-92"},
		Why: `Anyone can open a ticket in somebody else's name, e.g. Jane's. The trigger then
writes to that person from your domain and repeats text the outsider typed, so a
phishing link arrives with your SPF, DKIM and branding.

Filters do not help, because the mail is genuine.`,
		Fix: audit.Remediation{
			Summary: "Keep the outsider's text out of mail that goes out before an agent has looked.",
			Steps: []string{
				"Admin Center › Objects and rules › Business rules › Triggers: open the trigger.",
				"Remove `{{ticket.title}}` and `{{ticket.description}}` from its subject and body. Requesters then no longer see what they wrote in the receipt.",
			},
		},
		References: []string{"https://support.zendesk.com/hc/en-us/articles/4408886870298"},
		Frameworks: map[string][]string{"NIST 800-53r5": {"SI-10", "AC-3"}, "CIS 8": {"9.5"}},
	}
}

func settingRule() audit.Rule {
	return audit.Rule{
		ID: "ZD-CHN-04", Title: "End users may copy in anybody", Score: 5.1, Since: "0.1",
		Needs: []tenant.Kind{tenant.Settings},
		Why:   "A stranger's CCs get every public reply. They can read a whole conversation.",
		Fix:   audit.Remediation{Summary: "Let only agents add CCs.", Steps: []string{"Admin Center › Objects and rules › Tickets › Settings › CCs: clear the switch."}},
	}
}

func plainRule(id, title string, score float64) audit.Rule {
	return audit.Rule{ID: id, Title: title, Score: score, Since: "0.1", Why: "Because.", Needs: []tenant.Kind{tenant.Users}}
}

func receipt() taint.Text {
	return taint.Text{
		{Text: "Hello,\n\nwe have received « your » request:\n\n"},
		{
			Text: "Your prize expires today. Claim it here: https://phish.example.com/claim",
			From: "ticket.description", At: tenant.Pos{File: "triggers.json", Line: 12, Column: 88},
		},
		{Text: "\n\nYour Acme team\nAcme Ltd, 1 Example Street\nPhone 0000\nOpening hours: 9 to 5\nLine a\nLine b\nLine c\nLine d\nLine e\n"},
		{Text: "Regards to ", From: ""},
		{Text: "", From: "ticket.requester.name", At: tenant.Pos{File: "triggers.json", Line: 12, Column: 140}},
	}
}

func subject() taint.Text {
	return taint.Text{
		{Text: "Re: "},
		{Text: "You have won: claim at phish.example.com", From: "ticket.title", At: tenant.Pos{File: "triggers.json", Line: 12, Column: 34}},
	}
}

func relayFinding(id, title string) audit.Finding {
	rule := relayRule()
	return audit.Finding{
		Rule: rule.ID, Title: rule.Title, References: rule.References, Remedy: rule.Fix, Score: rule.Score,
		Certainty: audit.Certain, Basis: audit.FromSimulation,
		Message: fmt.Sprintf("trigger %s repeats ticket.title and ticket.description to the requester over email", id),
		Object:  tenant.Ref{Type: "trigger", ID: id, Title: title}, Part: "0",
		At:          tenant.Pos{File: "triggers.json", Line: 12, Column: 34},
		Evidence:    []audit.Evidence{{Label: "subject", Text: subject()}, {Label: "body", Text: receipt()}},
		Fingerprint: "0123456789abcdef0123456789abcdef", State: audit.Open,
	}
}

func settingFinding() audit.Finding {
	rule := settingRule()
	return audit.Finding{
		Rule: rule.ID, Title: rule.Title, Remedy: rule.Fix, Score: rule.Score, Certainty: audit.Possible, Basis: audit.FromAPI,
		Message:     "End users may add CCs to their tickets",
		Object:      tenant.Ref{Type: "setting", ID: "email.ccs_followers.allow_end_users_to_add_ccs_to_their_tickets"},
		Evidence:    []audit.Evidence{{Label: "setting", Text: taint.Own("true")}},
		Fingerprint: "aa", State: audit.Open,
	}
}

func relayAttack() attack.Attack {
	said := map[string]string{"subject": "You have won: claim at phish.example.com", "comment": "Your prize expires today."}
	return attack.Attack{
		Object: tenant.Ref{Type: "trigger", ID: "360001", Title: "Notify requester of received request"},
		Action: 0, Sink: "notification_user",
		Recipients: []attack.Recipient{attack.ToRequester, attack.ToCCs},
		Channels: []attack.Path{
			{
				Channel: attack.WebForm, Intake: attack.IntakeHeld, Reach: attack.Certain, Content: attack.SaysText,
				Carriers: []string{"ticket.title"}, Suppressed: []string{"ticket.description"},
				Ticket: attack.Ticket{Attributes: said, Tags: []string{"form_a"}},
			},
			{
				Channel: attack.Email, Intake: attack.IntakeUnknown, Reach: attack.Certain, Content: attack.SaysText,
				Carriers: []string{"ticket.title"}, Suppressed: []string{"ticket.description"},
				Ticket: attack.Ticket{Attributes: said, Tags: []string{"form_a"}},
			},
			{
				Channel: attack.TicketsAPI, Intake: attack.IntakeUnknown, Reach: attack.Possible, Content: attack.SaysText,
				Because:  []string{"organization is 360: nobody knows the requester's organization", "an app may create tickets for strangers"},
				Carriers: []string{"ticket.description", "ticket.requester.name", "ticket.title"},
				Ticket:   attack.Ticket{Attributes: map[string]string{"subject": "Hello", "via_id": "5"}},
				Via:      []tenant.Ref{{Type: "trigger", ID: "360000", Title: "Set the form"}},
			},
		},
		Subject: subject(), Body: receipt(),
		Review: []attack.Review{{What: "placeholder ticket.invented is in no list", At: tenant.Pos{File: "triggers.json", Line: 14, Column: 9}}},
	}
}

func silentAttack() attack.Attack {
	return attack.Attack{
		Object:     tenant.Ref{Type: "automation", ID: "360077", Title: "Pending notification 24 hours"},
		Recipients: []attack.Recipient{attack.ToRequester},
		Channels:   []attack.Path{{Channel: attack.Email, Intake: attack.IntakeUnknown, Reach: attack.Certain, Content: attack.SaysNone}},
		Subject:    taint.Own("Your ticket"), Body: taint.Own("We wait for you."),
	}
}

func risky() *audit.Report {
	waived := relayFinding("360009", "Static greeting")
	waived.State, waived.Waiver = audit.Waived, &audit.Waiver{
		Rule: "ZD-TRG-02", Object: "trigger/360009", Reason: "Static greeting, agreed with the support lead.",
		Owner: "jane@example.com", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC),
	}
	baselined := settingFinding()
	baselined.State = audit.Baselined
	second := relayFinding("360002", "Notify CCs")
	second.Evidence, second.Score = second.Evidence[:1], 7.5
	setting := settingFinding()
	no := plainRule("ZD-AUTHN-06", "Agents stay signed in for days", 5)
	unknown := "forbidden: security_settings (HTTP 403; needs an administrator)"
	return &audit.Report{
		Version: "0.1.0", Subdomain: "acme", Name: "Acme Ltd", Origin: tenant.Origin{Kind: "dump", Path: "exports/acme"},
		GeneratedAt: when, Complete: true,
		Gaps: []tenant.Gap{
			{Kind: tenant.SecuritySettings, Reason: tenant.Forbidden, Detail: "HTTP 403; needs an administrator"},
			{Kind: tenant.Users, Reason: tenant.Truncated, Detail: "stopped after 10000 of them; the rest was not looked at, which says nothing about the rest"},
		},
		Notes: []string{"exports/acme/readme.txt is not JSON and was passed over"},
		Intake: attack.Settings{
			AnybodyCanSubmit:           attack.Answer{Value: tri.Unknown, Basis: "none", Detail: "no API returns this"},
			RequireAuthRequestsUploads: attack.Answer{Value: tri.False, Basis: "attested", Detail: "attested by jane@example.com on 2026-11-02, until 2027-02-02"},
			AskUsersToRegister:         attack.Answer{Value: tri.Unknown, Basis: "none"},
		},
		Outcomes: []audit.Outcome{
			{Rule: relayRule(), Status: audit.Fail},
			{Rule: settingRule(), Status: audit.Fail},
			{Rule: no, Status: audit.Unknown, Reason: unknown},
			{Rule: plainRule("ZD-AUTHN-07", "Passwords may be weak", 7), Status: audit.Unknown, Reason: unknown},
			{Rule: plainRule("ZD-ACC-01", "Anybody can submit tickets", 6), Status: audit.Unknown, Reason: "attestation_missing: anybody_can_submit"},
			{Rule: plainRule("ZD-OPS-01", "A rule that broke", 2), Status: audit.Error, Reason: "rule ZD-OPS-01 could not judge this account: index out of range"},
			{Rule: plainRule("ZD-API-01", "API tokens never expire", 6), Status: audit.Pass},
			{Rule: plainRule("ZD-BOT-01", "A bot talks to strangers", 6), Status: audit.NotApplicable, Reason: "there is no bot"},
		},
		Findings: []audit.Finding{relayFinding("360001", "Notify requester of received request"), waived, second, setting, baselined},
		Attacks:  []attack.Attack{silentAttack(), relayAttack()},
	}
}

func clean() *audit.Report {
	r := &audit.Report{
		Version: "0.1.0", Subdomain: "globex", Origin: tenant.Origin{Kind: "api"}, GeneratedAt: when, Complete: true,
		Intake: attack.Settings{
			AnybodyCanSubmit:           attack.Answer{Value: tri.False, Basis: "attested", Detail: "attested by jane@example.com on 2026-11-02"},
			RequireAuthRequestsUploads: attack.Answer{Value: tri.True, Basis: "attested", Detail: "attested by jane@example.com on 2026-11-02"},
			AskUsersToRegister:         attack.Answer{Value: tri.True, Basis: "inferred", Detail: "suspended tickets wait for their authors to register (cause 12)"},
		},
	}
	for i := range 61 {
		r.Outcomes = append(r.Outcomes, audit.Outcome{Rule: plainRule(fmt.Sprintf("ZD-TRG-%02d", i), "A rule", 5), Status: audit.Pass})
	}
	r.Outcomes = append(r.Outcomes,
		audit.Outcome{Rule: plainRule("ZD-SHR-01", "Tickets are shared with others", 5), Status: audit.NotApplicable},
		audit.Outcome{Rule: plainRule("ZD-AUD-01", "Nobody reads the audit log", 3), Status: audit.Unknown, Reason: "not_on_plan: audit_logs (the plan has no audit log)"},
	)
	r.Gaps = []tenant.Gap{{Kind: tenant.AuditLogs, Reason: tenant.NotOnPlan, Detail: "the plan has no audit log"}}
	return r
}

// evil is what an account may hold wherever it holds text.
const evil = "\x1b]0;owned\x07Receipt\x1b[31m\u202Eevil\u202C\u200b\nsecond\rline\u2028third\x9b\xff\u0085«mark»\u2066\U000E0041"

func hostile() *audit.Report {
	r := risky()
	long := strings.Repeat("A", 10_000)
	r.Subdomain, r.Name, r.Version = "acme"+evil, evil, evil
	r.Origin = tenant.Origin{Kind: "dump" + evil, Path: evil}
	r.Notes = []string{evil + long}
	r.Gaps[0].Detail = evil
	r.Intake.RequireAuthRequestsUploads.Detail = evil
	r.Outcomes[2].Reason = "forbidden: " + evil
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Object = tenant.Ref{Type: "trigger", ID: "36" + evil, Title: evil + long}
		f.Message = evil + " " + strings.Repeat("界", 200)
		f.At.File = evil
		f.Evidence = []audit.Evidence{{Label: evil, Text: taint.Text{
			{Text: evil},
			{Text: evil + long, From: "ticket.title" + evil},
			{Text: strings.Repeat("e"+strings.Repeat("\u0301", 9), 50)},
			{Text: "\U0001F469\u200d\U0001F4BB\uFE0F e\u0301 x", From: "ticket.description"},
		}}}
	}
	for i := range r.Attacks {
		a := &r.Attacks[i]
		a.Object.Title, a.Object.ID, a.Sink = evil+long, evil, evil
		a.Subject = taint.Text{{Text: evil, From: "ticket.title"}}
		for j := range a.Channels {
			c := &a.Channels[j]
			c.Because = []string{evil}
			c.Ticket = attack.Ticket{Attributes: map[string]string{evil: evil, "subject": long}, Tags: []string{evil, long}}
			c.Carriers = append(c.Carriers, evil)
			c.Via = []tenant.Ref{{Type: "trigger", ID: evil, Title: evil}}
		}
	}
	return r
}

func many() *audit.Report {
	r := risky()
	r.Findings = nil
	for i := range 57 {
		f := relayFinding(fmt.Sprintf("3600%03d", i), "Copy")
		f.Evidence = f.Evidence[:1]
		r.Findings = append(r.Findings, f)
	}
	other := relayFinding("360999", "Deleted by its owner")
	other.Evidence = nil
	other.Remedy = audit.Remediation{Summary: "Delete the trigger."}
	r.Findings = append(r.Findings[:3:3], append([]audit.Finding{other}, r.Findings[3:]...)...)
	return r
}

func interrupted() *audit.Report {
	r := clean()
	r.Complete = false
	for i := range r.Outcomes {
		r.Outcomes[i].Status, r.Outcomes[i].Reason = audit.Unknown, "interrupted: the audit was stopped before this rule was reached"
	}
	r.Intake = attack.Settings{}
	r.Gaps = []tenant.Gap{{Kind: tenant.Triggers, Reason: tenant.Interrupted}}
	return r
}
