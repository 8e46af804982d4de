package config

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
)

const (
	idA = "01890a5d-ac96-774b-bcce-b302099a8057"
	idB = "0d9c1f4e-5b1a-4c57-9a0e-0d2f6a3c9b11"
)

// atATerminal is somebody typing the given words.
func atATerminal(args ...string) Input {
	return Input{
		Args: args, StdinTerminal: true, StdoutTerminal: true, Env: func(string) string { return "" },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
		Home:     "/home/ann", StatePath: "/home/ann/.local/state/jobwatch/jobs.jsonl",
		Keys: []Key{
			{"remove", []string{"x"}, "remove jobs"},
			{"select", []string{" "}, "select jobs"},
			{"quit", []string{"q", "Q"}, "quit"},
		},
	}
}

// withConfig adds a config file.
func withConfig(in Input, config string) Input {
	in.ConfigPath = "/home/ann/.config/jobwatch/config.toml"
	in.ReadFile = func(string) ([]byte, error) { return []byte(config), nil }
	return in
}

func mustParse(t *testing.T, in Input) Options {
	t.Helper()
	o, err := Parse(in)
	if err != nil {
		t.Fatalf("jobwatch %s: %v", strings.Join(in.Args, " "), err)
	}
	return o
}

// complaint is the one line that a wrong start is answered with.
func complaint(t *testing.T, in Input) string {
	t.Helper()
	o, err := Parse(in)
	var usage *UsageError
	if !errors.As(err, &usage) {
		t.Fatalf("jobwatch %q = %+v, %v; want a usage error", in.Args, o, err)
	}
	if strings.ContainsFunc(usage.Message, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("more than one clean line: %q", usage.Message)
	}
	return usage.Message
}

func mustID(t *testing.T, s string) job.ID {
	t.Helper()
	id, err := job.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestFlagsAndJobsComeInAnyOrder(t *testing.T) {
	want := mustParse(t, atATerminal("--batch", "may", "--rate", "2.5", "--json", idA, idB))
	if want.Batch != "may" || want.Rate != 2.5 || want.Output != JSON || len(want.Jobs) != 2 {
		t.Fatalf("%+v", want)
	}
	for _, args := range [][]string{
		{idA, "--batch=may", idB, "--json", "--rate=2.5"},
		{"--json", idA, "--rate", "2.5", "--batch", "may", "--", idB},
		{idA, idB, "--json", "--batch", "june", "--batch", "may", "--rate=2.5"},
	} {
		if got := mustParse(t, atATerminal(args...)); !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %+v\nwant %+v", args, got, want)
		}
	}
}

func TestJobsAreTakenAsPeopleHaveThem(t *testing.T) {
	a, b := mustID(t, idA), mustID(t, idB)
	for _, tt := range []struct {
		args []string
		want []job.ID
	}{
		{[]string{strings.ToUpper(idA)}, []job.ID{a}},
		{[]string{"/job/" + idA + "/status"}, []job.ID{a}},
		{[]string{"job/" + idA, "ftp://x.y/" + idB + ".pdf"}, []job.ID{a, b}},
		{[]string{"https://api.markdown2pdf.ai/job/" + idA + "/output?x=1#y"}, []job.ID{a}},
		{[]string{"http://localhost:8080/v1/job/" + idB + "/"}, []job.ID{b}},
		{[]string{idB, idA, idB, "/job/" + idA + "/status"}, []job.ID{b, a}},
		{[]string{idA + "\n" + idB + "\n"}, []job.ID{a, b}},
		{[]string{idA + "," + idB}, []job.ID{a, b}},
		{[]string{"urn:uuid:" + idA, "{" + strings.ToUpper(idB) + "}"}, []job.ID{a, b}},
		{[]string{"'" + idA + "'", "“" + idB + "”"}, []job.ID{a, b}},
		{[]string{`"` + idA + `"`, `"{` + idB + `}",`}, []job.ID{a, b}},
		{[]string{strings.ReplaceAll(idA, "-", ""), strings.ReplaceAll(idB, "-", "\u2011")}, []job.ID{a, b}},
		{[]string{"\ufeff/job/" + strings.ReplaceAll(idA, "-", "\u00ad") + "/status", idB[:20] + "\n> " + idB[20:]}, []job.ID{a, b}},
	} {
		if o := mustParse(t, atATerminal(tt.args...)); !reflect.DeepEqual(o.Jobs, tt.want) || o.Stdin != IgnoreStdin {
			t.Errorf("%q: %v, stdin %d", tt.args, o.Jobs, o.Stdin)
		}
	}
}

