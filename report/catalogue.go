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

// An Example is a finding that a rule really gives.
type Example struct {
	// Source names the fixture, Output is what the rule said about it.
	Source, Output string
}

// WriteCatalogue writes the rules as a Markdown page. examples are by rule id;
// a rule without one is written without.
func WriteCatalogue(w io.Writer, rules []audit.Rule, examples map[string]Example) error {
	var b strings.Builder
	b.WriteString("# The rules\n\n")
	fmt.Fprintf(&b, "%d rules. This page is made from the program: `make docs` writes it, and a test compares it.\n\n", len(rules))
	b.WriteString("| rule | severity | title |\n|---|---|---|\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", r.ID, strings.ToLower(r.ID), r.Severity(), markdownCell(r.Title))
	}
	for _, r := range rules {
		writeCatalogueRule(&b, r)
		if e, ok := examples[r.ID]; ok {
			fmt.Fprintf(&b, "**Seen on** `%s`:\n\n```\n%s\n```\n", e.Source, strings.TrimRight(e.Output, "\n"))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCatalogueRule(b *strings.Builder, r audit.Rule) {
	fmt.Fprintf(b, "\n## %s\n\n**%s**\n\n", r.ID, r.Title)
	fmt.Fprintf(b, "%s (%.1f) · since %s", r.Severity(), r.Score, r.Since)
	if len(r.Needs) > 0 {
		fmt.Fprintf(b, " · reads %s", kindWords(r.Needs))
	}
	if len(r.Tags) > 0 {
		fmt.Fprintf(b, " · %s", strings.Join(r.Tags, ", "))
	}
	fmt.Fprintf(b, "\n\n%s\n\n**To fix.** %s\n\n", r.Why, r.Fix.Summary)
	for i, step := range r.Fix.Steps {
		fmt.Fprintf(b, "%d. %s\n", i+1, step)
	}
	for i, param := range r.Params {
		if i == 0 {
			b.WriteString("\n**Parameters.**\n\n")
		}
		fmt.Fprintf(b, "- `%s`\n", paramWords(param))
	}
	b.WriteString("\n**References.**")
	for _, ref := range r.References {
		fmt.Fprintf(b, " <%s>", ref)
	}
	b.WriteString("\n\n")
	if len(r.Frameworks) > 0 {
		var parts []string
		for _, f := range slices.Sorted(maps.Keys(r.Frameworks)) {
			parts = append(parts, f+": "+strings.Join(r.Frameworks[f], ", "))
		}
		fmt.Fprintf(b, "**Controls.** %s\n\n", strings.Join(parts, "; "))
	}
}

func kindWords(kinds []tenant.Kind) string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = strings.ReplaceAll(k.String(), "_", " ")
	}
	return strings.Join(out, ", ")
}

// markdownCell is text that stays in its cell.
func markdownCell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}
