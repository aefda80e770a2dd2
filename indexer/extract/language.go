package extract

import (
	"strings"
	"unicode"

	"steward/indexer/document"
)

// stopwords are frequent short words that hardly occur in the other languages listed.
var stopwords = map[string][]string{
	"en": {"the", "and", "of", "to", "is", "that", "for", "with", "this", "you", "are"},
	"de": {"und", "der", "die", "das", "nicht", "ist", "mit", "für", "ein", "auf", "wir", "sie"},
	"fr": {"les", "des", "est", "une", "dans", "pour", "que", "vous", "pas", "avec", "nous"},
	"es": {"los", "las", "una", "por", "para", "con", "que", "del", "como", "está", "pero"},
	"it": {"che", "per", "della", "con", "sono", "una", "gli", "nel", "questo", "anche"},
	"pt": {"que", "não", "uma", "para", "com", "dos", "mais", "você", "são", "pelo"},
	"nl": {"het", "een", "van", "niet", "voor", "zijn", "met", "dat", "ook", "wij"},
}

var wordLanguage = func() map[string][]string {
	m := map[string][]string{}
	for lang, words := range stopwords {
		for _, w := range words {
			m[w] = append(m[w], lang)
		}
	}
	return m
}()

// language guesses an ISO 639-1 code from the scripts and the small words of the first
// passages; "" when it is not clear.
func language(passages []document.Passage) string {
	var han, kana, hangul, cyrillic, arabic, letters int
	votes := map[string]int{}
	words := 0
	left := 4 << 10
	for _, p := range passages {
		text := p.Text[:runeEdge(p.Text, min(len(p.Text), left))]
		left -= len(text)
		for _, r := range text {
			switch {
			case r < 0x250:
				if unicode.IsLetter(r) {
					letters++
				}
			case unicode.Is(unicode.Han, r):
				han++
			case unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r):
				kana++
			case unicode.Is(unicode.Hangul, r):
				hangul++
			case unicode.Is(unicode.Cyrillic, r):
				cyrillic++
			case unicode.Is(unicode.Arabic, r):
				arabic++
			}
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(word) > 8 {
				continue
			}
			words++
			for _, lang := range wordLanguage[strings.ToLower(word)] {
				votes[lang]++
			}
		}
		if left <= 0 {
			break
		}
	}
	switch {
	case kana > 0 && (kana+han)*2 > letters:
		return "ja"
	case hangul*2 > letters && hangul > 0:
		return "ko"
	case han*2 > letters && han > 0:
		return "zh"
	case cyrillic > letters:
		return "ru"
	case arabic > letters:
		return "ar"
	}
	best, most, second := "", 0, 0
	for lang, n := range votes {
		switch {
		case n > most || n == most && lang < best:
			best, most, second = lang, n, most
		case n > second:
			second = n
		}
	}
	if most >= 4 && most*20 >= words && most > second+second/4 {
		return best
	}
	return ""
}
