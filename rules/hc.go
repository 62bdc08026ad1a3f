package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

const helpCenterSettingsPath = "Usually under Knowledge admin › Settings, which opens from the product menu beside Admin Center: "

// A helpCenterSwitch is a setting of the help center: what its settings say,
// where they were read, or else what somebody attested. No documented API
// returns the settings.
type helpCenterSwitch struct {
	path   string
	on     tri.Value
	basis  audit.Basis
	at     tenant.Pos
	detail string // how it is known, or why it is not
}

// helpCenterSwitchOf reads key from the settings, and else the answer to the
// question. An empty question stands for none.
func helpCenterSwitchOf(f *audit.Facts, key, question string) helpCenterSwitch {
	v := f.Single(tenant.HelpCenterSettings).Get(key)
	if on, known := v.Bool().Get(); known {
		return helpCenterSwitch{
			path: "help_center_settings." + key, on: tri.Of(on), basis: audit.FromAPI, at: v.Pos(),
			detail: fmt.Sprintf("%s: %t", key, on),
		}
	}
	if question == "" {
		return helpCenterSwitch{path: "help_center_settings." + key, detail: "key_missing: the help center's settings that were read do not say " + key}
	}
	said := f.Attested(question)
	s := helpCenterSwitch{path: question, on: said.Yes, basis: audit.FromAttest, detail: said.Detail}
	if said.Yes.Known() {
		s.detail = fmt.Sprintf("%s: %s (%s)", question, said.Yes, said.Detail)
	}
	return s
}

func (s helpCenterSwitch) evidence() audit.Evidence { return ownWords("setting", s.detail) }

func (s helpCenterSwitch) finding(id, message string) audit.Finding {
	return audit.Finding{
		Certainty: audit.Certain,
		Basis:     s.basis,
		Message:   message,
		Object:    tenant.Ref{Type: "setting", ID: id},
		At:        s.at,
		Evidence:  []audit.Evidence{s.evidence()},
	}
}

// passed is the verdict on a setting that is as it should be. Every brand's
// help center has settings of its own, and those of one speak for no other.
func (s helpCenterSwitch) passed(f *audit.Facts, reason string) audit.Verdict {
	if n := len(helpCenters(f)); s.basis == audit.FromAPI && n > 1 {
		return audit.Undecided(fmt.Sprintf("not_in_source: the settings of one help center were read, and the account may have %d", n))
	}
	return audit.Passed(reason)
}

// hcUnsafeHTML is about scripts in articles.
var hcUnsafeHTML = audit.Rule{
	ID:    "ZD-HC-01",
	Title: "Help center articles may contain unsafe HTML",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "help-center"},
	Uses:  []tenant.Kind{tenant.HelpCenterSettings, tenant.Brands},
	Why:   `Whoever can edit an article, or gets hold of an editor's account, can put a script into it. The script runs in the browser of every reader, on the company's own domain and with whatever the reader may do there.`,
	Fix: audit.Remediation{
		Summary: "Stop displaying unsafe content.",
		Steps: []string{
			helpCenterSettingsPath + "under Security clear “Display unsafe content”.",
			"Side effect: scripts, frames and some styles in articles stop working. Look for articles that embed players or forms first.",
		},
	},
	References: []string{"https://github.com/salto-io/salto"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-10"},
		"ISO 27001:2022": {"A.8.26"},
		"SOC 2":          {"CC6.8"},
		"CIS v8":         {"16.10"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		s := helpCenterSwitchOf(f, "article_sanitization_disabled", "help_center.unsafe_html")
		switch s.on {
		case tri.Unknown:
			return audit.Undecided(s.detail)
		case tri.False:
			return s.passed(f, "unsafe content is not displayed: "+s.detail)
		case tri.True:
		}
		return failed(s.finding("help_center.unsafe_html", "articles display unsafe HTML"))
	},
}

// hcCommunity is about posts that nobody looks at before others see them.
var hcCommunity = audit.Rule{
	ID:    "ZD-HC-02",
	Title: "The community publishes posts without moderation",
	Score: 4.5,
	Since: "0.1.0",
	Tags:  []string{"extended", "help-center"},
	Uses:  []tenant.Kind{tenant.HelpCenterSettings, tenant.Brands},
	Why:   `Spam appears on the company's domain at once, where search engines find it, and followers of a topic get it by mail in the company's name.`,
	Fix: audit.Remediation{
		Summary: "Hold posts for moderation.",
		Steps: []string{
			helpCenterSettingsPath + "under spam prevention turn on content moderation, for all posts or for those with words you list.",
			"Side effect: somebody has to look through the posts that are held.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/4408883183770", "https://github.com/salto-io/salto"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-8"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.8"},
	},
	Check: checkCommunity,
}

