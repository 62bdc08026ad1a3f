package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// A question is one of the intake switches.
type question struct {
	label, key string
	answer     *attack.Answer
}

// questions lists the switches of s by the names that Admin Center gives them
// (https://support.zendesk.com/hc/en-us/articles/4408883052442).
func questions(s *attack.Settings) []question {
	return []question{
		{"Anybody can submit tickets", "anybody_can_submit", &s.AnybodyCanSubmit},
		{"Require authentication for request and uploads APIs", "require_auth_requests_uploads", &s.RequireAuthRequestsUploads},
		{"Ask users to register", "ask_users_to_register", &s.AskUsersToRegister},
	}
}

// intake says who may open a ticket, what that changes, and how to settle what
// is not known.
func (p *page) intake(r *audit.Report) {
	p.heading("Who may open a ticket")
	settings := r.Intake
	var unknown []string
	for _, q := range questions(&settings) {
		value := styled(bold, q.answer.Value.String())
		why := ""
		if q.answer.Value.Known() {
			why = prose(q.answer.Detail)
			if why == "" {
				why = CleanLine(q.answer.Basis)
			}
		} else {
			value = styled(medium, q.answer.Value.String())
			unknown = append(unknown, q.key)
		}
		p.hang(2, value, len("unknown")+1, say(q.label), styled(dim, dash(why)))
	}
	if len(unknown) == 0 {
		return
	}
	p.gap()
	if s := bracket(r); s != "" {
		p.put(2, say(s))
	}
	if s := combinations(r.Brackets); s != "" {
		p.put(2, say(s))
	}
	p.put(2, say("No API returns these. Look them up in Admin Center › People › Configuration › End users and put them in zdaudit.yaml; "+code("zdaudit attest")+" asks and writes it:"))
	p.put(4, say("attest:"))
	p.put(6, say("intake:"))
	for _, key := range unknown {
		p.put(8, say(key+": true or false"))
	}
}

func dash(s string) string {
	if s == "" {
		return ""
	}
	return " — " + s
}

// bracket says what the unknown switches make of the messages that carry a
// stranger's words to people the stranger chose. It is empty where they change
// nothing.
func bracket(r *audit.Report) string {
	closed, open := r.Intake, r.Intake
	for _, q := range questions(&closed) {
		if !q.answer.Value.Known() {
			// No to the first closes every channel that the switches govern.
			q.answer.Value = tri.Of(q.key != "anybody_can_submit")
		}
	}
	for _, q := range questions(&open) {
		if !q.answer.Value.Known() {
			q.answer.Value = tri.Of(q.key == "anybody_can_submit")
		}
	}
	best, worst := reachable(r.Attacks, closed), reachable(r.Attacks, open)
	if best == worst {
		return ""
	}
	return fmt.Sprintf("At worst, strangers reach %s with words of their own; at best, %d.", many(worst, "message"), best)
}

// reachable counts the messages with a stranger's words that a live ticket on
// some channel leads to, or may lead to.
func reachable(attacks []attack.Attack, s attack.Settings) int {
	n := 0
	for _, a := range attacks {
		if !slices.ContainsFunc(a.Recipients, attack.Recipient.OutsiderChooses) {
			continue
		}
		if slices.ContainsFunc(a.Channels, func(p attack.Path) bool {
			in := s.On(p.Channel)
			return p.Content == attack.SaysText && (in == attack.IntakeOpen || in == attack.IntakeUnknown)
		}) {
			n++
		}
	}
	return n
}

// notJudged lists the rules whose answer is not known, by reason.
func (p *page) notJudged(r *audit.Report) {
	var reasons []string
	rules := map[string][]audit.Rule{}
	total := 0
	for _, o := range r.Outcomes {
		if o.Status != audit.Unknown && o.Status != audit.Error {
			continue
		}
		reason := o.Reason
		if o.Status == audit.Error {
			reason = strings.TrimSuffix("error: "+reason, ": ")
		}
		if reason == "" {
			reason = "no reason given"
		}
		if rules[reason] == nil {
			reasons = append(reasons, reason)
		}
		rules[reason] = append(rules[reason], o.Rule)
		total++
	}
	if total == 0 {
		return
	}
	p.heading(fmt.Sprintf("Not judged (%s)", many(total, "rule")))
	for _, reason := range reasons {
		p.put(2, say(reasonWords(reason)))
		p.ruleNames(4, rules[reason])
	}
}

