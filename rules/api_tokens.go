package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const (
	tokenRetirement = "https://support.zendesk.com/hc/en-us/articles/10840968198042"
	oauthMigration  = "https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/"
	tokensPage      = "Admin Center, usually under Apps and integrations › APIs › API tokens"
	clientsPage     = "Admin Center, usually under Apps and integrations › APIs › OAuth clients"
)

var (
	tokenUnused  = unusedParam("after how long without use a token counts as forgotten")
	activeTokens = audit.Param{Name: "active_tokens", Default: manyTokens, Min: 1, Max: 1000, Unit: "tokens", What: "the most tokens that somebody can keep track of"}
)

// apiStaleTokens is about tokens that nobody would miss, or could name.
var apiStaleTokens = audit.Rule{
	ID:     "ZD-API-02",
	Title:  "API tokens are unused, unlabelled or many",
	Score:  7.5,
	Since:  "0.1.0",
	Tags:   []string{"core", "api"},
	Uses:   []tenant.Kind{tenant.APITokens, tenant.Settings},
	Params: []audit.Param{tokenUnused, activeTokens},
	Why:    `An API token works for any verified user whose address the caller names, administrators included. One that nobody uses can lie in an old script or a former contractor's notes, and nobody notices when it is used again. Where tokens have no description, or there are many, nobody knows which may be deleted.`,
	Fix: audit.Remediation{
		Summary: "Delete the tokens that nobody uses, label the others, and move them to OAuth.",
		Steps: []string{
			tokensPage + ": delete every token that has not been used for months. Side effect: a job that runs once a quarter or a year stops; ask before you delete.",
			"Give each remaining token a description that names the program and who answers for it, and replace tokens that former colleagues have seen.",
			"Give each program an OAuth client of its own instead: all API tokens stop working on 30 April 2027.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/4408820361498", tokenRetirement},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2(3)", "IA-5"},
		"ISO 27001:2022": {"A.5.17", "A.5.18"},
		"SOC 2":          {"CC6.1", "CC6.2"},
		"CIS v8":         {"5.3"},
		"MITRE ATT&CK":   {"T1528", "T1552.001"},
	},
	Check: checkStaleTokens,
}

func checkStaleTokens(f *audit.Facts) audit.Verdict {
	if settingAt(f, "api.api_token_access").on().Is(false) == tri.True {
		return audit.DoesNotApply("API tokens are not accepted")
	}
	gap, partial := unreadable(f, tenant.APITokens)
	tokens := f.List(tenant.APITokens)
	if len(tokens) == 0 {
		if partial {
			return tokensReviewed(f, gap)
		}
		return audit.DoesNotApply("the account has no API tokens")
	}
	age := ageingOf(f, tokenUnused)
	var found []audit.Finding
	active, unread := 0, 0
	for _, v := range tokens {
		t := apiToken{v}
		if t.active() == tri.False {
			continue
		}
		active++
		out, read := t.judge(age)
		if out != nil {
			found = append(found, *out)
		} else if !read {
			unread++
		}
	}
	if limit := f.Param(activeTokens); int64(active) > limit {
		found = append(found, manyActive(tokens[0], active, limit))
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case partial:
		return gap
	case unread > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: for %d of %d API tokens the source does not tell when they were last used, what they are for, or whether they are active", unread, active))
	case active == 0:
		return audit.Passed("no API token is active")
	}
	return audit.Passed(fmt.Sprintf("every active API token (%d) is labelled and in use", active))
}

// tokensReviewed falls back on what somebody has looked up, where the tokens
// cannot be read.
func tokensReviewed(f *audit.Facts, gap audit.Verdict) audit.Verdict {
	const key = "api.tokens_reviewed"
	said := f.Attested(key)
	switch said.Yes {
	case tri.True:
		return audit.Passed("somebody has reviewed the API tokens: " + said.Detail)
	case tri.False:
		return failed(audit.Finding{
			Score:     7.0,
			Certainty: audit.Certain,
			Basis:     audit.FromAttest,
			Message:   "nobody has reviewed the API tokens lately, and zdaudit could not read them",
			Object:    tenant.Ref{Type: "setting", ID: key},
			Evidence:  []audit.Evidence{ownWords("setting", key+": no ("+said.Detail+")")},
		})
	case tri.Unknown:
	}
	gap.Reason += "; " + said.Detail
	return gap
}

// credential names a credential as people write it; named would write “oauth
// client”.
func credential(r tenant.Ref) string {
	kind := map[string]string{
		"api_token": "API token", "oauth_client": "OAuth client", "oauth_token": "OAuth token", "oauth_global_client": "global OAuth client",
	}[r.Type]
	return kind + strings.TrimPrefix(named(r), strings.ReplaceAll(r.Type, "_", " "))
}

// An apiToken is one item of the tokens. Zendesk documents the resource in a
// help article and not its fields
// (https://support.zendesk.com/hc/en-us/articles/4408820361498), so that any of
// them may be missing.
type apiToken struct{ tenant.Value }

func (t apiToken) active() tri.Value { return t.Get("active").Bool().Is(true) }

