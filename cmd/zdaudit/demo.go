package main

import (
	"embed"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit/collect"
)

// demoFiles are the replies of an invented account.
//
//go:embed demo/*.json
var demoFiles embed.FS

const demoSubdomain = "brightwater-demo"

// demoSource serves the built-in account on loopback and reads it through the
// same live collector as any other.
func demoSource(c *cli.Context, env environment) (collect.Source, func(), error) {
	files, err := readDemo()
	if err != nil {
		return nil, func() {}, err
	}
	listener, err := (&net.ListenConfig{}).Listen(c.Context, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, func() {}, fmt.Errorf("serve the sample account on loopback: %w", err)
	}
	server := &http.Server{
		Handler:           collect.NewFake(files, collect.FakeOptions{}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	go server.Serve(listener)                //nolint:errcheck // it ends when it is closed
	closeServer := func() { server.Close() } //nolint:errcheck,gosec // nothing is lost
	options := apiOptions(c, env, demoSubdomain, "http://"+listener.Addr().String(), collect.OAuthToken("demo"))
	source, err := collect.NewAPI(options)
	if err != nil {
		closeServer()
		return nil, func() {}, err
	}
	return source, closeServer, nil
}

func readDemo() ([]collect.File, error) {
	names, err := fs.Glob(demoFiles, "demo/*.json")
	if err != nil {
		return nil, fmt.Errorf("read the sample account: %w", err)
	}
	var out []collect.File
	for _, name := range names {
		data, err := demoFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the sample account: %w", err)
		}
		out = append(out, collect.File{Name: name[len("demo/"):], Data: data})
	}
	return out, nil
}
