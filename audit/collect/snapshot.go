package collect

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// ErrNothingRecognised is returned by Snapshot where none of the documents is
// about a Zendesk account.
var ErrNothingRecognised = errors.New("no Zendesk configuration recognised")

// maxNotes bounds the remarks about files that were passed over.
const maxNotes = 20

// Snapshot decodes any set of JSON documents: a recording, or what some other
// tool exported. Each document is recognised by its content; pages of one
// resource are joined in the order of their names; everything is scrubbed. A
// document that cannot be read is a gap in the kind that its name suggests, or
// else a note; a list that the API itself says is longer is a gap. It is an
// error if nothing at all is recognised, or if the documents are recordings of
// several accounts.
//
// An empty subdomain is filled in from collection.json or from the default
// brand.
func Snapshot(files []File, origin tenant.Origin, subdomain string) (*tenant.Snapshot, error) {
	return assemble(readAll(files), origin, subdomain)
}

// readAll reads documents side by side.
func readAll(files []File) []reading {
	readings := make([]reading, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		group.Go(func() error {
			readings[i] = read(f)
			return nil
		})
	}
	_ = group.Wait() // there are none: a reading keeps its error
	return readings
}

// assemble puts together what was read, in the order of names.
func assemble(readings []reading, origin tenant.Origin, subdomain string) (*tenant.Snapshot, error) {
	slices.SortStableFunc(readings, func(a, b reading) int { return compareNames(a.name, b.name) })
	a := assembly{
		content: tenant.Content{
			Subdomain: subdomain,
			Origin:    origin,
			Singles:   map[tenant.Kind]tenant.Value{},
			Lists:     map[tenant.Kind][]tenant.Value{},
		},
		gaps:  map[tenant.Kind]tenant.Gap{},
		parts: map[tenant.Kind][]part{},
		named: map[tenant.Kind]bool{},
	}
	if err := a.add(readings); err != nil {
		return nil, err
	}
	return tenant.New(a.finish()), nil
}

// A reading is what became of one file.
type reading struct {
	name       string
	err        error
	parts      []part
	collection *Collection
}

func read(f File) reading {
	r := reading{name: f.Name}
	v, err := Parse(f.Name, f.Data)
	if err != nil {
		r.err = err
		return r
	}
	if isCollection(v) {
		c := collectionFrom(v)
		r.collection = &c
		return r
	}
	r.parts = recognise(f.Name, v)
	for _, p := range r.parts {
		scrubAll(p)
	}
	return r
}

// scrubAll scrubs the items of a part in place, a long list side by side.
func scrubAll(p part) {
	const atOnce = 500
	var group errgroup.Group
	for chunk := range slices.Chunk(p.items, atOnce) {
		scrub := func() error {
			for i, item := range chunk {
				chunk[i] = Scrub(p.kind, item)
			}
			return nil
		}
		if len(p.items) <= atOnce {
			_ = scrub()
			return
		}
		group.Go(scrub)
	}
	_ = group.Wait() // there are no errors
}

// An assembly puts the readings together.
type assembly struct {
	content tenant.Content
	gaps    map[tenant.Kind]tenant.Gap
	parts   map[tenant.Kind][]part
	passed  int // files that nothing was recognised in
	// broken is a file that could not be read and whose name says nothing; it
	// may have held anything. recorded: a collection says what there is.
	broken   string
	recorded bool
	// named are the kinds that a file of their own name holds.
	named map[tenant.Kind]bool
}

func (a *assembly) add(readings []reading) error {
	var collection *reading
	var firstErr error
	found := false
	for i := range readings {
		r := &readings[i]
		switch {
		case r.err != nil:
			firstErr = cmp.Or(firstErr, r.err)
			a.unreadable(r)
		case r.collection != nil && collection != nil:
			return fmt.Errorf("%s and %s are two collections: audit one folder at a time", collection.name, r.name)
		case r.collection != nil:
			collection, found, a.recorded = r, true, true
		case len(r.parts) == 0:
			a.passOver(r.name + ": not recognised as Zendesk configuration, passed over")
		default:
			found = true
			a.addParts(r)
		}
	}
	if !found {
		return nothing(len(readings), firstErr)
	}
	if collection != nil {
		a.addCollection(collection)
	}
	return nil
}

// nothing says that no file was of any use, and what to do.
func nothing(files int, err error) error {
	if err != nil && files == 1 {
		return err
	}
	advice := `looked for the API's documents, such as {"triggers": [...]} or {"settings": {...}}, and for lists of such objects; ` +
		`"zdaudit collect" writes them`
	if err != nil {
		return fmt.Errorf("%w: %s; the first file that could not be read: %w", ErrNothingRecognised, advice, err)
	}
	return fmt.Errorf("%w: %s", ErrNothingRecognised, advice)
}

// unreadable makes a gap of a file that could not be read.
func (a *assembly) unreadable(r *reading) {
	k := kindByName(r.name)
	if k == tenant.NoKind {
		a.broken = cmp.Or(a.broken, r.err.Error())
		a.passOver(r.err.Error())
		return
	}
	if _, ok := a.gaps[k]; !ok {
		a.gaps[k] = tenant.Gap{Kind: k, Reason: tenant.ParseError, Detail: r.err.Error()}
	}
}

func (a *assembly) passOver(note string) {
	if a.passed++; a.passed <= maxNotes {
		a.content.Notes = append(a.content.Notes, note)
	}
}

