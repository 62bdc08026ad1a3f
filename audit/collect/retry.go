package collect

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// noRetryAfter is the pause after a 429 that does not say how long, which
	// happens: a whole window.
	noRetryAfter = window
	// maxRetryAfter is the longest pause that one reply can ask for.
	maxRetryAfter = 5 * time.Minute
	firstBackoff  = 500 * time.Millisecond
	maxBackoff    = 30 * time.Second
	// timeoutAttempts is lower than the others: each costs a whole timeout.
	timeoutAttempts = 2
)

// A BudgetError is a request that was given up because the run has waited as
// long as it may for the account's rate limits.
type BudgetError struct{ Budget time.Duration }

// Error gives the budget.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("the account asked for more than %s of waiting in all", e.Budget)
}

// retrier sends a request again where the reply, or its absence, allows.
type retrier struct {
	next     http.RoundTripper
	pace     *pacer
	attempts int           // for one request
	budget   time.Duration // of waiting between attempts, for all requests
	spent    atomic.Int64
	retries  atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for attempt := 1; ; attempt++ {
		if err := r.pace.wait(ctx); err != nil {
			return nil, err
		}
		resp, err := r.send(req)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		again := r.verdict(resp, err, attempt)
		if again.no || attempt >= r.attempts {
			return resp, err
		}
		if err := r.hold(ctx, again); err != nil {
			return nil, err
		}
		r.retries.Add(1)
	}
}

func (r *retrier) send(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	resp, err := r.next.RoundTrip(out)
	if err == nil {
		r.pace.learn(resp.Header)
	}
	return resp, err
}

// hold waits before the next attempt, or arranges that everybody does. What
// several requests wait together is taken off the budget once.
func (r *retrier) hold(ctx context.Context, a again) error {
	cost := a.after
	if a.shared {
		cost = r.pace.extension(a.after)
	}
	if time.Duration(r.spent.Add(int64(cost))) > r.budget {
		return &BudgetError{Budget: r.budget}
	}
	if a.shared {
		r.pace.pause(a.after)
		return nil
	}
	return r.pace.sleep(ctx, a.after)
}

// again says whether to send a request once more, after what time, and whether
// all other requests of the account should wait as well.
type again struct {
	no     bool
	after  time.Duration
	shared bool
}

func (r *retrier) verdict(resp *http.Response, err error, attempt int) again {
	if err != nil {
		return r.afterError(err, attempt)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		after, ok := retryAfter(resp.Header, r.pace.clock.now())
		if !ok {
			after = noRetryAfter
		}
		return again{after: after, shared: true}
	case http.StatusServiceUnavailable:
		if after, ok := retryAfter(resp.Header, r.pace.clock.now()); ok {
			return again{after: after, shared: true}
		}
		return again{after: r.backoff(attempt)}
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return again{after: r.backoff(attempt)}
	}
	return again{no: true}
}

// afterError tries again after every error of the network that may pass.
func (r *retrier) afterError(err error, attempt int) again {
	var size *SizeError
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(err, &size),
		errors.Is(err, context.Canceled),
		errors.Is(err, syscall.ECONNREFUSED),
		errors.As(err, &dns) && dns.IsNotFound,
		isTLS(err):
		return again{no: true}
	case errors.As(err, &netErr) && netErr.Timeout():
		return again{no: attempt >= timeoutAttempts, after: r.backoff(attempt)}
	}
	return again{after: r.backoff(attempt)}
}

// isTLS says whether the two ends could not agree on a secure connection;
// asking again does not help.
func isTLS(err error) bool {
	var (
		verify    *tls.CertificateVerificationError
		header    tls.RecordHeaderError
		alert     tls.AlertError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	return errors.As(err, &verify) || errors.As(err, &header) || errors.As(err, &alert) ||
		errors.As(err, &authority) || errors.As(err, &name) || errors.As(err, &invalid) ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// backoff doubles with every attempt, half of it at random.
func (r *retrier) backoff(attempt int) time.Duration {
	d := firstBackoff << min(attempt-1, 10)
	d = min(d, maxBackoff)
	return d/2 + time.Duration(r.pace.jitter()*float64(d/2))
}

// retryAfter reads Retry-After, in seconds or as a date, which is held against
// the server's own clock where it tells it. The result is between one second
// and maxRetryAfter.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	word := strings.TrimSpace(h.Get("Retry-After"))
	if word == "" {
		return 0, false
	}
	// Some count in fractions; more than a day is as good as a day.
	if s, err := strconv.ParseFloat(word, 64); err == nil {
		if math.IsNaN(s) || s < 0 {
			return 0, false
		}
		return clamp(time.Duration(min(s, 86400) * float64(time.Second))), true
	}
	at, err := http.ParseTime(word)
	if err != nil {
		return 0, false
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return clamp(at.Sub(now)), true
}

func clamp(d time.Duration) time.Duration { return max(time.Second, min(d, maxRetryAfter)) }
