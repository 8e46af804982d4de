package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/joblist"
)

// to returns a function that stores in field what parse makes of a value.
func to[T any](field *T, parse func(string) (T, error)) func(string) error {
	return func(v string) error {
		parsed, err := parse(v)
		if err == nil {
			*field = parsed
		}
		return err
	}
}

// want returns an error that says what would be right; nil if the value is.
func want(what string, right bool) error {
	if right {
		return nil
	}
	return errors.New("want " + what)
}

// wrong returns err, which is about a value, with the place where that stands; nil if err is.
func wrong(where, value string, err error) error {
	if err != nil {
		err = errors.New(where + " " + quote(value) + ": " + err.Error())
	}
	return err
}

func parseText(v string) (string, error) {
	return v, want("one line of text", !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }))
}

// parsePath reads a path. Shells leave the ~ of --state=~/x and of variables to us.
func (p *parser) parsePath(v string) (string, error) {
	rest, inHome := strings.CutPrefix(v, "~")
	switch {
	case v == "" || strings.ContainsRune(v, 0):
		return "", want("a path", false)
	case !inHome:
		return v, nil
	case rest != "" && !os.IsPathSeparator(rest[0]):
		return "", want("~/ or a whole path: jobwatch knows no other user's home folder", false)
	case p.in.Home == "":
		return "", want("a whole path: the home folder is not known, as HOME is not set", false)
	}
	return filepath.Join(p.in.Home, rest), nil
}

// shown returns a path as people know it, from their home folder on.
func (p *parser) shown(path string) string {
	if rest, ok := strings.CutPrefix(path, p.in.Home+string(os.PathSeparator)); ok && p.in.Home != "" {
		return filepath.Join("~", rest)
	}
	return cmp.Or(path, "nowhere, as HOME is not set")
}

func parseToggle(v string) (bool, error) {
	on, err := strconv.ParseBool(v)
	return on, want("true or false", err == nil)
}

// printed parses the toggle of a flag that only asks for a text.
func printed(text func() string) func(string) (string, error) {
	return func(v string) (string, error) {
		on, err := parseToggle(v)
		if !on {
			return "", err
		}
		return text(), nil
	}
}

// The largest values keep out typing errors: no service would like that many requests, and
// more of them at once would only meet the limits of sockets.
const maxRate, maxConcurrency = 100_000, 1024

func parseRate(v string) (float64, error) {
	rate, err := strconv.ParseFloat(v, 64)
	return rate, want(fmt.Sprintf("requests a second, more than 0 and at most %d", maxRate), err == nil && rate > 0 && rate <= maxRate)
}

func parseConcurrency(v string) (int, error) {
	n, err := strconv.Atoi(v)
	return n, want(fmt.Sprintf("a whole number from 1 to %d", maxConcurrency), err == nil && n >= 1 && n <= maxConcurrency)
}

func parseTimeout(v string) (time.Duration, error) {
	d, err := time.ParseDuration(v)
	what := "a duration of at least 1s, such as 10s or 1m30s"
	if n, err := strconv.Atoi(v); err == nil && n > 0 {
		what += "; did you mean " + v + "s?"
	}
	return d, want(what, err == nil && d >= time.Second)
}

