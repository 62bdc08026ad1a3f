package rules

import (
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const passwordLevels = "https://support.zendesk.com/hc/en-us/articles/4408822149018"

// manyAttempts is the number of failed attempts until lockout above which a
// custom password policy is weak.
const manyAttempts = 10

var passwordLength = audit.Param{
	Name: "password_length", Default: 12, Min: 8, Max: 128, Unit: "characters",
	What: "the shortest password that a custom policy may accept",
}

// authnPasswordPolicy is about what passwords Zendesk accepts.
var authnPasswordPolicy = audit.Rule{
	ID:     "ZD-AUTHN-05",
	Title:  "Weak passwords are accepted",
	Score:  5.5,
	Since:  "0.1.0",
	Tags:   []string{"core", "sign-in"},
	Needs:  []tenant.Kind{tenant.SecuritySettings},
	Params: []audit.Param{passwordLength},
	Why:    `Short and simple passwords are guessed, and so are those that leaked elsewhere. Zendesk has levels for what it accepts and recommends the one called Recommended; the lower ones ask for less. A guessed password of a team member opens customers' tickets, one of a customer opens theirs.`,
	Fix: audit.Remediation{
		Summary: "Set the password security level to Recommended.",
		Steps: []string{
			"Admin Center, usually under Account › Security › Team member authentication, and End user authentication: set the password security level to Recommended. A custom level is better only where it asks for more.",
			"Side effect: people whose password does not meet the level have to choose another one.",
		},
	},
	References: []string{securityURL, passwordLevels},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-7", "IA-5(1)"},
		"ISO 27001:2022": {"A.5.17", "A.8.5"},
		"SOC 2":          {"CC6.1"},
		"CIS v8":         {"5.2"},
		"MITRE ATT&CK":   {"T1110"},
	},
	Check: checkPasswordPolicy,
}

