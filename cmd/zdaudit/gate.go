package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit"
)

// A gate decides the exit status of a report.
type gate struct {
	never       bool
	failOn      audit.Severity
	onUnknown   bool
	minCoverage float64 // percent
}

func gateOf(c *cli.Context) (gate, error) {
	g := gate{onUnknown: c.Bool("fail-on-unknown"), minCoverage: c.Float64("min-coverage")}
	if g.minCoverage < 0 || g.minCoverage > 100 {
		return g, fmt.Errorf("--min-coverage is %v; it must be a percentage from 0 to 100", g.minCoverage)
	}
	word := strings.ToLower(c.String("fail-on"))
	if word == "never" {
		g.never = true
		return g, nil
	}
	s, ok := audit.SeverityNamed(word)
	if !ok {
		return g, fmt.Errorf("--fail-on is %q; it must be critical, high, medium, low, info or never", word)
	}
	g.failOn = s
	return g, nil
}

// judge gives nil, errGate, or why the result cannot be trusted. That outranks
// the gate.
func (g gate) judge(r *audit.Report) error {
	if !r.Complete {
		return fmt.Errorf("the audit is not complete, so its result cannot be trusted")
	}
	if share := r.Coverage().Share() * 100; share < g.minCoverage {
		return fmt.Errorf("coverage is %.1f%%, below --min-coverage %v%%; the report says what could not be judged and why", share, g.minCoverage)
	}
	if g.onUnknown && !g.never {
		if blind := g.blind(r); len(blind) > 0 {
			return fmt.Errorf("rules that --fail-on needs could not be judged: %s", strings.Join(blind, ", "))
		}
	}
	if worst, open := r.Worst(); open && !g.never && worst >= g.failOn {
		return errGate
	}
	return nil
}

// blind names the rules that the gate needs and that could not be judged.
func (g gate) blind(r *audit.Report) []string {
	var out []string
	for _, o := range r.Outcomes {
		if (o.Status == audit.Unknown || o.Status == audit.Error) && o.Rule.Severity() >= g.failOn {
			out = append(out, o.Rule.ID)
		}
	}
	return out
}