func parseAPI(v string) (*url.URL, error) {
	if job.Shorten(v) != v {
		what := "the API's URL, not a job's: jobs are arguments of their own"
		if base, _, found := strings.Cut(v, "/job/"); found && strings.Contains(base, "://") {
			what += "; did you mean " + quote(base) + "?"
		}
		return nil, want(what, false)
	}
	const example = "a URL such as " + DefaultAPI
	u, err := url.Parse(v)
	host, _, _ := strings.Cut(v, "/")
	switch known := err == nil && (u.Scheme == "http" || u.Scheme == "https"); {
	case !known && !strings.Contains(v, "://") && strings.ContainsAny(host, ".:") && !strings.ContainsAny(v, " @"):
		return nil, want("a URL; did you mean https://"+v+" or http://"+v+"?", false)
	case !known || u.Hostname() == "" || u.Opaque != "":
		return nil, want(example, false)
	case u.User != nil:
		return nil, want("a URL without a user: the API has none", false)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, want("a URL without ? or #: paths are added to it", false)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, want("a port from 1 to 65535", u.Port() == "" || isPort(u.Port()))
}

func parseAddress(v string) (string, error) {
	const address = "HOST:PORT such as localhost:8080"
	if isPort(v) {
		return "", want(address+"; did you mean localhost:"+v+"?", false)
	}
	host, port, err := net.SplitHostPort(v)
	return v, want(address, err == nil && (port == "0" || isPort(port)) && !strings.ContainsAny(host, "/ "))
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func parseSize(v string) (int64, error) {
	digits := strings.TrimRight(v, "BbIiKkMmGgTt ")
	unit, known := map[string]float64{
		"": 1, "b": 1,
		"k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	}[strings.ToLower(strings.TrimLeft(v[len(digits):], " "))]
	n, err := strconv.ParseFloat(digits, 64)
	n *= unit
	const most = 1 << 50 // a PiB is no PDF, and no overflow
	return int64(n), want("a size such as 500MB or 2GiB", known && err == nil && n >= 1 && n <= most)
}

func parseFilter(v string) (string, error) {
	_, err := joblist.ParseFilter(v)
	if word, ok := errors.AsType[*joblist.FilterError](err); ok {
		err = errors.New(strings.TrimPrefix(quote(word.Word)+": "+word.Reason, quote(v)+": "))
	}
	return v, err
}

// quote shows a wrong value in a line that logs may keep: printable, not too long, without
// a password, and with job IDs shortened.
func quote(v string) string {
	v = job.Shorten(v)
	if u, err := url.Parse(v); err == nil && u.User != nil {
		v = u.Redacted()
	}
	if short := fmt.Sprintf("%.59s", v); len(short) < len(v) {
		v = short + "…"
	}
	return strconv.Quote(v)
}

// takeJobs takes the arguments that are not flags: "-", or job IDs, as in a pasted text.
func (p *parser) takeJobs() error {
	if p.options.Command == List && len(p.args) > 0 {
		return errors.New("jobwatch list takes no jobs, but " + quote(p.args[0]) + " was given; --filter selects jobs")
	}
	seen := make(map[job.ID]bool, len(p.args))
	for _, arg := range p.args {
		if arg == "-" {
			p.options.Stdin = WantStdin
			continue
		}
		found := ids.Find(arg)
		if len(found.IDs) == 0 && len(p.byName["header"].all) > 0 {
			return errors.New("an argument beside --header is not a job; put the header in quotes") // it may be the secret
		}
		if found.Near > 0 || len(found.IDs) == 0 {
			return p.notAJob(arg, found.Near > 0)
		}
		for _, id := range found.IDs {
			if !seen[id] {
				seen[id] = true
				p.options.Jobs = append(p.options.Jobs, id)
			}
		}
	}
	return nil
}

// notAJob says what is wrong with an argument, as far as that can be known.
func (p *parser) notAJob(arg string, near bool) error {
	const id = "01890a5d-ac96-774b-bcce-b302099a8057"
	why := "not a job: want its ID (such as " + id + "), its path or URL"
	command := ""
	if p.options.Command == Watch {
		command = joblist.Suggest(arg, commandNames())
	}
	switch hex := strings.Trim(strings.ToLower(arg), "0123456789abcdef-") == "" && arg != ""; {
	case command == arg && arg != "":
		why = "a command has to stand first"
	case hex && len(arg) != len(id):
		why = fmt.Sprintf("not a job ID: one has %d characters, not %d", len(id), len(arg))
		if len(arg) < len(id) && p.byName["filter"].isOf(p.options.Command) {
			why += "; to select a tracked job by a part of its ID: --filter id:" + arg
		}
	case hex || near:
		why = "looks like a job ID that is cut off or mistyped: one has the digits 0-9 and a-f, as 8-4-4-4-12"
	case strings.Contains(arg, "."):
		why = "not a job; to read IDs from a file: " + called(p.options.Command) + " - < FILE"
	case command != "":
		why = "neither a job nor a command; did you mean " + called(command) + "?"
	}
	return errors.New(quote(arg) + ": " + why)
}
