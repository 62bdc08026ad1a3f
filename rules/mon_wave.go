package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// monSpike is about an attack that is under way.
var monSpike = audit.Rule{
	ID:    "ZD-MON-02",
	Title: "A trigger that mails people outside runs far more often than usual",
	Score: 9.0,
	Since: "0.1.0",
	Tags:  []string{"core", "monitoring", "relay"},
	Needs: triggerNeeds,
	Uses:  triggerUses,
	Why:   `A first reply that suddenly runs many times as often as in the weeks before is what relay spam looks like from inside: each run is a mail in the company's name to an address that somebody else typed.`,
	Fix: audit.Remediation{
		Summary: "Deactivate the trigger now, then close the intake.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: look at the newest tickets that the trigger answered. If strangers opened them, deactivate it. Side effect: customers get no receipt until it is on again.",
			"Admin Center › People › Configuration › End users: clear “Anybody can submit tickets”, or turn on “Require authentication for request and uploads APIs”.",
			"Tell Zendesk Support. A mailing, a launch or an outage of your own also makes people write; then there is nothing to do.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/9835766481178",
		"https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IR-4", "SI-4"},
		"ISO 27001:2022": {"A.5.25", "A.8.16"},
		"SOC 2":          {"CC7.2", "CC7.3"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkSpike,
}

// What counts as a spike: runs in the last hour or day, against what is usual
// in the time before, and never fewer than a floor, below which chance decides.
const (
	spikeHourTimes, spikeHourFloor = 10, 50
	spikeDayTimes, spikeDayFloor   = 5, 200

	hoursOfDay, hoursOfWeek, hoursOfMonth = 24, 7 * 24, 30 * 24

	scoreSpikeRelays = 9.5 // and it repeats a stranger's words
)

// A usage is how often a trigger ran within the last hour, day, week, and
// month. The account tells on some plans only.
type usage struct{ hour, day, week, month int64 }

// usageOf reads the four counts, and names the key that is missing if one is.
func usageOf(t tenant.BusinessRule) (u usage, missing string) {
	for _, c := range []struct {
		key string
		to  *int64
	}{{"usage_1h", &u.hour}, {"usage_24h", &u.day}, {"usage_7d", &u.week}, {"usage_30d", &u.month}} {
		n, known := t.Raw.Get(c.key).Int().Get()
		if !known {
			return usage{}, c.key
		}
		*c.to = n
	}
	return u, ""
}

// usual is the mean per hour of the time before the last hours, within the
// week or the month, whichever was busier. The last hours are left out of it,
// so that a spike does not raise what it is compared with.
func (u usage) usual(hours int64, lately int64) float64 {
	mean := func(count, span int64) float64 { return float64(max(0, count-lately)) / float64(span-hours) }
	return max(mean(u.week, hoursOfWeek), mean(u.month, hoursOfMonth))
}

// spike says in words what is unusual; empty where nothing is.
func (u usage) spike() string {
	perHour, perDay := u.usual(1, u.hour), u.usual(hoursOfDay, u.day)*hoursOfDay
	switch {
	case u.hour >= spikeHourFloor && float64(u.hour) > spikeHourTimes*perHour:
		return fmt.Sprintf("%d times in the last hour, against %.1f in an hour before", u.hour, perHour)
	case u.day >= spikeDayFloor && float64(u.day) > spikeDayTimes*perDay:
		return fmt.Sprintf("%d times in the last 24 hours, against %.1f in a day before", u.day, perDay)
	}
	return ""
}

func checkSpike(f *audit.Facts) audit.Verdict {
	mailing := mailingTriggers(f)
	var found []audit.Finding
	reason := ""
	for _, t := range f.Triggers {
		repeats, mails := mailing[t.ID]
		if !mails {
			continue
		}
		u, missing := usageOf(t)
		if missing != "" {
			if reason == "" {
				reason = fmt.Sprintf("key_missing: the source does not tell %s of %s; Zendesk counts with Support Professional, Suite Growth and above", missing, named(t.Ref))
			}
			continue
		}
		what := u.spike()
		if what == "" {
			continue
		}
		out := audit.Finding{
			Certainty: audit.Possible,
			Basis:     audit.FromAPI,
			Message:   fmt.Sprintf("%s ran %s, when the account was read; a mailing or an outage of your own can be the cause", named(t.Ref), what),
			Object:    t.Ref,
			At:        t.Raw.Get("usage_1h").Pos(),
			Evidence:  []audit.Evidence{ownWords("usage", fmt.Sprintf("usage_1h: %d, usage_24h: %d, usage_7d: %d, usage_30d: %d", u.hour, u.day, u.week, u.month))},
		}
		if len(repeats) > 0 {
			out.Score = scoreSpikeRelays
			out.Evidence = append(out.Evidence, ownWords("relay", "repeats "+strings.Join(repeats, ", ")))
		}
		found = append(found, out)
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case reason != "":
		return audit.Undecided(reason)
	case len(mailing) == 0:
		return audit.DoesNotApply("no trigger mails somebody whom an outsider chooses")
	}
	return audit.Passed("the triggers that mail people outside run as often as usual")
}

// mailingTriggers lists the triggers that mail somebody whom an outsider
// chooses when a ticket is created, with what they repeat.
func mailingTriggers(f *audit.Facts) map[string][]string {
	out := map[string][]string{}
	for _, a := range f.Attacks() {
		if a.Object.Type != "trigger" || !slices.ContainsFunc(a.Recipients, attack.Recipient.OutsiderChooses) {
			continue
		}
		repeats := out[a.Object.ID]
		for _, p := range a.Channels {
			repeats = append(repeats, p.Carriers...)
		}
		slices.Sort(repeats)
		out[a.Object.ID] = slices.Compact(repeats)
	}
	return out
}

// monSubjects is about the same text in the names of many people.
var monSubjects = audit.Rule{
	ID:    "ZD-MON-03",
	Title: "Many people with unverified addresses opened tickets with one and the same subject",
	Score: 9.0,
	Since: "0.1.0",
	Tags:  []string{"core", "monitoring", "relay"},
	Needs: []tenant.Kind{tenant.SampledTickets},
	Why:   `In the waves of 2026 one text, such as a promise of gifts or a takedown order, was entered under hundreds of addresses. Each of those people got mail from the company that was attacked.`,
	Fix: audit.Remediation{
		Summary: "Stop the first replies, close the intake, clean up.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: deactivate what answers new tickets. Side effect: customers get no receipt until it is on again.",
			"Admin Center › People › Configuration › End users: clear “Anybody can submit tickets”, or turn on “Require authentication for request and uploads APIs”.",
			"Delete the tickets and the users they created as Zendesk's article on spam clean-up describes; tell Zendesk Support, and the people who got the mail.",
		},
	},
	References: []string{
		"https://www.bleepingcomputer.com/news/security/zendesk-ticket-systems-hijacked-in-massive-global-spam-wave/",
		"https://support.zendesk.com/hc/en-us/articles/4408833946394",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IR-4", "SI-4"},
		"ISO 27001:2022": {"A.5.25", "A.8.16"},
		"SOC 2":          {"CC7.2", "CC7.3"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkSubjects,
}

// What counts as a wave: so many requesters of one subject within the last
// days, and nearly all of them unverified. In an outage customers share a
// subject too, but many of those have proved their address.
const (
	waveWindow       = 72 * time.Hour
	waveRequesters   = 20
	waveUnverifiedPC = 80
)

// waveChannels are the ways in that strangers have, e-mail apart: newsletters
// and automatic replies share their subjects.
var waveChannels = []string{"web", "api", "web_widget", "mobile_sdk"}

func checkSubjects(f *audit.Facts) audit.Verdict {
	type group struct {
		requesters, unverified map[string]bool
		channels               map[string]int
	}
	groups := map[string]*group{}
	looked, unclear, blank, nearly := 0, 0, 0, 0
	for _, t := range sampledTickets(f) {
		created, dated := t.created.Get()
		switch {
		case t.channel == "" || !dated:
			unclear++
			continue
		case !slices.Contains(waveChannels, t.channel) || asOf(f).Sub(created) > waveWindow:
			continue
		case t.requester == "" || !t.verified.Known():
			unclear++
			continue
		case t.subject == "":
			blank++
			continue
		}
		looked++
		g := groups[t.subject]
		if g == nil {
			g = &group{map[string]bool{}, map[string]bool{}, map[string]int{}}
			groups[t.subject] = g
		}
		g.requesters[t.requester] = true
		g.channels[t.channel]++
		if t.unproven() {
			g.unverified[t.requester] = true
		}
	}
	var found []audit.Finding
	for subject, g := range groups {
		nearly = max(nearly, len(g.unverified))
		if len(g.requesters) < waveRequesters || len(g.unverified)*100 < len(g.requesters)*waveUnverifiedPC {
			continue
		}
		found = append(found, audit.Finding{
			Certainty: audit.Possible,
			Basis:     audit.FromInference,
			Message: fmt.Sprintf("%d people opened tickets with one subject within 72 hours, %d of them with unverified addresses; a form with a fixed subject looks the same",
				len(g.requesters), len(g.unverified)),
			Object:   tenant.Ref{Type: "subject", ID: subject},
			Evidence: []audit.Evidence{ownWords("channels", byCount(g.channels))},
		})
	}
	slices.SortFunc(found, func(a, b audit.Finding) int { return strings.Compare(a.Object.ID, b.Object.ID) })
	switch {
	case len(found) > 0:
		return failed(found...)
	case looked == 0 && blank > 0:
		// Then it is the sample that lacks subjects, and not the tickets.
		return audit.Undecided("key_missing: the sampled tickets do not tell their subject")
	case unclear > 0 && (nearly+unclear)*100 >= waveRequesters*waveUnverifiedPC:
		return audit.Undecided(fmt.Sprintf("key_missing: %d of the sampled tickets do not tell channel, date or requester, enough to hide a wave", unclear))
	case looked == 0:
		return audit.Undecided("value_unknown: the sample holds no ticket of the last 72 hours from the web, the API, the widget or the mobile SDK")
	}
	return audit.Passed(fmt.Sprintf("no subject is shared by %d people among the %d sampled tickets of the last 72 hours", waveRequesters, looked))
}
