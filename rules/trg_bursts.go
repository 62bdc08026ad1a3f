package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

const (
	scoreBurst = 4.5
	scoreOrder = 5.0
)

// trgBurst: each request is multiplied by the number of mails it sets off.
var trgBurst = audit.Rule{
	ID:    "ZD-TRG-14",
	Title: "One request of a stranger sets off several mails to customers",
	Score: scoreBurst, Since: "0.1.0", Tags: []string{"relay", "core", "volume"},
	Needs: triggerNeeds, Uses: triggerUses,
	Why: "A stranger who wants to flood a victim's mailbox gets several mails for each request. " +
		"Every one of them comes from your address, so the harm to your sending reputation is multiplied as well.",
	Fix: audit.Remediation{
		Summary: "Send one mail for a new ticket.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: merge the triggers that the finding names into one.",
			"Where they have to stay apart, let each add the tag “ack_sent” and ask for “Tags › Contains none of the following › ack_sent”.",
			"Side effect: customers get one receipt in place of several.",
		},
	},
	References: []string{triggersURL},
	Frameworks: relayControls,
	Check: func(f *audit.Facts) audit.Verdict {
		var found []audit.Finding
		all, whole := bursts(f)
		for _, b := range all {
			found = append(found, b.finding())
		}
		if len(found) == 0 && !whole {
			return audit.Undecided("truncated: there are more combinations of triggers than can be tried")
		}
		return audit.Failed(found...)
	},
}

// A burst is a set of messages that one ticket sets off.
type burst struct {
	replies []firstReply
	over    attack.Path // of the first message, over the channel
	reach   attack.Reach
	because []string
}

// maxTries bounds how many combinations of triggers are tried. Accounts with
// very many first replies get the bursts that are found until then.
const maxTries = 2000

// maxBurst is where a burst is large enough.
const maxBurst = 20

// bursts groups first replies that one ticket can set off together. Each group
// grows from its first trigger on in the order in which triggers run, so brands
// that exclude each other make groups of their own. whole says that everything
// was tried.
func bursts(f *audit.Facts) (out []burst, whole bool) {
	look := looking(f)
	rs := firstReplies(f)
	grouped := map[int]bool{}
	tried := 0
	for i := range rs {
		if grouped[i] {
			continue
		}
		var best burst
		var members []int
		for _, p := range rs[i].paths {
			b, in := grow(look, rs, i, p, &tried)
			if len(b.replies) > len(best.replies) {
				best, members = b, in
			}
			if len(best.replies) == min(len(rs)-i, maxBurst) {
				break // no other channel can do more
			}
		}
		if len(best.replies) < 2 {
			continue
		}
		for _, m := range members {
			grouped[m] = true
		}
		out = append(out, best)
	}
	return out, tried <= maxTries
}

// grow adds to a message, over one channel, every later one that the same
// ticket can set off as well.
func grow(look *attack.Look, rs []firstReply, from int, p attack.Path, tried *int) (burst, []int) {
	b := burst{replies: []firstReply{rs[from]}, over: p, reach: p.Reach, because: p.Because}
	members, refs := []int{from}, []tenant.Ref{rs[from].attack.Object}
	for i := from + 1; i < len(rs) && len(b.replies) < maxBurst; i++ {
		if !slices.ContainsFunc(rs[i].paths, func(q attack.Path) bool { return q.Channel == p.Channel }) {
			continue
		}
		object := rs[i].attack.Object
		if !slices.Contains(refs, object) {
			if *tried++; *tried > maxTries {
				break
			}
			reach, because, ok := look.Together(p.Channel, append(slices.Clip(refs), object)...)
			if !ok {
				continue
			}
			refs, b.reach, b.because = append(refs, object), reach, because
		}
		b.replies, members = append(b.replies, rs[i]), append(members, i)
	}
	return b, members
}

// finding is about the first trigger of the burst.
func (b burst) finding() audit.Finding {
	var names []string
	mails := map[string]int{}
	for _, r := range b.replies {
		name := named(r.attack.Object)
		if mails[name]++; mails[name] == 1 {
			names = append(names, name)
		}
	}
	for i, name := range names {
		if mails[name] > 1 {
			names[i] = fmt.Sprintf("%s (%d mails)", name, mails[name])
		}
	}
	first := b.replies[0].attack
	one := []attack.Path{b.over}
	one[0].Reach, one[0].Because = b.reach, b.because
	count := fmt.Sprint(len(b.replies))
	if len(b.replies) == maxBurst {
		count += " or more"
	}
	certainty := audit.Possible
	if b.reach == attack.Certain {
		certainty = audit.Certain
	}
	return audit.Finding{
		Score: afterIntake(scoreBurst, one), Certainty: certainty, Basis: audit.FromSimulation,
		Message: fmt.Sprintf("One ticket over %s sets off %s mails to people outside: %s.", channels(one), count, firstFew(names)) +
			intakeRemark(one) + doubts(one),
		Object: first.Object, Part: "burst", At: first.BodyAt,
		Evidence: []audit.Evidence{ownWords("triggers", strings.Join(names, "; "))},
	}
}

