package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// WriteAttacksTable writes, for people at a terminal, every message that a
// stranger can make the account send: first those that carry the stranger's
// words, in full, then the others, in a table.
func WriteAttacksTable(w io.Writer, r *audit.Report, opts Options) error {
	p := newPage(w, opts)
	p.header(r)
	p.gap()
	all := sortOut(r.Attacks)
	p.put(0, styled(bold, attacksSentence(r, all)))
	if !r.Complete {
		p.put(0, styled(high, "The audit was interrupted: this is not everything."))
	}
	if opts.Verbose {
		all = sorted{with: slices.Concat(all.with, all.without, all.closed)}
	}
	if len(all.with) > 0 {
		p.markCaption()
	}
	for _, a := range all.with {
		p.gap()
		if err := p.attack(r, a); err != nil {
			return err
		}
	}
	if err := p.others("Set off by a stranger, without words of theirs", all.without); err != nil {
		return err
	}
	if err := p.others("Closed to strangers by the intake settings", all.closed); err != nil {
		return err
	}
	p.review(r.Attacks)
	p.intake(r)
	p.notRead(r.Gaps)
	return p.done()
}

// attacksSentence is the answer in one sentence.
func attacksSentence(r *audit.Report, all sorted) string {
	if len(r.Attacks) > 0 {
		return messagesSentence(all)
	}
	unread := slices.ContainsFunc(r.Gaps, func(g tenant.Gap) bool {
		return g.Kind == tenant.Triggers || g.Kind == tenant.Automations
	})
	if unread || !r.Complete {
		return "No message was found that a stranger can set off, but not everything was read."
	}
	return "No message was found that a stranger can set off."
}

// sorted are messages by what strangers can do with them: set them off with
// words of their own, set them off without, or neither, because intake is
// closed on every channel.
type sorted struct{ with, without, closed []attack.Attack }

// sortOut puts the messages in which a stranger's words get farthest first.
func sortOut(attacks []attack.Attack) sorted {
	var s sorted
	for _, a := range attacks {
		switch {
		case slices.ContainsFunc(a.Channels, func(c attack.Path) bool { return notClosed(c) && len(c.Carriers) > 0 }):
			s.with = append(s.with, a)
		case slices.ContainsFunc(a.Channels, notClosed):
			s.without = append(s.without, a)
		default:
			s.closed = append(s.closed, a)
		}
	}
	slices.SortStableFunc(s.with, func(a, b attack.Attack) int { return cmp.Compare(voiceOf(b), voiceOf(a)) })
	return s
}

func notClosed(c attack.Path) bool { return c.Intake != attack.IntakeClosed }

func (p *page) attack(r *audit.Report, a attack.Attack) error {
	runs := refRuns(bold, a.Object)
	if title := CleanLine(a.Object.Title); title != "" {
		runs = append(runs, say(" “"+title+"”"))
	}
	runs = append(runs, styled(dim, fmt.Sprintf(", action %d", a.Action)))
	if sink := CleanLine(a.Sink); sink != "" {
		runs = append(runs, styled(dim, " ("+sink+")"))
	}
	p.put(0, runs...)
	if address := adminURL(r.Subdomain, a.Object); address != "" {
		p.put(2, solid(dim, address))
	}
	p.label("to", []run{say(recipients(a))})
	p.message(2, "subject", a.Subject)
	p.message(2, "body", a.Body)
	p.gap()
	if err := p.channels(a.Channels); err != nil {
		return err
	}
	p.blanked(a.Channels)
	if a.Conditions != "" {
		p.label("if", []run{say(CleanLine(a.Conditions))})
	}
	for _, same := range gather(a.Channels, sameWay) {
		p.witness(same, len(a.Channels))
	}
	for _, s := range stops(a) {
		p.label("stops it", []run{say(s)})
	}
	return nil
}

// label sets a line of an attack beside its name.
func (p *page) label(name string, runs []run) {
	p.hang(2, styled(dim, name), labelCells-1, runs...)
}

