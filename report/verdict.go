package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
)

// Summary says how an audit came out in one line without a line end, for
// standard error.
func Summary(r *audit.Report) string {
	c := r.Coverage()
	s := accountName(r) + ": "
	switch n := counts(r); {
	case n != "":
		s += n
	case c.Evaluated == 0:
		s += "nothing could be judged"
	default:
		s += "no open findings"
	}
	s += "; " + strings.TrimSuffix(coverage(c), ".")
	if !r.Complete {
		s += "; interrupted, so this is not everything"
	}
	return s
}

// accountName is what sentences call the account.
func accountName(r *audit.Report) string {
	for _, name := range []string{r.Subdomain, r.Name} {
		if name = CleanLine(name); name != "" {
			return name
		}
	}
	return "this account"
}

// counts are the open findings by band, "3 critical, 2 high"; empty for none.
func counts(r *audit.Report) string {
	var parts []string
	for _, s := range audit.Severities() {
		if n := r.Count(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// coverage says how much was looked at, in one sentence.
func coverage(c audit.Coverage) string {
	applicable := c.Evaluated + c.Unknown
	var s string
	switch {
	case c.Total == 0:
		return "No rule was asked for."
	case applicable == 0:
		return fmt.Sprintf("None of the %s applies.", many(c.Total, "rule"))
	case c.Unknown == 0 && applicable == 1:
		s = "The one applicable rule was judged"
	case c.Unknown == 0:
		s = fmt.Sprintf("All %d applicable rules were judged", applicable)
	default:
		s = fmt.Sprintf("%d of %s judged, %d unknown", c.Evaluated, many(applicable, "applicable rule"), c.Unknown)
	}
	if c.NotApplicable > 0 {
		s += fmt.Sprintf(", %d not applicable", c.NotApplicable)
	}
	return s + "."
}

// verdict is the answer in one sentence.
func verdict(r *audit.Report) string {
	name, n, c := accountName(r), keepNumbers(counts(r)), r.Coverage()
	open := 0
	for _, s := range audit.Severities() {
		open += r.Count(s)
	}
	said := ""
	switch strangersWords(r.Attacks) {
	case wordsGetThrough:
		said = "A stranger can make " + name + " send their own words"
	case wordsIfOpen:
		said = "A stranger can make " + name + " send their own words, unless an intake setting that is not known stops them"
	case wordsPerhaps:
		said = "A stranger may be able to make " + name + " send their own words"
	case wordsStay:
	}
	switch {
	case said != "" && open > 0:
		return said + ": " + n + "."
	case said != "":
		return said + "; no finding is open."
	case open > 0:
		return fmt.Sprintf("%s in %s: %s.", many(open, "problem"), name, n)
	case c.Evaluated == 0:
		return "Nothing could be judged about " + name + "."
	case c.Unknown > 0:
		return "Nothing wrong was found in " + name + ", as far as it could be judged."
	}
	return "Nothing wrong was found in " + name + "."
}

// keepNumbers keeps each number of a list on one line with its word.
func keepNumbers(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, " ", noBreak), ","+noBreak, ", ")
}

// A voice is how far a stranger's own words get.
type voice uint8

const (
	wordsStay voice = iota
	wordsPerhaps
	wordsIfOpen
	wordsGetThrough
)

// strangersWords is the farthest that text a stranger wrote gets, over any
// channel, to somebody the stranger chose.
func strangersWords(attacks []attack.Attack) voice {
	out := wordsStay
	for _, a := range attacks {
		out = max(out, voiceOf(a))
	}
	return out
}

func voiceOf(a attack.Attack) voice {
	out := wordsStay
	if !slices.ContainsFunc(a.Recipients, attack.Recipient.OutsiderChooses) {
		return out
	}
	for _, p := range a.Channels {
		if p.Content != attack.SaysText || (p.Intake != attack.IntakeOpen && p.Intake != attack.IntakeUnknown) {
			continue
		}
		switch {
		case p.Reach != attack.Certain:
			out = max(out, wordsPerhaps)
		case p.Intake == attack.IntakeUnknown:
			out = max(out, wordsIfOpen)
		default:
			out = max(out, wordsGetThrough)
		}
	}
	return out
}

// many is a number with its noun: "1 rule", "2 rules".
func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") {
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
