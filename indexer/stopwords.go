package indexer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stopWords say nothing about what a document is about. They are dropped from a query
// (never from the index) when other words remain.
var stopWords = set(`a an and are as at be been but by can could did do does for from had has have how i if in into is it its
me my no not of on or our out shall should so some than that the their them then there these they this those to was we were what when
where which who whom whose why will with would you your about any tell show find give please`)

// stopChinese are words that separate others in a Chinese question.
var stopChinese = strings.NewReplacer(pairsOf(`什么时候 为什么 怎么样 有没有 是不是 哪一个 请问 什么 怎么 如何 哪里 哪些 哪个 多少 关于 我们 你们 他们 这个 那个 以及 或者 还是
一下 帮我 告诉 的 了 吗 呢 吧 啊 和 与 及 在 是 我 你 他 她 它 有 从 到 给 对 被 把 将 也 都 就 谁`)...)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

func pairsOf(words string) []string {
	var list []string
	for _, w := range strings.Fields(words) {
		list = append(list, w, " ")
	}
	return list
}

// withoutStopWords drops stop words and cuts Chinese text at them. If nothing else is
// left, the words are given as they are.
func withoutStopWords(words []string) []string {
	var kept []string
	for _, w := range words {
		bare := strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return r != '*' && unicode.IsPunct(r) }))
		if stopWords[bare] {
			continue
		}
		if n := hanLength(w); n > 4 {
			kept = append(kept, strings.Fields(stopChinese.Replace(w))...)
			continue
		}
		kept = append(kept, w)
	}
	if len(kept) == 0 {
		return words
	}
	return kept
}

func hanLength(s string) int {
	n := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.Han, r) {
			n++
		}
		i += size
	}
	return n
}
