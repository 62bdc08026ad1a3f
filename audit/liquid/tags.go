package liquid

import "strings"

// A tagToken is a tag as it was cut out: start is its {%, off its markup.
type tagToken struct {
	name, markup string
	start, off   int
}

// An openBlock is a block whose end has not been seen. block is nil for one
// nested too deep to be built: its contents belong to the block around it.
type openBlock struct {
	name  string
	start int
	block *block
}

var blockKinds = map[string]nodeKind{
	"if": nodeIf, "unless": nodeUnless, "case": nodeCase, "for": nodeFor,
	"tablerow": nodeTablerow, "capture": nodeCapture, "ifchanged": nodePlain,
}

func (p *parser) dispatch(t tagToken) {
	switch t.name {
	case "assign":
		p.assign(t)
	case "echo":
		p.add(node{kind: nodeOutput, off: t.start, out: p.parseOutput(t.markup, t.off, -1)})
	case "cycle":
		p.cycle(t)
	case "increment":
		p.counter(nodeIncrement, t)
	case "decrement":
		p.counter(nodeDecrement, t)
	case "break", "continue":
		p.interrupt(t)
	case "if", "unless", "case", "for", "tablerow", "capture", "ifchanged":
		p.openTag(t)
	case "elsif", "else", "when":
		p.branch(t)
	default:
		if name, ok := strings.CutPrefix(t.name, "end"); ok {
			p.end(name, t)
			return
		}
		p.unknownTag(t)
	}
}

func (p *parser) unknownTag(t tagToken) {
	if p.unknown == nil {
		p.unknown = map[string]bool{}
	}
	p.unknown[t.name] = true
	p.t.problem(t.start, "unknown tag "+clip(t.name))
	p.seen(t.markup, t.off)
}

// clip keeps hostile names short in messages.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

func (p *parser) assign(t tagToken) {
	name, rest, ok := strings.Cut(t.markup, "=")
	fields := strings.Fields(name)
	if !ok || len(fields) == 0 || strings.IndexFunc(fields[len(fields)-1], notInName) >= 0 {
		p.t.problem(t.start, "assign has no name or no value")
		p.seen(t.markup, t.off)
		return
	}
	name = fields[len(fields)-1]
	p.t.assigns(name)
	base := t.off + len(t.markup) - len(rest)
	p.add(node{kind: nodeAssign, off: t.start, name: name, out: p.parseOutput(rest, base, -1)})
}

func notInName(r rune) bool {
	return r >= 0x80 || !isWord(byte(r)) && !strings.ContainsRune("-.[]()", r)
}

func (p *parser) cycle(t tagToken) {
	c := cursor{s: t.markup, base: t.off}
	frag, off, ok := c.fragment()
	if !ok || off != t.off {
		p.t.problem(t.start, "cycle has no values")
		p.seen(t.markup, t.off)
		return
	}
	group, markup, base := "", t.markup, t.off
	c.space()
	switch {
	case c.i < len(c.s) && c.s[c.i] == ':':
		group, markup, base = frag, c.s[c.i+1:], t.off+c.i+1
	case !isQuote(frag[0]) && strings.HasSuffix(frag, ":"):
		group, markup, base = frag, c.s[c.i:], t.off+c.i
	}
	n := node{kind: nodeCycle, off: t.start, name: group}
	odd := false // a quote is never closed
	for start := 0; start <= len(markup); {
		end := pieceEnd(markup, start, ',')
		odd = odd || end < len(markup) && markup[end] != ','
		piece := cursor{s: markup[start:end], base: base + start}
		if frag, off, ok := piece.fragment(); ok {
			n.exprs = append(n.exprs, p.parseExpression(frag, off, 0))
		}
		if piece.space(); piece.i < len(piece.s) {
			p.seen(piece.s, piece.base)
		}
		start = end + 1
	}
	if group == "" {
		n.name = t.markup
	}
	if len(n.exprs) > 0 {
		p.add(n)
	}
	// Some versions cut at commas inside quotes too, and print what names they
	// then find.
	if pieces := strings.Split(markup, ","); odd || len(pieces) > len(n.exprs) {
		p.seen(strings.Join(pieces, " "), base)
	}
}

func (p *parser) counter(kind nodeKind, t tagToken) {
	name := strings.TrimSpace(t.markup)
	p.t.counts(name)
	p.add(node{kind: kind, off: t.start, name: name})
}

func (p *parser) interrupt(t tagToken) {
	kind := nodeBreak
	if t.name == "continue" {
		kind = nodeContinue
	}
	if p.count["for"]+p.count["tablerow"] == 0 {
		p.t.problem(t.start, t.name+" stands outside a loop")
		return
	}
	p.add(node{kind: kind, off: t.start})
}

// openTag opens a block.
func (p *parser) openTag(t tagToken) {
	if len(p.fill) >= maxNesting {
		p.openTooDeep(t)
		return
	}
	b := &block{branches: make([]branch, 1)}
	n := node{kind: blockKinds[t.name], off: t.start, block: b}
	switch t.name {
	case "if", "unless":
		b.branches[0].cond = p.parseCondition(t.markup, t.off)
	case "case":
		b.branches[0].lead = true
		c := cursor{s: t.markup, base: t.off}
		if frag, off, ok := c.fragment(); ok {
			b.subject = p.parseExpression(frag, off, 0)
		} else {
			p.t.problem(t.start, "case has no value")
			b.subject = expression{kind: exprLookup, off: t.off, steps: []step{{key: ""}}}
		}
	case "for", "tablerow":
		n.name = p.loopHead(t, b)
	case "capture":
		n.name = p.captureName(t)
	}
	p.add(n)
	p.push(openBlock{name: t.name, start: t.start, block: b})
}

