package rules

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const (
	scoreTargetOutside = 7.4
	scoreTarget        = 5.0
	scoreSender        = 5.5 // a webhook to a service that sends messages
	scoreJSON          = 4.2
	scoreSMS           = 7.3
	webhooksURL        = "https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/"
)

// trgEmailTarget: the oldest way to send mail, and the one with fewest checks.
var trgEmailTarget = audit.Rule{
	ID:    "ZD-TRG-17",
	Title: "A new ticket is mailed through an e-mail target",
	Score: scoreTargetOutside, Since: "0.1.0", Tags: []string{"relay", "core", "targets"},
	Needs: triggerNeeds, Uses: append([]tenant.Kind{tenant.Targets, tenant.RecipientAddresses}, triggerUses...),
	Why: "Zendesk blanks nothing in mail that goes through an e-mail target, so the whole text of a stranger's request goes out. " +
		"If the target's address lies outside the company, or is put together from ticket data, that is a relay; if it is yours, it is a way to phish your staff.",
	Fix: audit.Remediation{
		Summary: "Replace e-mail targets by mail to a group, without a stranger's words.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: open the trigger and replace the action “Notify target” by “Email group”.",
			"Then deactivate the target, usually under Admin Center › Apps and integrations › Targets.",
			"Side effect: whoever reads the mailbox of the target no longer gets the mail.",
		},
	},
	References: []string{suppressURL, actionsURL},
	Frameworks: relayControls,
	Check:      checkEmailTargets,
}

func checkEmailTargets(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	var open audit.Verdict
	for _, r := range onCreation(f, sentBy("notification_target")) {
		id := addressee(f, r.attack)
		i := slices.IndexFunc(f.Targets, func(t tenant.Target) bool { return t.ID == id })
		if i < 0 {
			if v, missing := gapVerdict(f, tenant.Targets, named(r.attack.Object)+" notifies a target that was not read"); missing {
				open = v
			}
			continue // a target that was deleted receives nothing
		}
		target := f.Targets[i]
		if target.TargetType != "email_target" || target.Active.Is(true) == tri.False {
			continue
		}
		found = append(found, emailTargetFinding(f, r, target))
	}
	if len(found) == 0 && open.Reason != "" {
		return open
	}
	return audit.Failed(found...)
}

// emailTargetFinding names only the domain of the target's address, which may be a
// person's.
func emailTargetFinding(f *audit.Facts, r firstReply, target tenant.Target) audit.Finding {
	_, domain, _ := strings.Cut(target.Email, "@")
	out := r.targetMessage(target)
	out.Score, out.Certainty = scoreTarget, audit.Possible
	if doubts(r.paths) == "" {
		out.Certainty = audit.Certain
	}
	attested := f.Attested("corporate_domains")
	switch {
	case strings.Contains(target.Email, "{{"):
		out.Score = scoreTargetOutside
		out.Message += " The address is put together from ticket data."
	case domain == "":
		out.Certainty = audit.Possible
		out.Message += " The address of the target could not be read."
	case !isOwnDomain(f, attested, domain):
		out.Score = scoreTargetOutside
		out.Message += " The address lies at " + domain + ", which is not among the company's domains."
		if !attested.Known {
			out.Certainty = audit.Possible
			out.Message += " Those were taken from the support addresses; attest.corporate_domains in zdaudit.yaml would settle it."
		}
	}
	out.Score = afterIntake(out.Score, r.paths)
	out.Message += intakeRemark(r.paths) + doubts(r.paths)
	return out
}

func (r firstReply) targetMessage(target tenant.Target) audit.Finding {
	_, _, carriers, _ := r.carrying(allCarriers)
	what := "no words of the sender"
	if len(carriers) > 0 {
		what = strings.Join(carriers, ", ")
	}
	return audit.Finding{
		Basis:   audit.FromSimulation,
		Message: fmt.Sprintf("%s mails a new ticket through %s, with %s (%s).", named(r.attack.Object), named(target.Ref), what, channels(r.paths)),
		Object:  r.attack.Object, Part: fmt.Sprint("action ", r.attack.Action), At: r.attack.BodyAt, Evidence: mail(r.attack),
	}
}

// isOwnDomain says whether a domain, or one above it, is the company's: as
// attested, or that of a support address.
func isOwnDomain(f *audit.Facts, attested audit.Attested, domain string) bool {
	own := slices.Clone(attested.List)
	for _, a := range f.List(tenant.RecipientAddresses) {
		if _, d, ok := strings.Cut(a.Get("email").Str().Or(""), "@"); ok {
			own = append(own, d)
		}
	}
	domain = strings.ToLower(domain)
	return slices.ContainsFunc(own, func(d string) bool {
		d = strings.ToLower(strings.TrimPrefix(d, "@"))
		return d != "" && (domain == d || strings.HasSuffix(domain, "."+d))
	})
}

// trgWebhook: what happens to the words behind a webhook, Zendesk's protections
// do not see.
var trgWebhook = audit.Rule{
	ID:    "ZD-TRG-18",
	Title: "A webhook hands a stranger's words to a service that sends messages, or puts them into JSON as they are",
	Score: scoreSender, Since: "0.1.0", Tags: []string{"relay", "core", "webhooks"},
	Needs: triggerNeeds, Uses: append([]tenant.Kind{tenant.Webhooks}, triggerUses...),
	Why: "A webhook to a mail, text or chat service sends on what a stranger wrote, past every limit that Zendesk has. " +
		"In a JSON body, a quotation mark in the stranger's text can end the string it stands in, unless something escapes it.",
	Fix: audit.Remediation{
		Summary: "Send the ticket's number, and let the receiver fetch the ticket.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: reduce the body of “Notify active webhook” to {{ticket.id}}; the receiver fetches the ticket through the API and escapes what it uses.",
			"Review the webhook, usually under Admin Center › Apps and integrations › Webhooks.",
			"Side effect: the receiver needs a credential to read tickets.",
		},
	},
	References: []string{placesURL, webhooksURL},
	Frameworks: relayControls,
	Check:      checkWebhooks,
}

