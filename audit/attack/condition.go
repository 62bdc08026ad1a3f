package attack

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A condition is one comparison, made ready for being judged often.
type condition struct {
	attr string
	op   string
	// value is a scalar; values are the members of a list, or the words of a
	// text that conditions split.
	value  string
	values []string
	// doubt is set where the condition itself cannot be understood.
	doubt string
}

// aliases are older names of condition fields.
var aliases = map[string]string{
	"description_includes_word": "comment_includes_word",
	"ticket_type_id":            "type",
	"tags":                      "current_tags",
	"ticket_tags":               "current_tags",
}

// compile makes a condition ready. What cannot be understood stays in it as a
// doubt: it may hold or not.
func compile(c tenant.Condition) condition {
	out := condition{attr: c.Field, op: c.Operator}
	if name, ok := aliases[out.attr]; ok {
		out.attr = name
	}
	if id, ok := strings.CutPrefix(out.attr, "ticket_fields_"); ok {
		out.attr = customField(id)
	}
	if c.Field == "" {
		out.doubt = "a condition could not be read"
		return out
	}
	if c.Value.Type() == tenant.List {
		for _, item := range c.Value.Items() {
			s, ok := item.Scalar()
			if !ok {
				out.doubt = "the value of the condition on “" + c.Field + "” could not be read"
			}
			out.values = append(out.values, out.normal(s))
		}
		if len(out.values) > 0 {
			out.value = out.values[0]
		}
		return out
	}
	s, ok := c.Value.Scalar()
	if !ok && !valueless(out.op) {
		out.doubt = "the value of the condition on “" + c.Field + "” could not be read"
		return out
	}
	out.value = out.normal(s)
	switch out.attr {
	case "current_tags", "subject_includes_word", "comment_includes_word":
		out.values = strings.Fields(s)
	default:
		out.values = []string{out.value}
	}
	return out
}

// valueless says whether an operator needs no value.
func valueless(op string) bool {
	switch op {
	case "changed", "not_changed", "present", "not_present":
		return true
	}
	return false
}

// normal spells a value as domains do.
func (c condition) normal(v string) string {
	switch c.attr {
	case "update_type":
		if v = strings.ToLower(v); v != "" {
			v = strings.ToUpper(v[:1]) + v[1:]
		}
	case "recipient", "status", "priority", "type":
		v = strings.ToLower(v)
	case "requester_role":
		if code, ok := map[string]string{"end_user": "0", "agent": "4", "admin": "2"}[v]; ok {
			v = code
		}
	}
	if v == "__NULL__" || v == "null" {
		return ""
	}
	return v
}

// ranks are the values that have an order, lowest first.
var ranks = map[string][]string{
	"status":             {"new", "open", "pending", "hold", "solved", "closed"},
	"priority":           {"", "low", "normal", "high", "urgent"},
	"satisfaction_score": {"unoffered", "offered", "bad", "badwithcomment", "good", "goodwithcomment"},
}

// assume lists the ways in which a condition can hold (want) or not hold. None
// means that it cannot. A way that cannot be decided is there for both, with a
// doubt.
func (s state) assume(c condition, want bool) []state {
	if c.doubt != "" {
		return []state{s.doubting(c.doubt)}
	}
	if a, ok := ages[c.attr]; ok {
		return s.assumeAge(a, want)
	}
	switch c.attr {
	case "current_tags":
		return s.assumeTags(c, want)
	case "subject_includes_word", "comment_includes_word":
		return s.assumeWords(c, want)
	case "comment_is_public":
		if s.updated {
			// An automation changes the ticket without a comment.
			break
		}
		if c.value == "requester_can_see_comment" || c.value == "not_relevant" {
			// A new ticket's first comment is there and, being public, seen.
			c.values = []string{"true"}
		}
	}
	return s.assumeValue(c, want)
}

func (s state) assumeValue(c condition, want bool) []state {
	d := s.attr(c.attr)
	switch c.op {
	case "is", "includes", "is_not", "not_includes":
		if c.op == "is_not" || c.op == "not_includes" {
			want = !want
		}
		return s.assumeAmong(c.attr, d, c.values, want)
	case "present", "not_present":
		return s.assumeEmpty(c.attr, d, (c.op == "present") != want)
	case "less_than", "less_than_equal", "greater_than", "greater_than_equal":
		return s.assumeOrder(c, d, want)
	case "changed", "not_changed":
		return s.assumeChange(c, d, (c.op == "changed") == want)
	case "value", "not_value":
		return s.assumeChangeTo(c, d, (c.op == "value") == want)
	case "value_previous", "not_value_previous":
		return s.assumePrevious(d, (c.op == "value_previous") == want)
	}
	return []state{s.doubting("zdaudit does not know the operator “" + c.op + "” of the condition on “" + c.attr + "”")}
}

// assumeAmong: the attribute is one of values, or is none of them.
func (s state) assumeAmong(attr string, d domain, values []string, want bool) []state {
	var out []state
	if want {
		for _, v := range values {
			if n, ok := d.is(v); ok {
				out = append(out, s.narrowed(attr, n))
			}
		}
		return out
	}
	for _, v := range values {
		n, ok := d.isNot(v)
		if !ok {
			return nil
		}
		s = s.narrowed(attr, n)
		d = n.domain
	}
	return []state{s}
}

func (s state) assumeEmpty(attr string, d domain, isEmpty bool) []state {
	none := ""
	if d.by == fixed && d.value == "false" {
		none = "false" // a checkbox that is not ticked
	}
	return s.assumeAmong(attr, d, []string{none}, isEmpty)
}

