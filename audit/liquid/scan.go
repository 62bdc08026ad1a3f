package liquid

import (
	"cmp"
	"slices"
	"strings"
)

// A parser cuts a template into text, outputs and tags in one pass and keeps
// open blocks on a stack of its own, so that nesting costs no call stack.
type parser struct {
	t    *Template
	s    string
	i    int
	root []node
	open []openBlock
	fill []*block // the open blocks that are being filled, outermost first
	// count says how many blocks of a name are open.
	count map[string]int
	trim  bool // the tag before this text ended in "-"
	// noEnd remembers delimiters that do not come again.
	noEnd map[string]bool
	// unknown are the tags already reported, so that their ends are not.
	unknown map[string]bool
}

func (p *parser) parse() {
	p.root = make([]node, 0, 2*min(strings.Count(p.s, "{{")+strings.Count(p.s, "{%"), 32)+1)
	for p.i < len(p.s) {
		start := p.nextTag(p.i)
		p.text(start)
		if start == len(p.s) {
			break
		}
		if p.s[start+1] == '{' {
			p.output(start)
		} else {
			p.tag(start)
		}
	}
	p.closeTo(0)
	p.t.nodes = p.root
	slices.SortStableFunc(p.t.problems, func(a, b Problem) int { return cmp.Compare(a.Offset, b.Offset) })
	if p.t.dropped {
		p.t.problems = append(p.t.problems, Problem{Message: "there are more problems than are listed", At: p.t.src.PosAt(0)})
	}
}

// nextTag finds the next {{ or {%, or the end.
func (p *parser) nextTag(i int) int {
	for {
		j := strings.IndexByte(p.s[i:], '{')
		if j < 0 || i+j+1 >= len(p.s) {
			return len(p.s)
		}
		i += j
		if p.s[i+1] == '{' || p.s[i+1] == '%' {
			return i
		}
		i++
	}
}

// text adds what stands before the tag at end.
func (p *parser) text(end int) {
	s, off := p.s[p.i:end], p.i
	if p.trim {
		t := strings.TrimLeft(s, " \t\r\n\v\f")
		off += len(s) - len(t)
		s = t
	}
	if end+2 < len(p.s) && p.s[end+2] == '-' {
		s = strings.TrimRight(s, " \t\r\n\v\f")
	}
	p.trim = false
	if s != "" {
		p.add(node{kind: nodeText, off: off, text: s})
	}
}

// find looks for a delimiter from i on, and remembers when there are no more.
func (p *parser) find(i int, delim string) int {
	if p.noEnd[delim] {
		return -1
	}
	j := strings.Index(p.s[i:], delim)
	if j < 0 {
		if p.noEnd == nil {
			p.noEnd = map[string]bool{}
		}
		p.noEnd[delim] = true
		return -1
	}
	return i + j
}

// output reads {{ }} or {{{ }}} at start. The reference engine ends an output
// at the first brace and refuses the template if there is only one.
func (p *parser) output(start int) {
	from := start + 2
	end := p.find(from, "}")
	if end < 0 {
		p.t.problem(start, "a placeholder has no closing braces")
		p.i = p.lineEnd(from)
		p.addOutput(p.s[from:p.i], from, start)
		return
	}
	content := p.s[from:end]
	p.i = end + 1
	if p.i < len(p.s) && p.s[p.i] == '}' {
		p.i++
		if strings.HasPrefix(content, "{") && p.i < len(p.s) && p.s[p.i] == '}' {
			p.i++
		}
	} else {
		p.t.problem(start, "a placeholder ends in one brace instead of two")
		if next := p.nextTag(from); next < end {
			// What stands before the next tag belongs to this one, the rest to that.
			content, p.i = p.s[from:next], next
		}
	}
	p.trim = strings.HasSuffix(content, "-")
	content = strings.TrimSuffix(content, "-")
	if c, ok := strings.CutPrefix(content, "-"); ok {
		content, from = c, from+1
	}
	p.addOutput(content, from, start)
	if inner := strings.LastIndex(content, "{{"); inner >= 0 && strings.TrimSpace(content[:inner]) != "" {
		// Which of the two the engine prints differs between versions.
		p.seen(content[inner:], from+inner)
	}
}

func (p *parser) addOutput(content string, from, start int) {
	p.add(node{kind: nodeOutput, off: start, out: p.parseOutput(content, from, start)})
}

