package report_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/report"
)

func decoded(t *testing.T, write func(*bytes.Buffer) error) map[string]any {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	require.True(t, bytes.HasSuffix(b.Bytes(), []byte("}\n")))
	var out map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &out))
	return out
}

func asJSON(t *testing.T, r *audit.Report) map[string]any {
	t.Helper()
	return decoded(t, func(b *bytes.Buffer) error {
		w, err := report.New("json", report.Options{})
		require.NoError(t, err)
		return w.Write(b, r)
	})
}

// keys are what the contract promises, object by object.
func keys(t *testing.T, v any, want ...string) map[string]any {
	t.Helper()
	m, ok := v.(map[string]any)
	require.True(t, ok, "%v is no object", v)
	var got []string
	for k := range m {
		got = append(got, k)
	}
	assert.ElementsMatch(t, want, got)
	return m
}

func at(t *testing.T, v any, i int) any {
	t.Helper()
	list, ok := v.([]any)
	require.True(t, ok, "%v is no list", v)
	require.Greater(t, len(list), i)
	return list[i]
}

func TestReportKeepsTheContract(t *testing.T) {
	r := risky()
	r.Origin.Kind = "api"
	doc := keys(t, asJSON(t, r), "schema", "tool", "tenant", "source", "generated_at", "complete", "coverage", "gaps", "intake",
		"outcomes", "findings", "attacks")
	assert.Equal(t, "zdaudit.report/1", doc["schema"])
	assert.Equal(t, "2026-11-23T15:00:00Z", doc["generated_at"])
	assert.Equal(t, map[string]any{"name": "zdaudit", "version": "0.1.0"}, doc["tool"])
	assert.Equal(t, map[string]any{"subdomain": "acme", "name": "Acme Ltd"}, doc["tenant"])
	assert.Equal(t, map[string]any{"kind": "api", "path": "exports/acme"}, doc["source"])
	assert.Equal(t, map[string]any{"evaluated": 3.0, "unknown": 4.0, "not_applicable": 1.0, "total": 8.0}, doc["coverage"])
	assert.Equal(t, map[string]any{"resource": "security_settings", "reason": "forbidden", "detail": "HTTP 403; needs an administrator"}, at(t, doc["gaps"], 0))
	intake := keys(t, doc["intake"], "anybody_can_submit", "require_auth_requests_uploads", "ask_users_to_register")
	for _, answer := range intake {
		keys(t, answer, "value", "basis", "detail")
	}
	assert.Equal(t, "error", keys(t, at(t, doc["outcomes"], 5), "rule", "status", "reason")["status"])

	finding := keys(t, at(t, doc["findings"], 0), "rule", "title", "severity", "score", "certainty", "basis", "message", "object",
		"location", "evidence", "remediation", "fingerprint", "state")
	assert.Equal(t, "critical", finding["severity"])
	assert.InDelta(t, 9.3, finding["score"], 0)
	assert.Equal(t, map[string]any{
		"type": "trigger", "id": "360001", "title": "Notify requester of received request",
		"url": "https://acme.zendesk.com/admin/objects-rules/rules/triggers/360001",
	}, finding["object"])
	assert.Equal(t, map[string]any{"file": "triggers.json", "line": 12.0, "column": 34.0}, finding["location"])
	evidence := keys(t, at(t, finding["evidence"], 0), "label", "spans")
	keys(t, at(t, evidence["spans"], 0), "text")
	keys(t, at(t, evidence["spans"], 1), "text", "from", "at")
	keys(t, finding["remediation"], "summary", "steps", "references")

	waived := at(t, doc["findings"], 1).(map[string]any)
	assert.Equal(t, "waived", waived["state"])
	assert.Equal(t, "2027-01-31", keys(t, waived["waiver"], "rule", "object", "reason", "owner", "until")["until"])
	assert.NotContains(t, at(t, doc["findings"], 3), "location", "its place is not known")
	assertAttack(t, at(t, doc["attacks"], 1))
}

func assertAttack(t *testing.T, v any) {
	t.Helper()
	a := keys(t, v, "object", "action", "recipients", "channels", "subject", "body")
	keys(t, a["object"], "type", "id", "title")
	channel := keys(t, at(t, a["channels"], 0), "name", "intake", "reach", "because", "carriers", "suppressed", "content", "ticket", "via")
	assert.Equal(t, "web_form", channel["name"])
	assert.Equal(t, []any{}, channel["because"])
	assert.Equal(t, []any{}, channel["via"])
	assert.Equal(t, []any{"form_a"}, keys(t, channel["ticket"], "subject", "comment", "tags")["tags"])
	assert.Equal(t, map[string]any{"text": "Re: "}, at(t, a["subject"], 0))
}

