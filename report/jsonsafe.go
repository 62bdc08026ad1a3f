package report

import (
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// writeJSON writes v with two spaces of indentation and a line feed at the end.
// The output is plain JSON, and printing it in a terminal does nothing: what
// Clean would remove is written as \uXXXX.
func writeJSON(w io.Writer, v any) error {
	doc, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return escapeHidden(w, append(doc, '\n'))
}

// escapeHidden writes doc with characters that a terminal acts on or does not
// show escaped. In JSON they can only stand inside strings.
func escapeHidden(w io.Writer, doc []byte) error {
	from := 0 // what stands before it is written
	for at := 0; at < len(doc); {
		if doc[at] < 0x7f {
			at++
			continue
		}
		r, size := utf8.DecodeRune(doc[at:])
		if hidden(r) {
			if _, err := w.Write(append(doc[from:at:at], escaped(r)...)); err != nil {
				return err
			}
			from = at + size
		}
		at += size
	}
	_, err := w.Write(doc[from:])
	return err
}

// escaped writes a character as JSON does that has no other way.
func escaped(r rune) string {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

func hidden(r rune) bool {
	keep, _ := safeRune(r)
	return keep != r && !unicode.Is(unicode.Zs, r)
}
