package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
)

// combinations says in how many of the cases that unknown switches leave a
// stranger's words get out, and which switch says most about it. It is empty
// where nothing is unknown.
func combinations(b *audit.Brackets) string {
	if b == nil || b.Total == 0 {
		return ""
	}
	switch b.Exposed {
	case 0:
		return fmt.Sprintf("In none of the %d combinations of what is not known do a stranger's words reach people they chose over the channels that these switches govern.", b.Total)
	case b.Total:
		return fmt.Sprintf("In all of the %d combinations of what is not known, a stranger's words reach people they chose.", b.Total)
	}
	s := fmt.Sprintf("Exposed in %d of %d combinations of what is not known", b.Exposed, b.Total)
	if len(b.Settle) == 0 {
		return s + "."
	}
	best := slices.MinFunc(b.Settle, func(x, y audit.Settling) int {
		return cmp.Or(cmp.Compare(min(x.IfYes, x.IfNo), min(y.IfYes, y.IfNo)), cmp.Compare(max(x.IfYes, x.IfNo), max(y.IfYes, y.IfNo)))
	})
	return fmt.Sprintf("%s; attesting “%s” leaves %s if it is on, %s if it is off.", s, switchLabel(best.Key), left(best.IfYes, best.Of), left(best.IfNo, best.Of))
}

func left(n, of int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%d of %d", n, of)
}

// switchLabel is the name of a switch in Admin Center, by the key of its
// question.
func switchLabel(key string) string {
	for _, q := range questions(&attack.Settings{}) {
		if "intake."+q.key == key {
			return q.label
		}
	}
	return key
}
