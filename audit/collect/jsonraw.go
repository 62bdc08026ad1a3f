package collect

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// rawOffset finds, in JSON text, the byte that became the decoded'th byte of
// the string literal at start. A byte that came out of an escape has the place
// of its backslash; the end of the string is its closing quote.
func rawOffset(data []byte, start, decoded int, style uint8) int {
	at := start + 1 // behind the opening quote
	if style == plainString {
		return min(at+decoded, len(data))
	}
	for at < len(data) && data[at] != '"' {
		raw, text := stringStep(data[at:])
		if decoded < text {
			if raw == text {
				return at + decoded // inside a character that stands as it is
			}
			return at
		}
		at += raw
		decoded -= text
	}
	return min(at, len(data))
}

// stringStep measures the first character of the inside of a JSON string: its
// bytes in the file, and those of the decoded text.
func stringStep(b []byte) (raw, text int) {
	if b[0] == '\\' {
		return escapeStep(b)
	}
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError && n == 1 {
		return 1, utf8.RuneLen(utf8.RuneError)
	}
	return n, n
}

func escapeStep(b []byte) (raw, text int) {
	first, ok := escapedUnit(b)
	if !ok {
		return min(2, len(b)), 1 // \n and the like
	}
	if !utf16.IsSurrogate(first) {
		return 6, utf8.RuneLen(first)
	}
	if second, ok := escapedUnit(b[6:]); ok {
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return 12, utf8.RuneLen(r)
		}
	}
	return 6, utf8.RuneLen(utf8.RuneError)
}

// escapedUnit reads the UTF-16 unit of an escape such as \u00e9.
func escapedUnit(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(n), err == nil
}
