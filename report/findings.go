package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

const (
	// manyFindings of one rule are shown up to fewFindings.
	manyFindings = 20
	fewFindings  = 10
	// ruleCells is the width of the widest severity word, so that titles stand
	// under each other.
	ruleCells = len("critical")
	// longestID is the longest name of an object that the overview has room
	// for; the finding itself gives every id in full.
	longestID = 24
	// roomyWidth is where tables have room for columns that only repeat what
	// stands below them.
	roomyWidth = 72
)

// A group is the open findings of one rule, worst first.
type group struct {
	rule     audit.Rule
	findings []audit.Finding
}

// groupByRule gathers open findings by rule, in the order in which the report
// first names the rule.
func groupByRule(r *audit.Report) []group {
	rules := map[string]audit.Rule{}
	for _, o := range r.Outcomes {
		rules[o.Rule.ID] = o.Rule
	}
	var out []group
	at := map[string]int{}
	for _, f := range r.Findings {
		if f.State != audit.Open {
			continue
		}
		i, seen := at[f.Rule]
		if !seen {
			i = len(out)
			at[f.Rule] = i
			out = append(out, group{rule: rules[f.Rule]})
		}
		out[i].findings = append(out[i].findings, f)
	}
	return out
}

// where names what a group is about: one object by its id, several by number.
func (g group) where() []run {
	type object struct{ kind, id string }
	seen := map[object]bool{}
	number := map[string]int{}
	var kinds []string
	for _, f := range g.findings {
		o := object{f.Object.Type, f.Object.ID}
		if seen[o] {
			continue
		}
		seen[o] = true
		if number[o.kind] == 0 {
			kinds = append(kinds, o.kind)
		}
		number[o.kind]++
	}
	if o := g.findings[0].Object; len(seen) == 1 && len(o.Type)+len(o.ID) <= longestID {
		return refRuns(plain, o)
	}
	var parts []string
	for _, k := range kinds {
		parts = append(parts, many(number[k], kindWord(k)))
	}
	return []run{say(strings.Join(parts, ", "))}
}

// kindWord is an object's type in words: "ticket field".
func kindWord(kind string) string {
	if kind = CleanLine(kind); kind == "" {
		return "object"
	}
	return strings.ReplaceAll(kind, "_", " ")
}

// refRuns name an object by type and id, uncut.
func refRuns(s style, o tenant.Ref) []run {
	runs := []run{styled(s, kindWord(o.Type))}
	id := CleanLine(o.ID)
	switch {
	case id == "":
	case len(id) <= longestID:
		runs = append(runs, solid(s, noBreak+id))
	default:
		runs = append(runs, styled(s, " "), solid(s, id))
	}
	return runs
}

// overview is the table of rules with open findings.
func (p *page) overview(groups []group) error {
	if len(groups) == 0 {
		return nil
	}
	columns := []column{{title: "SEVERITY"}, {title: "RULE"}, {title: "WHAT", share: 2, least: 16}}
	if p.width >= roomyWidth {
		columns = append(columns, column{title: "WHERE", share: 1, least: 10})
	}
	var rows [][]cell
	for _, g := range groups {
		f := g.findings[0]
		row := []cell{
			{styled(severityStyle(f.Severity()), f.Severity().String())},
			{solid(plain, CleanLine(f.Rule))},
			{say(CleanLine(f.Title))},
		}
		if p.width >= roomyWidth {
			row = append(row, g.where())
		}
		rows = append(rows, row)
	}
	p.gap()
	return p.grid(0, columns, rows)
}

// findings are the details of every group.
func (p *page) findings(r *audit.Report, groups []group) {
	if len(groups) == 0 {
		return
	}
	p.captions(groups)
	short := 0
	for _, g := range groups {
		if len(groups) > manyGroups && g.findings[0].Severity() < audit.High && !p.opts.Verbose {
			if short == 0 {
				p.gap()
			}
			short++
			p.groupInShort(g)
			continue
		}
		p.gap()
		p.group(r, g)
	}
	if short > 0 {
		p.gap()
		p.put(0, say(fmt.Sprintf("The last %d are in short: %s shows them in full, %s the steps of one.", short, code("--verbose"), code("zdaudit rules ID"))))
	}
}

// manyGroups is how many rules may fail before those below high are told in
// short.
const manyGroups = 15

// groupInShort says what is wrong, where, and what to do in a few lines.
func (p *page) groupInShort(g group) {
	first := g.findings[0]
	severity := first.Severity()
	p.hang(0, styled(severityStyle(severity), severity.String()), ruleCells+1,
		solid(bold, CleanLine(first.Rule)+noBreak), styled(bold, " "+CleanLine(first.Title)))
	indent := ruleCells + 2
	runs := append([]run{styled(dim, "At ")}, listRuns(objectsOf(g.findings))...)
	p.put(indent, runs...)
	p.put(indent, styled(dim, "To fix: "), say(CleanLine(first.Remedy.Summary)))
}

// objectsOf names the objects of findings, each once.
func objectsOf(findings []audit.Finding) []tenant.Ref {
	var out []tenant.Ref
	for _, f := range findings {
		if !slices.Contains(out, f.Object) {
			out = append(out, f.Object)
		}
	}
	return out
}

