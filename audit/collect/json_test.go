package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "", "f.json: line 1, column 1: the file is empty; export it again"},
		{"white space", " \n\t", "f.json: line 1, column 1: the file is empty; export it again"},
		{"much white space", strings.Repeat("\n", 5000), "f.json: line 5001, column 1: the file is empty; export it again"},
		{"a login page", "\n<!DOCTYPE html><html>", "f.json: line 1, column 1: this is a web page or XML, not JSON; it may be a login page, so check the credentials and export again"},
		{"UTF-16", "\xFF\xFE{\x00}\x00", "f.json: line 1, column 1: the file is in UTF-16; save it as UTF-8"},
		{"UTF-16 without a mark", "{\x00}\x00", "f.json: line 1, column 1: this is a binary file, not JSON"},
		{"a gzip file", "\x1F\x8B\x08", "f.json: line 1, column 1: the file is compressed; unpack it first"},
		{"a zip file", "PK\x03\x04", "f.json: line 1, column 1: the file is compressed; unpack it first"},
		{"a key that stands twice", "{\"a\": 1,\n \"é\": 2, \"a\": 3}", `f.json: line 2, column 10: the key "a" stands twice in one object, so it is not clear which one counts`},
		{"a key that stands twice, once escaped", `{"a":1,"\u0061":2}`, `f.json: line 1, column 8: the key "a" stands twice in one object, so it is not clear which one counts`},
		{"a text that was cut off", "{\n\"a\": [1,", "f.json: line 2, column 9: the file ends in the middle of a value; it was cut off"},
		{"a trailing comma", "[1,]", `f.json: line 1, column 3: invalid character ',' at start of value`},
		{"NaN", `{"a": NaN}`, `f.json: line 1, column 7: invalid character 'N' at start of value`},
		{"a leading zero", `[01]`, `f.json: line 1, column 3: invalid character '1' after array element (expecting ',' or ']')`},
		{"a comment", "{} // done", "f.json: line 1, column 4: there is something after the end of the document"},
		{"two objects on one line", `{} {}`, "f.json: line 1, column 4: there is something after the end of the document"},
		{"two lists", "[]\n[]", "f.json: line 2, column 1: there is something after the end of the document"},
		{"an object and a number", "{}\n1", "f.json: line 2, column 1: there is something after the end of the document"},
		{"a place that counts characters, not bytes", `{"äöü": x}`, `f.json: line 1, column 9: invalid character 'x' at start of value`},
		{"a byte order mark, which is no character", "\uFEFF[x]", `f.json: line 1, column 2: invalid character 'x' at start of value`},
		{"too many levels", deep, "f.json: line 1, column 201: objects and lists are nested more than 200 deep"},
		{"a hundred thousand levels", strings.Repeat("[", 100_000), "f.json: line 1, column 201: objects and lists are nested more than 200 deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("f.json", []byte(tt.in))
			require.EqualError(t, err, tt.want)
			var syntax *SyntaxError
			assert.ErrorAs(t, err, &syntax)
		})
	}
}

func TestParseAccepts(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"every type", ` {"n":null,"b":[true,false],"i":360001,"f":1.50e3,"s":"x","m":{}} `, `{"n":null,"b":[true,false],"i":360001,"f":1.50e3,"s":"x","m":{}}`},
		{"a byte order mark", "\uFEFF{}", `{}`},
		{"a scalar", "7", "7"},
		{"JSON Lines", "{\"a\":1}\n{\"a\":2}\n\n", `[{"a":1},{"a":2}]`},
		{"JSON Lines with carriage returns", "{\"a\":1}\r\n{\"a\":2}\r\n", `[{"a":1},{"a":2}]`},
		{"indented objects one after the other", "{\n\"a\":1\n}\n{\n\"a\":2\n}", `[{"a":1},{"a":2}]`},
		{"escapes", `["\"\\\/\b\f\n\r\té€\ud83d\ude00"]`, "[\"\\\"\\\\/\\b\\f\\n\\r\\té€😀\"]"},
		{"half a surrogate pair, as a cut emoji leaves it", `["\ud83d", "\ude00\ud83dx"]`, "[\"\uFFFD\",\"\uFFFD\uFFFDx\"]"},
		{"bytes that are not UTF-8", "[\"caf\xE9\"]", "[\"caf\uFFFD\"]"},
		{"as many levels as allowed", strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Parse("f.json", []byte(tt.in))
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(v.AppendJSON(nil)))
		})
	}
}

