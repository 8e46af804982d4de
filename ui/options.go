package ui

import (
	"context"
	"time"

	"github.com/muesli/termenv"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal/keyboard"
)

// Watcher is the poller, as the dashboard uses it. None of these waits.
type Watcher interface {
	session.Poller
	Pause(paused bool)
	Visible(ids []job.ID)
	Updates() <-chan poller.Update
}

// Terminal is the terminal's own state: written between frames, from commands.
type Terminal interface {
	// Copy puts text on the user's clipboard.
	Copy(text string) error
	// Title sets the window's title.
	Title(title string)
	// Notify shows a text, which may be untrusted, to a user who looks elsewhere.
	Notify(text string)
	// Taskbar shows progress beside the title, in percent; nothing when negative.
	Taskbar(percent int, failed bool)
	// AskBackground asks for the background colour, without waiting. The answer, if
	// there is one, comes as a [keyboard.Background].
	AskBackground()
}

// Arrival is job IDs that become one batch.
type Arrival struct {
	Found ids.Found
	Batch string // the batch's name; "" names it after the time
	Given bool   // by the user, who may undo it; else it came by itself, as the demo's do
}

// Options configure a dashboard.
type Options struct {
	Open     func(context.Context) (session.Journal, store.Opened, error)
	Session  session.Config // what both faces have; the dashboard adds its poller and downloads
	Watcher  Watcher
	Terminal Terminal

	Arrivals <-chan Arrival              // nil: none but what is typed
	Take     func([]rune) keyboard.Event // what a keyboard.EventKey or a pasted key stands for; nil: itself

	Palette style.Palette
	Glyphs  style.Glyphs
	Profile termenv.Profile
	Dark    bool
	Ask     bool // Dark is only a guess: ask the terminal

	Keys      map[string][]string // by the action's name, the keys that are not the default ones
	Details   Details
	Filter    string // what the list starts with, in the filter language
	Clock     func() time.Time
	Downloads Downloader // nil: there is nowhere to download to

	// OutputURL makes a URL of a Done job's path, which may be relative. It is "" if the
	// path can't be one. Nil: the path itself.
	OutputURL func(path string) string

	Title string // beside the name in the header: "demo", say
}
