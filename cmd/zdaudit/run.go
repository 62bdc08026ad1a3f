package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/report"
)

// The exit statuses. Scripts rely on them.
const (
	statusOK          = 0
	statusGate        = 1 // complete, and the gate failed
	statusUntrusted   = 2 // the result cannot be trusted
	statusInterrupted = 130
	statusTerminated  = 143
)

// An environment is everything that the program takes from outside, so that
// tests can put something else in its place.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	stdoutIs       terminal
	stderrIs       terminal
	// resolver answers for the domain name system; nil is the real one.
	resolver collect.Resolver
}

// errGate says that the audit is complete and found what --fail-on names.
var errGate = errors.New("the gate failed")

// run is the program. It gives the exit status, and is the only place where
// errors become one.
func run(ctx context.Context, args []string, env environment) int {
	app := newApp(env)
	err := app.RunContext(ctx, append([]string{app.Name}, reorder(app, args)...))
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, errGate):
		return statusGate
	}
	var interrupted interruption
	if errors.As(context.Cause(ctx), &interrupted) {
		fmt.Fprintf(env.stderr, "zdaudit: %s\n", report.CleanLine(err.Error()))
		if interrupted.signal == os.Interrupt {
			return statusInterrupted
		}
		return statusTerminated
	}
	fmt.Fprintf(env.stderr, "zdaudit: %s\n", report.CleanBlock(err.Error()))
	return statusUntrusted
}

// newApp describes the command line.
func newApp(env environment) *cli.App {
	app := &cli.App{
		Name:  "zdaudit",
		Usage: "find out what strangers can make a Zendesk account send, and stop it",
		Description: "Start with `zdaudit audit --demo`, which needs no account, then `zdaudit audit SUBDOMAIN`.\n" +
			"`zdaudit help VERB` explains a verb with examples.",
		HideVersion:               true,
		Suggest:                   true,
		UseShortOptionHandling:    true,
		DisableSliceFlagSeparator: true,
		Reader:                    env.stdin,
		Writer:                    env.stdout,
		ErrWriter:                 env.stderr,
		Commands: []*cli.Command{
			auditCommand(env),
			attackCommand(env),
			collectCommand(env),
			attestCommand(env),
			rulesCommand(env),
			completionCommand(env),
			versionCommand(env),
		},
		Action: func(c *cli.Context) error {
			if name := c.Args().First(); name != "" {
				return unknownVerb(c.App, name)
			}
			return cli.ShowAppHelp(c)
		},
		OnUsageError: usageError,
		// The library would end the program itself, and for some errors by
		// accident.
		ExitErrHandler: func(*cli.Context, error) {},
	}
	for _, c := range app.Commands {
		c.OnUsageError = usageError
		c.HideHelpCommand = true
	}
	return app
}

// usageError replaces the library's, which prints the whole help on standard
// output.
func usageError(c *cli.Context, err error, _ bool) error {
	verb := ""
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != c.App.Name {
		verb = " " + c.Command.Name
	}
	return fmt.Errorf("%w; see zdaudit%s --help", err, verb)
}

func unknownVerb(app *cli.App, name string) error {
	const alike = 0.8
	hint, best := "", alike
	for _, c := range app.VisibleCommands() {
		if likeness := smetrics.JaroWinkler(name, c.Name, 0.7, 4); likeness >= best {
			hint, best = fmt.Sprintf(" did you mean %q?", c.Name), likeness
		}
	}
	return fmt.Errorf("there is no verb %q;%s see zdaudit --help", name, hint)
}

func versionCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version",
		Action: func(*cli.Context) error {
			_, err := fmt.Fprintln(env.stdout, "zdaudit", programVersion())
			return err
		},
	}
}
