package collect

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Defaults of APIOptions.
const (
	DefaultMaxRate     = 0.5
	DefaultTimeout     = 30 * time.Second
	DefaultMaxBody     = 64 << 20
	DefaultMaxWait     = 15 * time.Minute
	DefaultAttempts    = 5
	DefaultConcurrency = 8
)

// APIOptions say which account to read and how. Only Subdomain, Credential and
// Now must be set.
type APIOptions struct {
	// Subdomain is the account's, in any form that AccountName reads.
	Subdomain string
	// Endpoint stands in for https://SUBDOMAIN.zendesk.com: a proxy or a test
	// server. Plain HTTP is accepted for this machine only.
	Endpoint   string
	Credential Credential
	// Version is zdaudit's own, for the User-Agent and the recording.
	Version string
	// MaxRate is the share of the account's rate limit to use, above 0, at
	// most 1.
	MaxRate float64
	// Timeout is for one request, not for the run: that is the context's.
	Timeout time.Duration
	// MaxBody is the largest reply in bytes, unpacked. One resource may have
	// four times as much over all its pages.
	MaxBody int64
	// MaxWait is how long the run may wait, in all, because the account or the
	// network asked for another attempt.
	MaxWait time.Duration
	// Attempts is how often one request is sent at most.
	Attempts int
	// Concurrency is the number of resources that are read side by side.
	Concurrency int
	// Kinds are what to read; none means everything.
	Kinds []tenant.Kind
	// Extras are read last, after the account's settings.
	Extras []Extra
	// SampleTickets is how many of the newest tickets are looked at, at most
	// MaxSample; 0 for none. See sample.go for what is kept of them.
	SampleTickets int
	// Random gives the salt that makes the keys of a sample useless outside it;
	// nil is the system's own source.
	Random io.Reader
	// Now is the clock.
	Now func() time.Time
	// Sleep waits; nil waits in real time. It must return early when the
	// context ends.
	Sleep func(context.Context, time.Duration) error
	// Jitter gives numbers from 0 up to 1 that spread out retries; nil is a
	// random source.
	Jitter func() float64
	// Transport talks to the network; nil is Go's own with the proxy settings
	// of the environment.
	Transport http.RoundTripper
	// Progress is told about every step, one call at a time.
	Progress func(Progress)
}

// A Progress is a step of a collection.
type Progress struct {
	// Kind was finished, or is NoKind where the step is about waiting.
	Kind        tenant.Kind
	Done, Total int
	// ThrottledUntil is when requests go on, where they are being held back.
	ThrottledUntil time.Time
}

// Stats count what an API has done so far.
type Stats struct {
	Requests, Retries int
	// Waited is the time for which requests were held back, however many
	// waited at once.
	Waited time.Duration
}

// An API reads a live account. It can only read: its transport refuses every
// request but GET, with the exception of the one that gets an OAuth client its
// token. Collect, Record and Check may be called one after the other, not at
// the same time.
type API struct {
	opts      APIOptions
	subdomain string
	// origin is where requests go, home the account's own address.
	origin, home *url.URL
	cred         Credential
	endpoints    []Endpoint

	get      Getter
	pace     *pacer
	retry    *retrier
	exchange *exchange
	tokens   *tokenSource
	closing  func()

	progress progress
}

// progress hands steps on, one at a time.
type progress struct {
	mu     sync.Mutex
	report func(Progress)
	state  Progress
}

func (p *progress) begin(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = Progress{Total: total}
}

func (p *progress) finished(k tenant.Kind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Done++
	p.tell(Progress{Kind: k, Done: p.state.Done, Total: p.state.Total})
}

func (p *progress) throttled(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell(Progress{Done: p.state.Done, Total: p.state.Total, ThrottledUntil: until})
}

func (p *progress) tell(step Progress) {
	if p.report != nil {
		p.report(step)
	}
}

