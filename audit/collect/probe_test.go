package collect

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// site serves pages by host and path, and keeps what it was asked.
type site struct {
	pages map[string]http.HandlerFunc
	mu    sync.Mutex
	asked []*http.Request
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r)
	s.mu.Unlock()
	if h, ok := s.pages[r.Host+r.URL.Path]; ok {
		h(w, r)
		return
	}
	http.NotFound(w, r)
}

func html(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html><html><body>" + body))
	}
}

func to(where string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", where)
		w.WriteHeader(http.StatusFound)
	}
}

func probeSite(t *testing.T, s *site, hosts ...ProbeHost) tenant.Value {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	f, gap, err := Probe(t.Context(), ProbeOptions{Endpoint: srv.URL, Version: "0.1.0-test"}, hosts)
	require.NoError(t, err)
	require.Nil(t, gap)
	snap, err := Snapshot([]File{{Name: "odd.json", Data: f.Data}}, tenant.Origin{}, "")
	require.NoError(t, err, "it is known by its content")
	return snap.Single(tenant.Probes)
}

func TestPublicPagesAreProbed(t *testing.T) {
	s := &site{pages: map[string]http.HandlerFunc{
		"acme.zendesk.com/hc/requests/new":                       to("/hc/en-us/requests/new"),
		"acme.zendesk.com/hc/en-us/requests/new":                 html(`<form id="new_request" class="request-form" action="/hc/en-us/requests" accept-charset="UTF-8" method="post">`),
		"acme.zendesk.com/auth/v2/login/registration":            html(`<FORM method=post action='/access/registration?x=1'>`),
		"acme.zendesk.com/embeddable/config":                     replyJSON(`{"embeds":{"ticketSubmissionForm":{"embed":"submitTicket"}}}`),
		"acme.zendesk.com/api/v2/help_center/articles.json":      replyJSON(`{"count":41,"articles":[{"body":"secret plans"}]}`),
		"help.example.com/hc/requests/new":                       to("https://acme-shop.zendesk.com/hc/de/signin?return_to=https%3A%2F%2Fhelp.example.com&token=t0ken"),
		"acme-shop.zendesk.com/auth/v2/login/registration":       to("/hc/de"),
		"help.example.com/api/v2/help_center/articles.json":      replyStatus(401, `{}`),
		"acme-shop.zendesk.com/hc/de/signin":                     html("must not be followed"),
		"new.example.com/hc/requests/new":                        html(`<form action="/hc/en-us/search"></form><div id="new-request-form"></div><script type="module">import { renderNewRequestForm } from "new-request-form"`),
		"plain.example.com/hc/requests/new":                      html(`<form action="/hc/en-us/search" method=get>`),
		"plain.example.com/api/v2/help_center/articles.json":     html("not JSON"),
		"acme-shop.zendesk.com/api/v2/help_center/articles.json": replyJSON(`{}`),
	}}
	got := probeSite(t, s,
		ProbeHost{"acme.zendesk.com", "acme.zendesk.com"}, ProbeHost{"help.example.com", "acme-shop.zendesk.com"},
		ProbeHost{"new.example.com", "acme-new.zendesk.com"}, ProbeHost{"plain.example.com", "acme-plain.zendesk.com"})
	assert.JSONEq(t, `{
		"requests_form": [
			{"host": "acme.zendesk.com", "status": 200, "form": true, "location": ""},
			{"host": "help.example.com", "status": 302, "form": false, "location": "acme-shop.zendesk.com/hc/de/signin"},
			{"host": "new.example.com", "status": 200, "form": true, "location": ""},
			{"host": "plain.example.com", "status": 200, "form": false, "location": ""}],
		"signup": [
			{"host": "acme.zendesk.com", "status": 200, "form": true, "location": ""},
			{"host": "acme-shop.zendesk.com", "status": 302, "form": false, "location": "acme-shop.zendesk.com/hc/de"},
			{"host": "acme-new.zendesk.com", "status": 404, "form": false, "location": ""},
			{"host": "acme-plain.zendesk.com", "status": 404, "form": false, "location": ""}],
		"widget": {"host": "acme.zendesk.com", "status": 200, "contact_form": true},
		"articles": [
			{"host": "acme.zendesk.com", "status": 200, "count": 41},
			{"host": "help.example.com", "status": 401},
			{"host": "new.example.com", "status": 404},
			{"host": "plain.example.com", "status": 200}]}`, string(got.AppendJSON(nil)))
	seen := map[string]int{}
	for _, r := range s.asked {
		assert.Equal(t, http.MethodGet, r.Method)
		assert.Empty(t, r.Header.Get("Authorization"))
		assert.Empty(t, r.Header.Get("Cookie"))
		assert.True(t, strings.HasPrefix(r.Header.Get("User-Agent"), "zdaudit/0.1.0-test "))
		seen[r.Host+r.URL.Path]++
	}
	assert.Len(t, seen, 4*3+1+1, "each page, the widget, and the form in its language")
	for page, n := range seen {
		assert.Equal(t, 1, n, page)
	}
}

