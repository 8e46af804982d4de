package config

import (
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
)

const secret = "s3cr3t"

// withHeaders is a start with a file /h of headers, which can be read once, others in the
// environment and a config file.
func withHeaders(file, env, config string, args ...string) Input {
	in := withConfig(atATerminal(args...), config)
	in.Env = func(name string) string { return map[string]string{"JOBWATCH_HEADERS": env}[name] }
	files := map[string]string{in.ConfigPath: config, "/h": file}
	in.ReadFile = func(name string) ([]byte, error) {
		text, ok := files[name]
		if delete(files, name); !ok {
			return nil, os.ErrNotExist
		}
		return []byte(text), nil
	}
	return in
}

func TestHeadersOfAllSourcesAreJoined(t *testing.T) {
	in := withHeaders("\ufeff# of the gateway\r\n\r\n  X-File:  f:1 \r\nx-twice: 2", "X-All: env\n#X-No: 1\n\nX-Env: env\nX-Config: env",
		`headers = ["X-All: config", "X-Config: config", "X-Other: a", "x-other: b"]`,
		"--header", "x-ALL:flag", "--header=X-Twice: 1", "--header", "@/h")
	want := http.Header{
		"X-All": {"flag"}, "X-Config": {"env"}, "X-Env": {"env"}, "X-Other": {"a", "b"}, "X-File": {"f:1"}, "X-Twice": {"1", "2"},
	}
	if o := mustParse(t, in); !reflect.DeepEqual(o.Headers, want) || o.Warnings != nil {
		t.Errorf("%q, %q", o.Headers, o.Warnings)
	}
}

func TestAWrongHeaderIsNamedButNotQuoted(t *testing.T) {
	const form = `: want "Name: value", with a name of letters, digits and hyphens`
	const line = ": want a value of one line, in quotes with the name"
	for flag, want := range map[string]string{
		secret:                           "--header" + form,
		": " + secret:                    "--header" + form,
		"Key " + secret + ": a":          "--header" + form,
		"Ke\ny: " + secret:               "--header" + form,
		"Kéy: " + secret:                 "--header" + form,
		"key: " + secret + "\r\nHost: x": "--header: Key" + line,
		"key: " + secret + "\nb":         "--header: Key" + line,
		"key: " + secret + "\x00":        "--header: Key" + line,
		"Authorization:":                 "--header: Authorization" + line, // no quotes
		"Authorization:Bearer":           "an argument beside --header is not a job; put the header in quotes",
		"host: " + secret:                "--header: Host: jobwatch can't send this header",
		"CONTENT-LENGTH: " + secret:      "--header: Content-Length: jobwatch can't send this header",
		"Transfer-encoding: " + secret:   "--header: Transfer-Encoding: jobwatch can't send this header",
		"connection: " + secret:          "--header: Connection: jobwatch can't send this header",
		"Range: " + secret:               "--header: Range: jobwatch can't send this header",
		"@/none":                         `--header "@/none": file does not exist`,
		"@/h":                            "/h, line 3" + form,
	} {
		if got := complaint(t, withHeaders("# this is\nA: b\n"+secret, "", "", "--header", flag, secret)); got != want {
			t.Errorf("%q\n got %s\nwant %s", flag, got, want)
		}
	}
	if got := complaint(t, withHeaders("", "A: b\n"+secret, "")); got != "JOBWATCH_HEADERS, line 2"+form {
		t.Error(got)
	}
	if got := complaint(t, withHeaders("", "", `headers = ["Authorization: `+secret+"\n")); strings.Contains(got, secret) {
		t.Error(got)
	}
}

func TestHeadersOverPlainHTTPAreWarnedOf(t *testing.T) {
	for api, warned := range map[string]bool{
		"http://api.example": true, "https://api.example": false, "http://localhost:8080": false, "http://127.1.2.3": false, "http://[::1]:80": false,
	} {
		if o := mustParse(t, withHeaders("", "A: b", "api = '"+api+"'")); (len(o.Warnings) == 1) != warned {
			t.Errorf("%s: %q", api, o.Warnings)
		}
	}
}
