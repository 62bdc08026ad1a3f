package audit

import (
	"fmt"
	"time"

	"github.com/zdaudit/zdaudit/audit/tri"
)

// A Said is one answer to a question.
type Said struct {
	Yes  *bool    // of a YesNo question
	Text string   // of a Words question
	List []string // of a List question
}

// An Attested is an answer as a rule sees it.
type Attested struct {
	// Known is false where nobody answered, or where the answer has run out.
	Known bool
	// Yes is the answer to a YesNo question, Unknown where it is not known.
	Yes  tri.Value
	Text string
	List []string
	// Detail says who answered and when, or how to answer: one line for a
	// person. Where the answer is not known it begins with one of the reason
	// words "attestation_missing" and "attestation_expired" and a colon, so
	// that it serves as the reason of an undecided verdict.
	Detail string
}

// Attested gives the answer to the question with a key.
func (f *Facts) Attested(key string) Attested {
	return f.Config.Attest.Answer(key, f.Now)
}

// Answer gives the answer to the question with a key as it counts at a time.
func (a Attest) Answer(key string, now time.Time) Attested {
	q, ok := QuestionOf(key)
	if !ok {
		return Attested{Detail: "value_unknown: zdaudit asks no question with the key " + key}
	}
	said, answered := a.Answers[key]
	switch {
	case !answered:
		return Attested{Detail: fmt.Sprintf("attestation_missing: %s (%s.) Answer it as attest.%s in zdaudit.yaml", q.Ask, q.Where, key)}
	case expired(a.Until, now):
		return Attested{Detail: fmt.Sprintf("attestation_expired: attest.%s ended on %s. Look again (%s)", key, a.Until.Format(time.DateOnly), q.Where)}
	}
	out := Attested{Known: true, Text: said.Text, List: said.List, Detail: a.signature()}
	if said.Yes != nil {
		out.Yes = tri.Of(*said.Yes)
	}
	return out
}

// signature says who attested, and for how long.
func (a Attest) signature() string {
	s := "attested"
	if a.By != "" {
		s += " by " + a.By
	}
	if !a.On.IsZero() {
		s += " on " + a.On.Format(time.DateOnly)
	}
	if !a.Until.IsZero() {
		s += ", until " + a.Until.Format(time.DateOnly)
	}
	return s
}
