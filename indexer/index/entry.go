package index

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	bleve "github.com/blevesearch/bleve/v2/document"
	api "github.com/blevesearch/bleve_index_api"

	"steward/indexer/document"
)

// The fields of an entry. Text is in fieldBody (everything) and fieldTitle (again, for
// weight); the others hold whole values for filters.
const (
	fieldBody  = "body"
	fieldTitle = "title"
	fieldTag   = "tag"
	fieldFrom  = "from"
	fieldTo    = "to"
	fieldPair  = "pair" // neighbouring terms, for phrases
)

// Entry is a document cut into terms, ready to be stored. It holds none of its text.
type Entry struct {
	ID     string
	Words  int // length of the body in words
	Bytes  int // rough size in memory
	fields []bleve.Field
}

// Prepare cuts a document into terms. It is the costly part of indexing, needs no index
// and may run in parallel.
func Prepare(d document.Document) *Entry {
	e := &Entry{ID: d.ID}
	body := newTerms(fieldBody, 0)
	title := newTerms(fieldTitle, 0)
	title.text(d.Title)
	pairs := &neighbours{hashes: make([]uint32, 0, 256)}
	body.pairs = pairs
	body.text(d.Title)
	pairs.gap()
	body.text(filepath.Base(d.Path))
	pairs.gap()
	body.person(d.From)
	for _, list := range [][]document.Address{d.To, d.Cc} {
		for _, a := range list {
			body.person(a)
		}
	}
	for _, name := range d.Attachments {
		body.text(name)
		pairs.gap()
	}
	for _, p := range d.Passages {
		body.text(p.Text)
		e.Bytes += len(p.Text)
	}
	e.Words = body.length
	tag := newTerms(fieldTag, api.SkipFreqNorm)
	tag.whole("k" + string(d.Kind))
	tag.whole("f" + d.Format)
	if len(d.Attachments) > 0 {
		tag.whole("a")
	}
	for c, begins := range body.starts {
		if begins {
			tag.whole(startTerm(string(rune(c))))
		}
	}
	if d.Thread != "" {
		tag.whole("t" + d.Thread)
	}
	for dir := d.Path; ; {
		tag.whole("p" + dir)
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	if !d.Date.IsZero() {
		for level := range levels {
			tag.whole(dateTerm(level, d.Date.Unix()))
		}
	}
	e.fields = append(e.fields, body, title, tag, pairs.field())
	if from := strings.ToLower(d.From.String()); from != "" {
		f := newTerms(fieldFrom, api.SkipFreqNorm)
		f.whole(from)
		e.fields = append(e.fields, f)
	}
	if len(d.To)+len(d.Cc) > 0 {
		f := newTerms(fieldTo, api.SkipFreqNorm)
		for _, list := range [][]document.Address{d.To, d.Cc} {
			for _, a := range list {
				f.whole(strings.ToLower(a.String()))
			}
		}
		e.fields = append(e.fields, f)
	}
	return e
}

// startTerm is the tag of documents with a term that begins with a letter or digit.
func startTerm(letter string) string { return "1" + letter }

// A date is filed under a term of each of these levels; level l holds Unix seconds
// shifted right by 6*l bits, so that a range is a few hundred terms at most.
const levels = 7

func dateTerm(level int, seconds int64) string {
	var b [10]byte
	b[0], b[1] = 'd', '0'+byte(level)
	binary.BigEndian.PutUint64(b[2:], uint64(seconds>>(6*level))^1<<63)
	return string(b[:])
}

// dateTerms covers [after, before) of Unix seconds with as few terms as there are.
func dateTerms(after, before int64) []string {
	var terms []string
	for level := 0; after < before; level++ {
		width := int64(1) << (6 * level)
		if level == levels-1 {
			for ; after < before; after += width {
				terms = append(terms, dateTerm(level, after))
			}
			break
		}
		next := width << 6
		for after < before && after&(next-1) != 0 {
			terms = append(terms, dateTerm(level, after))
			after += width
		}
		for after < before && before&(next-1) != 0 {
			before -= width
			terms = append(terms, dateTerm(level, before))
		}
	}
	return terms
}

// earliest and latest bound open date ranges.
var (
	earliest = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	latest   = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// terms is a field whose terms were counted before Bleve sees it.
type terms struct {
	name    string
	options api.FieldIndexingOptions
	counts  api.TokenFrequencies
	length  int
	slab    []api.TokenFreq
	pairs   *neighbours // gathers what text holds; may be nil
	starts  [128]bool   // the ASCII characters that begin terms
}

func newTerms(name string, options api.FieldIndexingOptions) *terms {
	return &terms{name: name, options: api.IndexField | options, counts: api.TokenFrequencies{}}
}

func (t *terms) add(term []byte) {
	t.length++
	if f, ok := t.counts[string(term)]; ok {
		f.SetFrequency(f.Frequency() + 1)
		return
	}
	if len(t.slab) == 0 {
		t.slab = make([]api.TokenFreq, min(max(8, len(t.counts)), 512))
	}
	f := &t.slab[0]
	t.slab = t.slab[1:]
	f.SetFrequency(1)
	t.counts[string(term)] = f
}

func (t *terms) text(s string) {
	last := -1
	Terms(s, func(term []byte, _, end int) {
		t.add(term)
		if len(term) > 0 && term[0] < utf8.RuneSelf {
			t.starts[term[0]] = true
		}
		if t.pairs != nil && !alone(term, end, last) {
			t.pairs.follow(term)
			last = end
		}
	})
}

func (t *terms) person(a document.Address) {
	t.text(a.Name)
	t.text(a.Addr)
	t.pairs.gap()
}

func (t *terms) whole(s string) { t.add([]byte(s)) }

// What follows makes terms a field of Bleve's.

func (t *terms) Name() string                                   { return t.name }
func (t *terms) Value() []byte                                  { return nil }
func (t *terms) ArrayPositions() []uint64                       { return nil }
func (t *terms) EncodedFieldType() byte                         { return 't' }
func (t *terms) Analyze()                                       {}
func (t *terms) Options() api.FieldIndexingOptions              { return t.options }
func (t *terms) AnalyzedLength() int                            { return t.length }
func (t *terms) AnalyzedTokenFrequencies() api.TokenFrequencies { return t.counts }
func (t *terms) NumPlainTextBytes() uint64                      { return 0 }
func (t *terms) Size() int                                      { return 64 * len(t.counts) }
