package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// extraFlags ask for what takes more than reading the account's settings.
func extraFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "dns", Usage: "also look up SPF, DKIM and DMARC of the domains you send mail from, and where your help centers' hosts point"},
		&cli.BoolFlag{Name: "probe", Usage: "also ask the account's public pages what they show to strangers: one GET each, without credentials; only for accounts that are yours"},
		&cli.IntFlag{Name: "sample", Usage: fmt.Sprintf("also look at the `N` newest tickets (1 to %d) for channels and unverified requesters; no names, addresses or texts are kept", collect.MaxSample)},
	}
}

// extras are what --dns and --probe ask for.
func (p place) extras(c *cli.Context, env environment) ([]collect.Extra, error) {
	asked := c.Bool("dns") || c.Bool("probe") || c.IsSet("sample")
	switch n := c.Int("sample"); {
	case asked && p.demo:
		return nil, errors.New("the sample account is invented: there is nothing to look up with --dns, --probe or --sample")
	case c.IsSet("sample") && p.subdomain == "":
		return nil, errors.New("--sample looks at the tickets of a live account; a file holds no more than it holds")
	case c.IsSet("sample") && (n < 1 || n > collect.MaxSample):
		return nil, fmt.Errorf("--sample is %d; it must be from 1 to %d tickets", n, collect.MaxSample)
	}
	var out []collect.Extra
	if c.Bool("dns") {
		out = append(out, collect.DNSExtra(env.nameSystem()))
	}
	if c.Bool("probe") {
		probe, err := collect.ProbeExtra(collect.ProbeOptions{Endpoint: c.String("endpoint"), Version: programVersion()})
		if err != nil {
			return nil, err
		}
		out = append(out, announced(probe, env))
	}
	return out, nil
}

// nameSystem is where --dns asks. Go's own resolver tells an alias that leads
// nowhere from a name that does not exist, which those of some systems do not.
func (env environment) nameSystem() collect.Resolver {
	if env.resolver != nil {
		return env.resolver
	}
	return &net.Resolver{PreferGo: true}
}

// announced says which hosts are asked before they are.
func announced(probe collect.Extra, env environment) collect.Extra {
	read := probe.Read
	probe.Read = func(ctx context.Context, s *tenant.Snapshot) (collect.File, *tenant.Gap) {
		var hosts []string
		for _, h := range collect.ProbeHosts(s) {
			hosts = append(hosts, h.Public)
		}
		fmt.Fprintf(env.stderr, "zdaudit: asking the public pages of %s\n", strings.Join(hosts, ", "))
		return read(ctx, s)
	}
	return probe
}
