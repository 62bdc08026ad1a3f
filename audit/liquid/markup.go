package liquid

import (
	"slices"
	"strings"
)

// This file reads what stands inside {{ }} and {% %} as leniently as the
// reference engine's lax mode does: it takes the first thing that looks like a
// value, and whatever follows a pipe as filters.

// maxRange is how long "(first..last)" may be in bytes.
const maxRange = 200

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

// closeQuote gives the offset after the quote that closes the one at i, or -1.
func closeQuote(s string, i int) int {
	end := strings.IndexByte(s[i+1:], s[i])
	if end < 0 {
		return -1
	}
	return i + 1 + end + 1
}

// closeBracket gives the offset after the bracket that closes the one at i,
// minding quotes and inner brackets, or -1.
func closeBracket(s string, i int) int {
	depth := 0
	for j := i; j < len(s); j++ {
		switch c := s[j]; {
		case isQuote(c):
			if end := closeQuote(s, j); end > 0 {
				j = end - 1
			}
		case c == '[':
			depth++
		case c == ']':
			depth--
			if depth == 0 {
				return j + 1
			}
		}
	}
	return -1
}

// A cursor reads markup that stands at offset base of the template.
type cursor struct {
	s    string
	i    int
	base int
	// unclosed remembers that no bracket closes after here, so that a row of
	// opening brackets is not searched again and again.
	unclosed bool
}

func (c *cursor) space() {
	for c.i < len(c.s) && isSpace(c.s[c.i]) {
		c.i++
	}
}

// fragment reads the next value: a quoted string, or a run without spaces,
// commas and pipes. Characters that cannot begin one are passed over.
func (c *cursor) fragment() (string, int, bool) {
	for c.i < len(c.s) {
		if end := c.fragmentEnd(c.i); end > c.i {
			start := c.i
			c.i = end
			return c.s[start:end], c.base + start, true
		}
		c.i++
	}
	return "", 0, false
}

func (c *cursor) fragmentEnd(i int) int {
	s := c.s
	if i < len(s) && s[i] == '(' {
		// The reference engine wants no spaces in (1 .. 5); other versions take them.
		near := s[i:min(len(s), i+maxRange)]
		if end := strings.IndexByte(near, ')'); end > 0 && strings.Contains(near[:end], "..") {
			return i + end + 1
		}
	}
	for j := i; j < len(s); j++ {
		switch ch := s[j]; {
		case isQuote(ch):
			end := closeQuote(s, j)
			if end < 0 {
				return j
			}
			if j == i {
				return end
			}
			j = end - 1
		case ch == '[' && !c.unclosed:
			if end := closeBracket(s, j); end > 0 {
				j = end - 1
			} else {
				c.unclosed = true
			}
		case isSpace(ch), ch == ',', ch == '|':
			return j
		}
	}
	return len(s)
}

// word reads a name of letters, digits, underscores and hyphens.
func (c *cursor) word() string {
	start := c.i
	for c.i < len(c.s) && (isWord(c.s[c.i]) || c.s[c.i] == '-') {
		c.i++
	}
	return c.s[start:c.i]
}

// parseOutput reads a value and its filters. at is where the value's position
// is reported: for {{ }} the opening braces, elsewhere the value itself (-1).
func (p *parser) parseOutput(s string, base, at int) *output {
	out := &output{}
	c := cursor{s: s, base: base}
	frag, off, ok := c.fragment()
	if !ok {
		return out
	}
	if at >= 0 {
		off = at
	}
	out.expr = p.parseExpression(frag, off, 0)
	pipe := strings.IndexByte(s[c.i:], '|')
	if pipe < 0 {
		return out
	}
	out.filters = p.parseFilters(s[c.i+pipe+1:], base+c.i+pipe+1)
	return out
}

func (p *parser) parseFilters(s string, base int) []filterCall {
	var out []filterCall
	for start := 0; start <= len(s); {
		end := pieceEnd(s, start, '|')
		if f, ok := p.parseFilter(s[start:end], base+start); ok {
			out = append(out, f)
		}
		start = end + 1
	}
	return out
}

