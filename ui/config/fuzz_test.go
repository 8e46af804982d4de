package config

import (
	"errors"
	"strings"
	"testing"
	"unicode"
)

// Whatever is typed, there is an answer in one line, or options that can be used.
func FuzzArguments(f *testing.F) {
	f.Add("--rate\n3\n" + idA)
	f.Add("-\n--json\n--batch=may\n/job/" + idB + "/status")
	f.Add("--api\nhttp://[::1]:80\n-Vh")
	f.Add("--max-download\n1e308TiB\n--download=\x00")
	f.Add("--completion=zsh")
	f.Fuzz(func(t *testing.T, words string) {
		check(t, withConfig(atATerminal(strings.Split(words, "\n")...), ""))
	})
}

// The same for the config file.
func FuzzConfigFile(f *testing.F) {
	f.Add("rate = 3\n[keys]\nquit = ['q', 'ctrl+x']\n[colors.ok]\nlight = '#fff'")
	f.Add("keys = {forget = 'x'}\ncolors.ok.dark = 'red'\n'rate' = 1e3")
	f.Add("[[keys]]\na.b.c = {d = [{e = 1979-05-27}]}")
	f.Add("state = \"\"\"\n\\u0000\"\"\"")
	f.Fuzz(func(t *testing.T, file string) {
		check(t, withConfig(atATerminal(), file))
	})
}

func check(t *testing.T, in Input) {
	t.Helper()
	o, err := Parse(in)
	if err != nil {
		var usage *UsageError
		if !errors.As(err, &usage) || usage.Message == "" {
			t.Fatalf("%v is no usage error", err)
		}
		if strings.ContainsFunc(usage.Message, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("more than one clean line: %q", usage.Message)
		}
		return
	}
	if o.Text == "" && (!(o.Rate > 0 && o.Rate <= maxRate) || o.Concurrency < 1 || o.MaxDownload < 1 || o.API.Host == "") {
		t.Fatalf("unusable: %+v", o)
	}
}
