package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// scoreNotice is the score of what is worth knowing and rarely a risk alone.
const scoreNotice = 0.0

// A tally is the verdict on objects that are judged one by one: what was found,
// and which of them could not be judged.
type tally struct {
	findings []audit.Finding
	open     []string // reasons, each with its word and a colon
}

func (t *tally) found(f audit.Finding) { t.findings = append(t.findings, f) }

func (t *tally) leaveOpen(format string, args ...any) {
	t.open = append(t.open, fmt.Sprintf(format, args...))
}

// verdict passes only where nothing was found and nothing was left open.
func (t *tally) verdict(passed string) audit.Verdict {
	switch n := len(t.open); {
	case len(t.findings) > 0:
		return failed(t.findings...)
	case n == 1:
		return audit.Undecided(t.open[0])
	case n > 1:
		return audit.Undecided(fmt.Sprintf("%s (and %d more)", t.open[0], n-1))
	}
	return audit.Passed(passed)
}

// refTo names an object of a list; title is the key of what people call it.
func refTo(kind string, v tenant.Value, title string) tenant.Ref {
	return tenant.Ref{Type: kind, ID: v.Get("id").ID(), Title: v.Get(title).Str().Or("")}
}

// unread is the reason why one of several kinds was not read in full.
func unread(f *audit.Facts, kinds ...tenant.Kind) (reason string, missing bool) {
	for _, k := range kinds {
		if g, bad := f.Gap(k); bad {
			return fmt.Sprintf("%s: %s (%s)", g.Reason, g.Kind, g.Detail), true
		}
	}
	return "", false
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// saidFinding reports what somebody answered in zdaudit.yaml.
func saidFinding(key, label string, said audit.Attested, answer, message string) audit.Finding {
	return audit.Finding{
		Certainty: audit.Certain,
		Basis:     audit.FromAttest,
		Message:   message,
		Object:    tenant.Ref{Type: "setting", ID: key, Title: label},
		Evidence:  []audit.Evidence{ownWords("setting", fmt.Sprintf("%s: %s (%s)", key, answer, said.Detail))},
	}
}
