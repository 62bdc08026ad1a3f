package rules

import (
	"fmt"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// chnSenderProfile is about how much the check of incoming mail takes in.
var chnSenderProfile = audit.Rule{
	ID:    "ZD-CHN-02",
	Title: "Incoming e-mail is checked by the weaker profile",
	Score: 4.8,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "relay"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.EmailSettings},
	Why:   `Sender authentication has two profiles, and this account uses the one called “default”. The one called “enhanced” takes in more, DMARC among it. What the weaker profile lets pass opens tickets in the name of somebody else, and the account answers them.`,
	Fix: audit.Remediation{
		Summary: "Let sender authentication take in more of the incoming mail.",
		Steps: []string{
			"Admin Center › Channels › Talk and email › Email: under sender authentication choose the widest level, “Native and forwarded traffic”. Which level of Admin Center is which profile of the API is not documented, so run the audit again afterwards.",
			"Side effect: mail that fails the check is suspended. Forwarded addresses can fail without being forged, so look through the suspended tickets for a while before and after.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408821985818",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"IA-9", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.8.21"},
		"SOC 2":          {"CC6.6"},
		"CIS v8":         {"9.5"},
		"MITRE ATT&CK":   {"T1672"},
	},
	Check: checkSenderProfile,
}

func checkSenderProfile(f *audit.Facts) audit.Verdict {
	check := emailSetting(f, "email_sender_authentication")
	profile := emailSetting(f, "email_sender_authentication_profile")
	if check.on().Is(false) == tri.True {
		return audit.DoesNotApply("incoming e-mail is not checked at all, which ZD-CHN-01 reports")
	}
	name, known := profile.value.Str().Get()
	switch {
	case !profile.value.Exists():
		return profile.undecided()
	case !known, name != "default" && name != "enhanced":
		return audit.Undecided("value_unknown: " + profile.path + " is neither “default” nor “enhanced”")
	case name == "enhanced":
		return audit.Passed(profile.path + " is “enhanced”")
	}
	out := profile.finding("incoming e-mail is checked by the profile “default”, not by “enhanced”")
	out.Evidence = append(out.Evidence, check.evidence())
	if check.on().Is(true) == tri.Unknown {
		out.Certainty = audit.Possible
		out.Message += " (whether it is checked at all is not known)"
	}
	return failed(out)
}

// emailSetting reads one of the e-mail settings, which newer accounts also
// answer at an address of its own.
func emailSetting(f *audit.Facts, key string) setting {
	s := settingAt(f, "email."+key)
	if !s.value.Exists() {
		if v := f.Single(tenant.EmailSettings).Get(key); v.Exists() {
			s.value = v
		}
	}
	return s
}

// chnCCComments is about what people in copy write.
var chnCCComments = audit.Rule{
	ID:    "ZD-CHN-05",
	Title: "What people in copy write by e-mail becomes public on the ticket",
	Score: 5.0,
	Since: "0.1.0",
	Tags:  []string{"core", "email", "relay"},
	Uses:  []tenant.Kind{tenant.Settings, tenant.Triggers, tenant.Automations, tenant.DynamicContent},
	Why:   `A reply from somebody in copy becomes a public comment, and the account mails it to everybody else on the ticket. Somebody who got into copy by a forged mail or a typing error speaks to your customer under your name. Zendesk labels the setting as not recommended.`,
	Fix: audit.Remediation{
		Summary: "Keep comments from people in copy private until an agent has seen them.",
		Steps: []string{
			"Admin Center › Objects and rules › Tickets › Settings › CCs and followers: clear “Make email comments from CCed end users public”.",
			"Side effect: replies of people in copy no longer reach the others by themselves; an agent passes on what matters.",
		},
	},
	References: []string{"https://support.zendesk.com/hc/en-us/articles/4408843795482"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-21", "SI-8"},
		"ISO 27001:2022": {"A.5.14", "A.8.9"},
		"SOC 2":          {"CC6.7"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		if f.Has(tenant.Settings) && checkCCs(f).Status == audit.Pass {
			return audit.DoesNotApply("no setting allows CCs")
		}
		const key = "tickets.cc_public_comments"
		said := f.Attested(key)
		switch said.Yes {
		case tri.Unknown:
			return audit.Undecided(said.Detail)
		case tri.False:
			return audit.Passed("e-mail comments of people in copy stay private: " + said.Detail)
		case tri.True:
		}
		return failed(saidFinding(key, "Make email comments from CCed end users public", said, "yes",
			"what people in copy write by e-mail becomes public and goes to everybody else on the ticket"))
	},
}

// chnAgentForwarding is about requesters whom the forwarded text names.
var chnAgentForwarding = audit.Rule{
	ID:    "ZD-CHN-10",
	Title: "Mail that agents forward opens tickets for whoever the text names",
	Score: 3.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "email", "relay"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `When an agent forwards a mail to the account, the sender named in the forwarded text becomes the requester. That text is easily forged, and the first reply then goes to somebody who never wrote. The feature is useful; it needs agents who look at what they forward.`,
	Fix: audit.Remediation{
		Summary: "Turn forwarding off if agents do not need it.",
		Steps: []string{
			"Admin Center › Workspaces › Agent tools › Agent interface: clear “Enable email forwarding”.",
			"Side effect: mail that agents forward opens tickets in the agent's own name.",
		},
	},
	References: []string{
		"https://support.zendesk.com/hc/en-us/articles/4408836514202",
		"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/",
	},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"CM-7", "SI-10"},
		"ISO 27001:2022": {"A.8.9"},
		"SOC 2":          {"CC6.6"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		return isSwitchedTo(settingAt(f, "active_features.agent_forwarding"), true,
			"mail that agents forward opens tickets in the name of the sender whom the text names")
	},
}

// chnRichContent is about what strangers' mail shows to agents.
var chnRichContent = audit.Rule{
	ID:    "ZD-CHN-11",
	Title: "Agents see strangers' e-mail with its formatting and pictures",
	Score: 3.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "email"},
	Needs: []tenant.Kind{tenant.Settings},
	Uses:  []tenant.Kind{tenant.EmailSettings},
	Why:   `A mail that looks like a notice from your own company, with its logo and a button, is more convincing than its bare text. Pictures that the reader loads can also tell the sender that the mail was opened. Agents have to open such mail; it is their work.`,
	Fix: audit.Remediation{
		Summary: "Show incoming mail as text, if agents can work with it.",
		Steps: []string{
			"Admin Center, usually under Channels › Talk and email › Email: turn off rich content in incoming e-mails.",
			"Side effect: agents no longer see pictures and formatting in place, which some requests need.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"SI-3", "SI-8"},
		"ISO 27001:2022": {"A.8.7", "A.8.9"},
		"SOC 2":          {"CC6.8"},
		"MITRE ATT&CK":   {"T1566.002"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		s := emailSetting(f, "rich_content_in_emails")
		if older := settingAt(f, "active_features.rich_content_in_emails"); !s.value.Exists() && older.value.Exists() {
			s = older
		}
		return isSwitchedTo(s, true, "agents see incoming e-mail with its formatting and pictures")
	},
}

// chnArchiving is about a mailbox that receives everything.
var chnArchiving = audit.Rule{
	ID:    "ZD-CHN-12",
	Title: "A copy of every notification goes to an archive mailbox",
	Score: 3.1,
	Since: "0.1.0",
	Tags:  []string{"extended", "email", "data"},
	Needs: []tenant.Kind{tenant.Settings},
	Why:   `Everything that the account mails to customers also goes to one more address. Whoever reads that mailbox reads all of it without signing in here. The settings do not show which address it is, so only a look at the page tells whether it is still yours.`,
	Fix: audit.Remediation{
		Summary: "Make sure that the archive is yours, or turn it off.",
		Steps: []string{
			"Admin Center, usually under Channels › Talk and email › Email: look at the address for BCC archiving. Clear it if nobody needs the archive.",
			"Side effect: an archive that the law asks for has to be kept in another way.",
		},
	},
	References: []string{"https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/"},
	Frameworks: map[string][]string{
		"NIST 800-53r5":  {"AC-4", "AC-21"},
		"ISO 27001:2022": {"A.5.14", "A.8.12"},
		"SOC 2":          {"CC6.7"},
	},
	Check: func(f *audit.Facts) audit.Verdict {
		const path = "active_features.bcc_archiving"
		return isSwitchedTo(settingAt(f, path), true, fmt.Sprintf(
			"a copy of every notification goes to an archive mailbox, whose address %s does not show", path))
	},
}
