package config

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"example.com/jobwatch/ui/decode"
)

// readHeaders adds the headers of the environment and then of the flags to the config file's.
// They replace those of the same name.
func (p *parser) readHeaders() error {
	opt, env, flags := p.byName["header"], http.Header{}, http.Header{}
	err := addHeaders(env, opt.env, p.in.Env(opt.env))
	for _, value := range opt.all {
		name, isFile := strings.CutPrefix(value, "@")
		if !isFile {
			err = cmp.Or(err, addHeader(flags, "--header", value))
			continue
		}
		path, wrongPath := p.parsePath(name)
		text, failed := p.in.ReadFile(path)
		err = cmp.Or(err, wrong("--header", value, cmp.Or(wrongPath, failed)), addHeaders(flags, name, string(decode.Bytes(text))))
	}
	o := &p.options
	maps.Copy(o.Headers, env)
	maps.Copy(o.Headers, flags)
	if host := o.API.Hostname(); len(o.Headers) > 0 && o.API.Scheme == "http" && host != "localhost" && !net.ParseIP(host).IsLoopback() && !o.Demo {
		o.Warnings = append(o.Warnings, "headers go to "+o.API.Host+" over http, where others can read them: use https if it can")
	}
	return err
}

// addHeaders adds the headers in a text, one a line. Blank lines and comments (#) don't count.
func addHeaders(to http.Header, where, text string) (err error) {
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			err = cmp.Or(err, addHeader(to, fmt.Sprintf("%s, line %d", where, i+1), line))
		}
	}
	return err
}

// addHeader adds "Name: value". Its errors may quote the name, but not the value, which is secret.
func addHeader(to http.Header, where, text string) error {
	name, value, found := strings.Cut(text, ":")
	if !found || !httpguts.ValidHeaderFieldName(name) {
		return fmt.Errorf(`%s: want "Name: value", with a name of letters, digits and hyphens`, where)
	}
	name, value = http.CanonicalHeaderKey(name), strings.Trim(value, " \t")
	switch {
	case slices.Contains([]string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Range", "Upgrade"}, name):
		return fmt.Errorf("%s: %s: jobwatch can't send this header", where, name)
	case value == "" || !httpguts.ValidHeaderFieldValue(value):
		return fmt.Errorf("%s: %s: want a value of one line, in quotes with the name", where, name)
	}
	to.Add(name, value)
	return nil
}
