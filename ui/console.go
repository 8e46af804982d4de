package ui

import (
	"context"
	"os"
	"time"

	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/terminal"
	"example.com/jobwatch/ui/terminal/keyboard"
)

// Console is the terminal that a dashboard runs on.
type Console struct {
	out  *terminal.Output
	keys *keyboard.Reader
	env  terminal.Env
	mode notify.Mode
	bar  notify.Taskbar
}

var _ Terminal = (*Console)(nil)

// NewConsole returns the console of a terminal open for reading and for writing.
func NewConsole(in, out *os.File, env terminal.Env, mode notify.Mode) *Console {
	return &Console{
		out: terminal.NewOutput(out), keys: keyboard.NewReader(in), env: env, mode: mode, bar: notify.NewTaskbar(env),
	}
}

// Copy implements [Terminal].
func (c *Console) Copy(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) // tmux answers at once or never
	defer cancel()
	return terminal.Copy(ctx, c.out, c.env, text)
}

// Title implements [Terminal].
func (c *Console) Title(title string) { c.out.Send(terminal.Title(c.env, title)) }

// Notify implements [Terminal].
func (c *Console) Notify(text string) { c.out.Send(notify.Sequence(c.env, c.mode, text)) }

// Taskbar implements [Terminal].
func (c *Console) Taskbar(percent int, failed bool) {
	if percent < 0 {
		c.out.Send(c.bar.Clear())
		return
	}
	c.out.Send(c.bar.Progress(percent, failed))
}

// AskBackground implements [Terminal]. The reply comes among the keys.
func (c *Console) AskBackground() { c.out.Send(terminal.QueryBackground) }

// Take says what a [keyboard.EventKey] or a pasted key stands for; it is [Options].Take.
func (c *Console) Take(runes []rune) keyboard.Event { return c.keys.Take(runes) }
