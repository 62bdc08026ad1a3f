package liquid

import (
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/taint"
)

// eval works out an expression.
func (m *machine) eval(e *expression) value {
	switch e.kind {
	case exprLiteral:
		if e.val == nil {
			return value{}
		}
		return *e.val
	case exprEmpty, exprBlank:
		return knownText("")
	case exprRange:
		return m.evalRange(e)
	case exprLookup:
		return m.evalLookup(e)
	}
	return value{}
}

func (m *machine) evalRange(e *expression) value {
	lo, known := m.integer(m.eval(e.lo))
	hi, alsoKnown := m.integer(m.eval(e.hi))
	if !known || !alsoKnown {
		return anyOf(someNumber(1))
	}
	return value{kind: kindRange, i: lo, j: hi}
}

func (m *machine) evalLookup(e *expression) value {
	root, known := e.steps[0].key, true
	if x := e.steps[0].expr; x != nil {
		p := m.piece(m.eval(x))
		root, known = p.s, !p.opaque
	}
	if !known {
		return opaqueText(nil, m.reviewMark("a placeholder's name is not known until the message is sent", e.off))
	}
	v, ok := m.lookup(root)
	if !ok && len(e.steps) == 1 && m.scope.tpl.counted[root] {
		// A round of a loop may have counted before this one.
		v := value{kind: kindRef, ref: &ref{path: []string{root}, tpl: m.scope.tpl, off: e.off}}
		return m.union(someNumber(m.scope.counters[root]), v)
	}
	if !ok && e.path != nil {
		return value{kind: kindRef, ref: &ref{path: e.path, tpl: m.scope.tpl, off: e.off}}
	}
	if !ok {
		v = m.unassigned(root)
	}
	v = v.usedAt(m.scope.tpl, e.off)
	for i := range e.steps[1:] {
		v = m.step(v, &e.steps[i+1], e.off)
	}
	return v
}

// usedAt gives placeholders that a variable may stand for the place where the
// variable is used.
func (v value) usedAt(t *Template, off int) value {
	switch v.kind { //nolint:exhaustive // only placeholders have places
	case kindRef:
		if v.ref.off < 0 {
			r := *v.ref
			r.tpl, r.off = t, off
			v.ref = &r
		}
	case kindUnion:
		for i, alt := range v.list {
			if alt.kind == kindRef && alt.ref.off < 0 {
				v.list = slices.Clone(v.list)
				v.list[i] = alt.usedAt(t, off)
			}
		}
	}
	return v
}

// extend takes a placeholder one step further.
func (r *ref) extend(key string) *ref {
	next := *r
	if len(r.path) >= maxPath {
		return &next
	}
	next.path = append(slices.Clip(r.path), key)
	return &next
}

// at moves the place of a placeholder to where it was taken further.
func (r *ref) at(t *Template, off int) *ref {
	r.tpl, r.off = t, off
	return r
}

// step follows one link of a lookup.
func (m *machine) step(v value, st *step, off int) value {
	if v.kind == kindUnion {
		alts := make([]value, len(v.list))
		for i, alt := range v.list {
			alts[i] = m.step(alt, st, off).with(v.marks)
		}
		return m.union(alts...)
	}
	if st.command() {
		return m.command(v, st.key, off)
	}
	if st.expr == nil {
		return m.key(v, st.key, off)
	}
	return m.index(v, m.eval(st.expr), off)
}

// command runs .first, .last and .size.
func (m *machine) command(v value, name string, off int) value {
	if name == "size" {
		return m.size(v)
	}
	switch v.kind { //nolint:exhaustive // nothing else has a first or a last
	case kindRef:
		return value{kind: kindRef, ref: v.ref.extend(element).at(m.scope.tpl, off), marks: v.marks}
	case kindList, kindText, kindRange:
		return m.end(v, name == "last")
	case kindLoop:
		return forloopKey(v, name)
	}
	return value{}
}

// key looks a name up in a value.
func (m *machine) key(v value, key string, off int) value {
	switch v.kind { //nolint:exhaustive // nothing else has keys
	case kindRef:
		if len(v.ref.path) >= maxPath {
			return v.with(m.reviewMark("a placeholder has too many parts", off))
		}
		return value{kind: kindRef, ref: v.ref.extend(key).at(m.scope.tpl, off), marks: v.marks}
	case kindLoop:
		return forloopKey(v, key)
	}
	return value{}
}

// index looks up what a bracket holds.
func (m *machine) index(v, key value, off int) value {
	if key.kind == kindUnion {
		alts := make([]value, len(key.list))
		for i, alt := range key.list {
			alts[i] = m.index(v, alt, off)
		}
		return m.union(alts...)
	}
	if v.kind == kindUnion {
		alts := make([]value, len(v.list))
		for i, alt := range v.list {
			alts[i] = m.index(alt, key, off).with(v.marks)
		}
		return m.union(alts...)
	}
	if key.kind == kindText && !key.opaque {
		return m.key(v, key.s, off)
	}
	switch v.kind { //nolint:exhaustive // nothing else has an index
	case kindRef:
		next := value{kind: kindRef, ref: v.ref.extend(element).at(m.scope.tpl, off), marks: v.marks}
		if key.kind != kindNumber {
			next = next.with(m.reviewMark("a placeholder's name is not known until the message is sent", off))
		}
		return next
	case kindList:
		if v.opaque || key.opaque || key.kind != kindNumber || key.float {
			return m.elementOf(v)
		}
		i := key.i
		if i < 0 {
			i += int64(len(v.list))
		}
		if i < 0 || i >= int64(len(v.list)) {
			return value{}
		}
		return v.list[i].with(v.marks)
	case kindText:
		if v.opaque && key.kind == kindNumber {
			// Some versions give a character.
			return v.through(true)
		}
	}
	return value{}
}

