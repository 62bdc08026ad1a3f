package collect

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// environment is variables and files; a variable that ends in _FILE names one.
type environment map[string]string

func (e environment) get(name string) string { return e[name] }

func (e environment) read(name string) ([]byte, error) {
	text, ok := e["file:"+name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

func TestCredentialFrom(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  environment
		want Credential
	}{
		{"a token alone is enough", environment{"ZENDESK_OAUTH_TOKEN": "tok"}, OAuthToken("tok")},
		{"white space around a value is dropped", environment{"ZENDESK_OAUTH_TOKEN": " tok\n"}, OAuthToken("tok")},
		{"a token comes before everything else", environment{
			"ZENDESK_OAUTH_TOKEN": "tok", "ZENDESK_OAUTH_CLIENT_ID": "id", "ZENDESK_OAUTH_CLIENT_SECRET": "sec",
			"ZENDESK_EMAIL": "jo@example.com", "ZENDESK_API_TOKEN": "key",
		}, OAuthToken("tok")},
		{"an OAuth client comes before an API token", environment{
			"ZENDESK_OAUTH_CLIENT_ID": "id", "ZENDESK_OAUTH_CLIENT_SECRET": "sec",
			"ZENDESK_EMAIL": "jo@example.com", "ZENDESK_API_TOKEN": "key",
		}, OAuthClient("id", "sec", "")},
		{"an OAuth client may have a scope", environment{
			"ZENDESK_OAUTH_CLIENT_ID": "id", "ZENDESK_OAUTH_CLIENT_SECRET": "sec", "ZENDESK_OAUTH_SCOPE": "triggers:read",
		}, OAuthClient("id", "sec", "triggers:read")},
		{"e-mail and API token", environment{"ZENDESK_EMAIL": "jo@example.com", "ZENDESK_API_TOKEN": "key"}, APIToken("jo@example.com", "key")},
		{"the other names of the same", environment{"ZENDESK_USER": "jo@example.com", "ZENDESK_TOKEN": "key"}, APIToken("jo@example.com", "key")},
		{"an e-mail that already ends in /token", environment{"ZENDESK_EMAIL": "jo@example.com/token", "ZENDESK_API_TOKEN": "key"}, APIToken("jo@example.com", "key")},
		{"a file with a newline at its end", environment{"ZENDESK_OAUTH_TOKEN_FILE": "t", "file:t": "tok\r\n"}, OAuthToken("tok")},
		{"a pair out of a file and a variable", environment{
			"ZENDESK_OAUTH_CLIENT_ID": "id", "ZENDESK_OAUTH_CLIENT_SECRET_FILE": "s", "file:s": "sec\n",
		}, OAuthClient("id", "sec", "")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CredentialFrom(tt.env.get, tt.env.read)
			require.NoError(t, err)
			assert.Equal(t, tt.want.kind, got.kind)
			assert.Equal(t, tt.want.name, got.name)
			assert.Equal(t, tt.want.scope, got.scope)
			assert.Equal(t, tt.want.secret.Reveal(), got.secret.Reveal())
		})
	}
}

func TestCredentialFromSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  environment
		want []string
	}{
		{"a client without its secret", environment{"ZENDESK_OAUTH_CLIENT_ID": "hush"}, []string{"ZENDESK_OAUTH_CLIENT_SECRET is not"}},
		{"a secret without its client", environment{"ZENDESK_OAUTH_CLIENT_SECRET": "hush"}, []string{"ZENDESK_OAUTH_CLIENT_ID is not"}},
		{"a token without an e-mail", environment{"ZENDESK_TOKEN": "hush"}, []string{"ZENDESK_EMAIL", "ZENDESK_TOKEN", "is not"}},
		{"an e-mail without a token", environment{"ZENDESK_USER": "hush@example.com"}, []string{"ZENDESK_API_TOKEN"}},
		{"half of a pair is not made up for by the next sort", environment{
			"ZENDESK_OAUTH_CLIENT_ID": "hush", "ZENDESK_EMAIL": "jo@example.com", "ZENDESK_API_TOKEN": "hush",
		}, []string{"ZENDESK_OAUTH_CLIENT_SECRET is not"}},
		{"an e-mail that is none", environment{"ZENDESK_EMAIL": "hush", "ZENDESK_API_TOKEN": "hush"}, []string{"not an e-mail address"}},
		{"a file that is not there", environment{"ZENDESK_OAUTH_TOKEN_FILE": "gone"}, []string{"ZENDESK_OAUTH_TOKEN_FILE", "gone"}},
		{"an empty file", environment{"ZENDESK_OAUTH_TOKEN_FILE": "e", "file:e": "\n"}, []string{"ZENDESK_OAUTH_TOKEN_FILE", "empty"}},
		{"a file of two lines", environment{"ZENDESK_OAUTH_TOKEN_FILE": "e", "file:e": "hush\nhush\n"}, []string{"one line"}},
		{"a variable and a file", environment{"ZENDESK_OAUTH_TOKEN": "hush", "ZENDESK_OAUTH_TOKEN_FILE": "e"}, []string{"both set"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := CredentialFrom(tt.env.get, tt.env.read)
			require.Error(t, err)
			for _, part := range tt.want {
				assert.ErrorContains(t, err, part)
			}
			assert.NotContains(t, err.Error(), "hush")
			assert.NotErrorIs(t, err, ErrNoCredential)
		})
	}
}

func TestWithoutACredentialTheErrorIsAGuide(t *testing.T) {
	_, err := CredentialFrom(environment{}.get, environment{}.read)
	require.ErrorIs(t, err, ErrNoCredential)
	for _, part := range []string{"Admin Center > Apps and integrations > APIs > OAuth clients", "confidential", `"read" and "security:read"`, "2026-10-27", "2027-04-30", "ZENDESK_OAUTH_CLIENT_SECRET"} {
		assert.ErrorContains(t, err, part)
	}
	_, err = NewAPI(APIOptions{Subdomain: "northwind"})
	assert.ErrorIs(t, err, ErrNoCredential)
}

func TestOnlyAPITokensAreWarnedAbout(t *testing.T) {
	assert.Contains(t, APIToken("jo@example.com", "k").Warning(), "2027-04-30")
	assert.Empty(t, OAuthToken("t").Warning())
	assert.Empty(t, OAuthClient("i", "s", "").Warning())
}
