package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
)

// quiet is how long a collection may take before a stream that is no terminal
// is told about it, and how often after that.
const quiet = 10 * time.Second

// progress tells standard error how far a collection is: on a terminal one line
// that is written over, elsewhere a plain line now and then.
func progress(env environment) func(collect.Progress) {
	start := env.now()
	last := start
	tty := env.stderrIs.tty && env.getenv("TERM") != "dumb" && env.getenv("CI") == ""
	return func(p collect.Progress) {
		now := env.now()
		line := fmt.Sprintf("reading the account: %d of %d resources, %s", p.Done, p.Total, now.Sub(start).Round(time.Second))
		if p.Kind != tenant.NoKind {
			line += ", " + p.Kind.String()
		}
		if held := p.ThrottledUntil.Sub(now); held > 0 {
			line += fmt.Sprintf(", held back %s by the rate limit", held.Round(time.Second))
		}
		switch {
		case tty && p.Done == p.Total:
			fmt.Fprint(env.stderr, "\r\x1b[K")
		case tty:
			width := max(env.stderrIs.width-1, 20)
			fmt.Fprint(env.stderr, "\r\x1b[K"+line[:min(len(line), width)])
		case now.Sub(last) >= quiet:
			last = now
			fmt.Fprintln(env.stderr, strings.TrimSpace("zdaudit: "+line))
		}
	}
}
