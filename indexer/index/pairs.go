package index

import (
	"slices"
	"unicode/utf8"

	api "github.com/blevesearch/bleve_index_api"
)

// A phrase is found by its pairs of neighbouring terms: each pair is filed as a few bits
// of the hash of both (FNV-1a by Fowler, Noll and Vo, mixed). Documents that hold all
// pairs of a phrase hold it, but for a few whose other pairs have the same bits, or that
// hold the pairs apart; who must know exactly reads the text.
const pairBits = 18

// Sequence cuts a text into the terms that a phrase is made of and hands each, with its
// byte range, to emit: all that Terms gives, but for the lone last character of a run of
// pairs, which adds nothing to the pair before it.
func Sequence(text string, emit func(term []byte, start, end int)) {
	last := -1
	Terms(text, func(term []byte, start, end int) {
		if alone(term, end, last) {
			return
		}
		last = end
		emit(term, start, end)
	})
}

// alone reports whether a term that ends at end is the last character of the pair before
// it, which ended at last.
func alone(term []byte, end, last int) bool {
	return end == last && len(term) <= utf8.UTFMax
}

// Pairs gives the pair terms of a phrase.
func Pairs(phrase []string) []string {
	var p neighbours
	for _, t := range phrase {
		p.follow([]byte(t))
	}
	list := make([]string, 0, len(p.hashes))
	for _, h := range p.distinct() {
		b := pairTerm(h)
		list = append(list, string(b[:]))
	}
	return list
}

func pairTerm(hash uint32) [3]byte { return [3]byte{byte(hash >> 16), byte(hash >> 8), byte(hash)} }

// neighbours gathers the pairs of a document.
type neighbours struct {
	last   uint64 // hash of the term before; 0 after a gap
	hashes []uint32
}

func (p *neighbours) follow(term []byte) {
	h := uint64(14695981039346656037)
	for _, c := range term {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h |= 1
	if p.last != 0 {
		mixed := (p.last ^ h<<1) * 0x9e3779b97f4a7c15
		mixed = (mixed ^ mixed>>29) * 0xbf58476d1ce4e5b9
		p.hashes = append(p.hashes, uint32(mixed>>(64-pairBits)))
	}
	p.last = h
}

func (p *neighbours) gap() { p.last = 0 }

func (p *neighbours) distinct() []uint32 {
	slices.Sort(p.hashes)
	p.hashes = slices.Compact(p.hashes)
	return p.hashes
}

// once is the frequency of every pair; nothing changes it.
var once = func() *api.TokenFreq {
	f := &api.TokenFreq{}
	f.SetFrequency(1)
	return f
}()

// field makes the pairs a field.
func (p *neighbours) field() *terms {
	list := p.distinct()
	t := &terms{name: fieldPair, options: api.IndexField | api.SkipFreqNorm, counts: make(api.TokenFrequencies, len(list)), length: len(list)}
	names := make([]byte, 0, 3*len(list))
	for _, h := range list {
		b := pairTerm(h)
		names = append(names, b[:]...)
	}
	all := string(names)
	for i := range list {
		t.counts[all[3*i:3*i+3]] = once
	}
	return t
}
