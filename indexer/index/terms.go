package index

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longest is the length in bytes after which a term is cut.
const longest = 64

// Terms cuts text into the terms it is found by and hands each, with its byte range in
// text, to emit; the slice is only valid during the call. Letters and digits make words,
// lower-cased, without accents, and English plurals without their s (the S-stemmer of
// Harman, "How effective is suffixing?", JASIS 1991). Chinese, Japanese and Korean runs
// become overlapping pairs of characters, and the last character of a run alone, so that
// each character begins a term.
func Terms(text string, emit func(term []byte, start, end int)) {
	var scratch [longest + 16]byte
	word := scratch[:0]
	start, ascii := -1, true
	end := func(i int) {
		if start < 0 {
			return
		}
		if ascii {
			word = singular(word)
		}
		emit(word, start, i)
		word, start, ascii = scratch[:0], -1, true
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			switch {
			case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			case 'A' <= c && c <= 'Z':
				c += 'a' - 'A'
			default:
				end(i)
				i++
				continue
			}
			if start < 0 {
				start = i
			}
			if len(word) < longest {
				word = append(word, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case paired(r):
			end(i)
			i = pairs(text, i, emit)
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if start < 0 {
				start = i
			}
			if len(word) < longest {
				before := len(word)
				word = appendFolded(word, r)
				for _, b := range word[before:] {
					ascii = ascii && b < utf8.RuneSelf
				}
			}
		case unicode.Is(unicode.Mn, r): // an accent of the letter before
		default:
			end(i)
		}
		i += size
	}
	end(len(text))
}

// paired reports whether r is of a script written without spaces.
func paired(r rune) bool {
	return r >= 0x1100 && (unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) || unicode.Is(unicode.Hangul, r) ||
		r == 'ー' || r == '々')
}

// pairs emits the run of paired characters at i and gives the index after it.
func pairs(text string, i int, emit func(term []byte, start, end int)) int {
	var scratch [2 * utf8.UTFMax]byte
	for {
		_, size := utf8.DecodeRuneInString(text[i:])
		next := i + size
		r, nextSize := utf8.DecodeRuneInString(text[next:])
		if nextSize == 0 || !paired(r) {
			emit(append(scratch[:0], text[i:next]...), i, next)
			return next
		}
		emit(append(scratch[:0], text[i:next+nextSize]...), i, next+nextSize)
		i = next
	}
}

var folded = sync.OnceValue(func() map[rune]string {
	table := map[rune]string{'ß': "ss", 'ø': "o", 'Ø': "o", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ł': "l", 'Ł': "l", 'đ': "d", 'Đ': "d", 'ı': "i"}
	for _, block := range [][2]rune{{0x80, 0x24f}, {0x370, 0x52f}, {0x1e00, 0x1fff}, {0xff00, 0xff5e}} {
		for r := block[0]; r <= block[1]; r++ {
			if _, ok := table[r]; ok {
				continue
			}
			plain := strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return unicode.ToLower(r)
			}, norm.NFKD.String(string(unicode.ToLower(r))))
			table[r] = plain
		}
	}
	return table
})

func appendFolded(word []byte, r rune) []byte {
	if plain, ok := folded()[r]; ok {
		return append(word, plain...)
	}
	return utf8.AppendRune(word, unicode.ToLower(r))
}

// singular drops an English plural's ending in place.
func singular(w []byte) []byte {
	n := len(w)
	if n < 4 || w[n-1] != 's' || w[n-2] == 's' || w[n-2] == 'u' || w[n-2] == 'i' || w[n-2] <= '9' {
		return w
	}
	if w[n-2] == 'e' && w[n-3] == 'i' && n > 4 && w[n-4] != 'a' && w[n-4] != 'e' {
		w[n-3] = 'y'
		return w[:n-2]
	}
	return w[:n-1]
}

// Split gives the terms of a query's text, each once, in order.
func Split(text string) []string {
	var terms []string
	seen := map[string]bool{}
	Terms(text, func(term []byte, _, _ int) {
		if !seen[string(term)] {
			seen[string(term)] = true
			terms = append(terms, string(term))
		}
	})
	return terms
}
