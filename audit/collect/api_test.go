package collect

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestAccountName(t *testing.T) {
	for word, want := range map[string]string{
		"acme": "acme", "ACME": "acme", "a": "a", "ab": "ab", "acme-2": "acme-2",
		"acme.zendesk.com": "acme", "https://acme.zendesk.com": "acme", "https://acme.zendesk.com/": "acme",
		"https://acme.zendesk.com/admin/home?x=1": "acme",
	} {
		got, err := AccountName(word)
		require.NoError(t, err, word)
		assert.Equal(t, want, got)
	}
	for _, word := range []string{
		"", "-acme", "acme-", "acme.example.com", "http://acme.zendesk.com", "acme/../x", "ac me", "acme@evil", "acme:80", "acme.zendesk.com.evil.example.com",
		"https://user@acme.zendesk.com", strings.Repeat("a", 64), "ac\nme", "acmé", "acme#",
	} {
		if got, err := AccountName(word); assert.Error(t, err, word) {
			assert.Empty(t, got)
			assert.Contains(t, err.Error(), "such as acme")
		}
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	good := APIOptions{Subdomain: "acme", Credential: OAuthToken("t"), Now: newTestClock().Now}
	for _, tt := range []struct {
		name   string
		change func(*APIOptions)
		want   string
	}{
		{"no subdomain", func(o *APIOptions) { o.Subdomain = "" }, "subdomain"},
		{"no clock", func(o *APIOptions) { o.Now = nil }, "clock"},
		{"more than all of the rate limit", func(o *APIOptions) { o.MaxRate = 1.1 }, "share"},
		{"less than nothing of it", func(o *APIOptions) { o.MaxRate = -0.1 }, "share"},
		{"a negative timeout", func(o *APIOptions) { o.Timeout = -1 }, "negative"},
		{"plain HTTP over a network", func(o *APIOptions) { o.Endpoint = "http://proxy.example.com" }, "in the clear"},
		{"plain HTTP to a name that looks local", func(o *APIOptions) { o.Endpoint = "http://127.0.0.1.example.com" }, "in the clear"},
		{"another scheme", func(o *APIOptions) { o.Endpoint = "ftp://proxy.example.com" }, "https://"},
		{"no host", func(o *APIOptions) { o.Endpoint = "proxy" }, "not an address"},
		{"a password in the endpoint", func(o *APIOptions) { o.Endpoint = "https://a:hush@proxy.example.com" }, "user name or password"},
		{"a path in the endpoint", func(o *APIOptions) { o.Endpoint = "https://proxy.example.com/api/v2" }, "without a path"},
		{"nothing that the API has", func(o *APIOptions) { o.Kinds = []tenant.Kind{tenant.HelpCenterSettings} }, "none of the resources"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := good
			tt.change(&opts)
			_, err := NewAPI(opts)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "hush")
		})
	}
	for _, endpoint := range []string{"", "http://localhost:80", "http://127.0.0.1:1/", "http://[::1]:1", "https://proxy.example.com"} {
		opts := good
		opts.Endpoint = endpoint
		_, err := NewAPI(opts)
		assert.NoError(t, err, endpoint)
	}
}

func TestEveryKindHasAnEndpointThatMakesSense(t *testing.T) {
	seen := map[tenant.Kind]bool{}
	for _, e := range Endpoints() {
		assert.False(t, seen[e.Kind], "%s stands twice", e.Kind)
		seen[e.Kind] = true
		assert.True(t, strings.HasPrefix(e.Path, "/"), e.Path)
		assert.NotEmpty(t, e.Help)
		assert.Positive(t, e.Pages)
		if e.Kind.Single() {
			assert.Equal(t, onePage, e.Pages)
			assert.NotContains(t, e.Path, "page[size]")
		}
	}
	for _, k := range tenant.Kinds() {
		if !k.OnRequest() {
			assert.True(t, seen[k], "%s is not read", k)
		}
	}
}

