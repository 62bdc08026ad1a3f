package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/report"
)

// A destination is one format and where it goes; an empty path is standard
// output.
type destination struct{ format, path string }

// destinations reads the values of --format, FORMAT or FORMAT=PATH. Without
// any, the table goes to standard output.
func destinations(values []string, known []string) ([]destination, error) {
	if len(values) == 0 {
		values = []string{"table"}
	}
	var out []destination
	onStdout := ""
	for _, v := range values {
		format, path, hasPath := strings.Cut(v, "=")
		d := destination{format, path}
		switch {
		case !contains(known, format):
			return nil, fmt.Errorf("there is no format %q; known are %s", format, strings.Join(known, ", "))
		case hasPath && path == "":
			return nil, fmt.Errorf("--format %s names no file; write %s=report.%s, or %s alone for standard output", v, format, format, format)
		case path == "" || path == "-":
			if onStdout != "" {
				return nil, fmt.Errorf("both %s and %s would go to standard output; give one of them a file, as in --format %s=report.%s", onStdout, format, format, format)
			}
			onStdout, d.path = format, ""
		}
		out = append(out, d)
	}
	return out, nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// writeReport writes the report to each destination. A file appears whole or
// not at all. One that cannot be written does not keep the others back.
func writeReport(env environment, to []destination, r *audit.Report, layout report.Options) error {
	var errs []error
	for _, d := range to {
		options := layout
		if d.path != "" {
			options.Color, options.Width, options.Unicode = false, defaultWidth, true
		}
		w, err := report.New(d.format, options)
		if err != nil {
			return err
		}
		errs = append(errs, writeTo(env, d.path, func(out io.Writer) error { return w.Write(out, r) }))
	}
	return errors.Join(errs...)
}

// writeTo writes to a file, or to standard output where path is empty.
func writeTo(env environment, path string, write func(io.Writer) error) error {
	if path == "" {
		out := bufio.NewWriter(env.stdout)
		err := write(out)
		if err == nil {
			err = out.Flush()
		}
		if err == nil || errors.Is(err, syscall.EPIPE) {
			// Whoever was reading may have read enough; the status is still due.
			return nil
		}
		return fmt.Errorf("write to standard output: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".zdaudit-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is gone once it has its name
	out := bufio.NewWriter(f)
	err = errors.Join(write(out), out.Flush(), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
