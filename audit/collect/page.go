package collect

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// apiRoot is where everything that is read lies.
const apiRoot = "/api/v2"

// A page is one reply to a question for a resource.
type page struct {
	items []tenant.Value
	// more says that the list goes on: at next if that is known, behind after
	// otherwise.
	more        bool
	next, after string
}

// parsePage reads a reply by what it is, whatever pagination was asked for:
// some endpoints ignore the question. An object is a resource of which there
// is one; a list, or a list in an envelope, a page. Cursor pages say has_more
// and links.next, offset pages next_page
// (https://developer.zendesk.com/api-reference/introduction/pagination/).
func parsePage(k tenant.Kind, data []byte) (page, error) {
	v, err := Parse(k.String()+".json", data)
	if err != nil {
		return page{}, err
	}
	if k.Single() {
		object := v.Get(envelopeKey(k))
		if object.Type() != tenant.Map {
			return page{}, fmt.Errorf("the reply has no object %q", envelopeKey(k))
		}
		return page{items: []tenant.Value{object}}, nil
	}
	list := v
	if v.Type() == tenant.Map {
		list = v.Get(envelopeKey(k))
	}
	if list.Type() != tenant.List {
		return page{}, fmt.Errorf("the reply has no list %q", envelopeKey(k))
	}
	p := page{items: list.Items()}
	p.next = v.Get("links", "next").Str().Or("")
	p.after = v.Get("meta", "after_cursor").Str().Or("")
	if more, said := v.Get("meta", "has_more").Bool().Get(); said {
		p.more = more
		return p, nil
	}
	if p.next == "" {
		p.next = v.Get("next_page").Str().Or("")
	}
	p.more = p.next != ""
	return p, nil
}

// A reader reads whole resources, page after page.
type reader struct {
	get Getter
	// origin is where the questions go, home the account's address on
	// Zendesk: behind a proxy the replies name the latter.
	origin, home *url.URL
	maxBytes     int64 // of all pages of one resource
	role         string
}

// A resource is what could be read of one kind. Without a gap it is whole; with
// one, read says whether anything was read at all.
type resource struct {
	items []tenant.Value
	read  bool
	gap   *tenant.Gap
}

// all reads a resource, takes secrets and people's data out of each item, and
// keeps what it has when something goes wrong.
func (r *reader) all(ctx context.Context, e Endpoint) resource {
	var res resource
	where, size := e.Path, int64(0)
	seen := map[string]bool{where: true}
	for n := 1; ; n++ {
		data, err := r.get.Get(ctx, where)
		if n == 1 && e.Plain != "" && isRefusal(err) {
			where = e.Plain
			data, err = r.get.Get(ctx, where)
		}
		if err != nil {
			return res.stopped(ctx, e, r.role, err)
		}
		p, err := parsePage(e.Kind, data)
		if err != nil {
			return res.stopped(ctx, e, r.role, &parseError{err: err})
		}
		for _, item := range p.items {
			res.items = append(res.items, Scrub(e.Kind, item))
		}
		res.read = true
		size += int64(len(data))
		if !p.more {
			return res
		}
		if where, err = r.following(where, p); err != nil {
			return res.truncated(e, err.Error())
		}
		switch {
		case seen[where]:
			return res.truncated(e, "the account gave the same page as the next one again")
		case n >= e.Pages:
			return res.truncated(e, fmt.Sprintf("only %s read of such lists", pages(e.Pages)))
		case size >= r.maxBytes:
			return res.truncated(e, fmt.Sprintf("only %d MiB are read of one resource", r.maxBytes>>20))
		}
		seen[where] = true
	}
}

func pages(n int) string {
	if n == 1 {
		return "the first page is"
	}
	return fmt.Sprintf("the first %d pages are", n)
}

// isRefusal says whether the account may answer the same question without its
// extras.
func isRefusal(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Status >= 400 && status.Status < 500 &&
		status.Status != 401 && status.Status != 429 && status.Scopes == ""
}

// following gives the path of the page after p. A link is followed if it stays
// on the account's host and under /api/v2; of it, only path and query are used.
func (r *reader) following(where string, p page) (string, error) {
	if p.next == "" {
		return behind(where, p.after)
	}
	u, err := r.origin.Parse(p.next)
	if err != nil {
		return "", errors.New("the link to the next page is not an address")
	}
	if !sameHost(u, r.origin) && !sameHost(u, r.home) {
		return "", errors.New("the link to the next page leads to another host and was not followed")
	}
	if !strings.HasPrefix(u.Path, apiRoot+"/") || path.Clean(u.Path) != u.Path {
		return "", errors.New("the link to the next page leads out of the API and was not followed")
	}
	to := url.URL{Path: strings.TrimPrefix(u.Path, apiRoot), RawQuery: u.Query().Encode()}
	return to.String(), nil
}

func sameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host) && a.User == nil
}

func behind(where, cursor string) (string, error) {
	u, err := url.Parse(where)
	if cursor == "" || err != nil {
		return "", errors.New("the account says that there is more, but not where")
	}
	q := u.Query()
	q.Set("page[after]", cursor)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// A parseError is a reply that is not what it should be.
type parseError struct{ err error }

func (e *parseError) Error() string { return e.err.Error() }
func (e *parseError) Unwrap() error { return e.err }

// truncated ends a list early.
func (r resource) truncated(e Endpoint, why string) resource {
	detail := fmt.Sprintf("%s; %d were read", why, len(r.items))
	r.gap = &tenant.Gap{Kind: e.Kind, Reason: tenant.Truncated, Detail: detail}
	return r
}

// stopped ends a list because of an error. What was read before makes it a
// truncated list, unless the run itself ended.
func (r resource) stopped(ctx context.Context, e Endpoint, role string, err error) resource {
	gap := gapOf(ctx, e, role, err)
	if r.read && gap.Reason != tenant.Interrupted {
		return r.truncated(e, gap.Detail)
	}
	r.gap = &gap
	return r
}
