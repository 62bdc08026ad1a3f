package rules

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestAnAddressIsTakenApart(t *testing.T) {
	var nowhere tenant.Place
	for _, tt := range []struct {
		name, address, shown string
		templated, secret    bool
	}{
		{"a host and a path", "https://API.Example.com:8443/orders", "https://api.example.com/…", false, false},
		{"a host alone", "http://example.com/", "http://example.com", false, false},
		{"a user name before the host", "https://bot:pw@example.com", "https://(credentials) example.com", false, true},
		{"the last @ counts", "https://example.org@bot@example.com/", "https://(credentials) example.com", false, true},
		{"an @ behind the path is none", "https://example.com/@handle", "https://example.com/…", false, false},
		{"a parameter that was taken out", "https://example.com/?sig=REDACTED", "https://(credentials) example.com/…", false, true},
		{"a backslash ends the host", `https://example.com\@localhost`, "https://example.com/…", false, false},
		{"a placeholder in the host", "https://{{ticket.id}}.example.com", "https://{{…}}", true, false},
		{"a placeholder in the path", "https://example.com/{{ticket.id}}", "https://example.com/…", false, false},
		{"a placeholder for everything", "{{ticket.external_id}}", "://{{…}}", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := readAddress(tenant.StringAt(tt.address, nowhere, 0))
			assert.True(t, ok)
			assert.Equal(t, tt.templated, a.templated)
			assert.Equal(t, tt.secret, a.credentials)
			assert.Equal(t, tt.shown, a.shown())
		})
	}
	_, ok := readAddress(tenant.StringAt("example.com/x", nowhere, 0))
	assert.False(t, ok, "without a scheme it is no address")
	_, ok = readAddress(tenant.NullAt(nowhere))
	assert.False(t, ok)
}

func TestHostsOfAPrivateNetwork(t *testing.T) {
	for _, host := range []string{
		"localhost", "printer.local", "db.internal", "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255",
		"192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "2130706433", "0x7f000001",
	} {
		assert.True(t, isLocal(host), host)
	}
	for _, host := range []string{"", "example.com", "localhost.example.com", "172.32.0.1", "11.0.0.1", "100.128.0.1", "2001:db8::1", "99999999999"} {
		assert.False(t, isLocal(host), host)
	}
}

func FuzzPlaceholdersInAnAddress(f *testing.F) {
	for _, seed := range []string{"", "{{", "{%", "https://x/{{ticket.id}}?{% if a %}", "}}{{{{", "{{a}}{{a}}", "{%}}{{%}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := addressPlaceholders(text)
		assert.Equal(t, hasLiquid(text), len(found) > 0)
		for _, p := range found {
			assert.Contains(t, text, p)
		}
		readAddress(tenant.StringAt(text, tenant.Place{}, 0))
	})
}

func FuzzSPF(f *testing.F) {
	for _, seed := range []string{"", "v=spf1", "v=spf1 + - ? ~ : /", "v=spf1 -all", "v=spf1 redirect= a/24 mx:x/0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, record string) {
		p := parseSPF(record)
		assert.LessOrEqual(t, p.lookups, len(strings.Fields(record)))
		assert.Contains(t, []string{"", "+", "-", "?", "~"}, p.all)
		if tags, ok := dmarcTags(record); ok {
			assert.Equal(t, "dmarc1", tags["v"])
		}
	})
}
