package config

import (
	"errors"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/jobwatch/ui/joblist"
)

// The commands. Watch, the dashboard or what stands in its place, has no name.
const (
	Watch    = ""
	Add      = "add"
	List     = "list"
	Remove   = "remove"
	Download = "download"
	help     = "help"
)

// command is a row of the table of commands.
type command struct {
	name, args string
	about      string // what it does, as an order without a full stop
	more       string // what else there is to know
}

// commands returns the table of all commands but [Watch], in the order of the help.
func commands() []command {
	return []command{
		{Add, " [JOB|-]...", "track jobs without watching them, and print the IDs of the new ones", `
			They are in the state file when it ends. Without a JOB, all IDs in the text on standard
			input are taken. Jobs that are tracked already stay as they are and are told on standard error.`},
		{List, "", "print the tracked jobs as they are known, without asking the API", `
			A table, or with --json the objects that jobwatch --json prints. jobwatch --once asks the API first.`},
		{Remove, " [JOB|-]...", "stop tracking jobs", `
			Of JOBs, --filter and --finished at least one is needed; only jobs that all of them select are
			removed. It asks first and prints how many were removed; if you say no, the exit status is 1.
			Saved PDFs stay, and adding a job again brings it back.`},
		{Download, " [JOB|-]...", "save the PDFs of jobs, and leave when each is saved or has failed", `
			Unfinished jobs are waited for, as by jobwatch --plain, with the same exit statuses. The filter
			selects jobs as they are known at the start. Without JOBs and --filter, all jobs are taken that are
			unfinished or Done without a saved PDF.`},
		{help, " [COMMAND]", "explain a command", ""},
	}
}

func commandNames() []string { return named(commands(), func(c command) string { return c.name }) }

// called returns how a command is called.
func called(name string) string { return strings.TrimSuffix("jobwatch "+name, " ") }

// command returns the root command and below it the others, which collect flags and arguments
// for [Parse]. Only a first argument that is exactly the name of a command stands for it.
func (p *parser) command() *cobra.Command {
	cobra.MousetrapHelpText = "" // a double click on Windows starts the dashboard
	root := p.collect(command{name: Watch})
	for _, c := range commands() {
		sub := p.collect(c)
		if root.AddCommand(sub); c.name == help {
			root.SetHelpCommand(sub)
			sub.ValidArgsFunction = cobra.FixedCompletions(commandNames(), cobra.ShellCompDirectiveNoFileComp)
		}
	}
	return root
}

// collect returns one command with its flags.
func (p *parser) collect(c command) *cobra.Command {
	cmd := &cobra.Command{
		Use: strings.TrimPrefix(called(c.name), "jobwatch "), Short: c.about, Args: cobra.ArbitraryArgs,
		Run:           func(_ *cobra.Command, args []string) { p.args = args },
		SilenceErrors: true, SilenceUsage: true,
		ValidArgsFunction: cobra.NoFileCompletions,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	cmd.Flags().SortFlags = false
	for _, opt := range p.table {
		if !opt.isOf(c.name) {
			continue
		}
		flag := cmd.Flags().VarPF(opt, opt.name, opt.short, opt.usage)
		switch opt.arg { // the errors would be that there is no such flag
		case toggle:
			flag.NoOptDefVal = "true"
		case folder:
			_ = cmd.MarkFlagDirname(opt.name)
		case file:
		default:
			_ = cmd.RegisterFlagCompletionFunc(opt.name, cobra.FixedCompletions(opt.words, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	return cmd
}

// isOf reports whether a command takes the flag.
func (opt *option) isOf(command string) bool { return slices.Contains(opt.of, command) }

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
	all := "; " + called(p.options.Command) + " --help lists all flags"
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		flag, name := "--"+unknown.GetSpecifiedName(), unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			flag, name = "-"+letters, letters // "-plain" means "--plain", not -p -l -a -i -n
		}
		var mine []string // flags
		for _, opt := range p.table {
			if opt.isOf(p.options.Command) {
				mine = append(mine, opt.name)
			} else if name == opt.name || name == opt.short {
				return errors.New(flag + " is a flag of " + list(named(opt.of, called)) + ", not of " + called(p.options.Command))
			}
		}
		hint := all
		if near := joblist.Suggest(name, mine); near != "" {
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

// takeHelp has the command help print the help of the one that is named.
func (p *parser) takeHelp() error {
	if p.options.Command != help {
		return nil
	}
	word, names := strings.Join(p.args, " "), commandNames()
	if word != Watch && !slices.Contains(names, word) {
		return errors.New("there is no command " + quote(word) + didYouMean(word, names))
	}
	p.options.Command = word
	p.options.Text = p.help()
	return nil
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
