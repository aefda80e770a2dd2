package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"

	"steward/indexer/state"
)

// nearness is what a search by meaning gave.
type nearness struct {
	found    []nearDocument
	semantic bool
	notice   string
	err      error
}

type nearDocument struct {
	id     string
	cosine float32
	ord    int
}

// near finds the documents whose passages are nearest in meaning to the query. Anything
// that hinders it becomes a notice: words are always there.
func (x *Indexer) near(ctx context.Context, a asked) nearness {
	text := a.text.Positive()
	x.meaning.mu.Lock()
	v := x.meaning.serving
	settled := x.meaning.settled
	x.meaning.mu.Unlock()
	switch {
	case text == "":
		return nearness{}
	case v == nil:
		return nearness{notice: "Only words were matched, because no embedding model is set."}
	case v.file.Len() == 0:
		return nearness{notice: "Only words were matched, because nothing is embedded yet."}
	}
	vector, err := x.embedQuery(ctx, v, text)
	if err != nil {
		if ctx.Err() != nil {
			return nearness{err: ctx.Err()}
		}
		if errors.Is(err, errSlow) {
			return nearness{notice: "Only words were matched, because the embedding model is busy."}
		}
		return nearness{notice: "Only words were matched, because the embedding model does not answer."}
	}
	found, err := x.nearest(ctx, v, vector, a)
	if err != nil {
		if ctx.Err() != nil {
			return nearness{err: ctx.Err()}
		}
		x.log.Warn("searching by meaning failed", "error", err)
		return nearness{notice: "Only words were matched, because the vectors could not be read."}
	}
	n := nearness{found: found, semantic: true}
	if !settled {
		n.notice = "Not everything is embedded yet, so matches by meaning may be missing."
	}
	return n
}

// nearest gives up to depth documents in order of their nearest passage, among those that
// satisfy the query's filters, exclusions and phrases.
func (x *Indexer) nearest(ctx context.Context, v *vectors, vector []float32, a asked) ([]nearDocument, error) {
	allowed, err := x.allowed(ctx, a)
	if err != nil {
		return nil, err
	}
	var out []nearDocument
	const most = 4096
	for k := 256; ; k *= 4 {
		scored, err := v.file.Nearest(vector, k)
		if err != nil {
			return nil, err
		}
		var slots []uint32
		cosine := map[uint32]float32{}
		for _, s := range scored {
			if s.Cosine < nearEnough {
				break
			}
			slots = append(slots, s.Slot)
			cosine[s.Slot] = s.Cosine
		}
		places, err := x.store.Places(ctx, v.id, slots)
		if err != nil {
			return nil, fmt.Errorf("find the passages of vectors: %w", err)
		}
		best := map[string]nearDocument{}
		for _, p := range places {
			c := cosine[p.Slot]
			if b, ok := best[p.ID]; !ok || c > b.cosine || c == b.cosine && p.Ord < b.ord {
				best[p.ID] = nearDocument{id: p.ID, cosine: c, ord: p.Ord}
			}
		}
		fit, err := x.fitting(ctx, best, allowed, a)
		if err != nil {
			return nil, err
		}
		out = fit
		if len(out) >= depth || len(slots) < k || k >= most {
			break
		}
	}
	out = out[:min(depth, len(out))]
	if len(a.phrases) == 0 {
		return out, nil
	}
	ids := make([]string, len(out))
	for i, d := range out {
		ids[i] = d.id
	}
	held, _, _, err := x.checked(ctx, ids, len(ids), a, len(ids))
	if err != nil {
		return nil, err
	}
	kept := out[:0]
	for _, d := range out {
		if slices.Contains(held, d.id) {
			kept = append(kept, d)
		}
	}
	return kept, nil
}

// allowed gives the set of documents that words restrict the search to; nil if they do not.
func (x *Indexer) allowed(ctx context.Context, a asked) (map[string]bool, error) {
	if len(a.match.Not)+len(a.match.Title)+len(a.phrases)+len(a.never) == 0 {
		return nil, nil //nolint:nilnil // no restriction
	}
	restricted := a
	restricted.match.All, restricted.match.OneOf, restricted.match.Starts = nil, nil, nil
	for _, phrase := range a.phrases {
		restricted.match.All = append(restricted.match.All, phrase...)
	}
	ids, err := x.matching(ctx, restricted)
	if err != nil {
		return nil, err
	}
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set, nil
}

func (x *Indexer) fitting(ctx context.Context, best map[string]nearDocument, allowed map[string]bool, a asked) ([]nearDocument, error) {
	ids := make([]string, 0, len(best))
	for id := range best {
		if allowed == nil || allowed[id] {
			ids = append(ids, id)
		}
	}
	var out []nearDocument
	filters := a.Query
	filters.Text, filters.Subject = "", ""
	err := x.store.Pick(ctx, ids, filters, func(r state.Row) { out = append(out, best[r.ID]) })
	if err != nil {
		return nil, fmt.Errorf("filter matches by meaning: %w", err)
	}
	sortNear(out)
	return out, nil
}

func sortNear(list []nearDocument) {
	sort.Slice(list, func(i, j int) bool {
		if list[i].cosine != list[j].cosine {
			return list[i].cosine > list[j].cosine
		}
		return list[i].id < list[j].id
	})
}
