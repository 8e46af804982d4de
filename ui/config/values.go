package config

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/notify"
)

// draft is options on their way.
type draft struct {
	Options

	plain, json bool
}

// wrong says what would be right; who says it adds whose value it is.
func wrong(want string) error { return errors.New(want) }

func textTo(field func(*draft) *string) func(*draft, string) error {
	return func(d *draft, v string) error {
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return wrong("want one line of text")
		}
		*field(d) = v
		return nil
	}
}

func pathTo(field func(*draft) *string) func(*draft, string) error {
	return func(d *draft, v string) error {
		if v == "" || strings.ContainsRune(v, 0) {
			return wrong("want a path")
		}
		*field(d) = v
		return nil
	}
}

func toggleTo(field func(*draft) *bool) func(*draft, string) error {
	return func(d *draft, v string) error {
		on, err := strconv.ParseBool(v)
		if err != nil {
			return wrong("want true or false")
		}
		*field(d) = on
		return nil
	}
}

// MaxRate is the highest budget there is, in requests a second: far beyond what any
// service would like, it only keeps out figures that can't be meant.
const MaxRate = 100_000

func setRate(d *draft, v string) error {
	rate, err := strconv.ParseFloat(v, 64)
	if err != nil || !(rate > 0 && rate <= MaxRate) { // not written as an "or": NaN is neither
		return wrong("want requests a second, more than 0 and at most " + strconv.Itoa(MaxRate))
	}
	d.Rate = rate
	return nil
}

// MaxConcurrency is the most requests under way at once; more would only meet the
// limits of sockets.
const MaxConcurrency = 1024

func setConcurrency(d *draft, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > MaxConcurrency {
		return wrong("want a whole number from 1 to " + strconv.Itoa(MaxConcurrency))
	}
	d.Concurrency = n
	return nil
}

func setAPI(d *draft, v string) error {
	const example = "want a URL such as " + DefaultAPI
	if err := notJob(v); err != nil {
		return err
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		host, _, _ := strings.Cut(v, "/")
		if !strings.Contains(v, "://") && strings.ContainsAny(host, ".:") && !strings.ContainsAny(v, " @") {
			return wrong("want a URL; did you mean https://" + clip(v) + " or http://" + clip(v) + "?")
		}
		return wrong(example)
	}
	switch {
	case u.Hostname() == "" || u.Opaque != "":
		return wrong(example)
	case u.User != nil:
		return wrong("want a URL without a user: the API knows none")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return wrong("want a URL without ? or #: paths are added to it")
	}
	if p := u.Port(); p != "" && !isPort(p) {
		return wrong("want a port from 1 to 65535")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	d.API = u
	return nil
}

// notJob refuses a job, or a job's URL, in place of the API's.
func notJob(v string) error {
	base, rest, found := strings.Cut(v, "/job/")
	rest = strings.TrimRight(rest, "/")
	if job.Shorten(v) == v && !strings.HasSuffix(rest, "/status") && !strings.HasSuffix(rest, "/output") {
		return nil
	}
	const want = "want the API's URL, not a job's: jobs are arguments of their own"
	if !found || !strings.Contains(base, "://") {
		return wrong(want)
	}
	return wrong(want + "; did you mean " + quote(base) + "?")
}

func setAPIServer(d *draft, v string) error {
	host, port, err := net.SplitHostPort(v)
	if err != nil || port != "0" && !isPort(port) || strings.ContainsAny(host, "/ ") {
		const want = "want HOST:PORT such as localhost:8080"
		if isPort(v) {
			return wrong(want + "; did you mean localhost:" + v + "?")
		}
		return wrong(want)
	}
	d.APIServer = v
	return nil
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func setMaxDownload(d *draft, v string) error {
	n, ok := parseSize(v)
	if !ok {
		return wrong("want a size such as 500MB or 2GiB")
	}
	d.MaxDownload = n
	return nil
}

// parseSize reads bytes with an optional unit, SI or binary, in any case: 0 is no size.
func parseSize(v string) (int64, bool) {
	digits := strings.TrimRight(v, "BbIiKkMmGgTt ")
	unit, known := map[string]float64{
		"": 1, "b": 1,
		"k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	}[strings.ToLower(strings.TrimLeft(v[len(digits):], " "))]
	n, err := strconv.ParseFloat(digits, 64)
	n *= unit
	const most = 1 << 50 // a PiB is no PDF, and no overflow
	if !known || err != nil || !(n >= 1 && n <= most) {
		return 0, false
	}
	return int64(n), true
}

// quote shows a wrong value: printable whatever it holds, not too long for one line,
// without a password and without the rest of job IDs, for logs keep what is printed.
func quote(v string) string {
	v = job.Shorten(v)
	if u, err := url.Parse(v); err == nil && u.User != nil {
		v = u.Redacted()
	}
	return strconv.Quote(clip(v))
}

func clip(v string) string {
	const most = 60
	runes := []rune(v)
	if len(runes) <= most {
		return v
	}
	return string(runes[:most-1]) + "…"
}

func setFilter(d *draft, v string) error {
	_, err := joblist.ParseFilter(v)
	if word := (*joblist.FilterError)(nil); errors.As(err, &word) {
		if word.Word == v {
			return wrong(word.Reason)
		}
		return wrong(quote(word.Word) + ": " + word.Reason)
	}
	d.Filter = v
	return err
}

func setNotify(d *draft, v string) error {
	mode, err := notify.ParseMode(v)
	d.Notify = mode
	return err
}
