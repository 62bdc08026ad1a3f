package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/rules"
)

// attestDays is for how long an answer counts unless somebody says otherwise.
const attestDays = 90

func attestCommand(env environment) *cli.Command {
	return &cli.Command{
		Name:      "attest",
		Usage:     "ask the questions that no API answers, one at a time, and write zdaudit.yaml",
		ArgsUsage: "SOURCE",
		Description: "The questions come in the order of how many rules their answers would settle. Enter skips one; q stops and saves.\n" +
			"What zdaudit.yaml already says stays as it is.\n\n" + sourceHelp + "\n\nExamples:\n" +
			"  zdaudit attest acme\n" +
			"  zdaudit attest ./export --by jane@example.com --until 2027-01-31\n" +
			"  zdaudit attest acme --list",
		Flags: slices.Concat(sourceFlags(), []cli.Flag{
			&cli.StringFlag{Name: "config", Usage: "write to `FILE` in place of zdaudit.yaml beside the source"},
			&cli.BoolFlag{Name: "list", Usage: "only list the open questions, and what their answers would change"},
			&cli.StringFlag{Name: "by", Usage: "`WHO` answers, such as jane@example.com; asked for otherwise"},
			&cli.StringFlag{Name: "until", Usage: fmt.Sprintf("the last `DAY` on which the answers count, such as 2027-01-31; otherwise asked for, %d days by default", attestDays)},
		}),
		Action: func(c *cli.Context) error { return attestAction(c, env) },
	}
}

func attestAction(c *cli.Context, env environment) error {
	p, err := placeOf(c, env)
	if err != nil {
		return err
	}
	file, err := openAnswers(p, c.String("config"))
	if err != nil {
		return err
	}
	now, err := clock(env)
	if err != nil {
		return err
	}
	if err := checkSignature(c.String("by"), c.String("until"), now); err != nil {
		return err
	}
	s, err := p.snapshot(c, env)
	if err != nil {
		return err
	}
	opts := audit.Options{Version: programVersion(), Now: now, Config: file.config}
	open := audit.Rank(c.Context, s, rules.All(), opts)
	if err := context.Cause(c.Context); err != nil {
		return err
	}
	// Standard input that holds the account cannot hold answers as well.
	in := newLines(env.stdin)
	if c.Bool("list") || p.stdin || len(open) == 0 || (!terminalInput(env) && in.empty()) {
		return listOpen(env, open)
	}
	if file.name == "" {
		return errors.New("where to? The sample account has no zdaudit.yaml: name a file with --config, or list the questions with --list")
	}
	session := &interview{ctx: c.Context, in: in, out: env.stderr, by: c.String("by"), until: c.String("until"), now: now}
	answers, askErr := session.ask(open)
	if len(answers) == 0 {
		fmt.Fprintln(env.stderr, "zdaudit: nothing was answered and nothing was written")
		return askErr
	}
	edit := audit.AttestEdit{Answers: answers, By: session.by, On: now, Until: session.lastDay}
	after, err := file.save(edit)
	if err != nil {
		return errors.Join(err, askErr)
	}
	if askErr != nil {
		fmt.Fprintf(env.stderr, "\nzdaudit: wrote %s to %s\n", count(len(answers), "answer"), file.name)
		return askErr
	}
	summarise(c.Context, env, s, opts, after, file.name, len(answers))
	return nil
}

// checkSignature looks at --by and --until before anything is asked.
func checkSignature(by, until string, now time.Time) error {
	if by != "" && cleanAnswer(by) == "" {
		return errors.New("--by is empty; name the person who answers")
	}
	if until != "" {
		if _, err := lastDay(until, now); err != nil {
			return fmt.Errorf("--until %w", err)
		}
	}
	return nil
}

// answers is zdaudit.yaml as it is before anything is written.
type answers struct {
	name   string // empty where there is no place for it
	data   []byte
	mode   os.FileMode
	config *audit.Config
}

// openAnswers reads --config, or zdaudit.yaml beside the source. Neither has to
// exist.
func openAnswers(p place, name string) (*answers, error) {
	a := &answers{name: name, mode: 0o644, config: &audit.Config{}}
	if name == "" && p.beside == "" {
		return a, nil
	}
	if name == "" {
		a.name = filepath.Join(p.beside, configName)
	}
	// A link stays a link: what it leads to is written.
	if target, err := filepath.EvalSymlinks(a.name); err == nil {
		a.name = target
	}
	info, err := os.Stat(a.name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return a, nil
	case err != nil:
		return nil, fmt.Errorf("read the configuration: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read the configuration: %s is not a file", a.name)
	case info.Size() > maxConfig:
		return nil, fmt.Errorf("read the configuration: %s is larger than 1 MiB", a.name)
	}
	a.mode = info.Mode().Perm()
	if a.data, err = os.ReadFile(a.name); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if strings.TrimSpace(string(a.data)) == "" {
		return a, nil
	}
	if a.config, err = audit.ParseConfig(a.name, a.data); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if err := a.config.CheckParameters(rules.All()); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return a, nil
}

const maxConfig = 1 << 20

// save writes the answers into the file, which appears whole or stays as it
// was, and gives the configuration as it is then.
func (a *answers) save(edit audit.AttestEdit) (*audit.Config, error) {
	text, err := audit.EditAttest(a.name, a.data, edit)
	if err != nil {
		return nil, err
	}
	now, err := os.ReadFile(a.name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("write the answers: %w", err)
	}
	if !bytes.Equal(now, a.data) {
		return nil, fmt.Errorf("%s was changed while you answered, and has been left alone; run zdaudit attest again", a.name)
	}
	f, err := os.CreateTemp(filepath.Dir(a.name), ".zdaudit-*")
	if err != nil {
		return nil, fmt.Errorf("write the answers: %w", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is gone once it has its name
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(a.mode), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), a.name)
	}
	if err != nil {
		return nil, fmt.Errorf("write the answers: %w", err)
	}
	return audit.ParseConfig(a.name, text)
}

// summarise says what the answers made known.
func summarise(ctx context.Context, env environment, s *tenant.Snapshot, opts audit.Options, config *audit.Config, name string, n int) {
	before := audit.Run(ctx, s, rules.All(), opts)
	opts.Config = config
	after := audit.Run(ctx, s, rules.All(), opts)
	fmt.Fprintf(env.stderr, "\nzdaudit: wrote %s to %s; what it says counts until %s\n", count(n, "answer"), name, config.Attest.Until.Format(time.DateOnly))
	lines := map[audit.Status][]string{}
	for i, o := range after.Outcomes {
		if was := before.Outcomes[i].Status; was != o.Status {
			lines[o.Status] = append(lines[o.Status], o.Rule.ID)
		}
	}
	for _, status := range []audit.Status{audit.Fail, audit.Pass, audit.NotApplicable, audit.Unknown} {
		if ids := lines[status]; len(ids) > 0 {
			fmt.Fprintf(env.stderr, "  now %s: %s\n", word(status), strings.Join(ids, ", "))
		}
	}
	was, is := before.Coverage(), after.Coverage()
	fmt.Fprintf(env.stderr, "  %d rules were unknown, %d are now\n", was.Unknown, is.Unknown)
}

// word is a status as a sentence has it.
func word(s audit.Status) string { return strings.ReplaceAll(s.String(), "_", " ") }

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
