package tenant

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// A Type is what a Value holds.
type Type uint8

// The types of values. Missing is the zero value: nothing was read here.
// Unknowable is a value that exists but that the source cannot tell, such as a
// Terraform variable without a default.
const (
	Missing Type = iota
	Unknowable
	Null
	Boolean
	Number
	String
	List
	Map
)

// A Value is whatever a source says in one place: the common form into which
// every reader turns its format, with keys nobody expected kept.
type Value struct {
	kind  Type
	b     bool
	style uint8
	s     string // a string's text, a number's literal
	kids  *kids
	doc   *Document
	off   int
}

type kids struct {
	keys   []string // of a Map, one for each item
	places []int    // of a Map, the offset of each key
	items  []Value
}

// NullAt makes a null.
func NullAt(at Place) Value { return Value{kind: Null, doc: at.doc, off: at.off} }

// UnknowableAt makes a value that the source does not tell.
func UnknowableAt(at Place) Value { return Value{kind: Unknowable, doc: at.doc, off: at.off} }

// BooleanAt makes a boolean.
func BooleanAt(b bool, at Place) Value { return Value{kind: Boolean, b: b, doc: at.doc, off: at.off} }

// NumberAt makes a number of its literal.
func NumberAt(literal string, at Place) Value {
	return Value{kind: Number, s: literal, doc: at.doc, off: at.off}
}

// StringAt makes a string. at is where its literal begins, style is the
// document's own and is handed to its Raw.
func StringAt(s string, at Place, style uint8) Value {
	return Value{kind: String, s: s, style: style, doc: at.doc, off: at.off}
}

// ListAt makes a list.
func ListAt(items []Value, at Place) Value {
	return Value{kind: List, kids: &kids{items: items}, doc: at.doc, off: at.off}
}

// A Member is one key of a map and its value.
type Member struct {
	Key   string
	At    Place // of the key
	Value Value
}

// MapAt makes a map that keeps the order of its members.
func MapAt(members []Member, at Place) Value {
	k := &kids{
		keys:   make([]string, len(members)),
		places: make([]int, len(members)),
		items:  make([]Value, len(members)),
	}
	for i, m := range members {
		k.keys[i], k.places[i], k.items[i] = m.Key, m.At.off, m.Value
	}
	return Value{kind: Map, kids: k, doc: at.doc, off: at.off}
}

// Type says what v holds.
func (v Value) Type() Type { return v.kind }

// Exists says whether anything was read here, null included.
func (v Value) Exists() bool { return v.kind != Missing }

// Place is where v begins.
func (v Value) Place() Place { return Place{doc: v.doc, off: v.off} }

// Pos is where v begins.
func (v Value) Pos() Pos { return v.Place().Pos() }

// Items are the items of a list, or the values of a map; none otherwise.
func (v Value) Items() []Value {
	if v.kids == nil {
		return nil
	}
	return v.kids.items
}

// Keys are the keys of a map, in the order of the source.
func (v Value) Keys() []string {
	if v.kind != Map {
		return nil
	}
	return v.kids.keys
}

// Members are the keys of a map with their values, in the order of the source.
func (v Value) Members() []Member {
	if v.kind != Map {
		return nil
	}
	out := make([]Member, len(v.kids.keys))
	for i, k := range v.kids.keys {
		out[i] = Member{Key: k, At: Place{doc: v.doc, off: v.kids.places[i]}, Value: v.kids.items[i]}
	}
	return out
}

// Get follows keys through maps. What is not there is a Missing value; what
// lies below something unknowable is unknowable.
func (v Value) Get(path ...string) Value {
	for _, key := range path {
		switch v.kind {
		case Unknowable:
			return v
		case Map:
			v = v.member(key)
		case Missing, Null, Boolean, Number, String, List:
			return Value{}
		}
	}
	return v
}

func (v Value) member(key string) Value {
	for i, k := range v.kids.keys {
		if k == key {
			return v.kids.items[i]
		}
	}
	return Value{}
}

// At gives the i'th item of a list, or Missing.
func (v Value) At(i int) Value {
	if v.kind == Unknowable {
		return v
	}
	if v.kind != List || i < 0 || i >= len(v.kids.items) {
		return Value{}
	}
	return v.kids.items[i]
}

