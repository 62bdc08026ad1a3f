package audit_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
)

func said(yes bool) audit.Said { return audit.Said{Yes: &yes} }

// edit is what joe@example.com answers today, for 90 days.
func edit(answers map[string]audit.Said) audit.AttestEdit {
	return audit.AttestEdit{Answers: answers, By: "joe@example.com", On: now, Until: now.AddDate(0, 0, 90)}
}

func TestAnswersAreWrittenIntoTheFile(t *testing.T) {
	register := map[string]audit.Said{"intake.ask_users_to_register": said(true)}
	for _, tt := range []struct {
		name, before string
		answers      map[string]audit.Said
		want         string
	}{
		{
			"a file that is not there yet is begun", "", register,
			"schema: zdaudit.config/1\nattest:\n  intake:\n    ask_users_to_register: true\n  by: joe@example.com\n  on: 2026-11-23\n  until: 2027-02-21\n",
		},
		{
			"without the section, it goes to the end, and the rest stays as it is",
			"# Ours.\nschema:   zdaudit.config/1   # odd spaces stay\n\nwaivers: []", register,
			"# Ours.\nschema:   zdaudit.config/1   # odd spaces stay\n\nwaivers: []\nattest:\n  intake:\n    ask_users_to_register: true\n  by: joe@example.com\n  on: 2026-11-23\n  until: 2027-02-21\n",
		},
		{
			"comments stay, and so do earlier answers and the earlier dates",
			"schema: zdaudit.config/1\nattest:\n  # Looked up in Admin Center.\n  intake:\n    anybody_can_submit: true # the desk is public\n  by: jane@example.com\n  on: 2026-11-02\n  until: 2027-01-02\n\n# Accepted risks.\nwaivers:   []\n",
			register,
			"schema: zdaudit.config/1\nattest:\n  # Looked up in Admin Center.\n  intake:\n    anybody_can_submit: true # the desk is public\n    ask_users_to_register: true\n  by: jane@example.com, joe@example.com\n  on: 2026-11-02\n  until: 2027-01-02\n\n# Accepted risks.\nwaivers:   []\n",
		},
		{
			"what has run out does not count again, and is not lost",
			"schema: zdaudit.config/1\nattest:\n  intake: {anybody_can_submit: true, ask_users_to_register: false}\n  corporate_domains: [example.com, example.org]\n  by: jane@example.com\n  on: 2026-01-02\n  until: 2026-02-02\n",
			register,
			"schema: zdaudit.config/1\nattest:\n  intake:\n    anybody_can_submit: # ran out on 2026-02-02; it was true\n    ask_users_to_register: true\n  corporate_domains: # ran out on 2026-02-02; it was example.com, example.org\n  by: joe@example.com\n  on: 2026-11-23\n  until: 2027-02-21\n",
		},
		{
			"texts and lists are quoted",
			"schema: zdaudit.config/1\nattest:\n",
			map[string]audit.Said{
				"intake.allowlist":                  {List: []string{"example.com", "*", "true"}},
				"end_users.welcome_email_text":      {Text: "Welcome: {{content}} # “hello”"},
				"intake.blocklist":                  {List: []string{}},
				"tickets.cc_public_comments":        said(false),
				"intake.anybody_can_submit":         said(true),
				"end_users.signup_enabled":          said(false),
				"end_users.verification_email_text": {Text: "yes"},
			},
			"schema: zdaudit.config/1\nattest:\n  intake:\n    anybody_can_submit: true\n    allowlist: [\"example.com\", \"*\", \"true\"]\n    blocklist: []\n  end_users:\n    signup_enabled: false\n    welcome_email_text: \"Welcome: {{content}} # “hello”\"\n    verification_email_text: \"yes\"\n  tickets:\n    cc_public_comments: false\n  by: joe@example.com\n  on: 2026-11-23\n  until: 2027-02-21\n",
		},
		{
			"parameters below go on to count",
			"schema: zdaudit.config/1\nattest: {}\nparameters:\n  ZD-AUTHN-06: {agent_session_minutes: 480}\n", register,
			"schema: zdaudit.config/1\nattest:\n  intake:\n    ask_users_to_register: true\n  by: joe@example.com\n  on: 2026-11-23\n  until: 2027-02-21\nparameters:\n  ZD-AUTHN-06: {agent_session_minutes: 480}\n",
		},
		{
			"a file in one line is understood",
			"{schema: zdaudit.config/1, attest: {by: jane@example.com}}\n", register,
			"{schema: zdaudit.config/1, attest: {intake: {ask_users_to_register: true}, by: joe@example.com, on: 2026-11-23, until: 2027-02-21}}\n",
		},
		{
			"a document that ends with dots goes on before them",
			"---\nschema: zdaudit.config/1\n...\n", register,
			"---\nschema: zdaudit.config/1\nattest:\n  intake:\n    ask_users_to_register: true\n  by: joe@example.com\n  on: 2026-11-23\n  until: 2027-02-21\n...\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := audit.EditAttest("zdaudit.yaml", []byte(tt.before), edit(tt.answers))
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(out))
			config, err := audit.ParseConfig("zdaudit.yaml", out)
			require.NoError(t, err)
			for key, answer := range tt.answers {
				assert.Equal(t, answer, config.Attest.Answers[key], key)
			}
			again, err := audit.EditAttest("zdaudit.yaml", out, edit(tt.answers))
			require.NoError(t, err)
			assert.Equal(t, string(out), string(again), "the same answers again change nothing")
		})
	}
}

