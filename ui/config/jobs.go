package config

import (
	"fmt"
	"net/url"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/ids"
)

// parseJobs reads the arguments that are not flags. want says that "-" was one.
func parseJobs(args []string) (ids []job.ID, want bool, err error) {
	seen := make(map[job.ID]bool, len(args))
	for _, arg := range args {
		if arg == "-" {
			want = true
			continue
		}
		found, err := parseJob(arg)
		if err != nil {
			return nil, false, err
		}
		for _, id := range found {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids, want, nil
}

// parseJob reads one argument: an ID, a path or URL that holds one, or several of
// them separated by commas or white space, as "$(cat ids.txt)" gives them.
func parseJob(arg string) ([]job.ID, error) {
	if id, ok := oneJob(arg); ok {
		return []job.ID{id}, nil
	}
	parts := strings.FieldsFunc(arg, func(r rune) bool { return strings.ContainsRune(", ;\t\r\n", r) })
	if len(parts) < 2 {
		return nil, notAJob(arg)
	}
	var ids []job.ID
	for _, part := range parts {
		id, ok := oneJob(part)
		if !ok {
			return nil, notAJob(part)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// oneJob reads an ID, or the one ID that is a part of a path or URL.
func oneJob(s string) (job.ID, bool) {
	if id, ok := ids.Parse(s); ok {
		return id, true
	}
	u, err := url.Parse(s)
	if err != nil || !strings.Contains(s, "/") || u.Opaque != "" ||
		u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return job.ID{}, false
	}
	var found job.ID
	n := 0
	for part := range strings.SplitSeq(u.Path, "/") {
		if id, ok := ids.Parse(part); ok {
			found = id
			n++
		}
	}
	return found, n == 1
}

// notAJob says what is wrong with an argument, as near as can be told.
func notAJob(arg string) error {
	const idLen = len("01890a5d-ac96-774b-bcce-b302099a8057")
	why := "not a job: want its ID (such as 01890a5d-ac96-774b-bcce-b302099a8057), its path or URL"
	switch hex := strings.Trim(strings.ToLower(arg), "0123456789abcdef-"); {
	case arg != "" && hex == "" && len(arg) != idLen:
		why = fmt.Sprintf("not a job ID: it has %d characters, an ID has %d", len(arg), idLen)
	case arg != "" && hex == "":
		why = "not a job ID: its dashes are not where an ID has them (8-4-4-4-12)"
	case ids.Find(arg).Near > 0:
		why = "looks like a job ID that is cut off or mistyped: one has the digits 0-9 and a-f, as 8-4-4-4-12"
	case strings.Contains(arg, "/"):
		why = "not a job: want a path or URL with one job ID in it, such as /job/ID/status"
	case strings.Contains(arg, "."):
		why = "not a job; IDs out of a file are read with: jobwatch - < FILE"
	}
	return usageError(quote(arg) + ": " + why)
}
