package ui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
)

// Action is something that keys do, by the name that the config file knows it by.
type Action struct {
	Name  string
	Keys  []string // in Bubble Tea's words, the first the one that is told
	About string
}

// Actions are all that keys do, in the order of the help.
func (k KeyMap) Actions() []Action {
	var all []Action
	for _, n := range k.named() {
		all = append(all, Action{n.name, n.binding.Keys(), n.binding.Help().Desc})
	}
	return all
}

// Bind is k with other keys for the named actions, and the help to go with them. An
// action that is given no keys can't be done by keys; only ctrl+c quits whatever is
// bound.
func (k KeyMap) Bind(keys map[string][]string) KeyMap {
	for _, n := range k.named() {
		bound, ok := keys[n.name]
		if n.binding == &k.Quit && !slices.Contains(bound, always) {
			bound = append(slices.Clone(bound), always)
		}
		if ok && !slices.Equal(bound, n.binding.Keys()) {
			n.binding.SetKeys(bound...)
			n.binding.SetEnabled(len(bound) > 0)
			n.binding.SetHelp(keyNames(bound), n.binding.Help().Desc)
		}
	}
	return k
}

// always is the key that quits whatever is bound.
const always = "ctrl+c"

// keyNames is how the help tells of keys: of the first two, "x/ctrl+x".
func keyNames(keys []string) string {
	if len(keys) > 1 {
		keys = slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == always })
	}
	names := slices.Clone(keys[:min(len(keys), 2)])
	for i, name := range names {
		at := strings.LastIndex(name[:max(len(name)-1, 0)], "+") + 1 // behind the modifiers
		switch name[at:] {
		case " ":
			names[i] = name[:at] + "space"
		case "up":
			names[i] = name[:at] + "↑"
		case "down":
			names[i] = name[:at] + "↓"
		case "left":
			names[i] = name[:at] + "←"
		case "right":
			names[i] = name[:at] + "→"
		case "pgdown":
			names[i] = name[:at] + "pgdn"
		}
	}
	return strings.Join(names, "/")
}

// hint is what a key does, for a sentence: "u brings it back". It is "" where no key
// does it.
func hint(b key.Binding, does string) string {
	if !b.Enabled() {
		return ""
	}
	return b.Help().Key + " " + does
}

// joined joins what there is of hints and the like.
func joined(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), by)
}

// binding is an action's name and its keys.
type binding struct {
	name    string
	binding *key.Binding
}

func (k *KeyMap) named() []binding {
	return []binding{
		{"up", &k.Up},
		{"down", &k.Down},
		{"page-up", &k.PageUp},
		{"page-down", &k.PageDown},
		{"first", &k.Top},
		{"last", &k.Bottom},
		{"next-problem", &k.Next},
		{"fold", &k.Fold},
		{"fold-all", &k.FoldAll},
		{"details", &k.Detail},
		{"view", &k.View},
		{"back", &k.Back},
		{"filter", &k.Filter},
		{"status", &k.Status},
		{"sort", &k.Sort},
		{"select", &k.Mark},
		{"select-all", &k.MarkAll},
		{"open", &k.Open},
		{"download", &k.Download},
		{"copy", &k.Copy},
		{"copy-path", &k.CopyPath},
		{"export", &k.Export},
		{"failures", &k.Problems},
		{"log", &k.Log},
		{"add", &k.Add},
		{"name", &k.Name},
		{"forget", &k.Forget},
		{"forget-finished", &k.Clear},
		{"undo", &k.Undo},
		{"redo", &k.Redo},
		{"poll", &k.Poll},
		{"poll-all", &k.PollAll},
		{"pause", &k.Pause},
		{"redraw", &k.Redraw},
		{"suspend", &k.Suspend},
		{"help", &k.Help},
		{"quit", &k.Quit},
	}
}
