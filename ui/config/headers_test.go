package config

import (
	"errors"
	"io/fs"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

const secret = "s3cr3t"

// withHeaders is a start with headers in files, the environment and the config file.
func withHeaders(files map[string]string, env, config string, args ...string) Input {
	in := withConfig(atATerminal(args...), config)
	in.Env = func(name string) string { return map[string]string{"JOBWATCH_HEADERS": env}[name] }
	in.ReadFile = func(name string) ([]byte, error) {
		if name == in.ConfigPath {
			return []byte(config), nil
		}
		text, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		delete(files, name) // a pipe is read once
		return []byte(text), nil
	}
	return in
}

func TestHeadersOfAllSourcesAreJoined(t *testing.T) {
	in := withHeaders(
		map[string]string{"/h": "\ufeff# of the gateway\r\n\r\n  X-File:  f:1 \r\nx-twice: 2"},
		"X-All: env\n#X-No: 1\n\nX-Env: env\nX-Config: env",
		`headers = ["X-All: config", "X-Config: config", "X-Other: a", "x-other: b"]`,
		"--header", "x-ALL:flag", "--header=X-Twice: 1", "--header", "@/h",
	)
	want := http.Header{
		"X-All": {"flag"}, "X-Config": {"env"}, "X-Env": {"env"}, "X-Other": {"a", "b"}, "X-File": {"f:1"}, "X-Twice": {"1", "2"},
	}
	if o := mustParse(t, in); !reflect.DeepEqual(o.Headers, want) || o.Warnings != nil {
		t.Errorf("%q, %q", o.Headers, o.Warnings)
	}
}

func TestAWrongHeaderIsNamedButNotQuoted(t *testing.T) {
	const form = `want "Name: value", with a name of letters, digits and hyphens`
	const line = "want a value of one line, without control characters"
	for _, tt := range []struct {
		env  string
		args []string
		want string
	}{
		{"", []string{"--header", secret}, "--header: " + form},
		{"", []string{"--header", ": " + secret}, "--header: " + form},
		{"", []string{"--header", "Key " + secret + ": a"}, "--header: " + form},
		{"", []string{"--header", "Ke\ny: " + secret}, "--header: " + form},
		{"", []string{"--header", "Kéy: " + secret}, "--header: " + form},
		{"", []string{"--header", "key: " + secret + "\r\nHost: x"}, "--header: Key: " + line},
		{"", []string{"--header", "key: " + secret + "\nb"}, "--header: Key: " + line},
		{"", []string{"--header", "key: " + secret + "\x00"}, "--header: Key: " + line},
		{"", []string{"--header", "Authorization:", "Bearer", secret}, "--header: Authorization: want a value, in quotes with the name"},
		{"", []string{"--header", "Authorization:Bearer", secret}, "an argument beside --header is not a job; put the header in quotes"},
		{"", []string{"--header", "@/none"}, "--header @/none can't be read: open /none: file does not exist"},
		{"", []string{"--header", "@/h"}, "/h, line 3: " + form},
		{"A: b\n" + secret, nil, "JOBWATCH_HEADERS, line 2: " + form},
	} {
		in := withHeaders(map[string]string{"/h": "# this is\nA: b\n" + secret}, tt.env, "", tt.args...)
		if got := complaint(t, in); got != tt.want {
			t.Errorf("%q %q\n got %s\nwant %s", tt.env, tt.args, got, tt.want)
		}
	}
	for _, name := range []string{"host", "CONTENT-LENGTH", "Transfer-encoding", "connection", "Range", "upgrade"} {
		want := "--header: " + http.CanonicalHeaderKey(name) + ": jobwatch can't send this header"
		if got := complaint(t, atATerminal("--header", name+": "+secret)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	broken := withHeaders(nil, "", `headers = ["Authorization: `+secret+"\n")
	if _, err := Parse(broken); err == nil || strings.Contains(err.Error(), secret) || !errors.As(err, new(*UsageError)) {
		t.Error(err)
	}
}

func TestHeadersOverPlainHTTPAreWarnedOf(t *testing.T) {
	const warning = "headers go to api.example over http, where others can read them: use https if it can"
	for _, tt := range []struct {
		api  string
		more []string
		want []string
	}{
		{"http://api.example", nil, []string{warning}},
		{"https://api.example", nil, nil},
		{"http://localhost:8080", nil, nil},
		{"http://127.1.2.3", nil, nil},
		{"http://[::1]:80", nil, nil},
		{"http://api.example", []string{"--demo"}, nil},
	} {
		in := withHeaders(nil, "A: b", "api = '"+tt.api+"'", tt.more...)
		if o := mustParse(t, in); !reflect.DeepEqual(o.Warnings, tt.want) {
			t.Errorf("%s %q: %q", tt.api, tt.more, o.Warnings)
		}
	}
}