func TestWhatIsTypedWronglyIsNamedInOneLine(t *testing.T) {
	const all = "; jobwatch --help lists all flags"
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--bach", "x"}, `unknown flag "--bach"; did you mean --batch?`},
		{[]string{"--nomouse"}, `unknown flag "--nomouse"; did you mean --no-mouse?`},
		{[]string{"-plain"}, `unknown flag "-plain"; did you mean --plain?`},
		{[]string{"--quux"}, `unknown flag "--quux"` + all},
		{[]string{"-x"}, `unknown flag "-x"` + all},
		{[]string{"--=3"}, `"--=3": not a flag` + all},
		{[]string{idA, "--rate"}, `--rate: needs a value: --rate N (make at most N requests a second)`},
		{[]string{"--rate", "fast"}, `--rate "fast": want requests a second, more than 0 and at most 100000`},
		{[]string{"--rate=NaN"}, `--rate "NaN": want requests a second, more than 0 and at most 100000`},
		{[]string{"--request-timeout", "0.5s"}, `--request-timeout "0.5s": want a duration of at least 1s, such as 10s or 1m30s`},
		{[]string{"--concurrency=1.5"}, `--concurrency "1.5": want a whole number from 1 to 1024`},
		{[]string{"--background", "drak"}, `--background "drak": want auto, dark or light; did you mean "dark"?`},
		{[]string{"--plain=maybe"}, `--plain "maybe": want true or false`},
		{[]string{"--api", "localhost:8080"}, `--api "localhost:8080": want a URL; did you mean https://localhost:8080 or http://localhost:8080?`},
		{[]string{"--api", "ftp://x.y"}, `--api "ftp://x.y": want a URL such as https://api.markdown2pdf.ai`},
		{[]string{"--api", "http://[::1"}, `--api "http://[::1": want a URL such as https://api.markdown2pdf.ai`},
		{[]string{"--api", "https://me:secret@x.y"}, `--api "https://me:xxxxx@x.y": want a URL without a user: the API has none`},
		{[]string{"--api", "https://x.y/?key=1"}, `--api "https://x.y/?key=1": want a URL without ? or #: paths are added to it`},
		{[]string{"--api", "https://x.y:99999"}, `--api "https://x.y:99999": want a port from 1 to 65535`},
		{
			[]string{"--api", "https://x.y/v1/job/01890a5d-ac96-774b-bcce-b302099a8057/status"},
			`--api "https://x.y/v1/job/01890a5d…/status": want the API's URL, not a job's: jobs are arguments of their own; did you mean "https://x.y/v1"?`,
		},
		{
			[]string{"--api", "HTTP://me:secret@x.y/job/01890A5DAC96774BBCCEB302099A8057/output?a#b"},
			`--api "http://me:xxxxx@x.y/job/01890A5D%E2%80%A6/output?a#b": want the API's URL, not a job's: jobs are arguments of their own; did you mean "http://me:xxxxx@x.y"?`,
		},
		{
			[]string{"--api", "x.y/job/01890a5d-ac96-774b-bcce-b302099a8057/status"},
			`--api "x.y/job/01890a5d…/status": want the API's URL, not a job's: jobs are arguments of their own`,
		},
		{[]string{"--api-server", "8080"}, `--api-server "8080": want HOST:PORT such as localhost:8080; did you mean localhost:8080?`},
		{[]string{"--state", ""}, `--state "": want a path`},
		{[]string{"--state=~bob/x"}, `--state "~bob/x": want ~/ or a whole path: jobwatch knows no other user's home folder`},
		{[]string{"--batch", "a\x1b[2Jb"}, `--batch "a\x1b[2Jb": want one line of text`},
		{[]string{"--filter", "status:eror"}, `--filter "status:eror": no such status; did you mean error?`},
		{[]string{"--filter", "a status:eror"}, `--filter "a status:eror": "status:eror": no such status; did you mean error?`},
		{[]string{"ids.txt"}, `"ids.txt": not a job; to read IDs from a file: jobwatch - < FILE`},
		{[]string{idA[:35]}, `"` + idA[:35] + `": not a job ID: one has 36 characters, not 35; to select a tracked job by a part of its ID: --filter id:` + idA[:35]},
		{[]string{"lst"}, `"lst": neither a job nor a command; did you mean jobwatch list?`},
		{[]string{idA, "list"}, `"list": a command has to stand first`},
		{[]string{"help", "remov"}, `there is no command "remov"; did you mean "remove"?`},
		{[]string{"list", "--rate", "1"}, `--rate is a flag of jobwatch or jobwatch download, not of jobwatch list`},
		{[]string{"add", "--bach", "x"}, `unknown flag "--bach"; did you mean --batch?`},
		{[]string{"add"}, "no jobs to add are given: name them, or pipe a text that has their IDs"},
		{[]string{"remove", "--yes"}, "no jobs to remove are given: name them, or select them by --filter or --finished"},
		{[]string{strings.Replace(idA, "0", "O", 1)}, `"O1890a5d-ac96-774b-bcce-b302099a8057": looks like a job ID that is cut off or mistyped: one has the digits 0-9 and a-f, as 8-4-4-4-12`},
		{[]string{idA + " " + idB[:30]}, `"01890a5d… ` + idB[:30] + `": looks like a job ID that is cut off or mistyped: one has the digits 0-9 and a-f, as 8-4-4-4-12`},
		{[]string{"01890a5dac-96-774b-bcce-b302099a8057"}, `"01890a5dac-96-774b-bcce-b302099a8057": looks like a job ID that is cut off or mistyped: one has the digits 0-9 and a-f, as 8-4-4-4-12`},
		{[]string{"invoices"}, `"invoices": not a job: want its ID (such as 01890a5d-ac96-774b-bcce-b302099a8057), its path or URL`},
		{[]string{""}, `"": not a job: want its ID (such as 01890a5d-ac96-774b-bcce-b302099a8057), its path or URL`},
		{[]string{strings.Repeat("x", 500)}, `"` + strings.Repeat("x", 59) + `…": not a job: want its ID (such as 01890a5d-ac96-774b-bcce-b302099a8057), its path or URL`},
		{[]string{"--demo", idA}, `--demo takes no jobs, but "01890a5d…" was given`},
		{[]string{"--api-server=:0", "-"}, `--api-server takes no jobs, but "-" was given`},
		{[]string{"--demo", "--state=x"}, `--demo and --state don't go together`},
		{[]string{"--api-server=:0", "--json"}, `--api-server and --json don't go together`},
		{[]string{"--json", "--timeout", "30"}, `--timeout "30": want a duration of at least 1s, such as 10s or 1m30s; did you mean 30s?`},
		{[]string{"--json", "--timeout=-1s"}, `--timeout "-1s": want a duration of at least 1s, such as 10s or 1m30s`},
		{[]string{"--timeout", "30m"}, "--timeout needs --plain, --json or --once: the dashboard stays until you leave it"},
		{[]string{"--json=false", "--fail-fast"}, "--fail-fast needs --plain, --json or --once: the dashboard stays until you leave it"},
		{[]string{"--once", "--summary"}, "--summary needs --json"},
		{[]string{"--plain", "--once", "--fail-fast"}, "--fail-fast and --once don't go together"},
		{[]string{"--timeout=1s", "--api-server=:0"}, "--api-server and --timeout don't go together"},
		{[]string{"--once", "--batch=x"}, "no jobs are given; " + OnlyNames},
	} {
		if got := complaint(t, atATerminal(tt.args...)); got != tt.want {
			t.Errorf("jobwatch %q\n got %s\nwant %s", tt.args, got, tt.want)
		}
	}
}

