package collect

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func extras(t *testing.T) []Extra {
	t.Helper()
	srv := httptest.NewServer(&site{})
	t.Cleanup(srv.Close)
	probe, err := ProbeExtra(ProbeOptions{Endpoint: srv.URL})
	require.NoError(t, err)
	return []Extra{DNSExtra(&zone{names: map[string]string{"help.example.com": "northwind.zendesk.com."}}), probe}
}

// What was read on request is in the recording like everything else, and a
// dump that is looked up about has the same in its snapshot.
func TestExtrasAreRecordedAsTheyAreCollected(t *testing.T) {
	srv := fakeServer(t, sampleFiles(t, 3), FakeOptions{})
	asked := extras(t)
	a, _ := testAPI(t, srv, func(o *APIOptions) { o.Extras = asked })
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	recorded, err := rec.Snapshot()
	require.NoError(t, err)
	live, err := a.Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, asJSON(t, recorded), asJSON(t, live))
	assert.True(t, live.Has(tenant.DNS) && live.Has(tenant.Probes))
	assert.Equal(t, CollectionName, rec.Files[len(rec.Files)-1].Name)

	dir := t.TempDir() + "/dump"
	require.NoError(t, WriteDir(dir, rec.Files, false))
	dump, err := NewDump(dir)
	require.NoError(t, err)
	dumped, err := dump.Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, asJSON(t, recorded), asJSON(t, dumped))

	plain, _ := testAPI(t, srv)
	without, err := plain.Record(t.Context())
	require.NoError(t, err)
	bare := t.TempDir() + "/dump"
	require.NoError(t, WriteDir(bare, without.Files, false))
	dump, err = NewDump(bare)
	require.NoError(t, err)
	later, err := WithExtras(dump, asked...).Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, asJSON(t, recorded), asJSON(t, later))
}

func TestFreshLookUpsReplaceThoseOfTheDump(t *testing.T) {
	old := File{Name: "all.json", Data: []byte(`{"dns":{"domains":{},"hosts":{"stale.example.com":{"cname":"x.example."}}},"brands":[{"id":1,"brand_url":"x","subdomain":"acme","host_mapping":"help.example.com"}]}`)}
	s, err := WithExtras(&document{name: "x", file: old}, DNSExtra(&zone{})).Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"help.example.com"}, s.Single(tenant.DNS).Get("hosts").Keys())
}

func TestAnExtraThatIsInterruptedIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stopped := Extra{Kind: tenant.DNS, Read: func(context.Context, *tenant.Snapshot) (File, *tenant.Gap) {
		cancel()
		return File{}, interrupted(tenant.DNS)
	}}
	a, _ := testAPI(t, fakeServer(t, sampleFiles(t, 1), FakeOptions{}), func(o *APIOptions) { o.Extras = []Extra{stopped} })
	rec, err := a.Record(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, rec, "what was read is kept")
	assert.False(t, rec.Collection.Complete)
	s, err := rec.Snapshot()
	require.NoError(t, err)
	gap, _ := s.Gap(tenant.DNS)
	assert.Equal(t, tenant.Interrupted, gap.Reason)

	ctx, again := context.WithCancel(t.Context())
	defer again()
	cancel = again
	doc := &document{name: "x", file: File{Name: "triggers.json", Data: []byte(`{"triggers":[]}`)}}
	s, err = WithExtras(doc, stopped).Collect(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.NotNil(t, s)
}

func TestWhereTheSourceFailsNothingIsLookedUp(t *testing.T) {
	never := Extra{Kind: tenant.DNS, Read: func(context.Context, *tenant.Snapshot) (File, *tenant.Gap) {
		panic("asked")
	}}
	doc := &document{name: "x", file: File{Name: "x.json", Data: []byte(`{}`)}}
	_, err := WithExtras(doc, never).Collect(t.Context())
	require.ErrorIs(t, err, ErrNothingRecognised)
	assert.Equal(t, Source(doc), WithExtras(doc), "nothing asked for, nothing changed")
}
