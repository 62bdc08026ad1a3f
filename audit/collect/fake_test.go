package collect

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestTheFakeAnswersAsZendeskDoes(t *testing.T) {
	files := append(sampleFiles(t, 5),
		EncodeCollection(Collection{Gaps: []tenant.Gap{{Kind: tenant.Macros, Reason: tenant.Forbidden}}}),
		File{Name: "broken.json", Data: []byte(`{`)})
	h := NewFake(files, FakeOptions{PageSize: 2, Forbid: []tenant.Kind{tenant.Users}})
	ask := func(method, target string, signedIn bool) (int, map[string]any) {
		req := httptest.NewRequestWithContext(t.Context(), method, target, nil)
		if signedIn {
			req.Header.Set("Authorization", "Bearer x")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		body, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		var out map[string]any
		require.NoError(t, json.Unmarshal(body, &out), "%s", body)
		assert.Equal(t, "700", w.Header().Get("X-Rate-Limit"))
		return w.Code, out
	}
	for _, tt := range []struct {
		name, method, target string
		signedIn             bool
		status               int
	}{
		{"a list", "GET", "/api/v2/brands?page[size]=100", true, 200},
		{"a list by its older name", "GET", "/api/v2/brands.json", true, 200},
		{"a write", "POST", "/api/v2/brands", true, 405},
		{"a deletion", "DELETE", "/api/v2/brands/1", true, 405},
		{"without a credential", "GET", "/api/v2/brands", false, 401},
		{"an unknown endpoint", "GET", "/api/v2/cats", true, 404},
		{"another place", "GET", "/access/login", true, 404},
		{"dots", "GET", "/api/v2/../../etc/passwd", true, 404},
		{"what was forbidden", "GET", "/api/v2/macros", true, 403},
		{"what is to be forbidden", "GET", "/api/v2/users", true, 403},
		{"a broken cursor", "GET", "/api/v2/brands?page[size]=2&page[after]=!", true, 400},
		{"a cursor beyond the end", "GET", "/api/v2/brands?page[size]=2&page[after]=OTk5", true, 400},
		{"a page of nothing", "GET", "/api/v2/brands?page[size]=0", true, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, _ := ask(tt.method, tt.target, tt.signedIn)
			assert.Equal(t, tt.status, status)
		})
	}
	t.Run("pages end", func(t *testing.T) {
		_, page := ask("GET", "/api/v2/brands?page[size]=4", true)
		assert.Len(t, page["brands"], 2, "PageSize bounds the page")
		meta, ok := page["meta"].(map[string]any)
		require.True(t, ok)
		assert.Equal(t, true, meta["has_more"])
	})
	t.Run("nobody is anonymous", func(t *testing.T) {
		status, me := ask("GET", "/api/v2/users/me.json", false)
		assert.Equal(t, http.StatusOK, status)
		user, ok := me["user"].(map[string]any)
		require.True(t, ok)
		assert.Nil(t, user["id"])
	})
}
