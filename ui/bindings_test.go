package ui

import (
	"reflect"
	"testing"

	"github.com/charmbracelet/bubbles/key"
)

// A key that is added to the map is one that people can choose, and read of.
func TestEveryKeyCanBeChosenAndIsInTheHelp(t *testing.T) {
	keys := DefaultKeys()
	names, bindings := map[string]bool{}, map[*key.Binding]bool{}
	for _, n := range keys.named() {
		if names[n.name] {
			t.Errorf("two actions are called %s", n.name)
		}
		names[n.name], bindings[n.binding] = true, true
	}
	inHelp := map[string]bool{}
	for _, column := range keys.FullHelp() {
		for _, b := range column {
			inHelp[b.Help().Desc] = true
		}
	}
	fields := reflect.ValueOf(&keys).Elem()
	for i := range fields.NumField() {
		b, ok := reflect.TypeAssert[*key.Binding](fields.Field(i).Addr())
		if !ok || !bindings[b] {
			t.Errorf("%s has no name in the config file", fields.Type().Field(i).Name)
			continue
		}
		if !inHelp[b.Help().Desc] {
			t.Errorf("%s is not in the help", fields.Type().Field(i).Name)
		}
	}
}

func TestKeysOfOnesOwnWorkAndTheHelpTellsThem(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.leave()
		d.start(func(o *Options) {
			o.Keys = o.Keys.Bind(map[string][]string{
				"forget": {"d", "ctrl+x"}, "download": {}, "undo": {"ctrl+z", "alt+ "}, "suspend": {},
				"back": {"b"}, "down": {"n", "down", "right"}, "name": {}, "fold": {"left"}, "quit": {"Q"},
			})
		})
		ids, text := d.jobs(3)
		d.paste(text)
		d.press("n", "d")
		d.sees("removed 1 job; ctrl+z/alt+space brings it back")
		d.seesNot(ids[0].Short())
		d.press("?")
		d.sees("n/↓   down", "d/ctrl+x         remove", "ctrl+z/alt+space undo", "b     back", "Q                quit")
		d.seesNot("download the PDF", "suspend")
		d.press("b")
		d.seesNot("undo")

		// What is typed stays text, whatever its letters do elsewhere.
		d.press("/")
		d.typed("bQnd")
		d.sees("/bQnd")
		d.press("esc")
		d.press("q")
		if d.quit {
			t.Error("q quits, though Q was to do so")
		}
		d.press("ctrl+c")
		if !d.quit {
			t.Error("ctrl+c doesn't quit")
		}
	})
}

func TestAConfirmationIsOnlyGivenWhereMeant(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.leave()
		d.start(func(o *Options) { o.Keys = o.Keys.Bind(map[string][]string{"forget": {"n"}, "name": {}}) })
		ids, text := d.jobs(2)
		d.paste(text)
		d.press("n")
		d.sees("Remove 2 jobs of pasted 00:00:00?")
		d.press("n")
		d.sees("nothing removed", ids[0].Short())
		d.press("n", "y")
		d.sees("removed 2 jobs")
	})
}
