package main

import (
	"bytes"
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zdaudit": main})
}

// TestScripts runs the sessions of fixtures/scripts. In them
//
//	status N zdaudit …    runs the program and demands this exit status
//	serve NAME [what …]   serves the account in folder NAME as Zendesk would,
//	                      and puts its address into $NAME_URL
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../fixtures/scripts",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOURCE_DATE_EPOCH", "1795446000") // 2026-11-23 15:00 UTC
			e.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": scriptStatus,
			"serve":  scriptServe,
		},
	})
}

func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program …")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// scriptServe serves a folder. The words after its name bend the server:
// "anonymous" answers as Zendesk does without a credential, "agent" signs in an
// agent, "login" gives a login page, "redirect" sends elsewhere, "wrong-token"
// refuses, "never" does not answer, "garbage" is no JSON, "forbid=KIND" refuses
// one resource.
func scriptServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME [what …]")
	}
	names, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.json"))
	ts.Check(err)
	var files []collect.File
	for _, name := range names {
		data, err := os.ReadFile(name)
		ts.Check(err)
		files = append(files, collect.File{Name: filepath.Base(name), Data: data})
	}
	options := collect.FakeOptions{}
	var instead http.HandlerFunc
	for _, what := range args[1:] {
		if kind, ok := strings.CutPrefix(what, "forbid="); ok {
			options.Forbid = append(options.Forbid, tenant.KindNamed(kind))
			continue
		}
		if what == "agent" {
			options.Role = "agent"
			continue
		}
		instead = misbehaving(ts, what)
	}
	var handler http.Handler = collect.NewFake(files, options)
	if instead != nil {
		handler = instead
	}
	server := httptest.NewServer(handler)
	ts.Defer(server.Close)
	ts.Setenv(strings.ToUpper(args[0])+"_URL", server.URL)
}

func misbehaving(ts *testscript.TestScript, what string) http.HandlerFunc {
	reply := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			w.Write([]byte(body)) //nolint:errcheck,gosec // the client may be gone
		}
	}
	switch what {
	case "anonymous":
		return reply(200, "application/json", `{"user":{"id":null,"name":"Anonymous user","role":"end-user"}}`)
	case "login":
		return reply(200, "text/html", "<!DOCTYPE html><title>Sign in</title>")
	case "wrong-token":
		return reply(401, "application/json", `{"error":"Couldn't authenticate you"}`)
	case "garbage":
		return reply(200, "application/json", `{"user": [1, 2`)
	case "redirect":
		return func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://www.example.com/access", http.StatusFound)
		}
	case "never":
		return func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		}
	}
	ts.Fatalf("nobody knows how to serve %q", what)
	return nil
}

func TestUnknownFlagsNeverReachTheStandardOutput(t *testing.T) {
	var stdout, stderr bytes.Buffer
	env := environment{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }, now: time.Now}
	if got := run(context.Background(), []string{"audit", "--nonsense"}, env); got != statusUntrusted {
		t.Errorf("status %d", got)
	}
	if stdout.Len() > 0 || !strings.Contains(stderr.String(), "nonsense") {
		t.Errorf("stdout %q, stderr %q", stdout.String(), stderr.String())
	}
}
