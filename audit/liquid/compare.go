package liquid

import (
	"cmp"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tri"
)

// decide works out a condition: True or False only if it is the same in every
// message.
func (m *machine) decide(c condition) tri.Value {
	out := tri.Unknown
	for i := len(c) - 1; i >= 0; i-- {
		this := m.comparison(&c[i])
		switch c[i].relation {
		case "and":
			out = tri.And(this, out)
		case "or":
			out = tri.Or(this, out)
		default:
			out = this
		}
	}
	return out
}

func (m *machine) comparison(c *comparison) tri.Value {
	if c.undecidable {
		return tri.Unknown
	}
	if c.op == "" {
		if c.left.kind == exprEmpty || c.left.kind == exprBlank {
			return tri.Unknown
		}
		return m.truth(m.eval(&c.left))
	}
	if c.left.kind == exprEmpty || c.left.kind == exprBlank {
		if c.right.kind == exprEmpty || c.right.kind == exprBlank {
			return tri.Unknown // the engine says that empty is not empty
		}
		return m.compareExpr(swapped(c.op), m.eval(&c.right), &c.left)
	}
	return m.compareExpr(c.op, m.eval(&c.left), &c.right)
}

// swapped lets empty == x be judged as x == empty; nothing else is.
func swapped(op string) string {
	if op == "==" || op == "!=" || op == "<>" {
		return op
	}
	return ""
}

// each judges every alternative; they must agree.
func each(v value, judge func(value) tri.Value) tri.Value {
	if v.kind != kindUnion {
		return judge(v)
	}
	out := judge(v.list[0])
	for _, alt := range v.list[1:] {
		if judge(alt) != out {
			return tri.Unknown
		}
	}
	return out
}

// truth says whether a value counts as true: all but nil and false do.
func (m *machine) truth(v value) tri.Value {
	return each(v, func(v value) tri.Value {
		switch v.kind {
		case kindNil:
			return tri.False
		case kindBool:
			if v.opaque {
				return tri.Unknown
			}
			return tri.Of(v.b)
		case kindRef:
			if m.isNil(v) {
				return tri.False
			}
			return tri.Unknown
		case kindText:
			if v.opaque {
				return tri.Unknown
			}
			return tri.True
		case kindNumber:
			if v.opaque {
				// The size of what has none is nothing.
				return tri.Unknown
			}
			return tri.True
		case kindList, kindRange, kindLoop:
			return tri.True
		case kindUnion:
		}
		return tri.Unknown
	})
}

func (m *machine) compareExpr(op string, left value, right *expression) tri.Value {
	if right.kind == exprEmpty || right.kind == exprBlank {
		return each(left, func(l value) tri.Value { return m.isEmpty(op, l, right.kind == exprBlank) })
	}
	r := m.eval(right)
	return each(left, func(l value) tri.Value {
		return each(r, func(r value) tri.Value { return m.compare(op, l, r) })
	})
}

// isEmpty compares with empty or blank. What is blank depends on whether the
// engine runs inside Rails.
func (m *machine) isEmpty(op string, v value, blank bool) tri.Value {
	out := tri.Unknown
	switch {
	case v.opaque, blank:
	case v.kind == kindText:
		out = tri.Of(v.s == "")
	case v.kind == kindList:
		out = tri.Of(len(v.list) == 0)
	}
	switch op {
	case "==":
		return out
	case "!=", "<>":
		return tri.Not(out)
	}
	return tri.Unknown
}

// compare judges two values that are no alternatives. Whatever the versions
// of the reference engine disagree on, or answer with an error, is Unknown.
func (m *machine) compare(op string, l, r value) tri.Value {
	if !m.isKnown(l) || !m.isKnown(r) {
		return tri.Unknown
	}
	l, r = m.plain(l), m.plain(r)
	if !m.spend(len(l.s) + len(r.s)) {
		return tri.Unknown
	}
	switch op {
	case "==":
		return equal(l, r)
	case "!=", "<>":
		return tri.Not(equal(l, r))
	case "contains":
		return contains(l, r)
	}
	if l.kind != kindNumber || r.kind != kindNumber {
		return tri.Unknown
	}
	order := cmp.Compare(l.number(), r.number())
	if !l.float && !r.float {
		order = cmp.Compare(l.i, r.i)
	}
	switch op {
	case "<":
		return tri.Of(order < 0)
	case ">":
		return tri.Of(order > 0)
	case "<=":
		return tri.Of(order <= 0)
	case ">=":
		return tri.Of(order >= 0)
	}
	return tri.Unknown
}

// plain makes a placeholder that is known to be nothing nothing.
func (m *machine) plain(v value) value {
	if v.kind == kindRef {
		return value{}
	}
	return v
}

func equal(l, r value) tri.Value {
	switch {
	case l.kind == kindNil || r.kind == kindNil:
		return tri.Of(l.kind == r.kind)
	case l.kind != r.kind:
		if scalar(l) && scalar(r) {
			return tri.False
		}
		return tri.Unknown
	}
	switch l.kind {
	case kindBool:
		return tri.Of(l.b == r.b)
	case kindNumber:
		if !l.float && !r.float {
			return tri.Of(l.i == r.i)
		}
		return tri.Of(l.number() == r.number())
	case kindText:
		return tri.Of(l.s == r.s)
	case kindNil, kindList, kindRange, kindRef, kindLoop, kindUnion:
	}
	return tri.Unknown
}

func scalar(v value) bool { return v.kind == kindBool || v.kind == kindNumber || v.kind == kindText }

func contains(l, r value) tri.Value {
	switch {
	case l.kind == kindNil || r.kind == kindNil:
		return tri.False
	case l.kind == kindText && r.kind == kindText:
		return tri.Of(strings.Contains(l.s, r.s))
	case l.kind == kindList:
		out := tri.False
		for _, e := range l.list {
			out = tri.Or(out, equal(e, r))
		}
		return out
	}
	return tri.Unknown
}
