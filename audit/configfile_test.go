package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/zdaudit/zdaudit/audit"
)

const wholeConfig = `# What the support lead looked up.
schema: zdaudit.config/1
attest:
  intake:
    anybody_can_submit: true
    require_auth_requests_uploads: false
    ask_users_to_register:
  by: jane@example.com
  on: 2026-11-02
  until: "2027-02-02"
waivers:
  - rule: ZD-TRG-02
    object: trigger/360001
    reason: >
      Static greeting,
      agreed with support lead.
    owner: jane@example.com
    until: 2027-01-31
    content: sha256:0000000000000000000000000000000000000000000000000000000000000000
  - {rule: ZD-ACC-01, object: "*", reason: The desk serves the public., owner: jane@example.com, until: 2027-01-31}
parameters: {}
`

func dateOf(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestAWholeConfigIsRead(t *testing.T) {
	c, err := audit.ParseConfig("zdaudit.yaml", []byte(wholeConfig))
	require.NoError(t, err)
	yes, no := true, false
	assert.Equal(t, &audit.Config{
		Attest: audit.Attest{
			Answers: map[string]audit.Said{"intake.anybody_can_submit": {Yes: &yes}, "intake.require_auth_requests_uploads": {Yes: &no}},
			By:      "jane@example.com",
			On:      dateOf(2026, 11, 2),
			Until:   dateOf(2027, 2, 2),
		},
		Waivers: []audit.Waiver{
			{
				Rule: "ZD-TRG-02", Object: "trigger/360001",
				Reason: "Static greeting, agreed with support lead.",
				Owner:  "jane@example.com", Until: dateOf(2027, 1, 31),
				Content: "sha256:" + strings.Repeat("0", 64),
			},
			{
				Rule: "ZD-ACC-01", Object: "*", Reason: "The desk serves the public.",
				Owner: "jane@example.com", Until: dateOf(2027, 1, 31),
			},
		},
	}, c)
}

func TestConfigMistakesAreReportedWithTheirPlace(t *testing.T) {
	const head = "schema: zdaudit.config/1\n"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"an empty file is no configuration", " \n", []string{"1:1: the file is empty"}},
		{"a file of comments is no configuration", "# nothing\n", []string{": this is no valid YAML: no documents"}},
		{"a second document is not passed over", head + "---\n" + head, []string{"expected single document"}},
		{"the schema must be named", "waivers: []\n", []string{"1:1: schema is missing"}},
		{"a later schema is refused", "schema: zdaudit.config/2\n", []string{`1:9: the schema is "zdaudit.config/2"`}},
		{"the file must be a mapping", "- a\n", []string{"1:1: the configuration has the keys schema, attest, waivers, parameters"}},
		{"a misspelt key is named", head + "wavers: []\n", []string{`2:1: unknown key "wavers"`}},
		{"a misspelt answer is named", head + "attest: {intake: {anyone_can_submit: true}}\n", []string{`2:19: unknown key "anyone_can_submit"`}},
		{"a merge key is no key", head + "<<: {waivers: []}\n", []string{`2:1: unknown key "<<"`}},
		{"a key that is a list is no key", head + "? [a]\n: 1\n", []string{"2:3: unknown key"}},
		{"a key given twice is ambiguous", head + "waivers: []\nwaivers: []\n", []string{"3:1: waivers is given twice"}},
		{"an answer is true or false", head + "attest: {intake: {anybody_can_submit: yes}, by: a, on: 2026-11-02}\n", []string{"2:39: anybody_can_submit is true or false"}},
		{"a tag does not make an answer", head + "attest: {intake: {anybody_can_submit: !!bool maybe}}\n", []string{"2:39: anybody_can_submit is true or false"}},
		{"an answer needs somebody who gave it", head + "attest: {intake: {anybody_can_submit: false}}\n", []string{"2:9: by is missing", "2:9: on is missing"}},
		{"answers do not end before they were given", head + "attest: {intake: {anybody_can_submit: false}, by: a, on: 2026-11-02, until: 2026-11-01}\n", []string{"2:77: the answers end on 2026-11-01"}},
		{"a day is a day", head + "attest: {on: 2026-02-30, until: 2.11.2026}\n", []string{`2:14: on is a date such as 2026-11-02, not "2026-02-30"`, `2:33: until is a date`}},
		{"a waiver needs all its keys", head + "waivers: [{}]\n", []string{"2:11: rule is missing", "2:11: object is missing", "2:11: reason is missing", "2:11: owner is missing", "2:11: until is missing"}},
		{"waivers are a list", head + "waivers: {rule: ZD-TRG-01}\n", []string{"2:10: waivers is a list"}},
		{
			"each key of a waiver is checked",
			head + "waivers:\n  - rule: TRG-1\n    object: 360001\n    reason: because\n    owner: [a]\n    until: soon\n    content: md5:1\n",
			[]string{`3:11: "TRG-1" is no rule`, `4:13: "360001" is no object`, "5:13: the reason is shorter than 10 characters", "6:12: owner is text", "7:12: until is a date", "8:14: content is sha256:"},
		},
		{"parameters are numbers", head + "parameters:\n  ZD-AUTHN-06: {agent_session_minutes: 8h, a: [1], b: 1.5, c: 99999999999999999999, d: \"1\", e: 0x1F}\n", []string{`3:40: "agent_session_minutes" is a whole number`, `3:47: "a" is`, `3:55: "b" is`, `3:63: "c" is`, `3:88: "d" is`, `3:96: "e" is`}},
		{"the parameters of a rule have names", head + "parameters: {ZD-AUTHN-06: 480}\n", []string{"2:27: the parameters of a rule map a name"}},
		{"parameters are a mapping", head + "parameters: [ZD-AUTHN-06]\n", []string{"2:13: parameters maps a rule"}},
		{"parameters belong to rules", head + "parameters: {limit: 1}\n", []string{`2:14: "limit" is no rule`}},
		{"an alias is not followed", head + "attest: {by: &a jane, until: *a}\n", []string{"2:30: until is text"}},
		{"text cannot steer a terminal", head + "attest: {by: \"\\e[2J\"}\n", []string{"2:14: by holds control characters"}},
		{"bytes that are no text are refused", head + "attest: {by: \"\xff\"}\n", []string{"not written in UTF-8"}},
		{"broken YAML names its place", head + "attest: [\n", []string{"no valid YAML"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := audit.ParseConfig("zdaudit.yaml", []byte(tt.text))
			assert.Nil(t, c)
			require.Error(t, err)
			lines := strings.Split(err.Error(), "\n")
			require.Len(t, lines, len(tt.want), "%s", err)
			for i, want := range tt.want {
				assert.Contains(t, lines[i], want)
				assert.True(t, strings.HasPrefix(lines[i], "zdaudit.yaml:"), lines[i])
			}
			var first *audit.ConfigError
			require.ErrorAs(t, err, &first)
			assert.Equal(t, "zdaudit.yaml", first.At.File)
		})
	}
}

