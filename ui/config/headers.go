package config

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// readHeaders joins the headers of the config file, the environment and the flags. Those of a
// later source replace those of the same name.
func (p *parser) readHeaders() error {
	opt := p.byName["header"]
	fromEnv, fromFlags := http.Header{}, http.Header{}
	if err := addHeaders(fromEnv, opt.env, p.in.Env(opt.env)); err != nil {
		return err
	}
	for _, value := range opt.all {
		err := error(nil)
		if name, isFile := strings.CutPrefix(value, "@"); isFile {
			var text []byte
			if text, err = p.in.ReadFile(name); err != nil {
				return fmt.Errorf("--header @%s can't be read: %w", name, err)
			}
			err = addHeaders(fromFlags, name, string(text))
		} else {
			err = addHeader(fromFlags, "--header", value)
		}
		if err != nil {
			return err
		}
	}
	maps.Copy(p.options.Headers, fromEnv)
	maps.Copy(p.options.Headers, fromFlags)
	return nil
}

// takeHeaders takes the headers of the config file.
func (p *parser) takeHeaders(name string, value any) error {
	list, ok := texts(value)
	if !ok {
		return errors.New(name + `: want a list of texts: ["Name: value"]`)
	}
	for _, text := range list {
		if err := addHeader(p.options.Headers, name, text); err != nil {
			return err
		}
	}
	return nil
}

// addHeaders adds the headers in a text, one a line. Blank lines and comments (#) don't count.
func addHeaders(to http.Header, where, text string) error {
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := addHeader(to, fmt.Sprintf("%s, line %d", where, i+1), line); err != nil {
			return err
		}
	}
	return nil
}

// addHeader adds "Name: value". Headers are secrets: its errors say where the header stands and
// how it is named, and quote nothing else of it.
func addHeader(to http.Header, where, text string) error {
	const signs = "!#$%&'*+-.^_`|~" // beside letters and digits (RFC 9110, section 5.6.2)
	name, value, found := strings.Cut(text, ":")
	value = strings.Trim(value, " \t")
	isToken := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(signs, r)
	}
	if !found || name == "" || strings.TrimFunc(name, isToken) != "" {
		return errors.New(where + `: want "Name: value", with a name of letters, digits and hyphens`)
	}
	name = http.CanonicalHeaderKey(name)
	where += ": " + name + ": "
	switch {
	case slices.Contains([]string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Range", "Upgrade"}, name):
		return errors.New(where + "jobwatch can't send this header")
	case value == "":
		return errors.New(where + "want a value, in quotes with the name")
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return errors.New(where + "want a value of one line, without control characters")
	}
	to.Add(name, value)
	return nil
}

// warnOfPlainHTTP warns of headers that others on the way to the API can read.
func (o *Options) warnOfPlainHTTP() {
	host := o.API.Hostname()
	addr, _ := netip.ParseAddr(host)
	if len(o.Headers) > 0 && o.API.Scheme == "http" && host != "localhost" && !addr.IsLoopback() {
		o.Warnings = append(o.Warnings, "headers go to "+o.API.Host+" over http, where others can read them: use https if it can")
	}
}
