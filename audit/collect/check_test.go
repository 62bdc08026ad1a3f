package collect

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func gapKinds(gaps []tenant.Gap) []tenant.Kind {
	out := []tenant.Kind{}
	for _, g := range gaps {
		out = append(out, g.Kind)
	}
	return out
}

func TestCheckForeseesWhatARunFinds(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts FakeOptions
	}{
		{"an administrator of a large plan", FakeOptions{}},
		{"an agent", FakeOptions{Role: roleAgent}},
		{"an administrator of a small plan", FakeOptions{Forbid: []tenant.Kind{tenant.AuditLogs, tenant.CustomRoles, tenant.DynamicContent}}},
		{"a token without security:read", FakeOptions{Forbid: []tenant.Kind{tenant.SecuritySettings}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := testAPI(t, fakeServer(t, sampleFiles(t, 1), tt.opts))
			check, err := a.Check(t.Context())
			require.NoError(t, err)
			assert.LessOrEqual(t, check.Requests, 7)
			assert.Equal(t, "Sample Administrator", check.Name)
			assert.Equal(t, "read security:read", check.Scopes)
			assert.Equal(t, "OAuth access token", check.Credential)

			rec, err := a.Record(t.Context())
			require.NoError(t, err)
			assert.Equal(t, gapKinds(rec.Collection.Gaps), gapKinds(check.Gaps))
			assert.Len(t, check.Readable, len(Endpoints())-len(check.Gaps))
			assert.Equal(t, rec.Warnings, check.Warnings)
			for _, g := range check.Gaps {
				assert.NotEmpty(t, g.Detail)
			}
		})
	}
}

func TestCheckReadsTheScopes(t *testing.T) {
	fake := NewFake(sampleFiles(t, 1), FakeOptions{})
	for _, tt := range []struct {
		name, scopes string
		want         []tenant.Kind // readable
	}{
		{"triggers alone", `["triggers:read"]`, []tenant.Kind{tenant.Triggers, tenant.TriggerCategories, tenant.TriggerDefinitions}},
		{"a scope that is hostile text", `["\u001b[31m","webhooks:read"]`, []tenant.Kind{tenant.Webhooks}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/api/v2/oauth/tokens/current" {
					replyJSON(`{"token":{"scopes":`+tt.scopes+`}}`)(w, r)
					return
				}
				fake.ServeHTTP(w, r)
			}))
			defer srv.Close()
			a, _ := testAPI(t, srv)
			check, err := a.Check(t.Context())
			require.NoError(t, err)
			var readable []tenant.Kind
			for _, k := range check.Readable {
				if !probed(k) {
					readable = append(readable, k)
				}
			}
			assert.Equal(t, tt.want, readable)
			assert.NotContains(t, check.Scopes, "\x1b")
			for _, g := range check.Gaps {
				assert.Contains(t, g.Detail, "the OAuth scope read;")
			}
		})
	}
}
