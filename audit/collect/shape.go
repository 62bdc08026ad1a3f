package collect

import (
	"path"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A judgement is what an object looks like.
type judgement struct {
	kind tenant.Kind
	// sure is false where the shape fits more than one kind, and kind is the
	// likeliest; the names of file and folder may then decide.
	sure bool
}

// judge finds the kind of an object that stands without its envelope: by its
// own address in the API, then by the members that only this kind has.
func judge(v tenant.Value) judgement {
	if k, ok := kindByURL(v.Get("url").Str().Or("")); ok {
		return judgement{kind: k, sure: true}
	}
	if v.Get("actions").Type() == tenant.List {
		return judgeRule(v)
	}
	for _, s := range shapes {
		if !slices.ContainsFunc(s.has, func(key string) bool { return !v.Get(key).Exists() }) {
			return judgement{kind: s.kind, sure: true}
		}
	}
	return judgement{}
}

// shapes lists members by which an object is known. The first that fits wins.
// They are those of the objects in Zendesk's OpenAPI description
// (https://developer.zendesk.com/zendesk/oas.yaml).
var shapes = []struct {
	kind tenant.Kind
	has  []string
}{
	{tenant.DynamicContent, []string{"placeholder", "variants"}},
	{tenant.TicketForms, []string{"ticket_field_ids"}},
	{tenant.RecipientAddresses, []string{"email", "forwarding_status"}},
	{tenant.RecipientAddresses, []string{"email", "spf_status"}},
	{tenant.RecipientAddresses, []string{"email", "domain_verification_status"}},
	{tenant.Webhooks, []string{"endpoint", "http_method"}},
	{tenant.Webhooks, []string{"endpoint", "request_format"}},
	{tenant.CustomStatuses, []string{"status_category", "agent_label"}},
	{tenant.OAuthTokens, []string{"client_id", "scopes"}},
	{tenant.OAuthClients, []string{"identifier", "redirect_uri"}},
	{tenant.RemoteAuthentications, []string{"auth_mode", "remote_login_url"}},
	{tenant.RemoteAuthentications, []string{"auth_mode", "auth_mode_name"}},
	{tenant.AuditLogs, []string{"action", "actor_id", "source_type"}},
	{tenant.SuspendedTickets, []string{"cause", "cause_id"}},
	{tenant.Installations, []string{"app_id", "enabled"}},
	{tenant.Installations, []string{"app_id", "settings"}},
	{tenant.SharingAgreements, []string{"remote_subdomain"}},
	{tenant.CustomRoles, []string{"configuration", "role_type"}},
	{tenant.CustomRoles, []string{"configuration", "team_member_count"}},
	{tenant.TicketFields, []string{"type", "visible_in_portal"}},
	{tenant.TicketFields, []string{"type", "editable_in_portal"}},
	{tenant.Brands, []string{"brand_url"}},
	{tenant.Brands, []string{"subdomain", "has_help_center"}},
	{tenant.Targets, []string{"type", "target_url"}},
	{tenant.Organizations, []string{"domain_names", "shared_tickets"}},
	{tenant.Users, []string{"email", "role"}},
	{tenant.Locales, []string{"locale", "native_name"}},
	{tenant.Locales, []string{"locale", "presentation_name"}},
	{tenant.APITokens, []string{"description", "last_used_at"}},
	{tenant.CustomObjects, []string{"key", "title_pluralized"}},
}

// judgeRule tells triggers, automations and macros apart. A macro has no
// conditions; a trigger has a category and conditions on a change; an
// automation has conditions on hours
// (https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/).
func judgeRule(v tenant.Value) judgement {
	conditions := v.Get("conditions")
	if !conditions.Exists() {
		conditions = v
	}
	if !conditions.Get("all").Exists() && !conditions.Get("any").Exists() {
		return judgement{kind: tenant.Macros, sure: true}
	}
	if v.Get("category_id").Exists() {
		return judgement{kind: tenant.Triggers, sure: true}
	}
	for _, list := range []string{"all", "any"} {
		for _, c := range conditions.Get(list).Items() {
			switch field := c.Get("field").Str().Or(""); field {
			case "update_type", "role", "comment_is_public", "comment_includes_word":
				return judgement{kind: tenant.Triggers, sure: true}
			case "NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED", "assigned_at", "updated_at",
				"requester_updated_at", "assignee_updated_at", "due_date", "until_due_date", "sla_next_breach_at":
				return judgement{kind: tenant.Automations, sure: true}
			}
			switch c.Get("operator").Str().Or("") {
			case "changed", "changed_to", "changed_from", "not_changed", "not_changed_to", "not_changed_from":
				return judgement{kind: tenant.Triggers, sure: true}
			}
		}
	}
	return judgement{kind: tenant.Triggers}
}

// kindByURL finds the kind in an object's own address, such as
// https://acme.zendesk.com/api/v2/triggers/360001.json. It is NoKind, and true,
// for an address of something that no rule reads.
func kindByURL(address string) (tenant.Kind, bool) {
	_, rest, ok := strings.Cut(address, "/api/v2/")
	if !ok {
		return tenant.NoKind, false
	}
	rest, _, _ = strings.Cut(rest, "?")
	switch parent := path.Dir(strings.TrimSuffix(rest, "/")); parent {
	case "dynamic_content/items":
		return tenant.DynamicContent, true
	case "oauth/clients":
		return tenant.OAuthClients, true
	case "oauth/tokens":
		return tenant.OAuthTokens, true
	case "oauth/global_clients":
		return tenant.OAuthGlobalClients, true
	case "apps/installations":
		return tenant.Installations, true
	case ".":
		return tenant.NoKind, false
	default:
		k := tenant.KindNamed(parent)
		if k.Single() {
			k = tenant.NoKind
		}
		return k, true
	}
}

// kindByName finds the kind that a file's name suggests, or a folder's around
// it: triggers.json, triggers-2.json, triggers/Receipt.json. It decides
// nothing that the content tells.
func kindByName(name string) tenant.Kind {
	word := strings.TrimSuffix(name, path.Ext(name))
	for word != "." && word != "/" && word != "" {
		if k := kindByWord(path.Base(word)); k != tenant.NoKind {
			return k
		}
		word = path.Dir(word)
	}
	return tenant.NoKind
}

func kindByWord(word string) tenant.Kind {
	word = strings.NewReplacer("-", "_", " ", "_", ".", "_").Replace(strings.ToLower(word))
	word = strings.TrimRight(word, "_0123456789")
	word = strings.TrimRight(strings.TrimSuffix(word, "page"), "_")
	if k, ok := aliases[word]; ok {
		return k
	}
	return tenant.KindNamed(word)
}

// aliases are other words for kinds: the keys of the API's envelopes, the
// singular in which a single object is returned, and old names.
var aliases = map[string]tenant.Kind{
	"account_settings":          tenant.Settings,
	"definitions":               tenant.TriggerDefinitions,
	"general_settings":          tenant.HelpCenterSettings,
	"preferences":               tenant.HelpCenterSettings,
	"remote_authentication":     tenant.RemoteAuthentications,
	"trigger":                   tenant.Triggers,
	"trigger_category":          tenant.TriggerCategories,
	"automation":                tenant.Automations,
	"macro":                     tenant.Macros,
	"items":                     tenant.DynamicContent,
	"item":                      tenant.DynamicContent,
	"ticket_field":              tenant.TicketFields,
	"ticket_form":               tenant.TicketForms,
	"custom_status":             tenant.CustomStatuses,
	"brand":                     tenant.Brands,
	"locale":                    tenant.Locales,
	"recipient_address":         tenant.RecipientAddresses,
	"support_addresses":         tenant.RecipientAddresses,
	"support_address":           tenant.RecipientAddresses,
	"webhook":                   tenant.Webhooks,
	"target":                    tenant.Targets,
	"user":                      tenant.Users,
	"custom_role":               tenant.CustomRoles,
	"organization":              tenant.Organizations,
	"suspended_ticket":          tenant.SuspendedTickets,
	"clients":                   tenant.OAuthClients,
	"client":                    tenant.OAuthClients,
	"tokens":                    tenant.OAuthTokens,
	"token":                     tenant.OAuthTokens,
	"global_clients":            tenant.OAuthGlobalClients,
	"api_token":                 tenant.APITokens,
	"installation":              tenant.Installations,
	"sharing_agreement":         tenant.SharingAgreements,
	"deletion_schedule":         tenant.DeletionSchedules,
	"audit_log":                 tenant.AuditLogs,
	"custom_object":             tenant.CustomObjects,
	"organization_subscription": tenant.OrganizationSubscriptions,
}

// settingsGroups are the groups of the account settings
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/).
var settingsGroups = []string{
	"active_features", "agents", "api", "apps", "billing", "branding", "brands", "cdn", "chat", "cross_sell", "email",
	"google_apps", "groups", "knowledge", "limits", "localization", "lotus", "metrics", "onboarding", "routing", "rule",
	"side_conversations", "statistics", "ticket_form", "ticket_sharing_partners", "tickets", "twitter", "user", "voice",
}

