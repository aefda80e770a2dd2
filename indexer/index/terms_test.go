package index

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"The Meetings of parties, classes and buses": "the meeting of party classe and buse",
		"status bus basis glass":                     "status bus basis glass",
		"Café RÉSUMÉ naïve Straße":                   "cafe resume naive strasse",
		"e\u0301cole":                                "ecole",
		"ＡＢＣ１２":                                      "abc12",
		"don't foo_bar a-b 3.14":                     "don t foo bar a b 3 14",
		"anna@example.org":                           "anna example org",
		"项目预算":                                       "项目 目预 预算 算",
		"Q3项目budget会议":                               "q3 项目 目 budget 会议 议",
		"カタカナ":                                       "カタ タカ カナ ナ",
		"Привет МИР":                                 "привет мир",
		"":                                           "",
		"\xff\xfeabc\xff":                            "abc",
	} {
		var got []string
		Terms(text, func(term []byte, start, end int) {
			got = append(got, string(term))
			if start < 0 || end > len(text) || start >= end {
				t.Errorf("%q: the term %q lies at %d to %d", text, term, start, end)
			}
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%q gives %q, wanted %q", text, strings.Join(got, " "), want)
		}
	}
}

func FuzzTerms(f *testing.F) {
	f.Add("mixed 项目 text ÀÉ \xff")
	f.Add(strings.Repeat("ﷺ", 60))
	f.Fuzz(func(t *testing.T, s string) {
		last := -1
		Terms(s, func(term []byte, start, end int) {
			if len(term) > longest+utf8.UTFMax*18 || start >= end || end > len(s) || start < last {
				t.Errorf("%q: the term %q lies at %d to %d after %d", s, term, start, end, last)
			}
			last = start
		})
	})
}

func TestDateTermsCoverExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		from := r.Int64N(4e9) - 2e9
		to := from + r.Int64N(1<<uint(r.IntN(34)))
		terms := map[string]bool{}
		for _, term := range dateTerms(from, to) {
			if terms[term] {
				t.Fatalf("[%d, %d) has a term twice", from, to)
			}
			terms[term] = true
		}
		if len(terms) > 900 {
			t.Errorf("[%d, %d) takes %d terms", from, to, len(terms))
		}
		for _, at := range []int64{from - 1, from, from + 1, (from + to) / 2, to - 1, to, to + 1} {
			n := 0
			for level := range levels {
				if terms[dateTerm(level, at)] {
					n++
				}
			}
			want := 0
			if from <= at && at < to {
				want = 1
			}
			if n != want {
				t.Errorf("%d is covered %d times by [%d, %d)", at, n, from, to)
			}
		}
	}
}

func BenchmarkTerms(b *testing.B) {
	text := strings.Repeat("The quick brown foxes jumped over 12 lazy dogs; 项目预算 and résumés. ", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Terms(text, func([]byte, int, int) {})
	}
}
