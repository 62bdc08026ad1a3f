package tenant

// A Text is a string that knows the place of each of its bytes, also where the
// source wrote it with escapes or over several lines. The zero Text was never
// read, which is not the same as an empty one.
type Text struct {
	s     string
	doc   *Document
	start int
	style uint8
	known bool
}

// NewText makes a Text of decoded text whose literal begins at offset start of
// doc. style is handed to doc.Raw.
func NewText(s string, doc *Document, start int, style uint8) Text {
	return Text{s: s, doc: doc, start: start, style: style, known: true}
}

// Plain makes a Text without a place.
func Plain(s string) Text { return Text{s: s, known: true} }

// String gives the text, empty where it was not read.
func (t Text) String() string { return t.s }

// Known says whether the text was read.
func (t Text) Known() bool { return t.known }

// Len is the number of bytes of the decoded text.
func (t Text) Len() int { return len(t.s) }

// PosAt gives the place of the i'th byte of the decoded text. For a text whose
// place nobody knows it gives the zero Pos.
func (t Text) PosAt(i int) Pos {
	if t.doc == nil {
		return Pos{}
	}
	i = max(0, min(i, len(t.s)))
	if t.doc.Raw == nil {
		return t.doc.Pos(t.start + i)
	}
	return t.doc.Pos(t.doc.Raw(t.doc.Data, t.start, i, t.style))
}
