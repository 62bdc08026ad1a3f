package report

import (
	"io"
	"regexp"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// jsonWriter writes the schema zdaudit.report/1. Its structs are apart from
// those of audit, so that renaming a Go field breaks no reader. Lists are never
// null. A finding whose place is not known has no "location", one that nobody
// waived has no "waiver", and an object has a "url" only where the address of
// its page in Admin Center is known.
type jsonWriter struct{}

// Write writes r as one JSON document. The same report gives the same bytes.
func (jsonWriter) Write(w io.Writer, r *audit.Report) error {
	c := r.Coverage()
	return writeJSON(w, jsonReport{
		Schema:      "zdaudit.report/1",
		Tool:        toolOf(r),
		Tenant:      jsonTenant{Subdomain: r.Subdomain, Name: r.Name},
		Source:      jsonSource{Kind: r.Origin.Kind, Path: r.Origin.Path},
		GeneratedAt: stamp(r.GeneratedAt),
		Complete:    r.Complete,
		Coverage:    jsonCoverage{c.Evaluated, c.Unknown, c.NotApplicable, c.Total},
		Gaps:        each(r.Gaps, gapOf),
		Intake:      intakeOf(r.Intake),
		Outcomes:    each(r.Outcomes, outcomeOf),
		Findings:    each(r.Findings, func(f audit.Finding) jsonFinding { return findingOf(r.Subdomain, f) }),
		Attacks:     each(r.Attacks, attackOf),
	})
}

type (
	jsonReport struct {
		Schema      string        `json:"schema"`
		Tool        jsonTool      `json:"tool"`
		Tenant      jsonTenant    `json:"tenant"`
		Source      jsonSource    `json:"source"`
		GeneratedAt string        `json:"generated_at"`
		Complete    bool          `json:"complete"`
		Coverage    jsonCoverage  `json:"coverage"`
		Gaps        []jsonGap     `json:"gaps"`
		Intake      jsonIntake    `json:"intake"`
		Outcomes    []jsonOutcome `json:"outcomes"`
		Findings    []jsonFinding `json:"findings"`
		Attacks     []jsonAttack  `json:"attacks"`
	}
	jsonTool struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	jsonTenant struct {
		Subdomain string `json:"subdomain"`
		Name      string `json:"name"`
	}
	jsonSource struct {
		Kind string `json:"kind"`
		Path string `json:"path"`
	}
	jsonCoverage struct {
		Evaluated     int `json:"evaluated"`
		Unknown       int `json:"unknown"`
		NotApplicable int `json:"not_applicable"`
		Total         int `json:"total"`
	}
	jsonGap struct {
		Resource string `json:"resource"`
		Reason   string `json:"reason"`
		Detail   string `json:"detail"`
	}
	jsonIntake struct {
		AnybodyCanSubmit           jsonAnswer `json:"anybody_can_submit"`
		RequireAuthRequestsUploads jsonAnswer `json:"require_auth_requests_uploads"`
		AskUsersToRegister         jsonAnswer `json:"ask_users_to_register"`
	}
	jsonAnswer struct {
		Value  string `json:"value"`
		Basis  string `json:"basis"`
		Detail string `json:"detail"`
	}
	jsonOutcome struct {
		Rule   string `json:"rule"`
		Status string `json:"status"`
		Reason string `json:"reason"`
	}
	jsonFinding struct {
		Rule        string          `json:"rule"`
		Title       string          `json:"title"`
		Severity    string          `json:"severity"`
		Score       float64         `json:"score"`
		Certainty   string          `json:"certainty"`
		Basis       string          `json:"basis"`
		Message     string          `json:"message"`
		Object      jsonObject      `json:"object"`
		Location    *jsonPos        `json:"location,omitempty"`
		Evidence    []jsonEvidence  `json:"evidence"`
		Remediation jsonRemediation `json:"remediation"`
		Fingerprint string          `json:"fingerprint"`
		State       string          `json:"state"`
		Waiver      *jsonWaiver     `json:"waiver,omitempty"`
	}
	jsonObject struct {
		Type  string `json:"type"`
		ID    string `json:"id"`
		Title string `json:"title"`
		URL   string `json:"url,omitempty"`
	}
	jsonPos struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
	}
	jsonEvidence struct {
		Label string     `json:"label"`
		Spans []jsonSpan `json:"spans"`
	}
	jsonRemediation struct {
		Summary    string   `json:"summary"`
		Steps      []string `json:"steps"`
		References []string `json:"references"`
	}
	jsonWaiver struct {
		Rule    string `json:"rule"`
		Object  string `json:"object"`
		Reason  string `json:"reason"`
		Owner   string `json:"owner"`
		Until   string `json:"until,omitempty"`
		Content string `json:"content,omitempty"`
	}
)

