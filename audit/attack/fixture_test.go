package attack_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

var update = flag.Bool("update", false, "write what the fixtures give into them")

const fixtures = "../../fixtures/attack/"

// TestFixtures analyses each fixture's account. The comment on top says what it
// shows; "want" lists the messages, channel by channel.
func TestFixtures(t *testing.T) {
	paths, err := filepath.Glob(fixtures + "*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			require.NoError(t, err)
			require.NotEmpty(t, strings.TrimSpace(string(ar.Comment)), "a fixture says what it shows")
			want := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want" })
			require.GreaterOrEqual(t, want, 0)
			got := inWords(analyseArchive(t, ar))
			if *update {
				ar.Files[want].Data = []byte(got)
				require.NoError(t, os.WriteFile(path, txtar.Format(ar), 0o600))
				return
			}
			assert.Equal(t, string(ar.Files[want].Data), got)
		})
	}
}

func analyseArchive(t *testing.T, ar *txtar.Archive) []attack.Attack {
	t.Helper()
	var files []collect.File
	for _, f := range ar.Files {
		if strings.HasSuffix(f.Name, ".json") {
			files = append(files, collect.File{Name: f.Name, Data: f.Data})
		}
	}
	s, err := collect.Snapshot(files, tenant.Origin{Kind: "dump"}, "acme")
	require.NoError(t, err)
	return attack.Analyse(context.Background(), s, attack.Settings{}, attack.Scope{})
}

// inWords writes attacks for a person: one line for each message, and one for
// the channels over which the same is true of it.
func inWords(attacks []attack.Attack) string {
	if len(attacks) == 0 {
		return "nothing\n"
	}
	var b strings.Builder
	for _, a := range attacks {
		fmt.Fprintf(&b, "%s %s to %s\n", a.Object.Type, a.Object.ID, strings.Join(recipientNames(a.Recipients), ", "))
		for i, p := range a.Channels {
			same := func(other attack.Path) bool { return pathInWords(other) == pathInWords(p) }
			if slices.ContainsFunc(a.Channels[:i], same) {
				continue
			}
			var channels []string
			for _, other := range a.Channels {
				if same(other) {
					channels = append(channels, string(other.Channel))
				}
			}
			fmt.Fprintf(&b, "\t%s: %s\n", strings.Join(channels, " "), pathInWords(p))
		}
		for _, r := range a.Review {
			fmt.Fprintf(&b, "\treview: %s\n", r.What)
		}
	}
	return b.String()
}

func recipientNames(recipients []attack.Recipient) []string {
	if len(recipients) == 0 {
		return []string{"nobody knows whom"}
	}
	var out []string
	for _, r := range recipients {
		out = append(out, string(r))
	}
	return out
}

func pathInWords(p attack.Path) string {
	out := fmt.Sprintf("%s, says %s", p.Reach, p.Content)
	if p.Later {
		out += ", later"
	}
	if len(p.Carriers) > 0 {
		out += ", carries " + strings.Join(p.Carriers, " ")
	}
	if len(p.Suppressed) > 0 {
		out += ", blanked " + strings.Join(p.Suppressed, " ")
	}
	for _, v := range p.Via {
		out += fmt.Sprintf(", via %s %s", v.Type, v.ID)
	}
	return out
}

// A verdict is the worst that a stranger can do with an account's rules.
type verdict string

const (
	vulnerable   verdict = "vulnerable"    // writes what they like to whom they like
	contentSafe  verdict = "content-safe"  // writes to whom they like, in the account's words
	agentsOnly   verdict = "agents only"   // what they write goes to the team
	ownFormOnly  verdict = "own form only" // over nothing but the company's contact form
	forReview    verdict = "review"
	nothingAtAll verdict = "nothing"
)

// TestShippedRulesHaveTheirKnownVerdict holds the triggers and automations that
// Zendesk ships or has shipped to what is known of them
// (https://support.zendesk.com/hc/en-us/articles/4408828984346).
func TestShippedRulesHaveTheirKnownVerdict(t *testing.T) {
	for name, want := range map[string]verdict{
		"receipt-today":                  contentSafe,
		"receipt-2016":                   vulnerable,
		"receipt-2013":                   vulnerable,
		"proactive-ticket":               ownFormOnly,
		"comment-update":                 nothingAtAll,
		"assignee-mail":                  agentsOnly,
		"group-mail":                     agentsOnly,
		"all-agents-mail":                agentsOnly,
		"silent-triggers":                nothingAtAll,
		"automations-as-shipped":         nothingAtAll,
		"automations-pending-active":     ownFormOnly,
		"automations-pending-by-trigger": vulnerable,
		"bump-alone":                     ownFormOnly,
		"bump-tag-from-trigger":          vulnerable,
		"generative-reply":               forReview,
	} {
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(fixtures + name + ".txtar")
			require.NoError(t, err)
			assert.Equal(t, want, verdictOn(analyseArchive(t, ar)))
		})
	}
}

func verdictOn(attacks []attack.Attack) verdict {
	if len(attacks) == 0 {
		return nothingAtAll
	}
	out := agentsOnly
	for _, a := range attacks {
		if len(a.Review) > 0 {
			return forReview
		}
		if !slices.ContainsFunc(a.Recipients, attack.Recipient.OutsiderChooses) {
			continue
		}
		out = ownFormOnly
		for _, p := range a.Channels {
			switch {
			case p.Channel != attack.TicketsAPI && len(p.Carriers) > 0:
				return vulnerable
			case p.Channel != attack.TicketsAPI:
				out = contentSafe
			}
		}
	}
	return out
}
