package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/report"
	"github.com/zdaudit/zdaudit/rules"
)

func rulesCommand(env environment) *cli.Command {
	formats := []string{"table", "json", "markdown"}
	return &cli.Command{
		Name:      "rules",
		Usage:     "list the rules; with an ID, explain it",
		ArgsUsage: "[ID]",
		Description: "Examples:\n" +
			"  zdaudit rules\n" +
			"  zdaudit rules ZD-TRG-01\n" +
			"  zdaudit rules --only relay -f json",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "format", Aliases: []string{"f"}, Usage: "write `FORMAT[=PATH]` (" + strings.Join(formats, ", ") + ")"},
			&cli.StringSliceFlag{Name: "only", Usage: "list only these `RULES`: ids, families such as TRG, or tags"},
			&cli.StringSliceFlag{Name: "skip", Usage: "leave out these `RULES`"},
			&cli.StringFlag{Name: "profile", Usage: "list only the rules of `PROFILE`: relay, baseline, strict"},
			&cli.StringFlag{Name: "color", Value: "auto", Usage: "`WHEN` to use color: auto, always, never"},
		},
		Action: func(c *cli.Context) error {
			to, err := destinations(c.StringSlice("format"), formats)
			if err != nil {
				return err
			}
			layout, err := env.layout(c.String("color"))
			if err != nil {
				return err
			}
			chosen, one, err := rulesNamed(c)
			if err != nil {
				return err
			}
			for _, d := range to {
				write := func(w io.Writer) error { return report.WriteRules(w, chosen, layout) }
				switch {
				case d.format == "json":
					write = func(w io.Writer) error { return report.WriteRulesJSON(w, chosen) }
				case d.format == "markdown":
					write = func(w io.Writer) error { return report.WriteCatalogue(w, chosen, nil) }
				case one:
					write = func(w io.Writer) error { return report.WriteRule(w, chosen[0], layout) }
				}
				if err := writeTo(env, d.path, write); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// rulesNamed gives the rules to show, and whether one was asked for by its id.
func rulesNamed(c *cli.Context) (chosen []audit.Rule, one bool, err error) {
	chosen, err = chooseRules(rules.All(), profileOf(c), c.StringSlice("only"), c.StringSlice("skip"))
	if err != nil || !c.Args().Present() {
		return chosen, false, err
	}
	if c.NArg() > 1 {
		return nil, false, fmt.Errorf("one rule at a time, but there are %d", c.NArg())
	}
	id := strings.ToUpper(c.Args().First())
	i := slices.IndexFunc(chosen, func(r audit.Rule) bool { return r.ID == id || r.ID == "ZD-"+id || slices.Contains(r.Aliases, id) })
	if i < 0 {
		return nil, false, fmt.Errorf("there is no rule %s; zdaudit rules lists them", c.Args().First())
	}
	return chosen[i : i+1], true, nil
}
