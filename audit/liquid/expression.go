package liquid

import (
	"strconv"
	"strings"
)

// This file reads single values: literals, ranges and lookups.

// parseExpression reads one value. nest counts brackets inside brackets.
func (p *parser) parseExpression(s string, off, nest int) expression {
	s = strings.TrimFunc(s, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
	e := expression{off: off}
	if len(s) >= 2 && isQuote(s[0]) && closeQuote(s, 0) == len(s) {
		v := knownText(s[1 : len(s)-1])
		e.val = &v
		return e
	}
	switch s {
	case "", "nil", "null":
		return e
	case "true", "false":
		e.val = &value{kind: kindBool, b: s == "true"}
		return e
	case "blank":
		e.kind = exprBlank
		return e
	case "empty":
		e.kind = exprEmpty
		return e
	}
	if n, ok := parseNumber(s); ok {
		e.val = &n
		return e
	}
	if s[0] == '(' && s[len(s)-1] == ')' && nest < maxNesting {
		if lo, hi, ok := strings.Cut(s[1:len(s)-1], ".."); ok {
			l, h := p.parseExpression(lo, off, nest+1), p.parseExpression(strings.TrimLeft(hi, "."), off, nest+1)
			e.kind, e.lo, e.hi = exprRange, &l, &h
			return e
		}
	}
	p.parseLookup(&e, s, nest)
	return e
}

func parseNumber(s string) (value, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' || strings.Trim(digits, "0123456789.") != "" {
		return value{}, false
	}
	if !strings.Contains(digits, ".") {
		i, err := strconv.ParseInt(s, 10, 64)
		return value{kind: kindNumber, i: i, opaque: err != nil}, true
	}
	if len(digits) < 2 {
		return value{}, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return value{kind: kindNumber, float: true, f: f, opaque: err != nil}, true
}

// parseLookup picks names and brackets out of s and ignores the rest, so that
// {{ {ticket.title }} and {{ ticket..title }} still name the title.
func (p *parser) parseLookup(e *expression, s string, nest int) {
	e.kind = exprLookup
	e.steps = make([]step, 0, min(strings.Count(s, ".")+strings.Count(s, "[")+1, maxPath))
	static := true
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "[]"):
			i += 2 // is no bracket to the reference engine
		case s[i] == '[':
			end := -1
			if nest < maxNesting {
				end = closeBracket(s, i)
			}
			if end < 0 {
				// Nothing after here can close either.
				s = strings.ReplaceAll(s[i:], "[", ".")
				i = 0
				continue
			}
			inner := p.parseExpression(s[i+1:end-1], e.off, nest+1)
			st := step{bracket: true, expr: &inner}
			switch {
			case inner.is(kindText):
				st.key, st.expr = inner.val.s, nil
			case !inner.is(kindNumber) || len(e.steps) == 0:
				static = false
			}
			e.steps = append(e.steps, st)
			i = end
		case isWord(s[i]) || s[i] == '-':
			start := i
			for i < len(s) && (isWord(s[i]) || s[i] == '-') {
				i++
			}
			if i < len(s) && s[i] == '?' {
				i++
			}
			st := step{key: s[start:i]}
			if len(e.steps) > 0 && st.command() && st.key == "size" {
				static = false
			}
			e.steps = append(e.steps, st)
		default:
			i++
		}
	}
	if len(e.steps) == 0 {
		*e = expression{off: e.off}
		return
	}
	if len(e.steps) > maxPath {
		p.t.problem(e.off, "a placeholder has too many parts")
		e.steps = e.steps[:maxPath]
	}
	if static {
		e.path = staticPath(e.steps)
	}
}

func staticPath(steps []step) []string {
	path := make([]string, len(steps))
	for i, st := range steps {
		path[i] = st.key
		if i > 0 && (st.expr != nil || st.command()) {
			path[i] = element
		}
	}
	return path
}

// names makes out every name in text that nobody understands.
func (p *parser) names(s string, base int) []expression {
	var out []expression
	for i := 0; i < len(s); {
		if !isWord(s[i]) && s[i] != '[' {
			i++
			continue
		}
		start := i
		for i < len(s) && (isWord(s[i]) || s[i] == '-' || s[i] == '.' || s[i] == '?' || s[i] == '[') {
			if s[i] == '[' {
				end := closeBracket(s, i)
				if end < 0 {
					s = s[:i] + strings.ReplaceAll(s[i:], "[", " ")
					break
				}
				i = end
				continue
			}
			i++
		}
		if i == start {
			i++
			continue
		}
		if e := p.parseExpression(s[start:i], base+start, 0); e.kind == exprLookup {
			out = append(out, e)
		}
	}
	return out
}
