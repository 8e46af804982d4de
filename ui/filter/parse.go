package filter

import (
	"fmt"
	"strings"

	"example.com/jobwatch/ui/nearest"
)

// maxText is how long a filter may be, in bytes. Looking for a text takes, at the worst,
// its length times that of what it is looked for in.
const maxText = 1024

// Parse reads a filter. The Filter is always usable: a word that is wrong, or only
// half typed as "status:" is, counts for nothing in it, so that a list filtered
// live does not come and go while somebody types. The error, a [*WordError], is
// about the first such word; for --filter it is final.
func Parse(s string) (Filter, error) {
	if len(s) > maxText {
		head := strings.ToValidUTF8(s[:32], "")
		return Filter{}, &WordError{Word: head + "…", Reason: fmt.Sprintf("a filter has at most %d bytes", maxText)}
	}
	var f Filter
	var first error
	for _, w := range split(s) {
		t, err := w.term()
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		f.terms = append(f.terms, t)
	}
	return f, first
}

// word is one word of a filter, cut into its parts: [!][key op]value.
type word struct {
	raw   string
	not   bool
	key   string // lower case; "" for a bare word
	op    string // ":", "=", ">", ">=", "<" or "<="; "" for a bare word
	value string // without its quotes
	open  bool   // a quote is not closed
}

// split cuts s at spaces outside quotes.
func split(s string) []word {
	var words []word
	for {
		s = strings.TrimLeft(s, space)
		if s == "" {
			return words
		}
		w, rest := cut(s)
		words = append(words, w)
		s = rest
	}
}

// space is what separates words.
const space = " \t\r\n"

// cut takes the first word off s, which doesn't start with a space.
func cut(s string) (word, string) {
	var w word
	var value strings.Builder
	i := 0
	for ; i < len(s) && s[i] == '!'; i++ {
		w.not = !w.not
	}
	quoted := false // a key has no quote before its operator
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			w.open, quoted = !w.open, true
		case w.open:
			value.WriteByte(c)
		case strings.IndexByte(space, c) >= 0:
			w.raw, w.value = s[:i], value.String()
			return w, s[i:]
		case w.op == "" && !quoted && strings.IndexByte(":<>=", c) >= 0 && isKey(value.String()):
			w.key = strings.ToLower(value.String())
			value.Reset()
			w.op = s[i : i+1]
			if c != ':' && c != '=' && i+1 < len(s) && s[i+1] == '=' {
				i++
				w.op += "="
			}
		default:
			value.WriteByte(c)
		}
	}
	w.raw, w.value = s, value.String()
	return w, ""
}

// isKey reports whether s could be a key: ASCII letters only.
func isKey(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != ""
}

// term says what the word asks.
func (w word) term() (term, error) {
	t, err := w.meaning()
	t.not = w.not
	if err == nil && w.open {
		return t, &WordError{Word: w.raw, Reason: "its quote is not closed", Incomplete: true}
	}
	return t, err
}

func (w word) meaning() (term, error) {
	if w.key == "" {
		return textTerm(byText, w, w.value)
	}
	textual := w.op == ":" || w.op == "="
	switch {
	case w.key == "status" && textual:
		return statusTerm(w)
	case w.key == "is" && textual:
		return isTerm(w)
	case w.key == "batch" && textual:
		return textTerm(byBatch, w, w.value)
	case w.key == "id" && textual:
		return textTerm(byID, w, w.value)
	case w.key == "progress":
		return progressTerm(w)
	case w.key == "age":
		return ageTerm(w)
	}
	if near := nearest.Of(w.key, keys()); near != "" {
		return term{}, w.unknownKey(near)
	}
	return textTerm(byText, w, w.key+w.op+w.value) // such as 12:30 or a URL
}

// keys are the words that may stand before an operator.
func keys() []string { return []string{"status", "batch", "progress", "age", "is", "id"} }

func textTerm(k kind, w word, text string) (term, error) {
	if text == "" {
		return term{}, w.incomplete("says nothing to look for")
	}
	return term{kind: k, text: newNeedle(text)}, nil
}
