package index

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	api "github.com/blevesearch/bleve_index_api"

	"steward/indexer/document"
)

// Match says which documents are wanted: those that hold every term of All, at least one
// of Any (if it is not empty), none of Not, and satisfy every filter.
type Match struct {
	All, Any, Not []string
	// Held must occur too and do not count in the ranking.
	Held []string
	// Phrases are terms that follow each other. Beside those that hold them, a few
	// documents match that hold the terms apart (see Sequence).
	Phrases [][]string
	// Never are phrases that must not occur; a few documents too many are left out.
	Never [][]string
	// OneOf are lists of terms; a document must hold a term of each (see Words.Beginning).
	OneOf [][]string
	// Starts are single letters or digits (a to z, 0 to 9) that must begin a term each.
	Starts []string
	// Title terms must all occur in the title.
	Title   []string
	Kinds   []document.Kind
	Formats []string
	// From and To are parts of a name or address, lower-case.
	From, To      string
	Under, Thread string
	HasAttachment bool
	// After and Before are Unix seconds, After inclusive; nil is open.
	After, Before *int64
	// AverageWords is the mean length of a document, for the ranking.
	AverageWords float64
}

// Ranked is one document with its BM25 score.
type Ranked struct {
	ID    string
	Score float64
}

// Rank gives the n best documents by BM25 (Robertson and Zaragoza, 2009; k1 1.2, b 0.75),
// ties in order of ID, and the number of all that match. If nothing of m is ranked by,
// it gives any n.
func (w *Words) Rank(ctx context.Context, m Match, n int) (best []Ranked, total int, err error) {
	top := &ranking{}
	scored := len(m.All)+len(m.Any)+len(m.Title) > 0
	err = w.each(ctx, m, true, func(reader api.IndexReader, d *search.DocumentMatch) error {
		total++
		if n <= 0 || len(*top) == n && (!scored || d.Score < (*top)[0].Score) {
			return nil
		}
		id, err := reader.ExternalID(d.IndexInternalID)
		if err != nil {
			return err
		}
		heap.Push(top, Ranked{ID: id, Score: d.Score})
		if len(*top) > n {
			heap.Pop(top)
		}
		return nil
	})
	best = make([]Ranked, len(*top))
	for i := len(best) - 1; i >= 0; i-- {
		best[i] = heap.Pop(top).(Ranked)
	}
	return best, total, err
}

// All gives the IDs of every document that matches.
func (w *Words) All(ctx context.Context, m Match) (ids []string, err error) {
	err = w.each(ctx, m, false, func(reader api.IndexReader, d *search.DocumentMatch) error {
		id, err := reader.ExternalID(d.IndexInternalID)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// Some gives the IDs of documents that match, most of them at most, and the number of all.
func (w *Words) Some(ctx context.Context, m Match, most int) (ids []string, total int, err error) {
	err = w.each(ctx, m, false, func(reader api.IndexReader, d *search.DocumentMatch) error {
		if total++; total > most {
			return nil
		}
		id, err := reader.ExternalID(d.IndexInternalID)
		ids = append(ids, id)
		return err
	})
	return ids, total, err
}

// Count gives the number of documents that match.
func (w *Words) Count(ctx context.Context, m Match) (n int, err error) {
	err = w.each(ctx, m, false, func(api.IndexReader, *search.DocumentMatch) error { n++; return nil })
	return n, err
}

// Weights gives the inverse document frequency of terms, as BM25 has it.
func (w *Words) Weights(terms []string) (map[string]float64, error) {
	reader, err := w.inner.Reader()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	all, err := reader.DocCount()
	if err != nil {
		return nil, err
	}
	weights := make(map[string]float64, len(terms))
	for _, t := range terms {
		docs, err := reader.TermFieldReader(context.Background(), []byte(t), fieldBody, false, false, false)
		if err != nil {
			return nil, err
		}
		n := float64(docs.Count())
		if err := docs.Close(); err != nil {
			return nil, err
		}
		weights[t] = math.Log(1 + (float64(all)-n+0.5)/(n+0.5))
	}
	return weights, nil
}

// Beginning gives the terms that begin with prefix, in no order: the most frequent of
// them if there are more than most. all is the number there are.
func (w *Words) Beginning(prefix string, most int) (terms []string, all int, err error) {
	reader, err := w.inner.Reader()
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = reader.Close() }()
	dict, err := reader.FieldDictPrefix(fieldBody, []byte(prefix))
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = dict.Close() }()
	frequent := &ranking{}
	for {
		entry, err := dict.Next()
		if err != nil {
			return nil, 0, err
		}
		if entry == nil {
			break
		}
		all++
		n := float64(entry.Count)
		if len(*frequent) == most {
			if n <= (*frequent)[0].Score {
				continue
			}
			heap.Pop(frequent)
		}
		heap.Push(frequent, Ranked{ID: strings.Clone(entry.Term), Score: n})
	}
	for _, t := range *frequent {
		terms = append(terms, t.ID)
	}
	return terms, all, nil
}

// ranking is a heap with the worst on top.
type ranking []Ranked

func (r ranking) Len() int { return len(r) }
func (r ranking) Less(i, j int) bool {
	if r[i].Score != r[j].Score {
		return r[i].Score < r[j].Score
	}
	return r[i].ID > r[j].ID
}
func (r ranking) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r *ranking) Push(x any)   { *r = append(*r, x.(Ranked)) }
func (r *ranking) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// each visits every match. A damaged segment makes Bleve panic: that becomes ErrDamaged.
func (w *Words) each(ctx context.Context, m Match, score bool, visit func(api.IndexReader, *search.DocumentMatch) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	version := w.version.Load() // before the reader: it is not older
	reader, err := w.inner.Reader()
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }()
	count, err := reader.DocCount()
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, search.GetScoringModelCallbackKey, search.GetScoringModelCallbackFn(func() string { return api.BM25Scoring }))
	ctx = context.WithValue(ctx, search.BM25StatsKey, &search.BM25Stats{DocCount: float64(count), FieldCardinality: map[string]int{
		fieldBody: int(max(m.AverageWords, 1) * float64(count)), fieldTitle: 6 * int(count), fieldTag: int(count), fieldFrom: int(count), fieldTo: int(count), fieldPair: int(count),
		"*": int(count), // unscored unions
	}})
	build := builder{ctx: ctx, words: w, version: version, reader: reader, score: score}
	s, err := build.searcher(m)
	if err != nil {
		return fmt.Errorf("search the words index: %w", err)
	}
	defer func() { _ = s.Close() }()
	state := &search.SearchContext{DocumentMatchPool: search.NewDocumentMatchPool(s.DocumentMatchPoolSize()+8, 0), IndexReader: reader}
	for n := 0; ; n++ {
		d, err := s.Next(state)
		if err != nil {
			return fmt.Errorf("search the words index: %w", err)
		}
		if d == nil {
			return nil
		}
		if err := visit(reader, d); err != nil {
			return err
		}
		state.DocumentMatchPool.Put(d)
		if n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
}

