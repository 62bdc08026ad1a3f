package liquid

// An Effect says what a filter does to an outsider's words.
type Effect uint8

// The effects. Keeps is the zero value: what nobody has looked at lets the
// words through.
const (
	Keeps Effect = iota
	// Shortens lets only a part of the words through.
	Shortens
	// Neutralises makes a number of them.
	Neutralises
)

// String gives "keeps", "shortens" or "neutralises".
func (e Effect) String() string {
	switch e {
	case Shortens:
		return "shortens"
	case Neutralises:
		return "neutralises"
	case Keeps:
	}
	return "keeps"
}

// A FilterEffect says what one filter does to an outsider's words.
type FilterEffect struct {
	Name   string
	Effect Effect
	Note   string
}

// Filters lists the filters that are understood, sorted by name: the standard
// filters of Liquid, to which Zendesk refers
// (https://support.zendesk.com/hc/en-us/articles/203662146). A filter that is
// not listed prints its input unchanged, as the reference engine does with a
// filter it does not know, and asks for a person to look.
func Filters() []FilterEffect {
	out := make([]FilterEffect, len(filterTable))
	for i, f := range filterTable {
		out[i] = f.FilterEffect
	}
	return out
}

type filter struct {
	FilterEffect
	run func(m *machine, in value, c *filterCall) value
}

func keeps(name, note string, run func(*machine, value, *filterCall) value) filter {
	return filter{FilterEffect{name, Keeps, note}, run}
}

func shortens(name, note string, run func(*machine, value, *filterCall) value) filter {
	return filter{FilterEffect{name, Shortens, note}, run}
}

func neutralises(name, note string, run func(*machine, value, *filterCall) value) filter {
	return filter{FilterEffect{name, Neutralises, note}, run}
}

var filterTable = []filter{
	neutralises("abs", "a number", rounded),
	keeps("append", "and adds its argument's words", appended),
	neutralises("at_least", "a number", inexact),
	neutralises("at_most", "a number", inexact),
	keeps("base64_decode", "decoded", charwise(base64Decode)),
	keeps("base64_encode", "encoded, which anybody can undo", charwise(base64Encode)),
	keeps("base64_url_safe_decode", "decoded", charwise(base64URLDecode)),
	keeps("base64_url_safe_encode", "encoded, which anybody can undo", charwise(base64URLEncode)),
	keeps("capitalize", "", capitalized),
	neutralises("ceil", "a number", rounded),
	keeps("compact", "a list without its empty elements", sameList),
	keeps("concat", "and adds its argument's elements", concatenated),
	keeps("date", "words that are no date come out unchanged; a format's words are printed", dated),
	keeps("default", "or its argument's words where there is nothing", defaulted),
	neutralises("divided_by", "a number", arithmetic(divide)),
	keeps("downcase", "", charwise(lower)),
	keeps("escape", "HTML marks become entities, the words stay", charwise(escapeHTML)),
	keeps("escape_once", "HTML marks become entities, the words stay", charwise(escapeOnce)),
	shortens("first", "the first element, or character", func(m *machine, in value, _ *filterCall) value { return m.edge(in, false) }),
	neutralises("floor", "a number", rounded),
	keeps("h", "the old name of escape", charwise(escapeHTML)),
	keeps("join", "and adds the words of what stands between", func(m *machine, in value, c *filterCall) value {
		return m.joined(in, m.arg(c, 0, " ")).value()
	}),
	shortens("last", "the last element, or character", func(m *machine, in value, _ *filterCall) value { return m.edge(in, true) }),
	keeps("lstrip", "", stripped(true, false)),
	keeps("map", "one property of each element", mapped),
	neutralises("minus", "a number", arithmetic(subtract)),
	neutralises("modulo", "a number", arithmetic(modulo)),
	keeps("newline_to_br", "", charwise(newlineToBr)),
	neutralises("plus", "a number", arithmetic(add)),
	keeps("prepend", "and adds its argument's words", prepended),
	keeps("remove", "an outsider avoids what is removed", replaced(-1, true)),
	keeps("remove_first", "an outsider avoids what is removed", replaced(1, true)),
	keeps("remove_last", "an outsider avoids what is removed", replaced(0, true)),
	keeps("replace", "an outsider avoids what is replaced; the replacement's words are added", replaced(-1, false)),
	keeps("replace_first", "an outsider avoids what is replaced; the replacement's words are added", replaced(1, false)),
	keeps("replace_last", "an outsider avoids what is replaced; the replacement's words are added", replaced(0, false)),
	keeps("reverse", "a list from its end; text is not reversed", reversedList),
	neutralises("round", "a number", rounded),
	keeps("rstrip", "", stripped(false, true)),
	neutralises("size", "how many characters or elements", func(m *machine, in value, _ *filterCall) value { return m.size(in) }),
	shortens("slice", "a part", sliced),
	keeps("sort", "a list in order", sameList),
	keeps("sort_natural", "a list in order", sameList),
	keeps("split", "a list of parts", split),
	keeps("strip", "", stripped(true, true)),
	keeps("strip_html", "takes HTML tags away; words and bare links stay", charwise(stripHTML)),
	keeps("strip_newlines", "", charwise(stripNewlines)),
	neutralises("times", "a number", arithmetic(multiply)),
	shortens("truncate", "the first characters, 50 unless told", truncated),
	shortens("truncatewords", "the first words, 15 unless told", truncatedWords),
	keeps("uniq", "a list without its repetitions", sameList),
	keeps("upcase", "", charwise(upper)),
	keeps("url_decode", "decoded", charwise(urlDecode)),
	keeps("url_encode", "encoded, which anybody can undo", charwise(urlEncode)),
	keeps("where", "those elements that fit", sameList),
}

