package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

const goldenDir = "../fixtures/golden/report"

// golden compares output with a file, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(goldenDir, name)
	if *update {
		require.NoError(t, os.MkdirAll(goldenDir, 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the tests with -update")
	assert.Equal(t, string(want), string(got))
}

// A view is one way to write a report.
type view struct {
	name  string
	write func(io.Writer, *audit.Report) error
}

func table(opts report.Options) func(io.Writer, *audit.Report) error {
	return func(w io.Writer, r *audit.Report) error {
		wr, err := report.New("table", opts)
		if err != nil {
			return err
		}
		return wr.Write(w, r)
	}
}

func attacks(opts report.Options) func(io.Writer, *audit.Report) error {
	return func(w io.Writer, r *audit.Report) error { return report.WriteAttacksTable(w, r, opts) }
}

// people are the views for a terminal, with the options they were made from.
func people() map[string]report.Options {
	out := map[string]report.Options{}
	for _, width := range []int{60, 80, 120, 160} {
		out[fmt.Sprintf("%d", width)] = report.Options{Width: width, Unicode: true}
	}
	out["80-color"] = report.Options{Width: 80, Unicode: true, Color: true}
	out["80-ascii"] = report.Options{Width: 80}
	out["80-verbose"] = report.Options{Width: 80, Unicode: true, Verbose: true}
	return out
}

func views() []view {
	var out []view
	for name, opts := range people() {
		out = append(out,
			view{"table-" + name + ".txt", table(opts)},
			view{"attacks-" + name + ".txt", attacks(opts)})
	}
	return append(out,
		view{"report.json", func(w io.Writer, r *audit.Report) error {
			wr, err := report.New("json", report.Options{})
			if err != nil {
				return err
			}
			return wr.Write(w, r)
		}},
		view{"attacks.json", report.WriteAttacks})
}

func render(t *testing.T, v view, r *audit.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, v.write(&b, r))
	return b.Bytes()
}

// worthReading are the views whose golden files a person looks at; the laws
// below hold for all of them.
func TestGolden(t *testing.T) {
	worthReading := map[string]bool{}
	for _, name := range []string{
		"risky-table-60.txt", "risky-table-80.txt", "risky-table-160.txt", "risky-table-80-color.txt", "risky-table-80-ascii.txt",
		"risky-report.json", "risky-attacks.json", "risky-attacks-80.txt", "risky-attacks-120.txt", "risky-attacks-80-ascii.txt",
		"clean-table-80.txt", "clean-report.json", "hostile-table-80.txt", "hostile-table-80-ascii.txt", "hostile-report.json",
		"hostile-attacks-80.txt", "many-table-80.txt", "interrupted-table-80.txt", "interrupted-attacks-80.txt",
		"empty-table-80.txt", "empty-report.json",
	} {
		worthReading[name] = true
	}
	for sample, make := range samples() {
		for _, v := range views() {
			name := sample + "-" + v.name
			if !worthReading[name] {
				continue
			}
			delete(worthReading, name)
			t.Run(name, func(t *testing.T) { golden(t, name, render(t, v, make())) })
		}
	}
	assert.Empty(t, worthReading, "no such view")
}

func TestTheSameReportGivesTheSameBytes(t *testing.T) {
	for sample, make := range samples() {
		for _, v := range views() {
			first, second := render(t, v, make()), render(t, v, make())
			assert.Equal(t, string(first), string(second), "%s %s", sample, v.name)
		}
	}
}

var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func TestNothingHostileReachesTheTerminal(t *testing.T) {
	for sample, make := range samples() {
		for _, v := range views() {
			out := string(render(t, v, make()))
			if strings.Contains(v.name, "color") {
				out = colours.ReplaceAllString(out, "")
			}
			for i, r := range out {
				if bad(r) && r != '\n' {
					t.Fatalf("%s %s: %U at byte %d: %q", sample, v.name, r, i, out[max(0, i-20):min(len(out), i+20)])
				}
			}
			assert.True(t, utf8.ValidString(out))
		}
	}
}

func TestColourIsAlwaysSwitchedOffAtTheEndOfALine(t *testing.T) {
	for _, make := range samples() {
		for _, write := range []func(report.Options) func(io.Writer, *audit.Report) error{table, attacks} {
			out := string(render(t, view{"", write(report.Options{Color: true, Unicode: true})}, make()))
			for line := range strings.Lines(out) {
				codes := colours.FindAllString(line, -1)
				if len(codes) > 0 {
					assert.Equal(t, "\x1b[0m", codes[len(codes)-1], "%q", line)
				}
			}
		}
	}
}

func TestColourChangesNothingButColourAndMarks(t *testing.T) {
	r := clean()
	without := render(t, view{"", table(report.Options{Unicode: true})}, r)
	with := render(t, view{"", table(report.Options{Unicode: true, Color: true})}, r)
	assert.Equal(t, string(without), colours.ReplaceAllString(string(with), ""))
	assert.NotEqual(t, string(without), string(with))
}

// Ids, paths and addresses are never cut, and nothing but they may be wider
// than the terminal.
func TestLinesFitTheTerminal(t *testing.T) {
	for _, sample := range []string{"risky", "clean", "many", "interrupted", "empty", "hostile"} {
		for name, opts := range people() {
			for kind, write := range map[string]func(report.Options) func(io.Writer, *audit.Report) error{"table": table, "attacks": attacks} {
				out := string(render(t, view{"", write(opts)}, samples()[sample]()))
				for line := range strings.Lines(out) {
					line = strings.TrimSuffix(colours.ReplaceAllString(line, ""), "\n")
					if uncuttable(line) {
						continue
					}
					assert.LessOrEqual(t, displaywidth.String(line), opts.Width, "%s %s %s: %q", sample, kind, name, line)
				}
			}
		}
	}
}

// uncuttable says whether a line consists of a single word, or one address, or holds the id of
// the sample that is longer than a column.
func uncuttable(line string) bool {
	return len(strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "See "))) == 1 || strings.Contains(line, "36�Receipt") || strings.Contains(line, "36?Receipt") ||
		strings.Contains(line, "allow_end_users_to_add_ccs_to_their_tickets")
}