// trgSpamOrder: a mail that has been sent cannot be called back.
var trgSpamOrder = audit.Rule{
	ID:    "ZD-TRG-25",
	Title: "A trigger that sorts out spam runs after the first reply has been sent",
	Score: scoreOrder, Since: "0.1.0", Tags: []string{"relay", "core", "order"},
	Needs: triggerNeeds, Uses: append([]tenant.Kind{tenant.CustomStatuses}, triggerUses...),
	Why: "Triggers run from the top to the bottom of the list. " +
		"A trigger that tags, solves or closes spam helps nobody if the mail to the victim went out further up.",
	Fix: audit.Remediation{
		Summary: "Let spam be sorted out before anything is sent.",
		Steps: []string{
			"Admin Center › Objects and rules › Business rules › Triggers: drag the trigger that sorts out spam to the top of the first category.",
			"Let it add a tag such as “spam”, and add “Tags › Contains none of the following › spam” to every first reply.",
			"Side effect: customers whose tickets are taken for spam get no receipt.",
		},
	},
	References: []string{triggersURL},
	Frameworks: relayControls,
	Check:      checkSpamOrder,
}

func checkSpamOrder(f *audit.Facts) audit.Verdict {
	look := looking(f)
	rs := firstReplies(f)
	var found []audit.Finding
	for at, filter := range f.Triggers {
		how := sortsOut(f, filter)
		if how == "" || !isActive(filter) {
			continue
		}
		var before []string
		sure := audit.Possible
		var paths []attack.Path
		for _, r := range rs {
			if i := positionOf(f, r.attack.Object); i < 0 || i >= at || slices.Contains(before, named(r.attack.Object)) {
				continue
			}
			path, ok := bothFire(look, r, filter.Ref)
			if !ok {
				continue
			}
			before = append(before, named(r.attack.Object))
			paths = append(paths, path)
			if path.Reach == attack.Certain {
				sure = audit.Certain
			}
		}
		if len(before) == 0 {
			continue
		}
		found = append(found, audit.Finding{
			Score: afterIntake(scoreOrder, paths), Certainty: sure, Basis: audit.FromSimulation,
			Message: fmt.Sprintf("%s %s only after the mail of %s has been sent for the same ticket.", named(filter.Ref), how, firstFew(before)) + intakeRemark(paths) + doubts(paths),
			Object:  filter.Ref, At: filter.Raw.Pos(),
			Evidence: []audit.Evidence{ownWords("conditions", filter.ConditionsInWords())},
		})
	}
	return audit.Failed(found...)
}

// bothFire finds a channel over which one ticket sets off a message and the
// filter, and gives the message's path with the reach of both.
func bothFire(look *attack.Look, r firstReply, filter tenant.Ref) (attack.Path, bool) {
	var best attack.Path
	for _, p := range r.paths {
		reach, because, ok := look.Together(p.Channel, r.attack.Object, filter)
		if !ok {
			continue
		}
		p.Reach, p.Because = reach, because
		if reach == attack.Certain {
			return p, true
		}
		best = p
	}
	return best, best.Channel != ""
}

func positionOf(f *audit.Facts, r tenant.Ref) int {
	return slices.IndexFunc(f.Triggers, func(t tenant.BusinessRule) bool { return t.ID == r.ID })
}

// spamTags are tags by which triggers mark what nobody should answer.
var spamTags = regexp.MustCompile(`(?i)spam|junk|phish|scam|fraud|abus`)

// sortsOut says what a trigger does to sort out spam; empty if nothing. Solving
// or closing counts where a condition on words or on the sender picks tickets:
// without one the trigger takes no ticket for spam.
func sortsOut(f *audit.Facts, t tenant.BusinessRule) string {
	if mailsOutside(t) {
		return ""
	}
	for _, a := range t.Actions {
		value, _ := a.Value.Scalar()
		if a.Value.Type() == tenant.List {
			var tags []string
			for _, s := range a.Value.Strings() {
				tags = append(tags, s.String())
			}
			value = strings.Join(tags, " ")
		}
		switch a.Field {
		case "current_tags", "set_tags":
			if spamTags.MatchString(value) {
				return "adds the tag “" + value + "”"
			}
		case "status":
			if (value == "solved" || value == "closed") && picksTickets(t) {
				return "sets the ticket to " + value
			}
		case "custom_status_id":
			if c := statusCategory(f, value); (c == "solved" || c == "closed") && picksTickets(t) {
				return "sets the ticket to " + c
			}
		}
	}
	return ""
}

// mailsOutside says whether a trigger writes to customers itself: it is then an
// answer, and not a filter.
func mailsOutside(t tenant.BusinessRule) bool {
	return slices.ContainsFunc(t.Actions, func(a tenant.Action) bool {
		to, _ := a.Value.At(0).Scalar()
		return a.Field == "notification_user" && (to == "requester_id" || to == "requester_and_ccs" || to == "current_user")
	})
}

// picksTickets says whether a condition looks at what was written or by whom.
func picksTickets(t tenant.BusinessRule) bool {
	return slices.ContainsFunc(slices.Concat(t.All, t.Any), func(c tenant.Condition) bool {
		switch c.Field {
		case "subject_includes_word", "comment_includes_word", "description_includes_word", "requester_id", "organization_id", "recipient":
			return true
		}
		return false
	})
}

func statusCategory(f *audit.Facts, id string) string {
	for _, s := range f.List(tenant.CustomStatuses) {
		if s.Get("id").ID() == id {
			return s.Get("status_category").Str().Or("")
		}
	}
	return ""
}