// ErrDamaged says that the index's files are damaged and it must be built anew.
var ErrDamaged = fmt.Errorf("the words index is damaged")

type builder struct {
	ctx     context.Context
	words   *Words
	version uint64
	reader  api.IndexReader
	score   bool
}

func (b builder) options(score bool) search.SearcherOptions {
	if score {
		return search.SearcherOptions{}
	}
	return search.SearcherOptions{Score: "none"}
}

func (b builder) term(field, term string, boost float64, score bool) (search.Searcher, error) {
	return searcher.NewTermSearcher(b.ctx, b.reader, term, field, boost, b.options(score))
}

// oneOf matches documents with any of the whole values; it never scores.
func (b builder) oneOf(field string, terms []string) (search.Searcher, error) {
	switch len(terms) {
	case 0:
		return searcher.NewMatchNoneSearcher(b.reader)
	case 1:
		return b.term(field, terms[0], 1, false)
	}
	return searcher.NewMultiTermSearcher(b.ctx, b.reader, terms, field, 1, b.options(false), false)
}

// people gives the values of a field of addresses that hold part. All values are kept
// until the index changes.
func (b builder) people(field, part string) ([]string, error) {
	b.words.peopleMu.Lock()
	known, ok := b.words.people[field]
	b.words.peopleMu.Unlock()
	if !ok || known.version != b.version {
		all, err := b.dictionary(field, "")
		if err != nil {
			return nil, err
		}
		known = people{b.version, all}
		b.words.peopleMu.Lock()
		b.words.people[field] = known
		b.words.peopleMu.Unlock()
	}
	var terms []string
	for _, t := range known.all {
		if strings.Contains(t, part) {
			terms = append(terms, t)
		}
	}
	return terms, nil
}

// dictionary gives the terms of a field that begin with prefix.
func (b builder) dictionary(field, prefix string) ([]string, error) {
	dict, err := b.reader.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return nil, err
	}
	defer func() { _ = dict.Close() }()
	var terms []string
	for {
		entry, err := dict.Next()
		if err != nil || entry == nil {
			return terms, err
		}
		terms = append(terms, strings.Clone(entry.Term))
	}
}

