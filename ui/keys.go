package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
)

// KeyMap is every key that jobwatch acts on. The help is made from it, so that it
// never says anything else than what the keys do.
type KeyMap struct {
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding
	Fold, FoldAll, Detail, View, Back       key.Binding
	Filter, Status, Sort                    key.Binding
	Add, Name, Mark, MarkAll                key.Binding
	Forget, Clear, Undo, Redo               key.Binding
	Poll, PollAll, Pause                    key.Binding
	Copy, CopyPath, Open, Download, Export  key.Binding
	Problems, Log, Next                     key.Binding
	Redraw, Suspend, Help, Quit             key.Binding
}

// DefaultKeys are what users of lazygit, k9s and vim expect.
func DefaultKeys() KeyMap {
	bind := func(help, does string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, does))
	}
	return KeyMap{
		Up:       bind("↑/k", "up", "up", "k"),
		Down:     bind("↓/j", "down", "down", "j"),
		PageUp:   bind("pgup", "page up", "pgup", "ctrl+b", "ctrl+u"),
		PageDown: bind("pgdn", "page down", "pgdown", "ctrl+f", "ctrl+d"),
		Top:      bind("g", "first", "g", "home"),
		Bottom:   bind("G", "last", "G", "end"),
		Fold:     bind("←/→", "fold or unfold the batch", "left", "right"),
		FoldAll:  bind("-", "fold or unfold all batches", "-"),
		Detail:   bind("enter", "details, whole screen", "enter"),
		View:     bind("v", "view (details or none)", "v"),
		Back:     bind("esc", "back, or clear the filter", "esc"),
		Filter:   bind("/", "filter", "/"),
		Status:   bind("tab", "show one status", "tab"),
		Sort:     bind("s", "sort order", "s"),
		Add:      bind("a", "add jobs (or just paste)", "a"),
		Name:     bind("n", "name the batch", "n"),
		Mark:     bind("space", "select", " "),
		MarkAll:  bind("*", "select all shown", "*"),
		Forget:   bind("x", "remove", "x"),
		Clear:    bind("c", "remove finished jobs", "c"),
		Undo:     bind("u", "undo (adding, removing, naming)", "u"),
		Redo:     bind("ctrl+r", "redo what was undone", "ctrl+r"),
		Poll:     bind("r", "poll now", "r"),
		PollAll:  bind("R", "poll all unfinished", "R"),
		Pause:    bind("p", "pause polling", "p"),
		Copy:     bind("y", "copy the ID", "y"),
		CopyPath: bind("Y", "copy the PDF's path or URL", "Y"),
		Open:     bind("o", "open the PDF", "o"),
		Download: bind("d", "download the PDF", "d"),
		Export:   bind("e", "export what is shown", "e"),
		Problems: bind("f", "failures by cause", "f"),
		Log:      bind("l", "event log", "l"),
		Next:     bind("!", "next that needs attention", "!"),
		Redraw:   bind("ctrl+l", "redraw the screen", "ctrl+l"),
		Suspend:  bind("ctrl+z", "suspend", "ctrl+z"),
		Help:     bind("?", "help", "?"),
		Quit:     bind("q", "quit", "q", "ctrl+c"),
	}
}

// ASCII is k with help texts that a terminal without arrows can draw.
func (k KeyMap) ASCII() KeyMap {
	words := strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right")
	for _, n := range k.named() {
		n.binding.SetHelp(words.Replace(n.binding.Help().Key), n.binding.Help().Desc)
	}
	return k
}

// FullHelp is the help screen, a column a subject.
func (k KeyMap) FullHelp() [][]key.Binding {
	return [][]key.Binding{
		{k.Up, k.Down, k.PageUp, k.PageDown, k.Top, k.Bottom, k.Next, k.Fold, k.FoldAll, k.Detail, k.View, k.Back},
		{k.Filter, k.Status, k.Sort, k.Mark, k.MarkAll, k.Open, k.Download, k.Copy, k.CopyPath, k.Export, k.Problems, k.Log},
		{k.Add, k.Name, k.Forget, k.Clear, k.Undo, k.Redo, k.Poll, k.PollAll, k.Pause, k.Redraw, k.Suspend, k.Help, k.Quit},
	}
}
