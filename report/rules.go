package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// WriteRules writes a table of rules for people at a terminal.
func WriteRules(w io.Writer, rules []audit.Rule, opts Options) error {
	p := newPage(w, opts)
	columns := []column{{title: "RULE"}, {title: "SEVERITY"}, {title: "TITLE", share: 1, least: 20}}
	var rows [][]cell
	for _, r := range rules {
		s := r.Severity()
		rows = append(rows, []cell{
			{solid(plain, CleanLine(r.ID))},
			{styled(severityStyle(s), s.String())},
			{say(CleanLine(r.Title))},
		})
	}
	if len(rows) > 0 {
		if err := p.grid(0, columns, rows); err != nil {
			return err
		}
	}
	p.put(0, say(many(len(rules), "rule")+". "+code("zdaudit rules ID")+" explains one."))
	return p.done()
}

// WriteRule explains one rule to people at a terminal.
func WriteRule(w io.Writer, r audit.Rule, opts Options) error {
	p := newPage(w, opts)
	s := r.Severity()
	p.put(0, solid(bold, CleanLine(r.ID)+noBreak), styled(bold, " "+CleanLine(r.Title)))
	p.gap()
	fact := func(name string, runs ...run) { p.hang(0, styled(dim, name), labelCells, runs...) }
	fact("severity", styled(severityStyle(s), s.String()), say(fmt.Sprintf(" (%.1f)", r.Score)))
	fact("family", say(CleanLine(r.Family())))
	if r.Since != "" {
		fact("since", say(CleanLine(r.Since)))
	}
	if len(r.Needs) > 0 {
		fact("needs", say(strings.Join(each(r.Needs, tenant.Kind.String), ", ")))
	}
	if len(r.Uses) > 0 {
		fact("uses", say(strings.Join(each(r.Uses, tenant.Kind.String), ", ")))
	}
	if len(r.Aliases) > 0 {
		fact("was", say(strings.Join(each(r.Aliases, CleanLine), ", ")))
	}
	if len(r.Tags) > 0 {
		fact("tags", say(strings.Join(each(r.Tags, CleanLine), ", ")))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Frameworks)) {
		fact("maps to", say(CleanLine(name)+": "+strings.Join(each(r.Frameworks[name], CleanLine), ", ")))
	}
	for _, param := range r.Params {
		fact("parameter", say(paramWords(param)))
	}
	p.gap()
	p.put(0, paragraphs(r.Why)...)
	p.gap()
	p.remedy(0, r.Fix)
	p.gap()
	p.references(0, r.References)
	return p.done()
}

// paramWords says what a parameter decides and which values it takes.
func paramWords(p audit.Param) string {
	return fmt.Sprintf("%s: %s; %d %s unless set, from %d to %d", p.Name, p.What, p.Default, p.Unit, p.Min, p.Max)
}

// paragraphs joins the lines of each paragraph of a text.
func paragraphs(s string) []run {
	var out []run
	for part := range strings.SplitSeq(CleanBlock(s), "\n\n") {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			if len(out) > 0 {
				part = "\n\n" + part
			}
			out = append(out, say(part))
		}
	}
	return out
}

// WriteRulesJSON writes the schema zdaudit.rules/1.
func WriteRulesJSON(w io.Writer, rules []audit.Rule) error {
	return writeJSON(w, jsonRules{Schema: "zdaudit.rules/1", Rules: each(rules, ruleOf)})
}

type (
	jsonRules struct {
		Schema string     `json:"schema"`
		Rules  []jsonRule `json:"rules"`
	}
	jsonRule struct {
		ID          string              `json:"id"`
		Title       string              `json:"title"`
		Family      string              `json:"family"`
		Severity    string              `json:"severity"`
		Score       float64             `json:"score"`
		Since       string              `json:"since"`
		Needs       []string            `json:"needs"`
		Why         string              `json:"why"`
		Remediation jsonFix             `json:"remediation"`
		References  []string            `json:"references"`
		Frameworks  map[string][]string `json:"frameworks"`
	}
	jsonFix struct {
		Summary string   `json:"summary"`
		Steps   []string `json:"steps"`
	}
)

func ruleOf(r audit.Rule) jsonRule {
	frameworks := map[string][]string{}
	for name, controls := range r.Frameworks {
		frameworks[name] = strs(controls)
	}
	return jsonRule{
		ID:          r.ID,
		Title:       r.Title,
		Family:      r.Family(),
		Severity:    r.Severity().String(),
		Score:       r.Score,
		Since:       r.Since,
		Needs:       each(r.Needs, tenant.Kind.String),
		Why:         r.Why,
		Remediation: jsonFix{Summary: r.Fix.Summary, Steps: strs(r.Fix.Steps)},
		References:  strs(r.References),
		Frameworks:  frameworks,
	}
}
