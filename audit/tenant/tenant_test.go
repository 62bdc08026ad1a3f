package tenant_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

var nowhere tenant.Place

func str(s string) tenant.Value { return tenant.StringAt(s, nowhere, 0) }

func object(pairs ...any) tenant.Value {
	var members []tenant.Member
	for i := 0; i < len(pairs); i += 2 {
		members = append(members, tenant.Member{Key: pairs[i].(string), Value: pairs[i+1].(tenant.Value)})
	}
	return tenant.MapAt(members, nowhere)
}

func TestWhatWasNotReadIsNeverDifferent(t *testing.T) {
	var f tenant.Field[bool]
	assert.Equal(t, tri.Unknown, f.Is(true))
	assert.Equal(t, tri.Unknown, f.Is(false))
	assert.Equal(t, tri.True, tenant.Read(false, nowhere).Is(false))
	assert.True(t, f.Or(true))
}

func TestBooleansComeAsWordsToo(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    tenant.Value
		want tri.Value
	}{
		{"true", tenant.BooleanAt(true, nowhere), tri.True},
		{`"true" as api_token_access`, str("true"), tri.True},
		{`"false"`, str("false"), tri.False},
		{"another word", str("yes"), tri.Unknown},
		{"null", tenant.NullAt(nowhere), tri.Unknown},
		{"missing", tenant.Value{}, tri.Unknown},
		{"unknowable", tenant.UnknowableAt(nowhere), tri.Unknown},
		{"a number", tenant.NumberAt("1", nowhere), tri.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, tt.v.Bool().Is(true)) })
	}
}

func TestAnIDIsOneWordWhateverItsForm(t *testing.T) {
	for _, literal := range []string{"360001", "360001.0", "3.60001e5"} {
		assert.Equal(t, "360001", tenant.NumberAt(literal, nowhere).ID(), literal)
	}
	assert.Equal(t, "01HZX", str("01HZX").ID())
	assert.Empty(t, tenant.BooleanAt(true, nowhere).ID())
	assert.Equal(t, "9007199254740993", tenant.NumberAt("9007199254740993", nowhere).ID(), "no digit is lost to floating point")
}

func TestPathsEndInMissingAndStayUnknowable(t *testing.T) {
	v := object("a", object("b", str("x")), "u", tenant.UnknowableAt(nowhere))
	assert.Equal(t, "x", v.Get("a", "b").Str().Or(""))
	assert.False(t, v.Get("a", "c").Exists())
	assert.False(t, v.Get("a", "b", "c").Exists())
	assert.Equal(t, tenant.Unknowable, v.Get("u", "anything").Type())
	assert.Equal(t, tenant.Unknowable, v.Get("u").At(3).Type())
	assert.False(t, v.At(0).Exists())
}

func TestPositionsCountCharacters(t *testing.T) {
	doc := &tenant.Document{Name: "d.txt", Data: []byte("ab\nüx\n")}
	assert.Equal(t, tenant.Pos{File: "d.txt", Line: 1, Column: 1}, doc.Pos(0))
	assert.Equal(t, tenant.Pos{File: "d.txt", Line: 2, Column: 1}, doc.Pos(3))
	assert.Equal(t, tenant.Pos{File: "d.txt", Line: 2, Column: 2}, doc.Pos(5), "ü is two bytes and one character")
	assert.Equal(t, tenant.Pos{File: "d.txt", Line: 3, Column: 1}, doc.Pos(99), "past the end is the end")
	assert.Equal(t, "d.txt:2:2", doc.Pos(5).String())
	assert.False(t, (*tenant.Document)(nil).Pos(3).Valid())
	assert.False(t, tenant.Plain("x").PosAt(0).Valid())
}

func TestAGapIsNeverEmpty(t *testing.T) {
	s := tenant.New(tenant.Content{
		Lists: map[tenant.Kind][]tenant.Value{tenant.Triggers: {}, tenant.Users: {object("id", tenant.NumberAt("1", nowhere))}},
		Gaps:  []tenant.Gap{{Kind: tenant.Users, Reason: tenant.Truncated}},
	})
	assert.True(t, s.Has(tenant.Triggers), "an empty list was read")
	assert.False(t, s.Has(tenant.Users), "a truncated list was not read in full")
	assert.Len(t, s.Team, 1, "but what was read is there")
	g, ok := s.Gap(tenant.Webhooks)
	assert.True(t, ok)
	assert.Equal(t, tenant.NotInSource, g.Reason)
	assert.Len(t, s.Gaps(), 1, "what nobody tried to read is no gap of the reader's")
}

func trigger(id, position, category string) tenant.Value {
	return object(
		"id", tenant.NumberAt(id, nowhere), "position", tenant.NumberAt(position, nowhere), "category_id", str(category),
		"conditions", object("all", tenant.ListAt(nil, nowhere)), "actions", tenant.ListAt(nil, nowhere),
	)
}

func TestTriggersRunByCategoryThenPosition(t *testing.T) {
	s := tenant.New(tenant.Content{Lists: map[tenant.Kind][]tenant.Value{
		tenant.Triggers: {trigger("1", "2", "b"), trigger("2", "1", "b"), trigger("3", "9", "a")},
		tenant.TriggerCategories: {
			object("id", str("b"), "position", tenant.NumberAt("2", nowhere)),
			object("id", str("a"), "position", tenant.NumberAt("1", nowhere)),
		},
	}})
	var order []string
	for _, r := range s.Triggers {
		order = append(order, r.ID)
	}
	assert.Equal(t, []string{"3", "2", "1"}, order)
}

