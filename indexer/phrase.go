package indexer

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/sync/errgroup"

	"steward/indexer/document"
	"steward/indexer/index"
	"steward/indexer/state"
)

// verdict is what reading a document's text said about the query's phrases.
type verdict uint8

const (
	unread verdict = iota
	holdsAll
	holdsNot
)

// holding reads the texts of ids in order and tells which hold the query's phrases. Between
// some, enough is asked, with the number that do until then, whether to stop; read is
// how many have a verdict.
func (x *Indexer) holding(ctx context.Context, ids []string, a asked, enough func(found int) bool) (verdicts []verdict, read int, err error) {
	var mu sync.Mutex
	var next, found atomic.Int64
	verdicts = make([]verdict, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	for range min(4, runtime.GOMAXPROCS(0)) {
		g.Go(func() error {
			for ctx.Err() == nil {
				from := int(next.Add(state.SomeTexts)) - state.SomeTexts
				if from >= len(ids) {
					return nil
				}
				some := ids[from:min(from+state.SomeTexts, len(ids))]
				for i := range some {
					verdicts[from+i] = holdsNot // also if it is gone
				}
				err := x.store.Texts(ctx, some, func(d document.Document, text []byte) {
					if holds(d, unsafe.String(unsafe.SliceData(text), len(text)), a) { // text is not kept
						verdicts[from+slices.Index(some, d.ID)] = holdsAll
						found.Add(1)
					}
				})
				if err != nil {
					return err
				}
				mu.Lock()
				read += len(some)
				stop := enough(int(found.Load()))
				mu.Unlock()
				if stop {
					return nil
				}
			}
			return ctx.Err()
		})
	}
	err = g.Wait()
	return verdicts, read, err
}

func holds(d document.Document, text string, a asked) bool {
	occurs := func(terms []string) bool {
		if follows(text, terms) || follows(d.Title, terms) || follows(d.From.String(), terms) {
			return true
		}
		for _, list := range [][]document.Address{d.To, d.Cc} {
			for _, p := range list {
				if follows(p.String(), terms) {
					return true
				}
			}
		}
		for _, name := range d.Attachments {
			if follows(name, terms) {
				return true
			}
		}
		return false
	}
	for _, phrase := range a.phrases {
		if !occurs(phrase) {
			return false
		}
	}
	return true
}

// follows reports whether terms occur in text directly after each other. Where it can, it
// cuts only the surroundings of where the longest term's letters stand.
func follows(text string, terms []string) bool {
	if len(terms) == 0 {
		return true
	}
	probe := ""
	for _, t := range terms {
		if p := letters(t); len(p) > len(probe) {
			probe = p
		}
	}
	if len(probe) < 2 || folds(text) {
		return inOrder(text, terms)
	}
	around := 2 * 24 * len(terms)
	for at := 0; at < len(text); {
		i := indexFold(text[at:], probe)
		if i < 0 {
			return false
		}
		i += at
		from, to := max(0, i-around), min(len(text), i+len(probe)+around)
		for from > 0 && wordByte(text[from-1]) {
			from--
		}
		for to < len(text) && wordByte(text[to]) {
			to++
		}
		if inOrder(text[from:to], terms) {
			return true
		}
		at = i + 1
	}
	return false
}

// letters are bytes that stand in a text wherever the term does, but for their case: a
// final y may stand for ies.
func letters(term string) string {
	for i := range len(term) {
		if term[i] >= utf8.RuneSelf {
			return ""
		}
	}
	return strings.TrimSuffix(term, "y")
}

// folds reports whether text holds characters that become plain letters in terms.
func folds(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= 0xc2 && c <= 0xcd || c == 0xe1 || c == 0xe2 || c == 0xef {
			return true
		}
	}
	return false
}

func wordByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf
}

// indexFold is strings.Index for a lower-case ASCII word and text of either case.
func indexFold(text, word string) int {
	upper := word[0]
	if 'a' <= upper && upper <= 'z' {
		upper -= 'a' - 'A'
	}
	low, high := strings.IndexByte(text, word[0]), strings.IndexByte(text, upper)
	for low >= 0 || high >= 0 {
		i := low
		if low < 0 || high >= 0 && high < low {
			i = high
		}
		if len(text)-i < len(word) {
			return -1
		}
		if strings.EqualFold(text[i:i+len(word)], word) {
			return i
		}
		if i == low {
			low = nextByte(text, i, word[0])
		}
		if i == high {
			high = nextByte(text, i, upper)
		}
	}
	return -1
}

func nextByte(text string, i int, c byte) int {
	n := strings.IndexByte(text[i+1:], c)
	if n < 0 {
		return -1
	}
	return i + 1 + n
}

func inOrder(text string, terms []string) bool {
	// seen[i] is true when terms[:i+1] were just read.
	seen := make([]bool, len(terms))
	found := false
	index.Sequence(text, func(term []byte, _, _ int) {
		if found {
			return
		}
		for i := len(terms) - 1; i >= 0; i-- {
			seen[i] = string(term) == terms[i] && (i == 0 || seen[i-1])
		}
		found = seen[len(terms)-1]
	})
	return found
}
