package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// The library's own completion breaks on a flag that is half typed, so the
// scripts carry the words themselves: the program is not asked.
func completionCommand(env environment) *cli.Command {
	shells := map[string]func(io.Writer, []*cli.Command) error{
		"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion,
	}
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the completion script for a shell",
		ArgsUsage: "bash|zsh|fish",
		Description: "Examples:\n" +
			"  zdaudit completion bash > /etc/bash_completion.d/zdaudit\n" +
			"  zdaudit completion zsh > \"${fpath[1]}/_zdaudit\"\n" +
			"  zdaudit completion fish > ~/.config/fish/completions/zdaudit.fish",
		Action: func(c *cli.Context) error {
			write, ok := shells[c.Args().First()]
			if !ok {
				return fmt.Errorf("for which shell? Write zdaudit completion bash, zsh or fish")
			}
			return write(env.stdout, c.App.VisibleCommands())
		},
	}
}

// flagWords are a command's flags as they are typed.
func flagWords(c *cli.Command) []string {
	var out []string
	for _, f := range c.Flags {
		for _, n := range f.Names() {
			if len(n) > 1 {
				out = append(out, "--"+n)
			}
		}
	}
	out = append(out, "--help")
	slices.Sort(out)
	return slices.Compact(out)
}

func verbs(cs []*cli.Command) []string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func bashCompletion(w io.Writer, cs []*cli.Command) error {
	var b strings.Builder
	b.WriteString("_zdaudit() {\n  local cur=${COMP_WORDS[COMP_CWORD]}\n  COMPREPLY=()\n")
	fmt.Fprintf(&b, "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n    return\n  fi\n", strings.Join(verbs(cs), " "))
	b.WriteString("  case \"$cur\" in\n  -*)\n    case \"${COMP_WORDS[1]}\" in\n")
	for _, c := range cs {
		fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")) ;;\n", c.Name, strings.Join(flagWords(c), " "))
	}
	b.WriteString("    esac ;;\n  *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n  esac\n}\ncomplete -o filenames -F _zdaudit zdaudit\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func zshCompletion(w io.Writer, cs []*cli.Command) error {
	var b strings.Builder
	b.WriteString("#compdef zdaudit\n_zdaudit() {\n  if (( CURRENT == 2 )); then\n    local -a verbs=(\n")
	for _, c := range cs {
		fmt.Fprintf(&b, "      %s\n", zshWord(c.Name+":"+c.Usage))
	}
	b.WriteString("    )\n    _describe verb verbs\n    return\n  fi\n  if [[ $PREFIX == -* ]]; then\n    case $words[2] in\n")
	for _, c := range cs {
		fmt.Fprintf(&b, "      %s) compadd -- %s ;;\n", c.Name, strings.Join(flagWords(c), " "))
	}
	b.WriteString("    esac\n  else\n    _files\n  fi\n}\nif [[ $funcstack[1] == _zdaudit ]]; then _zdaudit \"$@\"; else compdef _zdaudit zdaudit; fi\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func zshWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func fishCompletion(w io.Writer, cs []*cli.Command) error {
	var b strings.Builder
	for _, c := range cs {
		fmt.Fprintf(&b, "complete -c zdaudit -n __fish_use_subcommand -a %s -d %s\n", c.Name, fishWord(c.Usage))
		for _, f := range flagWords(c) {
			fmt.Fprintf(&b, "complete -c zdaudit -n '__fish_seen_subcommand_from %s' -l %s\n", c.Name, strings.TrimPrefix(f, "--"))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func fishWord(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