// A list whose objects cannot be read once passed every rule about triggers.
func TestObjectsThatCannotBeReadAreAGap(t *testing.T) {
	word, broken := str("x"), object("id", tenant.NumberAt("5", nowhere), "actions", str("no"))
	off := object("id", tenant.NumberAt("6", nowhere), "active", tenant.BooleanAt(false, nowhere))
	for _, tt := range []struct {
		name  string
		kind  tenant.Kind
		items []tenant.Value
		gap   bool
	}{
		{"a whole trigger", tenant.Triggers, []tenant.Value{trigger("1", "1", "")}, false},
		{"a word in place of a trigger", tenant.Triggers, []tenant.Value{trigger("1", "1", ""), word}, true},
		{"a trigger whose actions are a word", tenant.Triggers, []tenant.Value{trigger("1", "1", ""), broken}, true},
		{"an inactive trigger may be anything", tenant.Triggers, []tenant.Value{off}, false},
		{"an automation whose actions are a word", tenant.Automations, []tenant.Value{broken}, true},
		{"a word in place of a user", tenant.Users, []tenant.Value{word}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tenant.New(tenant.Content{Lists: map[tenant.Kind][]tenant.Value{tt.kind: tt.items}})
			g, gap := s.Gap(tt.kind)
			assert.Equal(t, tt.gap, gap)
			if gap {
				assert.Equal(t, tenant.ParseError, g.Reason)
			}
			assert.Len(t, s.List(tt.kind), len(tt.items), "what was read stays")
		})
	}
}

func TestARuleOfAnotherShapeIsIncomplete(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    tenant.Value
		want bool
	}{
		{"as documented", trigger("1", "1", ""), true},
		{"conditions at the top level, as they once were", object("all", tenant.ListAt(nil, nowhere), "actions", tenant.ListAt(nil, nowhere)), true},
		{"no conditions", object("actions", tenant.ListAt(nil, nowhere)), false},
		{"no actions", object("conditions", object("all", tenant.ListAt(nil, nowhere))), false},
		{"conditions nobody can know", object("conditions", tenant.UnknowableAt(nowhere), "actions", tenant.ListAt(nil, nowhere)), false},
		{"a condition that is a word", object("conditions", object("all", tenant.ListAt([]tenant.Value{str("x")}, nowhere)), "actions", tenant.ListAt(nil, nowhere)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tenant.New(tenant.Content{Lists: map[tenant.Kind][]tenant.Value{tenant.Triggers: {tt.v}}})
			assert.Equal(t, tt.want, s.Triggers[0].Complete)
		})
	}
}

func TestNamesOfKindsAndReasonsGoBothWays(t *testing.T) {
	for _, k := range tenant.Kinds() {
		assert.Equal(t, k, tenant.KindNamed(k.String()))
	}
	assert.Equal(t, tenant.NoKind, tenant.KindNamed("nonsense"))
	assert.Equal(t, tenant.Truncated, tenant.ReasonNamed("truncated"))
	assert.Equal(t, tenant.ParseError, tenant.ReasonNamed("of a later version"))
}

func TestJSONKeepsOrderAndLiterals(t *testing.T) {
	v := object("b", tenant.NumberAt("1.50", nowhere), "a", tenant.ListAt([]tenant.Value{tenant.NullAt(nowhere), str("<é>\u2028")}, nowhere))
	assert.Equal(t, //nolint:testifylint // the order and the literals are the point
		`{"b":1.50,"a":[null,"<é>\u2028"]}`, string(v.AppendJSON(nil)))
}

// Exports are often one line of many megabytes; places in it are counted in
// blocks, which must not show.
func TestPositionsInOneLongLine(t *testing.T) {
	text := strings.Repeat("aü€", 3000)
	doc := &tenant.Document{Name: "d", Data: []byte(text)}
	for _, offset := range []int{0, 1, 3, 6, 1023, 1024, 1025, 6 * 500, 6*1024 + 1, len(text) - 3, len(text)} {
		want := utf8.RuneCountInString(text[:offset]) + 1
		if offset < len(text) && !utf8.RuneStart(text[offset]) {
			continue // inside a character
		}
		assert.Equal(t, tenant.Pos{File: "d", Line: 1, Column: want}, doc.Pos(offset), "offset %d", offset)
	}
	assert.Equal(t, 1, (&tenant.Document{}).Pos(0).Column)
	full := &tenant.Document{Data: make([]byte, 2048)}
	assert.Equal(t, 2049, full.Pos(2048).Column, "the end of a text that fills its blocks")
}

// Bytes that are no UTF-8 are shown as one character each, and count as one.
func TestPositionsCountBrokenBytes(t *testing.T) {
	text := strings.Repeat("a\x80\xff\xc3\xa9\xf0\x9f", 700)
	doc := &tenant.Document{Name: "d", Data: []byte(text + "\n" + text)}
	for offset := range text {
		want := utf8.RuneCountInString(text[:offset]) + 1
		assert.Equal(t, want, doc.Pos(offset).Column, "offset %d", offset)
		assert.Equal(t, want, doc.Pos(len(text)+1+offset).Column, "offset %d of the second line", offset)
	}
}

func BenchmarkPos(b *testing.B) {
	doc := &tenant.Document{Name: "d", Data: []byte(strings.Repeat("x", 4<<20))}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i = (i + 7919) % len(doc.Data)
		doc.Pos(i)
	}
}
