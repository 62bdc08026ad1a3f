package collect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// readKind reads one kind from an account whose routes are given.
func readKind(t *testing.T, k tenant.Kind, routes map[string]http.HandlerFunc, change ...func(*APIOptions)) resource {
	t.Helper()
	a, _ := testAPI(t, account(t, routes), change...)
	r := &reader{get: a.get, origin: a.origin, home: a.home, maxBytes: 4 * a.opts.MaxBody, role: roleAdmin}
	for _, e := range Endpoints() {
		if e.Kind == k {
			return r.all(t.Context(), e)
		}
	}
	t.Fatalf("no endpoint for %s", k)
	return resource{}
}

func ids(items []tenant.Value) []string {
	out := []string{}
	for _, v := range items {
		out = append(out, v.Get("id").ID())
	}
	return out
}

// linked answers with one object and what the function makes of the query.
func linked(next func(r *http.Request, n int) string) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		n++
		replyJSON(fmt.Sprintf(`{"brands":[{"id":%d}],%s}`, n, next(r, n)))(w, r)
	}
}

func more(link string) string {
	return fmt.Sprintf(`"meta":{"has_more":true,"after_cursor":"c"},"links":{"next":%q}`, link)
}

const noMore = `"meta":{"has_more":false,"after_cursor":"c"},"links":{"next":"https://northwind.zendesk.com/api/v2/brands?page[after]=c"}`

func TestPagesAreReadByWhatTheyAre(t *testing.T) {
	here := func(r *http.Request, query string) string { return "http://" + r.Host + "/api/v2/brands?" + query }
	for _, tt := range []struct {
		name string
		next func(r *http.Request, n int) string
		want []string
	}{
		{"one page of cursors", func(*http.Request, int) string { return noMore }, []string{"1"}},
		{"three pages of cursors", func(r *http.Request, n int) string {
			if n == 3 {
				return noMore
			}
			return more(here(r, fmt.Sprintf("page[size]=100&page[after]=%d", n)))
		}, []string{"1", "2", "3"}},
		{"cursors without links", func(r *http.Request, n int) string {
			if r.URL.Query().Get("page[after]") == "c2" {
				return noMore
			}
			return fmt.Sprintf(`"meta":{"has_more":true,"after_cursor":"c%d"}`, n)
		}, []string{"1", "2", "3"}},
		{"pages by offset", func(r *http.Request, n int) string {
			if n == 2 {
				return `"next_page":null,"count":2`
			}
			return fmt.Sprintf(`"next_page":%q,"count":2`, here(r, "page=2"))
		}, []string{"1", "2"}},
		{"no pages at all", func(*http.Request, int) string { return `"count":1` }, []string{"1"}},
		{"an address relative to the host", func(_ *http.Request, n int) string {
			if n == 2 {
				return noMore
			}
			return more("/api/v2/brands.json?page[after]=x")
		}, []string{"1"}}, // /brands.json is not a route of the test account
		{"the account's own address behind a proxy", func(_ *http.Request, n int) string {
			if n == 2 {
				return noMore
			}
			return more("https://northwind.zendesk.com/api/v2/brands?page[after]=x")
		}, []string{"1", "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := readKind(t, tenant.Brands, map[string]http.HandlerFunc{"/brands": linked(tt.next)})
			assert.Equal(t, tt.want, ids(res.items))
			assert.True(t, res.read)
			if !strings.HasPrefix(tt.name, "an address relative") {
				assert.Nil(t, res.gap)
			}
		})
	}
}

func TestABareListIsAList(t *testing.T) {
	res := readKind(t, tenant.Brands, map[string]http.HandlerFunc{"/brands": replyJSON(`[{"id":1},{"id":2}]`)})
	assert.Nil(t, res.gap)
	assert.Equal(t, []string{"1", "2"}, ids(res.items))
}

