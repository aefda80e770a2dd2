package indexer

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFollowsTakesNoShortcutTooMany compares the quick check of phrases with the plain one.
func TestFollowsTakesNoShortcutTooMany(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	words := []string{"party", "parties", "Party", "change", "exchange", "changes", "without", "a", "i", "résumé", "resume", "项目", "预算", "x", "\n", "2024", "ÉCOLE", "ﬁle", "file", "K", "K"}
	agreed := map[bool]int{}
	for range 20000 {
		var parts []string
		for range 1 + r.IntN(40) {
			parts = append(parts, words[r.IntN(len(words))])
		}
		text := strings.Join(parts, []string{" ", ", ", "", "-"}[r.IntN(4)])
		phrase := sequence(words[r.IntN(len(words))] + " " + words[r.IntN(len(words))])
		if len(phrase) == 0 {
			continue
		}
		want := inOrder(text, phrase)
		if got := follows(text, phrase); got != want {
			t.Fatalf("%q in %q: %t, wanted %t", phrase, text, got, want)
		}
		agreed[want]++
	}
	if agreed[true] < 500 || agreed[false] < 500 {
		t.Errorf("the texts are no test: %v", agreed)
	}
}
