package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/nukosuke/go-zendesk/zendesk"
)

// A StatusError is a reply with another status than 200. Of its body it keeps
// what helps, never the text: error bodies may repeat what was sent.
type StatusError struct {
	Status int
	// Scopes are the OAuth scopes that Zendesk says are missing.
	Scopes string
	// TooDeep says that offset pagination has come to its end
	// (https://support.zendesk.com/hc/en-us/articles/5591904358938).
	TooDeep bool
	// HTML says that the body is a web page.
	HTML bool
}

// Error gives the status.
func (e *StatusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status)))
}

// client is go-zendesk's with its errors put into ours. Of its many methods
// only Get is within reach. Its SetHeader must never be called: the headers of
// all its clients are one map.
type client struct{ zendesk *zendesk.Client }

func newClient(httpClient *http.Client, origin *url.URL) (*client, error) {
	z, err := zendesk.NewClient(httpClient)
	if err != nil {
		return nil, err
	}
	// Not SetSubdomain: it refuses names of one and two letters, which exist.
	if err := z.SetEndpointURL(origin.JoinPath(apiRoot).String()); err != nil {
		return nil, err
	}
	return &client{zendesk: z}, nil
}

// Get implements Getter.
func (c *client) Get(ctx context.Context, path string) ([]byte, error) {
	data, err := c.zendesk.Get(ctx, path)
	var status zendesk.Error // by value, as it is returned
	if errors.As(err, &status) {
		return nil, statusError(status)
	}
	return data, err
}

// maxErrorBody is how much of an error's body is looked at.
const maxErrorBody = 64 << 10

var missingScopes = regexp.MustCompile(`(?i)missing the following required scopes?\b:?\s*\b([a-z_]+(?::[a-z_]+)?(?:[ ,]+[a-z_]+(?::[a-z_]+)?)*)`)

func statusError(from zendesk.Error) *StatusError {
	e := &StatusError{Status: from.Status()}
	body, err := io.ReadAll(io.LimitReader(from.Body(), maxErrorBody))
	if err != nil {
		return e
	}
	text := strings.TrimLeft(string(body), " \t\r\n\ufeff")
	e.HTML = strings.HasPrefix(text, "<")
	if !json.Valid(body) {
		return e
	}
	e.TooDeep = e.Status == http.StatusBadRequest && strings.Contains(text, "InvalidPaginationDepth")
	if m := missingScopes.FindStringSubmatch(text); len(m) == 2 && len(m[1]) <= 200 {
		e.Scopes = m[1]
	}
	return e
}
