package ui

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal/keyboard"
)

func TestMain(m *testing.M) {
	server()              // outside of all bubbles: it opens a socket
	time.Local = time.UTC // screens show local times; these are compared
	os.Exit(m.Run())
}

// harness is a dashboard in use: the real model, state file, poller,
// HTTP stack and simulated API, on a fake clock. Only the terminal is missing:
// keys are sent as messages, and the screen is read from View.
type harness struct {
	*testing.T
	model *Model
	api   *simtest.Server
	file  string
	clip  *clipboard

	messages  chan tea.Msg
	ctx       context.Context //nolint:containedctx // what this launch of jobwatch lives in
	quit      bool
	frame     string // the last one that was looked at
	text      string // the same without colours
	redraws   int    // how often the whole screen was asked for
	transport *http.Transport
	broken    atomic.Pointer[func(ctx context.Context, network, addr string) (net.Conn, error)] // dials while set
	base      string                                                                            // the API's URL
	rate      float64                                                                           // requests a second
	slept     atomic.Int64                                                                      // how long the computer has been suspended in all
	skew      atomic.Int64                                                                      // by how much its clock is wrong
	leaving   func(save bool)
	folder    string // where PDFs are saved
	journal   *store.Store
	shared    chan struct{} // closed when others write into the state file, too
	stop      []func()
}

// unshared looks for what others write once there are any: most stories are of one window, and
// some of hours.
type unshared struct {
	session.Journal
	shared chan struct{}
}

func (u unshared) Next(ctx context.Context) (store.News, error) {
	select {
	case <-u.shared:
		return u.Journal.Next(ctx)
	case <-ctx.Done():
		return store.News{}, ctx.Err()
	}
}

// beside opens a second window on the same state file, until the story ends.
func (d *harness) beside() *harness {
	d.Helper()
	d.share()
	other := &harness{T: d.T, file: d.file, folder: d.folder, api: d.api, transport: d.transport, shared: d.shared}
	other.start()
	d.stop = append(d.stop, other.leave)
	return other
}

// share says that others write into the state file, too.
func (d *harness) share() {
	select {
	case <-d.shared:
	default:
		close(d.shared)
	}
}

// clipboard is the terminal's own state, remembered.
type clipboard struct {
	copied, title string
	notified      []string
	denied        error
	taken         keyboard.Event // instead of the runes, once
}

func (c *clipboard) Copy(text string) error {
	if c.denied != nil {
		return c.denied
	}
	c.copied = text
	return nil
}

func (c *clipboard) Title(title string, _ int, _ bool) { c.title = title }

func (c *clipboard) Notify(text string) { c.notified = append(c.notified, text) }

func (c *clipboard) Take(runes []rune) keyboard.Event {
	taken := c.taken
	c.taken = nil
	if taken == nil {
		taken = keyboard.Paste{Text: []byte(string(runes))}
	}
	return taken
}

// withHarness runs a story on a screen of 120x36, which a story may resize.
func withHarness(t *testing.T, story func(*harness)) {
	t.Helper()
	file, folder := filepath.Join(t.TempDir(), "jobwatch", "jobs.jsonl"), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &harness{T: t, file: file, folder: folder, shared: make(chan struct{})}
		d.api = simtest.New()
		d.api.Server = sim.New(7)
		d.api.Clock = d.trueTime
		defer func() { <-time.After(2 * time.Hour) }() // Bubble Tea's ticks can't be cancelled
		debug.SetGCPercent(400)                        // what the story before may have lowered
		d.serve()
		defer func() {
			for _, stop := range slices.Backward(d.stop) {
				stop()
			}
		}()
		d.start()
		defer func() { d.leave() }()
		story(d)
	})
}

// stories tells stories, each of a dashboard of its own.
func stories(t *testing.T, all map[string]func(*harness)) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) { withHarness(t, all[name]) })
	}
}

// trueTime is the API's clock; the fake one stands still while the computer sleeps.
func (d *harness) trueTime() time.Time { return time.Now().Add(time.Duration(d.slept.Load())) }

// clock is the computer's.
func (d *harness) clock() time.Time { return d.trueTime().Add(time.Duration(d.skew.Load())) }