// TestWhatIsWrongIsSaidInOneSentence is about errors before anything was read.
func TestWhatIsWrongIsSaidInOneSentence(t *testing.T) {
	me := func(h http.HandlerFunc) map[string]http.HandlerFunc {
		return map[string]http.HandlerFunc{"/users/me": h}
	}
	for _, tt := range []struct {
		name   string
		routes map[string]http.HandlerFunc
		cred   Credential
		want   []string
	}{
		{"unknown subdomain", me(replyStatus(404, `<html>No help desk at hush</html>`)), OAuthToken("t"), []string{"there is no Zendesk account at", "check the subdomain"}},
		{"renamed account", me(replyStatus(302, "", "Location", "https://other.zendesk.com/api/v2/users/me")), OAuthToken("t"), []string{"other.zendesk.com", "renamed"}},
		{"host-mapped account", me(replyStatus(301, "", "Location", "https://help.example.com/hush")), OAuthToken("t"), []string{"help.example.com", "host-mapped"}},
		{"login page by redirect", me(replyStatus(302, "", "Location", "/access/login?return_to=hush")), OAuthToken("t"), []string{"login page", "check the subdomain and the credential"}},
		{"redirect to nowhere", me(replyStatus(302, "")), OAuthToken("t"), []string{"leads nowhere"}},
		{"login page", me(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<!DOCTYPE html><form>hush</form>"))
		}), OAuthToken("t"), []string{"web page", "login"}},
		{"wrong token", me(replyStatus(401, `{"error":"hush"}`)), OAuthToken("t"), []string{"OAuth access token", "401", "expired"}},
		{"wrong API token", me(replyStatus(401, `{"error":"hush"}`)), APIToken("jo@example.com", "t"), []string{"API token of jo@example.com", "token access"}},
		{"nobody", me(replyJSON(`{"user":{"id":null,"name":"Anonymous user","role":"end-user"}}`)), OAuthToken("t"), []string{"anonymous", "check the credential"}},
		{"nobody by API token", me(replyJSON(`{"user":{"id":null,"name":"Anonymous user"}}`)), APIToken("jo@example.com", "t"), []string{"anonymous", "token access"}},
		{"end user", me(replyJSON(`{"user":{"id":3,"name":"hush","role":"end-user"}}`)), OAuthToken("t"), []string{"end user", "administrator's credential"}},
		{"role from another world", me(replyJSON(`{"user":{"id":3,"role":"hush"}}`)), OAuthToken("t"), []string{"does not answer as Zendesk does"}},
		{"refused", me(replyStatus(403, `{"error":"hush"}`)), OAuthToken("t"), []string{"HTTP 403", "IP restrictions"}},
		{"missing scope", me(replyStatus(403, `{"error":"Forbidden","description":"You are missing the following required scopes: read"}`)), OAuthToken("t"), []string{"lacks the OAuth scope read", "add it"}},
		{"limited", me(replyStatus(429, `hush`)), OAuthToken("t"), []string{"rate limit", "quieter time"}},
		{"trouble", me(replyStatus(503, `hush`)), OAuthToken("t"), []string{"503", "status.zendesk.com"}},
		{"odd status", me(replyStatus(418, `hush`)), OAuthToken("t"), []string{"418", "check the address"}},
		{"no JSON", me(replyJSON(`hush`)), OAuthToken("t"), []string{"does not answer as Zendesk does"}},
		{"other JSON", me(replyJSON(`{"hush":1}`)), OAuthToken("t"), []string{"does not answer as Zendesk does"}},
		{"too much", me(replyJSON(strings.Repeat(" ", 2<<20))), OAuthToken("t"), []string{"larger than 1 MiB"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := testAPI(t, account(t, tt.routes), func(o *APIOptions) { o.Credential = tt.cred; o.MaxBody = 1 << 20 })
			_, err := a.Record(t.Context())
			oneSentence(t, err, tt.want...)
			_, err = a.Check(t.Context())
			oneSentence(t, err, tt.want...)
		})
	}
}

func oneSentence(t *testing.T, err error, want ...string) {
	t.Helper()
	require.Error(t, err)
	for _, part := range want {
		assert.ErrorContains(t, err, part)
	}
	assert.NotContains(t, err.Error(), "\n")
	assert.NotContains(t, err.Error(), "hush")
	assert.NotContains(t, err.Error(), secretToken)
	assert.Less(t, len(err.Error()), 400)
}

func TestWhatIsWrongWithTheNetworkIsSaidInOneSentence(t *testing.T) {
	failing := func(err error) http.RoundTripper {
		return tripper(func(*http.Request) (*http.Response, error) { return nil, err })
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := account(t, nil)
	secure := httptest.NewUnstartedServer(accountHandler(nil))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	for _, tt := range []struct {
		name     string
		endpoint string
		base     http.RoundTripper
		want     string
	}{
		{"no such host", "", failing(&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}), "no such host; check the subdomain"},
		{"no DNS", "", failing(&net.DNSError{Err: "server misbehaving", Name: "x", IsTemporary: true}), "could not be looked up"},
		{"connection refused", closed.URL, nil, "refused"},
		{"a certificate of nobody", secure.URL, &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}, "no secure connection"},
		{"no TLS at all", strings.Replace(plain.URL, "http://", "https://", 1), nil, "no secure connection"},
		{"a timeout", "", failing(context.DeadlineExceeded), "no answer in time"},
		{"anything else", "", failing(assert.AnError), "check the network"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newTestClock()
			a, err := NewAPI(APIOptions{
				Subdomain: "northwind", Endpoint: tt.endpoint, Credential: OAuthToken(secretToken),
				Now: c.Now, Sleep: c.Sleep, Transport: tt.base, Timeout: 5 * time.Second,
			})
			require.NoError(t, err)
			_, err = a.Record(t.Context())
			oneSentence(t, err, tt.want, a.Host())
		})
	}
}
