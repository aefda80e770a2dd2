package indexer

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/sync/errgroup"

	"steward/indexer/document"
	"steward/indexer/index"
)

// holding gives those of ids whose documents hold the query's phrases and none of the
// phrases it excludes, checked against their texts in order. Between some, enough is
// asked, with the number found until then, whether to stop; checked is how many were read.
func (x *Indexer) holding(ctx context.Context, ids []string, a asked, enough func(found int) bool) (ok map[string]bool, checked int, err error) {
	const chunk = 8
	var mu sync.Mutex
	var next atomic.Int64
	ok = map[string]bool{}
	g, ctx := errgroup.WithContext(ctx)
	for range min(4, runtime.GOMAXPROCS(0)) {
		g.Go(func() error {
			for ctx.Err() == nil {
				from := int(next.Add(chunk)) - chunk
				if from >= len(ids) {
					return nil
				}
				to := min(from+chunk, len(ids))
				var found []string
				err := x.store.Texts(ctx, ids[from:to], func(d document.Document, text []byte) {
					if holds(d, unsafe.String(unsafe.SliceData(text), len(text)), a) { // text is not kept
						found = append(found, d.ID)
					}
				})
				if err != nil {
					return err
				}
				mu.Lock()
				for _, id := range found {
					ok[id] = true
				}
				checked += to - from
				stop := enough(len(ok))
				mu.Unlock()
				if stop {
					return nil
				}
			}
			return ctx.Err()
		})
	}
	err = g.Wait()
	return ok, checked, err
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
	for _, phrase := range a.never {
		if occurs(phrase) {
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
	// state[i] is true when terms[:i+1] were just read. Lone last characters of a run
	// (see index.Terms) stand at the end of the pair before and are passed over.
	state := make([]bool, len(terms))
	found, last := false, -1
	index.Terms(text, func(term []byte, _, end int) {
		if found || end == last {
			return
		}
		last = end
		for i := len(terms) - 1; i >= 0; i-- {
			state[i] = string(term) == terms[i] && (i == 0 || state[i-1])
		}
		found = state[len(terms)-1]
	})
	return found
}
