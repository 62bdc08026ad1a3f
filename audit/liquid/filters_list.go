package liquid

import (
	"slices"
	"strings"
)

// sameList is for filters that leave out elements or put them in order: the
// elements that come out are among those that went in, and which is where is
// not followed.
func sameList(m *machine, in value, c *filterCall) value {
	m.property(c)
	switch in.kind {
	case kindRef:
		if m.isNil(in) {
			return value{kind: kindList}
		}
	case kindList, kindRange:
		return anyOf(m.elementOf(in))
	case kindText, kindNumber, kindBool:
		// The engine makes a list of it.
		return anyOf(in)
	case kindNil:
		return value{kind: kindList}
	case kindLoop, kindUnion:
	}
	return in
}

func reversedList(m *machine, in value, c *filterCall) value {
	if in.kind != kindList || in.opaque {
		return sameList(m, in, c)
	}
	in.list = slices.Clone(in.list)
	slices.Reverse(in.list)
	return in
}

// edge runs the filters first and last. On text, some versions give a
// character and others nothing.
func (m *machine) edge(in value, last bool) value {
	switch in.kind {
	case kindRef:
		return value{kind: kindRef, ref: in.ref.extend(element), marks: in.marks}
	case kindList, kindText, kindRange:
		return m.end(in, last)
	case kindNil, kindBool, kindNumber, kindLoop, kindUnion:
	}
	return value{}
}

func (m *machine) end(in value, last bool) value {
	switch in.kind { //nolint:exhaustive // its callers have sorted out the rest
	case kindRange:
		if last {
			return knownInt(in.j)
		}
		return knownInt(in.i)
	case kindText:
		p := m.piece(in)
		lo, hi := int64(0), int64(1)
		if last {
			hi = m.length(p)
			lo = max(0, hi-1)
		}
		return opaqueText(cutSpans(p.asSpans(), lo, hi), p.marks.through(true, true))
	}
	if in.opaque {
		return m.elementOf(in)
	}
	if len(in.list) == 0 {
		return value{}
	}
	i := 0
	if last {
		i = len(in.list) - 1
	}
	return in.list[i].with(in.marks)
}

// joined prints a list's elements with glue between them.
func (m *machine) joined(in value, glue piece) piece {
	switch in.kind {
	case kindList:
		b := builder{m: m, marks: in.marks, opaque: in.opaque}
		for i, e := range in.list {
			if m.stopped() {
				b.opaque = true
				break
			}
			if i > 0 {
				b.add(glue)
			}
			b.add(m.piece(e))
		}
		if in.opaque {
			m.mayGlue(&b, glue)
		}
		return b.piece()
	case kindRef, kindRange:
		b := builder{m: m}
		b.add(m.piece(in))
		m.mayGlue(&b, glue)
		return b.piece()
	case kindNil, kindBool, kindNumber, kindText, kindLoop, kindUnion:
	}
	return m.piece(in)
}

// mayGlue adds the words of what stands between elements of which there may be
// several.
func (m *machine) mayGlue(b *builder, glue piece) {
	b.opaque = true
	if glue.marks.tainted() {
		b.add(glue)
	}
}

// property looks at the name of a property. Where elements have no properties,
// the engine prints an error message that holds the name, also from an assign.
func (m *machine) property(c *filterCall) {
	if m.arg(c, 0, "").marks.tainted() {
		m.note("an outsider's words name a property", c.off)
	}
}

// mapped takes one property of each element. The engine takes it of the value
// itself where that is no list.
func mapped(m *machine, in value, c *filterCall) value {
	m.property(c)
	if len(c.args) == 0 {
		return in
	}
	key := m.eval(&c.args[0])
	switch in.kind {
	case kindRef:
		if m.isNil(in) {
			return value{kind: kindList}
		}
		elem := m.index(m.elementOf(in), key, c.off)
		itself := m.index(in, key, c.off).guessed()
		return anyOf(m.union(elem, itself))
	case kindList:
		if in.opaque {
			e := m.elementOf(in)
			if e.kind == kindRef {
				return anyOf(m.index(e, key, c.off))
			}
			return anyOf(m.union(m.index(e, key, c.off), m.within(e, key, c)))
		}
		out := in
		out.list = make([]value, len(in.list))
		for i, e := range in.list {
			out.list[i] = m.index(e, key, c.off)
			if e.kind == kindText {
				out.list[i] = m.within(e, key, c)
			}
		}
		return out
	case kindText:
		return anyOf(m.within(in, key, c))
	case kindNil:
		return value{kind: kindList}
	case kindBool, kindNumber, kindRange, kindLoop, kindUnion:
	}
	return anyOf(value{})
}

// within is a property of a text: the property's name if the text holds it,
// and a character if the property is a number.
func (m *machine) within(v, key value, c *filterCall) value {
	name := m.union(m.arg(c, 0, "").maybe(true).value(), value{})
	if key.kind == kindText && !key.opaque {
		return name
	}
	return m.union(name, v)
}

// valueCost is about how many bytes an element of a list takes.
const valueCost = 128

func concatenated(m *machine, in value, c *filterCall) value {
	if len(c.args) == 0 {
		return in
	}
	more := m.eval(&c.args[0]).through(false)
	if in.kind == kindList && more.kind == kindList && !in.opaque && !more.opaque &&
		m.spend(valueCost*(len(in.list)+len(more.list))) {
		return value{
			kind:  kindList,
			list:  append(slices.Clip(in.list), more.list...),
			marks: both(in.marks, more.marks),
		}
	}
	return anyOf(m.union(m.elementOf(in), m.elementOf(more)))
}

// split cuts a text into a list.
func split(m *machine, in value, c *filterCall) value {
	p, sep := m.text(in), m.arg(c, 0, " ")
	if p.opaque || sep.opaque || !m.spend(valueCost*(strings.Count(p.s, sep.s)+1)) {
		return anyOf(p.maybe(true).value())
	}
	var parts []string
	switch sep.s {
	case " ":
		parts = strings.Fields(p.s)
	default:
		parts = strings.Split(p.s, sep.s)
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	out := value{kind: kindList, list: make([]value, len(parts)), marks: p.marks}
	for i, part := range parts {
		out.list[i] = knownText(part)
	}
	return out
}
