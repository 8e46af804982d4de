package config

import "strings"

// completion is the script that completes flags and their values in a shell.
func completion(in *Input, shell string) (string, error) {
	table := options(in)
	switch shell {
	case "bash":
		return bash(table), nil
	case "zsh":
		return zsh(table), nil
	default:
		return fish(table), nil
	}
}

// bash needs no bash-completion package. Bash hands over "--flag=value" in three words
// ("--flag", "=", "value"), which is put right first.
func bash(table []option) string {
	// A path may have spaces. Bash 3.2, which macOS has, knows neither compopt nor mapfile.
	const paths = `local IFS=$'\n'; compopt -o filenames 2>/dev/null; `
	var b strings.Builder
	b.WriteString(`# jobwatch completions for bash. For this shell: source <(jobwatch --completion bash)
# For all: jobwatch --completion bash > ~/.local/share/bash-completion/completions/jobwatch
_jobwatch() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=
	((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD-1]}
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]] && ((COMP_CWORD > 1)); then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	COMPREPLY=()
	case $prev in
`)
	var flags []string
	for i := range table {
		opt := &table[i]
		flags = append(flags, "--"+opt.name)
		if opt.short != "" {
			flags = append(flags, "-"+opt.short)
		}
		if opt.kind == toggle {
			continue
		}
		generate := ":" // free text: nothing to offer
		switch {
		case len(opt.words) > 0:
			generate = `COMPREPLY=($(compgen -W '` + strings.Join(opt.words, " ") + `' -- "$cur"))`
		case opt.kind == file:
			generate = paths + `COMPREPLY=($(compgen -f -- "$cur"))`
		case opt.kind == folder:
			generate = paths + `COMPREPLY=($(compgen -d -- "$cur"))`
		}
		b.WriteString("\t--" + opt.name + ") " + generate + "; return ;;\n")
	}
	b.WriteString(`	esac
	[[ $cur == -* ]] && COMPREPLY=($(compgen -W '` + strings.Join(flags, " ") + `' -- "$cur"))
}
complete -F _jobwatch jobwatch
`)
	return b.String()
}

func zsh(table []option) string {
	var b strings.Builder
	b.WriteString(`#compdef jobwatch
# jobwatch completions for zsh. For all shells, in a folder of $fpath:
# jobwatch --completion zsh > "${fpath[1]}/_jobwatch"
_jobwatch() {
	_arguments -s -S \
`)
	quoted := strings.NewReplacer(`'`, `'\''`, `[`, `\[`, `]`, `\]`, `:`, `\:`)
	for i := range table {
		opt := &table[i]
		names := "--" + opt.name
		value := ""
		if opt.kind != toggle {
			names += "=" // "--flag value" and "--flag=value"
			value = ":" + opt.arg + ":"
		}
		switch {
		case len(opt.words) > 0:
			value += "(" + strings.Join(opt.words, " ") + ")"
		case opt.kind == file:
			value += "_files"
		case opt.kind == folder:
			value += "_files -/"
		case opt.kind != toggle:
			value += " " // free text: nothing to offer
		}
		about := "'[" + quoted.Replace(opt.usage) + "]" + value + "' \\\n"
		if opt.short != "" {
			b.WriteString("\t\t'(-" + opt.short + " --" + opt.name + ")'{-" + opt.short + ",--" + opt.name + "}" + about)
			continue
		}
		b.WriteString("\t\t'" + names + about[1:])
	}
	// "()" offers nothing; a blank there would keep a flag that is the only one left
	// from being completed.
	b.WriteString(`		'*:job ID, path or URL:()'
}
if [[ $funcstack[1] == _jobwatch ]]; then
	_jobwatch "$@"
else
	compdef _jobwatch jobwatch
fi
`)
	return b.String()
}

func fish(table []option) string {
	var b strings.Builder
	b.WriteString(`# jobwatch completions for fish. For all shells:
# jobwatch --completion fish > ~/.config/fish/completions/jobwatch.fish
complete -c jobwatch -f
`)
	quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	for i := range table {
		opt := &table[i]
		b.WriteString("complete -c jobwatch -l " + opt.name)
		if opt.short != "" {
			b.WriteString(" -s " + opt.short)
		}
		switch {
		case len(opt.words) > 0:
			b.WriteString(" -x -a '" + strings.Join(opt.words, " ") + "'")
		case opt.kind == file:
			b.WriteString(" -r -F")
		case opt.kind == folder:
			b.WriteString(" -x -a '(__fish_complete_directories)'")
		case opt.kind != toggle:
			b.WriteString(" -x")
		}
		b.WriteString(" -d '" + quoted.Replace(opt.usage) + "'\n")
	}
	return b.String()
}
