package collect

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script is a network that answers from memory, each time with the next line,
// the last one for ever.
type script struct {
	mu    sync.Mutex
	lines []line
	sent  []time.Time
}

type line struct {
	status  int
	headers map[string]string
	err     error
}

func (s *script) RoundTrip(*http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[min(len(s.sent), len(s.lines)-1)]
	s.sent = append(s.sent, time.Now())
	if l.err != nil {
		return nil, l.err
	}
	h := http.Header{}
	for k, v := range l.headers {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: l.status, Header: h, Body: io.NopCloser(bytes.NewReader(nil))}, nil
}

func newRetrier(s http.RoundTripper, change ...func(*retrier)) *retrier {
	c := clock{now: time.Now, sleep: sleepFor}
	r := &retrier{
		next:     s,
		pace:     newPacer(c, DefaultMaxRate, func() float64 { return 0 }, func(time.Time) {}),
		attempts: DefaultAttempts, budget: DefaultMaxWait,
	}
	for _, f := range change {
		f(r)
	}
	return r
}

func get(ctx context.Context, t *testing.T) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://northwind.zendesk.com/api/v2/brands", nil)
	require.NoError(t, err)
	return req
}

// statusOf sends a request and closes the reply.
func statusOf(rt http.RoundTripper, req *http.Request) (int, error) {
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func retryAfterIs(v string) map[string]string { return map[string]string{"Retry-After": v} }

func TestRetries(t *testing.T) {
	// A synctest bubble begins at midnight UTC of 2000-01-01.
	ok := line{status: 200}
	for _, tt := range []struct {
		name     string
		lines    []line
		sent     int
		took     time.Duration
		status   int
		errMatch error
	}{
		{"a good reply is the only one", []line{ok}, 1, 0, 200, nil},
		{"429 waits as long as it says", []line{{status: 429, headers: retryAfterIs("93")}, ok}, 2, 93 * time.Second, 200, nil},
		{"429 may say it with a fraction", []line{{status: 429, headers: retryAfterIs("2.5")}, ok}, 2, 2500 * time.Millisecond, 200, nil},
		{"429 may name a date", []line{{status: 429, headers: retryAfterIs("Sat, 01 Jan 2000 00:00:41 GMT")}, ok}, 2, 41 * time.Second, 200, nil},
		{"a date is held against the server's clock", []line{{status: 429, headers: map[string]string{
			"Retry-After": "Mon, 23 Nov 2026 10:00:30 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT",
		}}, ok}, 2, 30 * time.Second, 200, nil},
		{"a date in the past is a second", []line{{status: 429, headers: retryAfterIs("Fri, 31 Dec 1999 00:00:00 GMT")}, ok}, 2, time.Second, 200, nil},
		{"429 that does not say waits a minute", []line{{status: 429}, ok}, 2, time.Minute, 200, nil},
		{"429 that says nonsense waits a minute", []line{{status: 429, headers: retryAfterIs("soon")}, ok}, 2, time.Minute, 200, nil},
		{"a negative wait is nonsense", []line{{status: 429, headers: retryAfterIs("-5")}, ok}, 2, time.Minute, 200, nil},
		{"not a number is nonsense", []line{{status: 429, headers: retryAfterIs("NaN")}, ok}, 2, time.Minute, 200, nil},
		{"nobody waits a day", []line{{status: 429, headers: retryAfterIs("86400")}, ok}, 2, maxRetryAfter, 200, nil},
		{"nobody waits for ever", []line{{status: 429, headers: retryAfterIs("1e300")}, ok}, 2, maxRetryAfter, 200, nil},
		{"503 waits as long as it says", []line{{status: 503, headers: retryAfterIs("10")}, ok}, 2, 10 * time.Second, 200, nil},
		{"503 that does not say is tried soon", []line{{status: 503}, ok}, 2, 250 * time.Millisecond, 200, nil},
		{"waits double", []line{{status: 502}, {status: 504}, {status: 502}, ok}, 4, (250 + 500 + 1000) * time.Millisecond, 200, nil},
		{"a broken connection is tried again", []line{{err: syscall.ECONNRESET}, {err: io.ErrUnexpectedEOF}, ok}, 3, 750 * time.Millisecond, 200, nil},
		{"attempts come to an end", []line{{status: 502}}, 5, (250 + 500 + 1000 + 2000) * time.Millisecond, 502, nil},
		{"a refused connection stays refused", []line{{err: syscall.ECONNREFUSED}}, 1, 0, 0, syscall.ECONNREFUSED},
		{"a timeout is tried once more", []line{{err: context.DeadlineExceeded}}, 2, 250 * time.Millisecond, 0, context.DeadlineExceeded},
		{"too much is too much", []line{{err: &SizeError{Limit: 1}}}, 1, 0, 0, nil},
		{"404 is an answer", []line{{status: 404}}, 1, 0, 404, nil},
		{"500 is an answer", []line{{status: 500}}, 1, 0, 500, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{lines: tt.lines}
				start := time.Now()
				status, err := statusOf(newRetrier(s), get(t.Context(), t))
				assert.Equal(t, tt.took, time.Since(start))
				assert.Len(t, s.sent, tt.sent)
				if tt.status == 0 {
					require.Error(t, err)
					if tt.errMatch != nil {
						assert.ErrorIs(t, err, tt.errMatch)
					}
					return
				}
				require.NoError(t, err)
				assert.Equal(t, tt.status, status)
			})
		})
	}
}