func TestWhereTheOutputGoesAndIDsComeFrom(t *testing.T) {
	for _, tt := range []struct {
		args          string
		stdin, stdout bool // a terminal
		output        Output
		from          Stdin
	}{
		{"", true, true, Dashboard, IgnoreStdin},
		{"", false, true, Dashboard, MaybeStdin},
		{"", true, false, Plain, IgnoreStdin},
		{"", false, false, Plain, MaybeStdin},
		{"-", true, true, Dashboard, WantStdin},
		{idA + " -", false, true, Dashboard, WantStdin},
		{idA, false, true, Dashboard, IgnoreStdin},
		{"--plain", true, true, Plain, IgnoreStdin},
		{"--json", true, true, JSON, IgnoreStdin},
		{"--json --plain", true, false, JSON, IgnoreStdin},
		{"--json=false --plain", true, true, Plain, IgnoreStdin},
		{"--demo", false, true, Dashboard, IgnoreStdin},
		{"--demo", false, false, Plain, IgnoreStdin},
		{"--demo=false -", true, true, Dashboard, WantStdin},
		{"--api-server :0", false, true, Plain, IgnoreStdin},
	} {
		in := atATerminal(strings.Fields(tt.args)...)
		in.StdinTerminal, in.StdoutTerminal = tt.stdin, tt.stdout
		if o := mustParse(t, in); o.Output != tt.output || o.Stdin != tt.from {
			t.Errorf("jobwatch %s (terminals: %t, %t): output %d, stdin %d", tt.args, tt.stdin, tt.stdout, o.Output, o.Stdin)
		}
	}
}