func (a *assembly) addParts(r *reading) {
	for _, p := range r.parts {
		if !p.kind.Single() {
			a.parts[p.kind] = append(a.parts[p.kind], p)
			if kindByWord(strings.TrimSuffix(path.Base(r.name), path.Ext(r.name))) == p.kind {
				a.named[p.kind] = true
			}
			continue
		}
		if _, ok := a.content.Singles[p.kind]; ok {
			a.passOver(fmt.Sprintf("%s: %s were read from an earlier file, passed over", r.name, p.kind))
			continue
		}
		a.content.Singles[p.kind] = p.items[0]
	}
}

// addCollection takes over what a recording says about itself.
func (a *assembly) addCollection(r *reading) {
	c := r.collection
	if c.Schema != CollectionSchema {
		a.content.Notes = append(a.content.Notes, fmt.Sprintf("%s: written as %s, this version knows %s; what is new in it was not read", r.name, shortQuote(c.Schema), CollectionSchema))
	}
	if a.content.Subdomain == "" {
		a.content.Subdomain = c.Subdomain
	} else if c.Subdomain != "" && c.Subdomain != a.content.Subdomain {
		a.content.Notes = append(a.content.Notes, fmt.Sprintf("%s: this is a collection of %s, not of %s", r.name, shortQuote(c.Subdomain), shortQuote(a.content.Subdomain)))
	}
	a.content.CollectedAt = c.CollectedAt
	for _, g := range c.Gaps {
		if _, ok := a.gaps[g.Kind]; !ok {
			a.gaps[g.Kind] = g
		}
	}
	if c.Complete {
		return
	}
	for _, k := range tenant.Kinds() {
		_, single := a.content.Singles[k]
		_, gap := a.gaps[k]
		if !k.OnRequest() && !single && !gap && len(a.parts[k]) == 0 {
			a.gaps[k] = tenant.Gap{Kind: k, Reason: tenant.Interrupted, Detail: "the collection was interrupted before it came to " + k.String()}
		}
	}
}

// finish joins the pages and gives everything in a fixed order.
func (a *assembly) finish() tenant.Content {
	for _, k := range tenant.Kinds() {
		if parts := a.parts[k]; len(parts) > 0 {
			items, missing := join(parts)
			if k == tenant.Users {
				items = team(items)
			}
			a.content.Lists[k] = items
			if _, ok := a.gaps[k]; !ok && missing != "" {
				a.gaps[k] = tenant.Gap{Kind: k, Reason: tenant.Truncated, Detail: missing}
			}
			a.doubt(k, parts)
		}
		if g, ok := a.gaps[k]; ok {
			a.content.Gaps = append(a.content.Gaps, g)
		}
	}
	if more := a.passed - maxNotes; more > 0 {
		a.content.Notes = append(a.content.Notes, fmt.Sprintf("%d more files were passed over", more))
	}
	return a.content
}

// doubt makes a gap of a list that nothing shows to be whole while a file could
// not be read that may have held some of it, as in exports of one object a file.
// A collection, a stated count, or a file of the list's own name shows it.
func (a *assembly) doubt(k tenant.Kind, parts []part) {
	counted := slices.ContainsFunc(parts, func(p part) bool { return p.count >= 0 })
	if _, gap := a.gaps[k]; gap || a.broken == "" || a.recorded || a.named[k] || counted {
		return
	}
	a.gaps[k] = tenant.Gap{Kind: k, Reason: tenant.ParseError, Detail: "a file that may have held some of them could not be read: " + a.broken}
}

// join puts the pages of one resource together, each object once, and says
// what shows that some are missing. Where the resource was read for itself,
// what other resources brought along is left out.
func join(parts []part) (items []tenant.Value, missing string) {
	own := slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return p.sideload })
	sideload := len(own) == 0
	if sideload {
		own = parts
	}
	count, last, total := int64(-1), false, 0
	for _, p := range own {
		count = max(count, p.count)
		last = last || !p.more
		total += len(p.items)
	}
	items = make([]tenant.Value, 0, total)
	seen := make(map[string]int, total)
	for _, p := range own {
		for _, item := range p.items {
			id := item.Get("id").ID()
			at, again := seen[id]
			switch {
			case again && id != "":
				if newer(item, items[at]) {
					items[at] = item
				}
			default:
				seen[id] = len(items)
				items = append(items, item)
			}
		}
	}
	kind := own[0].kind
	switch {
	case sideload:
		missing = fmt.Sprintf("these %s came along with another resource and may not be all; export %s for themselves", kind, kind)
	case !last:
		missing = "the last page is missing: every page names a next one; export all pages"
	case count > int64(len(items)):
		missing = fmt.Sprintf("the API counted %d, the source holds %d; export all pages", count, len(items))
	}
	return items, missing
}

// newer says whether a is a later state of the object b, as two backups in one
// folder have it.
func newer(a, b tenant.Value) bool {
	at, ok := a.Get("updated_at").Time().Get()
	bt, known := b.Get("updated_at").Time().Get()
	return ok && known && at.After(bt)
}

// team leaves out end users, whom an export of all users holds.
func team(users []tenant.Value) []tenant.Value {
	return slices.DeleteFunc(users, func(u tenant.Value) bool { return u.Get("role").Str().Or("") == "end-user" })
}

// compareNames orders names as people do: page2 before page10, and a file
// before its numbered continuations.
func compareNames(a, b string) int {
	x, y := strings.TrimSuffix(a, path.Ext(a)), strings.TrimSuffix(b, path.Ext(b))
	for x != "" && y != "" {
		nx, ny := digits(x), digits(y)
		if nx > 0 && ny > 0 {
			p, q := strings.TrimLeft(x[:nx], "0"), strings.TrimLeft(y[:ny], "0")
			if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
				return c
			}
			x, y = x[nx:], y[ny:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
