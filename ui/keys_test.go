package ui

import (
	"slices"
	"testing"
)

// An action can be named in the config file and has one meaning for each of its keys.
func TestActionsHaveNamesAndKeysOfTheirOwn(t *testing.T) {
	names, keys := map[string]bool{}, map[string]string{}
	for _, a := range slices.Concat(actions()...) {
		if a.name == "" || a.title == "" || a.in == 0 || (a.perform == nil) == (a.move == nil) {
			t.Errorf("%+v is not complete", a)
		}
		if names[a.name] {
			t.Errorf("two actions are called %s", a.name)
		}
		names[a.name] = true
		for _, key := range a.keys {
			if keys[key] != "" {
				t.Errorf("%s and %s have the same key %s", a.name, keys[key], key)
			}
			keys[key] = a.name
		}
	}
}

func TestKeysOfOnesOwn(t *testing.T) {
	stories(t, map[string]func(*harness){
		"keys of ones own work and the help tells them": func(d *harness) {
			d.restart(func(o *Options) {
				o.Keys = map[string][]string{
					"remove": {"d", "ctrl+x"}, "download": {}, "undo": {"ctrl+z", "alt+ "}, "suspend": {},
					"back": {"b"}, "down": {"n", "down", "right"}, "name": {}, "fold": {"left"}, "quit": {"Q"},
				}
			})
			ids, text := d.jobs(3)
			d.paste(text)
			d.press("n", "d").sees("removed 1 job; ctrl+z/alt+space brings it back")
			d.seesNot(ids[0].Short())
			d.press("?")
			d.sees("n/↓   down", "d/ctrl+x         remove", "ctrl+z/alt+space undo", "b     back", "Q                quit")
			d.seesNot("download the PDF", "suspend")
			d.press("b").seesNot("undo")

			// What is typed stays text, whatever its letters do elsewhere.
			d.press("/")
			d.typed("bQnd").sees("/bQnd")
			d.press("esc")
			d.press("q")
			if d.quit {
				d.Error("q quits, though Q was to do so")
			}
			d.press("ctrl+c")
			if !d.quit {
				d.Error("ctrl+c doesn't quit")
			}
		},
		"a confirmation is only given where meant": func(d *harness) {
			d.restart(func(o *Options) { o.Keys = map[string][]string{"remove": {"n"}, "name": {}} })
			ids := d.add(2)
			d.press("n").sees("Remove 2 jobs of pasted 00:00:00?")
			d.press("n").sees("nothing removed", ids[0].Short())
			d.press("n", "y").sees("removed 2 jobs")
		},
	})
}
