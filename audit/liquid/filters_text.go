package liquid

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/zdaudit/zdaudit/audit/taint"
)

// charwise makes a filter of a function that works on each part of a text by
// itself. For text that is known this is what the reference engine prints; for
// the rest it is what such text may look like.
func charwise(f func(string) string) runFilter {
	return func(m *machine, in value, _ *filterCall) value {
		p := m.text(in)
		b := builder{m: m, marks: p.marks, opaque: p.opaque}
		if !m.spend(len(p.s)) {
			return opaqueText(p.spans, p.marks)
		}
		b.addOwn(f(p.s))
		for _, s := range p.spans {
			s.Text = f(s.Text)
			b.addSpan(s)
		}
		return b.piece().value()
	}
}

// text prints what goes into a filter for text. A list comes out of such a
// filter as the engine would show it to a programmer, which is not followed.
func (m *machine) text(v value) piece {
	return m.piece(v).maybe(v.kind == kindList)
}

func lower(s string) string { return strings.ToLower(s) }
func upper(s string) string { return strings.ToUpper(s) }

var htmlEscaper = strings.NewReplacer("&", "&amp;", ">", "&gt;", "<", "&lt;", `"`, "&quot;", "'", "&#39;")

func escapeHTML(s string) string { return htmlEscaper.Replace(s) }

var entity = regexp.MustCompile(`&(?:[a-zA-Z]+|#\d+);|["'<>&]`)

func escapeOnce(s string) string {
	return entity.ReplaceAllStringFunc(s, func(e string) string {
		if len(e) > 1 {
			return e
		}
		return escapeHTML(e)
	})
}

func newlineToBr(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "<br />\n")
}

func stripNewlines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", ""), "\n", "")
}

var (
	htmlBlocks = regexp.MustCompile(`(?s)<script.*?</script>|<!--.*?-->|<style.*?</style>`)
	htmlTags   = regexp.MustCompile(`(?s)<.*?>`)
)

func stripHTML(s string) string {
	return htmlTags.ReplaceAllString(htmlBlocks.ReplaceAllString(s, ""), "")
}

func urlEncode(s string) string { return url.QueryEscape(s) }