// Text gives a string with its places. For anything else, and for what the
// source does not tell, it is the unread Text.
func (v Value) Text() Text {
	if v.kind != String {
		return Text{}
	}
	if v.doc == nil {
		return Plain(v.s)
	}
	return NewText(v.s, v.doc, v.off, v.style)
}

// Scalar gives a string, number or boolean as Zendesk would write it in a
// condition: "true", "360001", "open". Null is the empty string, as "no value"
// is there. Lists, maps and what was not read give false.
func (v Value) Scalar() (string, bool) {
	switch v.kind {
	case String:
		return v.s, true
	case Number:
		return canonicalNumber(v.s), true
	case Boolean:
		return strconv.FormatBool(v.b), true
	case Null:
		return "", true
	case Missing, Unknowable, List, Map:
	}
	return "", false
}

// canonicalNumber writes a whole number without exponent or fraction, so that
// an id is the same word wherever it came from: 360001, 360001.0, 3.60001e5.
func canonicalNumber(literal string) string {
	if !strings.ContainsAny(literal, ".eE") {
		return literal
	}
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil || f != float64(int64(f)) {
		return literal
	}
	return strconv.FormatInt(int64(f), 10)
}

// ID is an identifier in text form, from a number or a string.
func (v Value) ID() string {
	if v.kind != String && v.kind != Number {
		return ""
	}
	s, _ := v.Scalar()
	return s
}

// Bool reads a boolean, also when it is written as the string "true" or
// "false", as api_token_access is (developer.zendesk.com, account settings).
func (v Value) Bool() Field[bool] {
	switch {
	case v.kind == Boolean:
		return Read(v.b, v.Place())
	case v.kind == String && v.s == "true":
		return Read(true, v.Place())
	case v.kind == String && v.s == "false":
		return Read(false, v.Place())
	}
	return Field[bool]{}
}

// Int reads a whole number, also when it is written as a string.
func (v Value) Int() Field[int64] {
	if v.kind != Number && v.kind != String {
		return Field[int64]{}
	}
	s, _ := v.Scalar()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return Field[int64]{}
	}
	return Read(n, v.Place())
}

// Reworded is the string v with other text in the same place: for readers that
// take a secret out of a string. The places of text of the same length hold;
// of other text only the place of the beginning does.
func (v Value) Reworded(text string) Value {
	if v.kind == String {
		v.s = text
	}
	return v
}

// Str reads a string. Null and other types count as not read.
func (v Value) Str() Field[string] {
	if v.kind != String {
		return Field[string]{}
	}
	return Read(v.s, v.Place())
}

// Time reads a date and time in RFC 3339, the API's format.
func (v Value) Time() Field[time.Time] {
	if v.kind != String {
		return Field[time.Time]{}
	}
	t, err := time.Parse(time.RFC3339, v.s)
	if err != nil {
		return Field[time.Time]{}
	}
	return Read(t.UTC(), v.Place())
}

// AppendJSON writes v as compact JSON in the order of the source. What was
// missing or unknowable is null.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case Boolean:
		return strconv.AppendBool(b, v.b)
	case Number:
		return append(b, v.s...)
	case String:
		return appendString(b, v.s)
	case List:
		b = append(b, '[')
		for i, item := range v.kids.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.AppendJSON(b)
		}
		return append(b, ']')
	case Map:
		b = append(b, '{')
		for i, key := range v.kids.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, key), ':')
			b = v.kids.items[i].AppendJSON(b)
		}
		return append(b, '}')
	case Missing, Unknowable, Null:
	}
	return append(b, "null"...)
}

func appendString(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	// A string always encodes; bad UTF-8 becomes the replacement character.
	if err := enc.Encode(s); err != nil {
		return append(b, `""`...)
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// Strings collects every string in v, at any depth, with its places: for
// looking through structures whose shape nobody has documented.
func (v Value) Strings() []Text {
	switch v.kind {
	case String:
		return []Text{v.Text()}
	case List, Map:
		var out []Text
		for _, item := range v.Items() {
			out = append(out, item.Strings()...)
		}
		return out
	case Missing, Unknowable, Null, Boolean, Number:
	}
	return nil
}
