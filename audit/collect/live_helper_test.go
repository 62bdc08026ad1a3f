package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// testClock stands still but for those who sleep: real servers and virtual
// time.
type testClock struct {
	mu    sync.Mutex
	now   time.Time
	slept time.Duration
}

func newTestClock() *testClock {
	return &testClock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() == nil && d > 0 {
		c.now = c.now.Add(d)
		c.slept += d
	}
	return ctx.Err()
}

const (
	secretToken = "s3cr3t-access-token"
	adminBody   = `{"user":{"id":7,"name":"Jo","role":"admin","authenticity_token":"planted-csrf"}}`
)

// testAPI makes an API that asks srv, in virtual time.
func testAPI(tb testing.TB, srv *httptest.Server, change ...func(*APIOptions)) (*API, *testClock) {
	tb.Helper()
	c := newTestClock()
	opts := APIOptions{
		Subdomain: "northwind", Endpoint: srv.URL, Credential: OAuthToken(secretToken), Version: "0.1.0-test",
		Now: c.Now, Sleep: c.Sleep, Jitter: func() float64 { return 0 },
	}
	if srv.TLS != nil {
		opts.Transport = srv.Client().Transport
	}
	for _, f := range change {
		f(&opts)
	}
	a, err := NewAPI(opts)
	require.NoError(tb, err)
	return a, c
}

func onlyKinds(kinds ...tenant.Kind) func(*APIOptions) {
	return func(o *APIOptions) { o.Kinds = kinds }
}

// account is a server: users/me answers as an administrator unless routes say
// otherwise, everything else is 404. Routes are paths under /api/v2.
func account(tb testing.TB, routes map[string]http.HandlerFunc) *httptest.Server {
	tb.Helper()
	srv := httptest.NewServer(accountHandler(routes))
	tb.Cleanup(srv.Close)
	return srv
}

func accountHandler(routes map[string]http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, ok := routes[strings.TrimPrefix(r.URL.Path, apiRoot)]
		switch {
		case ok:
			h(w, r)
		case r.URL.Path == apiRoot+"/users/me":
			replyJSON(adminBody)(w, r)
		default:
			replyStatus(404, `{"error":"InvalidEndpoint","description":"Not found"}`)(w, r)
		}
	})
}

func replyJSON(body string) http.HandlerFunc { return replyStatus(http.StatusOK, body) }

func replyStatus(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}
}

// inTurn answers with one handler after the other, the last one for ever.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handlers[min(n, len(handlers)-1)]
		n++
		mu.Unlock()
		h(w, r)
	}
}

// sampleFiles is a small account with something of every kind that is read.
func sampleFiles(tb testing.TB, n int) []File {
	tb.Helper()
	var files []File
	for _, e := range Endpoints() {
		var value any
		if e.Kind.Single() {
			value = sampleSingle(e.Kind)
		} else {
			items := make([]map[string]any, n)
			for i := range items {
				items[i] = sampleItem(e.Kind, i)
			}
			value = items
		}
		data, err := json.Marshal(map[string]any{envelopeKey(e.Kind): value})
		require.NoError(tb, err)
		files = append(files, File{Name: e.Kind.String() + ".json", Data: data})
	}
	return files
}

func sampleSingle(k tenant.Kind) map[string]any {
	switch k { //nolint:exhaustive // any object does for the others
	case tenant.Settings:
		return map[string]any{"tickets": map[string]any{"email_attachments": true}, "active_features": map[string]any{"sandbox": false}}
	case tenant.SecuritySettings:
		return map[string]any{"assumable": false, "agent_session_timeout": 480, "authentication": map[string]any{"agent": map[string]any{"two_factor_enforce": true}}}
	case tenant.TriggerDefinitions:
		return map[string]any{"conditions_all": []any{}, "conditions_any": []any{}, "actions": []any{}}
	}
	return map[string]any{"id": 1, "name": "Northwind", "subdomain": "northwind", "sandbox": false}
}

func sampleItem(k tenant.Kind, i int) map[string]any {
	item := map[string]any{
		"id": 360000 + i, "name": fmt.Sprintf("%s %d", k, i), "title": fmt.Sprintf("%s %d", k, i), "active": true,
		"url": fmt.Sprintf("https://northwind.zendesk.com/api/v2/%s/%d.json", k, i),
	}
	switch k { //nolint:exhaustive // the above is enough for the others
	case tenant.Triggers, tenant.Automations, tenant.Macros:
		item["position"] = i
		item["conditions"] = map[string]any{"all": []any{map[string]any{"field": "status", "operator": "is", "value": "new"}}, "any": []any{}}
		item["actions"] = []any{map[string]any{"field": "notification_user", "value": []any{"requester_id", "Re: {{ticket.title}}", "Hello"}}}
	case tenant.DynamicContent:
		item["placeholder"] = fmt.Sprintf("{{dc.item_%d}}", i)
		item["default_locale_id"] = 1
		item["variants"] = []any{map[string]any{"id": i, "locale_id": 1, "active": true, "default": true, "content": "Hi {{ticket.title}}"}}
	case tenant.Users:
		item["role"] = "agent"
		item["email"] = fmt.Sprintf("agent%d@example.com", i)
	case tenant.OAuthClients:
		item["identifier"] = fmt.Sprintf("client_%d", i)
		item["kind"] = "confidential"
		item["secret"] = "planted-oauth-secret"
	case tenant.OAuthTokens:
		item["token"] = "planted-access"
		item["refresh_token"] = "planted-refresh"
		item["scopes"] = []any{"read"}
		item["client_id"] = 5
	case tenant.Webhooks:
		item["endpoint"] = "https://hooks.example.com/in?key=planted-in-url"
		item["authentication"] = map[string]any{"type": "bearer_token", "data": map[string]any{"token": "planted-webhook"}}
	case tenant.Targets:
		item["type"] = "url_target_v2"
		item["target_url"] = "https://user:planted-target@example.com/"
		item["password"] = "planted-password"
	case tenant.Installations:
		item["settings"] = map[string]any{"api_key": "planted-setting", "name": "Shop"}
		item["app_id"] = 12
	case tenant.SuspendedTickets:
		item["cause"] = "Detected as spam"
		item["content"] = "planted-mail-body"
		item["author"] = map[string]any{"name": "Visitor", "email": "planted-visitor@example.com"}
	}
	return item
}
