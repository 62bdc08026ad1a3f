package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// tplCopies is about the mail that people in copy get, which no trigger shows.
var tplCopies = audit.Rule{
	ID:    "ZD-TPL-02",
	Title: "The mail to people in copy repeats a stranger's words",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "relay"},
	Uses:  []tenant.Kind{tenant.Settings, tenant.DynamicContent},
	Why:   `People in copy get mail from templates of their own, which stand apart from the triggers. Their usual subject repeats the ticket's title. Whoever opens a request can name people in copy, so those read what the stranger wrote.`,
	Fix: audit.Remediation{
		Summary: "Write the subject of mail to people in copy in words of your own.",
		Steps: []string{
			"Admin Center › Objects and rules › Tickets › Settings › CCs and followers: replace {{ticket.title}} in the subject with fixed text, and take placeholders for names and comments out of the template where copies are open to strangers.",
			"Side effect: people in copy see from the subject only that there is a message. Where they do not need mail at all, turn copies off on the same page.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408843795482",
		"https://handbook.gitlab.com/handbook/security/customer-support-operations/zendesk/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-8", "SI-10"},
		"ISO 27001:2022": {"A.5.14"},
		"SOC 2":          {"CC6.6"},
	},
	Check: checkCopies,
}

func checkCopies(f *audit.Facts) audit.Verdict {
	var off []tri.Value
	for _, path := range []string{"active_features.allow_ccs", "tickets.collaboration", "tickets.follower_and_email_cc_collaborations"} {
		off = append(off, settingAt(f, path).on().Is(false))
	}
	if tri.And(off...) == tri.True {
		return audit.DoesNotApply("no setting allows CCs")
	}
	return judgeTexts(f, "is repeated to people in copy", []attestedText{
		{"tickets.cc_subject_template", "the subject of mail to people in copy"},
		{"tickets.cc_email_template", "the text of mail to people in copy"},
	}, nil)
}

// An attestedText is a text that no API returns.
type attestedText struct {
	key, what string
}

// judgeTexts looks for a stranger's words in texts that somebody attested.
// more may find further faults in a text.
func judgeTexts(f *audit.Facts, how string, texts []attestedText, more func(t attestedText, said audit.Attested) []audit.Finding) audit.Verdict {
	var found []audit.Finding
	open := ""
	for _, t := range texts {
		said := f.Attested(t.key)
		if !said.Known {
			open = said.Detail
			continue
		}
		words, unread := strangersWords(f, said.Text)
		if len(words) > 0 {
			found = append(found, t.finding(said, "words", audit.Certain, fmt.Sprintf("%s holds %s, which %s", t.what, printedNames(words), how)))
		}
		if len(unread) > 0 {
			open = "not_in_source: " + t.what + " refers to " + strings.Join(unread, ", ") + ", which was not read"
		}
		if more != nil {
			found = append(found, more(t, said)...)
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case open != "":
		return audit.Undecided(open)
	}
	return audit.Passed("what was attested of the texts holds no words that a stranger chooses")
}

func (t attestedText) finding(said audit.Attested, part string, sure audit.Certainty, message string) audit.Finding {
	return audit.Finding{
		Certainty: sure,
		Basis:     audit.FromAttest,
		Message:   message,
		Object:    tenant.Ref{Type: "setting", ID: t.key},
		Part:      part,
		Evidence: []audit.Evidence{
			ownWords("text", said.Text),
			ownWords("attested", said.Detail),
		},
	}
}

// tplSystemMails is about the mail that sign-up and verification send to
// whatever address was typed.
var tplSystemMails = audit.Rule{
	ID:    "ZD-TPL-03",
	Title: "The welcome or verification mail says more than it should to somebody who never asked for it",
	Score: 3.0,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "relay"},
	Uses:  []tenant.Kind{tenant.DynamicContent},
	Why:   `These mails go to addresses that strangers type, and no trigger can keep them back. In February 2026 masses of mail with the subject “Activate account” arrived at people who had asked for nothing. A name that a stranger chose, advertising, or no word on ignoring it makes such mail do the attacker's work.`,
	Fix: audit.Remediation{
		Summary: "Keep both texts neutral, and tell people who did not ask for them to ignore them.",
		Steps: []string{
			"Admin Center › People › Configuration › End users › Account emails: in “User welcome email” and “Email verification email” say who you are and that anybody who did not ask for the mail can ignore it.",
			"Take names, offers and links other than the one Zendesk adds out of both. Side effect: the mail is less personal.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408824350746",
		"https://support.zendesk.com/hc/en-us/articles/4408883052442",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-8"},
		"ISO 27001:2022": {"A.5.14"},
		"SOC 2":          {"CC6.6"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return judgeTexts(f, "a stranger chooses", []attestedText{
			{"end_users.welcome_email_text", "the welcome mail"},
			{"end_users.verification_email_text", "the verification mail"},
		}, neutralityFindings)
	},
}

// reassurances are pieces of sentences that tell a reader to pay no heed, in
// some languages. A text in another language is only possibly without one.
var reassurances = []string{
	"ignore", "disregard", "no action", "didn't request", "did not request", "didn’t request",
	"ignorieren", "nicht angefordert", "gegenstandslos",
	"ignorer", "ignorez", "ne pas tenir compte",
	"ignorar", "ignore este", "ignora", "caso omiso", "desconsidere",
	"negeren", "negeer", "ignorera", "ignorér", "無視", "忽略", "무시",
}

var webAddress = regexp.MustCompile(`(?i)\bhttps?://[^\s"'<>]+`)

func neutralityFindings(t attestedText, said audit.Attested) []audit.Finding {
	var out []audit.Finding
	if link := webAddress.FindString(said.Text); link != "" {
		out = append(out, t.finding(said, "link", audit.Possible, t.what+" holds a link of its own, which looks like advertising to somebody who asked for nothing: "+link))
	}
	lower := strings.ToLower(said.Text)
	if !slices.ContainsFunc(reassurances, func(s string) bool { return strings.Contains(lower, s) }) {
		out = append(out, t.finding(said, "heed", audit.Possible, t.what+" does not tell people who asked for nothing to ignore it, as far as zdaudit knows its language"))
	}
	return out
}