// pieceEnd finds the next sep outside quotes, or the end. A quote that is never
// closed separates too, as it does in the reference engine.
func pieceEnd(s string, i int, sep byte) int {
	for ; i < len(s); i++ {
		if isQuote(s[i]) {
			end := closeQuote(s, i)
			if end < 0 {
				return i
			}
			i = end - 1
			continue
		}
		if s[i] == sep {
			return i
		}
	}
	return len(s)
}

func (p *parser) parseFilter(s string, base int) (filterCall, bool) {
	i := 0
	for i < len(s) && !isWord(s[i]) {
		i++
	}
	start := i
	for i < len(s) && isWord(s[i]) {
		i++
	}
	if i == start {
		return filterCall{}, false
	}
	f := filterCall{name: s[start:i], off: base + start}
	f.known = filterNamed[f.name]
	c := cursor{s: s, i: i, base: base}
	for c.i < len(s) {
		// Quotes that are no argument hide nothing from the reference engine.
		c.i++
		if ch := s[c.i-1]; ch == ':' || ch == ',' {
			p.parseArg(&c, &f)
		}
	}
	return f, true
}

// parseArg reads "value" or "name: value" after a colon or a comma.
func (p *parser) parseArg(c *cursor, f *filterCall) {
	c.space()
	name, i := "", c.i
	if w := c.word(); w != "" {
		c.space()
		if c.i < len(c.s) && c.s[c.i] == ':' {
			c.i++
			c.space()
			name = w
		} else {
			c.i = i
		}
	}
	end := c.fragmentEnd(c.i)
	if end <= c.i && name != "" {
		// A name without a value is a value.
		name, c.i = "", i
		end = c.fragmentEnd(i)
	}
	if end <= c.i {
		return
	}
	e := p.parseExpression(c.s[c.i:end], c.base+c.i, 0)
	c.i = end
	if name != "" {
		f.named = append(f.named, namedArg{name, e})
	} else {
		f.args = append(f.args, e)
	}
}

var operators = []string{"==", "!=", "<>", "<", ">", "<=", ">=", "contains"}

// parseCondition reads comparisons joined by "and" and "or".
func (p *parser) parseCondition(s string, base int) condition {
	var out condition
	var frags []string
	var offs []int
	odd := false // separators that belong in no condition
	flush := func(relation string) {
		cmp := p.parseComparison(frags, offs, base)
		cmp.relation = relation
		cmp.undecidable = cmp.undecidable || odd
		out = append(out, cmp)
		frags, offs, odd = frags[:0], offs[:0], false
	}
	c := cursor{s: s, base: base}
	for {
		before := c.i
		frag, off, ok := c.fragment()
		gap := s[before:]
		if ok {
			gap = s[before : off-base]
		}
		odd = odd || strings.ContainsAny(gap, ",|'\"")
		if !ok {
			break
		}
		if (frag == "and" || frag == "or") && len(frags) > 0 {
			flush(frag)
			continue
		}
		frags, offs = append(frags, frag), append(offs, off)
	}
	flush("")
	return out
}

func (p *parser) parseComparison(frags []string, offs []int, base int) comparison {
	switch len(frags) {
	case 0:
		p.t.problem(base, "a condition is missing")
		return comparison{undecidable: true}
	case 1:
		return comparison{
			left:        p.parseExpression(frags[0], offs[0], 0),
			undecidable: !isQuote(frags[0][0]) && strings.ContainsAny(frags[0], "=<>!"),
		}
	case 3:
		if slices.Contains(operators, frags[1]) {
			return comparison{
				left:  p.parseExpression(frags[0], offs[0], 0),
				op:    frags[1],
				right: p.parseExpression(frags[2], offs[2], 0),
			}
		}
		p.t.problem(offs[1], "unknown operator in a condition")
	}
	return comparison{undecidable: true}
}
