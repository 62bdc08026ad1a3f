package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/collect"
)

// sourceFlags choose and reach the account; every verb that reads one has them.
func sourceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "demo", Usage: "read the sample account that is built in, in place of SOURCE"},
		&cli.StringFlag{Name: "endpoint", Usage: "ask `URL` in place of https://SUBDOMAIN.zendesk.com (a proxy, a test server)", EnvVars: []string{"ZDAUDIT_ENDPOINT"}},
		&cli.DurationFlag{Name: "timeout", Value: 10 * time.Minute, Usage: "stop reading the account after `DURATION`", EnvVars: []string{"ZDAUDIT_TIMEOUT"}},
		&cli.Float64Flag{Name: "max-rate", Value: 0.5, Usage: "use at most this `SHARE` of the account's rate limit (0.05 to 1)", EnvVars: []string{"ZDAUDIT_MAX_RATE"}},
		&cli.IntFlag{Name: "jobs", Value: 8, Usage: "read `N` resources side by side"},
	}
}

const sourceHelp = "SOURCE is a subdomain (acme), an address (acme.zendesk.com), a path (./export, export.json), or - for a JSON document on standard input.\n" +
	"Credentials come from ZENDESK_OAUTH_TOKEN, or ZENDESK_OAUTH_CLIENT_ID and ZENDESK_OAUTH_CLIENT_SECRET, or ZENDESK_EMAIL and ZENDESK_API_TOKEN; each also as …_FILE."

// A place is where an account is read from, before anything is opened.
type place struct {
	demo      bool
	stdin     bool
	path      string
	subdomain string
	// beside is the folder in which zdaudit.yaml is looked for.
	beside string
}

var subdomainPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// placeOf reads the SOURCE argument.
func placeOf(c *cli.Context, env environment) (place, error) {
	args := c.Args().Slice()
	switch {
	case c.Bool("demo") && len(args) > 0:
		return place{}, fmt.Errorf("--demo stands in place of SOURCE, but there is %q as well", args[0])
	case c.Bool("demo"):
		return place{demo: true}, nil
	case len(args) > 1:
		return place{}, fmt.Errorf("one SOURCE at a time, but there are %d: %s", len(args), strings.Join(args, ", "))
	case len(args) == 0:
		if sub := env.getenv("ZENDESK_SUBDOMAIN"); sub != "" {
			return livePlace(sub)
		}
		return place{}, fmt.Errorf("which account? Name a subdomain or a path, or try --demo; see zdaudit %s --help", c.Command.Name)
	}
	arg := args[0]
	if arg == "-" {
		return place{stdin: true, beside: "."}, nil
	}
	info, err := os.Stat(arg)
	exists := err == nil
	isPath := filepath.IsAbs(arg) || strings.HasPrefix(arg, ".")
	switch {
	case exists && !isPath && subdomainPattern.MatchString(arg):
		return place{}, fmt.Errorf("%q is a path here and could be a subdomain too; write ./%s for the path or %s.zendesk.com for the account", arg, arg, arg)
	case exists:
		beside := arg
		if !info.IsDir() {
			beside = filepath.Dir(arg)
		}
		return place{path: arg, beside: beside}, nil
	case isPath:
		return place{}, fmt.Errorf("there is no file or folder %s", arg)
	}
	return livePlace(arg)
}

// livePlace reads a subdomain or an account's address.
func livePlace(arg string) (place, error) {
	name := strings.ToLower(strings.TrimSpace(arg))
	if strings.Contains(name, "://") {
		u, err := url.Parse(name)
		if err != nil || u.Host == "" {
			return place{}, fmt.Errorf("%q is no address of an account; write it like https://acme.zendesk.com", arg)
		}
		if u.Scheme != "https" {
			return place{}, fmt.Errorf("%q would send credentials unencrypted; write https://", arg)
		}
		name = u.Host
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".zendesk.com")
	if !subdomainPattern.MatchString(name) {
		return place{}, fmt.Errorf("%q is neither a path that exists nor the subdomain of a Zendesk account; "+
			"a subdomain is the first word of its address, acme in acme.zendesk.com", arg)
	}
	return place{subdomain: name, beside: "."}, nil
}

// open makes the source. The function it gives back ends what opening started.
func (p place) open(c *cli.Context, env environment) (collect.Source, func(), error) {
	nothing := func() {}
	extras, err := p.extras(c, env)
	switch {
	case err != nil:
		return nil, nothing, err
	case p.demo:
		return demoSource(c, env)
	case p.stdin:
		s, err := collect.FromReader("stdin", env.stdin)
		return collect.WithExtras(s, extras...), nothing, err
	case p.path != "":
		s, err := collect.OpenPath(p.path)
		return collect.WithExtras(s, extras...), nothing, err
	}
	credential, err := collect.CredentialFrom(env.getenv, os.ReadFile)
	if err != nil {
		return nil, nothing, err
	}
	if w := credential.Warning(); w != "" {
		fmt.Fprintln(env.stderr, "zdaudit: warning:", w)
	}
	options := apiOptions(c, env, p.subdomain, c.String("endpoint"), credential)
	options.Extras, options.SampleTickets = extras, c.Int("sample")
	s, err := collect.NewAPI(options)
	return s, nothing, err
}

func apiOptions(c *cli.Context, env environment, subdomain, endpoint string, credential collect.Credential) collect.APIOptions {
	return collect.APIOptions{
		Subdomain:   subdomain,
		Endpoint:    endpoint,
		Credential:  credential,
		Version:     programVersion(),
		MaxRate:     c.Float64("max-rate"),
		Concurrency: c.Int("jobs"),
		Now:         env.now,
		Progress:    progress(env),
	}
}

// within bounds the reading of an account in time, so that one that answers
// for ever does not hold everything up.
func within(ctx context.Context, c *cli.Context) (context.Context, context.CancelFunc) {
	d := c.Duration("timeout")
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("the account was not read within --timeout %s", d))
}

const configName = "zdaudit.yaml"

// readConfig reads --config, or zdaudit.yaml beside the source if there is one.
func (p place) readConfig(c *cli.Context) (*audit.Config, error) {
	name := c.String("config")
	optional := name == ""
	if optional {
		if p.beside == "" {
			return &audit.Config{}, nil
		}
		name = filepath.Join(p.beside, configName)
	}
	f, err := os.Open(name)
	switch {
	case optional && errors.Is(err, os.ErrNotExist):
		return &audit.Config{}, nil
	case err != nil:
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	const most = 1 << 20
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the configuration: %w", err)
	case len(data) > most:
		return nil, fmt.Errorf("read the configuration: %s is larger than 1 MiB", name)
	}
	config, err := audit.ParseConfig(name, data)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return config, nil
}
