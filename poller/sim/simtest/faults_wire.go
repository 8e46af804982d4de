package simtest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Faults below HTTP: connections that break, hang or never end.

// Hang never answers.
func Hang() Fault {
	return func(_ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) { <-r.Context().Done() }
}

// HangMidBody sends the beginning of an answer and nothing more.
func HangMidBody() Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		half(w, r)
		<-r.Context().Done()
	}
}

// half sends the head and the beginning of a status.
func half(w http.ResponseWriter, r *http.Request) {
	_, id := RouteOf(r)
	head := `{"id":"` + id + `","sta`
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(head)+20))
	_, _ = io.WriteString(w, head) //nolint:gosec // G705: it is JSON, and sent as such
	_ = http.NewResponseController(w).Flush()
}

// BreakMidBody closes the connection in the middle of the answer's body.
func BreakMidBody() Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		half(w, r)
		panic(http.ErrAbortHandler) // net/http's way to break a connection off
	}
}

// ResetMidBody resets the connection in the middle of the answer's body.
func ResetMidBody() Fault {
	return raw(func(c net.Conn, b *bufio.Writer) {
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":")
		_ = b.Flush()
		reset(c)
	})
}

// ResetMidHeaders resets the connection in the middle of the answer's headers.
func ResetMidHeaders() Fault {
	return raw(func(c net.Conn, b *bufio.Writer) {
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\nContent-Ty")
		_ = b.Flush()
		reset(c)
	})
}

// Hangup closes the connection without an answer.
func Hangup() Fault { return raw(func(net.Conn, *bufio.Writer) {}) }

// NotHTTP answers in another protocol.
func NotHTTP() Fault {
	return raw(func(_ net.Conn, b *bufio.Writer) { _, _ = b.WriteString("SSH-2.0-OpenSSH_9.6\r\n") })
}

// HeadOf answers with one header, however wrong it is.
func HeadOf(header string) Fault {
	return raw(func(_ net.Conn, b *bufio.Writer) {
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + header + "\r\n\r\n{}")
	})
}

// EndlessHeaders sends headers for as long as the client takes them.
func EndlessHeaders() Fault {
	return raw(func(_ net.Conn, b *bufio.Writer) {
		_, err := b.WriteString("HTTP/1.1 200 OK\r\n")
		for i := 0; err == nil; i++ {
			_, err = b.WriteString("X-More-" + strconv.Itoa(i) + ": and more, and more, and more\r\n")
		}
	})
}

// SlowBytes answers correctly, a byte at a time.
func SlowBytes(every time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		next(slow{w, r, every}, r)
	}
}

type slow struct {
	http.ResponseWriter
	r     *http.Request
	every time.Duration
}

func (s slow) Write(b []byte) (int, error) {
	flush := http.NewResponseController(s.ResponseWriter)
	for i := range b {
		if !wait(s.r, s.every) {
			return i, s.r.Context().Err()
		}
		if _, err := s.ResponseWriter.Write(b[i : i+1]); err != nil {
			return i, err
		}
		if err := flush.Flush(); err != nil {
			return i, err
		}
	}
	return len(b), nil
}

// raw hijacks the connection and closes it afterwards. Over HTTP/2 it aborts the stream.
func raw(do func(net.Conn, *bufio.Writer)) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		c, b, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		do(c, b.Writer)
		_ = b.Flush()
		_ = c.Close()
	}
}

// reset closes a connection so that the other side sees a reset, not an end. In memory there
// is no difference.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