// senders are hosts of services that send messages, with every host below them.
var senders = []string{
	"api.mailgun.net", "api.eu.mailgun.net", "api.sendgrid.com", "api.twilio.com", "api.postmarkapp.com", "api.brevo.com", "mandrillapp.com",
	"sparkpost.com", "amazonaws.com", "hooks.slack.com", "slack.com", "discord.com", "api.telegram.org", "webhook.office.com", "rest.nexmo.com",
	"graph.facebook.com", "api.messagebird.com",
}

func checkWebhooks(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	var open audit.Verdict
	for _, r := range onCreation(f, sentBy("notification_webhook")) {
		_, sure, carriers, paths := r.carrying(allCarriers)
		if len(carriers) == 0 {
			continue
		}
		hook, ok := webhookWith(f, addressee(f, r.attack))
		if !ok {
			if v, missing := gapVerdict(f, tenant.Webhooks, named(r.attack.Object)+" hands a stranger's words to a webhook that was not read"); missing {
				open = v
			}
			continue // a webhook that was deleted receives nothing
		}
		if hook.Get("status").Str().Or("active") == "inactive" {
			continue
		}
		host, known := hostOf(hook.Get("endpoint"))
		format, formatKnown := hook.Get("request_format").Str().Get()
		finding := r.finding(carriers, paths, "through “"+hook.Get("name").Str().Or("a webhook")+"”")
		finding.Certainty, finding.At = sure, r.at(anyWord)
		switch {
		case known && sendsMessages(host):
			finding.Score = scoreSender
			finding.Message += " Its host " + host + " belongs to a service that sends messages."
		case formatKnown && format == "json" && printedAsIs(r.attack):
			finding.Score, finding.Certainty = scoreJSON, audit.Possible
			finding.Message += " The body is JSON, and the words stand in it as they are; whether anything escapes a quotation mark in them, the trigger does not show."
		case !known || !formatKnown:
			open = audit.Undecided(fmt.Sprintf("key_missing: endpoint or request_format of the webhook of %s could not be read", named(r.attack.Object)))
			continue
		default:
			continue
		}
		finding.Score = afterIntake(finding.Score, paths)
		found = append(found, finding)
	}
	if len(found) == 0 && open.Reason != "" {
		return open
	}
	return audit.Failed(found...)
}

func webhookWith(f *audit.Facts, id string) (tenant.Value, bool) {
	for _, h := range f.List(tenant.Webhooks) {
		if h.Get("id").ID() == id && id != "" {
			return h, true
		}
	}
	return tenant.Value{}, false
}

func hostOf(endpoint tenant.Value) (string, bool) {
	s, ok := endpoint.Str().Get()
	if !ok {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return "", false
	}
	return strings.ToLower(u.Hostname()), true
}

// sendsMessages says whether a host belongs to a service that sends messages.
// Of Amazon's hosts only those of its mail and message services do.
func sendsMessages(host string) bool {
	return slices.ContainsFunc(senders, func(s string) bool {
		if host != s && !strings.HasSuffix(host, "."+s) {
			return false
		}
		return s != "amazonaws.com" || strings.HasPrefix(host, "email.") || strings.HasPrefix(host, "sns.")
	})
}

// printedAsIs says whether a carrier is printed without any filter, which could
// have escaped it.
func printedAsIs(a attack.Attack) bool {
	return slices.ContainsFunc(a.Words, func(w attack.Word) bool { return !w.Logic })
}

// trgSMS: a text message costs money, and the sender's number is yours.
var trgSMS = audit.Rule{
	ID:    "ZD-TRG-19",
	Title: "A text message to the requester repeats a stranger's words",
	Score: scoreSMS, Since: "0.1.0", Tags: []string{"relay", "core", "sms"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "A stranger who can set off text messages spends your money, and the text comes from your number. " +
		"If it repeats what they typed, they also write it.",
	Fix: audit.Remediation{
		Summary: "Send text messages for new tickets to known customers only, with fixed text.",
		Steps: []string{
			openTriggerOnly,
			"Add “Current user › Is › (agent)” or a tag that only verified customers get, and write the message in words of your own.",
			"Side effect: customers who write for the first time get no text message.",
		},
	},
	References: []string{actionsURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		rs := slices.DeleteFunc(onCreation(f, sentBy("notification_sms_user")), func(r firstReply) bool { return isStaff(f, addressee(f, r.attack)) })
		found := carried(rs, scoreSMS, "in a text message", allCarriers, anyWord)
		for i := range found {
			found[i].Certainty = audit.Possible
			found[i].Message += " The requester has to have a phone number; whether a stranger's request can bring one is not documented."
		}
		return clean(f, f.Triggers, found)
	},
}

// isStaff says whether a recipient of a message is an agent.
func isStaff(f *audit.Facts, to string) bool {
	return to == "assignee_id" || to == "all_agents" || to == "group_id" || isMember(f, to)
}
