package ui

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/style"
)

// silences are ways to get no answer at all.
func silences() []fault {
	const no = "no answer"
	return []fault{
		{"connection refused", dialling(refused), no, "connection refused by 127.0.0.1:1"},
		{"connection reset in the middle of the headers", dialling(reset("HTTP/1.1 200 OK\r\nContent-Ty")), no, "the connection broke in the middle of the headers"},
		{
			"connection reset in the middle of the body", dialling(reset(
				"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"id\"")), no,
			"the connection broke in the middle of the answer",
		},
		{"connection closed instead of an answer", answering(simtest.Hangup()), no, "the connection was closed before the answer"},
		{"no answer comes", answering(simtest.Hang()), no, "no answer within 10 s"},
		{"the answer stops in the middle", answering(simtest.HangMidBody()), no, "the answer was not whole within 10 s"},
		{"a byte a second", answering(simtest.SlowBytes(time.Second)), no, "the answer was not whole within 10 s"},
		{"the name is unknown (DNS)", dialling(unknown("no such host", true)), no, "no host is named api.example"},
		{"the name server fails", dialling(unknown("server misbehaving", false)), no, "the address of api.example can't be looked up (is the network up?)"},
		{"certificate expired", overTLS("", func(c *tls.Config) { c.Time = func() time.Time { return time.Now().AddDate(100, 0, 0) } }), no, "certificate expired on 29 January 2084"},
		{"certificate of another host", overTLS("", func(c *tls.Config) { c.ServerName = "" }), no, "certificate is not for api.example"},
		{"certificate that nobody vouches for", overTLS("", func(c *tls.Config) { c.RootCAs = nil }), no, "certificate signed by an authority that this computer does not trust"},
		{"plain text where TLS belongs", goingTo("https://api.example", func(t *http.Transport) {
			t.DialContext = talker("HTTP/1.1 400 Bad Request\r\n\r\n")
		}), no, "answered without TLS (is it http:// instead of https://, or a captive portal?)"},
		{"the proxy is not there", goingTo("http://api.example", func(t *http.Transport) {
			t.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example:3128"})
			t.DialContext = refused
		}), no, "proxy: connection refused by 127.0.0.1:1"},
	}
}

