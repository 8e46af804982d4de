package config

import (
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/jobwatch/ui/joblist"
)

// Parse decides what to do. Its errors are [UsageError]s.
func Parse(in Input) (Options, error) {
	p := newParser(&in)
	root := p.command()
	var out strings.Builder // what the hidden command __complete answers a shell
	root.SetOut(&out)
	root.SetErr(io.Discard)
	root.SetArgs(append([]string{}, in.Args...)) // nil would mean os.Args
	err := root.Execute()
	if usage := (*UsageError)(nil); err != nil && !errors.As(err, &usage) {
		err = usageError(err.Error())
	}
	switch {
	case err != nil:
		return Options{}, err
	case out.Len() > 0:
		return Options{Text: out.String()}, nil
	}
	return p.options, nil
}

// command returns the root command, to which others can be added. Its arguments are jobs:
// only an argument that is exactly the name of a command stands for that command.
func (p *parser) command() *cobra.Command {
	cobra.MousetrapHelpText = "" // a double click on Windows starts the dashboard
	root := &cobra.Command{
		Use: "jobwatch [flags] [JOB]...", Args: cobra.ArbitraryArgs,
		RunE:          func(_ *cobra.Command, args []string) error { return p.resolve(args) },
		SilenceErrors: true, SilenceUsage: true,
		ValidArgsFunction: cobra.NoFileCompletions,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if wrong := p.check(); wrong != nil || p.options.Text != "" {
			return wrong
		}
		return p.flagError(err)
	})
	for i := range p.table {
		opt := &p.table[i]
		flag := root.Flags().VarPF(flagValue{p, opt}, opt.name, opt.short, opt.usage)
		var err error
		switch {
		case opt.kind == toggle:
			flag.NoOptDefVal = "true"
		case len(opt.words) > 0:
			err = root.RegisterFlagCompletionFunc(opt.name, cobra.FixedCompletions(opt.words, cobra.ShellCompDirectiveNoFileComp))
		case opt.kind == folder:
			err = root.MarkFlagDirname(opt.name)
		case opt.kind != file:
			err = root.RegisterFlagCompletionFunc(opt.name, cobra.NoFileCompletions)
		}
		if err != nil {
			panic(err) // a name stands twice in the table
		}
	}
	return root
}

// flagValue collects an option's values for [parser.check]: a flag before a wrong one may
// ask for help.
type flagValue struct {
	p   *parser
	opt *option
}

func (v flagValue) Set(s string) error {
	v.p.given = append(v.p.given, assignment{v.opt, s})
	return nil
}

func (v flagValue) String() string { return "false" } // cobra reads --help's itself

func (v flagValue) Type() string {
	if v.opt.kind == toggle {
		return "bool"
	}
	return v.opt.arg
}

// flagError returns pflag's errors in our words.
func (p *parser) flagError(err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		syntax  *pflag.InvalidSyntaxError
	)
	const all = "; jobwatch --help lists all flags"
	switch {
	case errors.As(err, &unknown):
		flag, name := "--"+unknown.GetSpecifiedName(), unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			flag, name = "-"+letters, letters // "-plain" means "--plain", not -p -l -a -i -n
		}
		if near := joblist.Suggest(name, names(p.table)); near != "" {
			return usageError("unknown flag " + quote(flag) + "; did you mean --" + near + "?")
		}
		return usageError("unknown flag " + quote(flag) + all)
	case errors.As(err, &missing):
		opt := find(p.table, missing.GetFlag().Name)
		usage, _, _ := strings.Cut(opt.usage, " (default")
		return usageError("--" + opt.name + ": needs a value: --" + opt.name + " " + opt.arg + " (" + usage + ")")
	case errors.As(err, &syntax):
		return usageError(quote(syntax.GetSpecifiedFlag()) + ": not a flag" + all)
	}
	return err
}

// completion returns a function that returns the script for a shell.
func completion(in *Input) func(shell string) (string, error) {
	return func(shell string) (string, error) {
		root := newParser(in).command()
		var script strings.Builder
		var err error
		var keep string // how to keep the script
		switch shell {
		case "bash":
			err = root.GenBashCompletionV2(&script, true)
			keep = "# For this shell: source <(jobwatch --completion bash)\n" +
				"# For all: jobwatch --completion bash > ~/.local/share/bash-completion/completions/jobwatch\n" +
				withoutBashCompletion
		case "zsh":
			err = root.GenZshCompletion(&script)
			keep = "# For all shells, in a folder of $fpath: jobwatch --completion zsh > \"${fpath[1]}/_jobwatch\"\n"
		case "fish":
			err = root.GenFishCompletion(&script, true)
			keep = "# For all shells: jobwatch --completion fish > ~/.config/fish/completions/jobwatch.fish\n"
		}
		return strings.Replace(script.String(), "\n", "\n"+keep, 1), err // zsh wants its own line first
	}
}

// withoutBashCompletion stands in for two functions of the bash-completion package, which
// is not installed everywhere.
const withoutBashCompletion = `
declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} != *' ' ]] || words+=('')
    cword=$((${#words[@]} - 1)) cur=${words[${#words[@]} - 1]}
}
declare -F _filedir >/dev/null || _filedir() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen "${1:--f}" -- "$cur"))
}
`

// Version returns the version that this program was built as, or "dev".
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

func versionText(in *Input) string {
	return "jobwatch " + in.Version + " (" + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + ")\n"
}
