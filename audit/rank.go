package audit

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// An OpenQuestion has no answer that counts today.
type OpenQuestion struct {
	Question Question
	// Before is an answer that has run out; nil where nobody ever answered.
	Before *Said
	// Changes are the rules that come out otherwise once it is answered, in the
	// order of the rules.
	Changes []Change
}

// A Change is how one rule comes out now, and would with an answer.
type Change struct {
	Rule Rule
	Now  Outcome
	// IfYes and IfNo are the zero Outcome where the question is not one of yes
	// or no: what a text or a list would lead to depends on what it says.
	IfYes, IfNo Outcome
}

// settles says whether an answer makes an unknown rule known. For a text or a
// list it can be said only that the rule waits for it.
func (c Change) settles() bool {
	if c.Now.Status != Unknown {
		return false
	}
	if c.IfYes.Rule.ID == "" {
		return true
	}
	return c.IfYes.Status != Unknown || c.IfNo.Status != Unknown
}

// Settles counts the rules that are unknown now and that an answer would make
// known.
func (o OpenQuestion) Settles() int {
	n := 0
	for _, c := range o.Changes {
		if c.settles() {
			n++
		}
	}
	return n
}

// Rank lists the questions without an answer that counts today, with what each
// answer alone would change: first the one that would settle most rules, then
// the one that would turn most of the others, then in the order of Questions.
// When ctx ends, what was not worked out is left out of the changes.
func Rank(ctx context.Context, s *tenant.Snapshot, rules []Rule, opts Options) []OpenQuestion {
	w := &whatIf{ctx: ctx, snap: s, rules: rules, now: opts.Now, scope: opts.Scope, attacks: map[attack.Settings][]attack.Attack{}}
	if opts.Config != nil {
		w.config = *opts.Config
	}
	base := w.outcomes(w.config.Attest)
	var out []OpenQuestion
	for _, q := range Questions() {
		if w.config.Attest.Answer(q.Key, opts.Now).Known {
			continue
		}
		o := OpenQuestion{Question: q}
		if said, ok := w.config.Attest.Answers[q.Key]; ok {
			o.Before = &said
		}
		if q.Kind == YesNo {
			yes, no := w.outcomes(w.with(q.Key, true)), w.outcomes(w.with(q.Key, false))
			o.Changes = changed(base, yes, no)
		} else {
			o.Changes = waiting(base, q.Key)
		}
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b OpenQuestion) int {
		return cmp.Or(cmp.Compare(b.Settles(), a.Settles()), cmp.Compare(len(b.Changes), len(a.Changes)))
	})
	return out
}

// whatIf puts the rules to an account whose administrator had said something
// else. The attack analysis, which takes longest, is done once for each state
// of the intake.
type whatIf struct {
	ctx     context.Context //nolint:containedctx // it lives as long as the call it was given to
	snap    *tenant.Snapshot
	rules   []Rule
	now     time.Time
	config  Config
	scope   attack.Scope
	attacks map[attack.Settings][]attack.Attack
}

// judged is an outcome with the number of findings behind it.
type judged struct {
	Outcome
	findings int
}

// with is what was attested and still counts, and one more answer.
func (w *whatIf) with(key string, yes bool) Attest {
	a := Attest{Answers: map[string]Said{key: {Yes: &yes}}, By: w.config.Attest.By, On: w.now}
	if !expired(w.config.Attest.Until, w.now) {
		for k, said := range w.config.Attest.Answers {
			if k != key {
				a.Answers[k] = said
			}
		}
	}
	return a
}

func (w *whatIf) outcomes(a Attest) []judged {
	intake, _ := intakeOf(w.snap, a, w.now)
	config := w.config
	config.Attest = a
	facts := &Facts{Snapshot: w.snap, Now: w.now, Intake: intake, Config: &config, attacks: w.analysed(intake), memo: map[string]any{}}
	out := make([]judged, 0, len(w.rules))
	for _, rule := range w.rules {
		if w.ctx.Err() != nil {
			break
		}
		v := judge(rule, facts)
		out = append(out, judged{Outcome{Rule: rule, Status: v.Status, Reason: v.Reason}, len(v.Findings)})
	}
	return out
}

func (w *whatIf) analysed(in attack.Settings) []attack.Attack {
	key := attack.Settings{
		AnybodyCanSubmit:           valueOnly(in.AnybodyCanSubmit),
		RequireAuthRequestsUploads: valueOnly(in.RequireAuthRequestsUploads),
		AskUsersToRegister:         valueOnly(in.AskUsersToRegister),
		ContactFormWithToken:       valueOnly(in.ContactFormWithToken),
	}
	found, done := w.attacks[key]
	if !done {
		found = attack.Analyse(w.ctx, w.snap, in, w.scope)
		w.attacks[key] = found
	}
	return found
}

func valueOnly(a attack.Answer) attack.Answer { return attack.Answer{Value: a.Value} }

// changed lists the rules that come out otherwise with one of two answers.
func changed(base, yes, no []judged) []Change {
	var out []Change
	for i := range min(len(base), len(yes), len(no)) {
		if differs(base[i], yes[i]) || differs(base[i], no[i]) {
			out = append(out, Change{Rule: base[i].Rule, Now: base[i].Outcome, IfYes: yes[i].Outcome, IfNo: no[i].Outcome})
		}
	}
	return out
}

func differs(a, b judged) bool { return a.Status != b.Status || a.findings != b.findings }

// waiting lists the rules whose reason for not knowing names the question.
func waiting(base []judged, key string) []Change {
	var out []Change
	for _, b := range base {
		if b.Status == Unknown && slices.ContainsFunc(strings.FieldsFunc(b.Reason, notOfKey), func(word string) bool {
			return strings.TrimRight(word, ".") == "attest."+key
		}) {
			out = append(out, Change{Rule: b.Rule, Now: b.Outcome})
		}
	}
	return out
}

// notOfKey splits a sentence at what is not part of a key.
func notOfKey(r rune) bool {
	return r != '.' && r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
}
