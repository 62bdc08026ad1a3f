package collect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Recording is a live account as files: one for each kind that was read, and
// collection.json. Secrets and people's data are not in it.
type Recording struct {
	Files      []File
	Collection Collection
	// Warnings are what the user should know, one line each: an API token that
	// will stop working, a user who sees too little.
	Warnings []string
}

// Snapshot decodes the files, as it would decode them from a folder.
func (r *Recording) Snapshot() (*tenant.Snapshot, error) {
	return Snapshot(r.Files, tenant.Origin{Kind: "api"}, r.Collection.Subdomain)
}

// Collect reads the account. It is Record and the decoding of the recording.
// Where the context ends half-way, the snapshot of what was read comes with an
// error that wraps the context's.
func (a *API) Collect(ctx context.Context) (*tenant.Snapshot, error) {
	rec, err := a.Record(ctx)
	if rec == nil {
		return nil, err
	}
	s, decoding := rec.Snapshot()
	if decoding != nil {
		return nil, fmt.Errorf("decode what was collected: %w", decoding)
	}
	return s, err
}

// Record reads the account and keeps it as files. What cannot be read is a gap
// in the collection; an error means that nothing could be read, with one
// exception: where the context ends half-way, the recording of what was read,
// marked as incomplete, comes with an error that wraps the context's.
func (a *API) Record(ctx context.Context) (*Recording, error) {
	defer a.close()
	before := a.Stats()
	who, err := a.whoami(ctx)
	if err != nil {
		return nil, err
	}
	found := a.readAll(ctx, who.role)
	rec := a.assemble(found, who, before)
	if !rec.Collection.Complete {
		return rec, fmt.Errorf("the collection was interrupted: %w", ctx.Err())
	}
	if len(rec.Files) == 1 {
		return nil, fmt.Errorf("nothing could be read from %s; the first reason is that of %s: %s",
			a.Host(), rec.Collection.Gaps[0].Kind, rec.Collection.Gaps[0].Detail)
	}
	if err := rec.extend(ctx, a.extras(who.role)); err != nil {
		return nil, err
	}
	a.recount(rec, before)
	if !rec.Collection.Complete {
		return rec, fmt.Errorf("the collection was interrupted: %w", ctx.Err())
	}
	return rec, nil
}

// extras are what the options ask for besides the account's settings.
func (a *API) extras(role string) []Extra {
	extras := slices.Clone(a.opts.Extras)
	if a.opts.SampleTickets > 0 {
		extras = append(extras, a.sampleExtra(role))
	}
	return extras
}

// readAll reads the resources side by side and the pages of each one after the
// other. The results are in the order of a.endpoints.
func (a *API) readAll(ctx context.Context, role string) []encoded {
	r := &reader{get: a.get, origin: a.origin, home: a.home, maxBytes: 4 * a.opts.MaxBody, role: role}
	found := make([]encoded, len(a.endpoints))
	a.progress.begin(len(found))
	var group errgroup.Group
	group.SetLimit(a.opts.Concurrency)
	for _, i := range longestFirst(a.endpoints) {
		group.Go(func() error {
			e := a.endpoints[i]
			found[i] = encode(e.Kind, r.all(ctx, e))
			a.progress.finished(e.Kind)
			return nil
		})
	}
	_ = group.Wait() // what went wrong is a gap
	return found
}

// longestFirst begins with the resources that may have many pages, which would
// otherwise be waited for alone at the end.
func longestFirst(endpoints []Endpoint) []int {
	order := make([]int, len(endpoints))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(endpoints[y].Pages, endpoints[x].Pages) })
	return order
}

// An encoded resource is its file. The values it was made of can go.
type encoded struct {
	file *File
	gap  *tenant.Gap
}

func encode(k tenant.Kind, r resource) encoded {
	out := encoded{gap: r.gap}
	if r.read {
		f := EncodeResource(k, r.items)
		out.file = &f
	}
	return out
}

func (a *API) assemble(found []encoded, who identity, before Stats) *Recording {
	rec := &Recording{Collection: Collection{
		Schema:    CollectionSchema,
		Version:   a.opts.Version,
		Subdomain: a.subdomain,
		Role:      who.role,
		Complete:  true,
	}}
	for _, f := range found {
		if f.file != nil {
			rec.Files = append(rec.Files, *f.file)
		}
		if f.gap != nil {
			rec.Collection.Gaps = append(rec.Collection.Gaps, *f.gap)
			rec.Collection.Complete = rec.Collection.Complete && f.gap.Reason != tenant.Interrupted
		}
	}
	rec.Files = append(rec.Files, File{Name: CollectionName})
	a.recount(rec, before)
	for _, w := range []string{a.cred.Warning(), who.warning()} {
		if w != "" {
			rec.Warnings = append(rec.Warnings, w)
		}
	}
	return rec
}

// recount brings collection.json, the last of the files, up to date.
func (a *API) recount(rec *Recording, before Stats) {
	after := a.Stats()
	rec.Collection.CollectedAt = a.opts.Now().UTC().Truncate(time.Second)
	rec.Collection.Requests = after.Requests - before.Requests
	rec.Collection.Waited = (after.Waited - before.Waited).Round(time.Millisecond)
	rec.Files[len(rec.Files)-1] = EncodeCollection(rec.Collection)
}
