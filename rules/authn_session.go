package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const advancedSettings = "https://support.zendesk.com/hc/en-us/articles/4408846853274"

// longSession is what ZD-AUTHN-06 takes for long where nobody has set another
// limit: a working day, in minutes.
const longSession = 480

// sessionMinutes is the parameter for the longest time of inactivity in
// sessions of one sort.
func sessionMinutes(name, whose string) audit.Param {
	return audit.Param{
		Name: name, Default: longSession, Min: 5, Max: 365 * 24 * 60, Unit: "minutes",
		What: "the longest time of inactivity after which " + whose + " is still signed in",
	}
}

var (
	agentSession   = sessionMinutes("agent_session_minutes", "a team member")
	endUserSession = sessionMinutes("end_user_session_minutes", "an end user")
	mobileSession  = sessionMinutes("mobile_session_minutes", "a user of the mobile app")
)

// authnSessions is about stolen cookies, which work for as long as the session.
var authnSessions = audit.Rule{
	ID:     "ZD-AUTHN-06",
	Title:  "Sessions stay open for long, or without an end",
	Score:  3.0,
	Since:  "0.1.0",
	Tags:   []string{"core", "sign-in"},
	Needs:  []tenant.Kind{tenant.SecuritySettings},
	Params: []audit.Param{agentSession, endUserSession, mobileSession},
	Why:    `Malicious software and shared computers give away the cookie of a session. Whoever has it is signed in without a password or a second factor until the session ends. Where a session has no longest duration, using it from time to time keeps it open.`,
	Fix: audit.Remediation{
		Summary: "End sessions after a working day at the most.",
		Steps: []string{
			securityPage + ", usually under Session expiration: choose shorter times of inactivity, and turn on the maximum session duration for team members.",
			"Side effect: people have to sign in more often. The limits of this rule can be set in zdaudit.yaml under parameters: ZD-AUTHN-06: {agent_session_minutes: 480}.",
		},
	},
	References: []string{securityURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-11", "AC-12", "SC-23"},
		"ISO 27001:2022": {"A.8.5"},
		"SOC 2":          {"CC6.1"},
		"CIS v8":         {"4.3"},
		"MITRE ATT&CK":   {"T1539", "T1550.004"},
	},
	Check: checkSessions,
}

