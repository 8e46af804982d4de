//go:build linux

package e2e

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README says of how many modules the program is made, and what each of those is
// for that it asks for itself.
func TestTheREADMETellsWhatTheProgramIsMadeOf(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	_, section, _ := strings.Cut(read("README.md"), "### Dependencies, and why")
	section, _, _ = strings.Cut(section, "\n## ")
	direct := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(read("go.mod"), -1) {
		direct[m[1]] = true
		name := regexp.MustCompile(`/v\d+$`).ReplaceAllString(m[1], "")
		if !strings.Contains(section, path.Base(name)) {
			t.Errorf("it does not say what %s is for", m[1])
		}
	}
	built, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, module := range built.Deps {
		if direct[module.Path] {
			asked++
		}
	}
	counts := fmt.Sprintf("%d modules: the %d below, and %d that those bring along; %d more are for tests only",
		len(built.Deps), asked, len(built.Deps)-asked, len(direct)-asked)
	if !strings.Contains(strings.Join(strings.Fields(section), " "), counts) {
		t.Errorf("it does not say %q", counts)
	}
}
