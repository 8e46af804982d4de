package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/style"
)

func TestSettingsStay(t *testing.T) {
	o := mustParse(t, withConfig(atATerminal(), `
rate = 2
concurrency = 4
no-mouse = true
filter = "!status:done"
theme = "warm"
details = "below"
notify = "bell"
max-download = "1.5 GiB"
batch = ""               # as good as not there
[keys]
forget = ["d", "Delete", "ctrl+D", "shift+x"]
select = "v"
[colors]
accent = "#F80"
ok = { dark = "bright-green" }
[colors.dim]
light = "240"
dark = "Default"
`))
	if o.Rate != 2 || o.Concurrency != 4 || !o.NoMouse || o.Filter != "!status:done" ||
		o.Theme != "warm" || o.Details != "below" || o.Notify != notify.Bell || o.MaxDownload != 3<<29 || o.Batch != "" {
		t.Errorf("%+v", o)
	}
	if want := map[string][]string{
		"remove": {"d", "delete", "ctrl+d", "X"}, "select": {"v"}, "quit": {"q", "Q"},
	}; !reflect.DeepEqual(o.Keys, want) {
		t.Errorf("keys %q", o.Keys)
	}
	if want := map[string]style.Colour{
		"accent": {Dark: "#ff8800", Light: "#ff8800"}, "ok": {Dark: "10"}, "dim": {Dark: "default", Light: "240"},
	}; !reflect.DeepEqual(o.Colors, want) {
		t.Errorf("colours %q", o.Colors)
	}
}

// PowerShell writes UTF-16, and appends it to any file.
func TestAConfigFileMayBeUTF16(t *testing.T) {
	wide := func(s string) string { return strings.Join(strings.Split(s, ""), "\x00") + "\x00" }
	filter := wide("filter = '") + "=\xd8\xc4\xdc" + wide("'\r\n") // '📄'
	for _, file := range []string{"\xff\xfe" + wide("rate = 3\r\n") + filter, "\ufeffrate = 3\n" + filter} {
		in := withHeaders(wide("X-File: u\r\n"), "", file, "--header=@/h")
		if o := mustParse(t, in); o.Rate != 3 || o.Filter != "📄" || o.Headers.Get("X-File") != "u" {
			t.Errorf("%q: %v, %q, %v", file, o.Rate, o.Filter, o.Headers)
		}
	}
	if got := complaint(t, withConfig(atATerminal(), wide("\r\nrat = 3"))); !strings.HasSuffix(got, `config.toml:2: unknown setting "rat"; did you mean "rate"?`) {
		t.Error(got)
	}
}

func TestAKeyTakenForOneActionLeavesTheOther(t *testing.T) {
	o := mustParse(t, withConfig(atATerminal(), `keys = { select = ["q", "space"], forget = [] }`))
	if want := map[string][]string{"remove": {}, "select": {"q", " "}, "quit": {"Q"}}; !reflect.DeepEqual(o.Keys, want) {
		t.Errorf("%q", o.Keys)
	}
}