// serve starts the simulated API on a network in memory.
func (d *harness) serve() {
	pipe := simtest.NewPipe()
	d.stop = append(d.stop, d.api.Serve(pipe))
	// With the client's own limits.
	d.transport = &http.Transport{MaxConnsPerHost: 8, MaxResponseHeaderBytes: 64 << 10, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if broken := d.broken.Load(); broken != nil {
			return (*broken)(ctx, network, addr)
		}
		return pipe.DialContext(ctx, network, addr)
	}}
	d.stop = append(d.stop, d.transport.CloseIdleConnections)
}

// client asks the API as jobwatch does.
func (d *harness) client() *api.Client {
	d.Helper()
	client, err := api.New(cmp.Or(d.base, "http://api.example"), api.Options{Transport: d.transport})
	if err != nil {
		d.Fatal(err)
	}
	return client
}

// start launches jobwatch; a story may start it again after leave or kill.
func (d *harness) start(change ...func(*Options)) {
	d.Helper()
	client := d.client()
	watcher := poller.New(client, poller.Options{WallClock: d.clock, Rate: d.rate})
	files := download.New(client, watcher.InTurn, d.folder, download.DefaultMaxBytes)
	ctx, cancel := context.WithCancel(d.Context())
	ran := make(chan error, 1)
	go func() { ran <- watcher.Run(ctx) }()
	fetched := make(chan error, 1)
	go func() { fetched <- files.Run(ctx) }()
	d.clip = &clipboard{}
	d.journal = nil
	opts := Options{
		Open: func(ctx context.Context) (session.Journal, store.Opened, error) {
			s, opened, err := store.Open(ctx, store.OSDisk{}, d.file)
			d.journal = s
			return unshared{s, d.shared}, opened, err
		},
		Watcher: watcher, Terminal: d.clip, Session: session.Config{Downloads: files},
		Palette: style.Calm(), Glyphs: style.Unicode(), Profile: termenv.TrueColor, Dark: true,
		Clock: d.clock,
		OutputURL: func(path string) string {
			u, err := client.Resolve(path)
			if err != nil {
				return ""
			}
			return u.String()
		},
	}
	for _, c := range change {
		c(&opts)
	}
	d.messages = make(chan tea.Msg, 64)
	d.ctx, d.quit = ctx, false
	d.model = New(ctx, opts)
	d.leaving = func(save bool) {
		d.leaving = func(bool) {} // once
		if save && d.journal != nil {
			if err := d.journal.Append(context.WithoutCancel(ctx), d.model.Unsaved()...); err != nil {
				d.Errorf("the last save failed: %v", err)
			}
		}
		cancel()
		if err := <-ran; err != nil && !errors.Is(err, context.Canceled) {
			d.Errorf("the poller ended with %v", err)
		}
		if err := <-fetched; err != nil {
			d.Errorf("downloading ended with %v", err)
		}
		synctest.Wait()
	}
	d.run(d.model.Init())
	d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
}

// restart leaves jobwatch and launches it again.
func (d *harness) restart(change ...func(*Options)) *harness {
	d.Helper()
	d.leave()
	d.start(change...)
	return d
}

// leave quits in order; kill is kill -9: nothing unsaved is saved.
func (d *harness) leave() { d.leaving(true) }
func (d *harness) kill()  { d.leaving(false) }

// run runs a command as Bubble Tea does: aside, its message into the loop.
func (d *harness) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	messages, ctx := d.messages, d.ctx
	go func() {
		msg := cmd()
		select {
		case messages <- msg:
		case <-ctx.Done():
		}
	}()
}

// reported has the poller find out something.
func (d *harness) reported(u poller.Update) { d.send(then(func() { d.model.session.Reported(u) })) }

// send gives the loop a message and settles what follows from it at once. Like all that is
// done to a dashboard, it returns it, for what is to be seen then.
func (d *harness) send(msg tea.Msg) *harness {
	d.take(msg)
	d.settle()
	return d
}

func (d *harness) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.run(cmd)
		}
	case tea.QuitMsg:
		d.quit = true
	case redrawMsg:
		d.redraws++
	default:
		_, cmd := d.model.Update(msg)
		d.run(cmd)
	}
}

// settle takes in messages until nothing more happens at this moment.
func (d *harness) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-d.messages:
			d.take(msg)
		default:
			return
		}
	}
}

// wait lets time pass.
func (d *harness) wait(span time.Duration) *harness {
	d.each(span, func() {})
	d.settle()
	return d
}

// unseen leaves no room to draw anything: many hours pass sooner, as no clock has to move.
func (d *harness) unseen() *harness { return d.send(tea.WindowSizeMsg{Width: 1, Height: 1}) }

