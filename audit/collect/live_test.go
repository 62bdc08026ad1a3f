package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func fakeServer(tb testing.TB, files []File, opts FakeOptions) *httptest.Server {
	tb.Helper()
	srv := httptest.NewServer(NewFake(files, opts))
	tb.Cleanup(srv.Close)
	return srv
}

// asJSON writes a snapshot's resources and gaps, without places.
func asJSON(t *testing.T, s *tenant.Snapshot) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q\n", s.Subdomain, s.Notes)
	for _, k := range tenant.Kinds() {
		gap, missing := s.Gap(k)
		fmt.Fprintf(&b, "%s: %v %v %s", k, missing, gap, s.Single(k).AppendJSON(nil))
		for _, v := range s.List(k) {
			fmt.Fprintf(&b, "\n\t%s at %s", v.AppendJSON(nil), v.Pos())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestALiveRunIsItsRecordingIsItsDump(t *testing.T) {
	srv := fakeServer(t, sampleFiles(t, 7), FakeOptions{PageSize: 3, Forbid: []tenant.Kind{tenant.Macros}})
	a, _ := testAPI(t, srv)
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	recorded, err := rec.Snapshot()
	require.NoError(t, err)

	live, err := a.Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, asJSON(t, recorded), asJSON(t, live))
	assert.Len(t, live.Triggers, 7)
	gap, missing := live.Gap(tenant.Macros)
	assert.True(t, missing)
	assert.Equal(t, tenant.Forbidden, gap.Reason)
	for _, e := range Endpoints() {
		_, missing := live.Gap(e.Kind)
		// The rest of an audit log or of the subscriptions is not needed.
		if !slices.Contains([]tenant.Kind{tenant.Macros, tenant.AuditLogs, tenant.OrganizationSubscriptions}, e.Kind) {
			assert.False(t, missing, "%s is missing", e.Kind)
		}
	}

	dir := filepath.Join(t.TempDir(), "dump")
	require.NoError(t, WriteDir(dir, rec.Files, false))
	src, err := NewDump(dir)
	require.NoError(t, err)
	read, err := src.Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, asJSON(t, recorded), asJSON(t, read))

	var again []File
	for _, f := range rec.Files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name))
		require.NoError(t, err)
		again = append(again, File{Name: f.Name, Data: data})
	}
	assert.Equal(t, rec.Files, again)

	// A recording that is served again and recorded again is the same.
	b, _ := testAPI(t, fakeServer(t, rec.Files, FakeOptions{}), onlyKinds(tenant.Triggers, tenant.Users, tenant.Settings))
	second, err := b.Record(t.Context())
	require.NoError(t, err)
	for _, f := range second.Files[:3] {
		i := slices.IndexFunc(rec.Files, func(g File) bool { return g.Name == f.Name })
		require.GreaterOrEqual(t, i, 0)
		assert.Equal(t, string(rec.Files[i].Data), string(f.Data))
	}
}

func TestSecretsAreNotInARecording(t *testing.T) {
	srv := fakeServer(t, sampleFiles(t, 3), FakeOptions{})
	a, _ := testAPI(t, srv)
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	for _, f := range rec.Files {
		assert.NotContains(t, string(f.Data), "planted", f.Name)
		assert.NotContains(t, string(f.Data), secretToken, f.Name)
		assert.NotContains(t, string(f.Data), "Bearer", f.Name)
	}
}

func TestTheCollectionSaysWhatItIs(t *testing.T) {
	var steps []Progress
	srv := fakeServer(t, sampleFiles(t, 1), FakeOptions{Role: roleAgent})
	a, c := testAPI(t, srv, func(o *APIOptions) { o.Progress = func(p Progress) { steps = append(steps, p) } })
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	got, err := DecodeCollection(rec.Files[len(rec.Files)-1])
	require.NoError(t, err)
	assert.Equal(t, rec.Collection, got)
	assert.Equal(t, "northwind", got.Subdomain)
	assert.Equal(t, "0.1.0-test", got.Version)
	assert.Equal(t, roleAgent, got.Role)
	assert.True(t, got.Complete)
	assert.Equal(t, c.Now(), got.CollectedAt)
	assert.Equal(t, len(Endpoints())+1, got.Requests)
	require.Len(t, rec.Warnings, 1)
	assert.Contains(t, rec.Warnings[0], "agent")
	for _, g := range got.Gaps {
		assert.Equal(t, tenant.Forbidden, g.Reason)
		assert.Contains(t, g.Detail, "administrators, and the credential's user is an agent")
	}
	assert.NotEmpty(t, got.Gaps)

	require.Len(t, steps, len(Endpoints()))
	for i, s := range steps {
		assert.Equal(t, i+1, s.Done)
		assert.Equal(t, len(Endpoints()), s.Total)
	}
}

