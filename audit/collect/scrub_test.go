package collect

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestScrub(t *testing.T) {
	for _, tt := range []struct {
		name     string
		kind     tenant.Kind
		in, want string
	}{
		{"credentials go by the name of their key", tenant.Webhooks, `{"id":1,"token":"x","api_key":"x","clientSecret":"x","X-Api-Key":"x","masked_secret":"x","Authorization":"x","full_token":5}`, `{"id":1}`},
		{"credentials go at any depth", tenant.RemoteAuthentications, `{"a":[{"b":{"shared_secret":"x","c":1}}]}`, `{"a":[{"b":{"c":1}}]}`},
		{"a list of credentials goes", tenant.Webhooks, `{"password":["x"],"id":1}`, `{"id":1}`},
		{"a password policy is no password", tenant.SecuritySettings, `{"authentication":{"agent":{"password":{"minimum_length":12}}}}`, `{"authentication":{"agent":{"password":{"minimum_length":12}}}}`},
		{"a switch is no token", tenant.Settings, `{"api":{"api_token_access":"true","token":true,"password":null,"api_password":"false"}}`, `{"api":{"api_token_access":"true","token":true,"password":null,"api_password":"false"}}`},
		{"how a webhook signs in stays, with what it does not", tenant.Webhooks, `{"authentication":{"type":"api_key","data":{"name":"x","value":"y"},"add_position":"header"}}`, `{"authentication":{"type":"api_key","add_position":"header"}}`},
		{"names of custom headers stay", tenant.Webhooks, `{"custom_headers":{"X-Team":"x","X-Key":["y"]}}`, `{"custom_headers":{"X-Team":null,"X-Key":[null]}}`},
		{"names of an app's settings stay", tenant.Installations, `{"app_id":1,"settings":{"title":"Shop","key":"x","n":{"m":5}},"settings_objects":[{"name":"key","value":"x"}]}`, `{"app_id":1,"settings":{"title":"Shop","key":null,"n":{"m":null}},"settings_objects":[{"name":"key","value":null}]}`},
		{"a target's user goes", tenant.Targets, `{"username":"x","password":"y","title":"Pager"}`, `{"title":"Pager"}`},
		{"a name in other places stays", tenant.Brands, `{"username":"x"}`, `{"username":"x"}`},
		{"an agent's phone goes", tenant.Users, `{"id":1,"name":"Jane","email":"jane@example.com","role":"agent","phone":"x","user_fields":{"a":"x"},"details":"x"}`, `{"id":1,"name":"Jane","email":"jane@example.com","role":"agent"}`},
		{"a suspended ticket says why and nothing more", tenant.SuspendedTickets, `{"id":1,"cause":"Spam","subject":"x","content":"x","author":{"email":"x"}}`, `{"id":1,"cause":"Spam"}`},
		{"what should be a person and is not goes", tenant.Users, `"jane@example.com"`, `null`},
		{"an audit log has no address", tenant.AuditLogs, `{"id":1,"action":"update","ip_address":"x","change_description":"x"}`, `{"id":1,"action":"update"}`},
		{"an OAuth token is its facts", tenant.OAuthTokens, `{"id":1,"token":"x","refresh_token":"x","scopes":["read"],"url":"x"}`, `{"id":1,"scopes":["read"]}`},
		{"credentials in an address are covered", tenant.Webhooks, `{"endpoint":"https://u:p@h.example.com/a?b=1&token=x&Signature=y&X-Amz-Signature=z#access_token=w"}`, `{"endpoint":"https://REDACTED@h.example.com/a?b=1&token=REDACTED&Signature=REDACTED&X-Amz-Signature=REDACTED#access_token=REDACTED"}`},
		{"an address in an address", tenant.Webhooks, `{"endpoint":"https://h/?next=https://u:p@i/?key=x"}`, `{"endpoint":"https://h/?next=https://REDACTED@i/?key=REDACTED"}`},
		{"an at sign in a path is none of a user", tenant.Webhooks, `{"endpoint":"https://h.example.com/@jane?mail=a@b"}`, `{"endpoint":"https://h.example.com/@jane?mail=a@b"}`},
		{"a placeholder is no credential", tenant.Triggers, `{"v":"https://h/?token={{ticket.id | append: 'a b'}}&x=1"}`, `{"v":"https://h/?token={{ticket.id | append: 'a b'}}&x=1"}`},
		{"in a longer text each is covered in its length", tenant.Triggers, `{"v":"See https://u:pw@h/?key=secretsecret now {{ticket.title}}"}`, `{"v":"See https://REDA@h/?key=REDACTEDREDA now {{ticket.title}}"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Parse("f.json", []byte(tt.in))
			require.NoError(t, err)
			once := Scrub(tt.kind, v)
			assert.Equal(t, tt.want, string(once.AppendJSON(nil)))
			assert.Equal(t, tt.want, string(Scrub(tt.kind, once).AppendJSON(nil)), "twice is as once")
		})
	}
}

func TestScrubKeepsPlaces(t *testing.T) {
	in := `{"id":1,"token":"x","text":"é\n\"https://u:pw@h/\" {{ticket.title}}"}`
	v, err := Parse("f.json", []byte(in))
	require.NoError(t, err)
	text := Scrub(tenant.Triggers, v).Get("text").Text()
	pos := text.PosAt(strings.Index(text.String(), "{{"))
	before, _, _ := strings.Cut(in, "{{")
	assert.Equal(t, utf8.RuneCountInString(before)+1, pos.Column)
	assert.NotContains(t, text.String(), "pw")
}

func TestEveryKindIsScrubbed(t *testing.T) {
	const in = `{"id":1,"name":"n","title":"t","token":"PLANTED","a":{"b":[{"client_secret":"PLANTED","c":"https://PLANTED@h/?sig=PLANTED"}]},
		"authentication":{"data":{"password":"PLANTED","value":"PLANTED"}},"custom_headers":{"a":"PLANTED"}}`
	for _, k := range tenant.Kinds() {
		v, err := Parse("f.json", []byte(in))
		require.NoError(t, err)
		data := string(EncodeResource(k, []tenant.Value{Scrub(k, v)}).Data)
		assert.NotContains(t, data, "PLANTED", k.String())
		assert.Contains(t, data, `"id": 1`, k.String())
	}
}

// Scrubbing again changes nothing, keeps the types, and what it covers in a
// text of several words has the length it had.
func FuzzScrub(f *testing.F) {
	f.Add(uint8(tenant.Webhooks), []byte(`{"endpoint":"https://a:b@c?token=d","authentication":{"data":1},"custom_headers":[{"name":1}]}`))
	f.Add(uint8(tenant.Triggers), []byte(`["x https://a{{b}}@c?key=1 ://@://", "s3://k:v@b?sig={%x"]`))
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		v, err := Parse("f", data)
		if err != nil {
			return
		}
		k := tenant.Kind(kind)
		once := Scrub(k, v)
		assert.Equal(t, string(once.AppendJSON(nil)), string(Scrub(k, once).AppendJSON(nil)))
		for _, text := range v.Strings() {
			if strings.Contains(text.String(), " ") {
				assert.Len(t, redactURLs(text.String()), text.Len())
			}
		}
	})
}