func checkSessions(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	var missing setting
	bounded := securityAt(f, "maximum_session_duration_enabled")
	switch bounded.on().Is(true) {
	case tri.True:
	case tri.False:
		out := bounded.finding("sessions of team members have no longest duration")
		out.Score = 2.5
		found = append(found, out)
	case tri.Unknown:
		missing = bounded
	}
	for _, s := range sessions(f, bounded) {
		minutes, known := s.value.Int().Get()
		limit := f.Param(s.limit)
		switch {
		case !known || minutes <= 0:
			missing = s.setting
		case minutes > limit && !s.endsWithin(limit):
			out := s.finding(fmt.Sprintf("%s stay signed in for %d minutes without doing anything; the limit is %d", s.people, minutes, limit))
			out.Score = s.score
			found = append(found, out)
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case missing.path != "" && missing.value.Exists():
		return audit.Undecided(fmt.Sprintf("value_unknown: %s is not what it should be where it was read", missing.path))
	case missing.path != "":
		return missing.undecided()
	}
	return audit.Passed("sessions end within the limits")
}

// A session is one sort of session and its time of inactivity.
type session struct {
	setting
	people string
	limit  audit.Param
	score  float64
	// longest is the duration after which it ends whatever happens.
	longest tenant.Field[int64]
}

// endsWithin says that the session is over in time even if it is used: then a
// long time of inactivity makes no difference.
func (s session) endsWithin(limit int64) bool {
	longest, known := s.longest.Get()
	return known && longest > 0 && longest <= limit
}

func sessions(f *audit.Facts, bounded setting) []session {
	var longest tenant.Field[int64]
	if bounded.on().Or(false) {
		longest = securityAt(f, "maximum_session_duration").value.Int()
	}
	out := []session{
		{securityAt(f, "agent_session_timeout"), "team members", agentSession, 3.0, longest},
		{securityAt(f, "end_user_session_timeout"), "end users", endUserSession, 2.0, tenant.Field[int64]{}},
	}
	if securityAt(f, "mobile_app_access").on().Is(false) != tri.True {
		out = append(out, session{securityAt(f, "mobile_app_session_timeout"), "users of the mobile app", mobileSession, 2.5, tenant.Field[int64]{}})
	}
	return out
}

// authnAssumption is about the door for Zendesk's own staff.
var authnAssumption = audit.Rule{
	ID:    "ZD-AUTHN-08",
	Title: "Zendesk's staff may use the account for a month or longer",
	Score: 3.0,
	Since: "0.1.0",
	Tags:  []string{"core", "access"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `Account assumption lets Zendesk's support staff act in the account as an agent. It is meant for the days of a support case. Left on, it is access that nobody in the company watches, and a pretext for people who pose as Zendesk.`,
	Fix: audit.Remediation{
		Summary: "Turn account assumption off until a support case needs it, then for a day or a week.",
		Steps: []string{
			securityPage + " › Account assumption: clear “Enable account assumption”, or choose a duration of one day or one week.",
			"Side effect: Zendesk's staff cannot look into the account until you turn it on again. If a support case is open, wait until it is closed.",
		},
	},
	References: []string{securityURL, "https://support.zendesk.com/hc/en-us/articles/4408824477082", advancedSettings},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2", "MA-4"},
		"ISO 27001:2022": {"A.5.19", "A.8.2"},
		"SOC 2":          {"CC6.1", "CC9.2"},
	},
	Check: checkAssumption,
}

func checkAssumption(f *audit.Facts) audit.Verdict {
	on, always := securityAt(f, "assumable"), securityAt(f, "assumable_account_type")
	duration, until := securityAt(f, "assumption_duration"), securityAt(f, "assumption_expiration")
	if always.on().Or(false) {
		return audit.DoesNotApply("accounts of this type, such as trials, are always open to Zendesk's staff")
	}
	enabled, known := on.on().Get()
	switch {
	case !known:
		return on.undecided()
	case !enabled:
		return audit.Passed("account assumption is off")
	}
	if end, known := until.value.Time().Get(); known && end.Before(f.Now) {
		return audit.Passed("account assumption ended on " + end.Format("2006-01-02"))
	}
	var score float64
	var span string
	switch word := duration.value.Str().Or(""); word {
	case "day", "week":
		return audit.Passed("account assumption ends by itself after a " + word)
	case "month":
		score, span = 2.5, "for a month"
	case "year":
		score, span = 3.0, "for a year"
	case "always":
		score, span = 3.5, "without an end"
	default:
		if !duration.value.Exists() {
			return duration.undecided()
		}
		return audit.Undecided("value_unknown: account assumption is on, yet assumption_duration is none of day, week, month, year and always")
	}
	out := duration.finding(fmt.Sprintf("Zendesk's staff may act in the account %s; turn it off when no support case needs it", span))
	out.Score = score
	out.Evidence = append(out.Evidence, until.evidence())
	return failed(out)
}

// authnContentSecurity is about what a page may load and where it may send.
var authnContentSecurity = audit.Rule{
	ID:    "ZD-AUTHN-12",
	Title: "The agents' pages do not block content from elsewhere",
	Score: 2.5,
	Since: "0.1.0",
	Tags:  []string{"extended", "browser"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `A Content Security Policy tells the browser which scripts a page may load and where it may send data. Where Zendesk's is not enforced, a flaw in an app or a page does more harm: the attacker's script can load more and carry tickets away.`,
	Fix: audit.Remediation{
		Summary: "Turn Content Security Policy blocking on.",
		Steps: []string{
			securityPage + ": turn on blocking by the Content Security Policy.",
			"Side effect: private apps that load from addresses of their own can stop working. Try them first, and tell zdaudit with a waiver if one of them needs the setting off.",
		},
	},
	References: []string{securityURL},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SC-18", "SI-10"},
		"ISO 27001:2022": {"A.8.26"},
		"SOC 2":          {"CC6.6", "CC6.8"},
		"MITRE ATT&CK":   {"T1059.007"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(securityAt(f, "csp_blocking_enabled"), false, "Content Security Policy blocking is off; some private apps need that")
	},
}