func TestAPageThatDoesNotAnswerProvesNothing(t *testing.T) {
	broken := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	s := &site{pages: map[string]http.HandlerFunc{
		"acme.zendesk.com/hc/requests/new":            broken,
		"acme.zendesk.com/auth/v2/login/registration": html(strings.Repeat("x", maxProbeBody+1)),
		"acme.zendesk.com/embeddable/config":          replyJSON(`{"something":"else"}`),
	}}
	got := probeSite(t, s, ProbeHost{"acme.zendesk.com", "acme.zendesk.com"})
	form := got.Get("requests_form").At(0)
	assert.EqualValues(t, 0, form.Get("status").Int().Or(-1))
	assert.NotEmpty(t, form.Get("error").Str().Or(""))
	assert.Contains(t, got.Get("signup").At(0).Get("error").Str().Or(""), "larger than 2 MiB")
	assert.False(t, got.Get("widget", "contact_form").Exists())
}

func TestARedirectBackToItselfIsFollowedOnce(t *testing.T) {
	s := &site{pages: map[string]http.HandlerFunc{
		"acme.zendesk.com/hc/requests/new":       to("/hc/en-us/requests/new"),
		"acme.zendesk.com/hc/en-us/requests/new": to("/hc/en-us/requests/new"),
	}}
	got := probeSite(t, s, ProbeHost{"acme.zendesk.com", "acme.zendesk.com"})
	assert.EqualValues(t, 302, got.Get("requests_form").At(0).Get("status").Int().Or(0))
	assert.Len(t, s.asked, 5)
}

func TestProbesEndWithTheContext(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	f, gap, err := Probe(ctx, ProbeOptions{Endpoint: srv.URL}, []ProbeHost{{"acme.zendesk.com", "acme.zendesk.com"}})
	require.NoError(t, err)
	require.NotNil(t, gap)
	assert.Equal(t, tenant.Interrupted, gap.Reason)
	assert.Empty(t, f.Name)
}

func TestProbesGoToTheAccountsOwnHostsOnly(t *testing.T) {
	s, err := Snapshot([]File{{Name: "brands.json", Data: []byte(`{"brands":[
		{"id":1,"brand_url":"x","subdomain":"acme","active":true,"host_mapping":null},
		{"id":2,"brand_url":"x","subdomain":"acme-shop","active":true,"host_mapping":"Help.Example.com"},
		{"id":3,"brand_url":"x","subdomain":"acme-old","active":false},
		{"id":4,"brand_url":"x","subdomain":"acme-gone","active":true,"is_deleted":true},
		{"id":5,"brand_url":"x","subdomain":"a/../b","active":true},
		{"id":6,"brand_url":"x","subdomain":"acme-odd","active":true,"host_mapping":"127.0.0.1"},
		{"id":7,"brand_url":"x","subdomain":"acme-local","active":true,"host_mapping":"localhost:8080"}]}`)}}, tenant.Origin{}, "acme")
	require.NoError(t, err)
	assert.Equal(t, []ProbeHost{
		{"acme.zendesk.com", "acme.zendesk.com"},
		{"help.example.com", "acme-shop.zendesk.com"},
		{"acme-odd.zendesk.com", "acme-odd.zendesk.com"},
		{"acme-local.zendesk.com", "acme-local.zendesk.com"},
	}, ProbeHosts(s))
	assert.Equal(t, []ProbeHost{{"acme.zendesk.com", "acme.zendesk.com"}}, ProbeHosts(tenant.New(tenant.Content{Subdomain: "acme"})))
	assert.Empty(t, ProbeHosts(tenant.New(tenant.Content{})))
	_, _, err = Probe(t.Context(), ProbeOptions{Endpoint: "http://proxy.example.com"}, nil)
	assert.ErrorContains(t, err, "plain HTTP")
}
