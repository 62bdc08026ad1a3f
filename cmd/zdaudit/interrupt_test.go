package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/zdaudit/zdaudit/audit/collect"
)

// TestInterrupted stops a collection of which one resource never answers: what
// was finished is written, and says that it is not everything.
func TestInterrupted(t *testing.T) {
	for _, tt := range []struct {
		signal os.Signal
		want   int
	}{
		{os.Interrupt, statusInterrupted},
		{syscall.SIGTERM, statusTerminated},
	} {
		t.Run(tt.signal.String(), func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			answered := collect.NewFake([]collect.File{{Name: "triggers.json", Data: []byte(`{"triggers": []}`)}}, collect.FakeOptions{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "automations") {
					cancel(interruption{tt.signal})
					<-r.Context().Done()
					return
				}
				answered.ServeHTTP(w, r)
			}))
			defer server.Close()
			var stdout, stderr bytes.Buffer
			env := environment{
				stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now,
				getenv: func(name string) string { return map[string]string{"ZENDESK_OAUTH_TOKEN": "t"}[name] },
			}
			got := run(ctx, []string{"audit", "acme.zendesk.com", "--endpoint", server.URL, "--jobs", "1", "-f", "json"}, env)
			assert.Equal(t, tt.want, got)
			assert.Contains(t, stdout.String(), `"complete": false`)
			assert.Contains(t, stdout.String(), `"reason": "interrupted"`)
			assert.Contains(t, stderr.String(), "zdaudit:")
		})
	}
}