// NewAPI prepares to read an account and asks it nothing yet. Its errors are
// about the options; without a credential it is ErrNoCredential.
func NewAPI(opts APIOptions) (*API, error) {
	name, err := AccountName(opts.Subdomain)
	if err != nil {
		return nil, err
	}
	if opts, err = withDefaults(opts); err != nil {
		return nil, err
	}
	a := &API{opts: opts, subdomain: name, home: homeOf(name), origin: homeOf(name), cred: opts.Credential}
	if opts.Endpoint != "" {
		if a.origin, err = parseEndpoint(opts.Endpoint); err != nil {
			return nil, err
		}
	}
	if a.endpoints = wanted(opts.Kinds); len(a.endpoints) == 0 {
		return nil, errors.New("none of the resources asked for can be read through the API")
	}
	a.progress.report = opts.Progress
	if err := a.connect(); err != nil {
		return nil, err
	}
	return a, nil
}

func withDefaults(o APIOptions) (APIOptions, error) {
	switch {
	case o.Credential.IsZero():
		return o, ErrNoCredential
	case o.Now == nil:
		return o, errors.New("a live collection needs a clock")
	case o.MaxRate < 0 || o.MaxRate > 1 || math.IsNaN(o.MaxRate):
		return o, fmt.Errorf("the share of the rate limit must be above 0 and at most 1, not %v", o.MaxRate)
	}
	if o.SampleTickets < 0 || o.SampleTickets > MaxSample {
		return o, fmt.Errorf("a sample is of 1 to %d tickets, not %d", MaxSample, o.SampleTickets)
	}
	o.Version = orDefault(o.Version, "dev")
	o.MaxRate = orDefault(o.MaxRate, DefaultMaxRate)
	o.Timeout = orDefault(o.Timeout, DefaultTimeout)
	o.MaxBody = orDefault(o.MaxBody, DefaultMaxBody)
	o.MaxWait = orDefault(o.MaxWait, DefaultMaxWait)
	o.Attempts = orDefault(o.Attempts, DefaultAttempts)
	o.Concurrency = orDefault(o.Concurrency, DefaultConcurrency)
	if o.Timeout < 0 || o.MaxBody < 0 || o.MaxWait < 0 || o.Attempts < 0 || o.Concurrency < 0 {
		return o, errors.New("times, sizes and numbers of attempts must not be negative")
	}
	if o.Sleep == nil {
		o.Sleep = sleepFor
	}
	if o.Random == nil {
		o.Random = crand.Reader
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	return o, nil
}

func orDefault[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

func wanted(kinds []tenant.Kind) []Endpoint {
	if len(kinds) == 0 {
		return Endpoints()
	}
	return slices.DeleteFunc(Endpoints(), func(e Endpoint) bool { return !slices.Contains(kinds, e.Kind) })
}

// connect builds the way of a request; see transport.go.
func (a *API) connect() error {
	base := a.opts.Transport
	if base == nil {
		own, err := newBase(a.opts.Concurrency)
		if err != nil {
			return err
		}
		base, a.closing = own, own.CloseIdleConnections
	}
	c := clock{now: a.opts.Now, sleep: a.opts.Sleep}
	agent := "zdaudit/" + a.opts.Version
	a.exchange = &exchange{base: base, timeout: a.opts.Timeout, maxBody: a.opts.MaxBody}
	a.pace = newPacer(c, a.opts.MaxRate, a.opts.Jitter, a.progress.throttled)
	a.retry = &retrier{next: a.exchange, pace: a.pace, attempts: a.opts.Attempts, budget: a.opts.MaxWait}
	a.tokens = newTokenSource(a.retry, a.origin, agent, a.cred, c)
	way := &guard{
		next:      &authority{next: a.retry, cred: a.cred, tokens: a.tokens},
		origin:    a.origin,
		userAgent: agent,
	}
	get, err := newClient(&http.Client{Transport: way, CheckRedirect: noRedirects}, a.origin)
	if err != nil {
		return err
	}
	a.get = get
	return nil
}

// Stats counts what has been done so far.
func (a *API) Stats() Stats {
	return Stats{
		Requests: int(a.exchange.sent.Load()),
		Retries:  int(a.retry.retries.Load()),
		Waited:   a.pace.total(),
	}
}

// Host is where requests go.
func (a *API) Host() string { return a.origin.Host }

func (a *API) close() {
	if a.closing != nil {
		a.closing()
	}
}
