package rules

import (
	"fmt"
	"slices"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const (
	// smallSample is the number of tickets below which a share says little.
	smallSample = 20
	// spikeLeast and spikeFactor make a day a spike: that many tickets from
	// people without a verified address, and that many times the usual number.
	spikeLeast, spikeFactor = 50, 10
	// spikeDays is the number of whole days that show what is usual.
	spikeDays = 7
)

// idnUnverified is about people who exist in the account because somebody
// entered their address.
var idnUnverified = audit.Rule{
	ID:    "ZD-IDN-03",
	Title: "Many tickets come from people who never proved their address",
	Score: scoreNotice,
	Since: "0.1.0",
	Tags:  []string{"extended", "users", "relay"},
	Needs: []tenant.Kind{tenant.SampledTickets},
	Why:   `Each anonymous request creates an end user whose address nobody has verified. Such users are usual in an open account; a sudden rise is the mark of a spam wave. They also stay behind as a list of victims' addresses to which the account can be made to send more mail.`,
	Fix: audit.Remediation{
		Summary: "Look at the tickets of the day in question, and remove users who exist only because of spam.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: see whether “Anybody can submit tickets” is needed, and whether “Require authentication for request and uploads APIs” and “Ask users to register” can be on.",
			"Delete users in bulk whose only tickets are spam. Side effect: deleted users cannot be brought back, so check the list first.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408833946394",
		"https://support.zendesk.com/hc/en-us/articles/9866500749850",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2", "SI-4", "SI-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.16"},
		"SOC 2":          {"CC7.2"},
	},
	Check: checkUnverified,
}

func checkUnverified(f *audit.Facts) audit.Verdict {
	tickets := sampledTickets(f)
	unverified, unknown := 0, 0
	perDay := map[time.Time]int{}
	var days []time.Time
	for _, t := range tickets {
		at, dated := t.created.Get()
		if dated {
			days = append(days, at.Truncate(24*time.Hour))
		}
		switch t.verified.Is(true) {
		case tri.False:
			unverified++
			if dated {
				perDay[at.Truncate(24*time.Hour)]++
			}
		case tri.Unknown:
			unknown++
		case tri.True:
		}
	}
	out := audit.Finding{
		Certainty: audit.Possible,
		Basis:     audit.FromInference,
		Object:    tenant.Ref{Type: "setting", ID: "users.unverified", Title: "End users without a verified address"},
		Evidence: []audit.Evidence{ownWords("sample", fmt.Sprintf("%d of %s come from people without a verified address",
			unverified, count(len(tickets), "sampled ticket", "sampled tickets")))},
	}
	if day, n, usual, ok := spike(perDay, days); ok {
		out.Score = 7.2
		out.Message = fmt.Sprintf("on %s there were %d tickets from people who never proved their address; %s a day are usual", day.Format(time.DateOnly), n, fmt.Sprint(usual))
		return failed(out)
	}
	switch {
	case len(tickets) < smallSample:
		return audit.Undecided(fmt.Sprintf("value_unknown: a sample of %s shows nothing; the number of such users itself is not read", count(len(tickets), "ticket", "tickets")))
	case 2*unverified >= len(tickets):
		out.Message = fmt.Sprintf("%d of %d sampled tickets come from people who never proved their address", unverified, len(tickets))
		return failed(out)
	case 2*(unverified+unknown) >= len(tickets):
		return audit.Undecided(fmt.Sprintf("key_missing: for %d of %d sampled tickets it is not known whether the address was verified", unknown, len(tickets)))
	}
	return audit.Passed(fmt.Sprintf("%d of %d sampled tickets come from people who never proved their address; the number of such users itself was not read", unverified, len(tickets)))
}

// spike finds the day with the most such tickets and says whether it stands
// out. The oldest day of a sample is cut off somewhere and does not count.
func spike(perDay map[time.Time]int, days []time.Time) (day time.Time, n, usual int, ok bool) {
	if len(days) == 0 {
		return day, 0, 0, false
	}
	first, last := slices.MinFunc(days, time.Time.Compare), slices.MaxFunc(days, time.Time.Compare)
	for d, found := range perDay {
		if !d.Equal(first) && (found > n || (found == n && d.Before(day))) {
			day, n = d, found
		}
	}
	var others []int
	if between := last.Sub(first).Hours() / 24; n < spikeLeast || between > 366 {
		return day, n, 0, false
	}
	for d := first.AddDate(0, 0, 1); !d.After(last); d = d.AddDate(0, 0, 1) {
		if !d.Equal(day) {
			others = append(others, perDay[d])
		}
	}
	if len(others) < spikeDays {
		return day, n, 0, false
	}
	slices.Sort(others)
	usual = others[len(others)/2]
	return day, n, usual, n >= spikeFactor*max(usual, 1)
}

// idnTeamUnverified is about accounts with power behind an address that may be
// anybody's.
var idnTeamUnverified = audit.Rule{
	ID:    "ZD-IDN-07",
	Title: "Team members whose address nobody has verified",
	Score: 5.5,
	Since: "0.1.0",
	Tags:  []string{"extended", "users", "sign-in"},
	Needs: []tenant.Kind{tenant.Users},
	Why:   `Nobody has shown that the address on this team member's account is theirs. If it is misspelt, or its domain can be registered by somebody else, whoever receives mail there can ask for a new password and take the account with everything it may do.`,
	Fix: audit.Remediation{
		Summary: "Verify the address or remove the account.",
		Steps: []string{
			"Admin Center › People › Team › Team members: open the profile, and look at the e-mail address. Verify it where it is right; otherwise replace it or remove the person.",
			"Single sign-on for team members leaves the proof to your identity provider.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/9099968586394",
		"https://developer.zendesk.com/api-reference/ticketing/users/users/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2", "IA-4", "IA-12"},
		"ISO 27001:2022": {"A.5.16", "A.5.18"},
		"SOC 2":          {"CC6.1", "CC6.2"},
		"CIS v8":         {"5.1"},
		"MITRE ATT&CK":   {"T1078"},
	},
	Check: checkTeamUnverified,
}

// checkTeamUnverified reads the one mark that every account has. How each
// address was verified stands in the identities of each user, which are not
// read.
func checkTeamUnverified(f *audit.Facts) audit.Verdict {
	var t tally
	team := 0
	for _, u := range f.Team {
		if !onTeam(u) || !mayWork(u) {
			continue
		}
		team++
		verified, known := u.Verified.Get()
		switch {
		case !known:
			t.leaveOpen("key_missing: the list does not say whether the address of %s was verified", named(u.Ref))
		case !verified:
			out := audit.Finding{
				Certainty: audit.Certain,
				Basis:     audit.FromAPI,
				Message:   fmt.Sprintf("nobody has verified the address of %s, who is on the team", named(u.Ref)),
				Object:    u.Ref,
				At:        u.Verified.Pos(),
				Evidence:  []audit.Evidence{ownWords("user", fmt.Sprintf("role: %s, verified: false", u.Role))},
			}
			if u.Role == "admin" {
				out.Score = 6.5
				out.Message = fmt.Sprintf("nobody has verified the address of %s, an administrator", named(u.Ref))
			}
			t.found(out)
		}
	}
	if team == 0 {
		return audit.Undecided("value_unknown: no team member who can sign in is among the users that were read")
	}
	return t.verdict(fmt.Sprintf("the address of every team member who can sign in is verified (%d in all); how it was verified was not read", team))
}