func TestFlagsBeatTheEnvironmentWhichBeatsTheFile(t *testing.T) {
	env := map[string]string{"JOBWATCH_API": "https://env.example/base/", "JOBWATCH_STATE": "/env/jobs.jsonl"}
	in := withConfig(atATerminal("--api", "http://flag.example"), `
		api = "https://file.example"
		state = "~/file.jsonl"
		rate = 3
		debug = "~/log"
	`)
	in.Env = func(name string) string { return env[name] }

	o := mustParse(t, in)
	if o.API.String() != "http://flag.example" || o.State != "/env/jobs.jsonl" || o.Rate != 3 {
		t.Errorf("api %s, state %s, rate %v", o.API, o.State, o.Rate)
	}
	in.Args = nil
	if o := mustParse(t, in); o.API.String() != "https://env.example/base" {
		t.Errorf("without the flag: %s", o.API)
	}
	env = map[string]string{"JOBWATCH_API": ""}
	if o := mustParse(t, in); o.API.String() != "https://file.example" || o.State != "/home/ann/file.jsonl" || o.Debug != "/home/ann/log" {
		t.Errorf("the file alone: %s, %s, %s", o.API, o.State, o.Debug)
	}
	in.ReadFile = func(string) ([]byte, error) { return nil, fs.ErrNotExist }
	if o := mustParse(t, in); o.API.String() != DefaultAPI || o.Rate != poller.DefaultRate || o.Concurrency != poller.DefaultConcurrency {
		t.Errorf("no file: %+v", o)
	}
	env = map[string]string{"JOBWATCH_API": "nonsense"}
	if got := complaint(t, in); got != `JOBWATCH_API "nonsense": want a URL such as https://api.markdown2pdf.ai` {
		t.Error(got)
	}
}

// Shells replace the ~ of --state ~/x, but not that of --state=~/x and of most variables.
func TestATildeIsTheHomeFolder(t *testing.T) {
	for path, want := range map[string]string{
		"~/x": "/home/ann/x", "~": "/home/ann", "~/": "/home/ann", "./~bob": "./~bob", "x": "x", "/x/~": "/x/~",
	} {
		in := atATerminal("--download="+path, "--debug="+path)
		in.Env = func(name string) string { return map[string]string{"JOBWATCH_STATE": path}[name] }
		if o := mustParse(t, in); o.Download != want || o.Debug != want || o.State != want {
			t.Errorf("%s: %s, %s, %s; want %s", path, o.Download, o.Debug, o.State, want)
		}
	}
	in := atATerminal("--debug=~/x")
	in.Home = ""
	if got := complaint(t, in); got != `--debug "~/x": want a whole path: the home folder is not known, as HOME is not set` {
		t.Error(got)
	}
}

func TestAskingForHelpAlwaysHelps(t *testing.T) {
	broken := withConfig(atATerminal("--json", "--help", "--rate=nonsense"), "rate = ")
	o := mustParse(t, broken)
	if !strings.Contains(o.Text, "Usage: jobwatch [flags] [JOB]...") {
		t.Error(o.Text)
	}
	if o := mustParse(t, atATerminal("-V")); !strings.HasPrefix(o.Text, "jobwatch "+Version()+" (go") {
		t.Error(o.Text)
	}
	if o := mustParse(t, atATerminal("--help=false")); o.Text != "" || o.Rate != poller.DefaultRate {
		t.Errorf("%+v", o)
	}
}
