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

type runFilter func(m *machine, in value, c *filterCall) value

type filter struct {
	FilterEffect
	low, high int // how many arguments it takes
	run       runFilter
}

func keeps(name string, low, high int, note string, run runFilter) filter {
	return filter{FilterEffect{name, Keeps, note}, low, high, run}
}

func shortens(name string, low, high int, note string, run runFilter) filter {
	return filter{FilterEffect{name, Shortens, note}, low, high, run}
}

func neutralises(name string, low, high int, note string, run runFilter) filter {
	return filter{FilterEffect{name, Neutralises, note}, low, high, run}
}

// fails marks a filter that the engine may stop with an error message, however
// it is called.
func fails(run runFilter) runFilter {
	return func(m *machine, in value, c *filterCall) value {
		m.failed = true
		return run(m, in, c)
	}
}

var filterTable = []filter{
	neutralises("abs", 0, 0, "a number", rounded),
	keeps("append", 1, 1, "and adds its argument's words", appended),
	neutralises("at_least", 1, 1, "a number", inexact),
	neutralises("at_most", 1, 1, "a number", inexact),
	keeps("base64_decode", 0, 0, "decoded", fails(charwise(base64Decode))),
	keeps("base64_encode", 0, 0, "encoded, which anybody can undo", charwise(base64Encode)),
	keeps("base64_url_safe_decode", 0, 0, "decoded", fails(charwise(base64URLDecode))),
	keeps("base64_url_safe_encode", 0, 0, "encoded, which anybody can undo", charwise(base64URLEncode)),
	keeps("capitalize", 0, 0, "", capitalized),
	neutralises("ceil", 0, 0, "a number", rounded),
	keeps("compact", 0, 1, "a list without its empty elements", fails(sameList)),
	keeps("concat", 1, 1, "and adds its argument's elements", fails(concatenated)),
	keeps("date", 1, 1, "words that are no date come out unchanged; a format's words are printed", dated),
	keeps("default", 0, 2, "or its argument's words where there is nothing", defaulted),
	neutralises("divided_by", 1, 1, "a number", arithmetic(divide)),
	keeps("downcase", 0, 0, "", charwise(lower)),
	keeps("escape", 0, 0, "HTML marks become entities, the words stay", charwise(escapeHTML)),
	keeps("escape_once", 0, 0, "HTML marks become entities, the words stay", charwise(escapeOnce)),
	shortens("first", 0, 0, "the first element, or character", func(m *machine, in value, _ *filterCall) value { return m.edge(in, false) }),
	neutralises("floor", 0, 0, "a number", rounded),
	keeps("h", 0, 0, "the old name of escape", charwise(escapeHTML)),
	keeps("join", 0, 1, "and adds the words of what stands between", func(m *machine, in value, c *filterCall) value {
		return m.joined(in, m.arg(c, 0, " ")).value()
	}),
	shortens("last", 0, 0, "the last element, or character", func(m *machine, in value, _ *filterCall) value { return m.edge(in, true) }),
	keeps("lstrip", 0, 0, "", stripped(true, false)),
	keeps("map", 1, 1, "one property of each element", fails(mapped)),
	neutralises("minus", 1, 1, "a number", arithmetic(subtract)),
	neutralises("modulo", 1, 1, "a number", arithmetic(modulo)),
	keeps("newline_to_br", 0, 0, "", charwise(newlineToBr)),
	neutralises("plus", 1, 1, "a number", arithmetic(add)),
	keeps("prepend", 1, 1, "and adds its argument's words", prepended),
	keeps("remove", 1, 1, "an outsider avoids what is removed", replaced(-1, true)),
	keeps("remove_first", 1, 1, "an outsider avoids what is removed", replaced(1, true)),
	keeps("remove_last", 1, 1, "an outsider avoids what is removed", replaced(0, true)),
	keeps("replace", 1, 2, "an outsider avoids what is replaced; the replacement's words are added", replaced(-1, false)),
	keeps("replace_first", 1, 2, "an outsider avoids what is replaced; the replacement's words are added", replaced(1, false)),
	keeps("replace_last", 2, 2, "an outsider avoids what is replaced; the replacement's words are added", replaced(0, false)),
	keeps("reverse", 0, 0, "a list from its end; text is not reversed", reversedList),
	neutralises("round", 0, 1, "a number", rounded),
	keeps("rstrip", 0, 0, "", stripped(false, true)),
	neutralises("size", 0, 0, "how many characters or elements", func(m *machine, in value, _ *filterCall) value { return m.size(in) }),
	shortens("slice", 1, 2, "a part", sliced),
	keeps("sort", 0, 1, "a list in order", fails(sameList)),
	keeps("sort_natural", 0, 1, "a list in order", fails(sameList)),
	keeps("split", 1, 1, "a list of parts", split),
	keeps("strip", 0, 0, "", stripped(true, true)),
	keeps("strip_html", 0, 0, "takes HTML tags away; words and bare links stay", charwise(stripHTML)),
	keeps("strip_newlines", 0, 0, "", charwise(stripNewlines)),
	neutralises("times", 1, 1, "a number", arithmetic(multiply)),
	shortens("truncate", 0, 2, "the first characters, 50 unless told", truncated),
	shortens("truncatewords", 0, 2, "the first words, 15 unless told", truncatedWords),
	keeps("uniq", 0, 1, "a list without its repetitions", fails(sameList)),
	keeps("upcase", 0, 0, "", charwise(upper)),
	keeps("url_decode", 0, 0, "decoded", fails(charwise(urlDecode))),
	keeps("url_encode", 0, 0, "encoded, which anybody can undo", charwise(urlEncode)),
	keeps("where", 1, 2, "those elements that fit", fails(sameList)),
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
	if n := len(c.args); n < c.known.low || n > c.known.high || len(c.named) > 0 {
		m.failed = true
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
	n, known := m.integer(m.eval(&c.args[i]))
	m.failed = m.failed || !known
	return n, known
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

func arithmetic(op func(a, b int64) (int64, bool)) runFilter {
	return func(m *machine, in value, c *filterCall) value {
		a, known := m.integer(in)
		b, alsoKnown := m.argInt(c, 0, 0)
		m.failed = m.failed || b == 0
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