// reasonWords puts the words of the report format that a reason begins with
// into plain ones: "not_in_source: users" reads "not in source: users".
func reasonWords(reason string) string {
	reason = prose(reason)
	word, rest, ok := strings.Cut(reason, ":")
	if !ok || strings.Contains(word, " ") {
		return reason
	}
	return strings.ReplaceAll(word, "_", " ") + ":" + rest
}

func (p *page) ruleNames(indent int, rules []audit.Rule) {
	const most = 10
	shown := rules
	if len(rules) > most+1 && !p.opts.Verbose {
		shown = rules[:most]
	}
	cells := 0
	for _, rule := range shown {
		cells = max(cells, len(CleanLine(rule.ID)))
	}
	for _, rule := range shown {
		p.hang(indent, solid(plain, CleanLine(rule.ID)), cells+1, styled(dim, CleanLine(rule.Title)))
	}
	if more := len(rules) - len(shown); more > 0 {
		p.put(indent, styled(dim, fmt.Sprintf("… and %d more: see -f json, or --verbose", more)))
	}
}

// notRead lists the gaps.
func (p *page) notRead(gaps []tenant.Gap) {
	if len(gaps) == 0 {
		return
	}
	p.heading("Not read")
	cells := 0
	var absent []string
	for _, g := range gaps {
		if g.Reason == tenant.NotInSource {
			absent = append(absent, strings.ReplaceAll(g.Kind.String(), "_", " "))
			continue
		}
		cells = max(cells, len(g.Kind.String()))
	}
	for _, g := range gaps {
		if g.Reason == tenant.NotInSource {
			continue
		}
		text := strings.ReplaceAll(g.Reason.String(), "_", " ")
		if detail := prose(g.Detail); detail != "" {
			text += ": " + detail
		}
		p.hang(2, say(strings.ReplaceAll(g.Kind.String(), "_", " ")), cells+1, styled(dim, text))
	}
	if len(absent) > 0 {
		p.put(2, styled(dim, "Not in the source: "+strings.Join(absent, ", ")+"."))
	}
}

func (p *page) notes(notes []string) {
	if len(notes) == 0 {
		return
	}
	p.heading("Notes")
	const most = 20
	shown := notes
	if len(notes) > most && !p.opts.Verbose {
		shown = notes[:most]
	}
	for _, n := range shown {
		p.hang(2, styled(dim, "•"), 1, say(prose(n)))
	}
	if more := len(notes) - len(shown); more > 0 {
		p.put(2, styled(dim, fmt.Sprintf("… and %d more: see --verbose", more)))
	}
}

// accepted lists the findings that do not count, and who answers for them.
func (p *page) accepted(r *audit.Report) {
	var list []audit.Finding
	for _, f := range r.Findings {
		if f.State != audit.Open {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return
	}
	p.heading(fmt.Sprintf("Accepted (%s)", many(len(list), "finding")))
	shown := list
	if len(list) > manyFindings && !p.opts.Verbose {
		shown = list[:fewFindings]
	}
	for _, f := range shown {
		p.hang(2, styled(severityStyle(f.Severity()), f.Severity().String()), ruleCells+1, acceptedRuns(f)...)
	}
	if more := len(list) - len(shown); more > 0 {
		p.put(2, styled(dim, fmt.Sprintf("… and %d more: see -f json, or --verbose", more)))
	}
}

func acceptedRuns(f audit.Finding) []run {
	runs := append([]run{solid(plain, CleanLine(f.Rule)+noBreak), say(" ")}, refRuns(plain, f.Object)...)
	how := "in the baseline"
	if f.State == audit.Waived {
		how = "waived"
	}
	if w := f.Waiver; w != nil {
		if owner := CleanLine(w.Owner); owner != "" {
			how += " by " + owner
		}
		if !w.Until.IsZero() {
			how += " until " + w.Until.Format(time.DateOnly)
		}
		if reason := prose(w.Reason); reason != "" {
			how += ": " + reason
		}
	}
	return append(runs, styled(dim, dash(how)))
}
