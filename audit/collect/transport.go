package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// The way of a request, outermost first:
//
//	guard     refuses what is not a GET to the account's own host, sets headers,
//	          turns redirects and web pages into errors
//	authority puts the credential on
//	retrier   asks again where that makes sense
//	pacer     waits until the account's limits allow a request
//	exchange  one request, one whole reply, bounded in time and size

// A clock is the time and the way of waiting. Tests have their own.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

// sleepFor waits for d or until ctx ends, whichever comes first.
func sleepFor(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// A MethodError is a request that would have done more than read.
type MethodError struct{ Method string }

// Error names the method.
func (e *MethodError) Error() string {
	return fmt.Sprintf("refused to send a %s request: zdaudit only reads", e.Method)
}

// A HostError is a request that would have left the account's own host.
type HostError struct{ Host, Want string }

// Error names both hosts.
func (e *HostError) Error() string {
	return fmt.Sprintf("refused to send a request to %s: the account is at %s", e.Host, e.Want)
}

// A RedirectError is a reply that points elsewhere. It is not followed: the
// credential is for one host.
type RedirectError struct {
	Status int
	// Host is where the reply points, without the path.
	Host string
	// Login says that the path looks like that of a login page.
	Login bool
}

// Error says where the reply points.
func (e *RedirectError) Error() string {
	return fmt.Sprintf("HTTP %d points to %s, which is not followed", e.Status, e.Host)
}

// A ContentError is a reply that should be JSON and is something else, most
// often the web page of a login or of a proxy.
type ContentError struct{ HTML bool }

// Error says what came.
func (e *ContentError) Error() string {
	if e.HTML {
		return "a web page came in place of JSON"
	}
	return "the reply is not JSON"
}

// A SizeError is a reply that is larger than the limit.
type SizeError struct{ Limit int64 }

// Error gives the limit.
func (e *SizeError) Error() string {
	return fmt.Sprintf("the reply is larger than %d MiB", e.Limit>>20)
}

// guard lets only reading requests to one host through.
type guard struct {
	next      http.RoundTripper
	origin    *url.URL // scheme and host
	userAgent string
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet || req.Body != nil {
		return nil, &MethodError{Method: req.Method}
	}
	if req.URL.Scheme != g.origin.Scheme || req.URL.Host != g.origin.Host || (req.Host != "" && req.Host != g.origin.Host) {
		return nil, &HostError{Host: req.URL.Host, Want: g.origin.Host}
	}
	out := req.Clone(req.Context())
	// Only what is set here is sent: no header of one client may reach another
	// account, however the client keeps its headers.
	out.Header = http.Header{"User-Agent": {g.userAgent}, "Accept": {"application/json"}}
	resp, err := g.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if err := refused(resp, g.origin); err != nil {
		_ = resp.Body.Close() // in memory: exchange has read it
		return nil, err
	}
	return resp, nil
}

// nowhere is where a redirect without an address points.
const nowhere = "an unknown place"

// refused says what is wrong with a reply that must not be read as data.
func refused(resp *http.Response, origin *url.URL) error {
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e := &RedirectError{Status: resp.StatusCode, Host: nowhere}
		where := resp.Header.Get("Location")
		if to, err := origin.Parse(where); err == nil && where != "" && to.Host != "" {
			e.Host = to.Host
			e.Login = strings.Contains(to.Path, "login") || strings.Contains(to.Path, "signin") || strings.HasPrefix(to.Path, "/auth")
		}
		return e
	case resp.StatusCode == http.StatusOK && isHTML(resp):
		return &ContentError{HTML: true}
	}
	return nil
}

// isHTML looks at the first byte of the body as well: proxies have been seen
// to call anything JSON. Its bodies are in memory.
func isHTML(resp *http.Response) bool {
	if mediaType, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); strings.EqualFold(strings.TrimSpace(mediaType), "text/html") {
		return true
	}
	body, ok := resp.Body.(*memoryBody)
	return ok && bytes.HasPrefix(bytes.TrimLeft(body.data, " \t\r\n\ufeff"), []byte("<"))
}

// A memoryBody is a reply's body that has been read.
type memoryBody struct {
	*bytes.Reader
	data []byte
}

// Close does nothing.
func (*memoryBody) Close() error { return nil }

// exchange sends one request and reads the whole reply, so that a connection
// that breaks half-way can be tried again and no reply is without bounds.
type exchange struct {
	base    http.RoundTripper
	timeout time.Duration
	maxBody int64
	sent    atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), x.timeout)
	defer cancel()
	x.sent.Add(1)
	resp, err := x.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	data, err := readAtMost(resp.Body, resp.ContentLength, x.maxBody)
	if cerr := resp.Body.Close(); err == nil && cerr != nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	resp.Body = &memoryBody{Reader: bytes.NewReader(data), data: data}
	resp.ContentLength = int64(len(data))
	return resp, nil
}

func readAtMost(r io.Reader, announced, limit int64) ([]byte, error) {
	if announced > limit {
		return nil, &SizeError{Limit: limit}
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &SizeError{Limit: limit}
	}
	return data, nil
}

// noRedirects is for http.Client: the reply itself is wanted.
func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// newBase makes the transport that talks to the network. Proxies are taken
// from the environment, as every program of this kind does.
func newBase(connections int) (*http.Transport, error) {
	shared, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("the default HTTP transport has been replaced: pass one in")
	}
	base := shared.Clone()
	base.MaxIdleConnsPerHost = connections
	base.MaxResponseHeaderBytes = 1 << 20
	return base, nil
}
