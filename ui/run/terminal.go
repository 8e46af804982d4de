package run

import (
	"fmt"
	"os"
	"runtime"

	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/terminal"
)

// keyboard is where keys come from: the terminal itself when standard input is
// something else.
func keyboard() (*os.File, error) {
	if xterm.IsTerminal(os.Stdin.Fd()) {
		return os.Stdin, nil
	}
	name := "/dev/tty"
	if runtime.GOOS == "windows" {
		name = "CONIN$"
	}
	tty, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("there is no terminal to read keys from (--plain needs none): %w", err)
	}
	return tty, nil
}

func background(b config.Background) terminal.Background {
	switch b {
	case config.BackgroundDark:
		return terminal.Dark
	case config.BackgroundLight:
		return terminal.Light
	case config.BackgroundAuto:
	}
	return terminal.Auto
}

// width is the terminal's, in cells; 80 when it is not known.
func width() int {
	if w, _, err := xterm.GetSize(os.Stdout.Fd()); err == nil && w > 0 {
		return w
	}
	return 80
}
