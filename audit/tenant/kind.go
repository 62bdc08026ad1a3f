package tenant

import "fmt"

// A Kind is a sort of resource that an account has.
type Kind uint8

// The kinds, in the order in which reports list them.
const (
	NoKind Kind = iota
	Account
	Settings
	SecuritySettings
	EmailSettings
	RemoteAuthentications
	Triggers
	TriggerCategories
	TriggerDefinitions
	Automations
	Macros
	DynamicContent
	TicketFields
	TicketForms
	CustomStatuses
	Brands
	Locales
	RecipientAddresses
	Webhooks
	Targets
	Users
	CustomRoles
	Organizations
	SuspendedTickets
	OAuthClients
	OAuthTokens
	OAuthGlobalClients
	APITokens
	Installations
	SharingAgreements
	DeletionSchedules
	AuditLogs
	HelpCenterSettings
	CustomObjects
	OrganizationSubscriptions
	// DNS is what the domain name system says about the account's domains.
	DNS
	// Probes are answers of the account's own pages to somebody without an
	// account.
	Probes
	// SampledTickets are recent tickets, with people reduced to what rules need.
	SampledTickets
	kindCount
)

var kindNames = [kindCount]string{
	NoKind:                    "none",
	Account:                   "account",
	Settings:                  "settings",
	SecuritySettings:          "security_settings",
	EmailSettings:             "email_settings",
	RemoteAuthentications:     "remote_authentications",
	Triggers:                  "triggers",
	TriggerCategories:         "trigger_categories",
	TriggerDefinitions:        "trigger_definitions",
	Automations:               "automations",
	Macros:                    "macros",
	DynamicContent:            "dynamic_content",
	TicketFields:              "ticket_fields",
	TicketForms:               "ticket_forms",
	CustomStatuses:            "custom_statuses",
	Brands:                    "brands",
	Locales:                   "locales",
	RecipientAddresses:        "recipient_addresses",
	Webhooks:                  "webhooks",
	Targets:                   "targets",
	Users:                     "users",
	CustomRoles:               "custom_roles",
	Organizations:             "organizations",
	SuspendedTickets:          "suspended_tickets",
	OAuthClients:              "oauth_clients",
	OAuthTokens:               "oauth_tokens",
	OAuthGlobalClients:        "oauth_global_clients",
	APITokens:                 "api_tokens",
	Installations:             "installations",
	SharingAgreements:         "sharing_agreements",
	DeletionSchedules:         "deletion_schedules",
	AuditLogs:                 "audit_logs",
	HelpCenterSettings:        "help_center_settings",
	CustomObjects:             "custom_objects",
	OrganizationSubscriptions: "organization_subscriptions",
	DNS:                       "dns",
	Probes:                    "probes",
	SampledTickets:            "sampled_tickets",
}

// Kinds lists every kind in order.
func Kinds() []Kind {
	out := make([]Kind, 0, kindCount-1)
	for k := NoKind + 1; k < kindCount; k++ {
		out = append(out, k)
	}
	return out
}

// String gives the name that reports and dump files use, such as "triggers".
func (k Kind) String() string {
	if k >= kindCount {
		return fmt.Sprintf("kind(%d)", k)
	}
	return kindNames[k]
}

// KindNamed finds a kind by its name; NoKind if there is none.
func KindNamed(name string) Kind {
	for _, k := range Kinds() {
		if kindNames[k] == name {
			return k
		}
	}
	return NoKind
}

// Single says whether an account has one of k, an object, and not a list.
func (k Kind) Single() bool {
	switch k { //nolint:exhaustive // the others are lists
	case Account, Settings, SecuritySettings, EmailSettings, TriggerDefinitions, HelpCenterSettings, DNS, Probes:
		return true
	default:
		return false
	}
}

// OnRequest says whether k is read only when the user asks for it, because it
// takes more than reading the account's settings.
func (k Kind) OnRequest() bool {
	switch k { //nolint:exhaustive // the others are read always
	case HelpCenterSettings, DNS, Probes, SampledTickets:
		return true
	default:
		return false
	}
}

// A Reason says why something was not read in full.
type Reason uint8

// The reasons. They are the words of the report format.
const (
	NotInSource Reason = iota
	Forbidden
	NotOnPlan
	EndpointMissing
	RateLimited
	Truncated
	ParseError
	Unreachable
	Interrupted
	reasonCount
)

var reasonNames = [reasonCount]string{
	NotInSource:     "not_in_source",
	Forbidden:       "forbidden",
	NotOnPlan:       "not_on_plan",
	EndpointMissing: "endpoint_missing",
	RateLimited:     "rate_limited",
	Truncated:       "truncated",
	ParseError:      "parse_error",
	Unreachable:     "unreachable",
	Interrupted:     "interrupted",
}

// String gives the word that reports use, such as "forbidden".
func (r Reason) String() string {
	if r >= reasonCount {
		return fmt.Sprintf("reason(%d)", r)
	}
	return reasonNames[r]
}

// ReasonNamed finds a reason by its word. An unknown word, from a dump that a
// later version wrote, is ParseError: something was wrong, and it must not
// read as nothing.
func ReasonNamed(word string) Reason {
	for r := range reasonCount {
		if reasonNames[r] == word {
			return r
		}
	}
	return ParseError
}

// A Gap is a resource that was not read in full, and why.
type Gap struct {
	Kind   Kind
	Reason Reason
	// Detail is one line for a person: the status, what it usually means, what
	// would help.
	Detail string
}
