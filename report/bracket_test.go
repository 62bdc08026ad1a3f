package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/report"
)

func TestTheTableSaysWhatUnknownSwitchesWouldMakeOfIt(t *testing.T) {
	settle := []audit.Settling{
		{Key: "intake.anybody_can_submit", IfYes: 2, Of: 4},
		{Key: "intake.require_auth_requests_uploads", IfYes: 1, IfNo: 1, Of: 4},
	}
	for _, tt := range []struct {
		name     string
		brackets *audit.Brackets
		want     string
	}{
		{
			"some are exposed", &audit.Brackets{Total: 8, Exposed: 2, Settle: settle},
			"Exposed in 2 of 8 combinations of what is not known; attesting “Anybody can submit tickets” leaves 2 of 4 if it is on, none if it is off.",
		},
		{"none is", &audit.Brackets{Total: 4}, "In none of the 4 combinations of what is not known"},
		{"all are", &audit.Brackets{Total: 2, Exposed: 2}, "In all of the 2 combinations of what is not known"},
		{"nothing was worked out", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &audit.Report{Subdomain: "acme", Brackets: tt.brackets}
			w, err := report.New("table", report.Options{Width: 160, Unicode: true})
			require.NoError(t, err)
			var out bytes.Buffer
			require.NoError(t, w.Write(&out, r))
			said := strings.Join(strings.Fields(out.String()), " ")
			if tt.want == "" {
				assert.NotContains(t, said, "combinations")
				return
			}
			assert.Contains(t, said, tt.want)
		})
	}
}