// judge gives a finding or nil, and whether all that it takes was read.
func (t apiToken) judge(age ageing) (*audit.Finding, bool) {
	used, created, label := t.Get("last_used_at"), t.Get("created_at"), t.Get("description")
	var problems []string
	out := audit.Finding{Score: 4.5, Certainty: audit.Certain, Basis: audit.FromAPI, At: label.Pos()}
	u := age.since(used, created)
	if u == useOld || u == useNever {
		problems = append(problems, age.inWords(u, used, created)+age.remark())
		out.Score, out.Certainty, out.At = 7.5, age.certainty(), used.Pos()
		if u == useNever {
			out.Certainty = audit.Possible
		}
	}
	unlabelled := label.Type() == tenant.Null || (label.Type() == tenant.String && strings.TrimSpace(label.Str().Or("")) == "")
	if unlabelled {
		problems = append(problems, "has no description")
	}
	if len(problems) == 0 {
		return nil, u != useUnread && label.Type() == tenant.String && t.active() != tri.Unknown
	}
	if t.active() == tri.Unknown {
		out.Certainty = audit.Possible
		problems = append(problems, "may no longer be active")
	}
	out.Object = tenant.Ref{Type: "api_token", ID: t.Get("id").ID(), Title: label.Str().Or("")}
	out.Message = credential(out.Object) + " " + strings.Join(problems, ", and ")
	for _, s := range []setting{{"created_at", created}, {"last_used_at", used}, {"description", label}} {
		out.Evidence = append(out.Evidence, s.evidence())
	}
	return &out, true
}

// manyActive reports the number of tokens; first is where the list begins.
func manyActive(first tenant.Value, active int, limit int64) audit.Finding {
	return audit.Finding{
		Score:     7.1,
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   fmt.Sprintf("the account has %d API tokens that are not marked inactive; the limit is %d", active, limit),
		Object:    tenant.Ref{Type: "account", ID: "api_tokens", Title: "API tokens"},
		At:        first.Pos(),
		Evidence:  []audit.Evidence{ownWords("tokens", fmt.Sprintf("%d tokens that are not marked inactive", active))},
	}
}

// apiTokenShutdown is about programs that will stop on a known day.
var apiTokenShutdown = audit.Rule{
	ID:    "ZD-API-07",
	Title: "Programs depend on API tokens, which Zendesk is retiring",
	Score: 0.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "api"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.APITokens, tenant.OAuthClients, tenant.OAuthTokens},
	Why:   `Nobody can create API tokens after 27 October 2026, and all of them stop working on 30 April 2027. Programs that guard the account, zdaudit among them, stop with the others if they have not been moved by then. Moving in a hurry tends to end with one client that may do everything.`,
	Fix: audit.Remediation{
		Summary: "Move every program to an OAuth client before the tokens stop.",
		Steps: []string{
			clientsPage + ": create a client for each program and let it sign in with client credentials, with the scopes it needs.",
			"When nothing uses tokens any more, turn token access off, usually under Apps and integrations › APIs › API configuration. Side effect: a program that was overlooked stops at once.",
		},
	},
	References: []string{tokenRetirement, oauthMigration},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-5", "SA-22"},
		"ISO 27001:2022": {"A.5.17", "A.5.30"},
		"SOC 2":          {"A1.2", "CC6.1"},
	},
	Check: checkTokenShutdown,
}

func checkTokenShutdown(f *audit.Facts) audit.Verdict {
	access := settingAt(f, "api.api_token_access")
	on, known := access.on().Get()
	switch {
	case !known:
		return access.undecided()
	case !on:
		return audit.Passed("nothing depends on API tokens: they are not accepted")
	}
	if f.Has(tenant.APITokens) && !anyToken(f.List(tenant.APITokens)) {
		return audit.Passed("no API token is active")
	}
	clients := f.List(tenant.OAuthClients)
	if len(clients) == 0 {
		if v, gap := unreadable(f, tenant.OAuthClients); gap {
			return v
		}
		return failed(access.finding("API tokens are accepted and the account has no OAuth client, so whatever calls the API with a token stops on 30 April 2027"))
	}
	switch inUse(f, clients) {
	case tri.True:
		return audit.Passed("an OAuth client of the account is in use; whether every program has moved to one, no API tells")
	case tri.Unknown:
		if v, gap := unreadable(f, tenant.OAuthTokens); gap {
			return v
		}
		return audit.Undecided("key_missing: the OAuth tokens that were read do not tell which clients they belong to, or when they were used")
	case tri.False:
	}
	out := access.finding(fmt.Sprintf("API tokens are accepted and none of the account's OAuth clients (%d) has been used, so whatever calls the API with a token stops on 30 April 2027", len(clients)))
	out.Certainty = audit.Possible
	return failed(out)
}

// anyToken says whether a token may be active.
func anyToken(tokens []tenant.Value) bool {
	for _, t := range tokens {
		if (apiToken{t}).active() != tri.False {
			return true
		}
	}
	return false
}

// inUse says whether a token of one of the account's own clients was ever used.
func inUse(f *audit.Facts, clients []tenant.Value) tri.Value {
	own := map[string]bool{}
	for _, c := range clients {
		own[c.Get("id").ID()] = true
	}
	delete(own, "")
	unknown := !f.Has(tenant.OAuthTokens) || len(own) < len(clients)
	for _, t := range f.List(tenant.OAuthTokens) {
		client, used := t.Get("client_id").ID(), t.Get("used_at")
		switch {
		case own[client] && used.Time().Known():
			return tri.True
		case client == "" || (own[client] && used.Type() != tenant.Null):
			unknown = true
		}
	}
	if unknown {
		return tri.Unknown
	}
	return tri.False
}
