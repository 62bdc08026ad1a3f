package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// accAnybodyCanSubmit is the door that relay spam comes in by. How bad an open
// door is depends on what stands behind it: a message that repeats a stranger's
// words to an address of their choice makes it critical.
var accAnybodyCanSubmit = audit.Rule{
	ID:    "ZD-ACC-01",
	Title: "Anybody can submit tickets, without an account and without proof of the address",
	Score: 7.5,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Uses:  []tenant.Kind{tenant.SuspendedTickets, tenant.Triggers, tenant.Automations, tenant.DynamicContent},
	Why:   `Strangers can open tickets under any e-mail address they like. Zendesk names this as the condition behind relay spam: the attacker enters a victim's address, and the account sends the victim mail from its own domain. If that mail repeats the subject, the name or the message, the victim reads the attacker's text under your name. Without relay the account can still be used to flood mailboxes with confirmations.`,
	Fix: audit.Remediation{
		Summary: "Let only known users submit tickets, or close everything that makes an open account dangerous.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: clear “Anybody can submit tickets” and save the tab. Side effects: the Sign Up link disappears, e-mail from unknown senders goes to the suspended tickets, and the contact form of Web Widget (Classic) is affected.",
			"If strangers must be able to write to you: on the same page turn on “Require authentication for request and uploads APIs” and “Ask users to register”, and take every placeholder that repeats a requester's words out of the triggers that answer new tickets.",
			"Hiding the request form, or requiring sign-in to the help center, does not close the Requests API.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/9833274501786",
		"https://support.zendesk.com/hc/en-us/articles/9835766481178",
		"https://support.zendesk.com/hc/en-us/articles/4408883658906",
		"https://support.zendesk.com/hc/en-us/articles/4408881989018",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-14", "SI-8"},
		"ISO 27001:2022": {"A.5.15", "A.8.9"},
		"SOC 2":          {"CC6.1", "CC6.6"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkAnybodyCanSubmit,
}

func checkAnybodyCanSubmit(f *audit.Facts) audit.Verdict {
	anybody, auth, register := anybodyCanSubmit(f), requireAuthentication(f), askToRegister(f)
	switch anybody.answer.Value {
	case tri.Unknown:
		return anybody.undecided()
	case tri.False:
		return audit.Passed("“Anybody can submit tickets” is off: " + anybody.answer.Detail)
	case tri.True:
	}
	// Messaging and the Tickets API are not governed by this switch.
	found := relays(f, attack.WebForm, attack.RequestsAPI, attack.Email, attack.Widget, attack.MobileSDK)
	closed := tri.And(auth.answer.Value, register.answer.Value) == tri.True
	switch {
	case len(found) > 0:
		out := anybody.finding(9.3, fmt.Sprintf("anybody can submit tickets, and %s %s their words to an address they choose",
			named(found[0].attack.Object), found[0].repeats()))
		if !found[0].sure {
			out.Score = 8.4
		}
		return failed(withRelays(out, found))
	case closed:
		out := anybody.finding(2.5, "anybody can submit tickets, but the Requests and Uploads APIs ask for authentication and unregistered users' requests are suspended; what remains is fixed-text verification mail to addresses that strangers enter")
		out.Evidence = append(out.Evidence, auth.evidence(), register.evidence())
		return failed(out)
	}
	return failed(anybody.finding(7.5, "anybody can submit tickets under an address they do not own"))
}

// withRelays adds the first few relays to a finding as evidence; the rules for
// triggers and automations report each of them by itself.
func withRelays(f audit.Finding, found []relay) audit.Finding {
	const most = 5
	for i, r := range found {
		if i == most {
			rest := fmt.Sprintf("and %d more", len(found)-most)
			f.Evidence = append(f.Evidence, ownWords("relay", rest))
			break
		}
		f.Evidence = append(f.Evidence, r.evidence())
	}
	return f
}

// accRequestsAPIOpen is the door without a CAPTCHA: attackers stay with the
// Requests API after the form has gone.
var accRequestsAPIOpen = audit.Rule{
	ID:    "ZD-ACC-02",
	Title: "The Requests and Uploads APIs accept calls from strangers",
	Score: 7.5,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Uses:  []tenant.Kind{tenant.SuspendedTickets, tenant.Triggers, tenant.Automations, tenant.DynamicContent},
	Why:   `A script can open tickets without signing in and without a CAPTCHA. It chooses the requester's name and address, the subject, the text, custom fields and people in copy, and it keeps working when the request form is hidden or behind sign-in. Uploads are open in the same way. Zendesk leaves the switch off until somebody turns it on.`,
	Fix: audit.Remediation{
		Summary: "Require authentication for the Requests and Uploads APIs.",
		Steps: []string{
			"Admin Center › People › Configuration › End users: below “Anybody can submit tickets” turn on “Require authentication for request and uploads APIs” and save the tab. No API changes this setting.",
			"Side effects: the contact form of Web Widget (Classic), custom apps and external web forms that post requests without signing in stop working. Move them to a server of your own that holds the credential and asks for a CAPTCHA first.",
			"The switch does not cover e-mail, the help center's request form or the Tickets API.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408887368986",
		"https://support.zendesk.com/hc/en-us/articles/4408832828186",
		"https://support.zendesk.com/hc/en-us/articles/4408883052442",
		"https://developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-managing-requests/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-14", "IA-2", "SI-8"},
		"ISO 27001:2022": {"A.5.15", "A.8.5"},
		"SOC 2":          {"CC6.1", "CC6.6"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkRequestsAPIOpen,
}

func checkRequestsAPIOpen(f *audit.Facts) audit.Verdict {
	anybody, auth, register := anybodyCanSubmit(f), requireAuthentication(f), askToRegister(f)
	if anybody.answer.Value == tri.False {
		return notOpen(anybody)
	}
	switch auth.answer.Value {
	case tri.Unknown:
		return auth.undecided()
	case tri.True:
		return audit.Passed("“" + auth.label + "” is on: " + auth.answer.Detail)
	case tri.False:
	}
	out := auth.finding(7.5, "the Requests and Uploads APIs accept calls without authentication")
	if register.answer.Value == tri.True {
		// Such tickets are suspended before any trigger sees them.
		out.Score = 5.3
		out.Message += "; requests from unregistered users are suspended, uploads are not held back"
		out.Evidence = append(out.Evidence, register.evidence())
	} else if found := relays(f, attack.RequestsAPI, attack.Widget, attack.MobileSDK); len(found) > 0 {
		out.Score = 9.1
		if !found[0].sure {
			out.Score = 8.2
		}
		out.Message += fmt.Sprintf(", and %s %s a stranger's words to an address they choose", named(found[0].attack.Object), found[0].repeats())
		out = withRelays(out, found)
	}
	return failed(ifAnybody(anybody, out))
}

// accNobodyRegisters is the difference between a ticket that is held until its
// author has proved the address, and one that the triggers answer at once.
var accNobodyRegisters = audit.Rule{
	ID:    "ZD-ACC-03",
	Title: "Requests from people who never proved their address become live tickets",
	Score: 7.2,
	Since: "0.1.0",
	Tags:  []string{"core", "intake", "relay"},
	Uses:  []tenant.Kind{tenant.SuspendedTickets},
	Why:   `A ticket from an address that nobody has verified goes live at once, and the triggers that answer new tickets write to that address. Whoever owns it never asked for the mail. Where users have to register, the request is suspended until the address is verified, so those triggers do not run.`,
	Fix: audit.Remediation{
		Summary: "Ask users to register, after cleaning the triggers that answer new tickets.",
		Steps: []string{
			"First take the placeholders that repeat the requester's words out of the triggers that answer new tickets: while registration is on, Zendesk no longer blanks comment placeholders in them.",
			"Admin Center › People › Configuration › End users: turn on “Ask users to register” and save the tab. The option needs an active help center.",
			"Side effect: people without a verified address get a verification or welcome message before their request is seen. That message goes to whatever address was typed, so keep its text neutral.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408883052442",
		"https://support.zendesk.com/hc/en-us/articles/4408887573274",
		"https://support.zendesk.com/hc/en-us/articles/4408833443226",
		"https://developer.zendesk.com/documentation/ticketing/reference-guides/suspensions-reference/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-14", "IA-8", "SI-8"},
		"ISO 27001:2022": {"A.5.16", "A.8.9"},
		"SOC 2":          {"CC6.1", "CC6.2"},
		"MITRE ATT&CK":   {"T1667"},
	},
	Check: checkNobodyRegisters,
}

func checkNobodyRegisters(f *audit.Facts) audit.Verdict {
	anybody, register := anybodyCanSubmit(f), askToRegister(f)
	if anybody.answer.Value == tri.False {
		return notOpen(anybody)
	}
	switch register.answer.Value {
	case tri.Unknown:
		return register.undecided()
	case tri.True:
		return audit.Passed("“" + register.label + "” is on: " + register.answer.Detail)
	case tri.False:
	}
	out := register.finding(7.2, "requests from unverified users are not held until they register")
	return failed(ifAnybody(anybody, out))
}

// notOpen is the verdict on a switch that only counts while anybody can submit.
func notOpen(anybody intakeSwitch) audit.Verdict {
	return audit.DoesNotApply("“Anybody can submit tickets” is off, so strangers' requests are not accepted: " + anybody.answer.Detail)
}

// ifAnybody makes a finding possible where nobody has said whether anybody can
// submit: the switch it is about then may not matter.
func ifAnybody(anybody intakeSwitch, out audit.Finding) audit.Finding {
	if anybody.answer.Value == tri.True {
		return out
	}
	out.Certainty = audit.Possible
	out.Message += " (whether anybody can submit tickets is not known)"
	return out
}
