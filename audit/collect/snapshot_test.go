package collect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func snapshotOf(t *testing.T, files map[string]string) *tenant.Snapshot {
	t.Helper()
	var list []File
	for name, data := range files {
		list = append(list, File{Name: name, Data: []byte(data)})
	}
	s, err := Snapshot(list, tenant.Origin{Kind: "dump"}, "")
	require.NoError(t, err)
	return s
}

func TestSnapshotJoinsDocuments(t *testing.T) {
	const trigger = `{"id":%d,"title":"%s","category_id":"1","updated_at":"%s","conditions":{"all":[],"any":[]},"actions":[]}`
	older, newer := fmt.Sprintf(trigger, 1, "old", "2026-01-01T00:00:00Z"), fmt.Sprintf(trigger, 1, "new", "2026-02-01T00:00:00Z")
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string // titles
	}{
		{"the later state of an object counts", map[string]string{"2026-01/a.json": older, "2026-02/a.json": newer}, []string{"new"}},
		{"the later state counts also where it comes first", map[string]string{"a.json": newer, "b.json": older}, []string{"new"}},
		{"objects without an id are all kept", map[string]string{"triggers.json": `[{"title":"a","all":[],"actions":[]},{"title":"b","all":[],"actions":[]}]`}, []string{"a", "b"}},
		{"page 2 comes before page 10", map[string]string{
			"p10.json": `{"triggers":[{"id":3,"title":"c","conditions":{"all":[],"any":[]},"actions":[]}]}`, "p2.json": `{"triggers":[{"id":2,"title":"b","conditions":{"all":[],"any":[]},"actions":[]}]}`, "p.json": `{"triggers":[{"id":1,"title":"a","conditions":{"all":[],"any":[]},"actions":[]}]}`,
		}, []string{"a", "b", "c"}},
		{"pages as JSON Lines", map[string]string{"all.jsonl": `{"triggers":[{"id":1,"title":"a","conditions":{"all":[],"any":[]},"actions":[]}]}` + "\n" + `{"triggers":[{"id":2,"title":"b","conditions":{"all":[],"any":[]},"actions":[]}]}`}, []string{"a", "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := snapshotOf(t, tt.files)
			var titles []string
			for _, r := range s.Triggers {
				titles = append(titles, r.Title)
			}
			assert.Equal(t, tt.want, titles)
			assert.True(t, s.Has(tenant.Triggers))
		})
	}
}

func TestAGoodFileDoesNotMakeUpForABadOne(t *testing.T) {
	s := snapshotOf(t, map[string]string{"triggers/good.json": `{"triggers":[]}`, "triggers/bad.json": `{`})
	gap, bad := s.Gap(tenant.Triggers)
	require.True(t, bad)
	assert.Equal(t, tenant.ParseError, gap.Reason)
	assert.Equal(t, "triggers/bad.json: line 1, column 2: the file ends in the middle of a value; it was cut off", gap.Detail)
}

func TestManyForeignFilesGiveFewNotes(t *testing.T) {
	files := map[string]string{"triggers.json": `{"triggers":[]}`}
	for i := range 1000 {
		files[fmt.Sprintf("ticket%d.json", i)] = `{"subject":"x"}`
	}
	s := snapshotOf(t, files)
	require.Len(t, s.Notes, maxNotes+1)
	assert.Equal(t, "980 more files were passed over", s.Notes[maxNotes])
}

func TestAGivenSubdomainCountsMoreThanTheCollections(t *testing.T) {
	c := EncodeCollection(Collection{Subdomain: "acme", Complete: true})
	s, err := Snapshot([]File{c}, tenant.Origin{}, "globex")
	require.NoError(t, err)
	assert.Equal(t, "globex", s.Subdomain)
	assert.Equal(t, []string{`collection.json: this is a collection of "acme", not of "globex"`}, s.Notes)
}