func TestPlacesPointIntoEscapedStrings(t *testing.T) {
	in := "{\n  \"subject\": \"Gr\\u00fc\\u00dfe \\ud83d\\ude00 \\\"{{ticket.title}}\\\"\"\n}"
	v, err := Parse("triggers.json", []byte(in))
	require.NoError(t, err)

	subject := v.Get("subject")
	assert.Equal(t, "triggers.json:2:14", subject.Pos().String())
	assert.Equal(t, "triggers.json:2:3", v.Members()[0].At.Pos().String())

	at := strings.Index(subject.Text().String(), "{{")
	pos := subject.Text().PosAt(at)
	line := strings.Split(in, "\n")[pos.Line-1]
	assert.Equal(t, "{{ticket.title}}", line[pos.Column-1:][:len("{{ticket.title}}")])

	end := subject.Text().PosAt(subject.Text().Len())
	assert.Equal(t, `"`, line[end.Column-1:], "the end is the closing quote")
}

// The oracle is encoding/json: the same documents, the same values. It differs
// only where this reader is documented to: keys that stand twice, depth, JSON
// Lines, and the byte order mark.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"triggers":[{"id":1,"title":"a\u00e9\ud83d\ude00\ud83d"}]}`, "{}\n{}", "[1,2.5e3,-0]", "\uFEFF[]", "[\"\xff\xc3\xa9\xc3\"]",
		`{"a":{"b":[null,true,"\n\t\"\\"]}}`, `"\u0041\udc00"`, "{}x", "\xff\xfe", `{"a":1,"a":2}`, "<html>", "1 2", "[\"\xf0\x9f\x98\"]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Parse("f", data)
		text := bytes.TrimPrefix(data, []byte("\uFEFF"))
		if err != nil {
			syntax, ok := errors.AsType[*SyntaxError](err)
			require.True(t, ok)
			assert.Positive(t, syntax.Line)
			strict := strings.Contains(err.Error(), "stands twice") || strings.Contains(err.Error(), "nested more than")
			assert.True(t, strict || !json.Valid(text), "refused valid JSON: %v", err)
			return
		}
		assert.Equal(t, oracle(t, text), plain(t, v))
		checkPlaces(t, text, v)
	})
}

// oracle reads text with encoding/json, several objects as a list.
func oracle(t *testing.T, text []byte) any {
	t.Helper()
	var all []any
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		dec.UseNumber()
		var one any
		err := dec.Decode(&one)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		all = append(all, one)
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func plain(t *testing.T, v tenant.Value) any {
	t.Helper()
	switch v.Type() {
	case tenant.Boolean:
		b, _ := v.Bool().Get()
		return b
	case tenant.Number:
		return json.Number(v.AppendJSON(nil))
	case tenant.String:
		return v.Text().String()
	case tenant.List:
		out := []any{}
		for _, item := range v.Items() {
			out = append(out, plain(t, item))
		}
		return out
	case tenant.Map:
		out := map[string]any{}
		for _, m := range v.Members() {
			out[m.Key] = plain(t, m.Value)
		}
		return out
	case tenant.Null:
	case tenant.Missing, tenant.Unknowable:
		t.Errorf("JSON cannot hold type %d", v.Type())
	}
	return nil
}

// checkPlaces demands that each decoded byte has the place of the byte it was,
// or of the escape or the broken byte that it came out of.
func checkPlaces(t *testing.T, data []byte, v tenant.Value) {
	t.Helper()
	doc := &tenant.Document{Name: "f", Data: data}
	for _, text := range v.Strings() {
		if text.Len() > 200 {
			continue
		}
		start := offsetOf(data, text.PosAt(-1)) - 1
		require.Equal(t, byte('"'), data[start])
		for i := range text.Len() {
			off := rawOffset(data, start, i, escapedString)
			assert.Equal(t, doc.Pos(off), text.PosAt(i), "both styles agree")
			switch {
			case data[off] == '\\':
				assert.Contains(t, unescape(data[off:]), string(text.String()[i:][:1]))
			case data[off] != text.String()[i]:
				r, n := utf8.DecodeRune(data[off:])
				assert.True(t, r == utf8.RuneError && n == 1, "byte %d of %q", i, text.String())
			}
		}
		assert.Equal(t, byte('"'), data[rawOffset(data, start, text.Len(), escapedString)])
	}
}

// unescape decodes the escape at the beginning of b with encoding/json.
func unescape(b []byte) string {
	for _, n := range []int{12, 6, 2} {
		var s string
		if len(b) >= n && json.Unmarshal([]byte(`"`+string(b[:n])+`"`), &s) == nil && (n == 2 || utf8.RuneCountInString(s) == 1) {
			return s
		}
	}
	return ""
}

func offsetOf(data []byte, p tenant.Pos) int {
	off := 0
	for range p.Line - 1 {
		off += bytes.IndexByte(data[off:], '\n') + 1
	}
	for range p.Column - 1 {
		_, n := utf8.DecodeRune(data[off:])
		off += n
	}
	return off
}