func TestAMistakeInTheFileIsShownWhereItIs(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"rat = 3", `1: unknown setting "rat"; did you mean "rate"?`},
		{"\n# x\nno_mouse = true", `3: unknown setting "no_mouse"; did you mean "no-mouse"?`},
		{"[color]\naccent = '1'", `1: unknown setting "color"; did you mean "colors"?`},
		{"quuux.a = 3", `1: unknown setting "quuux"`},
		{"demo = true", `1: --demo is for the command line only, not a setting`},
		{"rate = '3'", `1: rate: want a number, without quotes`},
		{"rate = 2\nconcurrency = 0", `2: concurrency = "0": want a whole number from 1 to 1024`},
		{"json = 'true'", `1: json: want true or false, without quotes`},
		{"background = 'drak'", `1: background = "drak": want auto, dark or light; did you mean "dark"?`},
		{"state = 3", `1: state: want a text in quotes`},
		{"[api]\nurl = 'x'", `1: api: want a text in quotes`},
		{"api.url = 'x'", `1: api: want a value, not a table`},
		{"rate = nan", `1: rate = "NaN": want requests a second, more than 0 and at most 100000`},
		{"rate = ", `1: expected value, not end of input`},
		{"debug = 'logs/x'", `1: debug = "logs/x": want a whole path, wherever jobwatch is started; did you mean "~/logs/x"?`},
		{"rate = 3\nstate = \"C:\\Users\\me\"", `2: invalid hexadecimal digit in unicode escape sequence` + singleQuotes},
		{"state = \"C:\\data\"", `1: invalid escape character U+0064 'd'` + singleQuotes},
		{"state = \"D:\\\"\nrate = 3", `1: basic strings cannot have new lines` + singleQuotes},
		{"state = \"C:\\temp\"", `1: state = "C:\temp": want a path without tabs and line ends` + singleQuotes},
		{"headers = 'A: b'", `1: headers: want a list of texts: ["Name: value"]`},
		{"headers = ['A: b', 7]", `1: headers: want "Name: value", with a name of letters, digits and hyphens`},
		{"headers.a = 'b'", `1: headers: want a value, not a table`},
		{"\nheaders = [\n'A: b',\n\"C: d\\u0000\"]", `2: headers: C: want a value of one line, in quotes with the name`},
		{"request-timeout = 10", `1: request-timeout: want a text in quotes`},
		{"[keys]\nforgot = 'x'", `2: keys: unknown action "forgot"; did you mean "forget"?`},
		{"[keys]\nforget = 'x'\nselect = ['v', 'x']", `3: keys.select: "x" is given to forget already`},
		{"[keys]\nremove = 'x'\nforget = 'z'", `3: keys.forget: another name of remove, which is given already`},
		{"[keys]\nforget = 'x'\nremove = 'x'", `3: keys.remove: another name of forget, which is given already`},
		{"[keys]\nforget = 'entr'", `2: keys.forget = "entr": unknown key; did you mean "enter"?`},
		{"[keys]\nforget = 'crtl+x'", `2: keys.forget = "crtl+x": unknown key; did you mean "ctrl+x"?`},
		{"[keys]\nforget = 'ctrl+c'", `2: keys.forget = "ctrl+c": ctrl+c always quits`},
		{"[keys]\nforget = 'ctrl+i'", `2: keys.forget = "ctrl+i": terminals don't tell this from tab`},
		{"[keys]\nforget = 'ctrl+enter'", `2: keys.forget = "ctrl+enter": terminals don't tell this from enter`},
		{"[keys]\nforget = 'ctrl+7'", `2: keys.forget = "ctrl+7": terminals don't send this key`},
		{"[keys]\nforget = 'ctrl+shift+x'", `2: keys.forget = "ctrl+shift+x": terminals don't send this key`},
		{"[keys]\nforget = 7", `2: keys.forget: want a key such as "x", or several: ["x", "ctrl+x"]`},
		{"[keys]\nforget = ['x', 7]", `2: keys.forget: want a key such as "x", or several: ["x", "ctrl+x"]`},
		{"keys = 'x'", `1: keys: want a table: [keys]`},
		{"[[keys]]\nforget = 'x'", `1: keys: want a table: [keys]`},
		{"[colors]\nacent = '1'", `2: colors: unknown role "acent"; did you mean "accent"?`},
		{"[colors]\nok = 'gren'", `2: colors.ok = "gren": want a colour: #rrggbb, 0 to 255, or black, red, green, yellow, blue, magenta, cyan, white or default; did you mean "green"?`},
		{"[colors]\nok = { drak = '1' }", `2: colors.ok.drak: want light or dark; did you mean "dark"?`},
		{"[colors]\nok = 7", `2: colors.ok: want a colour in quotes, or { light = "...", dark = "..." }`},
		{"colors = 7", `1: colors: want a table: [colors]`},
	} {
		in := withConfig(atATerminal(), tt.file)
		if got := complaint(t, in); got != in.ConfigPath+":"+tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.file, strings.TrimPrefix(got, in.ConfigPath+":"), tt.want)
		}
	}
}

