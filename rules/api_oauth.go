package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

const oauthTokensURL = "https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_tokens/"

// mostExamples is the number of tokens that a finding shows.
const mostExamples = 5

// apiOAuthTokens is about what a stolen token is worth, and for how long. A
// client can have thousands of tokens, so a finding is about a client.
var apiOAuthTokens = audit.Rule{
	ID:     "ZD-API-04",
	Title:  "OAuth tokens are unused, never expire, or may do everything",
	Score:  7.5,
	Since:  "0.1.0",
	Tags:   []string{"core", "api"},
	Needs:  []tenant.Kind{tenant.OAuthTokens},
	Uses:   []tenant.Kind{tenant.OAuthClients, tenant.OAuthGlobalClients},
	Params: []audit.Param{tokenUnused},
	Why:    `Whoever finds a token in a log, a backup or a breached vendor's database has its rights until it expires or is revoked. A token without an expiry date is good for ever, one with the scope write changes anything its user may change, and one with impersonate writes in the name of any customer. A token that nobody uses has no purpose but that.`,
	Fix: audit.Remediation{
		Summary: "Revoke tokens that are not used, and issue short-lived ones with few scopes.",
		Steps: []string{
			clientsPage + ": revoke the client's tokens that nobody uses; DELETE /api/v2/oauth/tokens/{id} revokes one. Side effect: a program that still uses the token stops.",
			"Have programs ask for tokens with an expiry date and with the scopes they need, such as tickets:read in place of read and write. Older tokens have no expiry date and stay valid until they are revoked.",
		},
	},
	References: []string{oauthTokensURL, oauthMigration},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2(3)", "AC-6", "IA-5"},
		"ISO 27001:2022": {"A.5.17", "A.5.18"},
		"SOC 2":          {"CC6.1", "CC6.3"},
		"CIS v8":         {"5.3", "6.8"},
		"MITRE ATT&CK":   {"T1528", "T1550.001"},
	},
	Check: checkOAuthTokens,
}

func checkOAuthTokens(f *audit.Facts) audit.Verdict {
	tokens := f.List(tenant.OAuthTokens)
	if len(tokens) == 0 {
		return audit.DoesNotApply("the account has no OAuth tokens")
	}
	age, names := ageingOf(f, tokenUnused), clientNames(f)
	byClient := map[string]*clientTokens{}
	var order []*clientTokens
	live, unread := 0, 0
	for _, v := range tokens {
		t := judgeToken(v, age)
		if t.over {
			continue
		}
		live++
		if t.problems() == 0 {
			if !t.read {
				unread++
			}
			continue
		}
		object := tokenOwner(v, names)
		key := object.Type + "/" + object.ID
		if byClient[key] == nil {
			byClient[key] = &clientTokens{object: object, age: age}
			order = append(order, byClient[key])
		}
		byClient[key].tokens = append(byClient[key].tokens, t)
	}
	var found []audit.Finding
	for _, c := range order {
		found = append(found, c.finding())
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case unread > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: for %d of %d OAuth tokens the source does not tell the scopes, the expiry date or the last use", unread, live))
	case live == 0:
		return audit.Passed("every OAuth token has expired")
	}
	return audit.Passed(fmt.Sprintf("every OAuth token (%d) expires, is in use, and has limited scopes", live))
}

// clientNames gives the clients' names by their ids.
func clientNames(f *audit.Facts) map[string]string {
	names := map[string]string{}
	for _, v := range slices.Concat(f.List(tenant.OAuthGlobalClients), f.List(tenant.OAuthClients)) {
		if name := v.Get("name").Str().Or(""); name != "" {
			names[v.Get("id").ID()] = name
		}
	}
	return names
}

// tokenOwner is the client of a token, or the token itself where the source
// does not tell the client.
func tokenOwner(v tenant.Value, names map[string]string) tenant.Ref {
	if id := v.Get("client_id").ID(); id != "" {
		return tenant.Ref{Type: "oauth_client", ID: id, Title: names[id]}
	}
	return tenant.Ref{Type: "oauth_token", ID: v.Get("id").ID()}
}

