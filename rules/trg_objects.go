package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const scoreObjects = 2.0

// trgObjects: triggers of custom objects are in no list of ticket triggers.
var trgObjects = audit.Rule{
	ID:    "ZD-TRG-29",
	Title: "A trigger of a custom object mails what stands in a record",
	Score: scoreObjects, Since: "0.1.0", Tags: []string{"extended", "objects"},
	Needs: []tenant.Kind{tenant.CustomObjects},
	Why: "Triggers of custom objects can mail people, and they do not show in the list of ticket triggers. " +
		"Records are usually written by agents, but where an integration writes them, a stranger's text can get in and be mailed on.",
	Fix: audit.Remediation{
		Summary: "Write the mail of object triggers in words of your own.",
		Steps: []string{
			"Usually under Admin Center › Objects and rules › Custom objects › Objects: open the object and its triggers, and replace the placeholders that the finding names with fixed text.",
			"Side effect: the mail no longer says what stands in the record.",
		},
	},
	References: []string{"https://developer.zendesk.com/zendesk/oas.yaml", actionsURL},
	Frameworks: rulesControls,
	Check:      checkObjects,
}

// checkObjects reads the triggers that stand with their object under
// "triggers". An account's list of objects does not contain them: Zendesk
// returns them for one object at a time.
func checkObjects(f *audit.Facts) audit.Verdict {
	objects := f.List(tenant.CustomObjects)
	if len(objects) == 0 {
		return audit.DoesNotApply("the account has no custom objects")
	}
	look := looking(f)
	var found []audit.Finding
	var unread []string
	for _, o := range objects {
		key := o.Get("key").Str().Or("without a key")
		triggers := o.Get("triggers")
		if triggers.Type() != tenant.List {
			unread = append(unread, key)
			continue
		}
		decoded := tenant.New(tenant.Content{Lists: map[tenant.Kind][]tenant.Value{tenant.Triggers: triggers.Items()}})
		for _, t := range decoded.Triggers {
			found = append(found, objectFindings(look, key, t)...)
		}
	}
	if len(found) == 0 && len(unread) > 0 {
		return audit.Undecided("not_in_source: the triggers of the custom objects " + firstFew(unread) + " were not read")
	}
	return audit.Failed(found...)
}

// objectFindings lists the mails of one object trigger that print anything.
func objectFindings(look *attack.Look, key string, t tenant.BusinessRule) []audit.Finding {
	if t.Active.Is(true) == tri.False {
		return nil
	}
	ref := tenant.Ref{Type: "object_trigger", ID: key + "/" + t.ID, Title: t.Title}
	var found []audit.Finding
	for _, m := range look.Messages(t) {
		printed := carriersOf(m.Printed)
		if m.Sink != "notification_user" || slices.Contains(m.Recipients, attack.ToAgents) || len(printed) == 0 {
			continue
		}
		found = append(found, audit.Finding{
			Certainty: audit.Possible, Basis: audit.FromAPI,
			Message: fmt.Sprintf("%s mails people what stands in %s; whether strangers can write it, the records have to show.", named(ref), strings.Join(printed, ", ")),
			Object:  ref, Part: fmt.Sprint("action ", m.Action), At: m.Printed[0].At,
			Evidence: []audit.Evidence{ownWords("placeholders", strings.Join(printed, ", "))},
		})
	}
	return found
}