func checkPasswordPolicy(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	var undecided *audit.Verdict
	judged := 0
	for _, p := range []passwordPolicy{
		{"agent", "team members", 5.5, passwordSignIn(f, "agent")},
		{"end_user", "end users", 4.5, passwordSignIn(f, "end_user")},
	} {
		if p.used == tri.False {
			continue
		}
		out, v := p.judge(f)
		switch {
		case out != nil:
			found = append(found, *out)
		case v.Status == audit.Unknown && undecided == nil:
			undecided = &v
		case v.Status == audit.Pass:
			judged++
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case undecided != nil:
		return *undecided
	case judged == 0:
		return audit.DoesNotApply("nobody signs in with a Zendesk password")
	}
	return audit.Passed("the password policies ask for enough")
}

// A passwordPolicy is that of one role.
type passwordPolicy struct {
	role, people string
	score        float64
	used         tri.Value
}

// judge gives a finding, or else a verdict without one. The custom values are
// read only under the custom level; under the others Zendesk returns them too,
// and they count for nothing.
func (p passwordPolicy) judge(f *audit.Facts) (*audit.Finding, audit.Verdict) {
	level := securityAt(f, "authentication."+p.role+".security_policy_name")
	id := securityAt(f, "authentication."+p.role+".security_policy_id")
	switch policyLevel(level, id) {
	case "low", "medium":
		if !level.value.Exists() {
			level = id
		}
		out := level.finding(fmt.Sprintf("%s may choose passwords of the level %s, below the one that Zendesk recommends", p.people, policyLevel(level, id)))
		return p.unsure(out), audit.Verdict{}
	case "high", "recommended":
		return nil, audit.Passed("")
	case "custom":
		return p.custom(f)
	}
	if !level.value.Exists() && !id.value.Exists() {
		return nil, level.undecided()
	}
	return nil, audit.Undecided(fmt.Sprintf("value_unknown: %s names no password level that zdaudit knows", level.path))
}

// policyLevel is the level by name, or by the number that stands for it.
func policyLevel(name, id setting) string {
	if s, known := name.value.Str().Get(); known {
		return s
	}
	n, _ := id.value.Int().Get()
	return map[int64]string{100: "low", 200: "medium", 300: "high", 350: "recommended", 400: "custom"}[n]
}

// custom judges the values of a custom level.
func (p passwordPolicy) custom(f *audit.Facts) (*audit.Finding, audit.Verdict) {
	base := "authentication." + p.role + ".password"
	least := f.Param(passwordLength)
	var weak []string
	var at, missing setting
	for _, c := range []struct {
		key  string
		weak func(n int64) string // empty where the value is good
	}{
		{"password_length", func(n int64) string {
			return clause(n < least, "may have only %d characters (the limit is %d)", n, least)
		}},
		{"failed_attempts_allowed", func(n int64) string {
			return clause(n > manyAttempts, "may be tried %d times (the limit is %d)", n, manyAttempts)
		}},
		{"password_complexity", func(n int64) string { return clause(n == 0, "need neither numbers nor special characters") }},
	} {
		s := securityAt(f, base+"."+c.key)
		n, known := s.value.Int().Get()
		if !known {
			missing = s
			continue
		}
		if text := c.weak(n); text != "" {
			if len(weak) == 0 {
				at = s
			}
			weak = append(weak, text)
		}
	}
	switch {
	case len(weak) > 0:
		out := at.finding(fmt.Sprintf("the custom password policy for %s accepts passwords that %s", p.people, strings.Join(weak, ", and that ")))
		policy := securityAt(f, base)
		out.Object.ID, out.Evidence = policy.path, []audit.Evidence{policy.evidence()}
		return p.unsure(out), audit.Verdict{}
	case missing.path != "":
		return nil, audit.Undecided(fmt.Sprintf("key_missing: the password policy is custom, and %s was not read as a number", missing.path))
	}
	return nil, audit.Passed("")
}

// clause is text where something is so, and nothing otherwise.
func clause(so bool, format string, args ...any) string {
	if !so {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// unsure makes a finding possible where nobody knows that the role has
// passwords at all.
func (p passwordPolicy) unsure(out audit.Finding) *audit.Finding {
	out.Score = p.score
	if p.used != tri.True {
		out.Certainty = audit.Possible
		out.Message += " (whether they sign in with a password is not known)"
	}
	return &out
}

// authnAdminsSetPasswords is about becoming somebody else without a trace that
// they would see.
var authnAdminsSetPasswords = audit.Rule{
	ID:    "ZD-AUTHN-09",
	Title: "Administrators can set other people's passwords",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "sign-in"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `An administrator, or whoever got hold of an administrator's account, can give any user a password and sign in as that user. What they do there stands in the records under the other person's name. Without the setting administrators can only have a reset message sent to the user.`,
	Fix: audit.Remediation{
		Summary: "Let administrators reset passwords, not set them.",
		Steps: []string{
			securityPage + ", usually under Passwords: clear “Allow admins to set passwords”.",
			"Side effect: a user who cannot read their mail cannot be given a password by telephone any more.",
		},
	},
	References: []string{securityURL, passwordLevels},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-6", "IA-5"},
		"ISO 27001:2022": {"A.5.17", "A.8.2"},
		"SOC 2":          {"CC6.1", "CC6.3"},
		"MITRE ATT&CK":   {"T1098"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(securityAt(f, "admins_can_set_user_passwords"), true, "administrators can set other people's passwords and sign in as them")
	},
}

// authnChangeNotices is about learning of a takeover.
var authnChangeNotices = audit.Rule{
	ID:    "ZD-AUTHN-10",
	Title: "Nobody is told when their password changes",
	Score: 3.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "sign-in"},
	Needs: []tenant.Kind{tenant.SecuritySettings},
	Why:   `Somebody who has taken over an account often changes its password. Zendesk can mail the owner when that happens. Without the message the owner notices only when they next try to sign in.`,
	Fix: audit.Remediation{
		Summary: "Turn on the message about changed passwords.",
		Steps: []string{
			securityPage + ": turn on “Email on password change”.",
			"Side effect: everybody who changes their password gets one more message.",
		},
	},
	References: []string{securityURL, advancedSettings},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-2(4)", "SI-4(5)"},
		"ISO 27001:2022": {"A.8.16"},
		"SOC 2":          {"CC7.2"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(securityAt(f, "email_agent_when_sensitive_fields_changed"), false, "no message is sent when a password changes")
	},
}
