package attack

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// Knows says whether the analysis understands conditions on a field, as far as
// they can be understood from outside. A condition on any other field makes
// what depends on it possible, never certain. The fields are those of
// https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/.
func Knows(field string) bool {
	c := compile(tenant.Condition{Field: field})
	if _, hours := ages[c.attr]; hours {
		return true
	}
	switch c.attr {
	case "current_tags", "subject_includes_word", "comment_includes_word":
		return true
	}
	for _, prefix := range []string{customFieldPrefix, "requester.", "organization.", "user.", "requester_twitter_"} {
		if strings.HasPrefix(c.attr, prefix) {
			return true
		}
	}
	_, ok := models()[0].system(newWorld(tenant.New(tenant.Content{}), Settings{}), c.attr)
	return ok || counters[c.attr]
}

// KnowsAction says whether the analysis knows what an action does: that it
// sends something, that it changes the ticket in a way that conditions see, or
// that it does neither. The fields are those of
// https://developer.zendesk.com/documentation/ticketing/reference-guides/actions-reference/.
func KnowsAction(field string) bool {
	if _, sends := sinks[field]; sends || silent[field] {
		return true
	}
	_, changes := effectOf(tenant.Action{Field: field})
	return changes
}

// CCsAllowed says whether end users may copy others in, as far as the account's
// settings tell (https://support.zendesk.com/hc/en-us/articles/4408843795482).
func CCsAllowed(s *tenant.Snapshot) tri.Value { return ccsAllowed(s) }