func TestAnAPITokenIsWarnedAbout(t *testing.T) {
	a, _ := testAPI(t, fakeServer(t, sampleFiles(t, 1), FakeOptions{}), func(o *APIOptions) { o.Credential = APIToken("jo@example.com", "k") })
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Warnings, 1)
	assert.Contains(t, rec.Warnings[0], "2027-04-30")
}

func TestAnInterruptedRunKeepsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reached := make(chan struct{})
	handler := NewFake(sampleFiles(t, 2), FakeOptions{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v2/webhooks" {
			close(reached)
			<-r.Context().Done()
			return
		}
		handler.ServeHTTP(w, r)
	}))
	defer srv.Close()
	a, _ := testAPI(t, srv, onlyKinds(tenant.Brands, tenant.Webhooks, tenant.Triggers), func(o *APIOptions) {
		o.Concurrency = 1
		o.Progress = func(p Progress) {
			if p.Done == 2 { // triggers and brands, in this order or the other
				go func() { <-reached; cancel() }()
			}
		}
	})
	rec, err := a.Record(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, rec)
	assert.False(t, rec.Collection.Complete)
	require.Len(t, rec.Collection.Gaps, 1)
	assert.Equal(t, tenant.Interrupted, rec.Collection.Gaps[0].Reason)
	s, err := rec.Snapshot()
	require.NoError(t, err)
	assert.True(t, s.Has(tenant.Brands))
	assert.False(t, s.Has(tenant.Webhooks))
}

func TestARunThatIsOverBeforeItBeginsIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a, _ := testAPI(t, account(t, nil))
	s, err := a.Collect(ctx)
	assert.Nil(t, s)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestAStormStopsAtOnceWithTheContext(t *testing.T) {
	limited := replyStatus(429, `slow down`, "Retry-After", "300")
	routes := map[string]http.HandlerFunc{}
	for _, e := range Endpoints() {
		route, _, _ := strings.Cut(e.Path, "?")
		routes[route] = limited
	}
	ctx, cancel := context.WithCancel(t.Context())
	a, _ := testAPI(t, account(t, routes), func(o *APIOptions) {
		o.Sleep = func(ctx context.Context, _ time.Duration) error {
			cancel() // interrupted as soon as somebody waits
			<-ctx.Done()
			return ctx.Err()
		}
	})
	rec, err := a.Record(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, rec.Collection.Gaps, len(Endpoints()))
	assert.LessOrEqual(t, rec.Collection.Requests, 2*DefaultConcurrency+1)
}

func TestAStormIsAGapAndNotTheEnd(t *testing.T) {
	a, c := testAPI(t, account(t, map[string]http.HandlerFunc{
		"/brands": replyStatus(429, `slow down`, "Retry-After", "30"), "/locales": replyJSON(`{"locales":[]}`),
	}), onlyKinds(tenant.Brands, tenant.Locales))
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Collection.Gaps, 1)
	assert.Equal(t, tenant.RateLimited, rec.Collection.Gaps[0].Reason)
	assert.Equal(t, 4, a.Stats().Retries)
	assert.GreaterOrEqual(t, rec.Collection.Waited, 2*time.Minute)
	assert.GreaterOrEqual(t, c.slept, 2*time.Minute)
}

