// Package attack works out what somebody without an account can make a Zendesk
// account send: which messages, to whom, and with which words of their own.
//
// For each channel the outsider's ticket has attributes that they choose,
// choose among the account's values, or cannot touch. Triggers run over it in
// order and may change it; conditions are judged together over one ticket; what
// is left when a message-sending action is reached is the witness. Whatever
// cannot be decided makes an attack possible, never certain and never silent.
package attack

import (
	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Channel is a way to open a ticket without an account.
type Channel string

// The channels.
const (
	WebForm     Channel = "web_form"
	RequestsAPI Channel = "requests_api"
	Email       Channel = "email"
	Widget      Channel = "widget"
	MobileSDK   Channel = "mobile_sdk"
	Messaging   Channel = "messaging"
	TicketsAPI  Channel = "tickets_api"
)

// ChannelNames lists the channels in the order of reports.
func ChannelNames() []string {
	var out []string
	for _, m := range models() {
		out = append(out, string(m.name))
	}
	return out
}

// A Recipient is somebody who gets a message.
type Recipient string

// The recipients, as the report format names them.
const (
	ToRequester    Recipient = "requester"
	ToCCs          Recipient = "ccs"
	ToCurrentUser  Recipient = "current_user"
	ToUser         Recipient = "user"
	ToOrganization Recipient = "organization"
	ToAgents       Recipient = "agents"
	ToGroup        Recipient = "group"
	ToTarget       Recipient = "target"
	ToWebhook      Recipient = "webhook"
	ToSMS          Recipient = "sms"
)

// OutsiderChooses says whether somebody outside decides who this recipient is.
func (r Recipient) OutsiderChooses() bool {
	return r == ToRequester || r == ToCCs || r == ToCurrentUser
}

// A Reach says whether a message is sent, given the witness ticket.
type Reach string

// The reaches. Possible means that something on the way is not known.
const (
	Certain  Reach = "certain"
	Possible Reach = "possible"
)

// A Content is the most that the outsider gets to say in a message.
type Content string

// The contents, from most to least.
const (
	SaysText   Content = "text"   // whatever they like
	SaysName   Content = "name"   // a name or an address
	SaysChoice Content = "choice" // which of the account's own values
	SaysNone   Content = "none"
)

// An Attack is one message-sending action that an outsider can set off.
type Attack struct {
	Object tenant.Ref
	// Action is the index into the object's actions.
	Action int
	// Sink is the action's field: notification_user, notification_target, …
	Sink       string
	Recipients []Recipient
	// Conditions are the rule's own, in one line of words.
	Conditions string
	Channels   []Path
	// Subject and Body are the message as it arrives over the first of the
	// channels on which the outsider gets to say the most.
	Subject, Body taint.Text
	// SubjectAt and BodyAt are where the templates stand.
	SubjectAt, BodyAt tenant.Pos
	// Review names what a person has to look at, because it could not be
	// understood: a template that does not parse, a placeholder in no list.
	Review []Review
	// Words are all places where a placeholder can put the outsider's words into
	// the message, over any channel and whether or not Zendesk blanks them.
	Words []Word
}

// A Word is a place where the outsider's words get into a message.
type Word struct {
	From string // the carrier
	// At is where the placeholder stands; in dynamic content, there.
	At        tenant.Pos
	InSubject bool
	// Dynamic is the key of the dynamic content item it hides in, if any.
	Dynamic string
	// Logic: it does not print where it is named, but arrives through a variable,
	// a loop, a filter.
	Logic bool
}

// A Review is something that a person has to look at.
type Review struct {
	What string
	At   tenant.Pos
}

// A Path is how a message is reached over one channel.
type Path struct {
	Channel Channel
	Intake  Intake
	Reach   Reach
	// Because says what makes the reach only possible; empty where certain.
	Because []string
	// Carriers are the placeholders that put the outsider's words into the
	// message over this channel; Suppressed are those that Zendesk blanks.
	Carriers, Suppressed []string
	// Clause says by which clause of Zendesk's rule comment placeholders are
	// blanked, or are not; empty where the message has none.
	Clause string
	// InSubject and InBody are the carriers by where they stand.
	InSubject, InBody []string
	Content           Content
	// AtCreation: can be sent when the ticket is created. Later: the way that is
	// described leads there when an automation runs. Where Zendesk blanks at
	// creation what it lets through later, both hold.
	AtCreation, Later bool
	// Ticket is a ticket that satisfies every condition on the way.
	Ticket Ticket
	// Via are the rules that had to fire first, in order.
	Via []tenant.Ref
}

// A Ticket is a witness: attributes by the name of the condition that reads
// them, for instance "subject", "via_id", "custom_fields_360". Attributes that
// do not matter are left out. Tags are in their own order.
type Ticket struct {
	Attributes map[string]string
	Tags       []string
}
