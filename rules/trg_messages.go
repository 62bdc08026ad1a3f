package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// scoreProtected is what comes off the score of a message that no stranger's
// ticket reaches today, because intake is closed or holds the ticket.
const scoreProtected = 2.5

const actionsURL = "https://developer.zendesk.com/documentation/ticketing/reference-guides/actions-reference/"

// looking makes the account ready for questions about single business rules.
func looking(f *audit.Facts) *attack.Look {
	return audit.Remember(f, "look", func() *attack.Look { return attack.NewLook(f.Snapshot, f.Intake) })
}

// onCreation lists the messages that fit and that triggers send when a stranger
// creates a ticket as an end user, at once or when an automation sets them off
// later. The company's own contact form has rules of its own.
func onCreation(f *audit.Facts, fits func(attack.Attack) bool) []firstReply {
	var out []firstReply
	for _, a := range f.Attacks() {
		if a.Object.Type != "trigger" || !fits(a) {
			continue
		}
		if paths := strangersPaths(a); len(paths) > 0 {
			out = append(out, firstReply{attack: a, paths: paths})
		}
	}
	return out
}

// strangersPaths keeps the ways that a stranger goes as an end user.
func strangersPaths(a attack.Attack) []attack.Path {
	var out []attack.Path
	for _, p := range a.Channels {
		if p.Channel != attack.TicketsAPI && p.Channel != attack.Messaging {
			out = append(out, p)
		}
	}
	return out
}

// sentBy fits the messages of some actions.
func sentBy(fields ...string) func(attack.Attack) bool {
	return func(a attack.Attack) bool { return slices.Contains(fields, a.Sink) }
}

// allCarriers are the carriers of a path, for carrying.
func allCarriers(p attack.Path) []string { return p.Carriers }

// anyWord fits every word, for at.
func anyWord(attack.Word) bool { return true }

// carried finds the messages that carry what pick gives.
func carried(rs []firstReply, score float64, how string, pick func(attack.Path) []string, fits func(attack.Word) bool) []audit.Finding {
	var found []audit.Finding
	for _, r := range rs {
		_, sure, carriers, paths := r.carrying(pick)
		if len(carriers) == 0 {
			continue
		}
		finding := r.finding(carriers, paths, how)
		finding.Score, finding.Certainty = afterIntake(score, paths), sure
		finding.At = r.at(fits)
		found = append(found, finding)
	}
	return found
}

// afterIntake is the score of a message by what becomes of the ticket that sets
// it off.
func afterIntake(score float64, paths []attack.Path) float64 {
	passes := func(p attack.Path) bool {
		return p.Intake == attack.IntakeOpen || p.Intake == attack.IntakeUnknown
	}
	if slices.ContainsFunc(paths, passes) {
		return score
	}
	return max(score-scoreProtected, scoreInfo)
}

// scoreInfo is that of a finding that is there to be looked at.
const scoreInfo = 0.5

// triggerOf finds the trigger that an attack is about.
func triggerOf(f *audit.Facts, id string) tenant.BusinessRule {
	return ruleWith(f.Triggers, id)
}

func ruleWith(rules []tenant.BusinessRule, id string) tenant.BusinessRule {
	if i := slices.IndexFunc(rules, func(r tenant.BusinessRule) bool { return r.ID == id }); i >= 0 {
		return rules[i]
	}
	return tenant.BusinessRule{}
}

// valueOf is the value of the action that sends a trigger's message.
func valueOf(f *audit.Facts, a attack.Attack) tenant.Value {
	t := triggerOf(f, a.Object.ID)
	if a.Action >= len(t.Actions) {
		return tenant.Value{}
	}
	return t.Actions[a.Action].Value
}

// addressee is the first part of the action's value: whom it goes to.
func addressee(f *audit.Facts, a attack.Attack) string {
	s, _ := valueOf(f, a).At(0).Scalar()
	return s
}

// isActive says whether a rule runs, as far as is known: one that is not said
// to be inactive does.
func isActive(r tenant.BusinessRule) bool { return r.Active.Or(true) }

// rulesControls are those that a careless business rule breaks where it is no
// relay.
var rulesControls = map[string][]string{
	"NIST 800-53r5":  {"AC-4", "CM-6"},
	"ISO 27001:2022": {"A.5.14", "A.8.9"},
	"SOC 2":          {"CC6.1", "CC6.7"},
}

// gapVerdict is the verdict where a resource that the answer turned out to
// depend on was not read in full.
func gapVerdict(f *audit.Facts, k tenant.Kind, because string) (audit.Verdict, bool) {
	g, missing := f.Gap(k)
	if !missing {
		return audit.Verdict{}, false
	}
	return audit.Undecided(fmt.Sprintf("%s: %s (%s)", g.Reason, because, g.Detail)), true
}

// clean is the verdict over messages of business rules: what they say through
// dynamic content that was not read, nobody knows.
func clean(f *audit.Facts, rules []tenant.BusinessRule, found []audit.Finding) audit.Verdict {
	if len(found) == 0 && namesDynamicContent(rules) {
		if v, missing := gapVerdict(f, tenant.DynamicContent, "rules name dynamic content, which was not read"); missing {
			return v
		}
	}
	return audit.Failed(found...)
}

// firstFew lists names, and says how many more there are.
func firstFew(names []string) string {
	const few = 4
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// carriersOf lists the places of words by their names, each once.
func carriersOf(words []attack.Word) []string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w.From) {
			out = append(out, w.From)
		}
	}
	slices.Sort(out)
	return out
}

// wordsThat keeps the words that fit.
func wordsThat(words []attack.Word, fits func(attack.Word) bool) []attack.Word {
	return slices.DeleteFunc(slices.Clone(words), func(w attack.Word) bool { return !fits(w) })
}
