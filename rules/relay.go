package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
)

// A relay is a message that goes to somebody the outsider chose and says
// something the outsider wrote.
type relay struct {
	attack attack.Attack
	// over are the channels that lead to it, carriers what it carries there.
	over, carriers []string
	// sure is false where something on every one of these ways is not known.
	sure bool
}

// relays lists the relays over some channels. A channel on which a stranger's
// ticket is refused, or held until the address is verified, leads to none: the
// triggers never see that ticket. Those that are sure come first.
func relays(f *audit.Facts, channels ...attack.Channel) []relay {
	var out []relay
	for _, a := range f.Attacks() {
		if !slices.ContainsFunc(a.Recipients, attack.Recipient.OutsiderChooses) {
			continue
		}
		r := relay{attack: a}
		for _, p := range a.Channels {
			passes := p.Intake == attack.IntakeOpen || p.Intake == attack.IntakeUnknown
			if !passes || len(p.Carriers) == 0 || !slices.Contains(channels, p.Channel) {
				continue
			}
			r.over = append(r.over, string(p.Channel))
			r.carriers = append(r.carriers, p.Carriers...)
			r.sure = r.sure || p.Reach == attack.Certain
		}
		if len(r.over) == 0 {
			continue
		}
		slices.Sort(r.carriers)
		r.carriers = slices.Compact(r.carriers)
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b relay) int {
		switch {
		case a.sure == b.sure:
			return 0
		case a.sure:
			return -1
		}
		return 1
	})
	return out
}

// repeats is the verb of a sentence about the message.
func (r relay) repeats() string {
	if r.sure {
		return "repeats"
	}
	return "may repeat"
}

// evidence names the object, what it repeats, and how it is reached.
func (r relay) evidence() audit.Evidence {
	text := fmt.Sprintf("%s %s %s over %s", named(r.attack.Object), r.repeats(), strings.Join(r.carriers, ", "), strings.Join(r.over, ", "))
	return ownWords("relay", text)
}
