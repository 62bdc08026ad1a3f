package collect

import (
	"net/http"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Who may read a resource, from many to few.
type Who uint8

// The groups of users that Zendesk's reference names under "Allowed for".
const (
	Anyone Who = iota
	Agents
	Admins
)

// String gives the word for a person.
func (w Who) String() string {
	return [...]string{"anyone", "agents", "administrators"}[min(w, Admins)]
}

// An Endpoint is where a kind of resource is read, and what is known about
// reading it. All of them lie under /api/v2.
type Endpoint struct {
	Kind tenant.Kind
	// Path is relative to /api/v2, with its query. Where Zendesk documents
	// cursor pagination it asks for 100 objects a page, the most there is.
	Path string
	// Plain is asked where the account refuses Path, whose extras belong to
	// some plans only.
	Plain string
	// Pages is the most that are read.
	Pages int
	Who   Who
	// Scope is the OAuth scope that is enough by itself. Empty stands for
	// "read", which is enough for everything but security_settings.
	Scope string
	// Plan is the plan that the resource needs, as Zendesk states it.
	Plan string
	// Forbidden and NotFound are what HTTP 403 and 404 mean for a user who may
	// read the resource. The zero value stands for the plain meaning.
	Forbidden, NotFound tenant.Reason
	// Help is one line on what to do about a refusal.
	Help string
}

// Bounds on the pages of one resource.
const (
	onePage   = 1
	fewPages  = 10
	manyPages = 50
	allPages  = 200
)

const (
	adminHelp  = "let an administrator own the credential"
	agentHelp  = "let an agent or administrator own the credential"
	planHelp   = "nothing to do where the plan has no such feature"
	statusHelp = "nothing to do where custom ticket statuses are off"
)

// endpoints says for each kind how it is read. The paths, groups and plans are
// those of https://developer.zendesk.com/api-reference/ and of the OpenAPI
// document at https://developer.zendesk.com/zendesk/oas.yaml, but for account
// and apps/installations, which that document does not contain. The settings
// of help centers have no documented endpoint and are not read.
var endpoints = []Endpoint{
	{Kind: tenant.Account, Path: "/account", Pages: onePage, Who: Agents, NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.Settings, Path: "/account/settings", Pages: onePage, Who: Agents, NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.SecuritySettings, Path: "/security_settings", Pages: onePage, Who: Admins, Scope: "security:read", NotFound: tenant.EndpointMissing, Help: adminHelp + ", and allow it the OAuth scope security:read"},
	{Kind: tenant.EmailSettings, Path: "/account/email_settings", Pages: onePage, Who: Admins, NotFound: tenant.EndpointMissing, Help: adminHelp},
	{Kind: tenant.RemoteAuthentications, Path: "/remote_authentications", Pages: onePage, Who: Admins, NotFound: tenant.EndpointMissing, Help: adminHelp},
	{Kind: tenant.Triggers, Path: "/triggers?include=usage_1h,usage_24h,usage_7d,usage_30d&page[size]=100", Plain: "/triggers?page[size]=100", Pages: allPages, Who: Agents, Scope: "triggers:read", NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.TriggerCategories, Path: "/trigger_categories?page[size]=100", Pages: manyPages, Who: Agents, Scope: "triggers:read", NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.TriggerDefinitions, Path: "/triggers/definitions", Pages: onePage, Who: Agents, Scope: "triggers:read", NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.Automations, Path: "/automations?page[size]=100", Pages: manyPages, Who: Agents, Scope: "automations:read", NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.Macros, Path: "/macros?access=shared&page[size]=100", Pages: manyPages, Who: Agents, Scope: "macros:read", NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.DynamicContent, Path: "/dynamic_content/items?page[size]=100", Pages: manyPages, Who: Agents, Scope: "dynamic_content:read", NotFound: tenant.NotOnPlan, Help: planHelp + "; otherwise let an administrator own the credential"},
	{Kind: tenant.TicketFields, Path: "/ticket_fields?page[size]=100", Pages: manyPages, Who: Anyone, NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.TicketForms, Path: "/ticket_forms?page[size]=100", Pages: manyPages, Who: Anyone, Plan: "Suite Growth, Support Enterprise or above", Forbidden: tenant.NotOnPlan, NotFound: tenant.NotOnPlan, Help: planHelp},
	{Kind: tenant.CustomStatuses, Path: "/custom_statuses", Pages: onePage, Who: Anyone, Forbidden: tenant.NotOnPlan, NotFound: tenant.NotOnPlan, Help: statusHelp},
	{Kind: tenant.Brands, Path: "/brands?page[size]=100", Pages: manyPages, Who: Agents, NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.Locales, Path: "/locales", Pages: onePage, Who: Anyone, NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.RecipientAddresses, Path: "/recipient_addresses?page[size]=100", Pages: manyPages, Who: Agents, NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.Webhooks, Path: "/webhooks?page[size]=100", Pages: manyPages, Who: Admins, Scope: "webhooks:read", NotFound: tenant.EndpointMissing, Help: adminHelp},
	{Kind: tenant.Targets, Path: "/targets", Pages: manyPages, Who: Agents, Scope: "targets:read", NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.Users, Path: "/users?role[]=admin&role[]=agent&page[size]=100", Pages: allPages, Who: Agents, Scope: "users:read", NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.CustomRoles, Path: "/custom_roles", Pages: onePage, Who: Agents, Plan: "Enterprise or above", Forbidden: tenant.NotOnPlan, NotFound: tenant.NotOnPlan, Help: planHelp},
	{Kind: tenant.Organizations, Path: "/organizations?page[size]=100", Pages: manyPages, Who: Agents, Scope: "organizations:read", NotFound: tenant.EndpointMissing, Help: "let a user who sees all organizations own the credential"},
	{Kind: tenant.SuspendedTickets, Path: "/suspended_tickets?page[size]=100", Pages: fewPages, Who: Admins, Scope: "tickets:read", NotFound: tenant.EndpointMissing, Help: "let an administrator, or an agent who may manage suspended tickets, own the credential"},
	{Kind: tenant.OAuthClients, Path: "/oauth/clients?page[size]=100", Pages: manyPages, Who: Admins, NotFound: tenant.EndpointMissing, Help: adminHelp},
	{Kind: tenant.OAuthTokens, Path: "/oauth/tokens?all=true&page[size]=100", Pages: manyPages, Who: Admins, NotFound: tenant.EndpointMissing, Help: adminHelp},
	{Kind: tenant.OAuthGlobalClients, Path: "/oauth/global_clients/token_summary?page[size]=100", Pages: manyPages, Who: Admins, NotFound: tenant.EndpointMissing, Help: adminHelp},
	{Kind: tenant.APITokens, Path: "/api_tokens?include_users=true", Pages: onePage, Who: Admins, NotFound: tenant.EndpointMissing, Help: "404 is also the answer where access by API token is switched off; otherwise " + adminHelp},
	{Kind: tenant.Installations, Path: "/apps/installations", Pages: manyPages, Who: Agents, Scope: "apps:read", NotFound: tenant.EndpointMissing, Help: adminHelp},
	{Kind: tenant.SharingAgreements, Path: "/sharing_agreements", Pages: manyPages, Who: Agents, NotFound: tenant.EndpointMissing, Help: agentHelp},
	{Kind: tenant.DeletionSchedules, Path: "/deletion_schedules", Pages: manyPages, Who: Admins, NotFound: tenant.NotOnPlan, Help: adminHelp},
	{Kind: tenant.AuditLogs, Path: "/audit_logs?sort=-created_at&page[size]=100", Pages: 2, Who: Admins, Scope: "auditlogs:read", Plan: "Enterprise or above", Forbidden: tenant.NotOnPlan, NotFound: tenant.NotOnPlan, Help: planHelp},
	{Kind: tenant.CustomObjects, Path: "/custom_objects", Pages: manyPages, Who: Agents, NotFound: tenant.NotOnPlan, Help: planHelp},
	{Kind: tenant.OrganizationSubscriptions, Path: "/organization_subscriptions?page[size]=100", Pages: onePage, Who: Agents, NotFound: tenant.EndpointMissing, Help: agentHelp},
}

// Endpoints lists what a live collection asks for, in the order of kinds.
func Endpoints() []Endpoint { return slices.Clone(endpoints) }

// needs says in words who may read the resource and what it takes.
func (e Endpoint) needs() string {
	switch {
	case e.Plan != "" && e.Who != Anyone:
		return "needs " + e.Who.String() + " and the plan " + e.Plan
	case e.Plan != "":
		return "needs the plan " + e.Plan
	case e.Who != Anyone:
		return "is for " + e.Who.String()
	}
	return "is for anyone"
}

// open says whether a user with a role may read the resource, as far as the
// role decides that.
func (e Endpoint) open(role string) bool { return e.Who != Admins || role == roleAdmin }

// refusal turns an HTTP status into the reason of a gap. A 403 for somebody
// whose role is too low is about the role, whatever the plan.
func (e Endpoint) refusal(status int, role string) tenant.Reason {
	switch {
	case status == http.StatusTooManyRequests:
		return tenant.RateLimited
	case status == http.StatusUnauthorized:
		return tenant.Forbidden
	case status == http.StatusForbidden && e.Forbidden == tenant.NotOnPlan && e.open(role):
		return tenant.NotOnPlan
	case status == http.StatusForbidden:
		return tenant.Forbidden
	case status == http.StatusNotFound && e.NotFound != tenant.NotInSource:
		return e.NotFound
	case status >= 500:
		return tenant.Unreachable
	}
	return tenant.EndpointMissing
}

// scoped says whether a token with these scopes, between spaces, may read the
// resource.
func (e Endpoint) scoped(scopes string) bool {
	for _, s := range strings.Fields(scopes) {
		switch {
		case s == e.Scope, s == "unrestricted", s == plainScope && e.Kind != tenant.SecuritySettings:
			return true
		}
	}
	return false
}

// scope is the scope to add for the resource.
func (e Endpoint) scope() string {
	if e.Kind == tenant.SecuritySettings {
		return e.Scope
	}
	return plainScope
}
