package collect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// FakeOptions change how a fake account answers.
type FakeOptions struct {
	// PageSize is the most objects on a page; 0 is Zendesk's 100.
	PageSize int
	// Latency is the time before each answer.
	Latency time.Duration
	// Role is that of the credential's user; empty is admin. What the
	// reference reserves to administrators is refused to any other.
	Role string
	// Forbid are kinds that are refused with 403.
	Forbid []tenant.Kind
}

// NewFake serves a recording as Zendesk would serve the account: the paths of
// Endpoints under /api/v2, cursor pagination where it is documented, and users/me.
// It answers GET only. Whoever sends no credential is anonymous, as at
// Zendesk; any credential is taken for that of one invented user. What the
// recording does not contain is 404, or 403 where it says that it was
// forbidden. A file that cannot be read counts as not there.
func NewFake(files []File, opts FakeOptions) http.Handler {
	f := &fake{opts: opts, resources: map[string]fakeResource{}}
	if f.opts.PageSize <= 0 || f.opts.PageSize > 100 {
		f.opts.PageSize = 100
	}
	if f.opts.Role == "" {
		f.opts.Role = roleAdmin
	}
	content := map[tenant.Kind][][]byte{}
	for _, file := range files {
		f.load(file, content)
	}
	for _, e := range endpoints {
		route, query, _ := strings.Cut(e.Path, "?")
		items, there := content[e.Kind]
		f.resources[route] = fakeResource{
			endpoint: e,
			items:    items,
			there:    there,
			cursors:  strings.Contains(query, "page[size]"),
		}
	}
	return f
}

type fake struct {
	opts      FakeOptions
	resources map[string]fakeResource // by path under /api/v2
}

type fakeResource struct {
	endpoint Endpoint
	items    [][]byte // JSON; one of a kind of which there is one
	there    bool
	cursors  bool
}

func (f *fake) load(file File, content map[tenant.Kind][][]byte) {
	v, err := Parse(file.Name, file.Data)
	if err != nil {
		return
	}
	if isCollection(v) {
		for _, g := range collectionFrom(v).Gaps {
			if g.Reason == tenant.Forbidden || g.Reason == tenant.NotOnPlan {
				f.opts.Forbid = append(slices.Clone(f.opts.Forbid), g.Kind)
			}
		}
		return
	}
	for _, p := range recognise(file.Name, v) {
		if content[p.kind] == nil {
			content[p.kind] = [][]byte{}
		}
		for _, item := range p.items {
			content[p.kind] = append(content[p.kind], item.AppendJSON(nil))
		}
	}
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if sleepFor(r.Context(), f.opts.Latency) != nil {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Rate-Limit", "700")
	h.Set("X-Rate-Limit-Remaining", "699")
	if r.Method != http.MethodGet {
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "This account can only be read")
		return
	}
	route, inside := strings.CutPrefix(path.Clean(r.URL.Path), apiRoot)
	route = strings.TrimSuffix(route, ".json")
	resource, known := f.resources[route]
	switch {
	case inside && route == "/users/me":
		f.me(w, r)
	case r.Header.Get("Authorization") == "":
		refuse(w, http.StatusUnauthorized, "Couldn't authenticate you", "")
	case inside && route == "/oauth/tokens/current":
		answer(w, []byte(`{"token":{"id":1,"scopes":["read","security:read"]}}`))
	case !inside || !known:
		refuse(w, http.StatusNotFound, "InvalidEndpoint", "Not found")
	case slices.Contains(f.opts.Forbid, resource.endpoint.Kind), !resource.endpoint.open(f.opts.Role):
		refuse(w, http.StatusForbidden, "Forbidden", "You do not have access to this page")
	case !resource.there:
		refuse(w, http.StatusNotFound, "RecordNotFound", "Not found")
	default:
		f.list(w, r, resource)
	}
}

func (f *fake) me(w http.ResponseWriter, r *http.Request) {
	user := map[string]any{"id": nil, "name": "Anonymous user", "role": roleEndUser}
	if r.Header.Get("Authorization") != "" {
		user = map[string]any{"id": 1, "name": "Sample Administrator", "email": "admin@example.com", "role": f.opts.Role}
	}
	body, err := json.Marshal(map[string]any{"user": user})
	if err != nil {
		refuse(w, http.StatusInternalServerError, "InternalError", "")
		return
	}
	answer(w, body)
}

func (f *fake) list(w http.ResponseWriter, r *http.Request, res fakeResource) {
	key := strconv.Quote(envelopeKey(res.endpoint.Kind))
	if res.endpoint.Kind.Single() {
		answer(w, slices.Concat([]byte("{"+key+":"), bytes.Join(res.items, nil), []byte("}")))
		return
	}
	size, err := strconv.Atoi(r.URL.Query().Get("page[size]"))
	if !res.cursors || err != nil {
		answer(w, slices.Concat([]byte("{"+key+":["), bytes.Join(res.items, []byte(",")),
			[]byte(`],"count":`+strconv.Itoa(len(res.items))+`,"next_page":null,"previous_page":null}`)))
		return
	}
	from, ok := fromCursor(r.URL.Query().Get("page[after]"))
	if !ok || from > len(res.items) || size < 1 {
		refuse(w, http.StatusBadRequest, "InvalidPaginationParameter", "The cursor or the size of the page is not valid")
		return
	}
	to := min(len(res.items), from+min(size, f.opts.PageSize))
	answer(w, slices.Concat([]byte("{"+key+":["), bytes.Join(res.items[from:to], []byte(",")), []byte("],"),
		cursorPage(r, to, to < len(res.items))))
}

// cursorPage writes meta and links of a page that ends before the to'th item.
func cursorPage(r *http.Request, to int, more bool) []byte {
	if !more {
		return []byte(`"meta":{"has_more":false,"after_cursor":null,"before_cursor":null},"links":{"next":null,"prev":null}}`)
	}
	cursor := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	next := *r.URL
	next.Scheme, next.Host = "http", r.Host
	if r.TLS != nil {
		next.Scheme = "https"
	}
	q := next.Query()
	q.Set("page[after]", cursor)
	next.RawQuery = q.Encode()
	// A string always encodes.
	link, _ := json.Marshal(next.String())
	return slices.Concat([]byte(`"meta":{"has_more":true,"after_cursor":"`+cursor+`","before_cursor":null},"links":{"next":`), link, []byte(`,"prev":null}}`))
}

func fromCursor(cursor string) (int, bool) {
	if cursor == "" {
		return 0, true
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(text))
	return n, err == nil && n >= 0
}

func answer(w http.ResponseWriter, body []byte) {
	// The reader has gone if this fails: there is nobody to tell.
	_, _ = w.Write(body)
}

func refuse(w http.ResponseWriter, status int, title, description string) {
	w.WriteHeader(status)
	body, err := json.Marshal(map[string]string{"error": title, "description": description})
	if err == nil {
		answer(w, body)
	}
}
