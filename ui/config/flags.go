package config

import (
	"errors"
	"io"

	"github.com/spf13/pflag"

	"example.com/jobwatch/ui/nearest"
)

// assignment is an option as it was given on the command line.
type assignment struct {
	opt   *option
	value string
}

// printError stops the reading of flags at one that only wants a text printed, such as
// --help: what follows doesn't matter any more, wrong or not.
type printError struct{ text string }

func (e *printError) Error() string { return "a text was asked for" }

// parseFlags sorts flags and other arguments, in any order. Values are checked here,
// so that what is told first is what was typed last.
func parseFlags(in *Input, table []option) (given []assignment, args []string, err error) {
	set := pflag.NewFlagSet("jobwatch", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	for i := range table {
		opt := &table[i]
		f := set.VarPF(&flagValue{in: in, opt: opt, given: &given}, opt.name, opt.short, opt.usage)
		if opt.kind == toggle {
			f.NoOptDefVal = "true"
		}
	}
	if err := set.Parse(in.Args); err != nil {
		return nil, nil, flagError(err, table)
	}
	return given, set.Args(), nil
}

// flagValue takes a value from pflag.
type flagValue struct {
	in    *Input
	opt   *option
	given *[]assignment
}

func (v *flagValue) String() string { return "" }
func (v *flagValue) Type() string   { return v.opt.arg }

func (v *flagValue) Set(s string) error {
	if v.opt.show != nil {
		return v.show(s)
	}
	if err := v.opt.take(&draft{}, s); err != nil {
		return err
	}
	*v.given = append(*v.given, assignment{v.opt, s})
	return nil
}

func (v *flagValue) show(s string) error {
	if v.opt.kind == toggle {
		on := false
		err := toggleTo(func(*draft) *bool { return &on })(nil, s)
		if err != nil || !on {
			return err
		}
	}
	if err := v.opt.allow(s); err != nil {
		return err
	}
	text, err := v.opt.show(v.in, s)
	if err != nil {
		return err
	}
	return &printError{text}
}

// flagError tells what pflag found wrong as we tell things.
func flagError(err error, table []option) error {
	var (
		asked   *printError
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	all := names(table, nil)
	switch {
	case errors.As(err, &asked):
		return asked
	case errors.As(err, &unknown):
		flag, name := "--"+unknown.GetSpecifiedName(), unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			flag, name = "-"+letters, letters // "-plain" means "--plain", not -p -l -a -i -n
		}
		hint := "; jobwatch --help lists all flags"
		if near := nearest.Of(name, all); near != "" {
			hint = "; did you mean --" + near + "?"
		}
		return usageError("unknown flag " + quote(flag) + hint)
	case errors.As(err, &missing):
		opt := find(table, missing.GetFlag().Name)
		return usageError("--" + opt.name + ": needs a value: --" + opt.name + " " + opt.arg + " (" + opt.usage + ")")
	case errors.As(err, &invalid):
		return usageError("--" + invalid.GetFlag().Name + " " + quote(invalid.GetValue()) + ": " + invalid.Unwrap().Error())
	case errors.As(err, &syntax):
		return usageError(quote(syntax.GetSpecifiedFlag()) + ": not a flag; jobwatch --help lists all flags")
	}
	return usageError(err.Error())
}