func TestAnswersThatHadRunOutCanBeGivenAgain(t *testing.T) {
	before := "schema: zdaudit.config/1\nattest:\n  intake:\n    anybody_can_submit: # ran out on 2026-02-02; it was true\n"
	out, err := audit.EditAttest("zdaudit.yaml", []byte(before), edit(map[string]audit.Said{"intake.anybody_can_submit": said(false)}))
	require.NoError(t, err)
	assert.Contains(t, string(out), "anybody_can_submit: false\n")
	assert.NotContains(t, string(out), "ran out")
}

func TestAFileWithMistakesIsNotWrittenInto(t *testing.T) {
	for _, text := range []string{"schema: zdaudit.config/1\nattests: {}\n", "attest: [", "- 1\n"} {
		_, err := audit.EditAttest("zdaudit.yaml", []byte(text), edit(map[string]audit.Said{"intake.anybody_can_submit": said(true)}))
		assert.ErrorContains(t, err, "zdaudit.yaml", text)
	}
}

// Whatever a file holds that can be read, an answer is added to it and nothing
// that it said is lost, or the file is refused.
func FuzzEditAttest(f *testing.F) {
	f.Add(wholeConfig)
	f.Add("schema: zdaudit.config/1\nattest:\n")
	f.Add("schema: &a zdaudit.config/1\nattest: {by: *a, on: 2026-01-01}\nwaivers:\n")
	f.Add("---\nschema: zdaudit.config/1 # c\n# d\nattest:\n  intake: {}\n  # e\n...\n# f\n")
	f.Fuzz(func(t *testing.T, text string) {
		before, err := audit.ParseConfig("f", []byte(text))
		if err != nil {
			return
		}
		e := edit(map[string]audit.Said{"intake.blocklist": {List: []string{"spam.example"}}})
		out, err := audit.EditAttest("f", []byte(text), e)
		if err != nil {
			return
		}
		after, err := audit.ParseConfig("f", out)
		require.NoError(t, err)
		assert.Equal(t, before.Waivers, after.Waivers)
		assert.Equal(t, []string{"spam.example"}, after.Attest.Answers["intake.blocklist"].List)
		if before.Attest.Until.IsZero() || before.Attest.Until.After(now) {
			for key, answer := range before.Attest.Answers {
				if key != "intake.blocklist" {
					assert.Equal(t, answer, after.Attest.Answers[key])
				}
			}
		}
		for line := range strings.SplitSeq(text, "\n") {
			if comment := strings.TrimSpace(line); strings.HasPrefix(comment, "# ") && !strings.ContainsAny(text, "|>\"'") {
				assert.Contains(t, string(out), comment)
			}
		}
	})
}
