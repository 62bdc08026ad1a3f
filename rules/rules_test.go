package rules_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/rules"
)

var update = flag.Bool("update", false, "rewrite what the fixtures want")

// fixtureDay is the day on which every fixture is audited.
var fixtureDay = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

// configFile is the file of a fixture that is configuration and not account.
const configFile = "zdaudit.yaml"

// TestFixtures puts each rule to its own fixtures, alone, and compares with what
// they want. A rule that nothing makes fire, that nothing satisfies, or that
// never says that it does not know, has not been tried.
func TestFixtures(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.ID, func(t *testing.T) {
			paths, err := filepath.Glob(filepath.Join("..", "fixtures", "rules", rule.ID, "*.txtar"))
			require.NoError(t, err)
			seen := map[audit.Status]bool{}
			for _, path := range paths {
				t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
					seen[tryFixture(t, rule, path)] = true
				})
			}
			for _, s := range []audit.Status{audit.Fail, audit.Pass, audit.Unknown} {
				assert.True(t, seen[s], "no fixture of %s comes out as %s", rule.ID, s)
			}
			assert.False(t, seen[audit.Error], "%s broke", rule.ID)
		})
	}
}

// TestEveryFixtureHasARule finds fixtures that nothing runs.
func TestEveryFixtureHasARule(t *testing.T) {
	known := map[string]bool{}
	for _, rule := range rules.All() {
		known[rule.ID] = true
	}
	dirs, err := os.ReadDir(filepath.Join("..", "fixtures", "rules"))
	require.NoError(t, err)
	for _, dir := range dirs {
		assert.True(t, known[dir.Name()], "fixtures/rules/%s belongs to no rule", dir.Name())
	}
}

// tryFixture runs one rule over one fixture.
func tryFixture(t *testing.T, rule audit.Rule, path string) audit.Status {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	archive := txtar.Parse(data)
	assert.NotEmpty(t, strings.TrimSpace(string(archive.Comment)), "a fixture says in words what it shows")

	opts := audit.Options{Version: "test", Now: fixtureDay}
	var files []collect.File
	want := -1
	for i, f := range archive.Files {
		switch f.Name {
		case "want":
			want = i
		case configFile:
			opts.Config, err = audit.ParseConfig(configFile, f.Data)
			require.NoError(t, err)
		default:
			files = append(files, collect.File{Name: f.Name, Data: f.Data})
		}
	}
	snapshot, err := collect.Snapshot(files, tenant.Origin{Kind: "dump"}, "acme")
	require.NoError(t, err)
	report := audit.Run(context.Background(), snapshot, []audit.Rule{rule}, opts)
	require.Len(t, report.Outcomes, 1)
	got := lines(report)

	if *update {
		if want < 0 {
			archive.Files = append(archive.Files, txtar.File{Name: "want"})
			want = len(archive.Files) - 1
		}
		archive.Files[want].Data = []byte(got)
		if formatted := txtar.Format(archive); !bytes.Equal(formatted, data) {
			require.NoError(t, os.WriteFile(path, formatted, 0o600))
		}
	}
	require.GreaterOrEqual(t, want, 0, "the fixture wants nothing; run with -update and read the result")
	assert.Equal(t, string(archive.Files[want].Data), got)
	return report.Outcomes[0].Status
}

// lines writes the outcome, then each finding with its place and its evidence.
func lines(r *audit.Report) string {
	var b strings.Builder
	for _, o := range r.Outcomes {
		b.WriteString(o.Status.String())
		if o.Reason != "" {
			b.WriteString(": " + o.Reason)
		}
		b.WriteByte('\n')
	}
	for _, f := range r.Findings {
		at := "-"
		if f.At.Valid() {
			at = f.At.String()
		}
		fmt.Fprintf(&b, "%s: %s %s: %s\n", at, f.Severity(), f.Certainty, f.Message)
		for _, e := range f.Evidence {
			text := strings.ReplaceAll(e.Text.Marked(), "\n", "\n\t\t")
			fmt.Fprintf(&b, "\t%s: %s\n", e.Label, text)
		}
	}
	return b.String()
}

