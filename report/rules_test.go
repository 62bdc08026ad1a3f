package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/report"
)

func someRules() []audit.Rule {
	return []audit.Rule{relayRule(), settingRule(), plainRule("ZD-OPS-01", "Nobody looks", 0)}
}

func TestRulesGolden(t *testing.T) {
	for name, opts := range map[string]report.Options{
		"rules-80.txt":       {Width: 80, Unicode: true},
		"rules-60-ascii.txt": {Width: 60},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, report.WriteRules(&b, someRules(), opts))
			golden(t, name, b.Bytes())
		})
	}
	for name, opts := range map[string]report.Options{
		"rule-80.txt":        {Width: 80, Unicode: true},
		"rule-160-color.txt": {Width: 160, Unicode: true, Color: true},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, report.WriteRule(&b, relayRule(), opts))
			golden(t, name, b.Bytes())
		})
	}
}

func TestRulesKeepTheContract(t *testing.T) {
	doc := decoded(t, func(b *bytes.Buffer) error { return report.WriteRulesJSON(b, someRules()) })
	keys(t, doc, "schema", "rules")
	assert.Equal(t, "zdaudit.rules/1", doc["schema"])
	rule := keys(t, at(t, doc["rules"], 0), "id", "title", "family", "severity", "score", "since", "needs", "why", "remediation",
		"references", "frameworks")
	assert.Equal(t, "TRG", rule["family"])
	assert.Equal(t, []any{"triggers"}, rule["needs"])
	keys(t, rule["remediation"], "summary", "steps")
	assert.Equal(t, map[string]any{}, at(t, doc["rules"], 2).(map[string]any)["frameworks"])
}

func TestNoRules(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.WriteRules(&b, nil, report.Options{}))
	assert.Equal(t, "0 rules. `zdaudit rules ID` explains one.\n", b.String())
}
