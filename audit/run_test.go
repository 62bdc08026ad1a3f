package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

var (
	now     = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	nowhere tenant.Place
)

func snapshot(lists map[tenant.Kind][]tenant.Value, gaps ...tenant.Gap) *tenant.Snapshot {
	return tenant.New(tenant.Content{Subdomain: "acme", Lists: lists, Gaps: gaps})
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

// check is a rule about triggers that answers with a verdict.
func check(v audit.Verdict) audit.Rule {
	return audit.Rule{
		ID: "ZD-TST-01", Title: "A test", Score: 7.5, Needs: []tenant.Kind{tenant.Triggers},
		References: []string{"https://example.com"},
		Check:      func(*audit.Facts) audit.Verdict { return v },
	}
}

var (
	found = audit.Failed(audit.Finding{Message: "bad", Object: tenant.Ref{Type: "trigger", ID: "1"}})
	read  = map[tenant.Kind][]tenant.Value{tenant.Triggers: {}}
)

func TestOutcomes(t *testing.T) {
	truncated := tenant.Gap{Kind: tenant.Triggers, Reason: tenant.Truncated}
	broken := tenant.Gap{Kind: tenant.Triggers, Reason: tenant.ParseError}
	some := map[tenant.Kind][]tenant.Value{tenant.Triggers: {tenant.MapAt(nil, nowhere)}}
	forbidden := tenant.Gap{Kind: tenant.Triggers, Reason: tenant.Forbidden, Detail: "HTTP 403"}
	panics := check(audit.Verdict{})
	panics.Check = func(*audit.Facts) audit.Verdict { panic("odd data") }
	for _, tt := range []struct {
		name   string
		snap   *tenant.Snapshot
		rule   audit.Rule
		want   audit.Status
		reason string
	}{
		{"what was read and is clean passes", snapshot(read), check(audit.Passed("")), audit.Pass, ""},
		{"what was read and is bad fails", snapshot(read), check(found), audit.Fail, ""},
		{"what is refused is unknown", snapshot(nil, forbidden), check(audit.Passed("")), audit.Unknown, "forbidden: triggers (HTTP 403)"},
		{"what the source lacks is unknown", snapshot(nil), check(audit.Passed("")), audit.Unknown, "not_in_source"},
		{"part of a list can fail", snapshot(read, truncated), check(found), audit.Fail, ""},
		{"part of a list cannot pass", snapshot(read, truncated), check(audit.Passed("")), audit.Unknown, "truncated"},
		{"part of a list does not show that a rule does not apply", snapshot(read, truncated), check(audit.DoesNotApply("none")), audit.Unknown, "truncated"},
		{"what could be read beside what could not can fail", snapshot(some, broken), check(found), audit.Fail, ""},
		{"but it cannot pass", snapshot(some, broken), check(audit.Passed("")), audit.Unknown, "parse_error"},
		{"where nothing could be read, nothing is judged", snapshot(read, broken), check(found), audit.Unknown, "parse_error"},
		{"a rule that says nothing has not passed", snapshot(read), check(audit.Verdict{}), audit.Unknown, ""},
		{"a rule that breaks is an error by name", snapshot(read), panics, audit.Error, "ZD-TST-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := audit.Run(context.Background(), tt.snap, []audit.Rule{tt.rule, check(audit.Passed(""))}, audit.Options{Now: now})
			require.Len(t, r.Outcomes, 2, "the other rules go on")
			assert.Equal(t, tt.want, r.Outcomes[0].Status)
			assert.Contains(t, r.Outcomes[0].Reason, tt.reason)
		})
	}
}

func TestAFindingIsCompleted(t *testing.T) {
	r := audit.Run(context.Background(), snapshot(read), []audit.Rule{check(found)}, audit.Options{Now: now})
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.Equal(t, "ZD-TST-01", f.Rule)
	assert.Equal(t, "A test", f.Title)
	assert.Equal(t, audit.High, f.Severity())
	assert.Equal(t, audit.Open, f.State)
	assert.Len(t, f.Fingerprint, 32)
	again := audit.Run(context.Background(), snapshot(read), []audit.Rule{check(found)}, audit.Options{Now: now.AddDate(1, 0, 0)})
	assert.Equal(t, f.Fingerprint, again.Findings[0].Fingerprint, "identity is rule and object, not time")
}

func TestAnInterruptedRunIsNotComplete(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := audit.Run(ctx, snapshot(read), []audit.Rule{check(audit.Passed(""))}, audit.Options{Now: now})
	assert.False(t, r.Complete)
	assert.Equal(t, audit.Unknown, r.Outcomes[0].Status)
}

