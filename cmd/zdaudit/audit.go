package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/report"
	"github.com/zdaudit/zdaudit/rules"
)

func auditCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "audit",
		Usage:     "read an account, run every rule, report; the exit status is the gate",
		ArgsUsage: "SOURCE",
		Description: sourceHelp + "\n\nExamples:\n" +
			"  zdaudit audit --demo\n" +
			"  zdaudit audit acme\n" +
			"  zdaudit audit ./export -f table -f json=report.json --fail-on medium",
		Flags: slices.Concat(sourceFlags(), extraFlags(), reportFlags(), gateFlags()),
		Action: func(c *cli.Context) error {
			return auditAction(c, env)
		},
	}
}

// reportFlags choose the rules and how the report looks.
func reportFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "format", Aliases: []string{"f"}, Usage: "write `FORMAT[=PATH]` (" + strings.Join(report.Formats(), ", ") + "); repeatable"},
		&cli.StringFlag{Name: "config", Usage: "read attestations and waivers from `FILE` in place of zdaudit.yaml beside the source"},
		&cli.StringFlag{Name: "profile", Value: defaultProfile, Usage: "run the rules of `PROFILE`: relay (relay spam alone), baseline (the core), strict (all)"},
		&cli.StringSliceFlag{Name: "only", Usage: "run only these `RULES`: ids, families such as TRG, or tags; repeatable, or with commas"},
		&cli.StringSliceFlag{Name: "skip", Usage: "leave out these `RULES`; repeatable, or with commas"},
		&cli.BoolFlag{Name: "no-waivers", Usage: "count findings that have been waived"},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show every finding and whole messages"},
		&cli.StringFlag{Name: "color", Value: "auto", Usage: "`WHEN` to use color: auto, always, never"},
	}
}

// gateFlags decide the exit status.
func gateFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "fail-on", Value: "high", Usage: "exit with 1 for open findings of this `SEVERITY` or worse (critical, high, medium, low, info, never)"},
		&cli.BoolFlag{Name: "fail-on-unknown", Usage: "exit with 2 when a rule that --fail-on needs could not be judged"},
		&cli.Float64Flag{Name: "min-coverage", Usage: "exit with 2 when less than this `PERCENT` of the applicable rules could be judged"},
	}
}

func auditAction(c *cli.Context, env environment) error {
	to, err := destinations(c.StringSlice("format"), report.Formats())
	if err != nil {
		return err
	}
	layout, err := env.layout(c.String("color"))
	if err != nil {
		return err
	}
	layout.Verbose = c.Bool("verbose")
	g, err := gateOf(c)
	if err != nil {
		return err
	}
	r, collectErr := runAudit(c, env)
	if r == nil {
		return collectErr
	}
	if err := writeReport(env, to, r, layout); err != nil {
		return err
	}
	fmt.Fprintln(env.stderr, report.Summary(r))
	if collectErr != nil {
		return collectErr
	}
	return g.judge(r)
}

// runAudit reads the account and puts the rules to it. With an error and a
// report, the report is what could be finished.
func runAudit(c *cli.Context, env environment) (*audit.Report, error) {
	chosen, err := chooseRules(rules.All(), profileOf(c), c.StringSlice("only"), c.StringSlice("skip"))
	if err != nil {
		return nil, err
	}
	p, err := placeOf(c, env)
	if err != nil {
		return nil, err
	}
	config, err := p.readConfig(c)
	if err != nil {
		return nil, err
	}
	if err := config.CheckParameters(rules.All()); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	s, err := p.snapshot(c, env)
	if s == nil {
		return nil, err
	}
	if p.demo {
		s.Origin.Path = "sample account, built in"
	}
	if err := brandExists(s, c.String("brand")); err != nil {
		return nil, err
	}
	now, timeErr := clock(env)
	if timeErr != nil {
		return nil, timeErr
	}
	return audit.Run(c.Context, s, chosen, audit.Options{
		Version:   programVersion(),
		Now:       now,
		Config:    config,
		NoWaivers: c.Bool("no-waivers"),
		Scope:     attack.Scope{Brand: c.String("brand")},
	}), err
}

// snapshot reads the account. With an error and a snapshot, the snapshot is
// what was read before the error.
func (p place) snapshot(c *cli.Context, env environment) (*tenant.Snapshot, error) {
	source, closeSource, err := p.open(c, env)
	if err != nil {
		return nil, err
	}
	defer closeSource()
	ctx, cancel := within(c.Context, c)
	defer cancel()
	s, err := source.Collect(ctx)
	if err != nil && ctx.Err() != nil && c.Context.Err() == nil {
		// Time ran out; nobody interrupted the program.
		err = context.Cause(ctx)
	}
	return s, err
}

// clock is the time of the report: SOURCE_DATE_EPOCH, in seconds, where a build
// has to give the same bytes twice.
func clock(env environment) (time.Time, error) {
	v := env.getenv("SOURCE_DATE_EPOCH")
	if v == "" {
		return env.now().UTC().Truncate(time.Second), nil
	}
	var seconds int64
	if _, err := fmt.Sscanf(v, "%d", &seconds); err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q; it must be a number of seconds", v)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// profiles name sets of rules by the tag that their rules have; strict is all.
var profiles = map[string]string{"relay": "relay", "baseline": "core", "strict": ""}

const defaultProfile = "baseline"

// chooseRules applies --profile, --only and --skip. What --only names is run
// whatever the profile.
func chooseRules(all []audit.Rule, profile string, only, skip []string) ([]audit.Rule, error) {
	tag, ok := profiles[profile]
	if !ok {
		return nil, fmt.Errorf("there is no profile %q; known are relay, baseline and strict", profile)
	}
	only, skip = words(only), words(skip)
	for _, w := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(all, func(r audit.Rule) bool { return matches(r, w) }) {
			return nil, fmt.Errorf("no rule has the id, family or tag %q; see zdaudit rules", w)
		}
	}
	var out []audit.Rule
	for _, r := range all {
		named := func(w string) bool { return matches(r, w) }
		wanted := slices.ContainsFunc(only, named)
		if len(only) == 0 {
			wanted = tag == "" || slices.Contains(r.Tags, tag)
		}
		if wanted && !slices.ContainsFunc(skip, named) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--profile, --only and --skip leave no rule to run")
	}
	return out, nil
}

// profileOf is the profile that was asked for. The attack verb shows what relay
// rules look at; other verbs without the flag mean every rule.
func profileOf(c *cli.Context) string {
	switch p := c.String("profile"); {
	case p != "":
		return p
	case c.Command.Name == "attack":
		return "relay"
	}
	return "strict"
}

func words(values []string) []string {
	var out []string
	for _, v := range values {
		for w := range strings.SplitSeq(v, ",") {
			if w = strings.TrimSpace(w); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

func matches(r audit.Rule, word string) bool {
	word = strings.ToUpper(word)
	return r.ID == word || r.ID == "ZD-"+word || r.Family() == word || slices.Contains(r.Aliases, word) ||
		slices.ContainsFunc(r.Tags, func(t string) bool { return strings.EqualFold(t, word) })
}
