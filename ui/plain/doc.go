// Package plain is jobwatch without a screen: lines for people and logs, JSON for
// programs, a table for a single look, and the receipt after the dashboard. It is a
// second consumer of the same poller and the same state file.
//
// # Plain lines
//
// A line for each change of a job's status, the first one when it is first heard:
//
//	2026-05-04 14:32:05  01890a5d  Processing    45%  Invoice 12: rendering page 3
//
// Local time, short ID (first 8 digits, more where two of the jobs share them),
// status, progress ("-" when not known), description and status_meta, and where that
// can be told, when the job will be ready: (ready ~4m, 14:32). No escape
// sequence is ever written there; the API's texts go through ui/sanitize. What is about
// jobwatch itself, and the causes of jobs that failed, go to standard error; so do
// notifications, where that is a terminal.
//
// A job that leaves the state file, because another jobwatch removed it or another
// program replaced the file, has a last line with the status "removed". It counts as
// failed, unless it had ended before and no PDF was still wanted.
//
// A status that the API does not document is shown as it is. The job is not finished by it:
// standard error says once of each such word that jobwatch waits for another.
//
// A job whose polls failed three times in a row is named on standard error, with the
// reason; again when it is heard again, or when the polls fail of something else (another
// HTTP status). While the API as a whole is away, that alone is said.
//
// Where PDFs are wanted (--download), each Done job has another line: where its PDF
// was saved, or found to be already, or why there is none, which standard error
// repeats at the end:
//
//	2026-05-04 14:33:10  01890a5d  saved /home/me/Downloads/may/Invoice 12.pdf
//	2026-05-04 14:33:10  01890a5d  already there: /home/me/Downloads/may/Invoice 12.pdf
//	2026-05-04 14:33:10  01890a5d  PDF failed: the API has no PDF of this job (any more)
//
// # JSON lines
//
// The same moments, one object a line; also one each time that standard error says of a
// job that its polls fail or fail no more:
//
//	time         string   when it came about, RFC 3339 in UTC with milliseconds
//	id           string   the whole ID
//	batch        string?  the batch's name
//	status       string?  the API's word; null when it has not said any; "removed": see above
//	progress     number?  0 to 1
//	status_meta  string?  as the API gave it
//	path         string?  as the API gave it: the job's output when Done
//	error        string?  why the job has ended without being Done; null while it may still be
//	problem      string?  why its last poll failed, with the HTTP status if there was one:
//	                      "403 Forbidden: …"; null when it did not
//	file         string?  where its PDF was saved: the whole path
//	file_error   string?  why its PDF could not be saved; null while it may still be
//	ready_from   string?  when the job will be ready at the earliest, as time is; null
//	ready_by     string?  and at the latest: in four cases of five it is between the two
//
// Where PDFs are wanted, each Done job has another line, the same but for its time
// and one of the last two.
//
// With --redact, the ID is a short one and texts are without descriptions.
//
// Every key is always there; null means not known (string?, number?). A job is
// finished when its status is "Done" or its error is not null. Characters that could
// act on a terminal are escaped as \uXXXX.
package plain
