package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// generative are the words by which triggers of AI agents are known. How the
// API writes their action is not documented.
var generative = regexp.MustCompile(`(?i)generative|gen_?ai\b`)

func checkGenerative(f *audit.Facts) audit.Verdict {
	look := looking(f)
	titles := definedActions(f)
	var found []audit.Finding
	for _, t := range f.Triggers {
		how := ""
		for _, a := range t.Actions {
			if generative.MatchString(a.Field) || generative.MatchString(titles[a.Field]) {
				how = "by its action “" + a.Field + "”"
			}
		}
		if how == "" && generative.MatchString(t.Title) {
			how = "by its name"
		}
		if how == "" {
			continue
		}
		paths := slices.DeleteFunc(look.OnCreation(t.Ref), func(p attack.Path) bool {
			return p.Channel == attack.TicketsAPI || p.Channel == attack.Messaging
		})
		if len(paths) == 0 {
			continue
		}
		found = append(found, audit.Finding{
			Score: afterIntake(scoreGenerative, paths), Certainty: audit.Possible, Basis: audit.FromInference,
			Message: fmt.Sprintf("%s, known %s as that of an AI agent, fires for a stranger's new ticket (%s).", named(t.Ref), how, channels(paths)) + intakeRemark(paths),
			Object:  t.Ref, At: t.Raw.Pos(),
			Evidence: []audit.Evidence{ownWords("conditions", t.ConditionsInWords())},
		})
	}
	return audit.Failed(found...)
}

// definedActions are the names that Admin Center gives to actions, by field.
func definedActions(f *audit.Facts) map[string]string {
	out := map[string]string{}
	for _, a := range f.Single(tenant.TriggerDefinitions).Get("actions").Items() {
		out[a.Get("subject").Str().Or("")] = a.Get("title").Str().Or("")
	}
	return out
}

// trgUnrecognised: what zdaudit does not understand, it must not call clean.
var trgUnrecognised = audit.Rule{
	ID:    "ZD-TRG-24",
	Title: "A trigger or automation uses a condition or an action that zdaudit does not know",
	Score: scoreInfo, Since: "0.1.0", Tags: []string{"core", "review"},
	Needs: triggerNeeds, Uses: []tenant.Kind{tenant.Automations, tenant.TriggerDefinitions},
	Why: "Zendesk adds conditions and actions often. " +
		"What a rule does with one that zdaudit does not know, a person has to look up: it may send something, or keep something from being sent.",
	Fix: audit.Remediation{
		Summary: "Look at the rule yourself, and tell zdaudit's authors of the new field.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers or Automations: open the rule and see what the condition or action does.",
			"Nothing has to change in the account. Waive the finding once somebody has looked.",
		},
	},
	References: []string{actionsURL, conditionsURL},
	Frameworks: map[string][]string{"NIST 800-53r5": {"CM-6"}, "ISO 27001:2022": {"A.8.9"}},
	Check: func(f *audit.Facts) audit.Verdict {
		titles := definedActions(f)
		var found []audit.Finding
		for _, t := range slices.Concat(f.Triggers, f.Automations) {
			if isActive(t) {
				found = append(found, unrecognised(t, titles)...)
			}
		}
		return audit.Failed(found...)
	},
}

// unrecognised names each field of a rule once.
func unrecognised(t tenant.BusinessRule, titles map[string]string) []audit.Finding {
	var found []audit.Finding
	seen := map[string]bool{}
	add := func(what, field, title string, at tenant.Place) {
		if seen[what+field] {
			return
		}
		seen[what+field] = true
		name := "“" + field + "”"
		switch {
		case field == "":
			name = "without a name"
		case title != "":
			name += " (" + title + ")"
		}
		found = append(found, audit.Finding{
			Certainty: audit.Certain, Basis: audit.FromAPI,
			Message: fmt.Sprintf("%s uses the %s %s, which zdaudit does not know; look at what it does.", named(t.Ref), what, name),
			Object:  t.Ref, Part: what + " " + field, At: at.Pos(),
			Evidence: []audit.Evidence{ownWords(what, field)},
		})
	}
	for _, c := range slices.Concat(t.All, t.Any) {
		if !attack.Knows(c.Field) {
			add("condition", c.Field, "", c.At)
		}
	}
	for _, a := range t.Actions {
		if !attack.KnowsAction(a.Field) {
			add("action", a.Field, titles[a.Field], a.At)
		}
	}
	return found
}

// trgDormant: one click, and it is back.
var trgDormant = audit.Rule{
	ID:    "ZD-TRG-28",
	Title: "Inactive triggers would repeat a stranger's words if somebody switched them on",
	Score: scoreInfo, Since: "0.1.0", Tags: []string{"relay", "extended", "review"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "An inactive trigger is one click away from being active. " +
		"Whoever switches on an old first reply brings back what was cleaned up elsewhere.",
	Fix: audit.Remediation{
		Summary: "Delete inactive first replies, or clean them like active ones.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: filter by “Inactive”, and delete or clean the triggers that the finding names.",
			"Side effect: none, they do nothing today.",
		},
	},
	References: []string{triggersURL},
	Frameworks: rulesControls,
	Check:      checkInactiveTriggers,
}

// checkInactiveTriggers counts, because accounts keep many of them.
func checkInactiveTriggers(f *audit.Facts) audit.Verdict {
	look := looking(f)
	var names []string
	var at tenant.Pos
	for _, t := range f.Triggers {
		if t.Active.Is(true) != tri.False || onUpdateOnly(t) {
			continue
		}
		for _, m := range look.Messages(t) {
			if !reachesOutsiders(m.Recipients) || len(m.Carriers) == 0 || slices.Contains(names, named(t.Ref)) {
				continue
			}
			if names = append(names, named(t.Ref)); !at.Valid() {
				at = m.Carriers[0].At
			}
		}
	}
	if len(names) == 0 {
		return clean(f, f.Triggers, nil)
	}
	return audit.Failed(audit.Finding{
		Certainty: audit.Certain, Basis: audit.FromAPI,
		Message:  fmt.Sprintf("%d inactive %s would repeat a stranger's words on a new ticket: %s.", len(names), triggersIn(len(names)), firstFew(names)),
		Object:   tenant.Ref{Type: "triggers", ID: "inactive"},
		At:       at,
		Evidence: []audit.Evidence{ownWords("triggers", strings.Join(names, "; "))},
	})
}

// onUpdateOnly says whether a trigger can only fire when a ticket is updated.
func onUpdateOnly(t tenant.BusinessRule) bool {
	return gate(t, func(c tenant.Condition) bool {
		v, _ := c.Value.Scalar()
		return c.Field == "update_type" && (c.Operator == "is" && strings.EqualFold(v, "change") || c.Operator == "is_not" && strings.EqualFold(v, "create"))
	})
}

// triggersIn is the noun after a number.
func triggersIn(n int) string {
	if n == 1 {
		return "trigger"
	}
	return "triggers"
}
