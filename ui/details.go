package ui

import "example.com/jobwatch/ui/style"

// Details is where the details of what the cursor is on stand, besides on the whole
// screen.
type Details uint8

// The places, in the order that a key goes through them.
const (
	DetailsAuto  Details = iota // beside the list where there is room, else below it
	DetailsBelow                // below the list; beside it where there are too few rows
	DetailsOff                  // nowhere
	detailsPlaces
)

func (d Details) shape() shape {
	return [detailsPlaces]shape{DetailsAuto: listAndPane, DetailsBelow: listAbovePane, DetailsOff: listOnly}[d]
}

// viewNext puts the details elsewhere: at the next place that makes a difference on a
// screen of this size.
func (m *Model) viewNext() {
	now := m.layout
	for range detailsPlaces {
		m.view = (m.view + 1) % detailsPlaces
		if place(now.width, now.height, m.sharing()) != now {
			break
		}
	}
	m.resize(now.width, now.height)
	whole := m.keys.hint("details", "shows them on the whole screen")
	switch l := m.layout; {
	case l.paneWidth > 0 && l.beside:
		m.say(style.Dim, "details beside the list")
	case l.paneWidth > 0:
		m.say(style.Dim, "details below the list")
	case l == now:
		m.say(style.Dim, joined("; ", "there is no room for details here", whole))
	default:
		m.say(style.Dim, joined("; ", "no details", whole))
	}
}
