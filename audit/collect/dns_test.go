package collect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// zone is a name system: text and names by name. What is an error is given
// back, what is not there does not exist.
type zone struct {
	text  map[string][]string
	names map[string]string
	errs  map[string]error
	mu    sync.Mutex
	asked []string
}

func (z *zone) ask(name string) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked = append(z.asked, name)
	return z.errs[name]
}

func absent(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z *zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if err := z.ask(name); err != nil {
		return nil, err
	}
	if records, ok := z.text[name]; ok {
		return records, nil
	}
	return nil, absent(name)
}

func (z *zone) LookupCNAME(_ context.Context, name string) (string, error) {
	if err := z.ask(name); err != nil {
		return "", err
	}
	if target, ok := z.names[name]; ok {
		return target, nil
	}
	return "", absent(name)
}

// withAddresses is an account with support addresses and host mappings.
func withAddresses(t *testing.T, emails, mappings []string) *tenant.Snapshot {
	t.Helper()
	var addresses, brands []string
	for i, e := range emails {
		addresses = append(addresses, fmt.Sprintf(`{"id":%d,"email":%q,"forwarding_status":"verified"}`, i+1, e))
	}
	for i, h := range mappings {
		brands = append(brands, fmt.Sprintf(`{"id":%d,"name":"B","subdomain":"acme%d","brand_url":"https://x.example","active":true,"host_mapping":%q}`, i+1, i, h))
	}
	s, err := Snapshot([]File{
		{Name: "recipient_addresses.json", Data: []byte(`{"recipient_addresses":[` + strings.Join(addresses, ",") + `]}`)},
		{Name: "brands.json", Data: []byte(`{"brands":[` + strings.Join(brands, ",") + `]}`)},
		{Name: "triggers.json", Data: []byte(`{"triggers":[]}`)},
	}, tenant.Origin{Kind: "dump"}, "acme")
	require.NoError(t, err)
	return s
}

func TestDomainsAndHostsAreLookedUp(t *testing.T) {
	z := &zone{
		text: map[string][]string{
			"example.com":           {"google-site-verification=abc", "v=spf1 include:mail.zendesk.com ~all", "v=spf10 no"},
			"_dmarc.example.com":    {"v=DMARC1; p=reject"},
			"_dmarc.shop.example":   {"v=dmarc1;p=none"},
			"desk.eu.example.com":   {"V=SPF1"},
			"_dmarc.eu.example.com": {"unrelated"},
		},
		names: map[string]string{
			"zendesk1._domainkey.example.com": "Zendesk1._domainkey.zendesk.com.",
			"help.example.com":                "acme.zendesk.com.",
			"old.example.com":                 "old.example.com.", // an address record of its own
		},
		errs: map[string]error{
			"shop.example":                     &net.DNSError{Err: "server misbehaving", Server: "192.0.2.53:53", IsTemporary: true},
			"zendesk2._domainkey.example.com":  &net.DNSError{Err: "i/o timeout", IsTimeout: true},
			"zendesk1._domainkey.shop.example": errors.New("odd"),
		},
	}
	s := withAddresses(t,
		[]string{"help@example.com", "Sales@EXAMPLE.com", "x@desk.eu.example.com", "y@shop.example", "support@acme.zendesk.com", "no-address", "a@b@c", "a@[192.0.2.1]", "a@localhost"},
		[]string{"help.example.com", "old.example.com", "gone.example.com", "", "acme.zendesk.com", "http://evil.example/x"})
	f, gap := LookUp(t.Context(), s, z)
	assert.Nil(t, gap)
	assert.Equal(t, "dns.json", f.Name)
	assert.JSONEq(t, `{"dns": {
		"domains": {
			"desk.eu.example.com": {"spf": ["V=SPF1"], "dmarc": ["v=DMARC1; p=reject"], "dmarc_from": "example.com", "dkim": {"zendesk1": "", "zendesk2": ""}, "errors": {}},
			"example.com": {"spf": ["v=spf1 include:mail.zendesk.com ~all"], "dmarc": ["v=DMARC1; p=reject"],
				"dkim": {"zendesk1": "zendesk1._domainkey.zendesk.com.", "zendesk2": ""}, "errors": {"zendesk2": "no answer in time"}},
			"shop.example": {"spf": [], "dmarc": ["v=dmarc1;p=none"], "dkim": {"zendesk1": "", "zendesk2": ""},
				"errors": {"spf": "the name server could not answer", "zendesk1": "the look-up failed"}}
		},
		"hosts": {
			"gone.example.com": {"cname": "", "exists": false, "error": ""},
			"help.example.com": {"cname": "acme.zendesk.com.", "exists": true, "error": ""},
			"old.example.com": {"cname": "", "exists": true, "error": ""}
		}}}`, string(f.Data))
	assert.NotContains(t, z.asked, "_dmarc.com", "names of one label are nobody's to ask for")
	assert.NotContains(t, string(f.Data), "192.0.2.53", "which servers this machine asks is nobody's business")

	again, err := Snapshot([]File{f}, tenant.Origin{}, "")
	require.NoError(t, err)
	assert.Equal(t, "acme.zendesk.com.", again.Single(tenant.DNS).Get("hosts", "help.example.com", "cname").Str().Or(""))
	f.Name = "odd.json"
	again, err = Snapshot([]File{f}, tenant.Origin{}, "")
	require.NoError(t, err)
	assert.True(t, again.Has(tenant.DNS), "it is known by its content")
}

