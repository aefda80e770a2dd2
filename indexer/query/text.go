package query

import "strings"

// Text is a query's text taken apart.
type Text struct {
	// Words must occur, in any order; a word that ends in * stands for all that begin so.
	Words []string
	// Phrases must occur as they stand.
	Phrases []string
	// Not must not occur; a phrase among them has spaces.
	Not []string
}

// Empty reports whether the text asks for nothing.
func (t Text) Empty() bool { return len(t.Words)+len(t.Phrases)+len(t.Not) == 0 }

// Positive is the text without what it excludes, for a comparison by meaning.
func (t Text) Positive() string {
	return strings.TrimSpace(strings.Join(append(append([]string(nil), t.Words...), t.Phrases...), " "))
}

// SplitText takes a query's text apart: "double quotes" (or “typographic ones”) hold a
// phrase, and a - before a word or phrase excludes it. An open quote ends with the text.
func SplitText(s string) Text {
	var t Text
	for _, token := range tokens(s) {
		switch {
		case token.not:
			t.Not = append(t.Not, token.value)
		case token.quoted:
			t.Phrases = append(t.Phrases, token.value)
		default:
			t.Words = append(t.Words, token.value)
		}
	}
	return t
}

// token is one word, phrase or name:value of a typed query.
type token struct {
	name   string // before the colon, when the whole was not quoted
	value  string
	not    bool
	quoted bool
	raw    string
}

var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "「", `"`, "」", `"`)

func tokens(s string) []token {
	s = quotes.Replace(s)
	var list []token
	for {
		s = strings.TrimLeft(s, " \t\r\n\u3000")
		if s == "" {
			return list
		}
		var t token
		start := s
		if len(s) > 1 && s[0] == '-' && s[1] != ' ' && s[1] != '-' {
			t.not, s = true, s[1:]
		}
		if name, rest, ok := strings.Cut(s, ":"); ok && name != "" && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz") == "" {
			t.name, s = strings.ToLower(name), rest
		}
		if strings.HasPrefix(s, `"`) {
			t.quoted = true
			t.value, s, _ = strings.Cut(s[1:], `"`)
		} else {
			end := strings.IndexAny(s, " \t\r\n\u3000")
			if end < 0 {
				end = len(s)
			}
			if q := strings.IndexByte(s[:end], '"'); q > 0 && t.name == "" {
				end = q
			}
			t.value, s = s[:end], s[end:]
		}
		t.raw = start[:len(start)-len(s)]
		if t.value = strings.TrimSpace(t.value); t.value != "" || t.name != "" {
			list = append(list, t)
		}
	}
}
