package collect

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A CheckResult says what a credential can read, as far as a handful of
// requests tell.
type CheckResult struct {
	// Host is where the requests went.
	Host, Subdomain string
	// Credential says what sort it is, never the secret.
	Credential string
	// Name is the user's, as they wrote it: hostile text. Role is admin or
	// agent.
	Name, Role string
	// Scopes are those of an OAuth token, between spaces; empty if there are
	// none or the account does not tell.
	Scopes string
	// Readable are the kinds that a collection is expected to read.
	Readable []tenant.Kind
	// Gaps are the kinds that it will not read, and why. The rules that need
	// them will be unknown.
	Gaps     []tenant.Gap
	Warnings []string
	Requests int
}

// Check finds out who the credential belongs to and what it can read, with at
// most seven requests: the user, the token's scopes, and a request for one
// object each where role and scopes do not tell. Everything else follows from
// what Zendesk documents. Its errors are those of Record.
func (a *API) Check(ctx context.Context) (*CheckResult, error) {
	defer a.close()
	before := a.Stats()
	who, err := a.whoami(ctx)
	if err != nil {
		return nil, err
	}
	res := &CheckResult{
		Host: a.Host(), Subdomain: a.subdomain, Credential: a.cred.String(),
		Name: who.name, Role: who.role, Scopes: a.scopes(ctx),
	}
	gaps := a.foresee(ctx, res)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("the check was interrupted: %w", ctx.Err())
	}
	for i, e := range a.endpoints {
		if gaps[i] == nil {
			res.Readable = append(res.Readable, e.Kind)
			continue
		}
		res.Gaps = append(res.Gaps, *gaps[i])
	}
	for _, w := range []string{a.cred.Warning(), who.warning()} {
		if w != "" {
			res.Warnings = append(res.Warnings, w)
		}
	}
	res.Requests = a.Stats().Requests - before.Requests
	return res, nil
}

// foresee gives the gap to expect at each of a.endpoints, nil where none is.
func (a *API) foresee(ctx context.Context, res *CheckResult) []*tenant.Gap {
	gaps := make([]*tenant.Gap, len(a.endpoints))
	var group errgroup.Group
	group.SetLimit(a.opts.Concurrency)
	for i, e := range a.endpoints {
		if gaps[i] = e.expected(res.Role, res.Scopes); gaps[i] != nil || !probed(e.Kind) {
			continue
		}
		group.Go(func() error {
			if _, err := a.get.Get(ctx, e.one()); err != nil {
				gap := gapOf(ctx, e, res.Role, err)
				gaps[i] = &gap
			}
			return nil
		})
	}
	_ = group.Wait() // what went wrong is a gap
	return gaps
}

// probed says for which kinds neither role nor scopes tell: two that depend on
// the plan, one that depends on the plan and on the agent's role, one that has
// a scope of its own, and the most important one.
func probed(k tenant.Kind) bool {
	switch k { //nolint:exhaustive // the others follow from role and scopes
	case tenant.Settings, tenant.SecuritySettings, tenant.CustomRoles, tenant.AuditLogs, tenant.DynamicContent:
		return true
	default:
		return false
	}
}

// one is the question for a single object, where the endpoint has pages.
func (e Endpoint) one() string { return strings.Replace(e.Path, "page[size]=100", "page[size]=1", 1) }

// expected is the gap that follows from a role and from scopes, if these are
// known.
func (e Endpoint) expected(role, scopes string) *tenant.Gap {
	switch {
	case !e.open(role):
		return &tenant.Gap{Kind: e.Kind, Reason: tenant.Forbidden, Detail: e.meaning(tenant.Forbidden, role)}
	case scopes != "" && !e.scoped(scopes) && !probed(e.Kind):
		return &tenant.Gap{Kind: e.Kind, Reason: tenant.Forbidden, Detail: "the token lacks the OAuth scope " + e.scope() + "; allow it to the OAuth client"}
	}
	return nil
}

var scopeWord = regexp.MustCompile(`^[a-z_]{1,40}(:[a-z_]{1,40})?$`)

// scopes are those of the token in use
// (https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_tokens/#show-current-token).
// An account that does not tell leaves them unknown.
func (a *API) scopes(ctx context.Context) string {
	switch a.cred.kind {
	case clientCredentials:
		return onlyScopes(strings.Fields(a.tokens.scope()))
	case bearerToken:
	case apiToken, noCredential:
		return ""
	}
	data, err := a.get.Get(ctx, "/oauth/tokens/current")
	if err != nil {
		return ""
	}
	reply, err := Parse("token.json", data)
	if err != nil {
		return ""
	}
	var words []string
	for _, s := range reply.Get("token", "scopes").Items() {
		words = append(words, s.Str().Or(""))
	}
	return onlyScopes(words)
}

func onlyScopes(words []string) string {
	var out []string
	for _, w := range words {
		if scopeWord.MatchString(w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}
