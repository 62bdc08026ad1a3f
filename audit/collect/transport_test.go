package collect

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestOnlyGETsToTheAccountLeave(t *testing.T) {
	origin := &url.URL{Scheme: "https", Host: "northwind.zendesk.com"}
	reached := 0
	g := &guard{origin: origin, userAgent: "zdaudit/1", next: tripper(func(*http.Request) (*http.Response, error) {
		reached++
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
	})}
	for _, tt := range []struct {
		method, url, body string
		want              any
	}{
		{"POST", "https://northwind.zendesk.com/api/v2/triggers", "{}", new(*MethodError)},
		{"PUT", "https://northwind.zendesk.com/api/v2/triggers/1", "{}", new(*MethodError)},
		{"PATCH", "https://northwind.zendesk.com/api/v2/triggers/1", "", new(*MethodError)},
		{"DELETE", "https://northwind.zendesk.com/api/v2/triggers/1", "", new(*MethodError)},
		{"HEAD", "https://northwind.zendesk.com/", "", new(*MethodError)},
		{"get", "https://northwind.zendesk.com/", "", new(*MethodError)},
		{"GET", "https://northwind.zendesk.com/api/v2/triggers", "{}", new(*MethodError)},
		{"GET", "https://evil.example.com/api/v2/triggers", "", new(*HostError)},
		{"GET", "http://northwind.zendesk.com/api/v2/triggers", "", new(*HostError)},
		{"GET", "https://northwind.zendesk.com:8443/", "", new(*HostError)},
		{"GET", "https://northwind.zendesk.com.evil.example.com/", "", new(*HostError)},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, tt.url, nil)
		if tt.body != "" {
			req, err = http.NewRequestWithContext(t.Context(), tt.method, tt.url, strings.NewReader(tt.body))
		}
		require.NoError(t, err)
		_, err = statusOf(g, req)
		require.Error(t, err, "%s %s", tt.method, tt.url)
		assert.ErrorAs(t, err, tt.want, "%s %s", tt.method, tt.url)
	}
	assert.Zero(t, reached)
	_, err := statusOf(g, get(t.Context(), t))
	require.NoError(t, err)
	assert.Equal(t, 1, reached)
}

func TestTheClientCannotWrite(t *testing.T) {
	var hits atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer srv.Close()
	a, _ := testAPI(t, srv)
	c, ok := a.get.(*client)
	require.True(t, ok)
	_, err := c.zendesk.Post(t.Context(), "/triggers", map[string]string{})
	var refusal *MethodError
	require.ErrorAs(t, err, &refusal)
	require.ErrorAs(t, c.zendesk.Delete(t.Context(), "/triggers/1"), &refusal)
	assert.Zero(t, hits.Load())
}

func TestWhatIsSent(t *testing.T) {
	for _, tt := range []struct {
		name string
		cred Credential
		want string
	}{
		{"a bearer token", OAuthToken("tok"), "Bearer tok"},
		{"e-mail and API token", APIToken("jo@example.com", "key"), "Basic am9AZXhhbXBsZS5jb20vdG9rZW46a2V5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var seen http.Header
			srv := account(t, map[string]http.HandlerFunc{"/users/me": func(w http.ResponseWriter, r *http.Request) {
				seen = r.Header.Clone()
				replyJSON(adminBody)(w, r)
			}})
			a, _ := testAPI(t, srv, func(o *APIOptions) { o.Credential = tt.cred })
			_, err := a.whoami(t.Context())
			require.NoError(t, err)
			assert.Equal(t, http.Header{
				"User-Agent": {"zdaudit/0.1.0-test"}, "Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Authorization": {tt.want},
			}, seen)
		})
	}
}

func TestARedirectIsNotFollowedAndGetsNoCredential(t *testing.T) {
	var reached atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := account(t, map[string]http.HandlerFunc{"/brands": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/secret/path", status)
		}})
		a, _ := testAPI(t, srv)
		_, err := a.get.Get(t.Context(), "/brands")
		var turned *RedirectError
		require.ErrorAs(t, err, &turned)
		assert.Equal(t, strings.TrimPrefix(elsewhere.URL, "http://"), turned.Host)
		assert.NotContains(t, turned.Error(), "secret")
	}
	assert.Zero(t, reached.Load())
}

func TestABodyTooBigIsRefused(t *testing.T) {
	big := `{"brands":[` + strings.Repeat(`{"id":1},`, 5000) + `{"id":1}]}`
	for name, h := range map[string]http.HandlerFunc{
		"announced": replyJSON(big),
		"streamed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for range 1000 {
				_, _ = fmt.Fprint(w, strings.Repeat(" ", 1024))
				if f, ok := w.(http.Flusher); ok {
					f.Flush()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := account(t, map[string]http.HandlerFunc{"/brands": h})
			a, _ := testAPI(t, srv, func(o *APIOptions) { o.MaxBody = 10 << 10 })
			_, err := a.get.Get(t.Context(), "/brands")
			var size *SizeError
			require.ErrorAs(t, err, &size)
			assert.Equal(t, 1, a.Stats().Requests, "asking again would not make it smaller")
		})
	}
}

func TestOneRequestHasATimeout(t *testing.T) {
	stop := make(chan struct{})
	srv := account(t, map[string]http.HandlerFunc{"/brands": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}})
	defer close(stop)
	a, _ := testAPI(t, srv, func(o *APIOptions) { o.Timeout = 20 * time.Millisecond })
	_, err := a.get.Get(t.Context(), "/brands")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.NoError(t, t.Context().Err())
	assert.Equal(t, timeoutAttempts, a.Stats().Requests)
}

func TestAConnectionThatBreaksHalfWayIsTriedAgain(t *testing.T) {
	srv := account(t, map[string]http.HandlerFunc{"/brands": inTurn(
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = fmt.Fprint(w, `{"brands":[`)
			panic(http.ErrAbortHandler)
		},
		replyJSON(`{"brands":[]}`),
	)})
	a, _ := testAPI(t, srv)
	data, err := a.get.Get(t.Context(), "/brands")
	require.NoError(t, err)
	assert.JSONEq(t, `{"brands":[]}`, string(data))
	assert.Equal(t, 1, a.Stats().Retries)
}

// TestTwoAccountsShareNothing would find a header of one client at the other
// account, which is what go-zendesk's shared header map leads to.
func TestTwoAccountsShareNothing(t *testing.T) {
	check := func(want string) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Authorization"); got != want {
				t.Errorf("got %q at the account of %q", got, want)
			}
			accountHandler(map[string]http.HandlerFunc{"/brands": replyJSON(`{"brands":[]}`)}).ServeHTTP(w, r)
		}))
	}
	done := make(chan error, 20)
	for i := range 20 {
		token := fmt.Sprintf("token-of-%d", i)
		srv := check("Bearer " + token)
		t.Cleanup(srv.Close)
		a, _ := testAPI(t, srv, onlyKinds(tenant.Brands, tenant.Triggers, tenant.Webhooks), func(o *APIOptions) { o.Credential = OAuthToken(token) })
		go func() {
			_, err := a.Record(context.Background())
			done <- err
		}()
	}
	for range 20 {
		assert.NoError(t, <-done)
	}
}
