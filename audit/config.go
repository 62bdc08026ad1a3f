package audit

import "time"

// A Config is what an administrator has said in zdaudit.yaml: answers that the
// API does not give, risks that were accepted, parameters of rules.
type Config struct {
	Attest  Attest
	Waivers []Waiver
	// Parameters are as they stand in the file; CheckParameters holds them
	// against the rules.
	Parameters []Parameter
}

// An Attest holds answers that somebody looked up in Admin Center.
type Attest struct {
	// Answers are by the keys of Questions. What nobody answered is absent.
	Answers map[string]Said
	// By and On say who looked and when; Until is the last day on which the
	// answers count. A zero Until never ends.
	By        string
	On, Until time.Time
}

// A Waiver accepts a finding for a time.
type Waiver struct {
	Rule string
	// Object is "trigger/360001", or "*" for every object.
	Object string
	Reason string
	Owner  string
	// Until is the last day on which the waiver counts.
	Until time.Time
	// Content, if set, is the hash of the object for which the risk was
	// accepted; the waiver lapses when the object changes.
	Content string
}