func (p *parser) captureName(t tagToken) string {
	name := strings.Trim(strings.TrimSpace(t.markup), `"'`)
	if i := strings.IndexFunc(name, notInName); i >= 0 {
		name = name[:i]
	}
	if name == "" {
		p.t.problem(t.start, "capture has no name")
		return ""
	}
	p.t.assigns(name)
	return name
}

// openTooDeep keeps what a block's tag names, without building the block.
func (p *parser) openTooDeep(t tagToken) {
	p.t.problem(t.start, "blocks are nested too deep")
	if t.name == "for" || t.name == "tablerow" {
		var b block
		if name := p.loopHead(t, &b); name != "" {
			p.t.assigns(name)
			p.add(node{kind: nodeElement, off: t.start, name: name, out: &output{expr: b.subject}})
		}
	}
	p.seen(t.markup, t.off)
	p.push(openBlock{name: t.name, start: t.start})
}

// loopHead reads "item in list reversed limit: 3 offset: 1" and gives the
// name of the loop's variable, empty where there is none.
func (p *parser) loopHead(t tagToken, b *block) string {
	c := cursor{s: t.markup, base: t.off}
	c.space()
	name := c.word()
	c.space()
	in := c.word()
	frag, off, ok := c.fragment()
	if name == "" || in != "in" || !ok {
		p.t.problem(t.start, t.name+" has no variable or no list")
		p.seen(t.markup, t.off)
		b.subject = expression{kind: exprLookup, off: t.off, steps: []step{{key: ""}}}
		return ""
	}
	b.subject = p.parseExpression(frag, off, 0)
	p.loopOptions(&c, b)
	return name
}

func (p *parser) loopOptions(c *cursor, b *block) {
	for c.i < len(c.s) {
		word := c.word()
		if word == "" {
			c.i++
			continue
		}
		if word == "reversed" {
			b.reversed = true
			continue
		}
		c.space()
		if c.i >= len(c.s) || c.s[c.i] != ':' {
			continue
		}
		c.i++
		c.space()
		end := c.fragmentEnd(c.i)
		if end <= c.i {
			continue
		}
		e := p.parseExpression(c.s[c.i:end], c.base+c.i, 0)
		switch word {
		case "limit":
			b.limit = &e
		case "offset":
			b.offset = &e
		}
		c.i = end
	}
}

// branch begins the next part of the innermost block.
func (p *parser) branch(t tagToken) {
	if len(p.open) == 0 {
		p.misplaced(t)
		return
	}
	top := p.open[len(p.open)-1]
	fits := false
	switch top.name {
	case "if", "unless":
		fits = t.name != "when"
	case "case":
		fits = t.name != "elsif"
	case "for", "tablerow":
		fits = t.name == "else"
	}
	if !fits {
		p.misplaced(t)
		return
	}
	if top.block == nil {
		p.seen(t.markup, t.off)
		return
	}
	next := branch{isElse: t.name == "else"}
	switch t.name {
	case "elsif":
		next.cond = p.parseCondition(t.markup, t.off)
	case "when":
		next.whens, next.vague = p.parseWhens(t)
	case "else":
		if top.name == "case" && strings.TrimSpace(t.markup) != "" {
			p.t.problem(t.start, "else in a case takes no condition")
		}
	}
	top.block.branches = append(top.block.branches, next)
}

func (p *parser) misplaced(t tagToken) {
	p.t.problem(t.start, t.name+" belongs to no block")
	p.seen(t.markup, t.off)
}

// parseWhens reads values joined by commas or "or". vague is set where
// something else follows, which the engine ignores.
func (p *parser) parseWhens(t tagToken) (values []expression, vague bool) {
	c := cursor{s: t.markup, base: t.off}
	for {
		frag, off, ok := c.fragment()
		if !ok {
			p.t.problem(t.start, "when has no value")
			return values, true
		}
		values = append(values, p.parseExpression(frag, off, 0))
		c.space()
		if c.i == len(c.s) {
			return values, false
		}
		if c.s[c.i] == ',' {
			c.i++
			continue
		}
		if frag, _, _ := c.fragment(); frag != "or" {
			return values, true
		}
	}
}

// end closes the innermost block of that name, and with it whatever was left
// open inside.
func (p *parser) end(name string, t tagToken) {
	if p.count[name] == 0 {
		if !p.unknown[name] {
			p.t.problem(t.start, clip(t.name)+" closes nothing")
		}
		return
	}
	i := len(p.open) - 1
	for p.open[i].name != name {
		i--
	}
	p.closeTo(i + 1)
	p.pop()
}

func (p *parser) push(o openBlock) {
	if p.count == nil {
		p.count = map[string]int{}
	}
	p.count[o.name]++
	p.open = append(p.open, o)
	if o.block != nil {
		p.fill = append(p.fill, o.block)
	}
}

func (p *parser) pop() {
	last := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	p.count[last.name]--
	if last.block != nil {
		p.fill = p.fill[:len(p.fill)-1]
	}
}

// closeTo reports the blocks above n as never closed.
func (p *parser) closeTo(n int) {
	for len(p.open) > n {
		last := p.open[len(p.open)-1]
		p.t.problem(last.start, last.name+" is never closed")
		if last.block != nil {
			last.block.unclosed = true
		}
		p.pop()
	}
}