func TestConfigBombsAreCheap(t *testing.T) {
	var aliases strings.Builder
	aliases.WriteString("schema: zdaudit.config/1\na: &a [x]\n")
	for c := 'b'; c < 'z'; c++ {
		fmt.Fprintf(&aliases, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"aliases of aliases", aliases.String(), `unknown key "a"`},
		{"lists in lists", "schema: " + strings.Repeat("[", 100_000), "exceeded max depth"},
		{"a file that never ends", "schema: " + strings.Repeat("x", 2<<20), "larger than 1048576 bytes"},
		{"ten thousand mistakes", "schema: zdaudit.config/1\nwaivers:\n" + strings.Repeat("- 1\n", 10_000), "and 9950 more errors"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			_, err := audit.ParseConfig("zdaudit.yaml", []byte(tt.text))
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
			assert.Less(t, len(err.Error()), 64<<10)
			assert.Less(t, time.Since(start), 5*time.Second)
		})
	}
}

// FuzzParseConfig holds the reader to two things: it never panics, and what it
// accepts is complete enough to be written again and read as the same.
func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(wholeConfig))
	f.Add([]byte("schema: zdaudit.config/1\n"))
	f.Add([]byte("schema: zdaudit.config/1\nwaivers: [{rule: ZD-TRG-02, object: \"*\", reason: \"äöüäöüäöüä\", owner: \"a: b #\", until: 2027-01-31}]\n"))
	f.Add([]byte("schema: &a zdaudit.config/1\nattest: {by: *a}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := audit.ParseConfig("zdaudit.yaml", data)
		if err != nil {
			require.Nil(t, c)
			return
		}
		again, err := audit.ParseConfig("zdaudit.yaml", writeConfig(t, c))
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}

// writeConfig writes c as a file.
func writeConfig(t *testing.T, c *audit.Config) []byte {
	t.Helper()
	date := func(d time.Time) any {
		if d.IsZero() {
			return nil
		}
		return d.Format(time.DateOnly)
	}
	waivers := []any{}
	for _, w := range c.Waivers {
		waivers = append(waivers, map[string]any{
			"rule": w.Rule, "object": w.Object, "reason": w.Reason,
			"owner": w.Owner, "until": date(w.Until), "content": w.Content,
		})
	}
	attest := map[string]any{"by": c.Attest.By, "on": date(c.Attest.On), "until": date(c.Attest.Until)}
	for key, said := range c.Attest.Answers {
		into, name := attest, key
		if group, rest, nested := strings.Cut(key, "."); nested {
			if attest[group] == nil {
				attest[group] = map[string]any{}
			}
			into, name = attest[group].(map[string]any), rest
		}
		switch q, _ := audit.QuestionOf(key); q.Kind {
		case audit.YesNo:
			into[name] = *said.Yes
		case audit.Words:
			into[name] = said.Text
		case audit.List:
			into[name] = said.List
		}
	}
	data, err := yaml.Dump(map[string]any{"schema": audit.ConfigSchema, "attest": attest, "waivers": waivers})
	require.NoError(t, err)
	return data
}

func BenchmarkParseConfig(b *testing.B) {
	data := []byte(wholeConfig)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := audit.ParseConfig("zdaudit.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}
