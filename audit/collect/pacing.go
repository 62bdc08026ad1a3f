package collect

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// unknownLimit is the requests a minute that are assumed until the account
	// has answered: what the smallest current plan, Team, has
	// (https://developer.zendesk.com/api-reference/introduction/rate-limits/).
	unknownLimit = 200
	// maxBurst is how many requests may go out without any waiting. An ordinary
	// account needs about forty.
	maxBurst = 60
	// window is the length of Zendesk's rate limit window.
	window = time.Minute
)

// pacer shares an account's rate limit with everybody else who uses it. One
// pacer serves all requests to one account.
type pacer struct {
	clock  clock
	share  float64 // of the account's limit, 0 to 1
	jitter func() float64
	// throttled is told until when requests are held back.
	throttled func(until time.Time)

	mu      sync.Mutex
	limiter *rate.Limiter
	limit   int       // requests a minute, as last learnt
	slow    time.Time // until when the rate is below the share
	paused  time.Time // until when nothing is sent
	waited  time.Duration
	counted time.Time // up to when waiting has been counted
}

func newPacer(c clock, share float64, jitter func() float64, throttled func(time.Time)) *pacer {
	p := &pacer{clock: c, share: share, jitter: jitter, throttled: throttled, limit: unknownLimit}
	p.limiter = rate.NewLimiter(0, maxBurst)
	p.set(c.now(), 1)
	return p
}

// wait returns when a request may be sent, or when ctx ends.
func (p *pacer) wait(ctx context.Context) error {
	delay, cancel := p.reserve()
	if err := p.sleep(ctx, delay); err != nil {
		cancel()
		return err
	}
	for {
		rest := p.pauseLeft()
		if rest <= 0 {
			return ctx.Err()
		}
		// Spread, so that those who waited do not all come at the same moment.
		if err := p.sleep(ctx, rest+time.Duration(p.jitter()*float64(time.Second))); err != nil {
			return err
		}
	}
}

func (p *pacer) reserve() (delay time.Duration, cancel func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.now()
	if !p.slow.IsZero() && !now.Before(p.slow) {
		p.set(now, 1)
	}
	r := p.limiter.ReserveN(now, 1)
	return r.DelayFrom(now), func() { r.CancelAt(p.clock.now()) }
}

func (p *pacer) pauseLeft() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paused.Sub(p.clock.now())
}

// sleep waits and counts the time; what several requests wait at once counts
// once.
func (p *pacer) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	p.mu.Lock()
	start := p.clock.now()
	if start.Before(p.counted) {
		start = p.counted
	}
	if end := p.clock.now().Add(d); end.After(start) {
		p.waited += end.Sub(start)
		p.counted = end
	}
	until := p.clock.now().Add(d)
	p.mu.Unlock()
	p.throttled(until)
	return p.clock.sleep(ctx, d)
}

// extension is by how much a pause of d would be longer than the one that is
// on already.
func (p *pacer) extension(d time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.now()
	from := now
	if p.paused.After(from) {
		from = p.paused
	}
	return max(0, now.Add(d).Sub(from))
}

// pause holds all requests of the account back.
func (p *pacer) pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.clock.now().Add(d); until.After(p.paused) {
		p.paused = until
	}
}

// learn takes the account's limit from a reply's headers and slows down when
// others have used up what is not our share
// (https://developer.zendesk.com/documentation/ticketing/using-the-zendesk-api/best-practices-for-avoiding-rate-limiting/).
func (p *pacer) learn(h http.Header) {
	limit, ok := number(h, "X-Rate-Limit", "Ratelimit-Limit")
	if !ok || limit <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.now()
	if limit != p.limit {
		p.limit = limit
		p.set(now, 1)
	}
	remaining, ok := number(h, "X-Rate-Limit-Remaining", "Ratelimit-Remaining")
	if !ok {
		return
	}
	floor := (1 - p.share) * float64(limit)
	if float64(remaining) >= floor {
		return
	}
	reset := window
	if s, ok := number(h, "Ratelimit-Reset"); ok {
		reset = min(window, time.Duration(s)*time.Second)
	}
	if remaining <= 0 {
		if until := now.Add(reset); until.After(p.paused) {
			p.paused = until
		}
		return
	}
	p.set(now, max(0.1, float64(remaining)/floor))
	p.slow = now.Add(reset)
}

// set makes the pace a part of the share, 1 being the whole of it.
func (p *pacer) set(now time.Time, part float64) {
	p.limiter.SetLimitAt(now, rate.Limit(part*p.share*float64(p.limit)/window.Seconds()))
	// The burst leaves room for what the rate adds within the same minute.
	p.limiter.SetBurstAt(now, max(1, min(maxBurst, int(0.6*part*p.share*float64(p.limit)))))
	p.slow = time.Time{}
}

// number gives the first of the headers that holds a whole number that is not
// negative.
func number(h http.Header, names ...string) (int, bool) {
	for _, name := range names {
		if n, err := strconv.Atoi(strings.TrimSpace(h.Get(name))); err == nil && n >= 0 && n <= 1_000_000 {
			return n, true
		}
	}
	return 0, false
}

// total is the time for which requests were held back.
func (p *pacer) total() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waited
}