// captions explain marks and words that the findings use.
func (p *page) captions(groups []group) {
	words, possible := false, false
	for _, g := range groups {
		for _, f := range g.findings {
			possible = possible || f.Certainty == audit.Possible
			for _, e := range f.Evidence {
				words = words || len(e.Text.Tainted()) > 0
			}
		}
	}
	if words || possible {
		p.gap()
	}
	if words {
		p.markCaption()
	}
	if possible {
		p.put(0, styled(dim, "Possible: something that it depends on could not be established."))
	}
}

func (p *page) group(r *audit.Report, g group) {
	first := g.findings[0]
	severity := first.Severity()
	id := CleanLine(first.Rule)
	p.hang(0, styled(severityStyle(severity), severity.String()), ruleCells+1,
		solid(bold, id+noBreak), styled(bold, " "+CleanLine(first.Title)))
	indent := ruleCells + 2
	p.put(indent, say(firstSentence(g.rule.Why)))
	shown := g.findings
	if len(shown) > manyFindings && !p.opts.Verbose {
		shown = shown[:fewFindings]
	}
	for _, f := range shown {
		p.gap()
		p.finding(r, f, severity)
	}
	if more := len(g.findings) - len(shown); more > 0 {
		p.gap()
		p.put(indent, styled(dim, fmt.Sprintf("… and %d more: see -f json, or --verbose", more)))
	}
	p.remedies(indent, g.findings)
}

// finding is one place where a rule fails. Its severity is printed where it is
// not that of the rule's worst.
func (p *page) finding(r *audit.Report, f audit.Finding, worst audit.Severity) {
	indent := ruleCells + 2
	object := refRuns(bold, f.Object)
	if title := CleanLine(f.Object.Title); title != "" {
		object = append(object, say(" “"+title+"”"))
	}
	if s := f.Severity(); s != worst {
		p.hang(0, styled(severityStyle(s), s.String()), indent-1, object...)
	} else {
		p.hang(indent-2, styled(dim, "•"), 1, object...)
	}
	var message []run
	if f.Certainty == audit.Possible {
		message = append(message, styled(medium, "Possible: "))
	}
	if s := afterName(f.Message, f.Object); s != "" {
		p.put(indent, append(message, say(s))...)
	}
	for _, place := range []string{f.At.String(), adminURL(r.Subdomain, f.Object)} {
		if place != "" {
			p.put(indent, solid(dim, CleanLine(place)))
		}
	}
	for _, e := range f.Evidence {
		p.message(indent, CleanLine(e.Label), e.Text)
	}
}

// afterName is a finding's message without the object's name at its beginning,
// where that is what stands above it anyway: `trigger 7 “Receipt” repeats …`.
func afterName(message string, o tenant.Ref) string {
	message = prose(message)
	name := kindWord(o.Type) + " " + CleanLine(o.ID)
	if title := CleanLine(o.Title); title != "" {
		name += " “" + title + "”"
	}
	if rest, ok := strings.CutPrefix(message, name+" "); ok {
		return rest
	}
	return message
}

// remedies prints each different remedy of a group once.
func (p *page) remedies(indent int, findings []audit.Finding) {
	type remedy struct {
		audit.Remediation
		objects []tenant.Ref
	}
	var all []remedy
	for _, f := range findings {
		same := func(o remedy) bool {
			return o.Summary == f.Remedy.Summary && slices.Equal(o.Steps, f.Remedy.Steps)
		}
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i].objects = append(all[i].objects, f.Object)
			continue
		}
		all = append(all, remedy{f.Remedy, []tenant.Ref{f.Object}})
	}
	for _, m := range all {
		if m.Summary == "" && len(m.Steps) == 0 {
			continue
		}
		p.gap()
		if len(all) > 1 {
			p.put(indent, slices.Concat([]run{say("For ")}, listRuns(m.objects), []run{say(":")})...)
		}
		p.remedy(indent, m.Remediation)
	}
	references := findings[0].References
	const most = 2 // `zdaudit rules ID` lists them all
	if len(references) > most && !p.opts.Verbose {
		references = references[:most]
	}
	p.references(indent, references)
}

// listRuns names a few objects and counts the others.
func listRuns(objects []tenant.Ref) []run {
	const most = 5
	var runs []run
	for i, o := range objects[:min(most, len(objects))] {
		if i > 0 {
			runs = append(runs, say(", "))
		}
		runs = append(runs, refRuns(plain, o)...)
	}
	if more := len(objects) - most; more > 0 {
		runs = append(runs, say(fmt.Sprintf(" and %d more", more)))
	}
	return runs
}

func (p *page) remedy(indent int, m audit.Remediation) {
	if s := prose(m.Summary); s != "" {
		p.put(indent, styled(bold, "To fix: "), say(s))
	}
	for i, step := range m.Steps {
		p.hang(indent, say(fmt.Sprintf("%d.", i+1)), len(fmt.Sprint(len(m.Steps)))+1, say(prose(step)))
	}
}

func (p *page) references(indent int, addresses []string) {
	for _, a := range addresses {
		p.put(indent, solid(dim, "See"+noBreak+CleanLine(a)))
	}
}

// firstSentence is the first sentence of a text of several lines.
func firstSentence(s string) string {
	s = strings.Join(strings.Fields(Clean(s)), " ")
	for i, r := range s {
		if r != '.' && r != '!' && r != '?' {
			continue
		}
		rest := s[i+1:]
		if rest == "" {
			break
		}
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
		begins := strings.HasPrefix(rest, " ") && !unicode.IsLower(next)
		if begins && !strings.HasSuffix(s[:i], ".g") && !strings.HasSuffix(s[:i], "i.e") {
			return s[:i+1]
		}
	}
	return s
}
