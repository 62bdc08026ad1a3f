package audit_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
)

// counting is a rule that passes and says what its parameter "minutes" is.
func counting(id string, aliases ...string) audit.Rule {
	r := check(audit.Verdict{})
	r.ID, r.Aliases = id, aliases
	minutes := audit.Param{Name: "minutes", Default: 480, Min: 5, Max: 1000, Unit: "minutes", What: "the longest session"}
	r.Params = []audit.Param{
		minutes,
		{Name: "days", Default: 90, Min: 1, Max: 365, Unit: "days", What: "the longest absence"},
	}
	r.Check = func(f *audit.Facts) audit.Verdict { return audit.Passed(strconv.FormatInt(f.Param(minutes), 10)) }
	return r
}

func TestARuleIsGivenItsOwnParameters(t *testing.T) {
	const head = "schema: zdaudit.config/1\nparameters:\n"
	for _, tt := range []struct {
		name, text  string
		first, then string
	}{
		{"where nothing is set the default counts", "  {}\n", "480", "480"},
		{"what is set counts for its rule alone", "  ZD-TST-01: {minutes: 60}\n", "60", "480"},
		{"a former id counts", "  ZD-TST-00: {minutes: 60}\n", "60", "480"},
		{"another parameter of the rule is another", "  ZD-TST-01: {days: 60}\n  ZD-TST-02: {minutes: 7}\n", "480", "7"},
		{"what is out of range does not count", "  ZD-TST-01: {minutes: 4}\n  ZD-TST-02: {minutes: 1001}\n", "480", "480"},
		{"no rule's parameters", "", "480", "480"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config, err := audit.ParseConfig("zdaudit.yaml", []byte(head+tt.text))
			require.NoError(t, err)
			rules := []audit.Rule{counting("ZD-TST-01", "ZD-TST-00"), counting("ZD-TST-02")}
			r := audit.Run(context.Background(), snapshot(read), rules, audit.Options{Now: now, Config: config})
			assert.Equal(t, tt.first, r.Outcomes[0].Reason)
			assert.Equal(t, tt.then, r.Outcomes[1].Reason)
		})
	}
}

func TestParametersAreHeldAgainstTheRules(t *testing.T) {
	const head = "schema: zdaudit.config/1\nparameters:\n"
	plain := check(audit.Passed(""))
	plain.ID = "ZD-TST-09"
	rules := []audit.Rule{counting("ZD-TST-01", "ZD-TST-00"), plain}
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"the limits themselves are allowed", "  ZD-TST-01: {minutes: 5, days: 365}\n", nil},
		{"a former id is allowed", "  ZD-TST-00: {minutes: 5}\n", nil},
		{"a rule that there is not", "  ZD-TST-07: {minutes: 5}\n", []string{"3:3: there is no rule ZD-TST-07"}},
		{"a name that the rule does not have", "  ZD-TST-01: {minutes: 5, minute: 5}\n", []string{`3:27: rule ZD-TST-01 has no parameter "minute"; it has days, minutes`}},
		{"a rule without parameters", "  ZD-TST-09: {minutes: 5}\n", []string{"3:15: rule ZD-TST-09 takes no parameters"}},
		{"too little and too much", "  ZD-TST-01: {minutes: 4, days: 366}\n", []string{"3:24: minutes is from 5 to 1000 minutes, not 4", "3:33: days is from 1 to 365 days, not 366"}},
		{"twice", "  ZD-TST-01: {minutes: 5, minutes: 6}\n", []string{"3:27: minutes of rule ZD-TST-01 is given twice"}},
		{"twice, once under a former id", "  ZD-TST-01: {minutes: 5}\n  ZD-TST-00: {minutes: 6}\n", []string{"4:15: minutes of rule ZD-TST-01 is given twice"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config, err := audit.ParseConfig("zdaudit.yaml", []byte(head+tt.text))
			require.NoError(t, err)
			err = config.CheckParameters(rules)
			if tt.want == nil {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			lines := strings.Split(err.Error(), "\n")
			require.Len(t, lines, len(tt.want), "%s", err)
			for i, want := range tt.want {
				assert.Equal(t, "zdaudit.yaml:"+want, lines[i])
			}
			var first *audit.ConfigError
			require.ErrorAs(t, err, &first)
			assert.Equal(t, "zdaudit.yaml", first.At.File)
		})
	}
}
