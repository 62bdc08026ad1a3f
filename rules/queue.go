package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// anonymousRequests is the cause under which Zendesk suspends a request whose
// author has not yet proved the address
// (https://support.zendesk.com/hc/en-us/articles/10360295453082).
const anonymousRequests = "Anonymous requests"

// Causes of suspension, by number
// (https://developer.zendesk.com/documentation/ticketing/reference-guides/suspensions-reference/).
const (
	causeSpam        = 0
	causeNotAllowed  = 1
	causeBlocklisted = 13
)

// A suspended is an entry of the queue of suspended tickets: why and since
// when. Nothing else of it is looked at.
type suspended struct {
	cause   string
	causeID tenant.Field[int64]
	created tenant.Field[time.Time]
}

func suspendedQueue(f *audit.Facts) []suspended {
	items := f.List(tenant.SuspendedTickets)
	out := make([]suspended, len(items))
	for i, v := range items {
		out[i] = suspended{
			cause:   v.Get("cause").Str().Or(""),
			causeID: v.Get("cause_id").Int(),
			created: v.Get("created_at").Time(),
		}
	}
	return out
}

// awaitsVerification says whether the request waits for its author to follow
// the link in Zendesk's mail. No number is documented for this cause.
func (s suspended) awaitsVerification() bool {
	return strings.EqualFold(strings.TrimSpace(s.cause), anonymousRequests)
}

// label is the cause in Zendesk's words.
func (s suspended) label() string {
	if s.cause != "" {
		return s.cause
	}
	if id, ok := s.causeID.Get(); ok {
		return fmt.Sprint("cause ", id)
	}
	return "no cause given"
}

// causes counts the entries by cause, the most frequent first.
func causes(queue []suspended) string {
	counts := map[string]int{}
	for _, s := range queue {
		counts[s.label()]++
	}
	return byCount(counts)
}

// byCount writes counts by name, the highest first.
func byCount(counts map[string]int) string {
	const most = 8
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	out := make([]string, 0, most+1)
	for i, name := range names {
		if i == most {
			out = append(out, fmt.Sprintf("%d other kinds", len(names)-most))
			break
		}
		out = append(out, fmt.Sprintf("%s: %d", name, counts[name]))
	}
	return strings.Join(out, ", ")
}

// counted writes a number with its noun, and its verb where there is one.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// asOf is the time that the snapshot speaks of: when the account was read, or
// the time of the audit where the source does not say.
func asOf(f *audit.Facts) time.Time {
	if f.CollectedAt.IsZero() {
		return f.Now
	}
	return f.CollectedAt
}

// readWhen is a remark on ages where the source does not say when the account
// was read: in an old export everything looks older than it was.
func readWhen(f *audit.Facts) string {
	if f.CollectedAt.IsZero() {
		return "; the source does not say when it was read, so age is reckoned from today"
	}
	return ""
}

// notRead is the verdict where something that decides the question was not
// read in full. A truncated list counts as not read: ask before what was read
// has shown nothing.
func notRead(f *audit.Facts, k tenant.Kind) (audit.Verdict, bool) {
	g, missing := f.Gap(k)
	if !missing {
		return audit.Verdict{}, false
	}
	return audit.Undecided(fmt.Sprintf("%s: %s (%s)", g.Reason, g.Kind, g.Detail)), true
}
