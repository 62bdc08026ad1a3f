package collect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// issuer is an account that gives out tokens and says which of them it takes.
type issuer struct {
	mu     sync.Mutex
	issued int
	scopes []string
	valid  string
	expiry int
	refuse func(scope string) (int, string)
}

func (s *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path != "/oauth/tokens" {
		if r.Header.Get("Authorization") != "Bearer "+s.valid {
			replyStatus(401, `{"error":"invalid_token","description":"gone"}`)(w, r)
			return
		}
		accountHandler(map[string]http.HandlerFunc{"/brands": replyJSON(`{"brands":[]}`)}).ServeHTTP(w, r)
		return
	}
	var body map[string]string
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&body) != nil ||
		body["grant_type"] != "client_credentials" || body["client_id"] != "audit" || body["client_secret"] != "client-hush" {
		replyStatus(401, `{"error":"invalid_client","error_description":"client-hush is wrong"}`)(w, r)
		return
	}
	s.scopes = append(s.scopes, body["scope"])
	if s.refuse != nil {
		if status, code := s.refuse(body["scope"]); status != 0 {
			replyStatus(status, `{"error":"`+code+`","error_description":"client-hush"}`)(w, r)
			return
		}
	}
	s.issued++
	s.valid = fmt.Sprintf("minted-%d", s.issued)
	replyJSON(fmt.Sprintf(`{"access_token":%q,"token_type":"bearer","scope":%q,"expires_in":%d}`, s.valid, body["scope"], s.expiry))(w, r)
}

func oauthAPI(t *testing.T, s http.Handler, scope string) (*API, *testClock) {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return testAPI(t, srv, onlyKinds(tenant.Brands), func(o *APIOptions) { o.Credential = OAuthClient("audit", "client-hush", scope) })
}

func TestAnOAuthClientGetsItselfOneToken(t *testing.T) {
	s := &issuer{expiry: 1800}
	a, _ := oauthAPI(t, s, "")
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	assert.Empty(t, rec.Collection.Gaps)
	assert.Equal(t, 1, s.issued)
	assert.Equal(t, []string{"read security:read"}, s.scopes)
}

func TestAnOAuthClientTakesTheScopeItMayHave(t *testing.T) {
	s := &issuer{refuse: func(scope string) (int, string) {
		if scope != "read" {
			return 400, "invalid_scope"
		}
		return 0, ""
	}}
	a, _ := oauthAPI(t, s, "")
	_, err := a.Record(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"read security:read", "read"}, s.scopes)

	a, _ = oauthAPI(t, s, "triggers:read")
	_, err = a.Record(t.Context())
	assert.ErrorContains(t, err, "scope", "a scope that the user named is not widened")
}

func TestATokenThatExpiresIsReplaced(t *testing.T) {
	s := &issuer{expiry: 1800}
	a, c := oauthAPI(t, s, "")
	_, err := a.get.Get(t.Context(), "/brands")
	require.NoError(t, err)
	require.NoError(t, c.Sleep(t.Context(), 1800*time.Second-tokenMargin))
	_, err = a.get.Get(t.Context(), "/brands")
	require.NoError(t, err)
	assert.Equal(t, 2, s.issued)
}

func TestATokenThatIsRevokedIsReplacedOnce(t *testing.T) {
	s := &issuer{}
	a, _ := oauthAPI(t, s, "")
	_, err := a.get.Get(t.Context(), "/brands")
	require.NoError(t, err)
	s.mu.Lock()
	s.valid = "another"
	s.mu.Unlock()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, err := a.get.Get(t.Context(), "/brands")
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.Equal(t, 2, s.issued)
}

func TestATokenThatNeverWorkedIsNotReplaced(t *testing.T) {
	asked := 0
	a, _ := oauthAPI(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/tokens" {
			asked++
			replyJSON(`{"access_token":"minted"}`)(w, r)
			return
		}
		replyStatus(401, `{}`)(w, r)
	}), "")
	_, err := a.Record(t.Context())
	assert.ErrorContains(t, err, "refused the token of the OAuth client")
	assert.Equal(t, 1, asked)
}

func TestWhatIsWrongWithAnOAuthClient(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reply http.HandlerFunc
		want  string
	}{
		{"unknown", replyStatus(401, `{"error":"invalid_client","error_description":"client-hush"}`), "ZENDESK_OAUTH_CLIENT_ID"},
		{"public", replyStatus(400, `{"error":"unsupported_grant_type"}`), `"confidential"`},
		{"not allowed the scope", replyStatus(400, `{"error":"invalid_scope"}`), `"security:read"`},
		{"of no account", replyStatus(404, `<html>`), "there is no Zendesk account"},
		{"answered without a token", replyJSON(`{"token_type":"bearer"}`), "no access token"},
		{"answered with a web page", replyJSON(`<!doctype html>client-hush`), "web page"},
		{"answered with a redirect", replyStatus(302, ``, "Location", "https://login.example.com/access/login"), "login.example.com"},
		{"answered with an odd error", replyStatus(418, `{"error":"client-hush\u001b[31m"}`), "HTTP 418"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := oauthAPI(t, tt.reply, "")
			_, err := a.Record(t.Context())
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "client-hush")
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}