func TestOnlySoManyDomainsAreLookedUp(t *testing.T) {
	var emails []string
	for i := range maxDomains + 5 {
		emails = append(emails, fmt.Sprintf("a@d%02d.example", i))
	}
	z := &zone{}
	f, gap := LookUp(t.Context(), withAddresses(t, emails, nil), z)
	require.NotNil(t, gap)
	assert.Equal(t, tenant.Truncated, gap.Reason)
	assert.Contains(t, gap.Detail, "50 of 55 domains")
	v, err := Parse(f.Name, f.Data)
	require.NoError(t, err)
	assert.Len(t, v.Get("dns", "domains").Keys(), maxDomains)
}

func TestRecordsThatAreTooLongOrTooManyDoNotCount(t *testing.T) {
	long := "v=spf1 " + strings.Repeat("ip4:192.0.2.1 ", 400)
	var many []string
	for i := range 3 * maxRecords {
		many = append(many, fmt.Sprintf("v=DMARC1; p=none; n=%d", i))
	}
	z := &zone{text: map[string][]string{"example.com": {long}, "_dmarc.example.com": many}}
	f, _ := LookUp(t.Context(), withAddresses(t, []string{"a@example.com"}, nil), z)
	v, err := Parse(f.Name, f.Data)
	require.NoError(t, err)
	domain := v.Get("dns", "domains", "example.com")
	assert.Empty(t, domain.Get("spf").Items())
	assert.Contains(t, domain.Get("errors", "spf").Str().Or(""), "longer than")
	assert.Len(t, domain.Get("dmarc").Items(), maxRecords)
}

// slow never answers before it is told to stop.
type slow struct{}

func (slow) LookupTXT(ctx context.Context, _ string) ([]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (slow) LookupCNAME(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func TestLookUpsEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	f, gap := LookUp(ctx, withAddresses(t, []string{"a@example.com"}, []string{"help.example.com"}), slow{})
	require.NotNil(t, gap)
	assert.Equal(t, tenant.Interrupted, gap.Reason)
	assert.Empty(t, f.Name)
}

func TestTheResolverOfGoIsAResolver(t *testing.T) {
	var r Resolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("there is no network")
	}}
	f, gap := LookUp(t.Context(), withAddresses(t, []string{"a@example.com"}, nil), r)
	require.Nil(t, gap)
	assert.Contains(t, string(f.Data), `"spf": "the `, "a failure is no absence")
}