// seen brings the screen back.
func (d *harness) seen() *harness { return d.send(tea.WindowSizeMsg{Width: 120, Height: 36}) }

// waitFor lets time pass until the screen shows a text, 20 minutes at most.
func (d *harness) waitFor(text string) *harness {
	d.Helper()
	for range 12_000 {
		if strings.Contains(d.screen(), text) {
			return d
		}
		d.wait(100 * time.Millisecond)
	}
	d.Fatalf("%q never came on the screen:\n%s", text, d.screen())
	return d
}

// press sends keys by their names, "x" or "enter" or "ctrl+c".
func (d *harness) press(keys ...string) *harness {
	for _, k := range keys {
		d.send(keyOf(k))
	}
	return d
}

func keyOf(name string) tea.KeyMsg {
	bare, alt := strings.CutPrefix(name, "alt+")
	for t := tea.KeyType(-100); t <= 127; t++ {
		if t.String() != bare || t == tea.KeyRunes {
			continue
		}
		msg := tea.KeyMsg{Type: t, Alt: alt}
		if t == tea.KeySpace {
			msg.Runes = []rune{' '}
		}
		return msg
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(bare), Alt: alt}
}

// typed types a text, a key a rune.
func (d *harness) typed(text string) *harness { return d.press(strings.Split(text, "")...) }

// paste pastes a text anywhere.
func (d *harness) paste(text string) *harness {
	return d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

// screen is what is to be seen, without colours.
func (d *harness) screen() string {
	if frame := d.model.View(); frame != d.frame {
		d.frame, d.text = frame, ansi.Strip(frame)
	}
	return d.text
}

// sees wants texts on the screen; seesNot wants them away.
func (d *harness) sees(texts ...string) {
	d.Helper()
	for _, text := range texts {
		if !strings.Contains(d.screen(), text) {
			d.Errorf("%q is not on the screen:\n%s", text, d.screen())
		}
	}
}

func (d *harness) seesNot(texts ...string) {
	d.Helper()
	for _, text := range texts {
		if strings.Contains(d.screen(), text) {
			d.Errorf("%q is on the screen:\n%s", text, d.screen())
		}
	}
}

// jobs has the simulated API take n jobs, of lives that a story may change, and returns their
// IDs, also as a text.
func (d *harness) jobs(n int, change ...func(i int, j *sim.Job)) (ids []job.ID, text string) {
	jobs := sim.Describe(1, sim.Lives(1, n))
	for i := range jobs {
		for _, c := range change {
			c(i, &jobs[i])
		}
	}
	ids = d.api.Add(jobs...)
	return ids, joinIDs(ids)
}

// add has the API take jobs and tracks them.
func (d *harness) add(n int, change ...func(i int, j *sim.Job)) []job.ID {
	ids, text := d.jobs(n, change...)
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
	return ids
}

// silent makes jobs that take a time and say nothing of it.
func silent(takes time.Duration) func(int, *sim.Job) {
	return func(_ int, j *sim.Job) {
		l := &j.Life
		l.Type, l.Fail, l.Duration, l.End = sim.Silent, false, takes, l.Start+takes
	}
}

// linear makes a job that progresses steadily and ends well after so long.
func linear(j *sim.Job, took time.Duration) {
	steady(j, took)
	j.Life.Type, j.Life.Work = sim.Linear, took
}

// steady makes a job that ends well after so long.
func steady(j *sim.Job, took time.Duration) {
	j.Life.Fail, j.Life.Start, j.Life.End, j.Life.Duration = false, 0, took, took
}

func failing(j *sim.Job, after time.Duration, cause string) {
	steady(j, after)
	j.Life.Fail, j.Cause = true, cause
}

// arrivals is a channel of texts that come from elsewhere, until the story ends.
func (d *harness) arrivals() chan *session.Arrival {
	c := make(chan *session.Arrival, 8)
	d.stop = append(d.stop, func() { close(c) })
	return c
}

func content(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// rewrite changes a text of the state file, where it first stands.
func (d *harness) rewrite(from, to string) {
	d.Helper()
	before := content(d.T, d.file)
	after := strings.Replace(before, from, to, 1)
	if after == before {
		d.Fatalf("the state file does not hold %s", from)
	}
	if err := os.WriteFile(d.file, []byte(after), 0o600); err != nil {
		d.Fatal(err)
	}
}
