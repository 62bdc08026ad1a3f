package collect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	const text = "hunter2-hunter2"
	s := NewSecret(text)
	cred := APIToken("jo@example.com", text)
	type holder struct {
		inner Secret
		Outer Secret
		more  map[string]Secret
	}
	values := []any{
		s, &s,
		[]Secret{s},
		map[string]any{"a": s},
		holder{s, s, map[string]Secret{"k": s}},
		&holder{inner: s},
		cred, &cred, OAuthToken(text), OAuthClient("id", text, ""), &accessToken{secret: s},
		&authority{cred: cred}, &API{cred: cred, opts: APIOptions{Credential: cred}},
	}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			assert.NotContains(t, fmt.Sprintf(verb, v), text, "%T with %s", v, verb)
			assert.NotContains(t, fmt.Sprintf(verb, v), fmt.Sprintf("%x", text), "%T with %s", v, verb)
		}
		if data, err := json.Marshal(v); err == nil {
			assert.NotContains(t, string(data), text)
		}
		for _, h := range []func(*bytes.Buffer) slog.Handler{
			func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var out bytes.Buffer
			slog.New(h(&out)).Info("x", "v", v)
			assert.NotContains(t, out.String(), text)
		}
	}
	data, err := json.Marshal(map[string]any{"token": s})
	require.NoError(t, err)
	assert.JSONEq(t, `{"token":"REDACTED"}`, string(data))
	assert.Equal(t, text, s.Reveal())
	assert.True(t, Secret{}.Empty())
}
