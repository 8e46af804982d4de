package config

import (
	"errors"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/jobwatch/ui/joblist"
)

// command returns the root command, which collects flags and arguments for [Parse]. Others
// can be added: only an argument that is exactly the name of a command stands for it.
func (p *parser) command() *cobra.Command {
	cobra.MousetrapHelpText = "" // a double click on Windows starts the dashboard
	root := &cobra.Command{
		Use: "jobwatch [flags] [JOB]...", Args: cobra.ArbitraryArgs,
		Run:           func(_ *cobra.Command, args []string) { p.args = args },
		SilenceErrors: true, SilenceUsage: true,
		ValidArgsFunction: cobra.NoFileCompletions,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.Flags().SortFlags = false
	for _, opt := range p.table {
		flag := root.Flags().VarPF(opt, opt.name, opt.short, opt.usage)
		switch opt.arg { // the errors would be that there is no such flag
		case toggle:
			flag.NoOptDefVal = "true"
		case folder:
			_ = root.MarkFlagDirname(opt.name)
		case file:
		default:
			_ = root.RegisterFlagCompletionFunc(opt.name, cobra.FixedCompletions(opt.words, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	return root
}

// Set keeps a flag's value for [parser.takeFlags], as [pflag.Value] wants it.
func (opt *option) Set(s string) error {
	opt.given, opt.all = s, append(opt.all, s)
	return nil
}

func (opt *option) String() string { return "false" } // cobra reads --help's itself

// Type returns the kind of value in pflag's words.
func (opt *option) Type() string {
	if opt.arg == toggle {
		return "bool"
	}
	return opt.arg
}

// flagError returns pflag's errors in our words.
func (p *parser) flagError(err error) error {
	const all = "; jobwatch --help lists all flags"
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		flag, name := "--"+unknown.GetSpecifiedName(), unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			flag, name = "-"+letters, letters // "-plain" means "--plain", not -p -l -a -i -n
		}
		hint := all
		if near := joblist.Suggest(name, p.names); near != "" {
			hint = "; did you mean --" + near + "?"
		}
		return errors.New("unknown flag " + quote(flag) + hint)
	}
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		opt := missing.GetFlag().Value.(*option)
		usage, _, _ := strings.Cut(opt.usage, " (default")
		return errors.New("--" + opt.name + ": needs a value: --" + opt.name + " " + opt.arg + " (" + usage + ")")
	}
	if syntax, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return errors.New(quote(syntax.GetSpecifiedFlag()) + ": not a flag" + all)
	}
	return err
}

// completion returns the script for a shell.
func (p *parser) completion(shell string) (string, error) {
	var script strings.Builder
	var keep string // how to keep the script
	var err error
	switch root := p.command(); shell {
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

func (*parser) version() string {
	return "jobwatch " + Version() + " (" + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + ")\n"
}
