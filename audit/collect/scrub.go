package collect

import (
	"slices"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Scrub takes secrets and people's data out of one item of a kind, or out of
// the object of a kind of which there is one. Every reader of the API and of
// dumps calls it before it keeps anything; scrubbing twice changes nothing
// more. What stays keeps its place.
//
// Of people only the members that rules ask about stay. From everything else
// go: credentials by the name of their key, at any depth; the credentials of
// webhooks and targets; values of app settings and of custom headers, whose
// names stay; and credentials inside addresses, where "REDACTED" takes their
// place.
func Scrub(k tenant.Kind, item tenant.Value) tenant.Value {
	if keep := keptMembers(k); keep != nil {
		item = only(item, keep)
	}
	out, _ := scrubber{kind: k}.value(item, "")
	return out
}

// keptMembers lists what stays of kinds that are about people; nil means that
// everything but credentials stays.
func keptMembers(k tenant.Kind) []string {
	switch k { //nolint:exhaustive // the others are configuration
	case tenant.Users:
		return []string{
			"id", "name", "email", "role", "custom_role_id", "role_type", "active", "suspended", "verified",
			"two_factor_auth_enabled", "last_login_at", "created_at", "restricted_agent", "ticket_restriction",
			"moderator", "only_private_comments",
		}
	case tenant.SuspendedTickets:
		return []string{"id", "cause", "cause_id", "created_at", "updated_at"}
	case tenant.Organizations:
		return []string{"id", "name", "domain_names", "shared_tickets", "shared_comments", "group_id"}
	case tenant.AuditLogs:
		return []string{"id", "created_at", "action", "source_type", "source_id", "source_label", "actor_id"}
	case tenant.OrganizationSubscriptions:
		return []string{"id", "organization_id", "created_at"}
	case tenant.OAuthTokens:
		return []string{"id", "client_id", "user_id", "created_at", "expires_at", "used_at", "scopes", "refresh_token_expires_at"}
	case tenant.SampledTickets:
		return []string{
			"id", "channel", "created_at", "submitter_role", "requester_verified", "requester_is_submitter",
			"requester_key", "submitter_key", "subject_key", "recipient",
		}
	case tenant.APITokens:
		return []string{"id", "description", "active", "created_at", "updated_at", "last_used_at"}
	default:
		return nil
	}
}

// only is v with the members named in keep. Of what is no object nothing stays.
func only(v tenant.Value, keep []string) tenant.Value {
	if v.Type() != tenant.Map {
		return tenant.NullAt(v.Place())
	}
	if !slices.ContainsFunc(v.Keys(), func(key string) bool { return !slices.Contains(keep, key) }) {
		return v
	}
	members := slices.DeleteFunc(v.Members(), func(m tenant.Member) bool { return !slices.Contains(keep, m.Key) })
	return tenant.MapAt(members, v.Place())
}

type scrubber struct {
	kind tenant.Kind
}

// value scrubs what stands under a key, and says whether anything changed: most
// of a document does not, and is then kept as it is.
func (s scrubber) value(v tenant.Value, under string) (tenant.Value, bool) {
	switch v.Type() {
	case tenant.String:
		text, _ := v.Scalar()
		if clean := redactURLs(text); clean != text {
			return v.Reworded(clean), true
		}
	case tenant.List:
		return s.list(v, under)
	case tenant.Map:
		return s.object(v, under)
	case tenant.Missing, tenant.Unknowable, tenant.Null, tenant.Boolean, tenant.Number:
	}
	return v, false
}

func (s scrubber) list(v tenant.Value, under string) (tenant.Value, bool) {
	var items []tenant.Value
	for i, item := range v.Items() {
		clean, changed := s.value(item, under)
		if changed && items == nil {
			items = slices.Clone(v.Items())
		}
		if changed {
			items[i] = clean
		}
	}
	if items == nil {
		return v, false
	}
	return tenant.ListAt(items, v.Place()), true
}

func (s scrubber) object(v tenant.Value, under string) (tenant.Value, bool) {
	var members []tenant.Member // nil as long as nothing has changed
	dropped := 0
	items := v.Items()
	for i, key := range v.Keys() {
		if t := items[i].Type(); t == tenant.Null || t == tenant.Boolean {
			continue
		}
		clean, changed, keep := s.member(key, items[i], under)
		if !changed && keep {
			continue
		}
		if members == nil {
			members = v.Members()
		}
		if !keep {
			members = slices.Delete(members, i-dropped, i-dropped+1)
			dropped++
			continue
		}
		members[i-dropped].Value = clean
	}
	if members == nil {
		return v, false
	}
	return tenant.MapAt(members, v.Place()), true
}

// member scrubs one member of an object that itself stands under a key.
func (s scrubber) member(key string, v tenant.Value, under string) (clean tenant.Value, changed, keep bool) {
	switch {
	case (isSecretName(key) || (key == "username" && s.kind == tenant.Targets)) && holdsCredential(v):
		return v, false, false
	case key == "data" && under == "authentication" && v.Type() != tenant.Null:
		// https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/
		return v, false, false
	case key == "custom_headers":
		clean, changed = nullValues(v, "name", "key", "header_name")
		return clean, changed, true
	case s.kind == tenant.Installations && (key == "settings" || key == "settings_objects"):
		// Zendesk puts the installation's name and title among the settings of
		// the app.
		clean, changed = nullValues(v, "name", "title")
		return clean, changed, true
	}
	clean, changed = s.value(v, key)
	return clean, changed, true
}

// nullValues keeps the names of v's members, and the values of those members
// that only bear names, and makes every other value null.
func nullValues(v tenant.Value, names ...string) (tenant.Value, bool) {
	switch v.Type() {
	case tenant.Null, tenant.Missing:
		return v, false
	case tenant.List:
		items := slices.Clone(v.Items())
		changed := false
		for i, item := range items {
			clean, c := nullValues(item, names...)
			items[i], changed = clean, changed || c
		}
		return tenant.ListAt(items, v.Place()), changed
	case tenant.Map:
		members := v.Members()
		changed := false
		for i, m := range members {
			if slices.Contains(names, m.Key) && m.Value.Type() == tenant.String {
				continue
			}
			clean, c := nullValues(m.Value, names...)
			members[i].Value, changed = clean, changed || c
		}
		return tenant.MapAt(members, v.Place()), changed
	case tenant.Unknowable, tenant.Boolean, tenant.Number, tenant.String:
	}
	return tenant.NullAt(v.Place()), true
}

// holdsCredential says whether v is of a type in which a credential is written.
// A password policy, for one, is an object of numbers.
func holdsCredential(v tenant.Value) bool {
	switch v.Type() {
	case tenant.Number:
		return true
	case tenant.String:
		text := v.Str().Or("")
		return text != "true" && text != "false"
	case tenant.List:
		return slices.ContainsFunc(v.Items(), holdsCredential)
	case tenant.Missing, tenant.Unknowable, tenant.Null, tenant.Boolean, tenant.Map:
	}
	return false
}

// secretWords end the names of credentials, by the last letter: most names end
// in no such letter, and every key of a document is looked at.
func secretWords(last byte) []string {
	switch last {
	case 'n', 'N':
		return []string{"token", "authorization"}
	case 't', 'T':
		return []string{"secret"}
	case 'd', 'D':
		return []string{"password", "passwd"}
	case 'y', 'Y':
		return []string{"apikey", "privatekey", "secretkey", "accesskey", "signingkey"}
	case 's', 'S':
		return []string{"credentials"}
	}
	return nil
}

// isSecretName says whether a key, or a parameter of an address, names a
// credential: token, refresh_token, clientSecret, masked_secret, X-Api-Key.
func isSecretName(name string) bool {
	if name == "" {
		return false
	}
	for _, word := range secretWords(name[len(name)-1]) {
		if endsIn(name, word) {
			return true
		}
	}
	return false
}

// endsIn says whether name ends in word, which is in lower case, whatever
// separators and capitals stand in name.
func endsIn(name, word string) bool {
	at := len(word)
	for i := len(name) - 1; i >= 0 && at > 0; i-- {
		c := name[i]
		switch {
		case c == '_' || c == '-' || c == '.' || c == ' ':
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		if at--; c != word[at] {
			return false
		}
	}
	return at == 0
}
