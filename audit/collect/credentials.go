package collect

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// ErrNoCredential says that the environment holds no credential. Its text
// leads through making one.
//
//nolint:revive,staticcheck // It is a guide, not a clause of a longer sentence.
var ErrNoCredential = errors.New(`no credential: set ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET.

To make them, as an administrator of the account:
  1. Open Admin Center > Apps and integrations > APIs > OAuth clients.
  2. Add an OAuth client of the kind "confidential". Its owner must be an
     administrator: the audit sees what the owner sees.
  3. Allow it the scopes "read" and "security:read", nothing else.
  4. Save, and copy the identifier and the secret; the secret is shown once.
  5. export ZENDESK_OAUTH_CLIENT_ID=...      (the identifier)
     export ZENDESK_OAUTH_CLIENT_SECRET=...  (the secret)
     or put either into a file and name it in ZENDESK_OAUTH_CLIENT_ID_FILE,
     ZENDESK_OAUTH_CLIENT_SECRET_FILE.

An access token that you already have goes into ZENDESK_OAUTH_TOKEN.
ZENDESK_EMAIL with ZENDESK_API_TOKEN works for API tokens that exist already:
since 2026-10-27 no account can create an API token, and all of them stop
working on 2027-04-30.`)

// tokenWarning is about API tokens. The dates are Zendesk's:
// https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/
const tokenWarning = "API tokens stop working on 2027-04-30 and no account has been able to create one since 2026-10-27: " +
	"make a confidential OAuth client (Admin Center > Apps and integrations > APIs > OAuth clients) " +
	"and set ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET instead"

// A credentialKind is a way of proving who asks.
type credentialKind uint8

const (
	noCredential credentialKind = iota
	bearerToken
	clientCredentials
	apiToken
)

// A Credential proves to Zendesk who asks: an OAuth access token, an OAuth
// client that gets itself a token, or an e-mail address with an API token. The
// zero Credential is none. It holds its secret as a Secret, so it can be
// printed.
type Credential struct {
	kind credentialKind
	// Name is the e-mail address or the OAuth client's identifier.
	name   string
	scope  string
	secret Secret
}

// OAuthToken is an OAuth access token, sent as a bearer token.
func OAuthToken(token string) Credential {
	return Credential{kind: bearerToken, secret: NewSecret(token)}
}

// OAuthClient is a confidential OAuth client that gets itself an access token
// by the client credentials grant
// (https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/).
// scope is a list of scopes between spaces. Without it "read security:read" is
// asked for, and "read" alone where the client may not have the former.
func OAuthClient(id, secret, scope string) Credential {
	return Credential{kind: clientCredentials, name: id, secret: NewSecret(secret), scope: scope}
}

// APIToken is a user's e-mail address and an API token of the account
// (https://developer.zendesk.com/api-reference/introduction/security-and-auth/).
// The token acts with the whole role of that user.
func APIToken(email, token string) Credential {
	return Credential{kind: apiToken, name: strings.TrimSuffix(email, "/token"), secret: NewSecret(token)}
}

// IsZero says whether there is no credential.
func (c Credential) IsZero() bool { return c.kind == noCredential }

// Warning is one line on why this sort of credential has no future, or empty.
func (c Credential) Warning() string {
	if c.kind == apiToken {
		return tokenWarning
	}
	return ""
}

// String says what sort of credential it is and whose, never the secret.
func (c Credential) String() string {
	switch c.kind {
	case bearerToken:
		return "OAuth access token"
	case clientCredentials:
		return "OAuth client " + c.name
	case apiToken:
		return "API token of " + c.name
	case noCredential:
	}
	return "no credential"
}

// CredentialFrom reads a credential from the environment, OAuth first:
//
//   - ZENDESK_OAUTH_TOKEN
//   - ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET, optionally
//     ZENDESK_OAUTH_SCOPE
//   - ZENDESK_EMAIL (or ZENDESK_USER) and ZENDESK_API_TOKEN (or ZENDESK_TOKEN)
//
// Each may also be given as NAME_FILE, the path of a file that holds it; white
// space at its end is dropped. Half a pair is an error that names the missing
// half. Without any the error is ErrNoCredential. No error repeats a value.
func CredentialFrom(env func(string) string, readFile func(string) ([]byte, error)) (Credential, error) {
	r := envReader{env: env, readFile: readFile}
	token := r.value("ZENDESK_OAUTH_TOKEN")
	id, secret := r.value("ZENDESK_OAUTH_CLIENT_ID"), r.value("ZENDESK_OAUTH_CLIENT_SECRET")
	scope := r.value("ZENDESK_OAUTH_SCOPE")
	email := r.value("ZENDESK_EMAIL", "ZENDESK_USER")
	key := r.value("ZENDESK_API_TOKEN", "ZENDESK_TOKEN")
	if r.err != nil {
		return Credential{}, r.err
	}
	switch {
	case token != "":
		return OAuthToken(token), nil
	case id != "" || secret != "":
		if missing := missingHalf(id, "ZENDESK_OAUTH_CLIENT_ID", secret, "ZENDESK_OAUTH_CLIENT_SECRET"); missing != nil {
			return Credential{}, missing
		}
		return OAuthClient(id, secret, scope), nil
	case email != "" || key != "":
		if missing := missingHalf(email, "ZENDESK_EMAIL (or ZENDESK_USER)", key, "ZENDESK_API_TOKEN (or ZENDESK_TOKEN)"); missing != nil {
			return Credential{}, missing
		}
		if !strings.Contains(email, "@") || strings.Contains(email, ":") {
			return Credential{}, errors.New("ZENDESK_EMAIL is not an e-mail address")
		}
		return APIToken(email, key), nil
	}
	return Credential{}, ErrNoCredential
}

func missingHalf(a, aName, b, bName string) error {
	switch {
	case a == "":
		return fmt.Errorf("%s is set but %s is not: both are needed", bName, aName)
	case b == "":
		return fmt.Errorf("%s is set but %s is not: both are needed", aName, bName)
	}
	return nil
}

// An envReader reads variables and the files that they name, and keeps the
// first error.
type envReader struct {
	env      func(string) string
	readFile func(string) ([]byte, error)
	err      error
}

// value gives the first of the names that is set, itself or as a file.
func (r *envReader) value(names ...string) string {
	for _, name := range names {
		if v := r.one(name); v != "" {
			return v
		}
	}
	return ""
}

func (r *envReader) one(name string) string {
	direct, path := strings.TrimSpace(r.env(name)), r.env(name+"_FILE")
	switch {
	case path == "":
		return r.checked(name, direct)
	case direct != "":
		r.fail(fmt.Errorf("%s and %s_FILE are both set: unset one of them", name, name))
		return ""
	}
	data, err := r.readFile(path)
	if err != nil {
		r.fail(fmt.Errorf("read the file that %s_FILE names: %w", name, err))
		return ""
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		r.fail(fmt.Errorf("the file that %s_FILE names is empty", name))
	}
	return r.checked(name+"_FILE", text)
}

// checked refuses what cannot stand in a header, such as a file of several
// lines.
func (r *envReader) checked(name, text string) string {
	for _, c := range text {
		if unicode.IsControl(c) {
			r.fail(fmt.Errorf("the value of %s holds a line break or another control character: it must be one line", name))
			return ""
		}
	}
	return text
}

func (r *envReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}