// each maps a list and never gives nil, which JSON would write as null.
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, x := range list {
		out = append(out, f(x))
	}
	return out
}

func strs[S ~string](list []S) []string {
	return each(list, func(s S) string { return string(s) })
}

func toolOf(r *audit.Report) jsonTool { return jsonTool{Name: "zdaudit", Version: r.Version} }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func gapOf(g tenant.Gap) jsonGap {
	return jsonGap{Resource: g.Kind.String(), Reason: g.Reason.String(), Detail: g.Detail}
}

func intakeOf(s attack.Settings) jsonIntake {
	answer := func(a attack.Answer) jsonAnswer {
		if a.Basis == "" {
			a.Basis = "none"
		}
		return jsonAnswer{Value: a.Value.String(), Basis: a.Basis, Detail: a.Detail}
	}
	return jsonIntake{
		AnybodyCanSubmit:           answer(s.AnybodyCanSubmit),
		RequireAuthRequestsUploads: answer(s.RequireAuthRequestsUploads),
		AskUsersToRegister:         answer(s.AskUsersToRegister),
	}
}

func outcomeOf(o audit.Outcome) jsonOutcome {
	return jsonOutcome{Rule: o.Rule.ID, Status: o.Status.String(), Reason: o.Reason}
}

func findingOf(subdomain string, f audit.Finding) jsonFinding {
	return jsonFinding{
		Rule:      f.Rule,
		Title:     f.Title,
		Severity:  f.Severity().String(),
		Score:     f.Score,
		Certainty: f.Certainty.String(),
		Basis:     string(f.Basis),
		Message:   f.Message,
		Object: jsonObject{
			Type: f.Object.Type, ID: f.Object.ID, Title: f.Object.Title, URL: adminURL(subdomain, f.Object),
		},
		Location: posOf(f.At),
		Evidence: each(f.Evidence, func(e audit.Evidence) jsonEvidence {
			return jsonEvidence{Label: e.Label, Spans: each(e.Text, spanOf)}
		}),
		Remediation: jsonRemediation{
			Summary: f.Remedy.Summary, Steps: strs(f.Remedy.Steps), References: strs(f.References),
		},
		Fingerprint: f.Fingerprint,
		State:       string(f.State),
		Waiver:      waiverOf(f.Waiver),
	}
}

// posOf gives nil where there is no place at all.
func posOf(p tenant.Pos) *jsonPos {
	if p == (tenant.Pos{}) {
		return nil
	}
	return &jsonPos{p.File, p.Line, p.Column}
}

func waiverOf(w *audit.Waiver) *jsonWaiver {
	if w == nil {
		return nil
	}
	out := &jsonWaiver{Rule: w.Rule, Object: w.Object, Reason: w.Reason, Owner: w.Owner, Content: w.Content}
	if !w.Until.IsZero() {
		out.Until = w.Until.Format(time.DateOnly)
	}
	return out
}

var (
	hostLabel = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$`)
	digits    = regexp.MustCompile(`^[0-9]{1,20}$`)
)

// adminURL is the address of an object's page in Admin Center, empty where it
// is not known. Subdomain and id are checked, because both may come from a
// file that somebody else wrote.
func adminURL(subdomain string, o tenant.Ref) string {
	pages := map[string]string{"trigger": "triggers", "automation": "automations"}
	page, ok := pages[o.Type]
	if !ok || !hostLabel.MatchString(subdomain) || !digits.MatchString(o.ID) {
		return ""
	}
	return "https://" + subdomain + ".zendesk.com/admin/objects-rules/rules/" + page + "/" + o.ID
}
