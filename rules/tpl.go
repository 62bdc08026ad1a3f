package rules

import (
	"regexp"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// tplAccount is about the frame around every notification.
var tplAccount = audit.Rule{
	ID:    "ZD-TPL-01",
	Title: "The account's e-mail template prints ticket data, loads over plain HTTP, or lost its content",
	Score: 3.5,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "relay"},
	Uses:  []tenant.Kind{tenant.Settings, tenant.EmailSettings, tenant.Brands, tenant.DynamicContent},
	Why:   `The template stands around every notification. A placeholder in it that prints what a stranger wrote is in all of them, however clean the triggers are. Links over plain HTTP can be changed on their way, and without the account's footer a reader cannot tell whose mail it is.`,
	Fix: audit.Remediation{
		Summary: "Keep the template to {{content}}, {{footer}} and words of your own.",
		Steps: []string{
			"Usually under Admin Center › Channels › Talk and email › Email › HTML template and Text template: remove placeholders that begin with “ticket.”, keep {{content}} and {{footer}}, and write links with https.",
			"The signature of agents is edited with the brand; keep it to {{agent.signature}} and the like.",
			"Side effect: what the template printed about the ticket disappears from all mail.",
		},
	},
	References: []string{
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
		placesURL,
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-8", "SI-10"},
		"ISO 27001:2022": {"A.5.14"},
		"SOC 2":          {"CC6.6"},
	},
	Check: checkAccountTemplate,
}

// plainLink finds an address that is loaded or followed over plain HTTP. The
// document type of an HTML page names addresses too, which nobody follows.
var plainLink = regexp.MustCompile(`(?i)\b(?:href|src)\s*=\s*["']?(http://[^\s"'>]+)`)

// The parts that a template cannot do without.
var (
	contentIn = regexp.MustCompile(`\{\{\s*content\b`)
	footerIn  = regexp.MustCompile(`\{\{\s*footer\b`)
)

// scoreTemplateContext is the score of a template that prints no stranger's
// words but leaves readers in doubt.
const scoreTemplateContext = 2.0

func checkAccountTemplate(f *audit.Facts) audit.Verdict {
	var found []audit.Finding
	var unread []string
	for _, key := range []string{"html_mail_template", "text_mail_template"} {
		// Newer accounts answer in their e-mail settings.
		s := setting{path: "email." + key, value: f.Single(tenant.EmailSettings).Get(key)}
		if !s.value.Exists() {
			s = settingAt(f, s.path)
		}
		text := s.value.Text()
		if !text.Known() {
			unread = append(unread, s.path)
			continue
		}
		ref := tenant.Ref{Type: "setting", ID: s.path}
		findings, items := templateFindings(f, ref, text)
		found = append(found, findings...)
		unread = append(unread, items...)
	}
	for i, b := range f.Brands {
		v := f.List(tenant.Brands)[i].Get("signature_template")
		text := v.Text()
		if !text.Known() && v.Type() != tenant.Null {
			unread = append(unread, "signature_template of "+named(b.Ref))
			continue
		}
		words, items := templateWords(f, b.Ref, "signature_template", text)
		found = append(found, words...)
		unread = append(unread, items...)
	}
	switch v, missing := notRead(f, tenant.Brands); {
	case len(found) > 0:
		return failed(found...)
	case len(unread) > 0:
		return audit.Undecided("key_missing: not read: " + strings.Join(unread, ", "))
	case missing:
		return v
	}
	return audit.Passed("the templates and signatures print nothing that a stranger wrote")
}

// templateFindings judges one of the two templates.
func templateFindings(f *audit.Facts, ref tenant.Ref, text tenant.Text) (out []audit.Finding, unread []string) {
	out, unread = templateWords(f, ref, "", text)
	finding := func(part, message string, at int, evidence string) {
		out = append(out, audit.Finding{
			Score: scoreTemplateContext, Certainty: audit.Certain, Basis: audit.FromAPI, Message: message,
			Object: ref, Part: part, At: text.PosAt(at), Evidence: []audit.Evidence{ownWords("template", evidence)},
		})
	}
	template := text.String()
	if m := plainLink.FindStringSubmatchIndex(template); m != nil {
		link := template[m[2]:m[3]]
		finding("link", "the template "+ref.ID+" has an address over plain HTTP", m[2], link)
	}
	var lost []string
	if !contentIn.MatchString(template) {
		lost = append(lost, "{{content}}")
	}
	if !footerIn.MatchString(template) {
		lost = append(lost, "{{footer}}")
	}
	// An account that never wrote a template of its own may answer with none.
	if template != "" && len(lost) > 0 {
		finding("context", "the template "+ref.ID+" lacks "+strings.Join(lost, " and "), 0, "missing: "+strings.Join(lost, ", "))
	}
	return out, unread
}

// templateWords reports what a stranger gets to say in a template, if anything.
func templateWords(f *audit.Facts, ref tenant.Ref, part string, text tenant.Text) ([]audit.Finding, []string) {
	words, unread := strangersWords(f, text.String())
	if len(words) == 0 {
		return nil, unread
	}
	subject := "the template " + ref.ID
	if part != "" {
		subject = "the signature of " + named(ref)
	}
	names := printedNames(words)
	return []audit.Finding{{
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   subject + " prints " + names + " in every mail that it is part of",
		Object:    ref,
		Part:      part,
		At:        text.PosAt(words[0].at),
		Evidence:  []audit.Evidence{ownWords("template", names)},
	}}, unread
}

func printedNames(words []printed) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.name
	}
	return strings.Join(out, ", ")
}
