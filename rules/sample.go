package rules

import (
	"slices"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A sampled is a recent ticket: how it came in and what is known of the people
// on it. People and subjects are hashes, equal where they are equal.
type sampled struct {
	channel                       string
	created                       tenant.Field[time.Time]
	submitterRole                 string
	verified                      tenant.Field[bool] // the requester's address
	selfMade                      tenant.Field[bool] // the requester is the submitter
	requester, submitter, subject string
}

func sampledTickets(f *audit.Facts) []sampled {
	items := f.List(tenant.SampledTickets)
	out := make([]sampled, len(items))
	for i, v := range items {
		out[i] = sampled{
			channel:       v.Get("channel").Str().Or(""),
			created:       v.Get("created_at").Time(),
			submitterRole: v.Get("submitter_role").Str().Or(""),
			verified:      v.Get("requester_verified").Bool(),
			selfMade:      v.Get("requester_is_submitter").Bool(),
			requester:     v.Get("requester_key").ID(),
			submitter:     v.Get("submitter_key").ID(),
			subject:       v.Get("subject_key").ID(),
		}
	}
	return out
}

// unproven says whether the requester's address is known not to be verified.
func (s sampled) unproven() bool { return !s.verified.Or(true) }

// byEndUser says whether an end user opened the ticket.
func (s sampled) byEndUser() bool { return s.submitterRole == "end-user" }

// byTeam says whether an agent or an administrator opened the ticket.
func (s sampled) byTeam() bool { return s.submitterRole == "agent" || s.submitterRole == "admin" }

// strangersOn counts the sampled tickets that somebody with an unverified
// address opened over one of some channels.
func strangersOn(f *audit.Facts, channels ...string) int {
	n := 0
	for _, t := range sampledTickets(f) {
		if t.byEndUser() && t.unproven() && slices.Contains(channels, t.channel) {
			n++
		}
	}
	return n
}
