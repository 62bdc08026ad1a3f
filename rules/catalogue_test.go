package rules_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/report"
	"github.com/zdaudit/zdaudit/rules"
)

// TestCatalogueIsTrue compares README.md with what the rules say of themselves
// and with what they say about their own fixtures. -update writes it.
func TestCatalogueIsTrue(t *testing.T) {
	examples := map[string]report.Example{}
	for _, r := range rules.All() {
		path := filepath.Join("..", "fixtures", "rules", r.ID, "fires.txtar")
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, f := range txtar.Parse(data).Files {
			if f.Name == "want" {
				examples[r.ID] = report.Example{
					Source: "fixtures/rules/" + r.ID + "/fires.txtar",
					Output: firstFinding(string(f.Data)),
				}
			}
		}
	}
	var page bytes.Buffer
	require.NoError(t, report.WriteCatalogue(&page, rules.All(), examples))
	if *update {
		require.NoError(t, os.WriteFile("README.md", page.Bytes(), 0o600))
	}
	have, err := os.ReadFile("README.md")
	require.NoError(t, err, "run make docs")
	assert.Equal(t, page.String(), string(have), "rules/README.md is out of date: run make docs")
}

// firstFinding takes the first finding with its evidence out of what a fixture
// wants. The line before it is the outcome.
func firstFinding(want string) string {
	_, want, _ = strings.Cut(want, "\n")
	var out []string
	for i, line := range strings.Split(want, "\n") {
		if i > 0 && !strings.HasPrefix(line, "\t") {
			break
		}
		out = append(out, strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(out, "\n")
}
