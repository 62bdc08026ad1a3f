package attack

import (
	"slices"
	"strconv"
)

// A control says who decides an attribute of the outsider's ticket.
type control uint8

const (
	// fixed: the channel decides; nobody can change it.
	fixed control = iota
	// chosen: the outsider decides, among options if there are any.
	chosen
	// unclear: somebody or something else decides, and nobody here knows what.
	unclear
)

// A domain is what one attribute of the ticket may still be, as conditions
// narrow it. Domains are values: narrowing returns a new one.
type domain struct {
	by control
	// value is what a fixed attribute is, and what an unclear one is most often
	// (usual says whether there is such a value).
	value string
	usual bool
	// options are the account's values among which the outsider chooses;
	// without limited, anything goes.
	options []string
	limited bool
	// pinned is set once conditions leave one value.
	pinned bool
	// not are the values that conditions have excluded.
	not []string
	// above and below bound a number; both are exclusive.
	above, below *float64
	// why says in plain words why an unclear attribute is not known.
	why string
	// written is set when a rule on the way has set the attribute.
	written bool
}

func fixedTo(v string) domain        { return domain{by: fixed, value: v, pinned: true} }
func free() domain                   { return domain{by: chosen} }
func among(options ...string) domain { return domain{by: chosen, options: options, limited: true} }
func nobodyKnows(why string) domain  { return domain{by: unclear, why: why} }
func usually(value, why string) domain {
	return domain{by: unclear, value: value, usual: true, why: why}
}
func (d domain) excludes(v string) bool  { return slices.Contains(d.not, v) }
func (d domain) offers(v string) bool    { return !d.limited || slices.Contains(d.options, v) }
func (d domain) settled() (string, bool) { return d.value, d.pinned }
func (d domain) pin(v string) domain     { d.value, d.pinned = v, true; return d }
func (d domain) without(v string) domain { d.not = append(slices.Clip(d.not), v); return d }
func (d domain) within(n float64) bool {
	return (d.above == nil || n > *d.above) && (d.below == nil || n < *d.below)
}
func (d domain) bounded() bool             { return d.above != nil || d.below != nil }
func (d domain) limitTo(o []string) domain { d.options, d.limited = o, true; return d }

// same says whether two domains that nothing has narrowed are alike.
func (d domain) same(other domain) bool {
	return d.by == other.by && d.value == other.value && d.usual == other.usual && d.pinned == other.pinned &&
		d.limited == other.limited && d.why == other.why && slices.Equal(d.options, other.options)
}

// A narrowing is one way in which a condition can be made to hold: the domain
// that is left, and what makes it doubtful, if anything does.
type narrowing struct {
	domain domain
	doubt  string
	// same: the domain is as it was.
	same bool
}

// is narrows to one value; false where that cannot be.
func (d domain) is(v string) (narrowing, bool) {
	if cur, ok := d.settled(); ok {
		return narrowing{domain: d, same: true}, cur == v
	}
	if d.excludes(v) || !d.offers(v) || !d.numberFits(v) {
		return narrowing{}, false
	}
	n := narrowing{domain: d.pin(v)}
	if d.by == unclear && (!d.usual || d.value != v) {
		n.doubt = d.why
	}
	return n, true
}

// isNot excludes a value; false where nothing is left.
func (d domain) isNot(v string) (narrowing, bool) {
	if cur, ok := d.settled(); ok {
		return narrowing{domain: d, same: true}, cur != v
	}
	if d.excludes(v) {
		return narrowing{domain: d, same: true}, true
	}
	out := d.without(v)
	if out.limited {
		left := slices.DeleteFunc(slices.Clone(out.options), out.excludes)
		if len(left) == 0 {
			return narrowing{}, false
		}
		out.options = left
	}
	n := narrowing{domain: out}
	if d.by == unclear && (!d.usual || d.value == v) {
		n.doubt = d.why
	}
	return n, true
}

// oneOf narrows to a set of values, given in their natural order.
func (d domain) oneOf(values []string) (narrowing, bool) {
	if cur, ok := d.settled(); ok {
		return narrowing{domain: d, same: true}, slices.Contains(values, cur)
	}
	left := slices.DeleteFunc(slices.Clone(values), func(v string) bool {
		return d.excludes(v) || !d.offers(v)
	})
	if len(left) == 0 {
		return narrowing{}, false
	}
	n := narrowing{domain: d.limitTo(left)}
	if d.by == unclear && (!d.usual || !slices.Contains(left, d.value)) {
		n.doubt = d.why
	}
	return n, true
}

// between narrows a number to the open interval.
func (d domain) between(above, below *float64) (narrowing, bool) {
	if above != nil && (d.above == nil || *above > *d.above) {
		d.above = above
	}
	if below != nil && (d.below == nil || *below < *d.below) {
		d.below = below
	}
	if cur, ok := d.settled(); ok {
		return narrowing{domain: d}, d.numberFits(cur)
	}
	if d.limited {
		return d.oneOf(slices.DeleteFunc(slices.Clone(d.options), func(v string) bool { return !d.numberFits(v) }))
	}
	if d.above != nil && d.below != nil && *d.above >= *d.below {
		return narrowing{}, false
	}
	n := narrowing{domain: d}
	if d.by == unclear {
		n.doubt = d.why
	}
	return n, true
}

// numberFits says whether v lies within the bounds, if there are any. What is
// no number lies within none.
func (d domain) numberFits(v string) bool {
	if !d.bounded() {
		return true
	}
	n, ok := number(v)
	return ok && d.within(n)
}

// example is a value that satisfies everything that has been asked, and
// whether one has to be given at all.
func (d domain) example() (string, bool) {
	if v, ok := d.settled(); ok {
		return v, true
	}
	if d.usual && !d.excludes(d.value) && d.offers(d.value) && d.numberFits(d.value) {
		return d.value, true
	}
	if d.limited {
		for _, o := range d.options {
			if !d.excludes(o) && d.numberFits(o) {
				return o, true
			}
		}
		return "", false
	}
	if d.bounded() {
		return strconv.FormatFloat(d.inside(), 'f', -1, 64), true
	}
	if len(d.not) == 0 {
		return "", false
	}
	for _, v := range []string{"", "something else", "another value"} {
		if !d.excludes(v) {
			return v, true
		}
	}
	return "", false
}

// inside is a number within the bounds.
func (d domain) inside() float64 {
	switch {
	case d.above != nil && d.below != nil:
		if mid := float64(int64(*d.above) + 1); d.within(mid) {
			return mid
		}
		return (*d.above + *d.below) / 2
	case d.above != nil:
		return *d.above + 1
	case d.below != nil:
		return *d.below - 1
	}
	return 0
}