func urlDecode(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

func base64Encode(s string) string    { return base64.StdEncoding.EncodeToString([]byte(s)) }
func base64URLEncode(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }
func base64Decode(s string) string    { return decoded(base64.StdEncoding, s) }
func base64URLDecode(s string) string { return decoded(base64.URLEncoding, s) }

func decoded(e *base64.Encoding, s string) string {
	if out, err := e.DecodeString(s); err == nil {
		return string(out)
	}
	return s
}

func capitalized(m *machine, in value, _ *filterCall) value {
	first := true
	return charwise(func(s string) string {
		if s == "" || !first {
			return strings.ToLower(s)
		}
		first = false
		_, n := utf8.DecodeRuneInString(s)
		return strings.ToUpper(s[:n]) + strings.ToLower(s[n:])
	})(m, in, nil)
}

const blanks = " \t\r\n\v\f\x00"

func stripped(left, right bool) runFilter {
	trim := func(s string, first, last bool) string {
		if left && first {
			s = strings.TrimLeft(s, blanks)
		}
		if right && last {
			s = strings.TrimRight(s, blanks)
		}
		return s
	}
	return func(m *machine, in value, _ *filterCall) value {
		p := m.text(in)
		b := builder{m: m, marks: p.marks, opaque: p.opaque}
		b.addOwn(trim(p.s, true, true))
		for i, s := range p.spans {
			s.Text = trim(s.Text, i == 0, i == len(p.spans)-1)
			b.addSpan(s)
		}
		return b.piece().value()
	}
}

func appended(m *machine, in value, c *filterCall) value {
	return m.concat(m.text(in), m.arg(c, 0, ""))
}

func prepended(m *machine, in value, c *filterCall) value {
	return m.concat(m.arg(c, 0, ""), m.text(in))
}

func (m *machine) concat(parts ...piece) value {
	b := builder{m: m}
	for _, p := range parts {
		b.add(p)
	}
	return b.piece().value()
}

// replaced makes replace and remove: n is -1 for every occurrence, 1 for the
// first, and 0 for the last.
func replaced(n int, remove bool) runFilter {
	return func(m *machine, in value, c *filterCall) value {
		p, old, with := m.text(in), m.arg(c, 0, ""), piece{}
		if !remove {
			with = m.arg(c, 1, "")
		}
		b := builder{m: m, marks: p.marks, opaque: p.opaque || old.opaque}
		found := false
		spans := p.asSpans()
		if len(spans) == 0 && !p.opaque {
			spans = []taint.Span{{}} // nothing can be found in an empty text
		}
		for _, s := range spans {
			parts := []string{s.Text}
			if !old.opaque {
				parts = m.cutAt(s.Text, old.s, n, found)
			}
			for i, part := range parts {
				if i > 0 {
					found = true
					b.add(with)
				}
				s.Text = part
				b.addSpan(s)
			}
		}
		// Where it is not known what stands there, it may stand there.
		if !found && (p.opaque || old.opaque) {
			b.marks = both(b.marks, with.marks)
			for _, s := range with.spans {
				if s.From != "" {
					b.addSpan(s)
				}
			}
		}
		return b.piece().value()
	}
}

// cutAt cuts a text at what is to be replaced.
func (m *machine) cutAt(s, old string, n int, found bool) []string {
	if n == 1 && found || !m.spend(len(s)) {
		return []string{s}
	}
	switch n {
	case 1:
		if old == "" {
			return []string{"", s}
		}
		return strings.SplitN(s, old, 2)
	case 0:
		if i := strings.LastIndex(s, old); i >= 0 {
			return []string{s[:i], s[i+len(old):]}
		}
		return []string{s}
	}
	if old == "" {
		// The reference engine finds nothing between every two characters.
		return append(append([]string{""}, strings.Split(s, "")...), "")
	}
	return strings.Split(s, old)
}

func truncated(m *machine, in value, c *filterCall) value {
	p := m.text(in)
	if p.null {
		return p.value()
	}
	n, known := m.argInt(c, 0, 50)
	tail := m.arg(c, 1, "...")
	keep := max(0, n-m.length(tail))
	if !known || tail.opaque && n > 0 {
		p = p.maybe(true)
		keep = m.length(p)
	}
	if m.length(p) <= n && known && !p.opaque {
		return p.value()
	}
	if known && n <= 0 {
		// Nothing is short enough to be left alone.
		if !p.opaque && p.s == "" && n == 0 {
			return p.value()
		}
		return tail.maybe(p.opaque).value()
	}
	b := builder{m: m, marks: both(p.marks, tail.marks), opaque: p.opaque || tail.opaque}
	for _, s := range cutSpans(p.asSpans(), 0, keep) {
		b.addSpan(s)
	}
	if m.length(p) > n || tail.marks.tainted() {
		b.add(tail)
	}
	return b.piece().value()
}

func truncatedWords(m *machine, in value, c *filterCall) value {
	p := m.text(in)
	n, known := m.argInt(c, 0, 15)
	tail := m.arg(c, 1, "...")
	if p.opaque || !known {
		p = p.maybe(true)
		b := builder{m: m}
		b.add(p)
		if tail.marks.tainted() {
			b.add(tail)
		}
		return b.piece().value()
	}
	words := strings.Fields(p.s)
	n = max(n, 1)
	if int64(len(words)) <= n {
		return p.value()
	}
	return m.concat(piece{s: strings.Join(words[:n], " "), marks: p.marks}, tail)
}

func sliced(m *machine, in value, c *filterCall) value {
	from, known := m.argInt(c, 0, 0)
	n, alsoKnown := m.argInt(c, 1, 1)
	if alsoKnown && n <= 0 {
		return knownText("")
	}
	switch {
	case in.kind == kindRef:
		return in
	case in.kind == kindList:
		if in.opaque || !known || !alsoKnown {
			return anyOf(m.elementOf(in))
		}
		lo, hi := window(from, n, int64(len(in.list)))
		in.list = in.list[lo:hi]
		return in
	}
	p := m.text(in)
	lo, hi := window(from, n, m.length(p))
	if !known || !alsoKnown || p.opaque && from < 0 {
		p = p.maybe(true)
		lo, hi = 0, m.length(p)
	}
	b := builder{m: m, marks: p.marks, opaque: p.opaque}
	for _, s := range cutSpans(p.asSpans(), lo, hi) {
		b.addSpan(s)
	}
	return b.piece().value()
}

// window gives the ends of n things from an index on, which counts from the
// end where it is negative.
func window(from, n, length int64) (lo, hi int64) {
	if from < 0 {
		from += length
	}
	if from < 0 || from > length {
		return 0, 0
	}
	return from, from + min(n, length-from)
}

// cutSpans keeps the characters from lo up to hi. Words of an outsider that
// would be gone are kept as an empty span: theirs may be longer than ours.
func cutSpans(spans []taint.Span, lo, hi int64) []taint.Span {
	var out []taint.Span
	var lost *taint.Span
	left := false
	at := int64(0)
	for i, s := range spans {
		n := int64(utf8.RuneCountInString(s.Text))
		text := cutRunes(s.Text, lo-at, hi-at, n)
		at += n
		if s.From != "" && lost == nil {
			lost = &spans[i]
		}
		if text == "" {
			continue
		}
		left = left || s.From != ""
		s.Text = text
		out = append(out, s)
	}
	if lost != nil && !left {
		out = append(out, taint.Span{From: lost.From, At: lost.At})
	}
	return out
}

func cutRunes(s string, lo, hi, n int64) string {
	lo, hi = max(0, min(lo, n)), max(0, min(hi, n))
	if lo >= hi {
		return ""
	}
	if lo == 0 && hi == n {
		return s
	}
	start, end, i := len(s), len(s), int64(0)
	for off := range s {
		if i == lo {
			start = off
		}
		if i == hi {
			end = off
			break
		}
		i++
	}
	return s[start:end]
}

// dated formats a date. Text that is no date is printed as it stands.
func dated(m *machine, in value, c *filterCall) value {
	format := m.arg(c, 0, "")
	if !format.opaque && format.s == "" || in.kind == kindNil {
		return in
	}
	if in.kind != kindRef && in.kind != kindList && in.kind != kindRange {
		in = m.text(in).maybe(true).value()
	}
	if !format.marks.tainted() {
		return in
	}
	return m.union(format.maybe(true).value(), in)
}

func defaulted(m *machine, in value, c *filterCall) value {
	without := value{kind: kindText}
	switch {
	case len(c.args) > 0:
		without = m.eval(&c.args[0]).through(false)
	case len(c.named) > 0:
		without = m.arg(c, 0, "").value()
	}
	if len(c.named) == 0 {
		switch {
		case in.kind == kindNil, in.kind == kindBool && !in.opaque && !in.b,
			in.kind == kindText && !in.opaque && in.s == "",
			in.kind == kindList && !in.opaque && len(in.list) == 0:
			return without
		case in.kind == kindText && !in.opaque, in.kind == kindNumber && !in.opaque,
			in.kind == kindList && !in.opaque, in.kind == kindRange:
			return in
		case in.kind == kindRef && m.isNil(in):
			return without
		}
	}
	return m.union(in, without)
}