// looksLike says whether v is of a kind of which an account has one. bare says
// that it stands without its envelope, and so has to show more of its kind.
func looksLike(k tenant.Kind, v tenant.Value, bare bool) bool {
	if v.Type() != tenant.Map {
		return false
	}
	switch k { //nolint:exhaustive // the others are lists
	case tenant.Settings:
		groups := 0
		for _, group := range settingsGroups {
			if v.Get(group).Type() == tenant.Map {
				groups++
			}
		}
		return groups > 1 || (groups == 1 && !bare)
	case tenant.SecuritySettings:
		return !bare || (v.Get("authentication").Type() == tenant.Map && v.Get("agent_session_timeout").Exists())
	case tenant.HelpCenterSettings:
		return v.Get("sign_in_required").Exists() || v.Get("community_enabled").Exists() || v.Get("anonymous_kb_voting_enabled").Exists()
	case tenant.TriggerDefinitions:
		return v.Get("actions").Type() == tenant.List && v.Get("conditions_all").Type() == tenant.List
	case tenant.DNS:
		return v.Get("domains").Type() == tenant.Map && v.Get("hosts").Type() == tenant.Map
	case tenant.Probes:
		return v.Get("requests_form").Type() == tenant.List && v.Get("signup").Type() == tenant.List
	case tenant.Account, tenant.EmailSettings:
		return !bare && len(v.Keys()) > 0
	}
	return false
}
