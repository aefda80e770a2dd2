package indexer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	"steward/indexer/index"
	"steward/indexer/query"
	"steward/indexer/state"
)

// mostGroups bounds the groups of a count.
const mostGroups = 100

// Count gives the exact number of documents that match q by words and filters, and the
// largest groups by a field. With phrases it reads texts for a second at most; of the
// documents that are left then, one in some hundreds may not hold the phrase.
func (x *Indexer) Count(ctx context.Context, q query.Query, by query.Field) (int, []query.Group, error) {
	a, err := x.prepare(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	total, groups, err := x.count(ctx, a, by)
	if errors.Is(err, index.ErrDamaged) {
		x.damaged(err)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("count: %w", err)
	}
	return total, groups, nil
}

func (x *Indexer) count(ctx context.Context, a asked, by query.Field) (total int, groups []query.Group, err error) {
	switch by {
	case "", query.FieldKind, query.FieldFormat, query.FieldFrom, query.FieldYear, query.FieldMonth, query.FieldFolder:
	default:
		return 0, nil, fmt.Errorf("there is no grouping by %q", by)
	}
	t := tally{by: by, counts: map[string]int{}, names: map[string]map[string]int{}}
	switch {
	case a.wordless() && by == "":
		total, err = x.store.Count(ctx, a.Query)
		return total, nil, err
	case a.wordless():
		ok, err := x.store.Group(ctx, a.Query, by, t.add)
		if err != nil {
			return 0, nil, err
		}
		if !ok {
			err = x.store.Match(ctx, a.Query, t.row)
		}
		return t.total, t.groups(), err
	case by == "" && len(a.phrases) == 0:
		err = x.withWords(func(w *index.Words) error {
			total, err = w.Count(ctx, a.match)
			return err
		})
		return total, nil, err
	}
	ids, err := x.exactly(ctx, a)
	if err != nil || by == "" {
		return len(ids), nil, err
	}
	err = x.store.Pick(ctx, ids, query.Query{}, t.row)
	return t.total, t.groups(), err
}

// tally counts values; people are one by their address, whatever name they write.
type tally struct {
	by     query.Field
	total  int
	counts map[string]int
	names  map[string]map[string]int // of an address
}

func (t *tally) row(r state.Row) {
	switch t.by {
	case query.FieldKind:
		t.add(r.Kind, 1)
	case query.FieldFormat:
		t.add(r.Format, 1)
	case query.FieldFrom:
		t.add(r.Author, 1)
	case query.FieldFolder:
		t.add(filepath.Dir(r.Path), 1)
	case query.FieldYear, query.FieldMonth:
		layout := "2006"
		if t.by == query.FieldMonth {
			layout = "2006-01"
		}
		value := ""
		if !r.Date.IsZero() {
			value = r.Date.Format(layout)
		}
		t.add(value, 1)
	}
}

func (t *tally) add(value string, n int) {
	t.total += n
	if t.by == query.FieldFrom {
		author := value
		if open := strings.LastIndexByte(value, '<'); open >= 0 && strings.HasSuffix(value, ">") {
			value = value[open+1 : len(value)-1]
		}
		value = strings.ToLower(value)
		if t.names[value] == nil {
			t.names[value] = map[string]int{}
		}
		t.names[value][author] += n
	}
	t.counts[value] += n
}

func (t *tally) groups() []query.Group {
	list := make([]query.Group, 0, len(t.counts))
	for value, n := range t.counts {
		if value == "" && t.by != query.FieldFolder {
			continue // no author, no date: not a group
		}
		shown, most := value, 0
		for name, times := range t.names[value] {
			if times > most || times == most && name < shown {
				shown, most = name, times
			}
		}
		list = append(list, query.Group{Value: shown, Count: n})
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Count != list[j].Count {
			return list[i].Count > list[j].Count
		}
		return list[i].Value < list[j].Value
	})
	return list[:min(mostGroups, len(list))]
}