func TestWithoutUnicodeEveryByteIsASCII(t *testing.T) {
	for sample, make := range samples() {
		for _, write := range []func(report.Options) func(io.Writer, *audit.Report) error{table, attacks} {
			for _, c := range render(t, view{"", write(report.Options{})}, make()) {
				require.Less(t, c, byte(utf8.RuneSelf), sample)
			}
		}
	}
}

func TestNoLineEndsInASpaceAndNoTwoAreEmpty(t *testing.T) {
	for sample, make := range samples() {
		for _, v := range views() {
			if strings.HasSuffix(v.name, ".json") || strings.Contains(v.name, "color") {
				continue
			}
			out := string(render(t, v, make()))
			assert.NotContains(t, out, " \n", "%s %s", sample, v.name)
			assert.NotContains(t, out, "\n\n\n", "%s %s", sample, v.name)
			assert.True(t, strings.HasSuffix(out, "\n") && !strings.HasSuffix(out, "\n\n"), "%s %s", sample, v.name)
		}
	}
}

func TestIdsAreNeverCut(t *testing.T) {
	for name, opts := range people() {
		out := string(render(t, view{"", table(opts)}, risky()))
		out = colours.ReplaceAllString(out, "")
		for _, id := range []string{
			"email.ccs_followers.allow_end_users_to_add_ccs_to_their_tickets", "ZD-TRG-02", "360001",
			"https://acme.zendesk.com/admin/objects-rules/rules/triggers/360001", "triggers.json:12:34",
		} {
			assert.Contains(t, out, id, name)
		}
	}
}