func recipients(a attack.Attack) string {
	var parts []string
	for _, r := range a.Recipients {
		s := strings.ReplaceAll(CleanLine(string(r)), "_", " ")
		if r.OutsiderChooses() {
			s += " (whom the stranger chooses)"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

// channels is the table of the ways to one message. Where there is little room
// it leaves out what the witnesses below say as well.
func (p *page) channels(paths []attack.Path) error {
	roomy := p.width >= roomyWidth
	columns := []column{{title: "OVER"}, {title: "INTAKE"}}
	if roomy {
		columns = append(columns, column{title: "SENT"})
	}
	columns = append(columns, column{title: "STRANGER SAYS", share: 1, least: 14})
	var rows [][]cell
	for _, c := range paths {
		row := []cell{
			{say(channelWord(c.Channel))},
			{styled(intakeStyle(c.Intake), CleanLine(string(c.Intake)))},
		}
		if roomy {
			row = append(row, cell{say(CleanLine(string(c.Reach)))})
		}
		rows = append(rows, append(row, cell{say(placeholders(c.Carriers, c.Content))}))
	}
	return p.grid(2, columns, rows)
}

// blanked says which placeholders Zendesk leaves empty, where, and by which
// clause of its rule; and why it does not where it does not.
func (p *page) blanked(paths []attack.Path) {
	alike := gather(paths, func(a, b attack.Path) bool {
		return slices.Equal(a.Suppressed, b.Suppressed) && a.Clause == b.Clause
	})
	for _, same := range alike {
		if same[0].Clause == "" && len(same[0].Suppressed) == 0 {
			continue
		}
		text := "nothing"
		if len(same[0].Suppressed) > 0 {
			text = placeholders(same[0].Suppressed, "")
		}
		if len(same) < len(paths) {
			text += " over " + channelNames(same)
		}
		if same[0].Clause != "" {
			text += ": " + CleanLine(same[0].Clause)
		}
		p.label("blanked", []run{say(text)})
	}
}

func intakeStyle(i attack.Intake) style {
	switch i {
	case attack.IntakeOpen:
		return high
	case attack.IntakeUnknown:
		return medium
	case attack.IntakeClosed, attack.IntakeHeld:
	}
	return dim
}

// placeholders lists carriers; where there are none, the stranger's choices.
func placeholders(names []string, content attack.Content) string {
	if len(names) == 0 {
		if content == attack.SaysChoice {
			return "a choice of values"
		}
		return "-"
	}
	return strings.Join(each(names, CleanLine), ", ")
}

// gather puts paths together that are alike, in their order.
func gather(paths []attack.Path, alike func(a, b attack.Path) bool) [][]attack.Path {
	var out [][]attack.Path
	for _, c := range paths {
		i := slices.IndexFunc(out, func(o []attack.Path) bool { return alike(o[0], c) })
		if i < 0 {
			out = append(out, []attack.Path{c})
			continue
		}
		out[i] = append(out[i], c)
	}
	return out
}

// channelWord names a channel as Zendesk does.
func channelWord(c attack.Channel) string {
	switch c {
	case attack.RequestsAPI:
		return "Requests API"
	case attack.Email:
		return "e-mail"
	case attack.Widget:
		return "Web Widget"
	case attack.MobileSDK:
		return "mobile SDK"
	case attack.TicketsAPI:
		return "Tickets API"
	case attack.WebForm, attack.Messaging:
	}
	return spell(string(c))
}

func channelNames(paths []attack.Path) string {
	return strings.Join(each(paths, func(c attack.Path) string { return channelWord(c.Channel) }), ", ")
}

// sameWay says whether two paths have the same ticket, way and doubts.
func sameWay(a, b attack.Path) bool {
	return maps.Equal(a.Ticket.Attributes, b.Ticket.Attributes) && slices.Equal(a.Ticket.Tags, b.Ticket.Tags) &&
		slices.Equal(a.Via, b.Via) && slices.Equal(a.Because, b.Because)
}

// witness shows a ticket that sets the message off, and what comes between.
func (p *page) witness(same []attack.Path, of int) {
	c := same[0]
	if len(same) < of {
		p.put(2, say("Over "+channelNames(same)+":"))
	}
	if ticket := ticketRuns(c.Ticket); len(ticket) > 0 {
		p.label("ticket", ticket)
	}
	for i, v := range c.Via {
		name := "after"
		if i > 0 {
			name = "then"
		}
		runs := refRuns(plain, v)
		if title := CleanLine(v.Title); title != "" {
			runs = append(runs, say(" “"+title+"”"))
		}
		p.label(name, runs)
	}
	for _, why := range c.Because {
		p.label("unsure", []run{say(prose(why))})
	}
}

// ticketRuns writes a ticket as name = value, one to a line.
func ticketRuns(t attack.Ticket) []run {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(t.Attributes)) {
		value := CleanLine(t.Attributes[name])
		if value == "" {
			value = "(empty)"
		}
		lines = append(lines, CleanLine(name)+" = "+value)
	}
	if len(t.Tags) > 0 {
		lines = append(lines, "tags = "+strings.Join(each(t.Tags, CleanLine), " "))
	}
	if len(lines) == 0 {
		return nil
	}
	return []run{say(strings.Join(lines, "\n"))}
}

// others is a table of messages that need no more than a line.
func (p *page) others(heading string, attacks []attack.Attack) error {
	if len(attacks) == 0 {
		return nil
	}
	p.heading(heading)
	columns := []column{{title: "MESSAGE", share: 2, least: 20}, {title: "TO", share: 1, least: 10}, {title: "OVER", share: 2, least: 10}}
	var rows [][]cell
	for _, a := range attacks {
		object := refRuns(plain, a.Object)
		if title := CleanLine(a.Object.Title); title != "" {
			object = append(object, say(" “"+title+"”"))
		}
		rows = append(rows, []cell{
			object,
			{say(strings.Join(each(a.Recipients, func(r attack.Recipient) string { return spell(string(r)) }), ", "))},
			{say(channelNames(a.Channels))},
		})
	}
	return p.grid(2, columns, rows)
}

// review lists what could not be understood.
func (p *page) review(attacks []attack.Attack) {
	all := reviewsOf(attacks)
	if len(all) == 0 {
		return
	}
	p.heading("For a person to look at")
	for _, v := range all {
		runs := append(refRuns(bold, tenant.Ref{Type: v.Object.Type, ID: v.Object.ID}), say(": "+prose(v.What)))
		if v.At != nil {
			place := tenant.Pos{File: v.At.File, Line: v.At.Line, Column: v.At.Column}
			runs = append(runs, say(" "), solid(dim, CleanLine(place.String())))
		}
		p.hang(2, styled(dim, "•"), 1, runs...)
	}
}

// spell puts a word of the report format into plain ones: "web form".
func spell(s string) string { return strings.ReplaceAll(CleanLine(s), "_", " ") }
