package redact

import (
	"regexp"

	"example.com/jobwatch/poller/job"
)

// Scrub cuts job IDs down to their first digits, and URLs to their scheme: for texts that
// leave the screen, be it as logs, notifications or reports, with --redact or without.
func Scrub(text string) string {
	url := regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://)[^\s"'<>]+`)
	return url.ReplaceAllString(job.Shorten(text), "$1"+Gap)
}
