package collect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// ProbeOptions say how to look at the account's public pages. The zero value
// will do.
type ProbeOptions struct {
	// Endpoint stands in for every host of the account, which then is only the
	// Host header of the request: a test server or a proxy.
	Endpoint string
	// Version is zdaudit's own, for the User-Agent.
	Version string
	// Timeout is for one page.
	Timeout time.Duration
	// Transport talks to the network; nil is Go's own with the proxy settings
	// of the environment.
	Transport http.RoundTripper
}

// Limits of the probes.
const (
	maxProbedHosts = 20
	maxProbeBody   = 2 << 20
	probesAtOnce   = 4
	probeTimeout   = 15 * time.Second
	maxLocation    = 300
)

// A ProbeHost is a brand's addresses: the one that visitors use, and the one
// that Zendesk gave it, which may be the same.
type ProbeHost struct{ Public, Zendesk string }

// ProbeHosts lists where Probe would look: the active brands, or where these
// were not read the account's own host. There are at most 20.
func ProbeHosts(s *tenant.Snapshot) []ProbeHost {
	var out []ProbeHost
	for _, b := range s.List(tenant.Brands) {
		name := strings.ToLower(b.Get("subdomain").Str().Or(""))
		if !b.Get("active").Bool().Or(true) || b.Get("is_deleted").Bool().Or(false) || !subdomainPattern.MatchString(name) {
			continue
		}
		h := ProbeHost{Public: hostMapping(b), Zendesk: name + zendeskDomain}
		if h.Public == "" {
			h.Public = h.Zendesk
		}
		if len(out) < maxProbedHosts {
			out = append(out, h)
		}
	}
	if len(out) == 0 && subdomainPattern.MatchString(s.Subdomain) {
		host := s.Subdomain + zendeskDomain
		out = append(out, ProbeHost{Public: host, Zendesk: host})
	}
	return out
}

// probeDocument is the layout of probes.json, below its envelope.
type probeDocument struct {
	RequestsForm []pageAnswer    `json:"requests_form"`
	Signup       []pageAnswer    `json:"signup"`
	Widget       *widgetAnswer   `json:"widget,omitempty"`
	Articles     []articleAnswer `json:"articles"`
}

// pageAnswer is what a page said to somebody who is not signed in.
type pageAnswer struct {
	Host string `json:"host"`
	// Status is 0 where there was no answer.
	Status int `json:"status"`
	// Form says that a form of the expected kind is on the page. That none is
	// recognised proves nothing: themes may draw it in a way of their own.
	Form bool `json:"form"`
	// Location is where the page sends visitors, host and path only.
	Location string `json:"location"`
	Error    string `json:"error,omitempty"`
}

type widgetAnswer struct {
	Host   string `json:"host"`
	Status int    `json:"status"`
	// ContactForm is absent where the answer does not show it.
	ContactForm *bool  `json:"contact_form,omitempty"`
	Error       string `json:"error,omitempty"`
}

type articleAnswer struct {
	Host   string `json:"host"`
	Status int    `json:"status"`
	// Count is absent where the answer does not show it.
	Count *int64 `json:"count,omitempty"`
	Error string `json:"error,omitempty"`
}

// ProbeExtra is Probe of the account's own hosts as an Extra. Its errors are
// about the options.
func ProbeExtra(opts ProbeOptions) (Extra, error) {
	p, err := newProber(opts)
	if err != nil {
		return Extra{}, err
	}
	return Extra{Kind: tenant.Probes, Read: func(ctx context.Context, s *tenant.Snapshot) (File, *tenant.Gap) {
		return p.probe(ctx, ProbeHosts(s))
	}}, nil
}

// Probe looks at the account's public pages as somebody who is not signed in:
// the request form, the sign-up page and the articles of each host, and the
// settings of the classic widget. Each page is asked for once, with GET and
// without a credential; redirects are not followed, with one exception: the
// request form's address without a language leads to the one with a language
// on the same host.
//
// What could not be read is in the document with the status 0. The gap is nil
// unless ctx ended; the error is about the options.
func Probe(ctx context.Context, opts ProbeOptions, hosts []ProbeHost) (File, *tenant.Gap, error) {
	p, err := newProber(opts)
	if err != nil {
		return File{}, nil, err
	}
	f, gap := p.probe(ctx, hosts)
	return f, gap, nil
}

type prober struct {
	client    *http.Client
	endpoint  *url.URL // nil for the hosts themselves
	userAgent string
}

func newProber(opts ProbeOptions) (*prober, error) {
	p := &prober{userAgent: "zdaudit/" + orDefault(opts.Version, "dev") + " (checks the public pages of a Zendesk account for its owner)"}
	if opts.Endpoint != "" {
		u, err := parseEndpoint(opts.Endpoint)
		if err != nil {
			return nil, err
		}
		p.endpoint = u
	}
	base := opts.Transport
	if base == nil {
		own, err := newBase(probesAtOnce)
		if err != nil {
			return nil, err
		}
		own.DisableKeepAlives = true // a few requests; nothing is left open
		base = own
	}
	p.client = &http.Client{Transport: base, CheckRedirect: noRedirects, Timeout: orDefault(opts.Timeout, probeTimeout)}
	return p, nil
}

