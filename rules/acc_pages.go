package rules

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// accFormPublished is about the form that everybody sees.
var accFormPublished = audit.Rule{
	ID:    "ZD-ACC-07",
	Title: "The request form is open to people who are not signed in",
	Score: 5.3,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Needs: []tenant.Kind{tenant.Probes},
	Uses:  []tenant.Kind{tenant.Brands, tenant.SuspendedTickets},
	Why:   `Anybody who opens the help center can send a request under an address that is not theirs. A CAPTCHA is the only brake on the form, and attackers got past it in great numbers in January 2026.`,
	Fix: audit.Remediation{
		Summary: "Close the intake; hiding the form comes in addition.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: clear “Anybody can submit tickets”, or turn on “Require authentication for request and uploads APIs” and “Ask users to register”.",
			"Then require sign-in to the help center, usually under Knowledge admin › Settings › Guide settings, or take the link “Submit a request” out of the theme. Side effect: visitors without an account cannot use the form.",
			"A form that is hidden or behind sign-in does not close the Requests API.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/9835766481178",
		"https://support.zendesk.com/hc/en-us/articles/4408832828186",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-14", "SI-8"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.6"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkFormPublished,
}

// scoreFormHeld is the score where what the form takes is held until the
// address has been verified.
const scoreFormHeld = 2.5

// signInPage recognises where a page sends visitors who have to sign in.
var signInPage = regexp.MustCompile(`(?i)/(signin|access|auth)\b`)

// formAnswer says whether the page of a probe shows the form. A page on which
// none was recognised may hold one that its theme draws in a way of its own,
// and a refusal may be meant for programs only: both are Unknown.
func formAnswer(p tenant.Value) tri.Value {
	status := p.Get("status").Int().Or(0)
	switch {
	case status == 200 && p.Get("form").Bool().Or(false):
		return tri.True
	case status == 401, status == 404:
		return tri.False
	case status >= 300 && status < 400 && signInPage.MatchString(p.Get("location").Str().Or("")):
		return tri.False
	}
	return tri.Unknown
}

func checkFormPublished(f *audit.Facts) audit.Verdict {
	answers := f.Single(tenant.Probes).Get("requests_form")
	if len(answers.Items()) == 0 {
		return audit.Undecided("not_in_source: the probes asked no help center for its request form")
	}
	held := formIsHeld(f)
	var found []audit.Finding
	var unclear []string
	asked := map[string]bool{}
	for _, p := range answers.Items() {
		host := strings.ToLower(p.Get("host").Str().Or(""))
		asked[host] = true
		switch formAnswer(p) {
		case tri.True:
			out := audit.Finding{
				Certainty: audit.Certain,
				Basis:     audit.FromProbe,
				Message:   "the request form of " + host + " answers somebody who is not signed in",
				Object:    tenant.Ref{Type: "host", ID: host},
				At:        p.Get("form").Pos(),
				Evidence:  []audit.Evidence{ownWords("probe", string(p.AppendJSON(nil)))},
			}
			if held != "" {
				out.Score = scoreFormHeld
				out.Message += "; what it takes does not go live: " + held
			}
			found = append(found, out)
		case tri.Unknown:
			unclear = append(unclear, host)
		case tri.False:
		}
	}
	switch {
	case len(found) > 0:
		return failed(found...)
	case len(unclear) > 0:
		return audit.Undecided("value_unknown: the request form of " + strings.Join(unclear, ", ") + " gave no answer that settles it")
	}
	if v, missing := notRead(f, tenant.Brands); missing {
		return v
	}
	for _, b := range helpCenters(f) {
		if !b.isOneOf(asked) {
			return audit.Undecided("not_in_source: the probes did not ask " + named(b.Ref))
		}
	}
	return audit.Passed("no help center shows the form to somebody who is not signed in; that does not close the Requests API")
}

// formIsHeld says why requests from the form do not go live at once; empty
// where nothing shows that.
func formIsHeld(f *audit.Facts) string {
	if anybody := anybodyCanSubmit(f); anybody.answer.Value == tri.False {
		return "“" + anybody.label + "” is off"
	}
	if register := askToRegister(f); register.answer.Value == tri.True {
		return "“" + register.label + "” is on"
	}
	for _, s := range suspendedQueue(f) {
		if s.awaitsVerification() {
			return "suspended tickets wait for addresses to be verified"
		}
	}
	return ""
}

// A helpCenter is a brand whose help center may be open, with its hosts.
type helpCenter struct {
	tenant.Brand
	hosts []string
}

// helpCenters lists the brands that may show a form: every one that does not
// say that it is inactive or has no help center.
func helpCenters(f *audit.Facts) []helpCenter {
	raw := f.List(tenant.Brands)
	var out []helpCenter
	for i, b := range f.Brands {
		v := raw[i]
		state := v.Get("help_center_state").Str().Or("")
		if !b.Active.Or(true) || !v.Get("has_help_center").Bool().Or(true) || v.Get("is_deleted").Bool().Or(false) || state == "disabled" {
			continue
		}
		c := helpCenter{Brand: b, hosts: []string{v.Get("host_mapping").Str().Or("")}}
		if u, err := url.Parse(b.URL); err == nil {
			c.hosts = append(c.hosts, u.Hostname())
		}
		if b.Subdomain != "" {
			c.hosts = append(c.hosts, b.Subdomain+".zendesk.com")
		}
		out = append(out, c)
	}
	return out
}

func (c helpCenter) isOneOf(hosts map[string]bool) bool {
	for _, h := range c.hosts {
		if h != "" && hosts[strings.ToLower(h)] {
			return true
		}
	}
	return false
}

// accClassicWidget is about the form without a CAPTCHA.
var accClassicWidget = audit.Rule{
	ID:    "ZD-ACC-08",
	Title: "The contact form of Web Widget (Classic) takes requests without a CAPTCHA",
	Score: 5.3,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Uses:  []tenant.Kind{tenant.Probes, tenant.SampledTickets, tenant.SuspendedTickets},
	Why:   `The widget's contact form sends requests from people who are not signed in, and Zendesk offers no CAPTCHA for it. A script can fill it as often as it likes, with any name and address.`,
	Fix: audit.Remediation{
		Summary: "Turn the widget's contact form off.",
		Steps: []string{
			"Usually under Admin Center › Channels › Classic › Web Widget: turn off the contact form, or let only signed-in visitors use it.",
			"“Require authentication for request and uploads APIs” under Admin Center › People › Configuration › End users stops the form as well.",
			"Side effect of both: visitors can no longer write to you through the widget.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408883052442",
		"https://support.zendesk.com/hc/en-us/articles/4408832828186",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-14", "SI-8"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.6"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkClassicWidget,
}

func checkClassicWidget(f *audit.Facts) audit.Verdict {
	anybody, auth := anybodyCanSubmit(f), requireAuthentication(f)
	switch {
	case anybody.answer.Value == tri.False:
		return notOpen(anybody)
	case auth.answer.Value == tri.True:
		return audit.Passed("“" + auth.label + "” is on, which stops the form: " + auth.answer.Detail)
	}
	const key = "intake.web_widget_classic"
	said := f.Attested(key)
	widget := f.Single(tenant.Probes).Get("widget")
	// Its layout is not documented: only a form that is there counts.
	shown := widget.Get("status").Int().Or(0) == 200 && widget.Get("contact_form").Bool().Or(false)
	out := audit.Finding{
		Certainty: audit.Certain,
		Basis:     audit.FromAttest,
		Message:   "the contact form of Web Widget (Classic) is in use",
		Object:    tenant.Ref{Type: "setting", ID: key, Title: "Web Widget (Classic) contact form"},
	}
	switch {
	case said.Yes == tri.True:
		out.Evidence = []audit.Evidence{ownWords("attested", key+": yes ("+said.Detail+")")}
		return failed(ifAnybody(anybody, out))
	case shown:
		// A page may hide the form by a script, which the probe does not see.
		out.Certainty, out.Basis = audit.Possible, audit.FromProbe
		out.Message = "the widget's public configuration offers the contact form; whether a page of yours hides it is not known"
		out.At = widget.Get("contact_form").Pos()
		out.Evidence = []audit.Evidence{ownWords("probe", string(widget.AppendJSON(nil)))}
		if said.Yes == tri.False {
			out.Message += ", and somebody attested that it is not in use"
			out.Evidence = append(out.Evidence, ownWords("attested", key+": no ("+said.Detail+")"))
		}
		return failed(out)
	case said.Yes == tri.False:
		return audit.Passed("the form is not in use: " + said.Detail)
	}
	if n := strangersOn(f, "web_widget"); n > 0 {
		out.Certainty, out.Basis = audit.Possible, audit.FromInference
		out.Message = "tickets from unverified addresses come in by the web widget"
		out.Evidence = []audit.Evidence{ownWords("sampled tickets", fmt.Sprintf("%d by the channel web_widget from unverified addresses", n))}
		return failed(out)
	}
	return audit.Undecided(said.Detail)
}

// withRelaysOver raises a finding about a channel where a stranger's words are
// repeated over it.
func withRelaysOver(f *audit.Facts, out audit.Finding, score float64, channels ...attack.Channel) audit.Finding {
	found := relays(f, channels...)
	if len(found) == 0 {
		return out
	}
	out.Score = score
	out.Message += ", and " + named(found[0].attack.Object) + " " + found[0].repeats() + " a stranger's words to an address they choose"
	return withRelays(out, found)
}
