package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/report"
	"github.com/zdaudit/zdaudit/rules"
)

func collectCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "collect",
		Usage:     "read a live account and write the dump that `audit DIR` reads",
		ArgsUsage: "SOURCE",
		Description: sourceHelp + "\n\nExamples:\n" +
			"  zdaudit collect acme -o acme-dump\n" +
			"  zdaudit collect acme --check",
		Flags: slices.Concat(sourceFlags(), extraFlags(), []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the dump to `DIR`"},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace an earlier dump in DIR"},
			&cli.BoolFlag{Name: "check", Usage: "only say what this credential can read, and which rules will be unknown"},
		}),
		Action: func(c *cli.Context) error {
			p, err := placeOf(c, env)
			if err != nil {
				return err
			}
			dir := c.String("output")
			switch {
			case p.path != "" || p.stdin:
				return errors.New("collect reads a live account; a file that exists can be audited as it is: zdaudit audit PATH")
			case dir == "" && !c.Bool("check"):
				return errors.New("where to? Name a folder with -o DIR, or ask with --check what would be read")
			}
			source, closeSource, err := p.open(c, env)
			if err != nil {
				return err
			}
			defer closeSource()
			api, ok := source.(*collect.API)
			if !ok {
				return fmt.Errorf("%s is no live account", c.Args().First())
			}
			if c.Bool("check") {
				return checkAction(c, env, api)
			}
			return recordAction(c, env, api, dir)
		},
	}
}

// recordAction writes what can be read. What was read is written also when the
// reading was cut short.
func recordAction(c *cli.Context, env environment, api *collect.API, dir string) error {
	if err := collect.CheckDir(dir, c.Bool("overwrite")); err != nil {
		return err
	}
	ctx, cancel := within(c.Context, c)
	defer cancel()
	recording, err := api.Record(ctx)
	if recording == nil {
		return err
	}
	if werr := collect.WriteDir(dir, recording.Files, c.Bool("overwrite")); werr != nil {
		return errors.Join(err, werr)
	}
	for _, w := range recording.Warnings {
		fmt.Fprintln(env.stderr, "zdaudit: warning:", report.CleanLine(w))
	}
	facts := recording.Collection
	fmt.Fprintf(env.stderr, "zdaudit: wrote %d files to %s: %d requests, waited %s for the rate limit, %d gaps\n",
		len(recording.Files), dir, facts.Requests, facts.Waited.Round(time.Second), len(facts.Gaps))
	for _, g := range facts.Gaps {
		fmt.Fprintf(env.stderr, "zdaudit: gap: %s: %s: %s\n", g.Kind, g.Reason, report.CleanLine(g.Detail))
	}
	return err
}

// checkAction says which rules will be unknown with this credential, before the
// account is read.
func checkAction(c *cli.Context, env environment, api *collect.API) error {
	ctx, cancel := within(c.Context, c)
	defer cancel()
	result, err := api.Check(ctx)
	if err != nil {
		return err
	}
	for _, w := range result.Warnings {
		fmt.Fprintln(env.stderr, "zdaudit: warning:", report.CleanLine(w))
	}
	_, err = io.WriteString(env.stdout, checkText(result, rules.All()))
	return err
}

// checkText words what a check found.
func checkText(result *collect.CheckResult, all []audit.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s answers %s (%s). This check took %s.\n", result.Host, report.CleanLine(result.Name), result.Role, plural(result.Requests, "request"))
	if len(result.Gaps) == 0 {
		b.WriteString("Every resource that the rules need can be read.\n")
		return b.String()
	}
	missing := map[tenant.Kind]bool{}
	b.WriteString("\nNot readable with this credential:\n")
	for _, g := range result.Gaps {
		missing[g.Kind] = true
		fmt.Fprintf(&b, "  %s: %s\n", strings.ReplaceAll(g.Kind.String(), "_", " "), report.CleanLine(g.Detail))
	}
	b.WriteString("\nRules that will be unknown:\n")
	blind := 0
	for _, r := range all {
		var lacking []string
		for _, k := range r.Needs {
			if missing[k] {
				lacking = append(lacking, strings.ReplaceAll(k.String(), "_", " "))
			}
		}
		if len(lacking) > 0 {
			blind++
			fmt.Fprintf(&b, "  %-12s %s (needs %s)\n", r.ID, r.Title, strings.Join(lacking, ", "))
		}
	}
	if blind == 0 {
		b.WriteString("  none\n")
	}
	return b.String()
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
