package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A setting is one value of the account's settings and the path to it, such as
// "email.accept_wildcard_emails".
type setting struct {
	path  string
	value tenant.Value
}

// settingAt reads the account settings
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/).
func settingAt(f *audit.Facts, path string) setting {
	return setting{path: path, value: f.Setting(strings.Split(path, ".")...)}
}

// securityAt reads the security settings; their paths begin with
// "security_settings" so that no account setting has the same one
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings).
func securityAt(f *audit.Facts, path string) setting {
	return setting{path: "security_settings." + path, value: f.Security(strings.Split(path, ".")...)}
}

// on is the setting as a switch; not read where it is anything else.
func (s setting) on() tenant.Field[bool] { return s.value.Bool() }

// undecided is the verdict where the setting is no switch that can be read.
// Zendesk leaves keys out by plan and by date, so a missing one says nothing.
func (s setting) undecided() audit.Verdict {
	if !s.value.Exists() {
		return audit.Undecided(fmt.Sprintf("key_missing: the settings that were read do not say %s", s.path))
	}
	return audit.Undecided(fmt.Sprintf("value_unknown: %s is neither true nor false where it was read", s.path))
}

// finding reports the setting; the caller may add to it.
func (s setting) finding(message string) audit.Finding {
	return audit.Finding{
		Certainty: audit.Certain,
		Basis:     audit.FromAPI,
		Message:   message,
		Object:    tenant.Ref{Type: "setting", ID: s.path},
		At:        s.value.Pos(),
		Evidence:  []audit.Evidence{s.evidence()},
	}
}

// evidence shows the key and its value as the source writes it.
func (s setting) evidence() audit.Evidence {
	text := "is not there"
	if s.value.Exists() {
		text = string(s.value.AppendJSON(nil))
	}
	return ownWords("setting", s.path+": "+text)
}

// isSwitchedTo judges a setting that is a risk in one of its two positions.
func isSwitchedTo(s setting, bad bool, message string) audit.Verdict {
	on, known := s.on().Get()
	switch {
	case !known:
		return s.undecided()
	case on == bad:
		return failed(s.finding(message))
	}
	return audit.Passed(fmt.Sprintf("%s is %t", s.path, on))
}

// failed reports findings whose messages were put together as clauses: each
// becomes a sentence.
func failed(findings ...audit.Finding) audit.Verdict {
	for i := range findings {
		first, size := utf8.DecodeRuneInString(findings[i].Message)
		findings[i].Message = string(unicode.ToUpper(first)) + findings[i].Message[size:] + "."
	}
	return audit.Failed(findings...)
}
