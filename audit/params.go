package audit

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Param is a number in a rule that an account may set for itself, in
// zdaudit.yaml under parameters.
type Param struct {
	// Name is unique within the rule: "agent_session_minutes".
	Name string
	// Default counts where nobody has set another value from Min to Max.
	Default, Min, Max int64
	// Unit is what the number counts, in the plural: "minutes".
	Unit string
	// What says in one clause what the number decides.
	What string
}

// A Parameter is one value that zdaudit.yaml sets.
type Parameter struct {
	Rule, Name string
	Value      int64
	// At is where the value stands; RuleAt and NameAt are the keys that lead
	// to it.
	At, RuleAt, NameAt tenant.Pos
}

// Param gives the value of a parameter of the rule under judgement: the one
// from zdaudit.yaml, or the default where that has none or one that
// CheckParameters refuses.
func (f *Facts) Param(p Param) int64 {
	for _, set := range f.Config.Parameters {
		if f.rule.answersTo(set.Rule) && set.Name == p.Name && p.Min <= set.Value && set.Value <= p.Max {
			return set.Value
		}
	}
	return p.Default
}

func (r Rule) param(name string) (Param, bool) {
	i := slices.IndexFunc(r.Params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		return Param{}, false
	}
	return r.Params[i], true
}

// answersTo says whether id is the rule's, now or in former times.
func (r Rule) answersTo(id string) bool { return r.ID == id || slices.Contains(r.Aliases, id) }

// CheckParameters holds the parameters against all rules that there are. The
// error joins one *ConfigError for each value of a rule that does not exist, of
// a parameter that the rule does not have, out of its range, or given twice: a
// threshold that is not applied must not pass for one that is.
func (c *Config) CheckParameters(rules []Rule) error {
	var errs []error
	seen := map[[2]string]bool{}
	for _, set := range c.Parameters {
		if e := set.check(rules, seen); e != nil {
			errs = append(errs, e)
		}
	}
	return errors.Join(errs...)
}

// check is a *ConfigError or nil. seen are the parameters that were set before.
func (set Parameter) check(rules []Rule, seen map[[2]string]bool) error {
	rule, ok := ruleNamed(rules, set.Rule)
	if !ok {
		return &ConfigError{At: set.RuleAt, Message: fmt.Sprintf("there is no rule %s", set.Rule)}
	}
	p, ok := rule.param(set.Name)
	if !ok {
		return &ConfigError{At: set.NameAt, Message: rule.lacks(set.Name)}
	}
	if set.Value < p.Min || set.Value > p.Max {
		return &ConfigError{At: set.At, Message: fmt.Sprintf("%s is from %d to %d %s, not %d", p.Name, p.Min, p.Max, p.Unit, set.Value)}
	}
	key := [2]string{rule.ID, p.Name}
	if seen[key] {
		return &ConfigError{At: set.NameAt, Message: fmt.Sprintf("%s of rule %s is given twice", p.Name, rule.ID)}
	}
	seen[key] = true
	return nil
}

// lacks says which parameters there are in place of one that there is not.
func (r Rule) lacks(name string) string {
	if len(r.Params) == 0 {
		return fmt.Sprintf("rule %s takes no parameters", r.ID)
	}
	names := make([]string, len(r.Params))
	for i, p := range r.Params {
		names[i] = p.Name
	}
	slices.Sort(names)
	return fmt.Sprintf("rule %s has no parameter %q; it has %s", r.ID, name, strings.Join(names, ", "))
}

// parameters reads numbers by rule and name. Which there are, only the rules
// know: CheckParameters asks them.
func (r *configReader) parameters(n *yaml.Node) []Parameter {
	var out []Parameter
	for rule, names := range r.entries(n, "parameters maps a rule to its parameters") {
		if !ruleIDPattern.MatchString(rule.Value) {
			r.at(rule, "%q is no rule; rules are named like ZD-TRG-01", rule.Value)
			continue
		}
		for name, value := range r.entries(names, "the parameters of a rule map a name to a number") {
			number, err := strconv.ParseInt(value.Value, 10, 64)
			if value.Kind != yaml.ScalarNode || value.ShortTag() != "!!int" || err != nil {
				r.at(value, "%q is a whole number", name.Value)
				continue
			}
			out = append(out, Parameter{
				Rule: rule.Value, Name: name.Value, Value: number,
				At: r.pos(value), RuleAt: r.pos(rule), NameAt: r.pos(name),
			})
		}
	}
	return out
}

// entries are the keys of a mapping whose keys the schema does not list, with
// their values. Null is an empty mapping; of anything else what says what it
// should be.
func (r *configReader) entries(n *yaml.Node, what string) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		if isNull(n) {
			return
		}
		if n.Kind != yaml.MappingNode {
			r.at(n, "%s", what)
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func (r *configReader) pos(n *yaml.Node) tenant.Pos {
	return tenant.Pos{File: r.file, Line: n.Line, Column: n.Column}
}
