package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	lineLimit  = 300  // characters of a title or a name that are shown
	proseLimit = 1200 // characters of a sentence or two that are shown
	blockLimit = 4000 // characters of a message body that are shown
	// sequenceLimit bounds how much text one terminal control sequence may
	// swallow; a longer one is shown as text.
	sequenceLimit = 4096
	// stackLimit is the number of combining marks one letter keeps. Written
	// languages need up to four; dozens paint over the lines around them.
	stackLimit = 4
)

// lineBreak stands where a one-line text had a new line.
const lineBreak = "⏎"

// Clean makes hostile text safe to print. Terminal control sequences, control
// characters and bidirectional overrides each become one U+FFFD, so that it
// shows that something was there; invisible characters are dropped; every kind
// of line end becomes a line feed; invalid UTF-8 becomes U+FFFD. The length is
// not bounded.
func Clean(s string) string {
	out, _ := clean(s, -1)
	return out
}

// CleanLine is Clean for one line: line ends become a visible sign, and what
// is longer than 300 characters is cut with a note of how much is missing.
func CleanLine(s string) string { return oneLine(s, lineLimit) }

// prose is CleanLine for sentences of zdaudit's own, which may quote an account
// and are longer than a title.
func prose(s string) string { return oneLine(s, proseLimit) }

func oneLine(s string, limit int) string {
	out, more := clean(s, limit)
	var parts []string
	for line := range strings.SplitSeq(out, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, " "+lineBreak+" ") + more
}

// CleanBlock is Clean for a body of text: line ends stay, and what is longer
// than 4000 characters is cut with a note of how much is missing.
func CleanBlock(s string) string {
	out, more := clean(s, blockLimit)
	return out + more
}

// clean writes at most limit characters of s; more says how many characters of
// s were left, and is empty where none were. A negative limit is none.
func clean(s string, limit int) (out, more string) {
	var b strings.Builder
	var (
		written int
		stacked int
		marked  bool // the last thing written was the sign for something removed
		strEnd  stringEnd
	)
	for i := 0; i < len(s); {
		if limit >= 0 && written >= limit {
			return b.String(), fmt.Sprintf("… (%d more characters)", utf8.RuneCountInString(s[i:]))
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '\r' && strings.HasPrefix(s[i+size:], "\n") {
			i += size
			continue
		}
		if n := sequence(s, i, &strEnd); n > 0 {
			size, r = n, utf8.RuneError
			if marked {
				i += size
				continue
			}
		}
		i += size
		keep, removed := safeRune(r)
		if keep < 0 || (removed && marked) {
			continue
		}
		if unicode.In(keep, unicode.Mn, unicode.Me) {
			if stacked++; stacked > stackLimit {
				continue
			}
		} else {
			stacked = 0
		}
		b.WriteRune(keep)
		written++
		marked = keep == utf8.RuneError
	}
	return b.String(), ""
}

// safeRune gives what to print for r: itself, a space, a line feed, U+FFFD
// where removed is true, or -1 for nothing at all.
func safeRune(r rune) (keep rune, removed bool) {
	switch {
	case r == '\n', r == '\v', r == '\f', r == '\r', r == 0x85, r == 0x2028, r == 0x2029:
		return '\n', false
	case r == '\t':
		return ' ', false
	case unicode.Is(unicode.Cc, r), overrides(r), unicode.Is(unicode.Noncharacter_Code_Point, r):
		return utf8.RuneError, true
	case invisible(r):
		return -1, false
	case unicode.Is(unicode.Zs, r):
		return ' ', false
	}
	return r, false
}

// overrides says whether r changes the direction of the text after it, which
// can make a line read as something else than it is
// (https://www.unicode.org/reports/tr9/).
func overrides(r rune) bool {
	return (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069)
}

// invisible says whether r has no shape of its own: zero-width characters,
// direction marks, byte order marks, tags, fillers, variation selectors.
func invisible(r rune) bool {
	if unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return false // Arabic and other number signs, which are visible
	}
	return unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Variation_Selector, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// stringEnd remembers where the next string terminator stands, so that a text
// full of openers is searched once.
type stringEnd struct {
	at, after int // after is where the terminator ends; 0 means not looked yet
}

// find gives the offset after the first BEL, ESC \ or ST at or behind i;
// len(s)+1 where there is none.
func (e *stringEnd) find(s string, i int) int {
	if e.after > 0 && e.at >= i {
		return e.after
	}
	for ; i < len(s); i++ {
		switch {
		case s[i] == 0x07:
			e.at, e.after = i, i+1
			return e.after
		case strings.HasPrefix(s[i:], "\x1b\\"), strings.HasPrefix(s[i:], "\u009c"):
			e.at, e.after = i, i+2
			return e.after
		}
	}
	e.at, e.after = len(s), len(s)+1
	return e.after
}

// sequence gives the length of the terminal control sequence at s[i:], 0 where
// there is none (ECMA-48, https://ecma-international.org/publications-and-standards/standards/ecma-48/).
func sequence(s string, i int, end *stringEnd) int {
	start := i
	var kind byte
	switch {
	case s[i] == 0x1b && i+1 < len(s):
		kind = s[i+1]
		i += 2
	case s[i] == 0xc2 && i+1 < len(s) && s[i+1] >= 0x80 && s[i+1] <= 0x9f:
		kind = s[i+1] - 0x40 // the one-character form of ESC and kind
		i += 2
	default:
		return 0
	}
	switch kind {
	case '[':
		for i < len(s) && s[i] >= 0x20 && s[i] <= 0x3f {
			i++
		}
		if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e && i-start < sequenceLimit {
			return i + 1 - start
		}
	case ']', 'P', 'X', '^', '_':
		if after := end.find(s, i); after <= len(s) && after-start <= sequenceLimit {
			return after - start
		}
	default:
		if kind >= 0x30 && kind <= 0x7e && s[start] == 0x1b {
			return 2
		}
	}
	return 0
}