// An oauthToken is what is wrong with one token
// (https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_tokens/).
type oauthToken struct {
	value tenant.Value
	// over says that it has expired and cannot be renewed.
	over bool
	// endless says that it never expires.
	endless            bool
	write, impersonate bool
	use                use
	// read says that everything the rule asks about was there.
	read bool
}

func judgeToken(v tenant.Value, age ageing) oauthToken {
	expires, refresh, scopes := v.Get("expires_at"), v.Get("refresh_token_expires_at"), v.Get("scopes")
	out := oauthToken{value: v, endless: expires.Type() == tenant.Null}
	if t, known := expires.Time().Get(); known && t.Before(age.at) {
		// Whether there is a refresh token is told by its expiry date alone.
		out.over = refresh.Type() == tenant.Null || refresh.Time().Or(age.at).Before(age.at)
	}
	for _, s := range scopes.Items() {
		switch word, _ := s.Scalar(); word {
		case "write", "unrestricted":
			out.write = true
		case "impersonate":
			out.impersonate = true
		}
	}
	out.use = age.since(v.Get("used_at"), v.Get("created_at"))
	out.read = scopes.Type() == tenant.List && (out.endless || expires.Time().Known()) && out.use != useUnread
	return out
}

func (t oauthToken) unused() bool { return t.use == useOld || t.use == useNever }

func (t oauthToken) problems() int {
	n := 0
	for _, bad := range []bool{t.endless, t.write, t.impersonate, t.unused()} {
		if bad {
			n++
		}
	}
	return n
}

// score is high for a token that opens much for long: one that nobody uses, one
// that acts as any customer, or one that may write and never expires.
func (t oauthToken) score() float64 {
	switch {
	case t.impersonate && t.endless:
		return 8.0
	case t.unused(), t.impersonate, t.write && t.endless:
		return 7.5
	}
	return 5.0
}

// A clientTokens are the tokens of one client that something is wrong with.
type clientTokens struct {
	object tenant.Ref
	age    ageing
	tokens []oauthToken
}

// subject begins the sentence about the tokens.
func (c clientTokens) subject() string {
	if c.object.Type == "oauth_token" {
		return credential(c.object) + ", of a client that the source does not tell, is one of those that "
	}
	return credential(c.object) + " has tokens that "
}

