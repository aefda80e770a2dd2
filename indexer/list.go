package indexer

import (
	"context"
	"errors"
	"fmt"

	"steward/indexer/index"
	"steward/indexer/query"
)

// fewListed is how many documents are sorted one by one; of more, the database is read in
// order until there are enough.
const fewListed = 1000

// list answers a query of filters alone.
func (x *Indexer) list(ctx context.Context, a asked) (query.Result, error) {
	var some []string
	var total int
	err := x.withWords(func(w *index.Words) (err error) {
		some, total, err = w.Some(ctx, a.match, fewListed) // it has all filters too, and is quicker
		return err
	})
	if errors.Is(err, errRebuilding) {
		total, err = x.store.Count(ctx, a.Query)
	} else if err == nil && total <= fewListed {
		return x.inOrder(ctx, some, a)
	}
	if err != nil {
		return query.Result{}, err
	}
	ids, err := x.store.Find(ctx, a.Query)
	if err != nil {
		return query.Result{}, fmt.Errorf("search: %w", err)
	}
	return x.hits(ctx, ids, a, query.Result{Total: total})
}

func (x *Indexer) hits(ctx context.Context, ids []string, a asked, r query.Result) (query.Result, error) {
	for _, id := range ids {
		if hit, ok, err := x.hit(ctx, id, a, nil, -1); err != nil {
			return r, err
		} else if ok {
			r.Hits = append(r.Hits, hit)
		}
	}
	return r, nil
}

// sorted answers a query in an order other than by score.
func (x *Indexer) sorted(ctx context.Context, a asked) (query.Result, error) {
	ids, err := x.matching(ctx, a)
	if err != nil {
		return query.Result{}, err
	}
	return x.inOrder(ctx, ids, a)
}

func (x *Indexer) inOrder(ctx context.Context, ids []string, a asked) (query.Result, error) {
	total := len(ids)
	ids, err := x.first(ctx, ids, a)
	if err != nil {
		return query.Result{}, fmt.Errorf("search: %w", err)
	}
	ids, total, notice, err := x.checked(ctx, ids, total, a, a.Offset+a.Limit)
	if err != nil {
		return query.Result{}, err
	}
	r := query.Result{Total: total, Notice: join(a.notice, notice)}
	if !a.wordless() {
		r.Notice = join(r.Notice, "Sorted by "+string(a.Order)+": only words were matched.")
	}
	return x.hits(ctx, page(ids, a.Offset, a.Limit), a, r)
}

// first gives ids in the query's order, of many only as many as may be needed.
func (x *Indexer) first(ctx context.Context, ids []string, a asked) ([]string, error) {
	if len(ids) <= fewListed {
		return x.store.Sort(ctx, ids, a.Order)
	}
	wanted := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		wanted[id] = struct{}{}
	}
	need := a.Offset + a.Limit + checkedAnyway
	var sorted []string
	err := x.store.InOrder(ctx, a.Order, func(id string) bool {
		if _, ok := wanted[id]; ok {
			sorted = append(sorted, id)
		}
		return len(sorted) < need
	})
	return sorted, err
}

func page[T any](list []T, offset, limit int) []T {
	list = list[min(offset, len(list)):]
	return list[:min(limit, len(list))]
}