// lineEnd is where something unterminated is taken to end: at the end of the
// line or at the next tag.
func (p *parser) lineEnd(i int) int {
	end := p.nextTag(i)
	if nl := strings.IndexByte(p.s[i:end], '\n'); nl >= 0 {
		end = i + nl
	}
	return end
}

// tag reads {% %} at start.
func (p *parser) tag(start int) {
	from := start + 2
	end := p.find(from, "%}")
	if end < 0 {
		p.t.problem(start, "a tag has no closing %}")
		p.i = p.lineEnd(from)
		p.seen(p.s[from:p.i], from)
		return
	}
	p.i = end + 2
	name, markup, off := p.splitTag(from, end)
	switch name {
	case "raw":
		if markup != "" {
			p.t.problem(start, "raw takes nothing but its name")
		}
		p.raw(start)
	case "comment":
		p.comment(start)
	case "#":
	case "":
		p.t.problem(start, "a tag has no name")
		p.seen(markup, off)
	default:
		p.dispatch(tagToken{name: name, markup: markup, start: start, off: off})
	}
}

// splitTag separates a tag's name from its markup.
func (p *parser) splitTag(from, end int) (name, markup string, off int) {
	i := from
	if i < end && p.s[i] == '-' {
		i++
	}
	if end > i && p.s[end-1] == '-' {
		p.trim = true
		end--
	}
	for i < end && isSpace(p.s[i]) {
		i++
	}
	start := i
	if i < end && p.s[i] == '#' {
		i++
	} else {
		for i < end && isWord(p.s[i]) {
			i++
		}
	}
	name = p.s[start:i]
	for i < end && isSpace(p.s[i]) {
		i++
	}
	return name, p.s[i:end], i
}

// nextNamed finds the next tag that is called one of names, from i on, and
// gives its start, the offset after it, and its name.
func (p *parser) nextNamed(i int, names ...string) (start, after int, name string) {
	end := -1
	for {
		start := strings.Index(p.s[i:], "{%")
		if start < 0 {
			return -1, -1, ""
		}
		start += i
		if end < start+2 {
			end = p.find(start+2, "%}")
		}
		if end < 0 {
			return -1, -1, ""
		}
		trim := p.trim
		got, _, _ := p.splitTag(start+2, end)
		p.trim = trim
		for _, n := range names {
			if got == n {
				return start, end + 2, n
			}
		}
		// Half a tag may stand in front of the one looked for.
		i = start + 2
	}
}

// raw prints everything up to endraw as it stands.
func (p *parser) raw(start int) {
	if p.noEnd["endraw"] {
		p.t.problem(start, "raw is never closed")
		return
	}
	end, after, _ := p.nextNamed(p.i, "endraw")
	if end < 0 {
		p.never("endraw")
		p.t.problem(start, "raw is never closed")
		return
	}
	p.trim = false
	if end > p.i {
		p.add(node{kind: nodeText, off: p.i, text: p.s[p.i:end]})
	}
	p.trim = strings.HasSuffix(p.s[:after], "-%}")
	p.i = after
}

// comment skips everything up to the matching endcomment. Comments nest, and a
// raw block inside one hides what it holds.
func (p *parser) comment(start int) {
	depth, i := 1, p.i
	if p.noEnd["endcomment"] {
		depth = 0
		i = -1
	}
	for depth > 0 && i >= 0 {
		_, after, name := p.nextNamed(i, "comment", "endcomment", "raw")
		i = after
		switch name {
		case "comment":
			depth++
		case "endcomment":
			depth--
		case "raw":
			_, i, _ = p.nextNamed(i, "endraw")
		}
	}
	if i < 0 {
		p.never("endcomment")
		p.t.problem(start, "comment is never closed")
		return
	}
	p.trim = strings.HasSuffix(p.s[:i], "-%}")
	p.i = i
}

func (p *parser) never(delim string) {
	if p.noEnd == nil {
		p.noEnd = map[string]bool{}
	}
	p.noEnd[delim] = true
}

// add puts a node where the innermost open block is being filled.
func (p *parser) add(n node) {
	if len(p.fill) == 0 {
		p.root = append(p.root, n)
		return
	}
	b := p.fill[len(p.fill)-1]
	last := &b.branches[len(b.branches)-1]
	last.body = append(last.body, n)
}

// seen keeps the names in markup that nobody understands: over-counting them
// is right, since a template with a problem must never look clean.
func (p *parser) seen(markup string, off int) {
	if names := p.names(markup, off); len(names) > 0 {
		p.add(node{kind: nodeSeen, off: off, exprs: names})
	}
}
