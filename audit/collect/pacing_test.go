package collect

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testPacer(share float64) *pacer {
	return newPacer(clock{now: time.Now, sleep: sleepFor}, share, func() float64 { return 0 }, func(time.Time) {})
}

func limits(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// ask sends n requests one after the other, each answered with the headers that
// reply gives, and returns the time that it took.
func ask(t *testing.T, p *pacer, n int, reply func(i int) http.Header) time.Duration {
	t.Helper()
	start := time.Now()
	for i := range n {
		require.NoError(t, p.wait(t.Context()))
		p.learn(reply(i))
	}
	return time.Since(start)
}

func always(h http.Header) func(int) http.Header { return func(int) http.Header { return h } }

func TestAnOrdinaryAccountIsNotSlowedDown(t *testing.T) {
	for _, limit := range []string{"200", "400", "700", "2500", ""} {
		synctest.Test(t, func(t *testing.T) {
			assert.Zero(t, ask(t, testPacer(0.5), 45, always(limits("X-Rate-Limit", limit))), "limit %q", limit)
		})
	}
}

func TestTheShareIsKept(t *testing.T) {
	for _, tt := range []struct {
		name   string
		share  float64
		header http.Header
		n      int
		atMost float64 // requests a minute, over a long run
	}{
		{"half of an unknown limit", 0.5, limits(), 1000, 100},
		{"half of 700", 0.5, limits("X-Rate-Limit", "700"), 3500, 350},
		{"half of 700 under the other name", 0.5, limits("ratelimit-limit", "700"), 3500, 350},
		{"half of ten", 0.5, limits("X-Rate-Limit", "10"), 600, 5},
		{"all of 200", 1, limits("X-Rate-Limit", "200", "X-Rate-Limit-Remaining", "1"), 2000, 200},
		{"nonsense teaches nothing", 0.5, limits("X-Rate-Limit", "-4"), 1000, 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took := ask(t, testPacer(tt.share), tt.n, always(tt.header))
				got := float64(tt.n-maxBurst) / took.Minutes()
				assert.InDelta(t, tt.atMost, got, tt.atMost*0.25)
			})
		})
	}
}

func TestOthersComeFirstWhenLittleRemains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet := ask(t, testPacer(0.5), 200, always(limits("X-Rate-Limit", "400", "X-Rate-Limit-Remaining", "390")))
		busy := ask(t, testPacer(0.5), 200, always(limits("X-Rate-Limit", "400", "X-Rate-Limit-Remaining", "60")))
		assert.Greater(t, busy, 2*quiet)
	})
}

func TestTheOldPaceReturnsAfterTheReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := testPacer(0.5)
		p.learn(limits("ratelimit-limit", "600", "ratelimit-remaining", "30", "ratelimit-reset", "20"))
		assert.Less(t, float64(p.limiter.Limit()), 1.0)
		time.Sleep(21 * time.Second)
		require.NoError(t, p.wait(t.Context()))
		assert.InDelta(t, 5.0, float64(p.limiter.Limit()), 0.001)
	})
}

func TestNothingIsSentWhenNothingRemains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := testPacer(0.5)
		p.learn(limits("ratelimit-limit", "700", "ratelimit-remaining", "0", "ratelimit-reset", "41"))
		assert.Equal(t, 41*time.Second, ask(t, p, 1, always(limits())))
	})
}

func TestPacingEndsAtOnceWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := testPacer(0.5)
		p.pause(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, p.wait(ctx), context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
	})
}