// What comes out of any document can be written and read again: the kinds, the
// items and their values are the same.
func FuzzSnapshot(f *testing.F) {
	f.Add("triggers.json", someTriggers(2))
	f.Add("x.json", []byte(`{"users":[{"id":1,"role":"agent","email":"a"}],"tickets":[],"count":1}`))
	f.Add("a/settings.json", []byte(`{"tickets":{},"user":{"x":"https://a:b@c/?token=d"}}`))
	f.Add("x.jsonl", []byte("{\"items\":[{\"placeholder\":\"\",\"variants\":0}]}\n{\"targets\":{\"a\":{}}}"))
	f.Add("x.json", []byte(`{"installations":[{"settings":{"a":"b"},"authentication":{"data":1},"custom_headers":[{"name":"a","value":"b"}]}]}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		s, err := Snapshot([]File{{Name: name, Data: data}}, tenant.Origin{}, "x")
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		files := encodeAll(s)
		again, err := Snapshot(append(files, EncodeCollection(Collection{Complete: true})), tenant.Origin{}, "x")
		require.NoError(t, err)
		assert.Equal(t, files, encodeAll(again))
	})
}

// encodeAll writes every kind that s has.
func encodeAll(s *tenant.Snapshot) []File {
	var files []File
	for _, k := range tenant.Kinds() {
		if v := s.Single(k); v.Exists() {
			files = append(files, EncodeResource(k, []tenant.Value{v}))
		} else if items := s.List(k); items != nil {
			files = append(files, EncodeResource(k, items))
		}
	}
	return files
}

// someTriggers writes n triggers of about a kilobyte each, as the API does.
func someTriggers(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"triggers":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"url":"https://northwind.zendesk.com/api/v2/triggers/%d.json","id":%d,"title":"Receipt %d","active":true,`+
			`"updated_at":"2026-05-04T10:00:00Z","created_at":"2026-05-04T10:00:00Z","default":false,"position":%d,"category_id":"360001",`+
			`"description":"Tells the requester that the message has arrived, and when somebody will read it.",`+
			`"conditions":{"all":[{"field":"update_type","operator":"is","value":"Create"},{"field":"status","operator":"is_not","value":"solved"}],`+
			`"any":[{"field":"brand_id","operator":"is","value":"360%d"},{"field":"current_tags","operator":"includes","value":"vip web"}]},`+
			`"actions":[{"field":"notification_user","value":["requester_id","[Northwind] {{ticket.title}}",`+
			`"Dear {{ticket.requester.first_name}},\n\nwe have your message (\"{{ticket.title}}\") and will answer within a day.\n\n`+
			`See https://support.example.com/hc/requests/{{ticket.id}} for its state.\n\n{{ticket.comments_formatted}}"]},`+
			`{"field":"set_tags","value":"receipt_sent"}],"raw_title":"Receipt %d"}`, i, i, i, i, i, i)
	}
	b.WriteString(`],"next_page":null,"previous_page":null,"count":` + fmt.Sprint(n) + `}`)
	return []byte(b.String())
}

func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{300, 5000} {
		b.Run(fmt.Sprintf("triggers=%d", n), func(b *testing.B) {
			files := []File{{Name: "triggers.json", Data: someTriggers(n)}}
			b.SetBytes(int64(len(files[0].Data)))
			b.ReportAllocs()
			for b.Loop() {
				s, err := Snapshot(files, tenant.Origin{Kind: "dump"}, "northwind")
				if err != nil || len(s.Triggers) != n {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	data := someTriggers(5000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("triggers.json", data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScrub(b *testing.B) {
	v, err := Parse("triggers.json", someTriggers(5000))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		for _, item := range v.Get("triggers").Items() {
			Scrub(tenant.Triggers, item)
		}
	}
}

func BenchmarkEncodeResource(b *testing.B) {
	v, err := Parse("triggers.json", someTriggers(5000))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		EncodeResource(tenant.Triggers, v.Get("triggers").Items())
	}
}

// A broken file once left the list that it belonged to looking whole.
func TestABrokenFileMayHaveHeldPartOfAnyList(t *testing.T) {
	const one = `{"id":1,"title":"a","category_id":"1","conditions":{"all":[],"any":[]},"actions":[]}`
	for _, tt := range []struct {
		name  string
		files map[string]string
		whole bool
	}{
		{"one object a file, one of them broken", map[string]string{"Receipt.json": one, "Greeting.json": `{"id":2,`}, false},
		{"a list without a count beside a broken file", map[string]string{"a.json": `{"triggers":[` + one + `]}`, "b.json": `{`}, false},
		{"a count shows that nothing is missing", map[string]string{"a.json": `{"triggers":[` + one + `],"count":1,"next_page":null}`, "b.json": `{`}, true},
		{"a broken file whose name says that it is something else", map[string]string{"a.json": `{"triggers":[` + one + `]}`, "brands.json": `{`}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := snapshotOf(t, tt.files)
			assert.Equal(t, tt.whole, s.Has(tenant.Triggers))
			assert.Len(t, s.Triggers, 1)
		})
	}
}