func TestAListThatCannotBeReadToItsEndIsTruncated(t *testing.T) {
	for _, tt := range []struct {
		name  string
		next  func(r *http.Request, n int) string
		items int
		why   string
	}{
		{"another host", func(*http.Request, int) string { return more("https://evil.example.com/api/v2/brands?page[after]=c") }, 1, "another host"},
		{"another host by offset", func(*http.Request, int) string {
			return `"next_page":"https://evil.example.com/api/v2/brands?page=2"`
		}, 1, "another host"},
		{"a host that begins like ours", func(*http.Request, int) string {
			return more("https://northwind.zendesk.com.evil.example.com/api/v2/brands")
		}, 1, "another host"},
		{"our name as a user name", func(*http.Request, int) string {
			return more("https://northwind.zendesk.com@evil.example.com/api/v2/brands")
		}, 1, "another host"},
		{"a password in the address", func(*http.Request, int) string {
			return more("https://a:b@northwind.zendesk.com/api/v2/brands?page=2")
		}, 1, "another host"},
		{"another scheme", func(*http.Request, int) string { return more("ftp://northwind.zendesk.com/api/v2/brands") }, 1, "another host"},
		{"out of the API", func(*http.Request, int) string { return more("/access/logout") }, 1, "out of the API"},
		{"out of the API by dots", func(*http.Request, int) string { return more("/api/v2/../../access/logout") }, 1, "out of the API"},
		{"out of the API by hidden dots", func(*http.Request, int) string { return more("/api/v2/%2e%2e/%2e%2e/access/logout") }, 1, "out of the API"},
		{"no address", func(*http.Request, int) string { return more("http://[::1") }, 1, "not an address"},
		{"nowhere", func(*http.Request, int) string { return `"meta":{"has_more":true}` }, 1, "not where"},
		{"the same page again", func(*http.Request, int) string { return more("/api/v2/brands?page[size]=100&page[after]=same") }, 2, "same page"},
		{"two pages in a circle", func(_ *http.Request, n int) string {
			return more(fmt.Sprintf("/api/v2/brands?page[after]=%d", n%2))
		}, 3, "same page"},
		{"pages for ever", func(_ *http.Request, n int) string {
			return more(fmt.Sprintf("/api/v2/brands?page[after]=%d", n))
		}, manyPages, "first 50 pages"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := readKind(t, tenant.Brands, map[string]http.HandlerFunc{"/brands": linked(tt.next)})
			require.NotNil(t, res.gap)
			assert.Equal(t, tenant.Truncated, res.gap.Reason)
			assert.Contains(t, res.gap.Detail, tt.why)
			assert.Contains(t, res.gap.Detail, fmt.Sprintf("%d were read", tt.items))
			assert.Len(t, res.items, tt.items)
		})
	}
}

func TestWhatWasReadBeforeAFailureIsKept(t *testing.T) {
	next := func(_ *http.Request, n int) string { return more(fmt.Sprintf("/api/v2/brands?page[after]=%d", n)) }
	for _, tt := range []struct {
		name string
		then http.HandlerFunc
		why  string
	}{
		{"the end of offset pagination", replyStatus(400, `{"errors":[{"code":"InvalidPaginationDepth","title":"too deep"}]}`), "no further pages"},
		{"an error", replyStatus(500, `oops`), "HTTP 500"},
		{"a refusal", replyStatus(403, `{}`), "HTTP 403"},
		{"a limit", replyStatus(429, `slow down`), "HTTP 429"},
		{"half a document", replyJSON(`{"brands":[{"id":2}`), "brands.json"},
		{"another document", replyJSON(`{"cats":[]}`), `no list "brands"`},
		{"a web page", replyJSON(`<html>`), "web page"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := readKind(t, tenant.Brands, map[string]http.HandlerFunc{"/brands": inTurn(linked(next), tt.then)})
			require.NotNil(t, res.gap)
			assert.Equal(t, tenant.Truncated, res.gap.Reason)
			assert.Contains(t, res.gap.Detail, tt.why)
			assert.Equal(t, []string{"1"}, ids(res.items))
		})
	}
}