func TestWaivers(t *testing.T) {
	obj := tenant.MapAt([]tenant.Member{
		{Key: "id", Value: tenant.NumberAt("1", nowhere)},
		{Key: "title", Value: tenant.StringAt("Receipt", nowhere, 0)},
		{Key: "updated_at", Value: tenant.StringAt("2026-01-01", nowhere, 0)},
	}, nowhere)
	s := snapshot(map[tenant.Kind][]tenant.Value{tenant.Triggers: {obj}})
	hash := audit.ContentHash(s, tenant.Ref{Type: "trigger", ID: "1"})
	require.Regexp(t, `^sha256:[0-9a-f]{64}$`, hash)
	until := day("2027-01-31")
	for _, tt := range []struct {
		name   string
		waiver audit.Waiver
		want   audit.State
		note   string
	}{
		{"counts for its object", audit.Waiver{Rule: "ZD-TST-01", Object: "trigger/1", Until: until}, audit.Waived, ""},
		{"counts for every object", audit.Waiver{Rule: "ZD-TST-01", Object: "*", Until: until}, audit.Waived, ""},
		{"counts on its last day", audit.Waiver{Rule: "ZD-TST-01", Object: "*", Until: day("2026-11-23")}, audit.Waived, ""},
		{"ends after it", audit.Waiver{Rule: "ZD-TST-01", Object: "*", Until: day("2026-11-22")}, audit.Open, "ended on 2026-11-22"},
		{"for another object matches nothing", audit.Waiver{Rule: "ZD-TST-01", Object: "trigger/2", Until: until}, audit.Open, "matches nothing"},
		{"for another rule names none", audit.Waiver{Rule: "ZD-TST-09", Object: "*", Until: until}, audit.Open, "names a rule that was not run"},
		{"bound to what the object says", audit.Waiver{Rule: "ZD-TST-01", Object: "*", Until: until, Content: hash}, audit.Waived, ""},
		{"lapses when the object changes", audit.Waiver{Rule: "ZD-TST-01", Object: "*", Until: until, Content: "sha256:0"}, audit.Open, "has lapsed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := audit.Options{Now: now, Config: &audit.Config{Waivers: []audit.Waiver{tt.waiver}}}
			r := audit.Run(context.Background(), s, []audit.Rule{check(found)}, opts)
			assert.Equal(t, tt.want, r.Findings[0].State)
			if tt.note == "" {
				assert.Empty(t, r.Notes)
			} else {
				require.Len(t, r.Notes, 1)
				assert.Contains(t, r.Notes[0], tt.note)
			}
			opts.NoWaivers = true
			assert.Equal(t, audit.Open, audit.Run(context.Background(), s, []audit.Rule{check(found)}, opts).Findings[0].State)
		})
	}
}

func TestIntakeIsAttestedInferredOrUnknown(t *testing.T) {
	yes := true
	suspended := func(pairs ...tenant.Member) *tenant.Snapshot {
		return snapshot(map[tenant.Kind][]tenant.Value{tenant.SuspendedTickets: {tenant.MapAt(pairs, nowhere)}})
	}
	anonymous := suspended(tenant.Member{Key: "cause", Value: tenant.StringAt("Anonymous requests", nowhere, 0)})
	signup := suspended(tenant.Member{Key: "cause_id", Value: tenant.NumberAt("12", nowhere)})
	for _, tt := range []struct {
		name                     string
		snap                     *tenant.Snapshot
		attest                   audit.Attest
		anybody, register, basis string
	}{
		{"nothing says anything", snapshot(nil), audit.Attest{}, "unknown", "unknown", "none"},
		{"an attestation counts", snapshot(nil), audit.Attest{Answers: map[string]audit.Said{"intake.anybody_can_submit": {Yes: &yes}}, By: "jane@example.com", Until: day("2027-02-02")}, "yes", "unknown", "attested"},
		{"an attestation that ended is unknown", snapshot(nil), audit.Attest{Answers: map[string]audit.Said{"intake.anybody_can_submit": {Yes: &yes}}, Until: day("2026-02-02")}, "unknown", "unknown", "none"},
		{"suspended anonymous requests show an open account", anonymous, audit.Attest{}, "yes", "unknown", "inferred"},
		{"suspended sign-ups show registration", signup, audit.Attest{}, "yes", "yes", "inferred"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := audit.Run(context.Background(), tt.snap, nil, audit.Options{Now: now, Config: &audit.Config{Attest: tt.attest}})
			assert.Equal(t, tt.anybody, r.Intake.AnybodyCanSubmit.Value.String())
			assert.Equal(t, tt.register, r.Intake.AskUsersToRegister.Value.String())
			assert.Equal(t, tt.basis, r.Intake.AnybodyCanSubmit.Basis)
		})
	}
}

func TestCoverageCountsWhatCouldNotBeJudged(t *testing.T) {
	r := &audit.Report{Outcomes: []audit.Outcome{{Status: audit.Pass}, {Status: audit.Fail}, {Status: audit.Unknown}, {Status: audit.Error}, {Status: audit.NotApplicable}}}
	assert.Equal(t, audit.Coverage{Evaluated: 2, Unknown: 2, NotApplicable: 1, Total: 5}, r.Coverage())
	assert.InDelta(t, 0.5, r.Coverage().Share(), 0)
	assert.InDelta(t, 1, audit.Coverage{NotApplicable: 3, Total: 3}.Share(), 0)
}

func TestTheScoreNeverCountsWhatIsUnknown(t *testing.T) {
	of := func(outcomes ...audit.Outcome) *audit.Report { return &audit.Report{Outcomes: outcomes} }
	pass := audit.Outcome{Rule: audit.Rule{Score: 9}, Status: audit.Pass}
	fail := audit.Outcome{Rule: audit.Rule{Score: 3}, Status: audit.Fail}
	unknown := audit.Outcome{Rule: audit.Rule{Score: 9}, Status: audit.Unknown}
	score, ok := of(pass, fail).Score()
	assert.True(t, ok)
	assert.Equal(t, 75, score)
	with, _ := of(pass, fail, unknown).Score()
	assert.Equal(t, score, with)
	_, ok = of(unknown).Score()
	assert.False(t, ok, "nothing was judged")
}

func TestBandsMeetAtTheirLimits(t *testing.T) {
	for score, want := range map[float64]audit.Severity{10: audit.Critical, 9: audit.Critical, 8.9: audit.High, 7: audit.High, 6.9: audit.Medium, 4: audit.Medium, 3.9: audit.Low, 0.1: audit.Low, 0: audit.Info} {
		assert.Equal(t, want, audit.Band(score), "%v", score)
	}
	for _, s := range audit.Severities() {
		got, ok := audit.SeverityNamed(s.String())
		assert.True(t, ok)
		assert.Equal(t, s, got)
	}
}
