package indexer

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"steward/indexer/document"
	"steward/indexer/index"
	"steward/indexer/query"
)

// Numbers of the ranking. fuse is k of reciprocal rank fusion (Cormack, Clarke and
// Büttcher, SIGIR 2009). A passage whose cosine is below nearEnough is not about the query.
const (
	fuse       = 60
	depth      = 100
	nearEnough = 0.30
	mostHits   = 1000
)

// Search gives the best passages: the documents that hold all words of the query, ranked by
// BM25, fused by reciprocal rank with those whose passages are nearest in meaning. When
// few documents hold all words, those that hold some of them follow.
func (x *Indexer) Search(ctx context.Context, q query.Query) (query.Result, error) {
	began := time.Now()
	if q.Limit <= 0 {
		q.Limit = 20
	}
	q.Limit, q.Offset = min(q.Limit, mostHits), max(q.Offset, 0)
	a, err := x.prepare(ctx, q)
	if err != nil {
		return query.Result{}, err
	}
	var r query.Result
	switch {
	case a.wordless():
		r, err = x.list(ctx, a)
	case q.Order != "" && q.Order != query.ByScore:
		r, err = x.sorted(ctx, a)
	default:
		r, err = x.ranked(ctx, a)
	}
	if errors.Is(err, index.ErrDamaged) {
		x.damaged(err)
	}
	if err != nil {
		return query.Result{}, err
	}
	if r.Hits == nil {
		r.Hits = []query.Hit{}
	}
	r.Took = time.Since(began)
	return r, nil
}

var errRebuilding = errors.New("the index of words is being built anew; please try again in a moment")

// withWords calls use with the words index.
func (x *Indexer) withWords(use func(*index.Words) error) error {
	x.wordsMu.RLock()
	defer x.wordsMu.RUnlock()
	if x.words == nil {
		return errRebuilding
	}
	return use(x.words)
}

// candidate is a document on its way to being a hit.
type candidate struct {
	id       string
	words    float64 // BM25, 0 if not found by words
	wordRank int
	cosine   float32
	nearRank int
	ord      int // the nearest passage; -1 if none
	score    float64
}

// ranked answers a query by score.
func (x *Indexer) ranked(ctx context.Context, a asked) (query.Result, error) {
	need := max(depth, a.Offset+a.Limit)
	near := make(chan nearness, 1)
	if !a.KeywordOnly {
		go func() { near <- x.near(ctx, a) }()
	} else {
		near <- nearness{notice: "Only words were matched, as asked."}
	}
	found, total, notice, err := x.byWords(ctx, a, need)
	if err != nil {
		<-near
		return query.Result{}, err
	}
	n := <-near
	if n.err != nil {
		return query.Result{}, n.err
	}
	r := query.Result{Total: total, Semantic: n.semantic, Notice: join(join(a.notice, notice), n.notice)}
	byID := map[string]*candidate{}
	list := make([]*candidate, 0, len(found)+len(n.found))
	get := func(id string) *candidate {
		c, ok := byID[id]
		if !ok {
			c = &candidate{id: id, ord: -1}
			byID[id] = c
			list = append(list, c)
		}
		return c
	}
	for i, f := range found {
		c := get(f.ID)
		c.words, c.wordRank = f.Score, i+1
	}
	for i, f := range n.found {
		c := get(f.id)
		c.cosine, c.nearRank, c.ord = f.cosine, i+1, f.ord
	}
	for _, c := range list {
		if !n.semantic {
			c.score = 1 / float64(fuse+c.wordRank)
			continue
		}
		if c.wordRank > 0 {
			c.score += 1 / float64(fuse+c.wordRank)
		}
		if c.nearRank > 0 {
			c.score += 1 / float64(fuse+c.nearRank)
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].score != list[j].score {
			return list[i].score > list[j].score
		}
		return list[i].words > list[j].words
	})
	weights, err := x.weights(ctx, a)
	if err != nil {
		return r, err
	}
	for _, c := range page(list, a.Offset, a.Limit) {
		hit, ok, err := x.hit(ctx, c.id, a, weights, c.ord)
		if err != nil {
			return r, err
		}
		if ok {
			hit.Score, hit.Why = c.score, c.why()
			r.Hits = append(r.Hits, hit)
		}
	}
	if total == 0 && len(list) > 0 {
		r.Total = -1
	}
	return r, nil
}

func (c *candidate) why() string {
	var parts []string
	if c.wordRank > 0 {
		parts = append(parts, fmt.Sprintf("words %.1f (rank %d)", c.words, c.wordRank))
	}
	if c.nearRank > 0 {
		parts = append(parts, fmt.Sprintf("meaning %.2f (rank %d)", c.cosine, c.nearRank))
	}
	return strings.Join(parts, ", ")
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }

// Document gives a document with its passages; query.ErrNotFound if it is not in the index.
func (x *Indexer) Document(ctx context.Context, id string) (document.Document, error) {
	d, err := x.store.Load(ctx, id)
	if err != nil && !errors.Is(err, query.ErrNotFound) {
		return d, fmt.Errorf("read document %s: %w", id, err)
	}
	return d, err
}
