// Package route owns the reading of a person's words: which kind of answer they ask for and which
// filters they name, in English and in Simplified Chinese. It is pure and needs no model, no index
// and no clock; it refuses to guess: words it does not understand stay in the text that is searched.
package route

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"steward/indexer/document"
	"steward/indexer/query"
)

// Kind is how a question is to be answered.
type Kind string

// The kinds there are; their values are those of agent.Route.
const (
	Answer Kind = "answer"
	Count  Kind = "count"
	List   Kind = "list"
	Latest Kind = "latest"
)

// Reading is what was understood of a question.
type Reading struct {
	Kind Kind
	// Query holds the filters and, in Text, the words left over for searching.
	Query query.Query
	// Fallback is what to search when Query finds too little: filters that were only
	// implied ("what did Ada say about …") have become words. Nil when all were explicit.
	Fallback *query.Query
	// Folder is a folder or mailbox a person named, without its place on disk; FolderSure
	// is false when it may as well be an ordinary word ("in Invoices").
	Folder     string
	FolderSure bool
	// By is the field a count is asked to be grouped by, or "".
	By query.Field
	// Language is "en" or "zh".
	Language string
	// Noun is the word the question used for what is counted, singular and lower case
	// ("invoice"), or "" for the kind's own name.
	Noun string
}

// Read reads one question. now is the moment relative dates are counted from; its
// location is the person's time zone. Weeks start on Monday (ISO 8601).
func Read(text string, now time.Time) Reading {
	text = Narrow(strings.TrimSpace(text))
	if Language(text) == "zh" {
		return readChinese(text, now)
	}
	return readEnglish(text, now)
}

// Language is "zh" when a text has Han characters in weight, else "en".
func Language(text string) string {
	han, latin := 0, 0
	inWord := false
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
			inWord = false
		case unicode.IsLetter(r):
			if !inWord {
				latin++
			}
			inWord = true
		default:
			inWord = false
		}
	}
	if han > latin {
		return "zh"
	}
	return "en"
}

// Narrow turns full-width forms (U+FF01–U+FF5E, U+3000) into their ASCII forms.
func Narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == 0x3000:
			return ' '
		default:
			return r
		}
	}, s)
}

// thing is what a noun of either language restricts a search to.
type thing struct {
	kinds   []document.Kind
	formats []string
	attach  bool
	// word is true for nouns that are also words to search ("invoice").
	word bool
}

var (
	mailThing    = thing{kinds: []document.Kind{document.KindMail}}
	fileThing    = thing{kinds: []document.Kind{document.KindFile}}
	anyThing     = thing{}
	eventThing   = thing{kinds: []document.Kind{document.KindEvent}}
	contactThing = thing{kinds: []document.Kind{document.KindContact}}
	attachThing  = thing{attach: true, kinds: []document.Kind{document.KindMail}}
)

func format(f ...string) thing { return thing{formats: f} }

// apply adds a noun's restriction to a query.
func (t thing) apply(q *query.Query) {
	if len(q.Kinds) == 0 {
		q.Kinds = append(q.Kinds, t.kinds...)
	}
	for _, f := range t.formats {
		if !slices.Contains(q.Formats, f) {
			q.Formats = append(q.Formats, f)
		}
	}
	q.HasAttachment = q.HasAttachment || t.attach
}

// operators reads the forms query.Query.String writes, such as from:ada or type:pdf,
// and returns the text without them.
func operators(text string, now time.Time, q *query.Query) string {
	var kept []string
	for _, field := range fields(text) {
		name, value, ok := strings.Cut(field, ":")
		value = strings.Trim(value, `"`)
		if !ok || value == "" || strings.HasPrefix(value, "//") {
			kept = append(kept, field)
			continue
		}
		switch strings.ToLower(name) {
		case "from":
			q.From = value
		case "to":
			q.To = value
		case "subject":
			q.Subject = value
		case "in":
			q.Under = value
		case "thread":
			q.Thread = value
		case "kind":
			q.Kinds = append(q.Kinds, document.Kind(strings.ToLower(value)))
		case "type":
			q.Formats = append(q.Formats, strings.ToLower(value))
		case "has":
			q.HasAttachment = q.HasAttachment || strings.HasPrefix(value, "attachment")
		case "after", "before":
			p, n := englishPeriod(split(value), 0, now, true)
			if n == 0 {
				kept = append(kept, field)
			} else if strings.EqualFold(name, "after") {
				q.After = p.from
			} else {
				q.Before = p.from
			}
		default:
			kept = append(kept, field)
		}
	}
	return strings.Join(kept, " ")
}

// fields splits at spaces, but not inside double quotes.
func fields(text string) []string {
	quoted := false
	return strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && unicode.IsSpace(r)
	})
}