func (p *prober) probe(ctx context.Context, hosts []ProbeHost) (File, *tenant.Gap) {
	n := min(len(hosts), maxProbedHosts)
	hosts = hosts[:n]
	out := probeDocument{RequestsForm: make([]pageAnswer, n), Signup: make([]pageAnswer, n), Articles: make([]articleAnswer, n)}
	var group errgroup.Group
	group.SetLimit(probesAtOnce)
	do := func(probe func()) {
		group.Go(func() error {
			probe()
			return nil
		})
	}
	for i, h := range hosts {
		do(func() { out.RequestsForm[i] = p.requestForm(ctx, h.Public) })
		do(func() { out.Signup[i] = p.signup(ctx, h.Zendesk) })
		do(func() { out.Articles[i] = p.articles(ctx, h.Public) })
	}
	if n > 0 {
		do(func() { out.Widget = p.widget(ctx, hosts[0].Zendesk) })
	}
	_ = group.Wait() // what went wrong is in the document
	if ctx.Err() != nil {
		return File{}, interrupted(tenant.Probes)
	}
	return extraFile(tenant.Probes, out, nil)
}

var (
	formAction = regexp.MustCompile(`(?is)<form\b[^>]*?\saction\s*=\s*["']?([^"'\s>]*)`)
	// Newer themes draw the form with a script of this name
	// (https://github.com/zendesk/copenhagen_theme).
	formScript   = regexp.MustCompile(`(?i)\brenderNewRequestForm\b`)
	localeInPath = regexp.MustCompile(`^/hc/[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?/requests/new$`)
)

func (p *prober) requestForm(ctx context.Context, host string) pageAnswer {
	const start = "/hc/requests/new"
	r := p.get(ctx, host, start)
	if r.to != nil && strings.EqualFold(r.to.Hostname(), host) && localeInPath.MatchString(r.to.Path) {
		r = p.get(ctx, host, r.to.Path)
	}
	a := r.page()
	a.Form = r.status == http.StatusOK && (hasForm(r.body, "/requests") || formScript.Match(r.body))
	return a
}

func (p *prober) signup(ctx context.Context, host string) pageAnswer {
	r := p.get(ctx, host, "/auth/v2/login/registration")
	a := r.page()
	a.Form = r.status == http.StatusOK && hasForm(r.body, "registration")
	return a
}

// hasForm says whether a page has a form whose address ends in a path.
func hasForm(body []byte, end string) bool {
	for _, m := range formAction.FindAllSubmatch(body, -1) {
		action, _, _ := strings.Cut(string(m[1]), "?")
		if strings.HasSuffix(strings.TrimSuffix(action, "/"), end) {
			return true
		}
	}
	return false
}

// widget reads the settings that Web Widget (Classic) loads. Their layout is
// not documented, so only what is there counts.
func (p *prober) widget(ctx context.Context, host string) *widgetAnswer {
	r := p.get(ctx, host, "/embeddable/config")
	a := &widgetAnswer{Host: host, Status: r.status, Error: r.problem}
	if r.status != http.StatusOK {
		return a
	}
	v, err := Parse("config.json", r.body)
	if err != nil || v.Get("embeds").Type() != tenant.Map {
		return a
	}
	form := v.Get("embeds", "ticketSubmissionForm").Type() == tenant.Map
	a.ContactForm = &form
	return a
}

func (p *prober) articles(ctx context.Context, host string) articleAnswer {
	r := p.get(ctx, host, apiRoot+"/help_center/articles.json?per_page=1")
	a := articleAnswer{Host: host, Status: r.status, Error: r.problem}
	if r.status != http.StatusOK {
		return a
	}
	if v, err := Parse("articles.json", r.body); err == nil {
		if n, ok := v.Get("count").Int().Get(); ok {
			a.Count = &n
		}
	}
	return a
}

// A publicReply is what came back for one page.
type publicReply struct {
	host    string
	status  int
	body    []byte
	to      *url.URL // where a redirect points
	problem string
}

func (r publicReply) page() pageAnswer {
	a := pageAnswer{Host: r.host, Status: r.status, Error: r.problem}
	if r.to != nil {
		// The query may hold a session or what somebody typed.
		where := []rune(r.to.Host + r.to.EscapedPath())
		a.Location = string(where[:min(len(where), maxLocation)])
	}
	return a
}

// get asks for one page of a host.
func (p *prober) get(ctx context.Context, host, path string) publicReply {
	r := publicReply{host: host}
	at, err := url.Parse("https://" + host + path)
	if err != nil {
		r.problem = "the address is not valid"
		return r
	}
	to := *at
	if p.endpoint != nil {
		to.Scheme, to.Host = p.endpoint.Scheme, p.endpoint.Host
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), http.NoBody)
	if err != nil {
		r.problem = "the address is not valid"
		return r
	}
	req.Host = host
	req.Header.Set("User-Agent", p.userAgent)
	req.Header.Set("Accept", "text/html, application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		r.problem = networkProblem(err)
		return r
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := readAtMost(resp.Body, 0, maxProbeBody)
	var size *SizeError
	if err != nil && !errors.As(err, &size) {
		r.problem = networkProblem(err)
		return r
	}
	r.status, r.body = resp.StatusCode, body
	if size != nil {
		r.problem = fmt.Sprintf("the page is larger than %d MiB", maxProbeBody>>20)
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		r.to = redirectOf(at, resp.Header.Get("Location"))
	}
	return r
}

// redirectOf reads a redirect, which may be relative to the page it comes from.
func redirectOf(from *url.URL, location string) *url.URL {
	to, err := from.Parse(location)
	if err != nil || location == "" || to.Host == "" {
		return nil
	}
	return to
}
