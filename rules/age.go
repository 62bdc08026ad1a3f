package rules

import (
	"fmt"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// unusedDays is after how many days without use a credential or a person's
// access counts as forgotten, where nobody has set another number.
const unusedDays = 90

// unusedParam is the parameter for that number.
func unusedParam(what string) audit.Param {
	return audit.Param{Name: "unused_days", Default: unusedDays, Min: 1, Max: 3650, Unit: "days", What: what}
}

// An ageing measures how long ago something was, when the account was read. An
// export that does not say when it was made may be old: everything in it would
// then seem unused, so that such an age is possible, not certain.
type ageing struct {
	at    time.Time
	sure  bool
	limit int64 // in days
}

func ageingOf(f *audit.Facts, param audit.Param) ageing {
	limit := f.Param(param)
	if f.CollectedAt.IsZero() {
		return ageing{at: f.Now, limit: limit}
	}
	return ageing{at: f.CollectedAt, sure: true, limit: limit}
}

// days is the number of whole days since a time.
func (a ageing) days(t time.Time) int64 { return int64(a.at.Sub(t) / (24 * time.Hour)) }

// old says whether a time is longer ago than the limit.
func (a ageing) old(t time.Time) bool { return a.days(t) > a.limit }

// certainty is that of a statement about an age.
func (a ageing) certainty() audit.Certainty {
	if a.sure {
		return audit.Certain
	}
	return audit.Possible
}

// remark says where an age is uncertain, and why.
func (a ageing) remark() string {
	if a.sure {
		return ""
	}
	return " (counted to today; the source does not say when it was read)"
}

// A use is what is known of when something was last used.
type use uint8

// The uses. Unread is the zero value.
const (
	useUnread use = iota
	useRecent
	useOld
	// useNever is of something that is older than the limit and of which no
	// use is on record. That may be missing from the record instead.
	useNever
)

// since judges the time of the last use, or where that is null the time at
// which the thing was made.
func (a ageing) since(used, created tenant.Value) use {
	if t, known := used.Time().Get(); known {
		if a.old(t) {
			return useOld
		}
		return useRecent
	}
	t, known := created.Time().Get()
	switch {
	case used.Type() != tenant.Null || !known:
		return useUnread
	case a.old(t):
		return useNever
	}
	return useRecent
}

// inWords says when something was last used, for a thing that is old.
func (a ageing) inWords(u use, used, created tenant.Value) string {
	if u == useNever {
		return fmt.Sprintf("was made %d days ago and has no use on record", a.days(created.Time().Or(a.at)))
	}
	return fmt.Sprintf("was last used %d days ago", a.days(used.Time().Or(a.at)))
}

// unreadable is the verdict where a resource that a rule reads by itself has a
// gap; false where it was read in full.
func unreadable(f *audit.Facts, k tenant.Kind) (audit.Verdict, bool) {
	g, gap := f.Gap(k)
	if !gap {
		return audit.Verdict{}, false
	}
	return audit.Undecided(fmt.Sprintf("%s: %s (%s)", g.Reason, g.Kind, g.Detail)), true
}
