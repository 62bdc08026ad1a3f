package attack

import "github.com/zdaudit/zdaudit/audit/tri"

// Intake says what becomes of a stranger's ticket on a channel.
type Intake string

// The intakes. Held means suspended until the address is verified.
const (
	IntakeOpen    Intake = "open"
	IntakeClosed  Intake = "closed"
	IntakeHeld    Intake = "held"
	IntakeUnknown Intake = "unknown"
)

// An Answer is an intake setting and how it is known.
type Answer struct {
	Value tri.Value
	// Basis is the report format's word: attested, inferred, probe or none.
	Basis string
	// Detail is one line for a person: who attested it and when, which
	// evidence, or what would settle it.
	Detail string
}

// Settings are the three switches of Admin Center › People › Configuration ›
// End users that decide who may open a ticket
// (https://support.zendesk.com/hc/en-us/articles/4408883052442). No API
// returns them.
type Settings struct {
	AnybodyCanSubmit           Answer
	RequireAuthRequestsUploads Answer
	AskUsersToRegister         Answer
	// ContactFormWithToken: a form of the company's own creates tickets through
	// the Tickets API with an agent's credential. It is no setting of Zendesk's.
	ContactFormWithToken Answer
}

// On says what becomes of a stranger's ticket on a channel.
//
// Since April 2026 Zendesk suspends a request from the web form until the
// typed address has been verified
// (https://support.zendesk.com/hc/en-us/articles/10360295453082). E-mail is
// not covered. Whether the Requests API, the widget and the SDK are is not
// documented, so an open setting leaves them unknown.
func (s Settings) On(c Channel) Intake {
	anybody, auth, register := s.AnybodyCanSubmit.Value, s.RequireAuthRequestsUploads.Value, s.AskUsersToRegister.Value
	switch c {
	case TicketsAPI:
		switch s.ContactFormWithToken.Value {
		case tri.True:
			return IntakeOpen
		case tri.False:
			return IntakeClosed
		case tri.Unknown:
		}
		return IntakeUnknown
	case Messaging:
		// The three switches do not govern it.
		return IntakeUnknown
	case WebForm, RequestsAPI, Email, Widget, MobileSDK:
	}
	if anybody == tri.False {
		return IntakeClosed
	}
	if c == RequestsAPI || c == Widget || c == MobileSDK {
		if auth == tri.True {
			return IntakeClosed
		}
	}
	if anybody == tri.Unknown {
		return IntakeUnknown
	}
	if register == tri.True {
		if (c == RequestsAPI || c == Widget || c == MobileSDK) && auth == tri.Unknown {
			return IntakeUnknown
		}
		return IntakeHeld
	}
	switch c {
	case WebForm:
		return IntakeHeld
	case Email:
		if register == tri.False {
			return IntakeOpen
		}
	case RequestsAPI, Widget, MobileSDK, TicketsAPI, Messaging:
	}
	return IntakeUnknown
}

// Suppresses says whether Zendesk blanks comment placeholders in the mail that
// an end user's new ticket sets off: only while anybody can submit and nobody
// has to register (https://support.zendesk.com/hc/en-us/articles/4408833443226).
// Where the settings are not known, they are those that Zendesk ships.
func (s Settings) Suppresses() bool {
	return s.AnybodyCanSubmit.Value != tri.False && s.AskUsersToRegister.Value != tri.True
}
