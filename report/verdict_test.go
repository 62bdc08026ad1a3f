package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tri"
	"github.com/zdaudit/zdaudit/report"
)

func TestSummary(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    *audit.Report
		want string
	}{
		{"findings by band, coverage beside them", risky(), "acme: 1 critical, 1 high, 1 medium; 3 of 7 applicable rules judged, 4 unknown, 1 not applicable"},
		{"clean", clean(), "globex: no open findings; 61 of 62 applicable rules judged, 1 unknown, 1 not applicable"},
		{"interrupted", interrupted(), "globex: nothing could be judged; 0 of 63 applicable rules judged, 63 unknown; interrupted, so this is not everything"},
		{"nothing at all", &audit.Report{Complete: true}, "this account: nothing could be judged; No rule was asked for"},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, report.Summary(tt.r)) })
	}
	assert.NotContains(t, report.Summary(hostile()), "\n")
	assert.NotContains(t, report.Summary(hostile()), "\x1b")
}

func TestVerdict(t *testing.T) {
	path := func(in attack.Intake, reach attack.Reach, says attack.Content) []attack.Attack {
		return []attack.Attack{{
			Recipients: []attack.Recipient{attack.ToRequester},
			Channels:   []attack.Path{{Channel: attack.Email, Intake: in, Reach: reach, Content: says, Carriers: []string{"ticket.title"}}},
		}}
	}
	toAgents := path(attack.IntakeOpen, attack.Certain, attack.SaysText)
	toAgents[0].Recipients = []attack.Recipient{attack.ToAgents}
	open := []audit.Finding{{Score: 9.5, State: audit.Open}, {Score: 5, State: audit.Open}, {Score: 9.5, State: audit.Waived}}
	for _, tt := range []struct {
		name     string
		attacks  []attack.Attack
		findings []audit.Finding
		want     string
	}{
		{"the words get through", path(attack.IntakeOpen, attack.Certain, attack.SaysText), open, "A stranger can make acme send their own words: 1 critical, 1 medium."},
		{"intake is not known", path(attack.IntakeUnknown, attack.Certain, attack.SaysText), open, "A stranger can make acme send their own words, unless an intake setting that is not known stops them: 1 critical, 1 medium."},
		{"the way is not known", path(attack.IntakeOpen, attack.Possible, attack.SaysText), open, "A stranger may be able to make acme send their own words: 1 critical, 1 medium."},
		{"intake is closed", path(attack.IntakeClosed, attack.Certain, attack.SaysText), open, "2 problems in acme: 1 critical, 1 medium."},
		{"held is not sent", path(attack.IntakeHeld, attack.Certain, attack.SaysText), open, "2 problems in acme: 1 critical, 1 medium."},
		{"a name is not words", path(attack.IntakeOpen, attack.Certain, attack.SaysName), open, "2 problems in acme: 1 critical, 1 medium."},
		{"agents are nobody's victims", toAgents, open, "2 problems in acme: 1 critical, 1 medium."},
		{"what is waived still works", path(attack.IntakeOpen, attack.Certain, attack.SaysText), nil, "A stranger can make acme send their own words; no finding is open."},
		{"nothing", nil, nil, "Nothing wrong was found in acme."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &audit.Report{
				Subdomain: "acme", Complete: true, Attacks: tt.attacks, Findings: tt.findings,
				Outcomes: []audit.Outcome{{Status: audit.Pass}},
			}
			out := string(render(t, view{"", table(report.Options{Width: 160, Unicode: true})}, r))
			paragraphs := strings.SplitN(out, "\n\n", 3)
			said := strings.Join(strings.Fields(paragraphs[1]), " ")
			assert.True(t, strings.HasPrefix(said, tt.want), said)
		})
	}
}

func TestWhatIsClosedIsNotSaidToBeOpen(t *testing.T) {
	r := risky()
	for i := range r.Attacks {
		for j := range r.Attacks[i].Channels {
			r.Attacks[i].Channels[j].Intake = attack.IntakeClosed
		}
	}
	wide := report.Options{Width: 160, Unicode: true}
	want := "Strangers can set off no message; 2 would be open to them if intake were."
	assert.Contains(t, string(render(t, view{"", table(wide)}, r)), want)
	out := string(render(t, view{"", attacks(wide)}, r))
	assert.Contains(t, out, want)
	assert.Contains(t, out, "Closed to strangers by the intake settings")
	assert.NotContains(t, out, "Set off by a stranger")
}

func TestUnknownIntakeIsBracketed(t *testing.T) {
	const says = "At worst, strangers reach 1 message with words of their own; at best, 0."
	wide := report.Options{Width: 160, Unicode: true}
	r := risky()
	r.Attacks[1].Channels = r.Attacks[1].Channels[:2]
	assert.Contains(t, string(render(t, view{"", table(wide)}, r)), says)
	r.Intake.AnybodyCanSubmit.Value = tri.True
	r.Intake.AskUsersToRegister.Value = tri.False
	assert.NotContains(t, string(render(t, view{"", table(wide)}, r)), says, "all is known")
}

func TestNobodyCanForgeAMark(t *testing.T) {
	r := clean()
	for _, text := range []string{"a» own «b", "a>> own <<b", "a››› own ‹‹‹b", "a>>>>>"} {
		r.Findings = []audit.Finding{{Rule: "ZD-X-01", State: audit.Open, Score: 5, Evidence: []audit.Evidence{
			{Label: "body", Text: taint.Text{{Text: text}, {Text: text, From: "ticket.title"}}},
		}}}
		for marks, opts := range map[[2]string]report.Options{{"«", "»"}: {Unicode: true}, {"<<", ">>"}: {}} {
			_, details, _ := strings.Cut(string(render(t, view{"", table(opts)}, r)), "  body ")
			for _, m := range marks {
				assert.Equal(t, 1, strings.Count(details, m), "%q in %q", m, details)
			}
		}
	}
}
