package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/zdaudit/zdaudit/report"
)

// A terminal is what a stream is connected to.
type terminal struct {
	tty   bool
	width int
}

// describe looks a stream up.
func describe(f *os.File) terminal {
	fd := int(f.Fd()) //nolint:gosec // a file descriptor fits an int
	if !term.IsTerminal(fd) {
		return terminal{}
	}
	width, _, err := term.GetSize(fd)
	if err != nil {
		width = 0
	}
	return terminal{tty: true, width: width}
}

// Widths of reports: what a page without a terminal gets, and the limits.
const (
	defaultWidth = 100
	minWidth     = 60
	maxWidth     = 160
)

// layout is how reports for people are drawn on standard output. color is auto,
// always or never; NO_COLOR, CLICOLOR_FORCE and TERM=dumb are honoured.
func (env environment) layout(color string) (report.Options, error) {
	o := report.Options{Width: defaultWidth, Unicode: env.unicode()}
	if env.stdoutIs.width > 0 {
		o.Width = min(max(env.stdoutIs.width, minWidth), maxWidth)
	}
	switch color {
	case "always":
		o.Color = true
	case "never":
	case "auto", "":
		o.Color = env.getenv("NO_COLOR") == "" &&
			(env.getenv("CLICOLOR_FORCE") != "" && env.getenv("CLICOLOR_FORCE") != "0" ||
				env.stdoutIs.tty && env.getenv("TERM") != "dumb")
	default:
		return o, fmt.Errorf("--color is %q; it must be auto, always or never", color)
	}
	return o, nil
}

// unicode says whether the locale can show more than ASCII. Without a locale a
// pipe gets it, because files are UTF-8 today; a terminal does not.
func (env environment) unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env.getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return !env.stdoutIs.tty
}
