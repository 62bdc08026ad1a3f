package liquid_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/liquid"
)

var update = flag.Bool("update", false, "write what the fixtures give into them")

// TestFixtures renders each fixture's template under its env. The comment on
// top says what it shows; "want" is the message with an outsider's words
// marked, "sources" says where they come from.
func TestFixtures(t *testing.T) {
	paths, err := filepath.Glob("../../fixtures/liquid/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	tainted, clean := 0, 0
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			require.NoError(t, err)
			section := map[string]string{}
			for _, f := range ar.Files {
				section[f.Name] = string(f.Data)
			}
			require.Contains(t, section, "template")
			require.NotEmpty(t, strings.TrimSpace(string(ar.Comment)), "a fixture says what it shows")
			out := liquid.Render(liquid.Parse(textOf("template", section["template"])), envOf(section["env"]), liquid.DefaultLimits())
			if len(out.Sources)+len(out.Review) > 0 {
				tainted++
			} else {
				clean++
			}
			got := map[string]string{"want": out.Text.Marked(), "sources": report(out)}
			if *update {
				for i, f := range ar.Files {
					if text, ok := got[f.Name]; ok {
						ar.Files[i].Data = []byte(text)
					}
				}
				require.NoError(t, os.WriteFile(path, txtar.Format(ar), 0o600))
				return
			}
			assert.Equal(t, section["want"], withNewline(got["want"]))
			assert.Equal(t, section["sources"], got["sources"])
		})
	}
	assert.NotZero(t, tainted)
	assert.NotZero(t, clean, "some fixtures have to be quiet")
}

func withNewline(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}

// report writes everything an output says besides its text, one line each.
func report(out liquid.Output) string {
	var b strings.Builder
	for _, s := range out.Sources {
		fmt.Fprintf(&b, "%s: %s", s.At, s.From)
		if s.Dynamic != "" {
			fmt.Fprintf(&b, " in dynamic content %q", s.Dynamic)
		}
		if s.Logic {
			b.WriteString(" through logic")
		}
		if s.Shortened {
			b.WriteString(" shortened")
		}
		b.WriteByte('\n')
	}
	for _, name := range out.Suppressed {
		fmt.Fprintf(&b, "suppressed: %s\n", name)
	}
	for _, name := range out.Choices {
		fmt.Fprintf(&b, "choice: %s\n", name)
	}
	for _, p := range out.Review {
		fmt.Fprintf(&b, "%s: review: %s\n", p.At, p.Message)
	}
	return b.String()
}
