package agent

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"steward/indexer/document"
	"steward/indexer/query"
)

// memory is a small index in memory with the meaning of query.Searcher: counts want all words,
// searches fall back to some of them.
type memory struct {
	docs []document.Document
	err  error
}

// terms cuts a text into lower-case words without plural s, and Han text into pairs, with places.
func terms(s string) (out []string, at [][2]int) {
	start, kind := -1, 0
	var prev [2]int
	flush := func(end int) {
		if start >= 0 && kind == 1 {
			w := strings.ToLower(s[start:end])
			if len(w) > 3 {
				w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "s")
			}
			out, at = append(out, w), append(at, [2]int{start, end})
		}
		start = -1
	}
	last := 0
	for i, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			flush(i)
			n := len(string(r))
			if last == 2 {
				out, at = append(out, s[prev[0]:i+n]), append(at, [2]int{prev[0], i + n})
			}
			prev, last = [2]int{i, i + n}, 2
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'':
			if start < 0 {
				start, kind = i, 1
			}
			last = 1
		default:
			flush(i)
			last = 0
		}
	}
	flush(len(s))
	return out, at
}

func whole(d document.Document) string {
	parts := []string{d.Title, d.From.String()}
	for _, p := range d.Passages {
		parts = append(parts, p.Text)
	}
	return strings.Join(parts, "\n")
}

func (m *memory) fits(d document.Document, q query.Query) bool {
	has := func(hay, needle string) bool { return strings.Contains(strings.ToLower(hay), strings.ToLower(needle)) }
	to := ""
	for _, a := range d.To {
		to += a.String() + " "
	}
	return (len(q.Kinds) == 0 || slices.Contains(q.Kinds, d.Kind)) && (len(q.Formats) == 0 || slices.Contains(q.Formats, d.Format)) &&
		(q.From == "" || has(d.From.String(), q.From)) && (q.To == "" || has(to, q.To)) && (q.Subject == "" || has(d.Title, q.Subject)) &&
		(q.Under == "" || strings.HasPrefix(d.Path, q.Under+"/")) && (!q.HasAttachment || len(d.Attachments) > 0) &&
		(q.After.IsZero() || !d.Date.Before(q.After)) && (q.Before.IsZero() || d.Date.Before(q.Before))
}

type scored struct {
	d   document.Document
	n   float64
	all bool
}

func (m *memory) find(q query.Query) []scored {
	want, _ := terms(q.Text)
	df := map[string]int{}
	for _, d := range m.docs {
		have, _ := terms(whole(d))
		for _, w := range want {
			if slices.Contains(have, w) {
				df[w]++
			}
		}
	}
	var out []scored
	for _, d := range m.docs {
		if !m.fits(d, q) {
			continue
		}
		s := scored{d: d, all: true}
		have, _ := terms(whole(d))
		for _, w := range want {
			if slices.Contains(have, w) {
				s.n += 1 / float64(df[w])
			} else {
				s.all = false
			}
		}
		if s.n > 0 || len(want) == 0 {
			out = append(out, s)
		}
	}
	return out
}

func (m *memory) Search(ctx context.Context, q query.Query) (query.Result, error) {
	if m.err != nil {
		return query.Result{}, m.err
	}
	if err := ctx.Err(); err != nil {
		return query.Result{}, err
	}
	found := m.find(q)
	slices.SortStableFunc(found, func(a, b scored) int {
		switch {
		case q.Order == query.Oldest:
			return a.d.Date.Compare(b.d.Date)
		case q.Order == query.Newest || q.Text == "":
			return b.d.Date.Compare(a.d.Date)
		case a.n > b.n:
			return -1
		case a.n < b.n:
			return 1
		}
		return 0
	})
	if q.KeywordOnly || q.Order == query.Newest || q.Order == query.Oldest {
		found = slices.DeleteFunc(found, func(s scored) bool { return !s.all })
	}
	r := query.Result{Total: len(found)}
	want, _ := terms(q.Text)
	for _, s := range found[:min(len(found), max(q.Limit, 1))] {
		best, score, places := 0, -1, [][2]int(nil)
		for i, p := range s.d.Passages {
			have, at := terms(p.Text)
			var hit [][2]int
			for k, w := range have {
				if slices.Contains(want, w) {
					hit = append(hit, at[k])
				}
			}
			if len(hit) > score {
				best, score, places = i, len(hit), hit
			}
		}
		p := s.d.Passages[best]
		from := ""
		if s.d.From.Addr != "" {
			from = s.d.From.String()
		}
		r.Hits = append(r.Hits, query.Hit{ID: s.d.ID, Path: s.d.Path, Kind: s.d.Kind, Format: s.d.Format, Title: s.d.Title, Date: s.d.Date, From: from, Passage: p.Text, Ord: p.Ord, Position: p.Position, Terms: places, Score: s.n})
	}
	return r, nil
}

func (m *memory) Count(ctx context.Context, q query.Query, by query.Field) (int, []query.Group, error) {
	if m.err != nil {
		return 0, nil, m.err
	}
	groups := map[string]int{}
	n := 0
	for _, s := range m.find(q) {
		if !s.all {
			continue
		}
		n++
		switch by {
		case query.FieldFrom:
			groups[s.d.From.String()]++
		case query.FieldMonth:
			groups[s.d.Date.Format("2006-01")]++
		case query.FieldFolder:
			groups[s.d.Path[:strings.LastIndexByte(s.d.Path, '/')]]++
		}
	}
	var out []query.Group
	for v, c := range groups {
		out = append(out, query.Group{Value: v, Count: c})
	}
	slices.SortFunc(out, func(a, b query.Group) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Value, b.Value)
	})
	return n, out, ctx.Err()
}

func (m *memory) Document(_ context.Context, id string) (document.Document, error) {
	for _, d := range m.docs {
		if d.ID == id {
			return d, nil
		}
	}
	return document.Document{}, query.ErrNotFound
}

func (m *memory) Status(context.Context) (query.Status, error) {
	return query.Status{Documents: len(m.docs), AsOf: time.Now().Add(-time.Minute)}, m.err
}

// mail and file make documents for the index in memory.
func mail(from, subject, date, text string) document.Document {
	name, addr, _ := strings.Cut(strings.TrimSuffix(from, ">"), " <")
	t, err := time.Parse("2006-01-02 15:04", date)
	if err != nil {
		panic(err)
	}
	path := "/home/mail/" + strings.ReplaceAll(subject+date, "/", "_")
	return document.Document{ID: document.NewID(path, ""), Path: path, Kind: document.KindMail, Format: "mail", Title: subject, Date: t, From: document.Address{Name: name, Addr: addr}, Passages: passages(text)}
}

func file(path, title, text string) document.Document {
	return document.Document{ID: document.NewID(path, ""), Path: path, Kind: document.KindFile, Format: strings.TrimPrefix(path[strings.LastIndexByte(path, '.'):], "."), Title: title, Date: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC), Passages: passages(text)}
}

func passages(text string) []document.Passage {
	var out []document.Passage
	for i, p := range strings.Split(text, "\n\n") {
		out = append(out, document.Passage{Ord: i, Text: p, Position: document.Position{Line: i + 1}})
	}
	return out
}

// Memory gives the index in memory to tests outside the package.
func Memory(docs []document.Document) query.Searcher { return &memory{docs: docs} }
