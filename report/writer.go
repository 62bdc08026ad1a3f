package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
)

// A Writer writes a report in one format. An error comes from w.
type Writer interface {
	Write(w io.Writer, r *audit.Report) error
}

// Options say what the destination of a report can show. Formats for programs
// do not look at them.
type Options struct {
	// Width is the number of columns; 0 means 80.
	Width int
	// Color allows ANSI colours.
	Color bool
	// Unicode allows characters outside ASCII. Without it every byte that is
	// written is ASCII, and other characters of the account appear as \u{e9}.
	Unicode bool
	// Verbose shows everything where a list would otherwise be cut short.
	Verbose bool
}

type format struct {
	name string
	make func(Options) Writer
}

// formats is the list of all formats, in the order in which help texts show
// them. A new format adds its line here.
func formats() []format {
	return []format{
		{"table", func(o Options) Writer { return tableWriter{o} }},
		{"json", func(Options) Writer { return jsonWriter{} }},
	}
}

// Formats names the formats that New knows.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// New gives the writer for a format. The error for an unknown one names those
// that there are.
func New(name string, opts Options) (Writer, error) {
	for _, f := range formats() {
		if f.name == name {
			return f.make(opts), nil
		}
	}
	return nil, fmt.Errorf("there is no format %q; choose one of %s", CleanLine(name), strings.Join(Formats(), ", "))
}
