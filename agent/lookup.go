package agent

import (
	"fmt"
	"path"
	"strings"
	"time"

	"steward/agent/check"
	"steward/indexer/document"
	"steward/indexer/query"
)

// listed is how many matches an answer spells out, kept how many it carries.
const listed, kept = 10, 100

// lookUp answers from the index alone: counts, lists and the newest or oldest match.
func (r *run) lookUp() error {
	at := time.Now()
	q := r.a.Query
	// Only words can be counted; what is near in meaning has no number.
	q.KeywordOnly = true
	if r.a.Route == RouteCount && q.Order == "" {
		q.Order = query.Newest
	}
	q.Limit = kept
	if r.a.Route == RouteLatest {
		q.Limit = hitsShown
	}
	r.a.Query = q
	by := r.read.By
	if by == "" && r.a.Route == RouteCount && q.From == "" && mailOnly(q) {
		by = query.FieldFrom
	}
	var err error
	if r.a.Total, r.a.Groups, err = r.index.Count(r.ctx, q, by); err != nil {
		return err
	}
	if r.a.Total > 0 {
		res, err := r.index.Search(r.ctx, q)
		if err != nil {
			return err
		}
		r.a.Hits = res.Hits
	}
	r.step("search", fmt.Sprintf("%d matches", r.a.Total), at, nil)
	if r.a.Total == 0 && q.Text != "" && r.a.Route != RouteCount {
		return r.nearest(q)
	}
	r.passages()
	r.a.Found = r.a.Total > 0
	switch {
	case !r.a.Found && r.a.Route == RouteCount:
		r.write(r.none(r.say.count(q, 0)))
	case !r.a.Found:
		r.write(r.nothing(q))
	case r.a.Route == RouteCount:
		r.write(r.say.count(q, r.a.Total))
		if r.read.By != "" {
			r.write(r.say.groups(r.a.Groups))
		} else if len(r.a.Hits) > 0 {
			r.write(r.say.newest(r.a.Hits[0]), r.a.Hits[0])
		}
	case len(r.a.Hits) == 0: // what was counted has just gone
		r.write(r.nothing(q))
		r.a.Found = false
	case r.a.Route == RouteLatest:
		r.write(r.say.latest(q, r.a.Hits[0], r.q.Now), r.a.Hits[0])
	default:
		r.write(r.say.list(q, r.a.Total))
		if r.read.By != "" {
			r.write(r.say.groups(r.a.Groups))
		}
		for _, h := range r.a.Hits[:min(listed, len(r.a.Hits))] {
			r.write(r.say.item(h), h)
		}
		if r.a.Total > listed {
			r.write(r.say.rest(r.a.Total - listed))
		}
	}
	r.emit(Event{Type: "token", Token: r.a.Text})
	return nil
}

// nothing says that nothing was found; over an empty index, that it is empty.
func (r *run) nothing(q query.Query) string { return r.none(r.say.nothing(q)) }

func (r *run) none(sentence string) string {
	if s, err := r.index.Status(r.ctx); err == nil && s.Documents == 0 {
		return r.say.empty()
	}
	return sentence
}

// nearest shows what is close in meaning when no document has the words. It counts as nothing found.
func (r *run) nearest(q query.Query) error {
	q.KeywordOnly, q.Limit = false, hitsShown
	if r.a.Route == RouteLatest {
		q.Order = query.ByScore
	}
	res, err := r.index.Search(r.ctx, q)
	if err != nil {
		return err
	}
	r.a.Hits, r.a.Total = res.Hits, 0
	r.passages()
	r.write(r.nothing(q))
	if len(res.Hits) > 0 {
		r.write(r.say.close())
	}
	r.emit(Event{Type: "token", Token: r.a.Text})
	return nil
}

// write adds a sentence that code vouches for, citing the documents it rests on.
func (r *run) write(text string, cited ...query.Hit) {
	if text == "" {
		return
	}
	s := Sentence{Text: text, Supported: true}
	for _, h := range cited {
		n := len(r.a.Citations) + 1
		r.a.Citations = append(r.a.Citations, cite(n, h, opening(h.Passage)))
		s.Citations = append(s.Citations, n)
		text += fmt.Sprintf(" [%d]", n)
	}
	r.a.Sentences = append(r.a.Sentences, s)
	sep := " "
	if strings.HasPrefix(text, "•") {
		sep = "\n"
	}
	if r.say.zh && sep == " " {
		sep = ""
	}
	r.a.Text += text
	if r.a.Text != text {
		r.a.Text = strings.TrimSuffix(r.a.Text, text) + sep + text
	}
}

// cite makes a citation of a stretch of a hit's passage.
func cite(n int, h query.Hit, quote string) Citation {
	return Citation{N: n, ID: h.ID, Path: h.Path, Kind: h.Kind, Title: h.Title, Date: h.Date, From: h.From, Quote: quote, Ord: h.Ord, Position: h.Position}
}

// opening is the first sentence of a passage: a stretch that surely occurs in it.
func opening(passage string) string {
	spans := check.Split(passage)
	if len(spans) == 0 {
		return passage
	}
	return passage[spans[0][0]:spans[0][1]]
}

func mailOnly(q query.Query) bool {
	return len(q.Kinds) == 1 && q.Kinds[0] == document.KindMail
}

// place turns a folder's name into its path. A word that is no folder goes back into the text.
func (r *run) place() error {
	name := r.read.Folder
	if name == "" {
		return nil
	}
	if path.IsAbs(name) {
		r.a.Query.Under = path.Clean(name)
		return nil
	}
	_, groups, err := r.index.Count(r.ctx, query.Query{}, query.FieldFolder)
	if err != nil {
		return err
	}
	best := ""
	for _, g := range groups {
		for dir := strings.TrimSuffix(g.Value, "/"); dir != "" && dir != "/" && dir != "."; dir = path.Dir(dir) {
			base := path.Base(dir)
			if strings.EqualFold(base, name) || strings.EqualFold(strings.TrimSuffix(base, path.Ext(base)), name) {
				if best == "" || len(dir) < len(best) {
					best = dir
				}
			}
		}
	}
	if best != "" {
		r.a.Query.Under = best
		return nil
	}
	r.a.Query.Text = strings.TrimSpace(r.a.Query.Text + " " + name)
	return nil
}