func (c clientTokens) finding() audit.Finding {
	worst := slices.MaxFunc(c.tokens, func(a, b oauthToken) int { return cmp.Compare(a.score(), b.score()) })
	out := audit.Finding{
		Score:     worst.score(),
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Object:    c.object,
		At:        worst.value.Pos(),
	}
	var counts []string
	count := func(what string, bad func(oauthToken) bool) {
		n := 0
		for _, t := range c.tokens {
			if bad(t) {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%s (%d)", what, n))
		}
	}
	count("never expire", func(t oauthToken) bool { return t.endless })
	count("may write", func(t oauthToken) bool { return t.write })
	count("may act as any end user", func(t oauthToken) bool { return t.impersonate })
	count(fmt.Sprintf("have not been used for more than %d days", c.age.limit), func(t oauthToken) bool { return t.use == useOld })
	count(fmt.Sprintf("are older than %d days and have no use on record", c.age.limit), func(t oauthToken) bool { return t.use == useNever })
	out.Message = c.subject() + strings.Join(counts, ", that ")
	if slices.ContainsFunc(c.tokens, oauthToken.unused) {
		out.Message += c.age.remark()
	}
	if !slices.ContainsFunc(c.tokens, func(t oauthToken) bool {
		return t.endless || t.write || t.impersonate || (t.use == useOld && c.age.sure)
	}) {
		out.Certainty = audit.Possible
	}
	for i, t := range c.tokens {
		if i == mostExamples {
			out.Evidence = append(out.Evidence, ownWords("token", fmt.Sprintf("and %d more", len(c.tokens)-mostExamples)))
			break
		}
		out.Evidence = append(out.Evidence, t.evidence())
	}
	return out
}

// evidence shows the members that the rule asks about.
func (t oauthToken) evidence() audit.Evidence {
	words := []string{"token " + t.value.Get("id").ID()}
	for _, key := range []string{"scopes", "expires_at", "refresh_token_expires_at", "used_at", "created_at"} {
		if v := t.value.Get(key); v.Exists() && (key != "refresh_token_expires_at" || v.Type() != tenant.Null) {
			words = append(words, key+": "+string(v.AppendJSON(nil)))
		}
	}
	return ownWords("token", strings.Join(words, ", "))
}

var vendorUnused = unusedParam("after how long without use a vendor's access counts as forgotten")

// apiGlobalClients is about vendors whose breach is yours. The summary that
// Zendesk returns leaves out expired tokens unless asked for them
// (https://developer.zendesk.com/zendesk/oas.yaml, the operation
// GlobalOAuthClientsTokenSummary).
var apiGlobalClients = audit.Rule{
	ID:     "ZD-API-06",
	Title:  "Vendors' applications hold tokens for the account",
	Score:  5.0,
	Since:  "0.1.0",
	Tags:   []string{"core", "api"},
	Needs:  []tenant.Kind{tenant.OAuthGlobalClients},
	Params: []audit.Param{vendorUnused},
	Why:    `A global OAuth client is a vendor's application that somebody in the company has let in. Whoever breaks into the vendor can use its tokens on your account. Access of a vendor that is no longer used gives that risk and nothing else.`,
	Fix: audit.Remediation{
		Summary: "Revoke the access of vendors that you no longer use, and know the others.",
		Steps: []string{
			clientsPage + ": look at the clients that others made and that were authorized for the account, and revoke those that are no longer used.",
			"Side effect: the vendor's application stops working for everybody who uses it. For one that stays, note who answers for it and accept the finding with a waiver.",
		},
	},
	References: []string{"https://developer.zendesk.com/zendesk/oas.yaml", oauthTokensURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-20", "SA-9", "SR-6"},
		"ISO 27001:2022": {"A.5.19", "A.5.22"},
		"SOC 2":          {"CC6.1", "CC9.2"},
		"CIS v8":         {"15.1"},
		"MITRE ATT&CK":   {"T1199", "T1528"},
	},
	Check: checkGlobalClients,
}

func checkGlobalClients(f *audit.Facts) audit.Verdict {
	all := f.List(tenant.OAuthGlobalClients)
	if len(all) == 0 {
		return audit.DoesNotApply("no vendor's application was authorized for the account")
	}
	age, names := ageingOf(f, vendorUnused), clientNames(f)
	unread := 0
	var found []audit.Finding
	for _, v := range all {
		n, known := v.Get("tokens_count").Int().Get()
		switch {
		case !known:
			unread++
		case n > 0:
			found = append(found, vendorAccess(v, n, age, names))
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case unread > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: for %d of %d vendors' applications the source does not tell tokens_count", unread, len(all)))
	}
	return audit.Passed("no vendor's application holds a token")
}

// vendorAccess is certain for access that nobody uses; whether access that is
// used is wanted, only the account's people know.
func vendorAccess(v tenant.Value, n int64, age ageing, names map[string]string) audit.Finding {
	used := setting{"last_used_at", v.Get("last_used_at")}
	object := tenant.Ref{Type: "oauth_global_client", ID: v.Get("id").ID(), Title: names[v.Get("id").ID()]}
	out := audit.Finding{
		Score:     4.2,
		Certainty: audit.Possible,
		Basis:     audit.FromAPI,
		Message:   fmt.Sprintf("%s, a vendor's application, holds tokens (%d); see whether it is one that you use", credential(object), n),
		Object:    object,
		At:        v.Get("tokens_count").Pos(),
		Evidence:  []audit.Evidence{setting{"tokens_count", v.Get("tokens_count")}.evidence(), used.evidence()},
	}
	if t, known := used.value.Time().Get(); known && age.old(t) {
		out.Score, out.Certainty = 5.5, age.certainty()
		out.Message = fmt.Sprintf("%s, a vendor's application, holds tokens (%d) and has used none for %d days%s", credential(object), n, age.days(t), age.remark())
	}
	return out
}
