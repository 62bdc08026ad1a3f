package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/report"
)

// attackCommand lists what a stranger can have the account send.
func attackCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "attack",
		Usage:     "show every message that a stranger can make the account send, with their words marked",
		ArgsUsage: "SOURCE",
		Description: sourceHelp + "\n\nExamples:\n" +
			"  zdaudit attack --demo\n" +
			"  zdaudit attack acme --channel email\n" +
			"  zdaudit attack ./export --object trigger/360001 -f json",
		Flags: slices.Concat(sourceFlags(), []cli.Flag{
			&cli.StringSliceFlag{Name: "format", Aliases: []string{"f"}, Usage: "write `FORMAT[=PATH]` (table, json); repeatable"},
			&cli.StringFlag{Name: "config", Usage: "read attestations from `FILE` in place of zdaudit.yaml beside the source"},
			&cli.StringSliceFlag{Name: "channel", Usage: "only over these `CHANNELS`, such as web_form, email, requests_api"},
			&cli.StringSliceFlag{Name: "object", Usage: "only from these `OBJECTS`, such as trigger/360001"},
			&cli.StringFlag{Name: "brand", Usage: "only what strangers who write to the brand with this `ID` can set off"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show messages without a stranger's words in full, too"},
			&cli.StringFlag{Name: "color", Value: "auto", Usage: "`WHEN` to use color: auto, always, never"},
		}),
		Action: func(c *cli.Context) error { return attackAction(c, env) },
	}
}

func attackAction(c *cli.Context, env environment) error {
	to, err := destinations(c.StringSlice("format"), []string{"table", "json"})
	if err != nil {
		return err
	}
	layout, err := env.layout(c.String("color"))
	if err != nil {
		return err
	}
	layout.Verbose = c.Bool("verbose")
	r, collectErr := runAudit(c, env)
	if r == nil {
		return collectErr
	}
	if err := filterAttacks(r, words(c.StringSlice("channel")), words(c.StringSlice("object"))); err != nil {
		return err
	}
	for _, d := range to {
		write := func(w io.Writer) error { return report.WriteAttacksTable(w, r, layout) }
		if d.format == "json" {
			write = func(w io.Writer) error { return report.WriteAttacks(w, r) }
		}
		if err := writeTo(env, d.path, write); err != nil {
			return err
		}
	}
	return collectErr
}

// brandExists says whether the account has a brand, as far as its brands were
// read.
func brandExists(s *tenant.Snapshot, id string) error {
	if id == "" || !s.Has(tenant.Brands) {
		return nil
	}
	for _, b := range s.Brands {
		if b.ID == id {
			return nil
		}
	}
	return fmt.Errorf("the account has no brand with the id %q", id)
}