func checkCommunity(f *audit.Facts) audit.Verdict {
	community := helpCenterSwitchOf(f, "community_enabled", "help_center.community")
	some := helpCenterSwitchOf(f, "content_moderation_enabled", "help_center.community_moderated")
	all := helpCenterSwitchOf(f, "moderate_all_content_enabled", "")
	moderated := tri.Or(some.on, all.on)
	if some.basis == audit.FromAttest && all.on != tri.True {
		// The answer is about moderation of any sort.
		moderated = some.on
	}
	switch {
	case community.on == tri.False:
		v := community.passed(f, "the community is off: "+community.detail)
		if v.Status == audit.Pass {
			v.Status = audit.NotApplicable
		}
		return v
	case moderated == tri.True:
		if all.on == tri.True {
			some = all
		}
		return some.passed(f, "posts are moderated: "+some.detail)
	case community.on == tri.Unknown:
		return audit.Undecided(community.detail)
	case some.on == tri.Unknown:
		return audit.Undecided(some.detail)
	case moderated == tri.Unknown:
		return audit.Undecided(all.detail)
	}
	out := some.finding("help_center.community_moderated", "the community is on, and posts appear without moderation")
	out.Evidence = append(out.Evidence, community.evidence())
	if all.on.Known() {
		out.Evidence = append(out.Evidence, all.evidence())
	}
	return failed(out)
}

// hcInternal is about instructions that only staff should read.
var hcInternal = audit.Rule{
	ID:    "ZD-HC-03",
	Title: "A help center for staff can be read without signing in",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"extended", "help-center"},
	Uses:  []tenant.Kind{tenant.HelpCenterSettings, tenant.Probes, tenant.Brands},
	Why:   `Internal procedures, names and systems are what somebody needs who wants to talk a member of staff into something. Nothing shows that a stranger has read them.`,
	Fix: audit.Remediation{
		Summary: "Require everybody to sign in, and show internal articles to staff only.",
		Steps: []string{
			helpCenterSettingsPath + "require sign-in to the help center.",
			"Set the user segment of internal articles to agents and administrators, because sign-in alone lets in every end user with an account.",
			"Side effect: links to articles no longer open for people without an account.",
		},
	},
	References: []string{"https://github.com/salto-io/salto"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-3", "AC-22"},
		"ISO 27001:2022": {"A.5.15"},
		"SOC 2":          {"CC6.1"},
		"CIS v8":         {"3.3"},
	},
	Check: checkInternal,
}

func checkInternal(f *audit.Facts) audit.Verdict {
	internal := f.Attested("help_center.internal")
	switch internal.Yes {
	case tri.Unknown:
		return audit.Undecided(internal.Detail)
	case tri.False:
		return audit.DoesNotApply("the help center is meant for the public: " + internal.Detail)
	case tri.True:
	}
	meant := ownWords("attested", "help_center.internal: yes ("+internal.Detail+")")
	var found []audit.Finding
	for _, p := range f.Single(tenant.Probes).Get("articles").Items() {
		host, n := p.Get("host").Str().Or(""), p.Get("count").Int().Or(0)
		if p.Get("status").Int().Or(0) != 200 || n == 0 {
			continue
		}
		found = append(found, audit.Finding{
			Certainty: audit.Certain,
			Basis:     audit.FromProbe,
			Message:   fmt.Sprintf("the help center at %s shows articles to somebody who is not signed in (%d), and it is meant for staff", host, n),
			Object:    tenant.Ref{Type: "host", ID: host},
			At:        p.Pos(),
			Evidence:  []audit.Evidence{ownWords("probe", string(p.AppendJSON(nil))), meant},
		})
	}
	if len(found) > 0 {
		return failed(found...)
	}
	signIn := helpCenterSwitchOf(f, "sign_in_required", "help_center.sign_in_required")
	switch signIn.on {
	case tri.Unknown:
		return audit.Undecided(signIn.detail)
	case tri.True:
		return signIn.passed(f, "the help center requires everybody to sign in: "+signIn.detail)
	case tri.False:
	}
	out := signIn.finding("help_center.sign_in_required", "the help center is meant for staff and does not require anybody to sign in")
	out.Evidence = append(out.Evidence, meant)
	return failed(out)
}
