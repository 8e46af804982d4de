package joblist

import "example.com/jobwatch/poller/job"

// SetHeight says how many lines there are room for.
func (l *List) SetHeight(n int) {
	l.height = max(n, 0)
	l.settle()
}

// Move moves the cursor n lines down, up if n is negative, to the end at most.
func (l *List) Move(n int) {
	if l.cursor.batch >= 0 {
		l.moveTo(l.line(l.cursor) + n)
	}
}

// Page moves the cursor and the view by n screens, less a line to hold on to.
func (l *List) Page(n int) {
	by := n * max(l.height-1, 1)
	l.scroll(by)
	l.Move(by)
}

// Home moves the cursor to the first line.
func (l *List) Home() { l.moveTo(0) }

// End moves the cursor to the last line.
func (l *List) End() { l.moveTo(l.laid().total - 1) }

// ScrollBy moves the view n lines down, as the mouse wheel does. The cursor stays
// on its job, out of view if need be, until it is moved.
func (l *List) ScrollBy(n int) {
	l.follow = -1
	l.scroll(n)
	l.settle()
}

func (l *List) scroll(n int) {
	l.top = max(0, min(l.top+n, l.laid().total-l.height))
	if l.height > 0 {
		l.setAnchor()
	}
}

// ClickLine puts the cursor on the i-th line of those drawn, and reports whether
// there is one.
func (l *List) ClickLine(i int) bool {
	if i < 0 || i >= l.height || l.top+i >= l.laid().total {
		return false
	}
	l.goTo(l.item(l.top+i), 0) // no margin: what was clicked stays under the pointer
	return true
}

// Go puts the cursor on a job, unfolding its batch, and reports whether it is shown.
func (l *List) Go(id job.ID) bool {
	i, ok := l.slot(id)
	if !ok || !l.slots[i].shown {
		return false
	}
	l.setFold(l.slots[i].batch, false)
	l.goTo(cursor{batch: l.slots[i].batch, row: i}, margin)
	return true
}

// GoBatch puts the cursor on a batch's header, and reports whether it is shown.
func (l *List) GoBatch(id BatchID) bool {
	i, ok := l.byBatch[id]
	if !ok || !l.visible(i) {
		return false
	}
	l.goTo(cursor{batch: i, row: header}, margin)
	return true
}

func (l *List) moveTo(line int) {
	total := l.laid().total
	if total == 0 {
		return
	}
	l.goTo(l.item(max(0, min(line, total-1))), margin)
}

func (l *List) goTo(c cursor, follow int) {
	l.wish = nowhere()
	l.follow = follow
	l.setCursor(c)
	l.settle()
}

// ToggleFold folds the batch that the cursor is in, or unfolds it.
func (l *List) ToggleFold() {
	if b := l.cursor.batch; b >= 0 {
		l.wish = nowhere()
		l.follow = margin
		l.setFold(b, !l.batches[b].Folded)
		l.settle()
	}
}

// FoldAll folds or unfolds all batches.
func (l *List) FoldAll(fold bool) {
	l.wish = nowhere()
	l.follow = margin
	for i := range l.batches {
		l.setFold(int32(i), fold)
	}
	l.settle()
}

func (l *List) setFold(i int32, fold bool) {
	b := &l.batches[i]
	if b.Folded == fold {
		return
	}
	b.Folded = fold
	if l.filter.IsZero() {
		b.folded = fold
	} else {
		b.foldedFiltered = fold
	}
	l.layout.old = true
}
