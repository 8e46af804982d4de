package job

// Status is the API's word for the state of a job. An unknown word is kept as it came, and the
// job is still polled; it is untrusted text like all the rest.
type Status string

// The four words of the API, exactly. The zero Status means that there is no answer yet.
const (
	NotStarted Status = "Not Started"
	Processing Status = "Processing"
	Done       Status = "Done"
	Error      Status = "Error"
)

// Final reports whether the status will not change any more.
func (s Status) Final() bool { return s == Done || s == Error }

// Known reports whether s is one of the API's four words.
func (s Status) Known() bool {
	return s == NotStarted || s == Processing || s == Done || s == Error
}

// Progress is how much of a job is done, 0 to 1, or [Unknown].
type Progress float64

// Unknown is the progress of a job that reports none: not the same as 0.
const Unknown Progress = -1

// Known reports whether the job reports a progress.
func (p Progress) Known() bool { return p >= 0 }

// Answer is what the API said of a job at one moment (JobStatus in package api). Null, absent
// and empty texts are all "". Every text is untrusted: it must go through ui/sanitize before
// it is written to a terminal.
type Answer struct {
	Status      Status
	Description string
	Meta        string // status_meta: the step under way, or the error's cause
	Path        string // when Done, where the output is; relative or absolute
	Progress    Progress
}
