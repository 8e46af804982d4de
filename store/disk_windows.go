package store

import "io/fs"

// ownership knows nothing: access lists protect a user's folders on Windows.
func ownership(fs.FileInfo) (group int, foreign, known bool) { return 0, false, false }
