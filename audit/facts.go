package audit

import (
	"time"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Facts are what a rule may look at.
type Facts struct {
	*tenant.Snapshot
	// Now is the time of the audit.
	Now time.Time
	// Intake are the three switches that no API returns, as far as known.
	Intake attack.Settings
	// Config is what the administrator has said; never nil.
	Config *Config

	attacks []attack.Attack
	memo    map[string]any
	rule    Rule // under judgement
}

// Remember computes something that several rules look at once for each run.
// It is for one goroutine, as the rules of a run are.
func Remember[T any](f *Facts, key string, compute func() T) T {
	if v, ok := f.memo[key].(T); ok {
		return v
	}
	v := compute()
	if f.memo == nil {
		f.memo = map[string]any{}
	}
	f.memo[key] = v
	return v
}

// Attacks are the messages that an outsider can set off.
func (f *Facts) Attacks() []attack.Attack { return f.attacks }
