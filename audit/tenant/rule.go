package tenant

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A BusinessRule is a trigger or an automation
// (https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/).
type BusinessRule struct {
	Ref
	Active   Field[bool]
	Default  Field[bool] // shipped by Zendesk
	Position Field[int64]
	Category string // id of the trigger category, empty for none
	All, Any []Condition
	Actions  []Action
	// Complete is false where conditions or actions are missing or are not of
	// the documented shape: what the rule does is then not fully known.
	Complete bool
	Raw      Value
}

// A Condition compares one attribute of the ticket.
type Condition struct {
	Field    string
	Operator string
	Value    Value
	At       Place
}

// String writes the condition as it stands: field, operator, value.
func (c Condition) String() string {
	value, ok := c.Value.Scalar()
	if !ok && c.Value.Exists() {
		value = string(c.Value.AppendJSON(nil))
	}
	return strings.TrimSpace(c.Field + " " + c.Operator + " " + value)
}

// ConditionsInWords writes all conditions in one line.
func (r BusinessRule) ConditionsInWords() string {
	list := func(cs []Condition) string {
		out := make([]string, len(cs))
		for i, c := range cs {
			out[i] = c.String()
		}
		return strings.Join(out, "; ")
	}
	var out []string
	if len(r.All) > 0 {
		out = append(out, "all of: "+list(r.All))
	}
	if len(r.Any) > 0 {
		out = append(out, "any of: "+list(r.Any))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, "; and ")
}

// An Action is one thing that a rule does. The shape of its value depends on
// the field.
type Action struct {
	Field string
	Value Value
	At    Place
}

func triggerFrom(v Value) BusinessRule    { return businessRuleFrom("trigger", v) }
func automationFrom(v Value) BusinessRule { return businessRuleFrom("automation", v) }

func businessRuleFrom(kind string, v Value) BusinessRule {
	r := BusinessRule{
		Ref:      Ref{Type: kind, ID: v.Get("id").ID(), Title: titleOf(v)},
		Active:   v.Get("active").Bool(),
		Default:  v.Get("default").Bool(),
		Position: v.Get("position").Int(),
		Category: v.Get("category_id").ID(),
		Complete: true,
		Raw:      v,
	}
	// Conditions stood at the top level before they had a key of their own, and
	// still do in an app's requirements file.
	from := v.Get("conditions")
	if !from.Exists() && (v.Get("all").Exists() || v.Get("any").Exists()) {
		from = v
	}
	r.All = r.conditions(from.Get("all"))
	r.Any = r.conditions(from.Get("any"))
	if from.Type() != Map || (!from.Get("all").Exists() && !from.Get("any").Exists()) {
		r.Complete = false
	}
	actions := v.Get("actions")
	if actions.Type() != List {
		r.Complete = false
	}
	for _, a := range actions.Items() {
		field, ok := a.Get("field").Str().Get()
		if !ok {
			r.Complete = false
			continue
		}
		r.Actions = append(r.Actions, Action{Field: field, Value: a.Get("value"), At: a.Place()})
	}
	return r
}

func titleOf(v Value) string {
	for _, key := range []string{"title", "raw_title", "name"} {
		if s, ok := v.Get(key).Str().Get(); ok && s != "" {
			return s
		}
	}
	return ""
}

// conditions decodes a list of conditions. null and a missing list are none;
// anything that is not a condition makes the rule incomplete and stays in the
// list as a condition nobody can judge.
func (r *BusinessRule) conditions(v Value) []Condition {
	switch v.Type() {
	case Missing, Null:
		return nil
	case List:
	case Unknowable, Boolean, Number, String, Map:
		r.Complete = false
		return []Condition{{At: v.Place()}}
	}
	out := make([]Condition, 0, len(v.Items()))
	for _, c := range v.Items() {
		field, ok := c.Get("field").Str().Get()
		if !ok {
			r.Complete = false
		}
		out = append(out, Condition{
			Field:    field,
			Operator: c.Get("operator").Str().Or(""),
			Value:    c.Get("value"),
			At:       c.Place(),
		})
	}
	return out
}

// inOrder sorts triggers as they run: by the position of their category, then
// by their own (https://support.zendesk.com/hc/en-us/articles/4408822236058).
// Where categories were not read, their order is that of positions alone.
func inOrder(rules []BusinessRule, categories []Value) []BusinessRule {
	place := map[string]int64{}
	for _, c := range categories {
		place[c.Get("id").ID()] = c.Get("position").Int().Or(math.MaxInt64)
	}
	category := func(r BusinessRule) int64 {
		if p, ok := place[r.Category]; ok {
			return p
		}
		if len(place) > 0 {
			return math.MaxInt64
		}
		return 0
	}
	rules = byPosition(rules)
	slices.SortStableFunc(rules, func(a, b BusinessRule) int { return cmp.Compare(category(a), category(b)) })
	return rules
}

func byPosition(rules []BusinessRule) []BusinessRule {
	slices.SortStableFunc(rules, func(a, b BusinessRule) int {
		return cmp.Compare(a.Position.Or(math.MaxInt64), b.Position.Or(math.MaxInt64))
	})
	return rules
}
