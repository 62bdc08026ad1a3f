package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Options are what Run takes besides the account and the rules.
type Options struct {
	// Version of zdaudit, for the report.
	Version string
	// Now is the time of the audit: waivers and attestations end by it.
	Now time.Time
	// Config is what the administrator has said; nil for nothing.
	Config *Config
	// NoWaivers makes every waived finding count.
	NoWaivers bool
	// Scope narrows the attack analysis; the zero Scope is the whole account.
	Scope attack.Scope
}

// Run puts rules to an account. It always returns a report: a rule that breaks
// is an outcome of its own and the others go on, and when ctx ends the rules
// that were not reached are unknown and the report is not complete. It is safe
// for concurrent use.
func Run(ctx context.Context, s *tenant.Snapshot, rules []Rule, opts Options) *Report {
	config := opts.Config
	if config == nil {
		config = &Config{}
	}
	intake, notes := intakeOf(s, config.Attest, opts.Now)
	r := &Report{
		Version:     opts.Version,
		Subdomain:   s.Subdomain,
		Name:        s.Name,
		Origin:      s.Origin,
		GeneratedAt: opts.Now,
		Complete:    true,
		Gaps:        gapsFor(s, rules),
		Notes:       slices.Concat(s.Notes, notes),
		Intake:      intake,
	}
	for _, g := range r.Gaps {
		if g.Reason == tenant.Interrupted {
			r.Complete = false
		}
	}
	r.Attacks = attack.Analyse(ctx, s, intake, opts.Scope)
	r.Brackets = Bracket(r.Attacks, intake)
	facts := &Facts{Snapshot: s, Now: opts.Now, Intake: intake, Config: config, attacks: r.Attacks, memo: map[string]any{}}
	for _, rule := range rules {
		v := Undecided("interrupted: the audit was stopped before this rule was reached")
		if ctx.Err() == nil {
			v = judge(rule, facts)
		} else {
			r.Complete = false
		}
		r.Outcomes = append(r.Outcomes, Outcome{Rule: rule, Status: v.Status, Reason: v.Reason})
		for _, f := range v.Findings {
			r.Findings = append(r.Findings, complete(f, rule, s.Subdomain))
		}
	}
	if !opts.NoWaivers {
		r.Notes = append(r.Notes, waive(r.Findings, config.Waivers, rules, s, opts.Now)...)
	}
	sortFindings(r.Findings)
	return r
}

// judge asks one rule, and holds its answer to what could be read.
func judge(rule Rule, facts *Facts) (v Verdict) {
	defer func() {
		if p := recover(); p != nil {
			v = Verdict{Status: Error, Reason: fmt.Sprintf("rule %s could not judge this account: %v", rule.ID, p)}
		}
	}()
	var partial []tenant.Gap
	for _, k := range rule.Needs {
		g, ok := facts.Gap(k)
		switch {
		case !ok:
		case partly(facts, g):
			partial = append(partial, g)
		default:
			return Undecided(fmt.Sprintf("%s: %s (%s)", g.Reason, g.Kind, g.Detail))
		}
	}
	own := *facts
	own.rule = rule
	v = rule.Check(&own)
	if len(partial) > 0 && v.Status != Fail {
		// What was not read could hold the very thing the rule looks for.
		names := make([]string, len(partial))
		for i, g := range partial {
			names[i] = g.Kind.String()
		}
		return Undecided(fmt.Sprintf("%s: only part of %s was read, and that part is clean", partial[0].Reason, strings.Join(names, ", ")))
	}
	return v
}

// partly says whether some of a kind was read in spite of a gap. Such a part
// can fail a rule, but cannot pass it.
func partly(facts *Facts, g tenant.Gap) bool {
	return g.Reason == tenant.Truncated || g.Reason == tenant.ParseError && len(facts.List(g.Kind)) > 0
}

func complete(f Finding, rule Rule, subdomain string) Finding {
	f.Rule = rule.ID
	if f.Title == "" {
		f.Title = rule.Title
	}
	if f.Score == 0 {
		f.Score = rule.Score
	}
	if f.Remedy.Summary == "" {
		f.Remedy = rule.Fix
	}
	f.References = rule.References
	f.State = Open
	f.Fingerprint = fingerprint(subdomain, f)
	return f
}

// sortFindings puts the worst first; findings of one rule stay together, in the
// order of the account.
func sortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b.Severity(), a.Severity()),
			cmp.Compare(b.Certainty, a.Certainty),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(b.Score, a.Score),
		)
	})
}

// gapsFor lists what could not be read, and what the rules would have needed
// but the source does not contain.
func gapsFor(s *tenant.Snapshot, rules []Rule) []tenant.Gap {
	wanted := map[tenant.Kind]bool{}
	for _, r := range rules {
		for _, k := range slices.Concat(r.Needs, r.Uses) {
			wanted[k] = true
		}
	}
	var out []tenant.Gap
	for _, k := range tenant.Kinds() {
		g, ok := s.Gap(k)
		if ok && (wanted[k] || g.Reason != tenant.NotInSource) {
			out = append(out, g)
		}
	}
	return out
}