func (b builder) searcher(m Match) (search.Searcher, error) {
	var must, filters, should, not []search.Searcher
	var failed error
	keep := func(list *[]search.Searcher, s search.Searcher, err error) {
		if err != nil {
			failed = err
			return
		}
		*list = append(*list, s)
	}
	tags := func(terms ...string) {
		s, err := b.oneOf(fieldTag, terms)
		keep(&filters, s, err)
	}
	for _, t := range m.All {
		s, err := b.term(fieldBody, t, 1, b.score)
		keep(&must, s, err)
	}
	if len(m.Any) > 0 {
		var any []search.Searcher
		for _, t := range m.Any {
			s, err := b.term(fieldBody, t, 1, b.score)
			keep(&any, s, err)
		}
		if failed == nil {
			s, err := searcher.NewDisjunctionSearcher(b.ctx, b.reader, any, 1, b.options(b.score))
			keep(&must, s, err)
		}
	}
	for _, t := range m.Held {
		s, err := b.term(fieldBody, t, 1, false)
		keep(&filters, s, err)
	}
	for _, phrase := range m.Phrases {
		for _, t := range Pairs(phrase) {
			s, err := b.term(fieldPair, t, 1, false)
			keep(&filters, s, err)
		}
	}
	for _, terms := range m.OneOf {
		s, err := b.oneOf(fieldBody, terms)
		keep(&filters, s, err)
	}
	for _, letter := range m.Starts {
		tags(startTerm(letter))
	}
	for _, t := range m.Title {
		if r, size := utf8.DecodeRuneInString(t); size == len(t) && paired(r) {
			terms, err := b.dictionary(fieldTitle, t) // it begins each pair it is in
			if err != nil {
				failed = err
				continue
			}
			s, err := b.oneOf(fieldTitle, terms)
			keep(&filters, s, err)
			continue
		}
		s, err := b.term(fieldTitle, t, 1, b.score)
		keep(&must, s, err)
	}
	b.filters(m, tags, func(field, part string) {
		terms, err := b.people(field, part)
		if err != nil {
			failed = err
			return
		}
		s, err := b.oneOf(field, terms)
		keep(&filters, s, err)
	})
	if b.score {
		for _, t := range append(m.All[:len(m.All):len(m.All)], m.Any...) {
			s, err := b.term(fieldTitle, t, 1.5, true)
			keep(&should, s, err)
		}
	}
	for _, t := range m.Not {
		s, err := b.term(fieldBody, t, 1, false)
		keep(&not, s, err)
	}
	for _, phrase := range m.Never {
		s, err := b.phrase(phrase)
		keep(&not, s, err)
	}
	if failed != nil {
		for _, list := range [][]search.Searcher{must, filters, should, not} {
			for _, s := range list {
				_ = s.Close()
			}
		}
		return nil, failed
	}
	if len(filters) > 1 { // they become one bitmap
		all, err := searcher.NewConjunctionSearcher(b.ctx, b.reader, filters, b.options(false))
		if err != nil {
			return nil, err
		}
		filters = []search.Searcher{all}
	}
	return b.combine(append(must, filters...), should, not)
}

// phrase matches, without a score, the documents that hold a phrase's terms and pairs.
func (b builder) phrase(terms []string) (search.Searcher, error) {
	var all []search.Searcher
	for field, list := range map[string][]string{fieldBody: terms, fieldPair: Pairs(terms)} {
		for _, t := range list {
			s, err := b.term(field, t, 1, false)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return searcher.NewConjunctionSearcher(b.ctx, b.reader, all, b.options(false))
}

func (b builder) combine(must, should, not []search.Searcher) (search.Searcher, error) {
	var mustS, shouldS, notS search.Searcher
	var err error
	switch len(must) {
	case 0:
		mustS, err = searcher.NewMatchAllSearcher(b.ctx, b.reader, 1, b.options(false))
	case 1:
		mustS = must[0]
	default:
		mustS, err = searcher.NewConjunctionSearcher(b.ctx, b.reader, must, b.options(b.score))
	}
	if err != nil {
		return nil, err
	}
	if len(should)+len(not) == 0 {
		return mustS, nil
	}
	if len(should) > 0 {
		if shouldS, err = searcher.NewDisjunctionSearcher(b.ctx, b.reader, should, 0, b.options(true)); err != nil {
			return nil, err
		}
	}
	if len(not) > 0 {
		if notS, err = searcher.NewDisjunctionSearcher(b.ctx, b.reader, not, 1, b.options(false)); err != nil {
			return nil, err
		}
	}
	return searcher.NewBooleanSearcher(b.ctx, b.reader, mustS, shouldS, notS, b.options(b.score))
}

func (b builder) filters(m Match, tags func(...string), part func(field, part string)) {
	if len(m.Kinds) > 0 {
		var terms []string
		for _, k := range m.Kinds {
			terms = append(terms, "k"+string(k))
		}
		tags(terms...)
	}
	if len(m.Formats) > 0 {
		var terms []string
		for _, f := range m.Formats {
			terms = append(terms, "f"+strings.ToLower(f))
		}
		tags(terms...)
	}
	if m.HasAttachment {
		tags("a")
	}
	if m.Thread != "" {
		tags("t" + m.Thread)
	}
	if m.Under != "" {
		under := strings.TrimRight(m.Under, "/")
		if under == "" {
			under = "/"
		}
		tags("p" + under)
	}
	if m.After != nil || m.Before != nil {
		low, high := earliest, latest
		if m.After != nil {
			low = *m.After
		}
		if m.Before != nil {
			high = *m.Before
		}
		tags(dateTerms(low, high)...)
	}
	if m.From != "" {
		part(fieldFrom, m.From)
	}
	if m.To != "" {
		part(fieldTo, m.To)
	}
}
