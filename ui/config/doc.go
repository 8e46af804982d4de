// Package config turns what jobwatch was started with (arguments, environment, config
// file, what its standard streams are) into one validated [Options] value, before
// anything else happens. It touches neither screen nor disk by itself: [Parse] is a
// function of its [Input].
//
// One table (table.go) says what options there are. The parser, --help, the man
// page, the shell completions, the config file's keys and its annotated default are
// all made from it, so that none of them can lie.
package config