// refusals are whole HTTP answers that hold no status.
func refusals() []fault {
	const ease = "API unavailable"
	return append(pauses(), []fault{
		{"500 with a web page", answering(simtest.Trouble(http.StatusInternalServerError)), ease, "the API has trouble: Internal Server Error"},
		{"502 with a web page", answering(simtest.Trouble(http.StatusBadGateway)), ease, "the API has trouble: Bad Gateway"},
		{"400 for each job", answering(simtest.Trouble(http.StatusBadRequest)), "live", "the API gave an unexpected answer: Bad Request"},
		{"401 for each job", answering(simtest.Trouble(http.StatusUnauthorized)), "live", "the API wants credentials: set headers in the config file or --header"},
		{"410 for each job", answering(simtest.Trouble(http.StatusGone)), "live", "the API gave an unexpected answer: Gone"},
		{"404 for each job", answering(simtest.Trouble(http.StatusNotFound)), "live", "the API does not know this job"},
		{"511, a network that wants a login", answering(simtest.Trouble(http.StatusNetworkAuthenticationRequired)), ease, "the network wants a login first (a captive portal)"},
		{"a captive portal's page, as 200", answering(simtest.CaptivePortal()), ease, "answered with a web page instead of JSON (a captive portal or proxy?)"},
		{"redirected for ever", answering(simtest.Redirect(http.StatusFound, "{path}")), ease, "redirected more than 3 times"},
		{
			"redirected to another host", answering(simtest.Redirect(http.StatusFound, "http://other.example{path}")), ease,
			"redirected to another host, other.example (a captive portal or proxy?)",
		},
		{"redirected to file:///etc/passwd", answering(simtest.Redirect(http.StatusFound, "file:///etc/passwd")), ease, "redirected to something other than http and https"},
		{"redirected from https to http", overTLS("HTTP/1.1 302 Found\r\nLocation: http://api.example/\r\nContent-Length: 0\r\n\r\n", func(*tls.Config) {}), ease, "redirected from https to http, which is not safe"},
		{"the proxy wants a login", goingTo("http://api.example", func(t *http.Transport) {
			t.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example:3128"})
			t.DialContext = talker("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
		}), ease, "the proxy wants credentials: put the right ones in HTTPS_PROXY's URL"},
	}...)
}

// pauses are answers that ask for fewer requests, with each kind of Retry-After.
func pauses() (all []fault) {
	for _, code := range []struct {
		number string
		answer func(retryAfter string) simtest.Fault
		says   string
	}{
		{"429", simtest.TooMany, "the API wants fewer requests"},
		{"503", simtest.Unavailable, "the API is unavailable for now"},
		{"403", simtest.Forbidden, "the API refuses requests for now"},
	} {
		inAWhile := func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
			code.answer(time.Now().Add(80*time.Second).UTC().Format(http.TimeFormat))(w, r, next)
		}
		header := "API unavailable (" + code.number + ")"
		if code.number == "429" {
			header = "too many requests (429)"
		}
		noTime, says := header, code.says
		if code.number == "403" { // then it is each job's own trouble
			noTime, says = "live", "the API forbids this: are there headers with credentials that may read this job?"
		}
		all = append(all, []fault{
			{code.number + ", Retry-After: 7", answering(code.answer("7")), header, code.says + ", and asks for a pause of 7 s"},
			{code.number + ", Retry-After: a date in 80 s", answering(inAWhile), header, code.says + ", and asks for a pause of 80 s"},
			{code.number + " without Retry-After", answering(code.answer("")), noTime, says},
			{code.number + ", Retry-After: -5", answering(code.answer("-5")), noTime, says},
			{code.number + ", Retry-After: a year", answering(code.answer("31536000")), header, code.says + ", and asks for a pause of 1 h or more"},
		}...)
	}
	return all
}

// answers are statuses that are none, or odd ones.
func answers() []fault {
	const ease = "API unavailable"
	says := func(name, body, told string) fault { return fault{name, answering(simtest.JSON(body)), ease, told} }
	takes := func(name, body, shown string) fault { return fault{name, answering(simtest.JSON(body)), "", shown} }
	return []fault{
		{"another protocol", answering(simtest.NotHTTP()), ease, "answered with something that is not HTTP"},
		{"endless headers", answering(simtest.EndlessHeaders()), ease, "answered with endless headers"},
		{"a body of 5 GB", answering(simtest.Huge(5<<30, true)), ease, "answered with more than 1 MiB (a captive portal or proxy?)"},
		{"a body of 5 GB that nothing announces", answering(simtest.Huge(5<<30, false)), ease, "answered with more than 1 MiB (a captive portal or proxy?)"},
		{"a gzip bomb", answering(simtest.GzipBomb(64 << 20)), ease, "answered with more than 1 MiB (a captive portal or proxy?)"},
		says("nothing, as 200", "", "answered with nothing"),
		says("JSON cut short", `{"id":"{id}","status":"Proc`, "answered with damaged JSON, or none at all"),
		says("JSON 100,000 deep", strings.Repeat("[", 100_000), "answered with damaged JSON, or none at all"),
		says("NUL bytes", "{\"id\":\"{id}\",\x00\"status\":\"Done\"}", "answered with damaged JSON, or none at all"),
		says("an id that is a number", `{"id":7,"status":"Done"}`, "answered with a wrong number as the job's id"),
		says("a status that is a number", `{"id":"{id}","status":7}`, "answered with a wrong number as the job's status"),
		says("a description that is an object", `{"id":"{id}","status":"Done","description":{}}`,
			"answered with an object as the job's description"),
		says("a status_meta that is a list", `{"id":"{id}","status":"Done","status_meta":[]}`,
			"answered with a list as the job's status_meta"),
		says("a progress that is a text", `{"id":"{id}","status":"Done","progress":"half"}`, "answered with a text as the job's progress"),
		says("a path that is true", `{"id":"{id}","status":"Done","path":true}`, "answered with true or false as the job's path"),
		says("another job's body", `{"id":"01890a5d-ac96-774b-bcce-b302099a8057","status":"Done"}`, "answered about another job"),
		{"text that is no JSON", answering(simtest.Answer(http.StatusOK, "text/plain", "OK")), ease, "answered with text/plain instead of JSON (a captive portal or proxy?)"},
		{"packed with br, which nobody asked for", answering(simtest.Packed("br", simtest.Zlib)), ease, "answered with br compression, which jobwatch can't unpack"},
		{"packed with deflate, which nobody asked for", answering(simtest.Packed("deflate", simtest.Zlib)), "", "Processing"},
		{"JSON that calls itself text/plain", answering(simtest.Labeled("text/plain")), "", "Processing"},
		{"JSON that calls itself application/octet-stream", answering(simtest.Labeled("application/octet-stream")), "", "Processing"},
		{"JSON after a byte-order mark", answering(simtest.Before("\ufeff")), "", "Processing"},
		takes("keys given twice", `{"id":"{id}","status":"Error","status":"Processing"}`, "Processing"),
		takes("invalid UTF-8", "{\"id\":\"{id}\",\"status\":\"Processing\",\"description\":\"a\xff\xfeb\"}", "a\ufffd"),
		takes("a status nobody knows", `{"id":"{id}","status":"Proofreading"}`, style.UnknownStatus),
		takes("a progress of 700 %", `{"id":"{id}","status":"Processing","progress":7}`, "100%"),
		takes("a progress below nothing", `{"id":"{id}","status":"Processing","progress":-1e9}`, "0%"),
	}
}

