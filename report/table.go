package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// tableWriter writes a report for people at a terminal.
type tableWriter struct{ opts Options }

// Write writes the answer first, then what to do about it, then what is not
// known.
func (t tableWriter) Write(w io.Writer, r *audit.Report) error {
	p := newPage(w, t.opts)
	p.header(r)
	p.gap()
	p.put(0, styled(bold, verdict(r)))
	p.put(0, say(coverage(r.Coverage())+scoreSentence(r)))
	if !r.Complete {
		p.put(0, styled(high, "The audit was interrupted: this is not everything."))
	}
	p.messagesLine(r)
	groups := groupByRule(r)
	if err := p.overview(groups); err != nil {
		return err
	}
	p.findings(r, groups)
	p.intake(r)
	p.notJudged(r)
	p.notRead(r.Gaps)
	p.notes(r.Notes)
	p.accepted(r)
	return p.done()
}

// scoreSentence gives the score, which stands only beside the coverage.
func scoreSentence(r *audit.Report) string {
	score, ok := r.Score()
	if !ok {
		return ""
	}
	return fmt.Sprintf(" Score over those judged: %d of 100.", score)
}

// header names the account, the source and the time.
func (p *page) header(r *audit.Report) {
	name := accountName(r)
	runs := []run{styled(bold, name)}
	if full := CleanLine(r.Name); full != "" && full != name {
		runs = append(runs, say(" ("+full+")"))
	}
	facts := []string{sourceWords(r.Origin)}
	if !r.GeneratedAt.IsZero() {
		facts = append(facts, r.GeneratedAt.UTC().Format("2006-01-02 15:04 UTC"))
	}
	facts = append(facts, strings.TrimSpace("zdaudit "+CleanLine(r.Version)))
	for _, fact := range facts {
		if fact != "" {
			runs = append(runs, styled(dim, " · "+fact))
		}
	}
	p.put(0, runs...)
}

// sourceWords says in words where a snapshot came from.
func sourceWords(o tenant.Origin) string {
	path := CleanLine(o.Path)
	if o.Kind == "api" && path != "" {
		return path
	}
	known := map[string]string{
		"api": "live account", "dump": "dump", "terraform": "Terraform files", "plan": "Terraform plan",
		"salto": "Salto workspace", "yaml": "YAML repository",
	}
	words, ok := known[o.Kind]
	if !ok {
		words = CleanLine(o.Kind)
	}
	return strings.TrimSpace(words + " " + path)
}

// messagesLine points to the attack analysis, which the report is too short
// to show.
func (p *page) messagesLine(r *audit.Report) {
	if len(r.Attacks) > 0 {
		p.put(0, styled(dim, messagesSentence(sortOut(r.Attacks))+" "+code("zdaudit attack")+" shows them."))
	}
}

// messagesSentence counts messages by what strangers can do with them.
func messagesSentence(s sorted) string {
	n, carry := len(s.with)+len(s.without), len(s.with)
	switch {
	case n == 0:
		return fmt.Sprintf("Strangers can set off no message; %d would be open to them if intake were.", len(s.closed))
	case carry == 0:
		return "A stranger can set off " + many(n, "message") + ", none with words of their own."
	case carry == n && n == 1:
		return "A stranger can set off 1 message, with words of their own."
	case carry == n:
		return fmt.Sprintf("A stranger can set off %d messages, all with words of their own.", n)
	}
	return fmt.Sprintf("A stranger can set off %d messages, %d of them with words of their own.", n, carry)
}

// code quotes a command, so that it stays on one line.
func code(s string) string { return "`" + strings.ReplaceAll(s, " ", noBreak) + "`" }
