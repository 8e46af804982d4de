package ui

import (
	"net/http"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/sim/simtest"
)

// losses are ways for a PDF not to come, or to come oddly. None of them is the polls'.
func losses() []fault {
	output := func(f simtest.Fault) mishap { return answering(simtest.On(simtest.OutputPage, f)) }
	file := func(f ...simtest.Fault) mishap {
		for i := range f {
			f[i] = simtest.On(simtest.FilePage, f[i])
		}
		return answering(f...)
	}
	failed := func(name string, m mishap, why string) fault { return fault{name, m, "live", "failed: " + why} }
	saved := func(name string, m mishap) fault { return fault{name, m, "live", "Report.pdf"} }
	const asked = "asked for the PDF: "
	return []fault{
		failed("the output is not there yet (404)", output(simtest.Trouble(http.StatusNotFound)), asked+"the API has no PDF of this job, or not yet (HTTP 404)"),
		failed("the output: 403", output(simtest.Forbidden("")), asked+"the API forbids this: are there headers with credentials that may read this job? (HTTP 403)"),
		failed("the output: 500", output(simtest.Trouble(http.StatusInternalServerError)), asked+"the API has trouble: Internal Server Error (HTTP 500)"),
		failed("the output: 503, Retry-After: 7", output(simtest.Unavailable("7")), asked+"the API is unavailable for now, and asks for a pause of 7 s (HTTP 503)"),
		{
			"the output: 429, Retry-After: 7", output(simtest.TooMany("7")), "too many requests (429)",
			"failed: " + asked + "the API wants fewer requests, and asks for a pause of 7 s (HTTP 429)",
		},
		failed("the output: 429 without Retry-After", output(simtest.TooMany("")), asked+"the API wants fewer requests (HTTP 429)"),
		failed("the output: a captive portal's page, as 200", output(simtest.CaptivePortal()), asked+"answered with a web page instead of JSON (a captive portal or proxy?)"),
		failed("the output: no answer comes", output(simtest.Hang()), asked+"no answer within 10 s"),
		failed("the output: the connection is closed", output(simtest.Hangup()), asked+"the connection was closed before the answer"),
		failed("the output: JSON without a URL", output(simtest.JSON("{}")), asked+"answered without the URL of the PDF"),
		saved("the output: JSON that calls itself text/plain", output(simtest.Labeled("text/plain"))),
		saved("the output: JSON after a byte-order mark", output(simtest.Before("\ufeff"))),
		saved("an API below a path that its outputs leave out", below),
		failed("the link has expired", func(d *harness) func() { return answering(simtest.ExpiredLink())(d) }, "the link to the PDF was refused (HTTP 403), it may have expired; try again for a fresh one"),
		failed("the file: 503", file(simtest.Unavailable("7")), "the file server answered HTTP 503; try again later"),
		failed("the file: a login page, as a PDF", answering(simtest.NotPDF()), "what came is not a PDF (a login page, perhaps): nothing was saved; try again"),
		failed("the file is cut short", answering(simtest.CutShort()), "the file came cut short: nothing was saved; try again"),
		failed("the file: packed with br, which nobody asked for", file(simtest.Packed("br", simtest.Zlib)), "the PDF: answered with br compression, which jobwatch can't unpack"),
		saved("the file: packed with deflate, which nobody asked for", file(simtest.Packed("deflate", simtest.Zlib))),
		saved("the file: a byte-order mark before the PDF", file(simtest.Before("\ufeff"))),
	}
}

// below has jobwatch started with an API that a proxy serves below a path, of which the
// API knows nothing.
func below(d *harness) func() {
	to := func(base string, faults ...simtest.Fault) {
		d.leave()
		d.base = base
		d.api.Break(faults...)
		d.start()
		d.send(tea.WindowSizeMsg{Width: 300, Height: 40})
	}
	to("http://api.example/v1", simtest.Under("/v1"))
	return func() { to("") }
}
