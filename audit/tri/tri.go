// Package tri is three-valued logic.
//
// The zero value is Unknown, so that a fact nobody established can never read
// as a fact that was looked up and found harmless. The operators are Kleene's.
// Everything that decides something in this program imports it; it imports
// nothing.
package tri

// A Value is false, true, or not known.
type Value uint8

// The three values. Unknown is the zero value on purpose.
const (
	Unknown Value = iota
	False
	True
)

// Of turns a fact that is known into a Value.
func Of(b bool) Value {
	if b {
		return True
	}
	return False
}

// Known says whether v is True or False.
func (v Value) Known() bool { return v != Unknown }

// And is True if all of vs are, False if one of them is, and Unknown otherwise.
// And of nothing is True.
func And(vs ...Value) Value {
	out := True
	for _, v := range vs {
		switch v {
		case False:
			return False
		case Unknown:
			out = Unknown
		case True:
		}
	}
	return out
}

// Or is False if all of vs are, True if one of them is, and Unknown otherwise.
// Or of nothing is False.
func Or(vs ...Value) Value {
	out := False
	for _, v := range vs {
		switch v {
		case True:
			return True
		case Unknown:
			out = Unknown
		case False:
		}
	}
	return out
}

// Not swaps True and False and leaves Unknown alone.
func Not(v Value) Value {
	switch v {
	case True:
		return False
	case False:
		return True
	case Unknown:
	}
	return Unknown
}

// String gives "unknown", "no" or "yes", the words that reports use.
func (v Value) String() string {
	switch v {
	case True:
		return "yes"
	case False:
		return "no"
	case Unknown:
	}
	return "unknown"
}