func TestAttacksKeepTheContract(t *testing.T) {
	doc := decoded(t, func(b *bytes.Buffer) error { return report.WriteAttacks(b, risky()) })
	keys(t, doc, "schema", "tool", "tenant", "source", "generated_at", "complete", "gaps", "intake", "attacks", "review")
	assert.Equal(t, "zdaudit.attacks/1", doc["schema"])
	assertAttack(t, at(t, doc["attacks"], 1))
	review := keys(t, at(t, doc["review"], 0), "object", "action", "what", "at")
	assert.Equal(t, "placeholder ticket.invented is in no list", review["what"])
}

func TestListsAreNeverNull(t *testing.T) {
	var b bytes.Buffer
	w, err := report.New("json", report.Options{})
	require.NoError(t, err)
	bare := &audit.Report{Findings: []audit.Finding{{}}, Attacks: risky().Attacks[:1]}
	bare.Attacks[0].Subject, bare.Attacks[0].Body, bare.Attacks[0].Recipients = nil, nil, nil
	require.NoError(t, w.Write(&b, bare))
	require.NoError(t, w.Write(&b, &audit.Report{}))
	require.NoError(t, report.WriteAttacks(&b, &audit.Report{}))
	require.NoError(t, report.WriteRulesJSON(&b, nil))
	require.NoError(t, report.WriteRulesJSON(&b, []audit.Rule{{}}))
	assert.NotContains(t, b.String(), "null")
}

func TestHostileTextSurvivesInJSONWithoutItsPower(t *testing.T) {
	r := clean()
	r.Name = "<b>&\u202Eevil\u2028\u009b\x1b[31m\ufeff\U000E0041\u200d"
	var b bytes.Buffer
	w, err := report.New("json", report.Options{})
	require.NoError(t, err)
	require.NoError(t, w.Write(&b, r))
	for _, c := range b.String() {
		require.False(t, bad(c) && c != '\n', "%U", c)
	}
	assert.Contains(t, b.String(), `"<b>&\u202eevil\u2028\u009b\u001b[31m\ufeff\udb40\udc41\u200d"`)
	assert.Equal(t, r.Name, asJSON(t, r)["tenant"].(map[string]any)["name"], "nothing is lost")
}

func TestAddressesAreBuiltOnlyFromWhatIsAnID(t *testing.T) {
	for _, tt := range []struct {
		name, subdomain string
		object          tenant.Ref
		want            any
	}{
		{"an automation", "acme", tenant.Ref{Type: "automation", ID: "7"}, "https://acme.zendesk.com/admin/objects-rules/rules/automations/7"},
		{"a page nobody knows", "acme", tenant.Ref{Type: "brand", ID: "7"}, nil},
		{"an id that is none", "acme", tenant.Ref{Type: "trigger", ID: "7/../../x"}, nil},
		{"a subdomain that is a host", "evil.example.com/", tenant.Ref{Type: "trigger", ID: "7"}, nil},
		{"no subdomain", "", tenant.Ref{Type: "trigger", ID: "7"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := asJSON(t, &audit.Report{Subdomain: tt.subdomain, Findings: []audit.Finding{{Object: tt.object}}})
			object := at(t, doc["findings"], 0).(map[string]any)["object"].(map[string]any)
			assert.Equal(t, tt.want, object["url"])
		})
	}
}

func FuzzJSON(f *testing.F) {
	f.Add(evil)
	f.Add("\xed\xa0\x80\\u202e\"")
	f.Fuzz(func(t *testing.T, s string) {
		w, err := report.New("json", report.Options{})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, w.Write(&b, &audit.Report{Name: s}))
		var doc struct{ Tenant struct{ Name string } }
		require.NoError(t, json.Unmarshal(b.Bytes(), &doc))
		if utf8.ValidString(s) {
			require.Equal(t, s, doc.Tenant.Name, "nothing is lost")
		}
		for _, r := range b.String() {
			require.False(t, bad(r) && r != '\n', "%U", r)
		}
	})
}