func TestWhatCannotBeReadIsAGap(t *testing.T) {
	for _, tt := range []struct {
		name   string
		kind   tenant.Kind
		path   string
		reply  http.HandlerFunc
		reason tenant.Reason
		detail string
	}{
		{"a role too low", tenant.Webhooks, "/webhooks", replyStatus(403, `{"error":{"title":"Forbidden","message":"hush"}}`), tenant.Forbidden, "administrator"},
		{"a plan too small", tenant.AuditLogs, "/audit_logs", replyStatus(403, `{"error":"Forbidden"}`), tenant.NotOnPlan, "Enterprise"},
		{"custom roles below Enterprise", tenant.CustomRoles, "/custom_roles", replyStatus(404, `{}`), tenant.NotOnPlan, "Enterprise"},
		{"custom statuses that are off", tenant.CustomStatuses, "/custom_statuses", replyStatus(403, `{}`), tenant.NotOnPlan, "custom ticket statuses"},
		{"API tokens that are off", tenant.APITokens, "/api_tokens", replyStatus(404, `{}`), tenant.EndpointMissing, "switched off"},
		{"an endpoint that is not there", tenant.Account, "/account", replyStatus(404, `{"error":"InvalidEndpoint"}`), tenant.EndpointMissing, "HTTP 404"},
		{"an unprocessable question", tenant.Account, "/account", replyStatus(422, `{}`), tenant.EndpointMissing, "HTTP 422"},
		{"a missing scope", tenant.Brands, "/brands", replyStatus(403, `{"error":"Forbidden","description":"You are missing the following required scopes: read"}`), tenant.Forbidden, "the OAuth scope read;"},
		{"two missing scopes", tenant.Brands, "/brands", replyStatus(403, `{"description":"You are missing the following required scopes: security:read, read"}`), tenant.Forbidden, "scope security:read, read;"},
		{"a scope that is no scope", tenant.Brands, "/brands", replyStatus(403, `{"description":"missing the following required scopes: \u001b[31mEVIL"}`), tenant.Forbidden, "HTTP 403: is for agents"},
		{"a token that ran out", tenant.Brands, "/brands", replyStatus(401, `{}`), tenant.Forbidden, "expired"},
		{"a limit", tenant.Brands, "/brands", replyStatus(429, `slow down`), tenant.RateLimited, "rate limit"},
		{"trouble at Zendesk", tenant.Brands, "/brands", replyStatus(502, `<html>`), tenant.Unreachable, "HTTP 502"},
		{"half a document", tenant.Brands, "/brands", replyJSON(`{"brands":[{"id":1`), tenant.ParseError, "brands.json"},
		{"an empty reply", tenant.Brands, "/brands", replyJSON(``), tenant.ParseError, "brands.json"},
		{"a bottomless document", tenant.Brands, "/brands", replyJSON(`{"brands":` + strings.Repeat("[", 100_000)), tenant.ParseError, "brands.json"},
		{"no envelope", tenant.Brands, "/brands", replyJSON(`{"count":0}`), tenant.ParseError, `no list "brands"`},
		{"null in the envelope", tenant.Brands, "/brands", replyJSON(`{"brands":null}`), tenant.ParseError, `no list "brands"`},
		{"an object for a list", tenant.Brands, "/brands", replyJSON(`{"brands":{"id":1}}`), tenant.ParseError, `no list "brands"`},
		{"a list for an object", tenant.Settings, "/account/settings", replyJSON(`{"settings":[]}`), tenant.ParseError, `no object "settings"`},
		{"a word", tenant.Settings, "/account/settings", replyJSON(`"settings"`), tenant.ParseError, `no object "settings"`},
		{"a login page", tenant.Settings, "/account/settings", replyJSON("\ufeff\n <!DOCTYPE html><title>Log in</title>"), tenant.ParseError, "web page"},
		{"a redirect", tenant.Settings, "/account/settings", replyStatus(302, "", "Location", "https://login.example.com/access"), tenant.EndpointMissing, "login.example.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := readKind(t, tt.kind, map[string]http.HandlerFunc{tt.path: tt.reply})
			require.NotNil(t, res.gap)
			assert.Equal(t, tt.reason.String(), res.gap.Reason.String(), res.gap.Detail)
			assert.Contains(t, res.gap.Detail, tt.detail)
			assert.NotContains(t, res.gap.Detail, "hush")
			assert.NotContains(t, res.gap.Detail, "\x1b")
			assert.False(t, res.read)
			assert.Equal(t, tt.kind, res.gap.Kind)
		})
	}
}