func TestAFileThatCantBeReadIsNotPassedOver(t *testing.T) {
	in := withConfig(atATerminal(), "")
	in.ReadFile = func(name string) ([]byte, error) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	if got := complaint(t, in); got != "the config file can't be read: open /home/ann/.config/jobwatch/config.toml: permission denied" {
		t.Error(got)
	}
}

// Services and users without a home have /dev/null for one, and XDG_CONFIG_HOME=/dev/null
// is how to ask a program for its defaults.
func TestNoFolderForAConfigFileIsNoConfigFile(t *testing.T) {
	in := withConfig(atATerminal(), "")
	in.ConfigPath = filepath.Join(os.DevNull, "jobwatch", "config.toml")
	in.ReadFile = os.ReadFile
	if o := mustParse(t, in); o.Rate != poller.DefaultRate {
		t.Errorf("%+v", o)
	}
}

// A user takes away the # of a line and expects it to be a valid one.
func TestThePrintedConfigIsTheDefault(t *testing.T) {
	printed := mustParse(t, withConfig(atATerminal("--print-config"), "")).Text
	plain := mustParse(t, withConfig(atATerminal(), printed))
	if want := mustParse(t, atATerminal()); !reflect.DeepEqual(plain, want) {
		t.Errorf("as printed:\n got %+v\nwant %+v", plain, want)
	}

	setting := regexp.MustCompile(`(?m)^# ([a-z-]+ = )`)
	all := setting.ReplaceAllString(printed, "$1")
	o := mustParse(t, withConfig(atATerminal(), all))
	if o.Rate != poller.DefaultRate || o.API.String() != DefaultAPI || o.MaxDownload != download.DefaultMaxBytes || o.Output != Dashboard ||
		o.State != "/home/ann/jobs.jsonl" || o.Colors["accent"].Dark != "#7aa2f7" || o.Keys["select"][0] != " " {
		t.Errorf("uncommented:\n%s\n%+v", all, o)
	}
	for _, opt := range newParser(&Input{}).table {
		if stands := strings.Contains(all, "\n"+opt.setting+" = "); stands == opt.flagOnly {
			t.Errorf("%s stands in the file: %t, is a setting: %t", opt.name, stands, !opt.flagOnly)
		}
	}
	for line := range strings.Lines(printed) {
		if len(line) > helpWidth+1 {
			t.Errorf("too long: %s", line)
		}
	}
}

// A flag that is for this run beats what the config file always says of another one, and
// the file's filter is the list's alone.
func TestAScriptsFlagsAndWhatTheConfigFileAlwaysSays(t *testing.T) {
	const config = "json = true\nfilter = \"is:live\"\nbatch = \"work\""
	for _, tt := range []struct {
		args   string
		output Output
		filter string
		given  bool
	}{
		{"", JSON, "", false},
		{"--plain", Plain, "", false},
		{"--once --plain --filter status:error", Plain, "status:error", false},
		{"--json=false", Dashboard, "is:live", false},
		{"--json=false --once", Plain, "", false},
		{"--json --batch may " + idA, JSON, "", true},
		{"list", JSON, "", false},
		{"remove --finished", Plain, " is:finished", false},
	} {
		o := mustParse(t, withConfig(atATerminal(strings.Fields(tt.args)...), config))
		if o.Output != tt.output || o.Filter != tt.filter || o.BatchGiven != tt.given || o.Warnings != nil {
			t.Errorf("%q: output %v, filter %q, batch given %v, %q", tt.args, o.Output, o.Filter, o.BatchGiven, o.Warnings)
		}
	}
}
