package audit

import (
	"time"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Report is everything that one audit of one account found. Every format is
// a view of it.
type Report struct {
	Version     string // of zdaudit
	Subdomain   string
	Name        string
	Origin      tenant.Origin
	GeneratedAt time.Time
	// Complete is false where the audit was interrupted.
	Complete bool
	Gaps     []tenant.Gap
	// Notes are one-line remarks about the source and the configuration, such
	// as a file that was passed over or a waiver that has expired.
	Notes  []string
	Intake attack.Settings
	// Brackets say what the switches that are not known would make of it; nil
	// where all of them are known.
	Brackets *Brackets
	Outcomes []Outcome // one for each rule, in the rules' order
	Findings []Finding // worst first
	Attacks  []attack.Attack
}

// An Outcome is how one rule came out.
type Outcome struct {
	Rule   Rule
	Status Status
	Reason string
}

// A Coverage counts outcomes.
type Coverage struct {
	// Evaluated rules passed or failed.
	Evaluated int
	// Unknown rules could not be judged; rules that broke are among them.
	Unknown       int
	NotApplicable int
	Total         int
}

// Share is the part of the applicable rules that could be judged, from 0 to 1.
// Where no rule applies it is 1.
func (c Coverage) Share() float64 {
	if c.Evaluated+c.Unknown == 0 {
		return 1
	}
	return float64(c.Evaluated) / float64(c.Evaluated+c.Unknown)
}

// Coverage counts the report's outcomes.
func (r *Report) Coverage() Coverage {
	var c Coverage
	for _, o := range r.Outcomes {
		c.Total++
		switch o.Status {
		case Pass, Fail:
			c.Evaluated++
		case Unknown, Error:
			c.Unknown++
		case NotApplicable:
			c.NotApplicable++
		}
	}
	return c
}

// Score sums up the rules that could be judged, from 0 to 100: each counts with
// its own score, and what passed is set against all that passed or failed.
// Waived findings still count as failed. Unknown rules count neither way, so a
// score means little without the coverage beside it. It is false where nothing
// could be judged.
func (r *Report) Score() (int, bool) {
	var passed, judged float64
	for _, o := range r.Outcomes {
		switch o.Status {
		case Pass:
			passed += o.Rule.Score
			judged += o.Rule.Score
		case Fail:
			judged += o.Rule.Score
		case Unknown, NotApplicable, Error:
		}
	}
	if judged == 0 {
		return 0, false
	}
	return int(100 * passed / judged), true
}

// Count gives the number of open findings in a band.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.State == Open && f.Severity() == s {
			n++
		}
	}
	return n
}

// Worst is the highest band of an open finding; false where there is none.
func (r *Report) Worst() (Severity, bool) {
	for _, s := range Severities() {
		if r.Count(s) > 0 {
			return s, true
		}
	}
	return Info, false
}