func TestTheBudgetOfARunIsKept(t *testing.T) {
	a, c := testAPI(t, account(t, map[string]http.HandlerFunc{
		"/brands": replyStatus(429, ``, "Retry-After", "200"), "/webhooks": replyStatus(429, ``, "Retry-After", "200"),
		"/locales": replyJSON(`{"locales":[]}`),
	}), onlyKinds(tenant.Brands, tenant.Webhooks, tenant.Locales), func(o *APIOptions) { o.MaxWait = 5 * time.Minute; o.Concurrency = 1 })
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Collection.Gaps, 2)
	for _, g := range rec.Collection.Gaps {
		assert.Equal(t, tenant.RateLimited, g.Reason)
		assert.Contains(t, g.Detail, "5m0s")
	}
	assert.LessOrEqual(t, c.slept, 5*time.Minute)
}

func TestIfNothingCanBeReadItIsAnError(t *testing.T) {
	a, _ := testAPI(t, account(t, nil))
	rec, err := a.Record(t.Context())
	assert.Nil(t, rec)
	oneSentence(t, err, "nothing could be read", "HTTP 404")
}

// TestEverythingElseIsReadBesideTheLongestChain is about time, in a network
// without any but a tenth of a second before each answer.
func TestEverythingElseIsReadBesideTheLongestChain(t *testing.T) {
	const latency = 100 * time.Millisecond
	files := sampleFiles(t, 1)
	for i, f := range files {
		if f.Name == "triggers.json" {
			files[i] = ofKind(t, sampleFiles(t, 40), f.Name)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		account := NewFake(files, FakeOptions{PageSize: 4, Latency: latency})
		network := tripper(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			account.ServeHTTP(w, r)
			return w.Result(), nil
		})
		a, err := NewAPI(APIOptions{Subdomain: "northwind", Endpoint: "http://127.0.0.1", Credential: OAuthToken("t"), Now: time.Now, Transport: network})
		require.NoError(t, err)
		start := time.Now()
		rec, err := a.Record(t.Context())
		require.NoError(t, err)
		// The user, then ten pages of triggers. One after the other, the
		// requests would take four and a half seconds.
		assert.Equal(t, 11*latency, time.Since(start))
		assert.Equal(t, 10+len(Endpoints()), rec.Collection.Requests)
		assert.Zero(t, rec.Collection.Waited)
	})
}

func ofKind(t *testing.T, files []File, name string) File {
	t.Helper()
	i := slices.IndexFunc(files, func(f File) bool { return f.Name == name })
	require.GreaterOrEqual(t, i, 0)
	return files[i]
}

func noSleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func TestRepeatedRecordingsAreTheSameBytes(t *testing.T) {
	srv := fakeServer(t, sampleFiles(t, 5), FakeOptions{PageSize: 2})
	var first []File
	for range 3 {
		a, _ := testAPI(t, srv)
		rec, err := a.Record(t.Context())
		require.NoError(t, err)
		if first == nil {
			first = rec.Files
		}
		assert.Equal(t, first, rec.Files)
	}
}

// TestRepliesOfAnyKindNeitherPanicNorHang serves the whole account from one
// odd body after the other.
func TestRepliesOfAnyKindNeitherPanicNorHang(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for _, body := range []string{"", "null", "0", `""`, "[]", "{}", "[[[]]]", deep, "{\"triggers\":[null,1,\"x\",[],{}]}", "\x00\x01", "\xff\xfe{", `{"users":[{"id":{}}]}`} {
		a, _ := testAPI(t, httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/users/me") {
				replyJSON(adminBody)(w, r)
				return
			}
			_, _ = io.Copy(w, bytes.NewReader([]byte(body)))
		})))
		rec, err := a.Record(t.Context())
		if err == nil {
			_, err = rec.Snapshot()
			assert.True(t, err == nil || !errors.Is(err, context.Canceled))
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	files := sampleFiles(b, 200)
	for _, latency := range []time.Duration{0, 100 * time.Millisecond} {
		b.Run("latency="+latency.String(), func(b *testing.B) {
			srv := fakeServer(b, files, FakeOptions{Latency: latency})
			b.ReportAllocs()
			var requests int
			var once sync.Once
			for b.Loop() {
				a, _ := testAPI(b, srv, func(o *APIOptions) { o.Now = time.Now; o.Sleep = noSleep })
				rec, err := a.Record(b.Context())
				require.NoError(b, err)
				once.Do(func() { requests = rec.Collection.Requests })
			}
			b.ReportMetric(float64(requests), "requests")
		})
	}
}
