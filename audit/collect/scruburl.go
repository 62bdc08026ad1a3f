package collect

import "strings"

// notInAddress are characters that no address contains as they are
// (https://www.rfc-editor.org/rfc/rfc3986#appendix-C).
const notInAddress = " \t\r\n<>\""

// redactURLs takes the user name and password, and the parameters that hold
// credentials, out of every address in text. Where text is one address, each
// becomes "REDACTED". In a longer text, the body of a message for instance,
// each is covered by that word in its own length, so that the places of
// everything behind it hold. What contains a placeholder stays: it is the
// account's template, not a credential.
func redactURLs(text string) string {
	const mark = "://"
	from := strings.Index(text, mark)
	if from < 0 {
		return text
	}
	cover := sameLength
	if !strings.ContainsAny(text, notInAddress) {
		cover = func(string) string { return redacted }
	}
	var out strings.Builder
	done := 0 // everything before it is written
	for from >= 0 {
		start := from + len(mark)
		end := start + addressLen(text[start:])
		for _, hidden := range credentialsIn(text[start:end]) {
			out.WriteString(text[done : start+hidden.from])
			out.WriteString(cover(text[start+hidden.from : start+hidden.to]))
			done = start + hidden.to
		}
		if from = strings.Index(text[end:], mark); from >= 0 {
			from += end
		}
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

func sameLength(secret string) string {
	return strings.Repeat(redacted, len(secret)/len(redacted)+1)[:len(secret)]
}

// addressLen is the length of the address that rest begins with, behind its
// scheme. Spaces inside a placeholder belong to it; an address inside it begins
// anew.
func addressLen(rest string) int {
	inside := false
	for i := range len(rest) {
		switch rest[i] {
		case '{':
			inside = inside || strings.HasPrefix(rest[i:], "{{") || strings.HasPrefix(rest[i:], "{%")
		case '}':
			inside = inside && i > 0 && rest[i-1] != '}' && rest[i-1] != '%'
		case ':':
			if strings.HasPrefix(rest[i:], "://") {
				return i
			}
		case ' ', '\t', '\r', '\n', '"', '\'', '<', '>', '`', '\\':
			if !inside {
				return i
			}
		}
	}
	return len(rest)
}

type stretch struct{ from, to int }

// credentialsIn finds the credentials in an address without its scheme.
func credentialsIn(address string) []stretch {
	var out []stretch
	authority := len(address)
	if i := strings.IndexAny(address, "/?#"); i >= 0 {
		authority = i
	}
	if at := strings.LastIndexByte(address[:authority], '@'); at > 0 && !hasPlaceholder(address[:at]) {
		out = append(out, stretch{0, at})
	}
	query := strings.IndexAny(address, "?#")
	if query < 0 {
		return out
	}
	for at := query + 1; at < len(address); {
		end := len(address)
		if i := strings.IndexAny(address[at:], "&;#?"); i >= 0 {
			end = at + i
		}
		name, value, ok := strings.Cut(address[at:end], "=")
		if i := strings.IndexAny(value, notInAddress); i >= 0 {
			value = value[:i] // behind a placeholder that does not end
		}
		if ok && value != "" && isSecretParameter(name) && !hasPlaceholder(value) {
			from := at + len(name) + 1
			out = append(out, stretch{from, from + len(value)})
		}
		at = end + 1
	}
	return out
}

func hasPlaceholder(s string) bool {
	return strings.Contains(s, "{{") || strings.Contains(s, "{%")
}

func isSecretParameter(name string) bool {
	switch name = strings.ToLower(name); name {
	case "key", "sig", "signature", "auth", "pwd", "pass", "hmac", "jwt", "x-amz-signature", "x-amz-credential", "x-goog-signature":
		return true
	}
	return isSecretName(name) || strings.HasSuffix(name, "-key") || strings.HasSuffix(name, "_key")
}
