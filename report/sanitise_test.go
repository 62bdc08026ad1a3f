package report_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/report"
)

// bad lists, apart from the implementation, what must not reach a terminal.
func bad(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f: // C0, DEL, C1
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C: // bidi
	case r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF, r == 0x00AD: // zero-width
	case r == 0x2028, r == 0x2029:
	case r >= 0xE0000 && r <= 0xE0FFF: // tags and variation selectors
	default:
		return false
	}
	return true
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain text stays", "Grüße, 世界 👍", "Grüße, 世界 👍"},
		{"a window title is one sign", "a\x1b]0;owned\x07b", "a�b"},
		{"a window title that ends in ST", "a\x1b]0;owned\x1b\\b", "a�b"},
		{"a hyperlink leaves its words", "\x1b]8;;https://x.example\x1b\\click\x1b]8;;\x1b\\", "�click�"},
		{"an unfinished sequence hides nothing", "a\x1b]0;and so on", "a�]0;and so on"},
		{"a colour", "\x1b[1;31mred\x1b[0m", "�red�"},
		{"an unfinished colour", "x\x1b[1;", "x�[1;"},
		{"C1 controls count as their escapes", "a\u009b31mb\u009d0;x\u009cc", "a�b�c"},
		{"C1 alone", "a\u0085b\u0090c", "a\nb�c"},
		{"a run of controls is one sign", "a\x00\x01\x7fb", "a�b"},
		{"overrides show", "invoice\u202Egpj.exe", "invoice�gpj.exe"},
		{"marks and zero-width vanish", "a\u200b\u200e\u061c\ufeff\u00ad\u2060b", "ab"},
		{"tags vanish", "a\U000E0041\U000E0042b", "ab"},
		{"line ends are one kind", "a\r\nb\rc\u2028d\u2029e\vf", "a\nb\nc\nd\ne\nf"},
		{"tabs and odd spaces are spaces", "a\tb\u00a0c\u3000d", "a b c d"},
		{"invalid UTF-8", "a\xff\xfeb", "a��b"},
		{"a tower of marks is cut", "e" + strings.Repeat("\u0301", 40), "e" + strings.Repeat("\u0301", 4)},
		{"Arabic number signs are visible", "\u0600", "\u0600"},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, report.Clean(tt.in)) })
	}
}

func TestCleanLine(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"line ends show", "a\n\n  b\r\nc\n", "a ⏎ b ⏎ c"},
		{"exactly as long as may be", strings.Repeat("x", 300), strings.Repeat("x", 300)},
		{"longer is cut", strings.Repeat("é", 310), strings.Repeat("é", 300) + "… (10 more characters)"},
		{"nothing", " \n ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, report.CleanLine(tt.in)) })
	}
}

func TestCleanBlock(t *testing.T) {
	assert.Equal(t, "a\nb", report.CleanBlock("a\r\nb"))
	assert.Equal(t, strings.Repeat("x", 4000)+"… (1 more characters)", report.CleanBlock(strings.Repeat("x", 4001)))
}

// Openers without end must not be searched again and again.
func BenchmarkCleanOpeners(b *testing.B) {
	s := strings.Repeat("\x1b]", 1<<19)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		report.Clean(s)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{evil, "\x1b", "\u009d", "\x1b]\x1b]\x07", "\r", "\x1b[\u202e", "\xc2", "⏎"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, out := range map[string]string{"clean": report.Clean(s), "line": report.CleanLine(s), "block": report.CleanBlock(s)} {
			if !utf8.ValidString(out) {
				t.Fatalf("%s: invalid UTF-8 %q", name, out)
			}
			for _, r := range out {
				newline := r == '\n' && name != "line"
				if (bad(r) && !newline) || unicode.Is(unicode.Cc, r) && !newline {
					t.Fatalf("%s: %U in %q", name, r, out)
				}
			}
		}
		if n := utf8.RuneCountInString(report.CleanBlock(s)); n > 4000+40 {
			t.Fatalf("block of %d", n)
		}
		once := report.Clean(s)
		if again := report.Clean(once); again != once {
			t.Fatalf("not idempotent: %q, then %q", once, again)
		}
	})
}
