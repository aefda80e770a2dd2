package indexer

import (
	"context"
	"fmt"
	"time"

	"steward/indexer/index"
)

// A search for a phrase reads the texts of this many documents if it can, and goes on
// until it has enough of them, but not for longer than three times phraseTime. The
// others of a count are believed.
const (
	checkedAnyway = 200
	phraseTime    = 25 * time.Millisecond
	countTime     = time.Second
)

// byWords ranks by words: first the documents with all of them, then, if those are few,
// documents with some. total counts the former; the latter only if there are no former
// and nothing else will be found.
func (x *Indexer) byWords(ctx context.Context, a asked, need int) (found []index.Ranked, total int, notice string, err error) {
	phrases := len(a.phrases) > 0
	strictNeed := need
	if phrases {
		strictNeed = max(need, checkedAnyway) + checkedAnyway/4
	}
	err = x.withWords(func(w *index.Words) error {
		found, total, err = w.Rank(ctx, a.match, strictNeed)
		return err
	})
	if err != nil {
		return nil, 0, "", err
	}
	if phrases {
		return x.rankedPhrases(ctx, a, found, total, need)
	}
	few := total < min(need, 10)
	if !few || len(a.match.All) < 2 || a.KeywordOnly && total > 0 {
		return found, total, notice, nil
	}
	loose := a.match
	loose.All, loose.Any, loose.OneOf, loose.Starts = nil, a.match.All, nil, nil
	var more []index.Ranked
	var all int
	err = x.withWords(func(w *index.Words) error {
		more, all, err = w.Rank(ctx, loose, need)
		return err
	})
	if err != nil {
		return nil, 0, "", err
	}
	if total == 0 && all > 0 {
		total = all
		notice = "No document has all these words; these have some of them."
	}
	strict := map[string]bool{}
	for _, f := range found {
		strict[f.ID] = true
	}
	for _, f := range more {
		if len(found) < need && !strict[f.ID] {
			found = append(found, f)
		}
	}
	return found, total, notice, nil
}

// rankedPhrases keeps those of the candidates that hold the query's phrases.
func (x *Indexer) rankedPhrases(ctx context.Context, a asked, found []index.Ranked, total, need int) ([]index.Ranked, int, string, error) {
	ids := make([]string, len(found))
	byID := make(map[string]index.Ranked, len(found))
	for i, f := range found {
		ids[i], byID[f.ID] = f.ID, f
	}
	if a.KeywordOnly {
		need = a.Offset + a.Limit
	}
	ids, total, notice, err := x.checked(ctx, ids, total, a, need)
	kept := found[:0]
	for _, id := range ids {
		kept = append(kept, byID[id])
	}
	return kept, total, notice, err
}

// checked reads the texts of candidates for the query's phrases, in their order, and
// gives those that hold them: all if there are few or time allows, else need of them.
// Of total, the number of all candidates, it gives how many are right, and a notice if
// that is only about so.
func (x *Indexer) checked(ctx context.Context, ids []string, total int, a asked, need int) (kept []string, right int, notice string, err error) {
	if len(a.phrases) == 0 {
		return ids, total, "", nil
	}
	began := time.Now()
	verdicts, read, err := x.holding(ctx, ids, a, func(hits int) bool {
		took := time.Since(began)
		return hits >= need && (took > phraseTime || total > checkedAnyway) || took > 3*phraseTime
	})
	if err != nil {
		return nil, 0, "", err
	}
	for i, v := range verdicts {
		if v == holdsAll {
			kept = append(kept, ids[i])
		}
	}
	if read == total {
		return kept, len(kept), "", nil
	}
	right = total
	if read > 0 {
		right = int(float64(total)*float64(len(kept))/float64(read) + 0.5)
	}
	return kept, right, fmt.Sprintf("About %d documents hold the phrase; %d of them were read to be sure.", right, read), nil
}

// matching gives every document that matches by words, and a few more with phrases.
func (x *Indexer) matching(ctx context.Context, a asked) (ids []string, err error) {
	err = x.withWords(func(w *index.Words) error {
		ids, err = w.All(ctx, a.match)
		return err
	})
	return ids, err
}

// exactly is matching without those few, as far as they are found in countTime.
func (x *Indexer) exactly(ctx context.Context, a asked) ([]string, error) {
	ids, err := x.matching(ctx, a)
	if err != nil || len(a.phrases) == 0 {
		return ids, err
	}
	began := time.Now()
	verdicts, _, err := x.holding(ctx, ids, a, func(int) bool { return time.Since(began) > countTime })
	kept := ids[:0]
	for i, id := range ids {
		if verdicts[i] != holdsNot {
			kept = append(kept, id)
		}
	}
	return kept, err
}

// weights gives each term its weight in a passage's score.
func (x *Indexer) weights(_ context.Context, a asked) (weights map[string]float64, err error) {
	err = x.withWords(func(w *index.Words) error {
		weights, err = w.Weights(a.terms)
		return err
	})
	return weights, err
}