// refused dials a port of this machine on which nobody listens.
func refused(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", "127.0.0.1:1")
}

// talker dials somebody who says a text to whatever he is told, and hangs up.
func talker(says string) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go tell(server, says)
		return client, nil
	}
}

// tell says a text to whatever it is told, and hangs up.
func tell(conn net.Conn, says string) {
	defer func() { _ = conn.Close() }()
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		return
	}
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	_, _ = io.WriteString(conn, says)
}

// reset is talker, but the connection ends as a reset one does.
func reset(says string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := talker(says)(ctx, network, addr)
		return resetting{conn}, err
	}
}

type resetting struct{ net.Conn }

func (c resetting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		err = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return n, err
}

// overTLS leads to a server with the certificate of package httptest, for example.com and valid
// until 2084, that says a text to whatever it is told. The client trusts it as change has it.
func overTLS(says string, change func(*tls.Config)) mishap {
	return func(d *harness) func() {
		trust := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "example.com", MinVersion: tls.VersionTLS12}
		trust.RootCAs.AddCert(server().Leaf)
		change(trust)
		return goingTo("https://api.example", func(t *http.Transport) {
			t.TLSClientConfig = trust
			t.DialContext = func(context.Context, string, string) (net.Conn, error) {
				client, conn := net.Pipe()
				go tell(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{server()}, MinVersion: tls.VersionTLS12}), says)
				return client, nil
			}
		})(d)
	}
}

// server is the certificate of package httptest.
var server = sync.OnceValue(func() tls.Certificate {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	cert := s.TLS.Certificates[0]
	cert.Leaf = s.Certificate()
	return cert
})

// unknown is a host whose name can't be looked up. It is the resolver's own error, not
// the resolver: net keeps its settings in a way that no fake clock may see.
func unknown(why string, notFound bool) func(context.Context, string, string) (net.Conn, error) {
	return func(_ context.Context, _, addr string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(addr)
		failed := &net.DNSError{Err: why, Name: host, Server: "127.0.0.1:53", IsNotFound: notFound, IsTemporary: !notFound}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: failed}
	}
}