func TestTriggersAreReadWithoutUsageWhereThePlanHasNone(t *testing.T) {
	for _, status := range []int{400, 403, 404, 422} {
		var queries []string
		res := readKind(t, tenant.Triggers, map[string]http.HandlerFunc{"/triggers": func(w http.ResponseWriter, r *http.Request) {
			queries = append(queries, r.URL.Query().Get("include"))
			if r.URL.Query().Has("include") {
				replyStatus(status, `{"error":"Forbidden"}`)(w, r)
				return
			}
			replyJSON(`{"triggers":[{"id":9,"title":"t"}],"next_page":null}`)(w, r)
		}})
		assert.Nil(t, res.gap)
		assert.Equal(t, []string{"9"}, ids(res.items))
		assert.Equal(t, []string{"usage_1h,usage_24h,usage_7d,usage_30d", ""}, queries)
	}
}

func TestOneResourceHasABound(t *testing.T) {
	filler := strings.Repeat("x", 3000)
	res := readKind(t, tenant.Brands, map[string]http.HandlerFunc{"/brands": linked(func(_ *http.Request, n int) string {
		return fmt.Sprintf(`"filler":%q,`, filler) + more(fmt.Sprintf("/api/v2/brands?page[after]=%d", n))
	})}, func(o *APIOptions) { o.MaxBody = 4000 })
	require.NotNil(t, res.gap)
	assert.Equal(t, tenant.Truncated, res.gap.Reason)
	assert.Len(t, res.items, 6)
}

// FuzzParsePage holds page reading to encoding/json: what that does not read is
// an error, and a page never has items that the document does not have.
func FuzzParsePage(f *testing.F) {
	for _, seed := range []string{
		`{"brands":[{"id":1}],"next_page":null}`, `[1,2]`, `{"brands":[],"meta":{"has_more":true,"after_cursor":"x"},"links":{"next":"y"}}`,
		`{"brands":{}}`, `{"links":3,"brands":[null]}`, ``, `{"brands":[}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parsePage(tenant.Brands, data)
		if err != nil {
			return
		}
		var envelope struct {
			Brands []json.RawMessage `json:"brands"`
		}
		if json.Unmarshal(data, &envelope) == nil && !strings.Contains(strings.ToLower(strings.ReplaceAll(string(data), `"brands"`, "")), "brands") && !strings.Contains(string(data), `\`) {
			assert.Len(t, p.items, len(envelope.Brands))
		}
		if p.next != "" || p.after != "" {
			following(t, p)
		}
	})
}

// following holds every next page to the account's own API.
func following(t *testing.T, p page) {
	t.Helper()
	r := &reader{origin: &url.URL{Scheme: "http", Host: "127.0.0.1:80"}, home: homeOf("northwind")}
	where, err := r.following("/brands?page[size]=100", p)
	if err != nil {
		return
	}
	u, err := url.Parse(r.origin.JoinPath(apiRoot).String() + where)
	if err != nil {
		return // net/http refuses it
	}
	assert.Equal(t, "127.0.0.1:80", u.Host)
	assert.True(t, strings.HasPrefix(u.Path, "/api/v2/"), u.Path)
	assert.Equal(t, path.Clean(u.Path), u.Path)
}

func FuzzFollowing(f *testing.F) {
	for _, seed := range []string{
		"https://northwind.zendesk.com/api/v2/brands?page=2", "/api/v2/../x", "//evil.example.com/api/v2/x", `/\evil.example.com/api/v2/x`,
		"/api/v2/%2e%2e/x", "/api/v2/x?y z\r\n", "http://127.0.0.1:80/api/v2/?a=%zz", "/api/v2/a%2f..%2f..%2fb", "/api/v2//x", "/api/v2/x#y",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) { following(t, page{next: link}) })
}