// output works out an expression and its filters.
func (m *machine) output(o *output) value {
	v := m.eval(&o.expr)
	for i := range o.filters {
		v = m.filter(v, &o.filters[i])
	}
	return v
}

// resolve asks what a placeholder stands for.
func (m *machine) resolve(r *ref) value {
	if r.off < 0 {
		used := *r
		used.tpl, used.off = m.scope.tpl, m.off
		r = &used
	}
	p := m.env.Resolve(r.path, m.scope.inside)
	if p.From == "" && p.Suppressed == "" && len(p.Expand) == 0 && !p.Choice {
		// The element of something that is no list is, at worst, the thing itself.
		for path := r.path; len(path) > 1 && path[len(path)-1] == element; {
			path = path[:len(path)-1]
			if whole := m.env.Resolve(path, m.scope.inside); whole.From != "" || whole.Suppressed != "" {
				p = whole
				break
			}
		}
	}
	if p.Review != "" && (r.guess || m.scope.tpl.assigned[r.path[0]] && p.From == "") {
		p.Review = ""
		p.Nil = p.Nil || p.From == "" && p.Suppressed == "" && len(p.Expand) == 0
	}
	marks := m.marksOf(&p, r)
	switch {
	case p.Suppressed != "":
		return opaqueText(nil, marks)
	case len(p.Expand) > 0:
		return m.expand(&p, r).with(marks)
	case p.From != "":
		return opaqueText([]taint.Span{{Text: p.Text, From: p.From, At: m.pos(r.tpl, r.off)}}, marks)
	case p.Nil:
		return value{marks: marks}
	case r.guess:
		return opaqueText(nil, marks)
	}
	return opaqueText(ownSpan(p.Text), marks)
}

func ownSpan(s string) []taint.Span {
	if s == "" {
		return nil
	}
	return []taint.Span{{Text: s}}
}

// marksOf says what is to be reported if a placeholder is printed.
func (m *machine) marksOf(p *Placeholder, r *ref) *marks {
	var out *marks
	add := func(kind markKind, name string) {
		out = both(out, single(&mark{kind: kind, name: name, tpl: r.tpl, off: r.off, dynamic: m.scope.dynamic}))
	}
	switch {
	case p.Suppressed != "":
		add(markSuppressed, p.Suppressed)
	case p.From != "" && len(p.Expand) == 0:
		add(markSource, p.From)
	}
	if p.Choice {
		add(markChoice, joinPath(r.path))
	}
	if p.Review != "" {
		add(markReview, p.Review)
	}
	return out.through(r.logic, r.short)
}

// expand renders every variant of a dynamic content item. Each item is
// rendered once: what it says does not depend on who includes it.
func (m *machine) expand(p *Placeholder, r *ref) value {
	key := p.Key
	if key == "" {
		key = joinPath(r.path)
	}
	if slices.Contains(m.stack, key) {
		cycle := "dynamic content includes itself: " + strings.Join(append(slices.Clone(m.stack), key), " > ")
		return opaqueText(nil, single(&mark{kind: markReview, name: cycle, tpl: r.tpl, off: r.off}))
	}
	v, ok := m.dynamic[key]
	if !ok && len(m.stack) >= m.limits.Depth {
		m.limit(tooDeep)
		return opaqueText(nil, nil)
	}
	if !ok {
		v = m.variants(p.Expand, key)
		if m.dynamic == nil {
			m.dynamic = map[string]value{}
		}
		m.dynamic[key] = v
	}
	v.marks = v.marks.through(r.logic, r.short)
	return v
}

func (m *machine) variants(templates []*Template, key string) value {
	outer, off, again := m.scope, m.off, m.again
	m.stack = append(m.stack, key)
	m.again = 0
	var best []taint.Span
	var all *marks
	most := -1
	for _, t := range templates {
		if t == nil {
			continue
		}
		m.scope = newScope(t)
		m.scope.dynamic, m.scope.inside = key, true
		b := builder{m: m}
		if t.plain {
			b.addOwn(t.src.String())
		}
		m.exec(t.nodes, &b)
		for i := range t.problems {
			all = both(all, m.reviewMark(t.problems[i].Message, t.problems[i].Offset))
		}
		spans := b.done()
		all = both(all, b.marks)
		if n := score(spans); n > most {
			best, most = spans, n
		}
	}
	m.stack = m.stack[:len(m.stack)-1]
	m.scope, m.off, m.again = outer, off, again
	return opaqueText(best, all)
}

// isNil says whether a placeholder is known to be nothing.
func (m *machine) isNil(v value) bool {
	p := m.env.Resolve(v.ref.path, m.scope.inside)
	return p.Nil && p.From == "" && p.Suppressed == "" && len(p.Expand) == 0
}

// isKnown says whether a value is the same in every message.
func (m *machine) isKnown(v value) bool {
	switch v.kind {
	case kindNil, kindRange:
		return true
	case kindBool, kindNumber, kindText, kindLoop:
		return !v.opaque
	case kindList:
		if v.opaque || !m.spend(len(v.list)) {
			return false
		}
		for _, e := range v.list {
			if !m.isKnown(e) {
				return false
			}
		}
		return true
	case kindRef:
		return m.isNil(v)
	case kindUnion:
	}
	return false
}

// integer reads a whole number where it is known.
func (m *machine) integer(v value) (int64, bool) {
	switch {
	case v.kind == kindNumber && !v.opaque && !v.float:
		return v.i, true
	case v.kind == kindText && !v.opaque:
		if n, ok := parseNumber(strings.TrimSpace(v.s)); ok && !n.opaque && !n.float {
			return n.i, true
		}
	}
	return 0, false
}
