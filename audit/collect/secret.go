package collect

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is what every way of printing a Secret gives.
const redacted = "REDACTED"

// A Secret is a password, token or key. However it is printed, logged or
// encoded, also as an unexported field of something else, the result is the
// word REDACTED or an address in memory; only Reveal gives the text. The zero
// Secret is empty.
type Secret struct {
	// A function and not a string: fmt prints unexported fields of a struct
	// without asking their methods, and would print a string.
	reveal func() string
}

// NewSecret makes a Secret of its text.
func NewSecret(text string) Secret { return Secret{reveal: func() string { return text }} }

// Reveal gives the text. Call it where the text is sent, nowhere else.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty says whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String gives REDACTED.
func (Secret) String() string { return redacted }

// GoString gives REDACTED.
func (Secret) GoString() string { return redacted }

// Format writes REDACTED for every verb.
func (Secret) Format(w fmt.State, _ rune) {
	// fmt.State cannot fail in a way that a caller could act on.
	_, _ = io.WriteString(w, redacted)
}

// MarshalJSON gives "REDACTED".
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText gives REDACTED.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue gives REDACTED.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
