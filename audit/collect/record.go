package collect

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A File is one document of a recording or of an export.
type File struct {
	// Name is relative to the source, with forward slashes.
	Name string
	Data []byte
}

// CollectionName is the file in which a recording keeps the facts about itself.
const CollectionName = "collection.json"

// CollectionSchema is the schema of collection.json that this version writes.
const CollectionSchema = "zdaudit.collection/1"

// A Collection is what a recording says about itself: collection.json.
type Collection struct {
	// Schema is CollectionSchema, or what a later version wrote.
	Schema string
	// Version is that of zdaudit.
	Version   string
	Subdomain string
	// CollectedAt is when the collection ended, in UTC.
	CollectedAt time.Time
	// Role is that of the user whose credential was used, such as "admin".
	Role string
	// Complete is false where the collection was interrupted.
	Complete bool
	// Requests is the number of requests that were sent.
	Requests int
	// Waited is the time spent on the account's rate limits.
	Waited time.Duration
	// Gaps say what could not be read, and why.
	Gaps []tenant.Gap
}

// collectionJSON is the layout of collection.json. It is apart from Collection
// so that renaming a field breaks no recording.
type collectionJSON struct {
	Schema        string    `json:"schema"`
	Version       string    `json:"version"`
	Subdomain     string    `json:"subdomain"`
	CollectedAt   time.Time `json:"collected_at"`
	Role          string    `json:"role,omitempty"`
	Complete      bool      `json:"complete"`
	Requests      int       `json:"requests"`
	WaitedSeconds float64   `json:"waited_seconds"`
	Gaps          []gapJSON `json:"gaps"`
}

type gapJSON struct {
	Resource string `json:"resource"`
	Reason   string `json:"reason"`
	Detail   string `json:"detail"`
}

// EncodeCollection writes collection.json: indented by two spaces, with a
// newline at the end, the same bytes for the same facts. Schema is always the
// one that this version writes.
func EncodeCollection(c Collection) File {
	out := collectionJSON{
		Schema:        CollectionSchema,
		Version:       c.Version,
		Subdomain:     c.Subdomain,
		CollectedAt:   c.CollectedAt.UTC(),
		Role:          c.Role,
		Complete:      c.Complete,
		Requests:      c.Requests,
		WaitedSeconds: c.Waited.Seconds(),
		Gaps:          []gapJSON{},
	}
	for _, g := range c.Gaps {
		out.Gaps = append(out.Gaps, gapJSON{Resource: g.Kind.String(), Reason: g.Reason.String(), Detail: g.Detail})
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		// Only a year outside 0 to 9999 cannot be written.
		out.CollectedAt = time.Time{}
		data, _ = json.MarshalIndent(out, "", "  ")
	}
	return File{Name: CollectionName, Data: append(data, '\n')}
}

// DecodeCollection reads collection.json. It is an error if the document is
// not JSON or has no schema of the family zdaudit.collection; a number that
// this version does not know is none, and the facts are read as far as they
// go. A gap of a kind that this version does not know is left out.
func DecodeCollection(f File) (Collection, error) {
	v, err := Parse(f.Name, f.Data)
	if err != nil {
		return Collection{}, err
	}
	if !isCollection(v) {
		return Collection{}, fmt.Errorf("%s: not a zdaudit.collection document", f.Name)
	}
	return collectionFrom(v), nil
}

// isCollection says whether v is a collection.json of any version.
func isCollection(v tenant.Value) bool {
	return strings.HasPrefix(v.Get("schema").Str().Or(""), "zdaudit.collection/")
}

func collectionFrom(v tenant.Value) Collection {
	c := Collection{
		Schema:      v.Get("schema").Str().Or(""),
		Version:     v.Get("version").Str().Or(""),
		Subdomain:   v.Get("subdomain").Str().Or(""),
		CollectedAt: v.Get("collected_at").Time().Or(time.Time{}),
		Role:        v.Get("role").Str().Or(""),
		Complete:    v.Get("complete").Bool().Or(false),
		Requests:    int(v.Get("requests").Int().Or(0)),
	}
	var seconds float64
	if s, ok := v.Get("waited_seconds").Scalar(); ok && json.Unmarshal([]byte(s), &seconds) == nil && seconds >= 0 {
		c.Waited = time.Duration(min(seconds*float64(time.Second), math.MaxInt64/2))
	}
	for _, g := range v.Get("gaps").Items() {
		kind := tenant.KindNamed(g.Get("resource").Str().Or(""))
		if kind == tenant.NoKind {
			continue
		}
		c.Gaps = append(c.Gaps, tenant.Gap{
			Kind:   kind,
			Reason: tenant.ReasonNamed(g.Get("reason").Str().Or("")),
			Detail: g.Get("detail").Str().Or(""),
		})
	}
	return c
}