// TestRulesAreComplete holds that a rule without a reason or a remedy is an
// accusation, and that nothing unproven is printed as a fact.
func TestRulesAreComplete(t *testing.T) {
	id := regexp.MustCompile(`^ZD-[A-Z]+-\d{2}$`)
	owner := map[string]string{}
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			assert.Regexp(t, id, r.ID)
			for _, name := range append([]string{r.ID}, r.Aliases...) {
				assert.Empty(t, owner[name], "%s is taken", name)
				owner[name] = r.ID
			}
			assert.GreaterOrEqual(t, r.Score, 0.0)
			assert.LessOrEqual(t, r.Score, 10.0)
			assert.Regexp(t, `^\d+\.\d+\.\d+$`, r.Since)
			assert.NotEmpty(t, r.Tags)
			assert.NotEmpty(t, append(r.Needs, r.Uses...), "a rule says what it reads")
			assert.NotNil(t, r.Check)

			assert.NotEmpty(t, r.Title)
			assert.False(t, strings.HasSuffix(r.Title, "."), "a title is no sentence")
			assert.True(t, strings.HasSuffix(r.Why, "."), "the reason is in whole sentences")
			assert.True(t, strings.HasSuffix(r.Fix.Summary, "."), "the summary is a sentence")
			assert.NotEmpty(t, r.Fix.Steps)
			assert.Contains(t, strings.Join(r.Fix.Steps, "\n"), "Admin Center", "the steps say where")

			for _, text := range append([]string{r.Title, r.Why, r.Fix.Summary}, r.Fix.Steps...) {
				assert.NotEmpty(t, strings.TrimSpace(text))
				for _, bad := range []string{"UNVERIFIED", "†", "\t", " > ", "  "} {
					assert.NotContains(t, text, bad)
				}
			}
			assert.NotEmpty(t, r.References)
			for _, ref := range r.References {
				assert.Regexp(t, `^https://[a-z.]+/\S+$`, ref)
			}
			for framework, controls := range r.Frameworks {
				assert.Contains(t, []string{"NIST 800-53r5", "ISO 27001:2022", "SOC 2", "CIS v8", "MITRE ATT&CK"}, framework)
				assert.NotEmpty(t, controls)
			}
		})
	}
}

// TestRulesKeepTheirHeadWithoutAnAccount puts every rule to accounts of which
// nothing, or nothing sensible, is known: none may pass or break.
func TestRulesKeepTheirHeadWithoutAnAccount(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []collect.File
	}{
		{"nothing was read", nil},
		{"everything is empty", []collect.File{
			{Name: "settings.json", Data: []byte(`{"settings": {}}`)},
			{Name: "security_settings.json", Data: []byte(`{"security_settings": {}}`)},
			{Name: "users.json", Data: []byte(`{"users": []}`)},
		}},
		{"everything is null", []collect.File{
			{Name: "settings.json", Data: []byte(`{"settings": {"email": null, "tickets": null, "user": null, "api": null, "active_features": null}}`)},
			{Name: "security_settings.json", Data: []byte(`{"security_settings": {"authentication": {"agent": null}}}`)},
			{Name: "users.json", Data: []byte(`{"users": [{"id": null, "role": null, "suspended": null, "two_factor_auth_enabled": null}]}`)},
		}},
		{"nothing has the type it should have", []collect.File{
			{Name: "settings.json", Data: []byte(`{"settings": {"email": [], "tickets": {"private_attachments": {}, "collaboration": 1}, "user": "x", "api": {"api_token_access": 7}, "active_features": true}}`)},
			{Name: "security_settings.json", Data: []byte(`{"security_settings": {"authentication": {"agent": {"enforce_sso": "perhaps", "zendesk_login": 3, "two_factor_enforce": []}}}}`)},
			{Name: "users.json", Data: []byte(`{"users": [{"id": [], "role": 5, "two_factor_auth_enabled": "maybe"}]}`)},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			snapshot := tenant.New(tenant.Content{})
			if tt.files != nil {
				var err error
				snapshot, err = collect.Snapshot(tt.files, tenant.Origin{Kind: "dump"}, "acme")
				require.NoError(t, err)
			}
			report := audit.Run(context.Background(), snapshot, rules.All(), audit.Options{Version: "test", Now: fixtureDay})
			for _, o := range report.Outcomes {
				assert.Equal(t, audit.Unknown, o.Status, "%s: %s", o.Rule.ID, o.Reason)
				assert.Regexp(t, `^[a-z_]+: `, o.Reason, o.Rule.ID)
			}
			assert.Empty(t, report.Findings)
		})
	}
}

// TestAnAnswerKeepsItsBasis holds that what a person attested and what the
// account merely showed stay apart in findings.
func TestAnAnswerKeepsItsBasis(t *testing.T) {
	attested := []byte("schema: zdaudit.config/1\nattest:\n  intake: {anybody_can_submit: true}\n  by: jane@example.com\n  on: 2026-11-02\n")
	config, err := audit.ParseConfig(configFile, attested)
	require.NoError(t, err)
	queue := []collect.File{{Name: "suspended_tickets.json", Data: []byte(`{"suspended_tickets": [{"id": 7, "cause": "Anonymous requests", "cause_id": null}]}`)}}
	for _, tt := range []struct {
		name   string
		config *audit.Config
		want   audit.Basis
		sure   audit.Certainty
	}{
		{"an attestation is certain", config, audit.FromAttest, audit.Certain},
		{"an inference is possible", nil, audit.FromInference, audit.Possible},
	} {
		t.Run(tt.name, func(t *testing.T) {
			snapshot, err := collect.Snapshot(queue, tenant.Origin{Kind: "dump"}, "acme")
			require.NoError(t, err)
			first := rules.All()[:1] // ZD-ACC-01
			report := audit.Run(context.Background(), snapshot, first, audit.Options{Now: fixtureDay, Config: tt.config})
			require.Len(t, report.Findings, 1)
			assert.Equal(t, tt.want, report.Findings[0].Basis)
			assert.Equal(t, tt.sure, report.Findings[0].Certainty)
		})
	}
}
