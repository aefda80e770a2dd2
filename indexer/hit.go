package indexer

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"steward/indexer/document"
	"steward/indexer/index"
	"steward/indexer/query"
)

// hit makes a hit of a document at its best passage: the one with the weightiest words of
// the query, else near (the nearest in meaning), else the first that is not quoted.
// ok is false if the document is gone.
func (x *Indexer) hit(ctx context.Context, id string, a asked, weights map[string]float64, near int) (query.Hit, bool, error) {
	d, err := x.store.Load(ctx, id)
	if errors.Is(err, query.ErrNotFound) {
		return query.Hit{}, false, nil
	}
	if err != nil {
		return query.Hit{}, false, err
	}
	h := query.Hit{
		ID: d.ID, Path: d.Path, Part: d.Part, Kind: d.Kind, Format: d.Format, Title: d.Title, Date: d.Date, From: d.From.String(),
		To: addresses(d.To), MessageID: d.MessageID, Thread: d.Thread, Mailbox: d.Mailbox, Size: d.Size,
	}
	if len(d.Passages) == 0 {
		return h, true, nil
	}
	p := d.Passages[best(d.Passages, a, weights, near)]
	h.Passage, h.Ord, h.Position = p.Text, p.Ord, p.Position
	h.Terms = marks(p.Text, a)
	return h, true, nil
}

func addresses(list []document.Address) string {
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = a.String()
	}
	return strings.Join(parts, ", ")
}

// wanted tells whether a term is one of the query's.
func (a asked) wanted(term []byte) (string, bool) {
	for _, t := range a.terms {
		if t == string(term) {
			return t, true
		}
	}
	for _, p := range a.begin {
		if len(term) > len(p) && string(term[:len(p)]) == p {
			return p, true
		}
	}
	return "", false
}

func best(passages []document.Passage, a asked, weights map[string]float64, near int) int {
	choice, top := -1, 0.0
	for i, p := range passages {
		score := 0.0
		if len(a.terms) > 0 {
			score = passageScore(p.Text, a, weights)
		}
		if p.Quoted {
			score *= 0.6
		}
		if i == near {
			score = score*1.3 + 0.01
		}
		if score > top {
			choice, top = i, score
		}
	}
	if choice >= 0 {
		return choice
	}
	for i, p := range passages {
		if !p.Quoted {
			return i
		}
	}
	return 0
}

// passageScore sums the weights of the query's terms that occur, with a little for
// occurring again, and for a phrase a good deal.
func passageScore(text string, a asked, weights map[string]float64) float64 {
	var counts [32]int
	found := false
	index.Terms(text, func(term []byte, _, _ int) {
		for i, t := range a.terms {
			if i < len(counts) && len(term) >= len(t) && string(term[:len(t)]) == t && (len(term) == len(t) || has(a.begin, t)) {
				counts[i]++
				found = true
			}
		}
	})
	if !found {
		return 0
	}
	score := 0.0
	for i, t := range a.terms {
		if i < len(counts) && counts[i] > 0 {
			w := 1.0
			if v, ok := weights[t]; ok {
				w = v
			}
			n := float64(counts[i])
			score += w * (0.8 + 0.4*n/(n+1))
		}
	}
	for _, phrase := range a.phrases {
		if follows(text, phrase) {
			score += 10
		}
	}
	return score
}

// marks gives the byte ranges of the query's words in a passage, joined where they touch.
func marks(text string, a asked) [][2]int {
	var list [][2]int
	if len(a.terms) == 0 {
		return nil
	}
	index.Terms(text, func(term []byte, start, end int) {
		t, ok := a.wanted(term)
		if !ok {
			return
		}
		if r, _ := utf8.DecodeRuneInString(t); r >= 0x1100 {
			end = min(end, start+len(t)) // of a pair, what was asked for
		}
		if n := len(list); n > 0 && start <= list[n-1][1] {
			list[n-1][1] = max(end, list[n-1][1])
			return
		}
		list = append(list, [2]int{start, end})
	})
	return list
}
