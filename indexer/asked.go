package indexer

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"steward/indexer/index"
	"steward/indexer/query"
)

// asked is a query made ready for the words index.
type asked struct {
	query.Query
	text    query.Text
	match   index.Match
	phrases [][]string // terms that must follow each other
	never   [][]string // terms that must not follow each other
	terms   []string   // to score passages by
	begin   []string   // those of terms that stand for all they begin
	notice  string
}

func (x *Indexer) prepare(ctx context.Context, q query.Query) (asked, error) {
	q.Under = strings.TrimRight(q.Under, "/")
	a := asked{Query: q, text: query.SplitText(q.Text)}
	m := &a.match
	m.Kinds, m.Formats, m.Under, m.Thread, m.HasAttachment = q.Kinds, q.Formats, q.Under, q.Thread, q.HasAttachment
	m.From, m.To = strings.ToLower(q.From), strings.ToLower(q.To)
	if !q.After.IsZero() {
		s := seconds(q.After)
		m.After = &s
	}
	if !q.Before.IsZero() {
		s := seconds(q.Before)
		m.Before = &s
	}
	m.Title = sequence(q.Subject)
	words := withoutStopWords(a.text.Words)
	for _, word := range words {
		a.addWord(word)
	}
	for _, phrase := range a.text.Phrases {
		a.addPhrase(sequence(phrase))
	}
	for _, not := range a.text.Not {
		switch terms := sequence(not); {
		case len(terms) == 1:
			m.Not = append(m.Not, terms[0])
		case len(terms) > 1:
			a.never = append(a.never, terms)
		}
	}
	m.Phrases, m.Never = a.phrases, a.never
	if err := x.expand(&a); err != nil {
		return a, err
	}
	var err error
	m.AverageWords, err = x.averageWords(ctx)
	return a, err
}

func (a *asked) addWord(word string) {
	if stem, ok := strings.CutSuffix(word, "*"); ok {
		if terms := sequence(stem); len(terms) > 0 {
			a.addTerms(terms[:len(terms)-1])
			a.begin = append(a.begin, terms[len(terms)-1])
			a.terms = append(a.terms, terms[len(terms)-1])
			return
		}
	}
	a.addTerms(sequence(word))
}

// addPhrase adds the terms of a phrase. Stop words in it need not be ranked by.
func (a *asked) addPhrase(terms []string) {
	if len(terms) < 2 {
		a.addTerms(terms)
		return
	}
	a.phrases = append(a.phrases, terms)
	for _, t := range terms {
		switch {
		case has(a.terms, t):
			continue
		case stopWords[t]:
			a.match.Held = append(a.match.Held, t)
		default:
			a.match.All = append(a.match.All, t)
		}
		a.terms = append(a.terms, t)
	}
}

// mostBegun is the number of terms that a beginning stands for at most.
const mostBegun = 256

// expand replaces beginnings of words by the words there are.
func (x *Indexer) expand(a *asked) error {
	for _, stem := range a.begin {
		if c := stem[0]; len(stem) == 1 && ('a' <= c && c <= 'z' || '0' <= c && c <= '9') {
			a.match.Starts = append(a.match.Starts, stem)
			continue
		}
		var all int
		var terms []string
		err := x.withWords(func(w *index.Words) (err error) {
			terms, all, err = w.Beginning(stem, mostBegun)
			return err
		})
		if err != nil {
			return err
		}
		a.match.OneOf = append(a.match.OneOf, terms)
		if all > mostBegun {
			a.notice = join(a.notice, fmt.Sprintf("%d words begin with %s; the %d most frequent were looked for. A longer beginning finds the others.", all, stem, mostBegun))
		}
	}
	return nil
}

func (a *asked) addTerms(terms []string) {
	for _, t := range terms {
		r, size := utf8.DecodeRuneInString(t)
		switch {
		case has(a.terms, t):
		case size == len(t) && r >= 0x1100: // one Chinese character: it begins the pairs it is in
			a.begin = append(a.begin, t)
			a.terms = append(a.terms, t)
		default:
			a.match.All = append(a.match.All, t)
			a.terms = append(a.terms, t)
		}
	}
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// sequence gives the terms of a text in order, as phrases are made of them.
func sequence(text string) []string {
	var terms []string
	index.Sequence(text, func(term []byte, _, _ int) { terms = append(terms, string(term)) })
	return terms
}

// wordless reports whether filters alone decide.
func (a asked) wordless() bool {
	m := a.match
	return len(m.All)+len(m.Held)+len(a.begin)+len(m.Not)+len(m.Title)+len(a.never) == 0
}

func seconds(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}
