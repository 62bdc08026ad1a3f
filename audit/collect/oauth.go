package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

const (
	// wholeScope reads everything that zdaudit asks for. security_settings has
	// a scope of its own
	// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings).
	wholeScope = "read security:read"
	// plainScope is what is left where an OAuth client may not have wholeScope.
	plainScope = "read"
	// tokenMargin is how long before its end a token counts as expired.
	tokenMargin = time.Minute
)

// A TokenError is an OAuth client that did not get a token.
type TokenError struct {
	Status int
	// Code is the OAuth error code, such as invalid_client, or empty.
	Code string
}

// Error says what to check.
func (e *TokenError) Error() string {
	switch e.Code {
	case "invalid_scope":
		return "the OAuth client may not have the scope that was asked for: allow it \"read\" and \"security:read\" in Admin Center > Apps and integrations > APIs > OAuth clients"
	case "unsupported_grant_type", "unauthorized_client":
		return "the OAuth client may not use the client credentials grant: it must be of the kind \"confidential\" (Admin Center > Apps and integrations > APIs > OAuth clients)"
	}
	if e.Status == http.StatusUnauthorized || e.Code == "invalid_client" {
		return "the account does not know this OAuth client: check ZENDESK_OAUTH_CLIENT_ID (the identifier, not the name), ZENDESK_OAUTH_CLIENT_SECRET and that the client belongs to this account"
	}
	if e.Status == http.StatusOK {
		return "the account's reply to the OAuth client holds no access token"
	}
	return fmt.Sprintf("HTTP %d in reply to the OAuth client", e.Status)
}

// authority puts the credential on a request that guard has let through.
type authority struct {
	next   http.RoundTripper
	cred   Credential
	tokens *tokenSource // of an OAuth client
}

// RoundTrip implements http.RoundTripper.
func (a *authority) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	switch a.cred.kind {
	case bearerToken:
		out.Header.Set("Authorization", "Bearer "+a.cred.secret.Reveal())
	case apiToken:
		out.SetBasicAuth(a.cred.name+"/token", a.cred.secret.Reveal())
	case clientCredentials:
		return a.withToken(out)
	case noCredential:
		return nil, ErrNoCredential
	}
	return a.next.RoundTrip(out)
}

// withToken gets a new token once where the account refuses one that it had
// accepted before.
func (a *authority) withToken(req *http.Request) (*http.Response, error) {
	t, err := a.tokens.get(req.Context())
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+t.secret.Reveal())
	resp, err := a.next.RoundTrip(req)
	if err != nil || !a.tokens.refused(t, resp.StatusCode == http.StatusUnauthorized) {
		return resp, err
	}
	if t, err = a.tokens.get(req.Context()); err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Header.Set("Authorization", "Bearer "+t.secret.Reveal())
	return a.next.RoundTrip(again)
}

// An accessToken lives in memory only.
type accessToken struct {
	secret  Secret
	expires time.Time // zero: never
	scope   string    // as the account gave it
	worked  bool
}

// tokenSource gets access tokens for an OAuth client, from the account's own
// host and nowhere else. Its POST is the one request that is not a GET.
type tokenSource struct {
	next   http.RoundTripper
	origin *url.URL
	agent  string
	cred   Credential
	clock  clock
	// lock is a channel so that waiting for it ends with a context.
	lock  chan struct{}
	token *accessToken
}

func newTokenSource(next http.RoundTripper, origin *url.URL, agent string, cred Credential, c clock) *tokenSource {
	return &tokenSource{next: next, origin: origin, agent: agent, cred: cred, clock: c, lock: make(chan struct{}, 1)}
}

func (s *tokenSource) get(ctx context.Context) (*accessToken, error) {
	select {
	case s.lock <- struct{}{}:
		defer func() { <-s.lock }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if t := s.token; t != nil && (t.expires.IsZero() || s.clock.now().Before(t.expires)) {
		return t, nil
	}
	t, err := s.fetch(ctx)
	if err != nil {
		return nil, err
	}
	s.token = t
	return t, nil
}

// refused notes how the account took a token. It reports whether a new one is
// worth getting: one that never worked will not be replaced by a better one.
func (s *tokenSource) refused(t *accessToken, unauthorized bool) bool {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	if !unauthorized {
		t.worked = true
		return false
	}
	if s.token == t && t.worked {
		s.token = nil
	}
	return s.token != t
}

// scope is what the account granted, empty before the first token.
func (s *tokenSource) scope() string {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	if s.token == nil {
		return ""
	}
	return s.token.scope
}

func (s *tokenSource) fetch(ctx context.Context) (*accessToken, error) {
	if s.cred.scope != "" {
		return s.ask(ctx, s.cred.scope)
	}
	t, err := s.ask(ctx, wholeScope)
	var refusal *TokenError
	if errors.As(err, &refusal) && refusal.Code == "invalid_scope" {
		return s.ask(ctx, plainScope)
	}
	return t, err
}

// ask sends the client credentials grant
// (https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/).
func (s *tokenSource) ask(ctx context.Context, scope string) (*accessToken, error) {
	body, err := json.Marshal(map[string]string{
		"grant_type":    "client_credentials",
		"client_id":     s.cred.name,
		"client_secret": s.cred.secret.Reveal(),
		"scope":         scope,
	})
	if err != nil {
		return nil, err
	}
	where := s.origin.JoinPath("oauth", "tokens")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, where.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{"User-Agent": {s.agent}, "Accept": {"application/json"}, "Content-Type": {"application/json"}}
	resp, err := s.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // in memory
	if err := refused(resp, s.origin); err != nil {
		return nil, err
	}
	return s.read(resp, scope)
}

var oauthCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

func (s *tokenSource) read(resp *http.Response, scope string) (*accessToken, error) {
	var reply struct {
		Token     string `json:"access_token"`
		Scope     string `json:"scope"`
		ExpiresIn int64  `json:"expires_in"`
		Error     any    `json:"error"`
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	// What does not decode leaves the reply empty, which the status explains.
	_ = json.Unmarshal(data, &reply)
	if resp.StatusCode/100 != 2 || reply.Token == "" {
		e := &TokenError{Status: resp.StatusCode}
		if code, ok := reply.Error.(string); ok && oauthCode.MatchString(code) {
			e.Code = code
		}
		return nil, e
	}
	t := &accessToken{secret: NewSecret(reply.Token), scope: reply.Scope}
	if t.scope == "" {
		t.scope = scope
	}
	if 0 < reply.ExpiresIn && reply.ExpiresIn < 1<<30 {
		lives := time.Duration(reply.ExpiresIn) * time.Second
		t.expires = s.clock.now().Add(lives - min(tokenMargin, lives/2))
	}
	return t, nil
}
