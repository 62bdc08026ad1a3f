package liquid

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// maxNesting is how deep blocks may stand inside each other before the parser
// reads the inner ones as if their tags were not there. The reference engine
// gives up at the same depth.
const maxNesting = 100

// maxProblems is how many problems of one template are kept. Whoever has to
// look at the template needs the first few; their places cost time to work out.
const maxProblems = 20

// A Template is a text with placeholders, read once and rendered as often as
// needed. It does not change and is safe for concurrent use.
type Template struct {
	src      tenant.Text
	nodes    []node
	plain    bool // there is nothing in it but text
	problems []Problem
	dropped  bool // more problems than maxProblems
	// assigned holds the names that the template itself gives a value: one of
	// them that has none yet is a variable, not a placeholder nobody knows.
	assigned map[string]bool
	// counted holds the names that increment and decrement use.
	counted map[string]bool
}

// A Problem is something that a person has to look at.
type Problem struct {
	Message string
	At      tenant.Pos
	// Offset is the byte of the template's text that the problem is about.
	Offset int
}

// Parse reads a template. It never fails: what cannot be understood is in
// Problems, and every placeholder that can still be made out counts.
func Parse(src tenant.Text) *Template {
	t := &Template{src: src}
	if strings.IndexByte(src.String(), '{') < 0 {
		t.plain = true
		return t
	}
	p := parser{t: t, s: src.String()}
	p.parse()
	return t
}

// Problems lists what is wrong with the template, in the order of its text and
// at most a few dozen.
func (t *Template) Problems() []Problem { return t.problems }

// Source gives the text the template was read from.
func (t *Template) Source() tenant.Text { return t.src }

func (t *Template) problem(off int, message string) {
	if len(t.problems) >= maxProblems {
		t.dropped = true
		return
	}
	t.problems = append(t.problems, Problem{Message: message, At: t.src.PosAt(off), Offset: off})
}

func (t *Template) assigns(name string) {
	if t.assigned == nil {
		t.assigned = map[string]bool{}
	}
	t.assigned[name] = true
}

func (t *Template) counts(name string) {
	if t.counted == nil {
		t.counted = map[string]bool{}
	}
	t.counted[name] = true
	t.assigns(name)
}

type nodeKind uint8

const (
	nodeText nodeKind = iota
	nodeOutput
	nodeAssign
	nodeElement // a loop too deep to be one: its variable is any element
	nodeCycle
	nodeIncrement
	nodeDecrement
	nodeBreak
	nodeContinue
	nodeSeen // names that were made out in something nobody understands
	nodeIf
	nodeUnless
	nodeCase
	nodeFor
	nodeTablerow
	nodeCapture
	nodePlain // a block that adds nothing to its contents, such as ifchanged
)

// A node is a piece of a template. Which fields matter depends on the kind.
type node struct {
	kind  nodeKind
	off   int
	text  string // of nodeText
	name  string // what assign, capture, increment or a loop gives a value
	out   *output
	exprs []expression // of nodeSeen and nodeCycle
	block *block
}

// A block is a tag with contents.
type block struct {
	branches []branch
	subject  expression // of case; the collection of a loop
	limit    *expression
	offset   *expression
	reversed bool
	unclosed bool
}

// A branch is the contents of a block up to the next elsif, when or else.
type branch struct {
	isElse bool
	lead   bool // what stands in a case before the first when
	cond   condition
	whens  []expression
	vague  bool // there is more to a when than its values
	body   []node
}

// An output is an expression with filters: the inside of {{ }}, and the right
// side of an assign.
type output struct {
	expr    expression
	filters []filterCall
}

type filterCall struct {
	name  string
	off   int
	args  []expression
	named []namedArg
	known *filter // nil for a filter that is in no list
}

type namedArg struct {
	name string
	expr expression
}

// A condition is a row of comparisons. The reference engine reads it from the
// right: "a or b and c" is "a or (b and c)", "a and b or c" is "a and (b or c)".
type condition []comparison

type comparison struct {
	left, right expression
	op          string // "" where the value itself decides
	relation    string // "and" or "or", to the comparison after this one
	undecidable bool
}

type exprKind uint8

const (
	exprLiteral exprKind = iota
	exprEmpty
	exprBlank
	exprRange
	exprLookup
)

type expression struct {
	kind   exprKind
	val    *value   // of exprLiteral; nil is nothing
	path   []string // of exprLookup, where the template itself says all of it
	steps  []step
	lo, hi *expression
	off    int // where its position is reported
}

// is says whether e is a literal of a kind.
func (e *expression) is(k valueKind) bool {
	return e.kind == exprLiteral && e.val != nil && e.val.kind == k
}

// A step is one link of a lookup: the root name, .key, [key] or [expression].
type step struct {
	key     string
	expr    *expression // of a bracket
	bracket bool
}

func (s step) command() bool {
	return !s.bracket && (s.key == "first" || s.key == "last" || s.key == "size")
}
