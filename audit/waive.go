package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// waive marks the findings that somebody has accepted, and says which waivers
// have ended, lapsed, match nothing, or name no rule.
func waive(findings []Finding, waivers []Waiver, rules []Rule, s *tenant.Snapshot, now time.Time) []string {
	var notes []string
	for i := range waivers {
		w := &waivers[i]
		rule, ok := ruleNamed(rules, w.Rule)
		if !ok {
			notes = append(notes, fmt.Sprintf("the waiver for %s on %s names a rule that was not run", w.Rule, w.Object))
			continue
		}
		used, lapsed := 0, 0
		for j := range findings {
			f := &findings[j]
			if f.Rule != rule.ID || (w.Object != "*" && w.Object != f.Object.Type+"/"+f.Object.ID) {
				continue
			}
			used++
			if expired(w.Until, now) {
				continue
			}
			if w.Content != "" && w.Content != ContentHash(s, f.Object) {
				lapsed++
				continue
			}
			f.State, f.Waiver = Waived, w
		}
		switch {
		case expired(w.Until, now):
			notes = append(notes, fmt.Sprintf("the waiver for %s on %s ended on %s and no longer counts (owner %s)", w.Rule, w.Object, w.Until.Format(time.DateOnly), w.Owner))
		case used == 0:
			notes = append(notes, fmt.Sprintf("the waiver for %s on %s matches nothing and can be removed", w.Rule, w.Object))
		case lapsed > 0:
			notes = append(notes, fmt.Sprintf("the waiver for %s on %s has lapsed: the object has changed since the risk was accepted", w.Rule, w.Object))
		}
	}
	return notes
}

func ruleNamed(rules []Rule, id string) (Rule, bool) {
	for _, r := range rules {
		if r.ID == id || slices.Contains(r.Aliases, id) {
			return r, true
		}
	}
	return Rule{}, false
}

// objectKinds are the lists in which objects of a type are found.
var objectKinds = map[string]tenant.Kind{
	"trigger": tenant.Triggers, "automation": tenant.Automations, "user": tenant.Users,
	"brand": tenant.Brands, "target": tenant.Targets, "webhook": tenant.Webhooks,
	"dynamic_content": tenant.DynamicContent, "ticket_field": tenant.TicketFields,
}

// volatile are keys that change without anybody changing the object.
var volatile = []string{"updated_at", "position", "usage_1h", "usage_24h", "usage_7d", "usage_30d", "last_login_at", "url"}

// ContentHash is a hash of what an object says, "sha256:" and 64 hexadecimal
// digits, without keys that change by themselves. It is empty for an object
// that is not in the snapshot, and for settings.
func ContentHash(s *tenant.Snapshot, ref tenant.Ref) string {
	for _, v := range s.List(objectKinds[ref.Type]) {
		if v.Get("id").ID() != ref.ID {
			continue
		}
		members := v.Members()
		members = slices.DeleteFunc(members, func(m tenant.Member) bool { return slices.Contains(volatile, m.Key) })
		slices.SortFunc(members, func(a, b tenant.Member) int { return cmp.Compare(a.Key, b.Key) })
		sum := sha256.Sum256(tenant.MapAt(members, tenant.Place{}).AppendJSON(nil))
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return ""
}
