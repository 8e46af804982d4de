package ui

import tea "github.com/charmbracelet/bubbletea"

// Windows has no job control.

func (*loop) filter(_ tea.Model, msg tea.Msg) tea.Msg { return msg }

func (*loop) jobControl(*tea.Program) (stop func()) { return func() {} }