func (s state) assumeOrder(c condition, d domain, want bool) []state {
	op := c.op
	if !want {
		op = map[string]string{
			"less_than": "greater_than_equal", "greater_than_equal": "less_than",
			"greater_than": "less_than_equal", "less_than_equal": "greater_than",
		}[op]
	}
	if order, ok := ranks[c.attr]; ok {
		at := slices.Index(order, c.value)
		if at < 0 {
			return []state{s.doubting("zdaudit does not know the value “" + c.value + "” of “" + c.attr + "”")}
		}
		n, ok := d.oneOf(ranksWithin(order, at, op))
		if !ok {
			return nil
		}
		return []state{s.narrowed(c.attr, n)}
	}
	limit, ok := number(c.value)
	if !ok {
		return []state{s.doubting("the condition on “" + c.attr + "” compares with “" + c.value + "”, which is no number")}
	}
	above, below := bounds(op, limit)
	n, ok := d.between(above, below)
	if !ok {
		return nil
	}
	return []state{s.narrowed(c.attr, n)}
}

// number reads a number; false for text, and for what only computers take for
// one.
func number(s string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

func ranksWithin(order []string, at int, op string) []string {
	switch op {
	case "less_than":
		return order[:at]
	case "less_than_equal":
		return order[:at+1]
	case "greater_than":
		return order[at+1:]
	}
	return order[at:]
}

// bounds turns a comparison into an open interval. Zendesk's numbers in
// conditions are whole or have few decimals, so a hair's breadth keeps the
// limit itself in.
func bounds(op string, limit float64) (above, below *float64) {
	const hair = 1e-6
	switch op {
	case "less_than":
		return nil, &limit
	case "less_than_equal":
		limit += hair
		return nil, &limit
	case "greater_than":
		return &limit, nil
	}
	limit -= hair
	return &limit, nil
}

// setAtCreation says whether an attribute that the new ticket has counts as
// changed. For the status nobody has documented it.
func setAtCreation(attr string) bool {
	return attr == "type" || attr == "priority" || strings.HasPrefix(attr, customFieldPrefix)
}

func (s state) assumeChange(c condition, d domain, want bool) []state {
	switch {
	case d.written:
		if want {
			return []state{s.relying(c.attr)}
		}
		return nil
	case s.updated:
		if want {
			return nil
		}
		return []state{s}
	case setAtCreation(c.attr):
		return s.assumeEmpty(c.attr, d, !want)
	case c.attr == "assignee_id" || c.attr == "group_id":
		return s.assumeAmong(c.attr, d, []string{""}, !want)
	}
	return []state{s.doubting("whether “" + c.attr + "” counts as changed on a new ticket is not documented")}
}

func (s state) assumeChangeTo(c condition, d domain, want bool) []state {
	if s.updated && !d.written {
		return s.assumeChange(c, d, want)
	}
	if want {
		var out []state
		for _, now := range s.assumeAmong(c.attr, d, c.values, true) {
			if !d.written && !setAtCreation(c.attr) {
				now = now.doubting("whether “" + c.attr + "” counts as changed on a new ticket is not documented")
			}
			out = append(out, now)
		}
		return out
	}
	out := s.assumeAmong(c.attr, d, c.values, false)
	if !d.written && !setAtCreation(c.attr) {
		for _, now := range s.assumeAmong(c.attr, d, c.values, true) {
			out = append(out, now.doubting("whether “"+c.attr+"” counts as changed on a new ticket is not documented"))
		}
	}
	return out
}

// assumePrevious: a new ticket has no earlier value, unless a rule on the way
// has changed it.
func (s state) assumePrevious(d domain, want bool) []state {
	if d.written {
		return []state{s.doubting("what an attribute was before an earlier rule changed it on a new ticket is not documented")}
	}
	if want {
		return nil
	}
	return []state{s}
}

func (s state) assumeTags(c condition, want bool) []state {
	switch c.op {
	case "includes", "is":
	case "not_includes", "is_not":
		want = !want
	default:
		return []state{s.doubting("zdaudit does not know the operator “" + c.op + "” of the condition on tags")}
	}
	if want {
		var out []state
		for _, tag := range c.values {
			out = append(out, s.assumeTag(tag, true)...)
		}
		return out
	}
	states := []state{s}
	for _, tag := range c.values {
		var next []state
		for _, st := range states {
			next = append(next, st.assumeTag(tag, false)...)
		}
		states = next
	}
	return states
}

func (s state) assumeWords(c condition, want bool) []state {
	text, set := s.subject, func(st state, w wording) state { st.subject = w; return st }
	if c.attr == "comment_includes_word" {
		text, set = s.comment, func(st state, w wording) state { st.comment = w; return st }
	}
	phrases := c.values
	switch c.op {
	case "includes":
	case "not_includes":
		want = !want
	case "is", "is_not":
		phrases = []string{c.value}
		want = want == (c.op == "is")
	default:
		return []state{s.doubting("zdaudit does not know the operator “" + c.op + "” of a condition on words")}
	}
	if s.updated && c.attr == "comment_includes_word" {
		// An automation changes the ticket without a comment.
		if want {
			return nil
		}
		return []state{s}
	}
	if want {
		var out []state
		for _, p := range phrases {
			if w, ok := text.with(p); ok {
				out = append(out, set(s, w))
			}
		}
		return out
	}
	for _, p := range phrases {
		w, ok := text.without(p)
		if !ok {
			return nil
		}
		text = w
	}
	return []state{set(s, text)}
}