func TestACleanAccountFitsOneScreen(t *testing.T) {
	out := string(render(t, view{"", table(report.Options{Unicode: true})}, clean()))
	assert.LessOrEqual(t, strings.Count(out, "\n"), 24)
	assert.Contains(t, out, "Nothing wrong was found in globex, as far as it could be judged.")
}

func TestStepsAreTheSameForARuleAndPrintOnce(t *testing.T) {
	out := string(render(t, view{"", table(report.Options{Width: 160, Unicode: true})}, many()))
	assert.Equal(t, 1, strings.Count(out, "Triggers: open the trigger."))
	assert.Equal(t, 1, strings.Count(out, "Delete the trigger."), "another remedy of the same rule")
	assert.Contains(t, out, "… and 48 more")
}

func TestVerboseShowsAll(t *testing.T) {
	out := string(render(t, view{"", table(report.Options{Unicode: true, Verbose: true})}, many()))
	assert.NotContains(t, out, "more: see")
	assert.Contains(t, out, "trigger 3600056")
}

func TestAMessageDoesNotRepeatTheNameAboveIt(t *testing.T) {
	r := risky()
	r.Findings = r.Findings[:1]
	r.Findings[0].Message = "trigger 360001 “Notify requester of received request” repeats ticket.title"
	out := string(render(t, view{"", table(report.Options{Width: 160, Unicode: true})}, r))
	assert.Contains(t, out, "\n          repeats ticket.title\n")
	r.Findings[0].Message = "trigger 3600019 is another"
	out = string(render(t, view{"", table(report.Options{Width: 160, Unicode: true})}, r))
	assert.Contains(t, out, "\n          trigger 3600019 is another\n")
}

func TestLongSentencesAreNotCut(t *testing.T) {
	r := risky()
	long := strings.TrimSpace(strings.Repeat("a sentence that goes on ", 30))
	r.Findings[0].Message, r.Findings[0].Remedy.Steps = long, []string{long + " too"}
	out := string(render(t, view{"", table(report.Options{Unicode: true})}, r))
	assert.NotContains(t, out, "more characters")
	assert.Contains(t, out, "on too\n")
}

func TestMarkedWords(t *testing.T) {
	out := string(render(t, view{"", table(report.Options{Width: 160, Unicode: true})}, risky()))
	assert.Contains(t, out, "Re: «You have won: claim at phish.example.com»")
	assert.Contains(t, out, "‹ your ›", "the account's own guillemets are no marks")
	assert.Contains(t, out, "«ticket.requester.name»", "a placeholder without words shows its name")
	coloured := string(render(t, view{"", table(report.Options{Width: 160, Unicode: true, Color: true})}, risky()))
	assert.Contains(t, coloured, "\x1b[7mYou have won: claim at phish.example.com\x1b[0m")
}

func TestUnknownFormatNamesTheKnown(t *testing.T) {
	_, err := report.New("xml\x1b[2J", report.Options{})
	require.ErrorContains(t, err, "table, json")
	assert.NotContains(t, err.Error(), "\x1b")
	for _, name := range report.Formats() {
		_, err := report.New(name, report.Options{})
		assert.NoError(t, err)
	}
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestErrorsOfTheWriterComeBack(t *testing.T) {
	for _, v := range views() {
		require.ErrorIs(t, v.write(broken{}, hostile()), errBroken, v.name)
	}
	require.ErrorIs(t, report.WriteRules(broken{}, []audit.Rule{relayRule()}, report.Options{}), errBroken)
	require.ErrorIs(t, report.WriteRule(broken{}, relayRule(), report.Options{}), errBroken)
	require.ErrorIs(t, report.WriteRulesJSON(broken{}, nil), errBroken)
}

func BenchmarkTable(b *testing.B) {
	wr, err := report.New("table", report.Options{Unicode: true, Verbose: true})
	require.NoError(b, err)
	r := many()
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, wr.Write(io.Discard, r))
	}
}
