package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// An Extra is something that is read only when the user asks for it, because it
// takes more than reading the account's settings: DNSExtra, ProbeExtra.
type Extra struct {
	// Kind is what it reads; one of those read on request.
	Kind tenant.Kind
	// Read gives a document of this kind. A gap says why it is not everything;
	// a File without a name means that there is nothing.
	Read func(context.Context, *tenant.Snapshot) (File, *tenant.Gap)
}

// WithExtras reads extras after the account has been read, and puts them into
// the snapshot as if the source had held their documents. Where ctx ends, the
// error wraps the context's and the snapshot lacks what was not read.
func WithExtras(source Source, extras ...Extra) Source {
	if len(extras) == 0 {
		return source
	}
	return &extended{source: source, extras: extras}
}

type extended struct {
	source Source
	extras []Extra
}

// Collect implements Source.
func (x *extended) Collect(ctx context.Context) (*tenant.Snapshot, error) {
	s, err := x.source.Collect(ctx)
	if s == nil || err != nil {
		return s, err
	}
	for _, extra := range x.extras {
		f, gap := extra.Read(ctx, s)
		var items []tenant.Value
		if f.Name != "" {
			items = itemsOf(extra.Kind, read(f))
		}
		s = s.With(extra.Kind, items, gap)
	}
	if ctx.Err() != nil {
		return s, fmt.Errorf("the reading was interrupted: %w", context.Cause(ctx))
	}
	return s, nil
}

func itemsOf(k tenant.Kind, r reading) []tenant.Value {
	for _, p := range r.parts {
		if p.kind == k {
			return p.items
		}
	}
	return nil
}

// extend reads extras and adds them to the recording.
func (r *Recording) extend(ctx context.Context, extras []Extra) error {
	if len(extras) == 0 {
		return nil
	}
	s, err := r.Snapshot()
	if err != nil {
		return fmt.Errorf("decode what was collected: %w", err)
	}
	for _, extra := range extras {
		f, gap := extra.Read(ctx, s)
		if f.Name != "" {
			// collection.json stays last.
			r.Files = slices.Insert(r.Files, len(r.Files)-1, f)
		}
		if gap != nil {
			r.Collection.Gaps = append(r.Collection.Gaps, *gap)
			r.Collection.Complete = r.Collection.Complete && gap.Reason != tenant.Interrupted
		}
	}
	return nil
}

// encodeExtra writes a document that was put together here and not read.
func encodeExtra(k tenant.Kind, document any) (File, error) {
	data, err := json.Marshal(document)
	if err != nil {
		return File{}, err
	}
	v, err := Parse(k.String()+".json", data)
	if err != nil {
		return File{}, err
	}
	items := []tenant.Value{v}
	if !k.Single() {
		items = v.Items()
	}
	return EncodeResource(k, items), nil
}

// extraFile is encodeExtra with a failure turned into a gap. Structures of
// strings, numbers and booleans do not fail.
func extraFile(k tenant.Kind, document any, gap *tenant.Gap) (File, *tenant.Gap) {
	f, err := encodeExtra(k, document)
	if err != nil {
		return File{}, &tenant.Gap{Kind: k, Reason: tenant.ParseError, Detail: oneLine(err.Error())}
	}
	return f, gap
}

// interrupted is the gap of what was not read to its end.
func interrupted(k tenant.Kind) *tenant.Gap {
	return &tenant.Gap{Kind: k, Reason: tenant.Interrupted, Detail: "the collection was interrupted"}
}
