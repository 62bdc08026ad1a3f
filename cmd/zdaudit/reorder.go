package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// reorder puts flags before positional arguments, because the library silently
// takes a flag after one for another argument. What follows "--" stays.
func reorder(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	command := app.Command(args[0])
	if command == nil {
		return args
	}
	var flags, rest []string
	for i := 1; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			return slices.Concat(args[:1], flags, []string{"--"}, rest)
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
		default:
			flags = append(flags, arg)
			if takesValue(command, arg) && i+1 < len(args) {
				i++
				flags = append(flags, args[i])
			}
		}
	}
	return slices.Concat(args[:1], flags, []string{"--"}, rest)
}

// takesValue says whether a flag's value is the next argument.
func takesValue(command *cli.Command, arg string) bool {
	name := strings.TrimLeft(arg, "-")
	if strings.Contains(name, "=") {
		return false
	}
	for _, f := range command.Flags {
		if slices.Contains(f.Names(), name) {
			_, isSwitch := f.(*cli.BoolFlag)
			return !isSwitch
		}
	}
	return false
}
