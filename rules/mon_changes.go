package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// monChanges is about changes that somebody should be able to explain.
var monChanges = audit.Rule{
	ID:    "ZD-MON-05",
	Title: "Configuration that matters for security was changed in the last 30 days",
	Score: scoreWorthKnowing,
	Since: "0.1.0",
	Tags:  []string{"core", "monitoring"},
	Uses:  []tenant.Kind{tenant.AuditLogs, tenant.Triggers, tenant.Users},
	Why:   `A change that nobody remembers can be somebody else's: a placeholder put back into a first reply, a list that was emptied, a new token, a role that was raised. Looking through them costs little as long as people still remember.`,
	Fix: audit.Remediation{
		Summary: "Go through the changes and make sure that somebody meant each of them.",
		Steps: []string{
			"Usually under Admin Center › Account › Logs › Audit log: look at changes to rules, settings, tokens and roles since the last review.",
			"Where the plan has no audit log, compare the configuration with an older recording of zdaudit.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/4408828001434"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AU-6", "CM-3"},
		"ISO 27001:2022": {"A.8.15", "A.8.32"},
		"SOC 2":          {"CC7.2", "CC8.1"},
		"CIS v8":         {"8.11"},
	},
	Check: checkChanges,
}

// changeWindow is how far back changes are looked for.
const changeWindow = 30 * 24 * time.Hour

// A change is one entry of the audit log
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/audit_logs/).
type change struct {
	created                  tenant.Field[time.Time]
	action, source, sourceID string
	label                    string
	at                       tenant.Pos
}

// matters leaves out what changes no configuration: sign-ins, exports, tickets,
// and users other than team members.
func (c change) matters(team map[string]bool) bool {
	switch {
	case c.action == "login", c.action == "exported", c.source == "ticket":
		return false
	case c.source == "user":
		return team[c.sourceID]
	}
	return true
}

func checkChanges(f *audit.Facts) audit.Verdict {
	entries := f.List(tenant.AuditLogs)
	log, missing := f.Gap(tenant.AuditLogs)
	if missing && log.Reason != tenant.Truncated {
		return changedTriggers(f)
	}
	team := map[string]bool{}
	for _, u := range f.Team {
		team[u.ID] = true
	}
	since := asOf(f).Add(-changeWindow)
	changes := map[string][]change{}
	unclear, users := 0, 0
	for _, v := range entries {
		c := change{
			created: v.Get("created_at").Time(), action: v.Get("action").Str().Or(""), source: v.Get("source_type").Str().Or(""),
			sourceID: v.Get("source_id").ID(), label: v.Get("source_label").Str().Or(""), at: v.Pos(),
		}
		created, dated := c.created.Get()
		switch {
		case !dated || c.source == "":
			unclear++
		case created.Before(since):
		case c.matters(team):
			changes[c.source] = append(changes[c.source], c)
		case c.source == "user":
			users++
		}
	}
	switch {
	case len(changes) > 0:
		return failed(changeFindings(changes)...)
	case unclear > 0:
		return audit.Undecided(fmt.Sprintf("key_missing: %d entries of the audit log do not tell created_at or source_type", unclear))
	case missing && !reachesBack(entries, since):
		v, _ := notRead(f, tenant.AuditLogs)
		return v
	case users > 0 && !f.Has(tenant.Users):
		v, _ := notRead(f, tenant.Users)
		return v
	}
	return audit.Passed("the audit log names no change of configuration in the last 30 days")
}

// reachesBack says whether a log that was read in part, the newest first, goes
// back to a day.
func reachesBack(entries []tenant.Value, since time.Time) bool {
	var last time.Time
	for i, v := range entries {
		created, dated := v.Get("created_at").Time().Get()
		if !dated || i > 0 && created.After(last) {
			return false
		}
		last = created
	}
	return len(entries) > 0 && last.Before(since)
}

// changeFindings makes one finding of each sort of change.
func changeFindings(changes map[string][]change) []audit.Finding {
	const shown = 5
	var out []audit.Finding
	for source, list := range changes {
		slices.SortStableFunc(list, func(a, b change) int { return b.created.Or(time.Time{}).Compare(a.created.Or(time.Time{})) })
		finding := audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("the audit log names %d changes of the sort “%s” in the last 30 days", len(list), source),
			Object:    tenant.Ref{Type: "audit_log", ID: source},
			At:        list[0].at,
		}
		if len(list) == 1 {
			finding.Message = fmt.Sprintf("the audit log names a change of the sort “%s” in the last 30 days", source)
		}
		for i, c := range list {
			if i == shown {
				finding.Evidence = append(finding.Evidence, ownWords("change", fmt.Sprintf("and %d more", len(list)-shown)))
				break
			}
			finding.Evidence = append(finding.Evidence, ownWords("change", c.words()))
		}
		out = append(out, finding)
	}
	slices.SortFunc(out, func(a, b audit.Finding) int { return strings.Compare(a.Object.ID, b.Object.ID) })
	return out
}

// words names the change by date, and the thing by its number and label. A
// team member's label is the member's name.
func (c change) words() string {
	text := strings.TrimSpace(c.created.Or(time.Time{}).Format(time.DateOnly) + " " + c.action + " " + c.sourceID)
	if c.label != "" {
		text += " “" + c.label + "”"
	}
	return text
}

// changedTriggers is what can be told without an audit log: when each trigger
// was last saved. Of everything else nothing shows, so it never passes.
func changedTriggers(f *audit.Facts) audit.Verdict {
	since := asOf(f).Add(-changeWindow)
	var found []audit.Finding
	for _, t := range f.Triggers {
		updated, known := t.Raw.Get("updated_at").Time().Get()
		if !known || updated.Before(since) {
			continue
		}
		found = append(found, audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromAPI,
			Message:   named(t.Ref) + " was changed in the last 30 days; other changes are not known without the audit log" + readWhen(f),
			Object:    t.Ref,
			At:        t.Raw.Get("updated_at").Pos(),
			Evidence:  []audit.Evidence{ownWords("updated_at", updated.Format(time.DateOnly))},
		})
	}
	if len(found) > 0 {
		return failed(found...)
	}
	v, _ := notRead(f, tenant.AuditLogs)
	return v
}