var filterNamed = indexFilters(filterTable)

func indexFilters(table []filter) map[string]*filter {
	out := make(map[string]*filter, len(table))
	for i := range table {
		out[table[i].Name] = &table[i]
	}
	return out
}

// filter runs one filter.
func (m *machine) filter(v value, c *filterCall) value {
	if m.stopped() {
		return v.through(false)
	}
	if c.known == nil {
		return m.unknownFilter(v, c)
	}
	if v.kind == kindUnion {
		alts := make([]value, len(v.list))
		for i, alt := range v.list {
			alts[i] = m.filter(alt.with(v.marks), c)
		}
		return m.union(alts...)
	}
	if !m.spend(v.cost()) {
		return m.unfiltered(v, c)
	}
	// What is shortened is the input; an argument, such as what truncate puts at
	// the end, is printed in full.
	out := c.known.run(m, v.through(c.known.Effect == Shortens), c)
	return out.through(false)
}

// cost is about how many bytes a filter has to read.
func (v value) cost() int {
	n := len(v.s) + valueCost*len(v.list)
	for _, s := range v.spans {
		n += len(s.Text)
	}
	return n
}

// unfiltered stands in for a filter that costs too much: anything that goes in
// may come out.
func (m *machine) unfiltered(v value, c *filterCall) value {
	if c.known.Effect == Neutralises {
		return someNumber(0)
	}
	all := v.marks
	for i := range c.args {
		all = both(all, m.piece(m.eval(&c.args[i])).marks)
	}
	if v.kind == kindList {
		return anyOf(m.elementOf(v).with(all)).through(true)
	}
	p := m.piece(v).maybe(true)
	p.marks = both(p.marks, all)
	return p.value().through(true)
}

// unknownFilter prints what it is given. What a filter that nobody here knows
// would really print has to be looked at, if an outsider's words go into it.
func (m *machine) unknownFilter(v value, c *filterCall) value {
	p := m.piece(v)
	tainted := p.marks
	for i := range c.args {
		tainted = both(tainted, m.piece(m.eval(&c.args[i])).marks)
	}
	for i := range c.named {
		tainted = both(tainted, m.piece(m.eval(&c.named[i].expr)).marks)
	}
	v = v.through(false)
	if tainted.tainted() {
		v = v.with(m.reviewMark("unknown filter "+clip(c.name), c.off))
	}
	return v
}

// arg prints an argument, or gives what the filter uses without one. Named
// arguments stand, all together, after the others.
func (m *machine) arg(c *filterCall, i int, without string) piece {
	if i > len(c.args) || i == len(c.args) && len(c.named) == 0 {
		return piece{s: without}
	}
	if i == len(c.args) {
		b := builder{m: m, opaque: true}
		for j := range c.named {
			b.add(m.piece(m.eval(&c.named[j].expr)))
		}
		p := b.piece()
		p.marks = p.marks.through(true, false)
		return p
	}
	p := m.text(m.eval(&c.args[i]))
	p.marks = p.marks.through(true, false)
	return p
}

// argInt gives a whole number, and whether it is known.
func (m *machine) argInt(c *filterCall, i int, without int64) (int64, bool) {
	if i > len(c.args) || i == len(c.args) && len(c.named) == 0 {
		return without, true
	}
	if i == len(c.args) {
		return 0, false
	}
	return m.integer(m.eval(&c.args[i]))
}

// size counts characters or elements.
func (m *machine) size(v value) value {
	switch v.kind {
	case kindNil:
		return knownInt(0)
	case kindText:
		p := m.piece(v)
		return value{kind: kindNumber, i: m.length(p), opaque: p.opaque}
	case kindList:
		return value{kind: kindNumber, i: int64(len(v.list)), opaque: v.opaque}
	case kindRef, kindBool, kindNumber, kindRange, kindLoop, kindUnion:
	}
	return someNumber(1)
}

// inexact is a number nobody works out here.
func inexact(*machine, value, *filterCall) value { return someNumber(0) }

// rounded leaves whole numbers as they are, and makes numbers of the rest.
func rounded(m *machine, in value, c *filterCall) value {
	n, known := m.integer(in)
	if !known || len(c.args) > 0 || n < 0 {
		return someNumber(0)
	}
	return knownInt(n)
}

// farthest is how large numbers may be to be worked out here: their products
// then fit as well.
const farthest = 1 << 31

func arithmetic(op func(a, b int64) (int64, bool)) func(*machine, value, *filterCall) value {
	return func(m *machine, in value, c *filterCall) value {
		a, known := m.integer(in)
		b, alsoKnown := m.argInt(c, 0, 0)
		if !known || !alsoKnown || len(c.args) == 0 || max(a, -a, b, -b) >= farthest {
			return someNumber(0)
		}
		n, ok := op(a, b)
		return value{kind: kindNumber, i: n, opaque: !ok}
	}
}

func add(a, b int64) (int64, bool)      { return a + b, true }
func subtract(a, b int64) (int64, bool) { return a - b, true }
func multiply(a, b int64) (int64, bool) { return a * b, true }

// divide rounds down, as Ruby does.
func divide(a, b int64) (int64, bool) {
	if b == 0 {
		return 0, false
	}
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q, true
}

func modulo(a, b int64) (int64, bool) {
	if b == 0 {
		return 0, false
	}
	r := a % b
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r, true
}
