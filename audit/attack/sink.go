package attack

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// A message is what an action sends: to whom, and from which templates.
type message struct {
	sink       string
	recipients []Recipient
	subject    tenant.Text
	bodies     []tenant.Text
	// suppressible: Zendesk blanks comment placeholders in it, where the other
	// conditions hold, because it goes to end users in a mail of its own
	// (https://support.zendesk.com/hc/en-us/articles/4408833443226).
	suppressible bool
	// doubt is set where it is not sure that this sends a message at all, or to
	// whom.
	doubt string
}

// sinks are the actions that send something
// (https://developer.zendesk.com/documentation/ticketing/reference-guides/actions-reference/).
var sinks = map[string]func(*world, tenant.Action) message{
	"notification_user":            userMail,
	"notification_group":           groupMail,
	"notification_target":          targetMessage,
	"notification_webhook":         webhookMessage,
	"notification_sms_user":        textMessage(ToSMS),
	"notification_sms_group":       textMessage(ToSMS),
	"notification_zis":             textMessage(ToTarget),
	"notification_messaging_csat":  textMessage(ToRequester),
	"tweet_requester":              textMessage(ToRequester),
	"side_conversation":            textMessage(ToTarget),
	"side_conversation_ticket":     textMessage(ToGroup),
	"side_conversation_slack":      textMessage(ToTarget),
	"deflection":                   autoreply,
	"reply_public":                 textMessage(ToRequester, ToCCs),
	"notification_sharing_partner": textMessage(ToTarget),
}

// silent are actions that send nothing and change nothing the analysis looks
// at.
var silent = map[string]bool{
	"follower": true, "satisfaction_score": true, "add_skills": true, "set_skills": true, "remove_skills": true,
	"comment_value": true, "comment_value_html": true, "comment_mode_is_public": true, "subject": true,
	"reply_internal": true, "share_ticket": true, "ticket_due_date": true, "ticket_schedule_id": true,
}

// messageOf reads an action that sends something; false for any other. An
// action that nobody knows counts as one if it holds text.
func messageOf(w *world, a tenant.Action) (message, bool) {
	if read, ok := sinks[a.Field]; ok {
		m := read(w, a)
		m.sink = a.Field
		return m, true
	}
	if silent[a.Field] {
		return message{}, false
	}
	if _, ok := effectOf(a); ok {
		return message{}, false
	}
	texts := templates(a.Value)
	if len(texts) == 0 {
		return message{}, false
	}
	return message{
		sink:   a.Field,
		bodies: texts,
		doubt:  "zdaudit does not know the action “" + a.Field + "”; look at what it sends, and to whom",
	}, true
}

// templates are the strings in a value that could be text for somebody: those
// with markup in them.
func templates(v tenant.Value) []tenant.Text {
	var out []tenant.Text
	for _, t := range v.Strings() {
		if strings.Contains(t.String(), "{") {
			out = append(out, t)
		}
	}
	return out
}

// userMail reads [recipient, subject, body].
func userMail(w *world, a tenant.Action) message {
	m := message{subject: a.Value.At(1).Text()}
	m.bodies = textsFrom(a.Value, 2)
	to, ok := a.Value.At(0).Scalar()
	if !ok {
		m.recipients = []Recipient{ToUser}
		m.suppressible = true
		m.doubt = "who receives the message could not be read"
		m.bodies = append(m.bodies, orphans(a.Value)...)
		return m
	}
	m.recipients, m.suppressible = w.recipients(to)
	return m
}

// orphans are the strings of a value that is not the documented list.
func orphans(v tenant.Value) []tenant.Text {
	if v.Type() == tenant.List {
		return nil
	}
	return v.Strings()
}

// recipients says who a name stands for, and whether they are end users.
func (w *world) recipients(to string) (who []Recipient, endUsers bool) {
	switch to {
	case "requester_id":
		return []Recipient{ToRequester}, true
	case "requester_and_ccs":
		return []Recipient{ToRequester, ToCCs}, true
	case "current_user":
		return []Recipient{ToCurrentUser}, true
	case "assignee_id", "all_agents":
		return []Recipient{ToAgents}, false
	}
	if w.team[to] {
		return []Recipient{ToAgents}, false
	}
	return []Recipient{ToUser}, true
}

// textsFrom gives the items of a list from the i'th on that are strings.
func textsFrom(v tenant.Value, i int) []tenant.Text {
	var out []tenant.Text
	for ; i < len(v.Items()); i++ {
		out = append(out, v.At(i).Strings()...)
	}
	return out
}

// groupMail reads [group, subject, body].
func groupMail(_ *world, a tenant.Action) message {
	return message{
		recipients: []Recipient{ToGroup},
		subject:    a.Value.At(1).Text(),
		bodies:     append(textsFrom(a.Value, 2), orphans(a.Value)...),
	}
}

// targetMessage reads [target id, message] or [target id, [[key, value], …]].
func targetMessage(w *world, a tenant.Action) message {
	m := message{recipients: []Recipient{ToTarget}, bodies: append(textsFrom(a.Value, 1), orphans(a.Value)...)}
	id := a.Value.At(0).ID()
	for _, t := range w.snap.Targets {
		if t.ID == id && t.Active.Is(true) == tri.False {
			m.doubt = "the target is not active"
		}
	}
	return m
}

// webhookMessage reads [webhook id, body].
func webhookMessage(_ *world, a tenant.Action) message {
	return message{recipients: []Recipient{ToWebhook}, bodies: append(textsFrom(a.Value, 1), orphans(a.Value)...)}
}

// textMessage reads an action of which every text with markup is sent. The
// order of its parts is not the same everywhere.
func textMessage(to ...Recipient) func(*world, tenant.Action) message {
	return func(_ *world, a tenant.Action) message {
		return message{recipients: to, bodies: a.Value.Strings()}
	}
}

// autoreply is the reply with suggested articles. The shape of its value is
// not documented, so every text in it counts; Zendesk suppresses in it as in
// any mail (https://support.zendesk.com/hc/en-us/articles/4408833443226).
func autoreply(w *world, a tenant.Action) message {
	m := message{recipients: []Recipient{ToRequester}, bodies: a.Value.Strings(), suppressible: true}
	if w.snap.Setting("active_features", "automatic_answers").Bool().Is(true) == tri.False {
		m.doubt = "the account's settings say that automatic answers are off"
	}
	return m
}
