// Package joblist is the list on the screen without the screen: every tracked job as
// a row, in batches that fold, ordered, filtered, selected, counted, with a cursor
// that stays on its job while rows move. It draws nothing and knows no key.
//
// A [List] belongs to one goroutine, that of the program's Update. Each of its
// methods leaves it whole: the cursor is on a line that exists, the counters are
// right, and [List.Lines] is what to draw. Pointers and slices that it hands out
// are for reading, and good until the next method that changes the list.
//
// # Cost
//
// What happens in a frame must not depend on how many jobs are tracked. So the
// counters change with each report, a batch's rows are sorted in blocks that are
// put in order only when they are looked at, and drawing reads the height's worth
// of lines. Only a new sort order and [List.Tick] look at every row, and a new filter
// at those that it may show or hide. With 100,000 jobs 500 status changes take 0.3 ms, a key
// typed in the filter at most 20 ms, moving the cursor 1 µs, and a row 430 bytes.
//
// # The order
//
// Batches are newest first; in the default order those with nothing live sink
// below the others, and inside a batch come the failed jobs, then the running by
// nearness to done, then the queued, then the Done ones. Nearness counts in tenths
// and as it was up to 10 s ago, and equals stay in the order they were added, so that
// rows seldom move. The batch under the cursor stays where it is until the cursor
// leaves it.
//
// # News
//
// A job whose end was seen since the start, here or by another dashboard, is news
// until the cursor has been on it. What had finished before is history.
package joblist
