package audit

import (
	"github.com/zdaudit/zdaudit/audit/taint"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Rule is one question put to an account. It is a value: its metadata is
// what the terminal, the catalogue and every report print.
type Rule struct {
	// ID is stable and never used again: ZD-TRG-01.
	ID string
	// Aliases are ids that the rule had before; waivers may still name them.
	Aliases []string
	Title   string
	// Score is the severity as a number from 0 to 10 when the rule fires as it
	// usually does; a finding may carry another one.
	Score float64
	// Since is the version of zdaudit that brought the rule.
	Since string
	// Tags select rules by subject, for instance "relay".
	Tags []string
	// Needs are the resources without which the rule cannot be judged. A gap in
	// any of them makes the outcome unknown; a truncated list can still fail.
	Needs []tenant.Kind
	// Uses are resources that sharpen the answer. A gap in one of them does not
	// make the outcome unknown: what it leaves open makes findings possible.
	Uses []tenant.Kind
	// Why says in an administrator's words what an attacker gains.
	Why string
	Fix Remediation
	// Params are numbers in the rule that an account may set for itself.
	Params []Param
	// References are addresses of Zendesk's articles and others.
	References []string
	// Frameworks maps a framework to its controls: "NIST 800-53r5" to "AC-3".
	Frameworks map[string][]string
	// Check answers the question. It has no state, does no input or output,
	// and returns the same for the same facts.
	Check func(*Facts) Verdict
}

// Severity is the band of the rule's score.
func (r Rule) Severity() Severity { return Band(r.Score) }

// Family is the middle part of the id: "TRG" of ZD-TRG-01.
func (r Rule) Family() string { return family(r.ID) }

// A Remediation says what removes the risk.
type Remediation struct {
	// Summary is one sentence.
	Summary string
	// Steps begin with the Admin Center path and name side effects.
	Steps []string
}

// A Status is how a rule came out.
type Status uint8

// The statuses. Unknown is the zero value: a rule that says nothing has not
// passed.
const (
	Unknown Status = iota
	Pass
	Fail
	NotApplicable
	Error
)

var statusNames = [...]string{Unknown: "unknown", Pass: "pass", Fail: "fail", NotApplicable: "not_applicable", Error: "error"}

// String gives the report format's word, such as "not_applicable".
func (s Status) String() string {
	if int(s) >= len(statusNames) {
		return "unknown"
	}
	return statusNames[s]
}

// A Verdict is a rule's answer. Make one with Passed, Failed, Undecided or
// DoesNotApply.
type Verdict struct {
	Status   Status
	Reason   string
	Findings []Finding
}

// Passed says that the account is not at risk here. reason may be empty.
func Passed(reason string) Verdict { return Verdict{Status: Pass, Reason: reason} }

// Failed reports what was found; without findings it is Passed.
func Failed(findings ...Finding) Verdict {
	if len(findings) == 0 {
		return Passed("")
	}
	return Verdict{Status: Fail, Findings: findings}
}

// Undecided says that the question could not be answered, and why. The reason
// begins with one word of the report format, such as "attestation_missing",
// and a colon.
func Undecided(reason string) Verdict { return Verdict{Status: Unknown, Reason: reason} }

// DoesNotApply says that the account has nothing this rule is about.
func DoesNotApply(reason string) Verdict { return Verdict{Status: NotApplicable, Reason: reason} }

// A Certainty says how sure a finding is.
type Certainty uint8

// The certainties.
const (
	Possible Certainty = iota
	Certain
)

// String gives "possible" or "certain".
func (c Certainty) String() string {
	if c == Certain {
		return "certain"
	}
	return "possible"
}

// A Basis says what a finding rests on.
type Basis string

// The bases.
const (
	FromAPI        Basis = "api"       // a value that the account's settings state
	FromSimulation Basis = "simulated" // the attack analysis
	FromInference  Basis = "inferred"
	FromAttest     Basis = "attested"
	FromProbe      Basis = "probe"
)

// A Finding is one place where a rule fails.
type Finding struct {
	// Rule, Title, References, Fingerprint and State are filled in by Run.
	Rule       string
	Title      string
	References []string
	Remedy     Remediation

	// Score is from 0 to 10; Run takes the rule's where it is 0.
	Score     float64
	Certainty Certainty
	Basis     Basis
	// Message is one sentence: what is wrong, with the object named.
	Message string
	// Object is the subject; together with the rule it is the identity.
	Object tenant.Ref
	// Part tells findings of one rule on one object apart, such as the index
	// of an action. It is part of the identity.
	Part string
	At   tenant.Pos
	// Evidence is what the finding was read from.
	Evidence []Evidence

	Fingerprint string
	State       State
	Waiver      *Waiver
}

// Severity is the band of the finding's score.
func (f Finding) Severity() Severity { return Band(f.Score) }

// An Evidence is a piece of the account that shows a finding.
type Evidence struct {
	// Label says what the text is: "subject", "body", "setting".
	Label string
	Text  taint.Text
}

// A State says whether a finding counts.
type State string

// The states.
const (
	Open      State = "open"
	Waived    State = "waived"
	Baselined State = "baselined"
)
