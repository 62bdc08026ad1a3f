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
}

// Attacks are the messages that an outsider can set off.
func (f *Facts) Attacks() []attack.Attack { return f.attacks }
