package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/attack"
)

// stops says what would keep a message, or the stranger's words in it, from
// being sent: each a sentence, the most thorough first.
func stops(a attack.Attack) []string {
	var out []string
	if s := withoutWords(a); s != "" {
		out = append(out, s)
	}
	if s := closing(a, "Clearing “Anybody can submit tickets”", attack.WebForm, attack.RequestsAPI, attack.Email, attack.Widget, attack.MobileSDK); s != "" {
		out = append(out, s)
	}
	if s := closing(a, "“Require authentication for request and uploads APIs”", attack.RequestsAPI, attack.Widget, attack.MobileSDK); s != "" {
		out = append(out, s)
	}
	if s := closing(a, "The condition “Current user › Is › (end user)”", attack.TicketsAPI); s != "" {
		out = append(out, s)
	}
	return append(out, withoutEarlier(a)...)
}

// withoutWords names the placeholders to take out, and where they stand.
func withoutWords(a attack.Attack) string {
	var where []string
	for _, w := range a.Words {
		if !carried(a, w.From) {
			continue
		}
		place := "the body"
		switch {
		case w.Dynamic != "":
			place = "the dynamic content {{dc." + CleanLine(w.Dynamic) + "}}"
		case w.InSubject:
			place = "the subject"
		}
		s := fmt.Sprintf("{{%s}} out of %s", CleanLine(w.From), place)
		if !slices.Contains(where, s) {
			where = append(where, s)
		}
	}
	if len(where) == 0 {
		return ""
	}
	return "Taking " + strings.Join(where, ", ") + " leaves no words of the stranger's."
}

// carried says whether a placeholder carries words over some channel.
func carried(a attack.Attack, name string) bool {
	return slices.ContainsFunc(a.Channels, func(c attack.Path) bool { return slices.Contains(c.Carriers, name) })
}

// closing says which of the ways a change would close, of those that can be
// closed by it.
func closing(a attack.Attack, what string, channels ...attack.Channel) string {
	var closed []attack.Path
	for _, c := range a.Channels {
		if slices.Contains(channels, c.Channel) && c.Intake != attack.IntakeClosed {
			closed = append(closed, c)
		}
	}
	if len(closed) == 0 {
		return ""
	}
	return fmt.Sprintf("%s closes %s.", what, channelNames(closed))
}

// withoutEarlier names the rules that had to fire first on every way.
func withoutEarlier(a attack.Attack) []string {
	var out []string
	if len(a.Channels) == 0 {
		return nil
	}
	for _, v := range a.Channels[0].Via {
		everywhere := !slices.ContainsFunc(a.Channels, func(c attack.Path) bool { return !slices.Contains(c.Via, v) })
		if everywhere {
			out = append(out, fmt.Sprintf("Without %s %s before it, it is not sent.", CleanLine(v.Type), CleanLine(v.ID)))
		}
	}
	return out
}
