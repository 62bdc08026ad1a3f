package report

import (
	"io"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// WriteAttacks writes the schema zdaudit.attacks/1: every message that an
// outsider can make the account send. The gaps say what was not read, without
// which an empty list could not be told from a harmless account; review lists
// what a person has to look at, because it could not be understood.
func WriteAttacks(w io.Writer, r *audit.Report) error {
	return writeJSON(w, jsonAttacks{
		Schema:      "zdaudit.attacks/1",
		Tool:        toolOf(r),
		Tenant:      jsonTenant{Subdomain: r.Subdomain, Name: r.Name},
		Source:      jsonSource{Kind: r.Origin.Kind, Path: r.Origin.Path},
		GeneratedAt: stamp(r.GeneratedAt),
		Complete:    r.Complete,
		Gaps:        each(r.Gaps, gapOf),
		Intake:      intakeOf(r.Intake),
		Attacks:     each(r.Attacks, attackOf),
		Review:      reviewsOf(r.Attacks),
	})
}

type (
	jsonAttacks struct {
		Schema      string       `json:"schema"`
		Tool        jsonTool     `json:"tool"`
		Tenant      jsonTenant   `json:"tenant"`
		Source      jsonSource   `json:"source"`
		GeneratedAt string       `json:"generated_at"`
		Complete    bool         `json:"complete"`
		Gaps        []jsonGap    `json:"gaps"`
		Intake      jsonIntake   `json:"intake"`
		Attacks     []jsonAttack `json:"attacks"`
		Review      []jsonReview `json:"review"`
	}
	jsonAttack struct {
		Object     jsonRef    `json:"object"`
		Action     int        `json:"action"`
		Recipients []string   `json:"recipients"`
		Channels   []jsonPath `json:"channels"`
		Subject    []jsonSpan `json:"subject"`
		Body       []jsonSpan `json:"body"`
	}
	jsonRef struct {
		Type  string `json:"type"`
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	jsonPath struct {
		Name       string         `json:"name"`
		Intake     string         `json:"intake"`
		Reach      string         `json:"reach"`
		Because    []string       `json:"because"`
		Carriers   []string       `json:"carriers"`
		Suppressed []string       `json:"suppressed"`
		Content    string         `json:"content"`
		Ticket     map[string]any `json:"ticket"`
		Via        []jsonRef      `json:"via"`
	}
	jsonSpan struct {
		Text string   `json:"text"`
		From string   `json:"from,omitempty"`
		At   *jsonPos `json:"at,omitempty"`
	}
	jsonReview struct {
		Object jsonRef  `json:"object"`
		Action int      `json:"action"`
		What   string   `json:"what"`
		At     *jsonPos `json:"at,omitempty"`
	}
)

func attackOf(a attack.Attack) jsonAttack {
	return jsonAttack{
		Object:     refOf(a.Object),
		Action:     a.Action,
		Recipients: strs(a.Recipients),
		Channels:   each(a.Channels, pathOf),
		Subject:    each(a.Subject, spanOf),
		Body:       each(a.Body, spanOf),
	}
}

func pathOf(p attack.Path) jsonPath {
	return jsonPath{
		Name:       string(p.Channel),
		Intake:     string(p.Intake),
		Reach:      string(p.Reach),
		Because:    strs(p.Because),
		Carriers:   strs(p.Carriers),
		Suppressed: strs(p.Suppressed),
		Content:    string(p.Content),
		Ticket:     ticketOf(p.Ticket),
		Via:        each(p.Via, refOf),
	}
}

// ticketOf puts the attributes and the tags of a witness side by side.
func ticketOf(t attack.Ticket) map[string]any {
	out := make(map[string]any, len(t.Attributes)+1)
	for name, value := range t.Attributes {
		out[name] = value
	}
	out["tags"] = strs(t.Tags)
	return out
}

func refOf(o tenant.Ref) jsonRef { return jsonRef{Type: o.Type, ID: o.ID, Title: o.Title} }

func spanOf(s taint.Span) jsonSpan { return jsonSpan{Text: s.Text, From: s.From, At: posOf(s.At)} }

func reviewsOf(attacks []attack.Attack) []jsonReview {
	out := []jsonReview{}
	for _, a := range attacks {
		for _, v := range a.Review {
			out = append(out, jsonReview{Object: refOf(a.Object), Action: a.Action, What: v.What, At: posOf(v.At)})
		}
	}
	return out
}