func TestAHostThatIsNotThereIsAskedOnce(t *testing.T) {
	s := &script{lines: []line{{err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}}}}
	_, err := statusOf(newRetrier(s), get(t.Context(), t))
	require.Error(t, err)
	assert.Len(t, s.sent, 1)
}

func TestAPauseIsForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{lines: []line{{status: 429, headers: retryAfterIs("60")}, {status: 200}}}
		r := newRetrier(s)
		req := get(t.Context(), t)
		start := time.Now()
		var wg sync.WaitGroup
		ask := func() {
			status, err := statusOf(r, req)
			assert.NoError(t, err)
			assert.Equal(t, 200, status)
		}
		wg.Go(ask)
		synctest.Wait()
		for range 10 {
			wg.Go(ask)
		}
		wg.Wait()
		for _, at := range s.sent[1:] {
			assert.GreaterOrEqual(t, at.Sub(start), time.Minute, "sent during the pause")
		}
		assert.Equal(t, time.Minute, r.pace.total(), "what eleven wait at once counts once")
	})
}

func TestAStormOf429EndsWithinTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{lines: []line{{status: 429, headers: retryAfterIs("60")}}}
		r := newRetrier(s, func(r *retrier) { r.budget = 150 * time.Second; r.attempts = 1000 })
		req := get(t.Context(), t)
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := statusOf(r, req)
				var budget *BudgetError
				assert.ErrorAs(t, err, &budget)
			})
		}
		wg.Wait()
		assert.LessOrEqual(t, time.Since(start), 150*time.Second)
		assert.Less(t, len(s.sent), 20*4)
	})
}

func TestWaitingEndsAtOnceWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, l := range []line{{status: 429}, {status: 502}, {err: syscall.ECONNRESET}} {
			s := &script{lines: []line{l}}
			ctx, cancel := context.WithCancel(t.Context())
			req := get(ctx, t)
			start := time.Now()
			done := make(chan error, 1)
			go func() {
				_, err := statusOf(newRetrier(s), req)
				done <- err
			}()
			synctest.Wait()
			cancel()
			assert.ErrorIs(t, <-done, context.Canceled)
			assert.Zero(t, time.Since(start))
		}
	})
}

func TestABodyIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		fail := true
		r := newRetrier(tripper(func(req *http.Request) (*http.Response, error) {
			data, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			bodies = append(bodies, string(data))
			if fail {
				fail = false
				return nil, errors.New("broken")
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
		}))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://northwind.zendesk.com/oauth/tokens", bytes.NewReader([]byte("hello")))
		require.NoError(t, err)
		_, err = statusOf(r, req)
		require.NoError(t, err)
		assert.Equal(t, []string{"hello", "hello"}, bodies)
	})
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
