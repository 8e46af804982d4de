package plain

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// word is a job's status in a word or two, the same as on the screen.
func word(j *store.Job) string {
	return sanitize.Line(new(style.Theme).Look(j.Answer.Status, j.End, nil).Word)
}

// cause is why a job ended without being Done, or "". Like all texts here it is
// untrusted.
func cause(j *store.Job) string {
	switch {
	case !j.End.Finished() || j.End == job.EndedDone:
		return ""
	case j.Cause != "":
		return j.Cause
	case j.Answer.Meta != "":
		return j.Answer.Meta
	}
	return "no cause was given"
}

// about is a job's description and what there is to say of its status.
func about(j *store.Job) string {
	said := sanitize.Line(j.Answer.Meta)
	if c := cause(j); c != "" {
		said = sanitize.Line(c)
	} else if joblist.StateOf(j.Answer.Status, j.End) == joblist.Other {
		said = joined("; ", said, style.UnknownStatus)
	}
	return joined(": ", sanitize.Line(j.Answer.Description), said)
}

// joined joins what is not empty.
func joined(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), by)
}

// percent is a progress in four cells; one that is not known looks like no figure.
func percent(p job.Progress) string {
	if !p.Known() {
		return "   -"
	}
	// As 0.29 is a bit less than 29 hundredths, it takes a bit more to show 29.
	return fmt.Sprintf("%3d%%", int(math.Floor(float64(p)*100+1e-9)))
}

// padded is a clean text with spaces up to a width in cells.
func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-sanitize.Width(s)))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// shorts gives jobs the shortest IDs, of at least 8 digits, that tell them apart.
type shorts map[job.ID]string

func shortIDs(ids []job.ID) shorts {
	sorted := slices.SortedFunc(slices.Values(ids), job.ID.Compare)
	out := make(shorts, len(ids))
	for i, id := range sorted {
		shared := 0 // digits shared with a neighbour
		if i > 0 {
			shared = sharedDigits(id, sorted[i-1])
		}
		if i+1 < len(sorted) {
			shared = max(shared, sharedDigits(id, sorted[i+1]))
		}
		out[id] = hex.EncodeToString(id[:])[:min(max(8, shared+1), 2*len(id))]
	}
	return out
}

// of is a job's short ID, also that of a job it was not made for.
func (s shorts) of(id job.ID) string {
	if short, ok := s[id]; ok {
		return short
	}
	return id.Short()
}

// width is the longest's.
func (s shorts) width() int {
	w := len("01890a5d")
	for _, short := range s {
		w = max(w, len(short))
	}
	return w
}

// sharedDigits is how many hexadecimal digits two IDs have in common at their start;
// of the same ID twice, none.
func sharedDigits(a, b job.ID) int {
	for i := range a {
		if x := a[i] ^ b[i]; x != 0 {
			if x < 0x10 {
				return 2*i + 1
			}
			return 2 * i
		}
	}
	return 0
}
