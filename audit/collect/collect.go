// Package collect reads an account: live through Zendesk's API, or from files
// that somebody exported.
//
// A live run is a recorded dump: the API source keeps each resource as a JSON
// document, with secrets and people's data taken out before anything is kept,
// and decodes those documents exactly as the dump source decodes a folder.
// Whatever cannot be read is a gap in the snapshot and costs nothing else.
package collect

import (
	"context"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Source is somewhere an account can be read from. An error means that
// nothing could be read at all; what could not be read in part is a gap.
type Source interface {
	Collect(ctx context.Context) (*tenant.Snapshot, error)
}

// A Getter asks the API for one path, relative to /api/v2, such as
// "/triggers?page[size]=100". go-zendesk's client satisfies it. It cannot write.
type Getter interface {
	Get(ctx context.Context, path string) ([]byte, error)
}
