// Command zdaudit audits the configuration of a Zendesk account. See the
// README for what it does, and `zdaudit help` for how to use it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// version is set by the linker: make build.
var version = "dev"

func main() {
	tuneMemory()
	// A reader that has read enough is no error: writing gives one instead of
	// ending the program.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := interruptible()
	env := environment{
		stdin:    os.Stdin,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		getenv:   os.Getenv,
		now:      time.Now,
		stdoutIs: describe(os.Stdout),
		stderrIs: describe(os.Stderr),
	}
	status := run(ctx, os.Args[1:], env)
	stop()
	os.Exit(status)
}

// An interruption is a signal that asks the program to stop. It is the cause
// of a context that ended by it.
type interruption struct{ signal os.Signal }

func (i interruption) Error() string { return fmt.Sprintf("interrupted (%s)", i.signal) }

// interruptible gives a context that ends with the first SIGINT or SIGTERM. The
// second one ends the program at once.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if s, ok := <-signals; ok {
			signal.Stop(signals)
			cancel(interruption{s})
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// tuneMemory lets the heap grow before it is collected: a run is short, and
// most of what it makes lives until its end. GOGC and GOMEMLIMIT still count.
func tuneMemory() {
	const share, ceiling = 400, 160 << 20
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(share)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(ceiling)
	}
}
