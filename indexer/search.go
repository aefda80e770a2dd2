package indexer

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

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
	mostChecks = 20000 // documents a search reads to check a phrase
	phraseTime = 30 * time.Millisecond
)

// asked is a query made ready for the words index.
type asked struct {
	query.Query
	text    query.Text
	match   index.Match
	phrases [][]string // terms that must follow each other
	never   [][]string // terms that must not follow each other
	terms   []string   // to score passages by
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
		terms := sequence(phrase)
		if len(terms) > 1 {
			a.phrases = append(a.phrases, terms)
		}
		a.addTerms(terms)
	}
	for _, not := range a.text.Not {
		switch terms := sequence(not); {
		case len(terms) == 1:
			m.Not = append(m.Not, terms[0])
		case len(terms) > 1:
			a.never = append(a.never, terms)
		}
	}
	totals, _, err := x.total(ctx)
	if err != nil {
		return a, err
	}
	if totals.Documents > 0 {
		m.AverageWords = float64(totals.Words) / float64(totals.Documents)
	}
	return a, nil
}

func (a *asked) addWord(word string) {
	if stem, ok := strings.CutSuffix(word, "*"); ok {
		if terms := sequence(stem); len(terms) > 0 {
			a.addTerms(terms[:len(terms)-1])
			a.match.Prefixes = append(a.match.Prefixes, terms[len(terms)-1])
			a.terms = append(a.terms, terms[len(terms)-1])
			return
		}
	}
	a.addTerms(sequence(word))
}

func (a *asked) addTerms(terms []string) {
	for _, t := range terms {
		r, size := utf8.DecodeRuneInString(t)
		switch {
		case has(a.terms, t):
		case size == len(t) && r >= 0x1100: // one Chinese character: it begins the pairs it is in
			a.match.Prefixes = append(a.match.Prefixes, t)
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

// sequence gives the terms of a text in order. The lone last character of a run of pairs
// adds nothing to the pair before it and is left out.
func sequence(text string) []string {
	var terms []string
	last := -1
	index.Terms(text, func(term []byte, start, end int) {
		if r, size := utf8.DecodeRune(term); size == len(term) && r >= 0x1100 && end == last {
			return
		}
		last = end
		terms = append(terms, string(term))
	})
	return terms
}

// wordless reports whether filters alone decide.
func (a asked) wordless() bool {
	m := a.match
	return len(m.All)+len(m.Prefixes)+len(m.Not)+len(m.Title)+len(a.never) == 0
}

func seconds(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

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

// list answers a query of filters alone.
func (x *Indexer) list(ctx context.Context, a asked) (query.Result, error) {
	ids, total, err := x.store.Find(ctx, a.Query)
	if err != nil {
		return query.Result{}, fmt.Errorf("search: %w", err)
	}
	r := query.Result{Total: total}
	for _, id := range ids {
		if hit, ok, err := x.hit(ctx, id, a, nil, -1); err != nil {
			return r, err
		} else if ok {
			r.Hits = append(r.Hits, hit)
		}
	}
	return r, nil
}

// matching gives every document that matches by words and phrases.
func (x *Indexer) matching(ctx context.Context, a asked) (ids []string, err error) {
	err = x.withWords(func(w *index.Words) error {
		ids, err = w.All(ctx, a.match)
		return err
	})
	if err != nil || len(a.phrases)+len(a.never) == 0 {
		return ids, err
	}
	ok, _, err := x.holding(ctx, ids, a, func(int) bool { return false })
	kept := ids[:0]
	for _, id := range ids {
		if ok[id] {
			kept = append(kept, id)
		}
	}
	return kept, err
}

// sorted answers a query with words in an order other than by score.
func (x *Indexer) sorted(ctx context.Context, a asked) (query.Result, error) {
	ids, err := x.matching(ctx, a)
	if err != nil {
		return query.Result{}, err
	}
	r := query.Result{Total: len(ids), Notice: "Sorted by " + string(a.Order) + ": only words were matched."}
	ids, err = x.store.Sort(ctx, ids, a.Order)
	if err != nil {
		return r, fmt.Errorf("search: %w", err)
	}
	for _, id := range page(ids, a.Offset, a.Limit) {
		if hit, ok, err := x.hit(ctx, id, a, nil, -1); err != nil {
			return r, err
		} else if ok {
			r.Hits = append(r.Hits, hit)
		}
	}
	return r, nil
}

func page[T any](list []T, offset, limit int) []T {
	list = list[min(offset, len(list)):]
	return list[:min(limit, len(list))]
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
	r := query.Result{Total: total, Semantic: n.semantic, Notice: join(notice, n.notice)}
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

// byWords ranks by words: first the documents with all of them, then, if those are few,
// documents with some. total counts the former; the latter only if there are no former
// and nothing else will be found.
func (x *Indexer) byWords(ctx context.Context, a asked, need int) (found []index.Ranked, total int, notice string, err error) {
	strictNeed := need
	if len(a.phrases)+len(a.never) > 0 {
		strictNeed = mostChecks
	}
	err = x.withWords(func(w *index.Words) error {
		found, total, err = w.Rank(ctx, a.match, strictNeed)
		return err
	})
	if err != nil {
		return nil, 0, "", err
	}
	if len(a.phrases)+len(a.never) > 0 {
		list := make([]string, len(found))
		for i, f := range found {
			list[i] = f.ID
		}
		began := time.Now()
		ok, checked, err := x.holding(ctx, list, a, func(hits int) bool {
			took := time.Since(began)
			return took > phraseTime && hits >= a.Offset+a.Limit || took > 3*phraseTime
		})
		if err != nil {
			return nil, 0, "", err
		}
		if checked < total {
			notice = fmt.Sprintf("Only the %d best of %d documents with these words were checked for the phrase; there may be more.", checked, total)
		}
		kept := found[:0]
		for _, f := range found {
			if ok[f.ID] {
				kept = append(kept, f)
			}
		}
		found, total = kept, len(kept)
		return found[:min(need, len(found))], total, notice, nil
	}
	few := total < min(need, 10)
	if !few || len(a.match.All) < 2 || a.KeywordOnly && total > 0 {
		return found, total, notice, nil
	}
	loose := a.match
	loose.All, loose.Any, loose.Prefixes = nil, a.match.All, nil
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

// weights gives each term its weight in a passage's score.
func (x *Indexer) weights(_ context.Context, a asked) (weights map[string]float64, err error) {
	err = x.withWords(func(w *index.Words) error {
		weights, err = w.Weights(a.terms)
		return err
	})
	return weights, err
}

// Document gives a document with its passages; query.ErrNotFound if it is not in the index.
func (x *Indexer) Document(ctx context.Context, id string) (document.Document, error) {
	d, err := x.store.Load(ctx, id)
	if err != nil && !errors.Is(err, query.ErrNotFound) {
		return d, fmt.Errorf("read document %s: %w", id, err)
	}
	return d, err
}
