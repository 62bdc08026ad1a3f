package rules

import (
	"slices"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const (
	scoreStaff            = 2.5
	scoreAllAgents        = 4.2
	scoreSideConversation = 5.0
	scoreSideMail         = 7.2
)

// trgStaff: the mail comes from an address that agents trust.
var trgStaff = audit.Rule{
	ID:    "ZD-TRG-20",
	Title: "Mail to agents about a new ticket repeats a stranger's words",
	Score: scoreStaff, Since: "0.1.0", Tags: []string{"core", "phishing", "staff"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Agents trust mail that comes from their own support address. " +
		"A notification that repeats a stranger's text brings the stranger's links to every recipient in that disguise.",
	Fix: audit.Remediation{
		Summary: "Let notifications to agents say little more than where the ticket is.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: deactivate “Notify all agents of received request”, or reduce its text to {{ticket.link}}.",
			"Tell agents that text in such mail is a stranger's.",
			"Side effect: agents have to open the ticket to see what it is about.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/8257723564186", stockURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AT-2", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.6.3"},
		"SOC 2":          {"CC6.6"},
		"MITRE ATT&CK":   {"T1566"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		var found []audit.Finding
		for _, r := range onCreation(f, func(a attack.Attack) bool { return toStaff(f, a) }) {
			score := scoreStaff
			if addressee(f, r.attack) == "all_agents" {
				score = scoreAllAgents
			}
			found = append(found, carried([]firstReply{r}, score, "in a notification", allCarriers, anyWord)...)
		}
		return clean(f, f.Triggers, found)
	},
}

// toStaff says whether a message goes to agents and to nobody else.
func toStaff(f *audit.Facts, a attack.Attack) bool {
	switch a.Sink {
	case "notification_user":
		return slices.Contains(a.Recipients, attack.ToAgents)
	case "notification_group", "notification_sms_group":
		return true
	case "notification_sms_user":
		return isStaff(f, addressee(f, a))
	}
	return false
}

// trgSideways: chat messages and conversations beside the ticket.
var trgSideways = audit.Rule{
	ID:    "ZD-TRG-21",
	Title: "Slack or a side conversation repeats a stranger's words from a new ticket",
	Score: scoreSideMail, Since: "0.1.0", Tags: []string{"core", "phishing", "integrations"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "Messages to Slack and side conversations are read as coming from a colleague or an own system, with the stranger's links in them. " +
		"A side conversation by e-mail also leaves the company, to whomever it is addressed to.",
	Fix: audit.Remediation{
		Summary: "Keep a stranger's words out of Slack messages and side conversations that start by themselves.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: reduce the message to the ticket's number and link, or add the condition “Current user › Is › (agent)”.",
			"Side effect: readers have to open the ticket to see what it is about.",
		},
	},
	References: []string{actionsURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		byMail := f.Setting("side_conversations", "email_channel").Bool().Is(true)
		found := carried(onCreation(f, sentBy("notification_zis", "side_conversation_ticket", "side_conversation_slack")),
			scoreSideConversation, "beside the ticket", allCarriers, anyWord)
		if byMail != tri.False {
			mails := carried(onCreation(f, sentBy("side_conversation")), scoreSideMail, "in a side conversation", allCarriers, anyWord)
			for i := range mails {
				mails[i].Certainty = audit.Possible
				mails[i].Message += " Whether it goes to an address outside the company, the trigger has to be opened to see."
			}
			found = append(found, mails...)
		}
		return clean(f, f.Triggers, found)
	},
}

const (
	scoreAutoreply  = 5.0
	scoreGenerative = 4.8
)

// trgAutoreply: the reply with suggested articles is a first reply too.
var trgAutoreply = audit.Rule{
	ID:    "ZD-TRG-22",
	Title: "An autoreply with articles repeats a stranger's words",
	Score: scoreAutoreply, Since: "0.1.0", Tags: []string{"relay", "core", "autoreply"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "The reply with suggested articles goes to whomever the stranger named as requester. " +
		"Zendesk blanks comments in it, but neither the title nor a name.",
	Fix: audit.Remediation{
		Summary: "Write subject and text of autoreplies in words of your own.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: open the trigger, go to its action “Autoreply with articles”, and remove the placeholders that the finding names.",
			"If nobody uses autoreplies with articles, deactivate the trigger.",
			"Side effect: the reply no longer names the request.",
		},
	},
	References: []string{suppressURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		on := f.Setting("active_features", "automatic_answers").Bool().Is(true)
		if on == tri.False {
			return audit.Passed("the account's settings say that automatic answers are off")
		}
		found := carried(onCreation(f, sentBy("deflection")), scoreAutoreply, "in an autoreply with articles", allCarriers, anyWord)
		for i := range found {
			if on == tri.Unknown {
				found[i].Certainty = audit.Possible
				found[i].Message += " Whether automatic answers are on is not known."
			}
		}
		return clean(f, f.Triggers, found)
	},
}

// trgGenerative: the text is not the stranger's own, but it answers to it.
var trgGenerative = audit.Rule{
	ID:    "ZD-TRG-23",
	Title: "An AI agent answers a stranger's new ticket by mail",
	Score: scoreGenerative, Since: "0.1.0", Tags: []string{"relay", "core", "ai"},
	Needs: triggerNeeds, Uses: append([]tenant.Kind{tenant.TriggerDefinitions}, triggerUses...),
	Why: "The trigger that publishing an AI agent creates lets it answer whoever was named as requester, and everybody in copy. " +
		"The stranger's message steers what it says, so it can be led to write to a victim in your name.",
	Fix: audit.Remediation{
		Summary: "Let the AI agent answer by mail only people of whom you know that they wrote.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: open the trigger that the finding names and restrict its conditions, for instance to a tag that verified customers get.",
			"Or unpublish the AI agent for e-mail and the web form. Look again whenever it has been published: that sets the text of the trigger back.",
			"Side effect: the AI agent answers fewer requests.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/9483857396378"},
	Frameworks: relayControls,
	Check:      checkGenerative,
}
