package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/report"
)

// An interview asks questions, one at a time, and keeps what was answered.
type interview struct {
	ctx     context.Context //nolint:containedctx // it lives as long as the conversation
	in      *lines
	out     io.Writer
	by      string
	until   string
	lastDay time.Time
	now     time.Time
}

// errStop says that somebody wants to stop, or that there is no more input.
var errStop = errors.New("stop")

// ask goes through the questions until there are no more, or somebody stops.
// With an error, which is that of an interruption, the answers are those given
// before it.
func (v *interview) ask(open []audit.OpenQuestion) (map[string]audit.Said, error) {
	given := map[string]audit.Said{}
	v.say("%s, those first that settle most. Enter skips one, ? explains it, q stops and saves.\n", count(len(open), "open question"))
	err := v.sign()
	for i, o := range open {
		if err != nil {
			break
		}
		v.say("\n%d of %d: %s\n  Where: %s\n", i+1, len(open), o.Question.Ask, o.Question.Where)
		for _, line := range effects(o) {
			v.say("  %s\n", line)
		}
		var said *audit.Said
		if said, err = v.one(o); said != nil {
			given[o.Question.Key] = *said
		}
	}
	if errors.Is(err, errStop) {
		err = nil
	}
	return given, err
}

// sign asks who answers and for how long.
func (v *interview) sign() error {
	for v.by = cleanAnswer(v.by); v.by == ""; {
		line, err := v.line("Who answers? Your e-mail address or name: ")
		if err != nil {
			return err
		}
		if v.by = cleanAnswer(line); v.by == "q" {
			return errStop
		}
	}
	for {
		if v.until == "" {
			line, err := v.line(fmt.Sprintf("Until which day shall the answers count? [%s] ", v.now.AddDate(0, 0, attestDays).Format(time.DateOnly)))
			if err != nil {
				return err
			}
			switch line = cleanAnswer(line); line {
			case "q":
				return errStop
			case "":
				line = v.now.AddDate(0, 0, attestDays).Format(time.DateOnly)
			}
			v.until = line
		}
		day, err := lastDay(v.until, v.now)
		if err == nil {
			v.lastDay = day
			return nil
		}
		v.say("  The day %s.\n", err)
		v.until = ""
	}
}

// lastDay reads a day that has not passed.
func lastDay(text string, now time.Time) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fmt.Errorf("is %q; write it like 2027-01-31", report.CleanLine(text))
	}
	if day.AddDate(0, 0, 1).Before(now) {
		return day, fmt.Errorf("%s has passed", text)
	}
	return day, nil
}

// one asks one question until it is answered or skipped, which gives nil.
func (v *interview) one(o audit.OpenQuestion) (*audit.Said, error) {
	prompt := "  " + hint(o.Question.Kind) + ": "
	if o.Before != nil {
		prompt = "  (ran out; it was: " + report.CleanLine(spoken(o.Question, *o.Before)) + ")\n" + prompt
	}
	for {
		line, err := v.line(prompt)
		if err != nil {
			return nil, err
		}
		switch line = cleanAnswer(line); line {
		case "":
			return nil, nil //nolint:nilnil // skipped: neither an answer nor a mistake
		case "q":
			return nil, errStop
		case "?":
			v.explain(o)
			continue
		}
		said, ok := understood(o.Question.Kind, line)
		if ok {
			return &said, nil
		}
		v.say("  That is neither yes nor no. Type y or n, or press Enter to skip.\n")
	}
}

func hint(k audit.AnswerKind) string {
	switch k {
	case audit.YesNo:
		return "y or n"
	case audit.List:
		return "words with commas between them, - for none"
	case audit.Words:
	}
	return "the text, in one line"
}

// understood reads an answer.
func understood(k audit.AnswerKind, line string) (audit.Said, bool) {
	switch k {
	case audit.YesNo:
		var yes bool
		switch strings.ToLower(line) {
		case "y", "yes", "true", "on":
			yes = true
		case "n", "no", "false", "off":
		default:
			return audit.Said{}, false
		}
		return audit.Said{Yes: &yes}, true
	case audit.List:
		out := audit.Said{List: []string{}}
		if line == "-" {
			return out, true
		}
		for w := range strings.SplitSeq(line, ",") {
			if w = strings.TrimSpace(w); w != "" && !slices.Contains(out.List, w) {
				out.List = append(out.List, w)
			}
		}
		return out, len(out.List) > 0
	case audit.Words:
	}
	return audit.Said{Text: line}, true
}

// spoken is an answer as a person would give it.
func spoken(q audit.Question, said audit.Said) string {
	switch {
	case q.Kind == audit.YesNo && said.Yes != nil && *said.Yes:
		return "yes"
	case q.Kind == audit.YesNo:
		return "no"
	case q.Kind == audit.List && len(said.List) == 0:
		return "none"
	case q.Kind == audit.List:
		return strings.Join(said.List, ", ")
	}
	return said.Text
}

