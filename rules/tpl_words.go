package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// placeholderIn finds names with a dot inside Liquid markup: the markup, then
// each name in it (https://support.zendesk.com/hc/en-us/articles/4408886858138).
var (
	markupIn = regexp.MustCompile(`\{\{[^{}]*\}\}|\{%[^{}]*%\}`)
	nameIn   = regexp.MustCompile(`[A-Za-z_][\w-]*(?:\.[\w-]+)+`)
)

// harmlessTicket are placeholders after "ticket." whose value the account or
// Zendesk decides.
var harmlessTicket = []string{
	"id", "encoded_id", "link", "link_with_email", "url", "url_with_protocol", "account", "status", "group", "assignee",
	"brand", "agent_signature", "follower_reply_type_message",
}

// A printed is a placeholder in a template and the byte where it stands.
type printed struct {
	name string
	at   int
}

// strangersWords lists the placeholders of a template that can print what
// somebody outside wrote, the first place of each, and the dynamic content in
// it that was not read. Dynamic content is followed as deep as it goes.
func strangersWords(f *audit.Facts, template string) (words []printed, unread []string) {
	walked := map[string]bool{}
	var inItem func(key, from string, at int)
	visit := func(p printed, inside string) {
		key, isDynamic := strings.CutPrefix(p.name, "dc.")
		switch {
		case isDynamic && !walked[key]:
			walked[key] = true
			inItem(key, p.name, p.at)
		case !isDynamic && isStrangers(p.name):
			if inside != "" {
				p.name += " (in {{" + inside + "}})"
			}
			if !slices.ContainsFunc(words, func(w printed) bool { return w.name == p.name }) {
				words = append(words, p)
			}
		}
	}
	inItem = func(key, from string, at int) {
		i := slices.IndexFunc(f.Dynamic, func(d tenant.DynamicItem) bool { return d.Key == key })
		if i < 0 {
			unread = append(unread, from)
			return
		}
		for _, v := range f.Dynamic[i].Variants {
			for _, p := range placeholdersIn(v.Content.String()) {
				visit(printed{p.name, at}, from)
			}
		}
	}
	for _, p := range placeholdersIn(template) {
		visit(p, "")
	}
	return words, unread
}

func placeholdersIn(template string) []printed {
	var out []printed
	seen := map[string]bool{}
	for _, m := range markupIn.FindAllStringIndex(template, -1) {
		for _, n := range nameIn.FindAllStringIndex(template[m[0]:m[1]], -1) {
			name := template[m[0]+n[0] : m[0]+n[1]]
			if !seen[name] {
				seen[name] = true
				out = append(out, printed{name, m[0]})
			}
		}
	}
	return out
}

func isStrangers(name string) bool {
	root, rest, _ := strings.Cut(name, ".")
	first, _, _ := strings.Cut(rest, ".")
	switch root {
	case "ticket":
		return !slices.Contains(harmlessTicket, first)
	case "comment", "current_user", "user", "requester":
		return first != "id" && first != "signature"
	}
	return false
}
