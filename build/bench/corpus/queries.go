package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// search is one query to time. Kind is "word", "words", "phrase" or "filtered".
type search struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	// From, After and Before are set for filtered searches.
	From   string    `json:"from,omitempty"`
	After  time.Time `json:"after,omitzero"`
	Before time.Time `json:"before,omitzero"`
}

// queries keeps a sample of what was written, to make searches that have answers.
type queries struct {
	prose *prose
	seen  int
	kept  []sample
}

type sample struct {
	words []string
	from  string
	date  time.Time
}

const perKind = 75

func newQueries(p *prose) *queries { return &queries{prose: p} }

// see offers a paragraph; a reservoir of fixed size keeps each with equal chance.
func (q *queries) see(r *rand.Rand, paragraph string, m *message) {
	q.seen++
	const size = 4 * perKind * 4
	given := m.from.Addr[:strings.IndexAny(m.from.Addr, ".@")]
	s := sample{strings.Fields(paragraph), given, m.date}
	if len(q.kept) < size {
		q.kept = append(q.kept, s)
	} else if i := r.IntN(q.seen); i < size {
		q.kept[i] = s
	}
}

// list gives up to perKind searches of each kind, all of words that were written.
// Words that the text uses all the time (the most frequent 150 or so) are left to
// phrases, as people do.
func (q *queries) list(r *rand.Rand) []search {
	total := 0
	for _, n := range q.prose.common {
		total += n
	}
	telling := func(word string) bool {
		return len(plain(word)) > 3 && q.prose.common[plain(word)] < total/1500
	}
	out := []search{}
	counts := map[string]int{}
	add := func(s search) {
		if counts[s.Kind] < perKind {
			counts[s.Kind]++
			out = append(out, s)
		}
	}
	for i, s := range q.kept {
		var words []string
		for _, w := range s.words {
			if telling(w) {
				words = append(words, plain(w))
			}
		}
		if len(words) < 4 || len(s.words) < 8 {
			continue
		}
		r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		switch i % 4 {
		case 0:
			add(search{Kind: "word", Text: words[0]})
		case 1:
			add(search{Kind: "words", Text: strings.Join(words[:2+r.IntN(2)], " ")})
		case 2:
			at := r.IntN(len(s.words) - 3)
			run := s.words[at : at+2+r.IntN(2)]
			if strings.ContainsAny(strings.Join(run[:len(run)-1], ""), ".,;:?") {
				continue
			}
			add(search{Kind: "phrase", Text: fmt.Sprintf("%q", strings.ToLower(strings.TrimRight(strings.Join(run, " "), ".,;:?")))})
		default:
			add(search{Kind: "filtered", Text: words[0], From: s.from, After: s.date.AddDate(-1, 0, 0).UTC().Truncate(24 * time.Hour), Before: s.date.AddDate(1, 0, 0).UTC().Truncate(24 * time.Hour)})
		}
	}
	return out
}