// explain names the rules that wait for the answer.
func (v *interview) explain(o audit.OpenQuestion) {
	v.say("  The answer goes to attest.%s in zdaudit.yaml. Look it up; do not guess: a guess is worse than no answer.\n", o.Question.Key)
	for _, c := range o.Changes {
		v.say("    %s %s: %s\n", c.Rule.ID, c.Rule.Title, turn(c))
	}
	if len(o.Changes) == 0 {
		v.say("  No rule comes out otherwise for this account; the report names the answer.\n")
	}
}

// turn says how a rule comes out now and with each answer.
func turn(c audit.Change) string {
	if c.IfYes.Rule.ID == "" {
		return word(c.Now.Status) + " until this is answered"
	}
	if now := c.Now.Status; c.IfYes.Status == now && c.IfNo.Status == now {
		return word(c.Now.Status) + " either way, with other findings"
	}
	return fmt.Sprintf("%s now, %s if yes, %s if no", word(c.Now.Status), word(c.IfYes.Status), word(c.IfNo.Status))
}

// effects say in a line or two what each answer would change.
func effects(o audit.OpenQuestion) []string {
	switch {
	case len(o.Changes) == 0:
		return []string{"No rule turns on it for this account."}
	case o.Question.Kind != audit.YesNo:
		var ids []string
		for _, c := range o.Changes {
			ids = append(ids, c.Rule.ID)
		}
		return []string{"Waiting for it: " + few(ids)}
	}
	return []string{
		"Yes: " + turned(o.Changes, func(c audit.Change) audit.Status { return c.IfYes.Status }),
		"No:  " + turned(o.Changes, func(c audit.Change) audit.Status { return c.IfNo.Status }),
	}
}

// turned groups rules by how they would come out.
func turned(changes []audit.Change, how func(audit.Change) audit.Status) string {
	var parts []string
	for _, status := range []audit.Status{audit.Fail, audit.Pass, audit.NotApplicable, audit.Unknown, audit.Error} {
		var ids []string
		for _, c := range changes {
			if how(c) == status && c.Now.Status != status {
				ids = append(ids, c.Rule.ID)
			}
		}
		if len(ids) > 0 {
			parts = append(parts, word(status)+" "+few(ids))
		}
	}
	if len(parts) == 0 {
		return "every rule comes out as it does now"
	}
	return strings.Join(parts, "; ")
}

func few(ids []string) string {
	const most = 6
	if len(ids) <= most+1 {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}

// listOpen lists the open questions without asking them.
func listOpen(env environment, open []audit.OpenQuestion) error {
	if len(open) == 0 {
		_, err := fmt.Fprintln(env.stdout, "Every question has an answer that counts.")
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, those first that settle most:\n", count(len(open), "open question"))
	for _, o := range open {
		fmt.Fprintf(&b, "\n%s\n  attest.%s\n  Where: %s\n", o.Question.Ask, o.Question.Key, o.Question.Where)
		if o.Before != nil {
			fmt.Fprintf(&b, "  Ran out; it was: %s\n", report.CleanLine(spoken(o.Question, *o.Before)))
		}
		for _, line := range effects(o) {
			b.WriteString("  " + line + "\n")
		}
	}
	_, err := io.WriteString(env.stdout, b.String())
	return err
}

// say writes to whoever answers. If that fails, there is nobody to tell.
func (v *interview) say(format string, args ...any) { _, _ = fmt.Fprintf(v.out, format, args...) }

// line shows a prompt and reads a line. It ends early when the context does.
func (v *interview) line(prompt string) (string, error) {
	v.say("%s", prompt)
	line, err := v.in.next(v.ctx)
	if errors.Is(err, io.EOF) {
		v.say("\n")
		return "", errStop
	}
	return line, err
}

// cleanAnswer is what somebody typed, without what terminals send besides.
func cleanAnswer(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// lines reads lines in such a way that waiting for one can be given up.
type lines struct {
	reader *bufio.Reader
}

const maxLine = 64 << 10

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, maxLine)} }

// empty waits for the first byte and says whether there is none.
func (l *lines) empty() bool {
	_, err := l.reader.Peek(1)
	return err != nil
}

// next gives the next line, io.EOF behind the last, or the cause of the end of
// ctx. A read that was given up goes on alone; the program is about to end.
func (l *lines) next(ctx context.Context) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := l.reader.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(text) > 0 {
			err = nil
		}
		done <- result{string(text), err}
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case r := <-done:
		if errors.Is(r.err, bufio.ErrBufferFull) {
			return "", fmt.Errorf("a line of more than %d bytes is no answer", maxLine)
		}
		return r.text, r.err
	}
}

// terminalInput says whether somebody may be typing.
func terminalInput(env environment) bool {
	f, ok := env.stdin.(*os.File)
	return ok && describe(f).tty
}
