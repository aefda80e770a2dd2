package index

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"steward/indexer/document"
)

func fill(t *testing.T, texts ...string) *Words {
	t.Helper()
	w, err := Open(filepath.Join(t.TempDir(), "words"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	var put []*Entry
	for i, text := range texts {
		put = append(put, Prepare(document.Document{ID: fmt.Sprint(i), Path: "/f", Passages: []document.Passage{{Text: text}}}))
	}
	if err := w.Apply(put, nil); err != nil {
		t.Fatal(err)
	}
	return w
}

func matches(t *testing.T, w *Words, m Match) string {
	t.Helper()
	ids, err := w.All(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return fmt.Sprint(ids)
}

func phrase(text string) (terms []string) {
	Sequence(text, func(term []byte, _, _ int) { terms = append(terms, string(term)) })
	return terms
}

func TestPhrasesAreFoundByPairs(t *testing.T) {
	w := fill(t, "the keeper of the lighthouse sleeps", "the lighthouse keeper, of course", "本项目预算已批准。", "项目的预算", "lighthouse", "keeper")
	for text, want := range map[string]string{
		"of the lighthouse": "[0]", "Lighthouse Keepers": "[1]", "keeper of": "[0 1]", "keeper lighthouse": "[]", "项目预算": "[2]", "预算已": "[2]",
	} {
		if got := matches(t, w, Match{Phrases: [][]string{phrase(text)}}); got != want {
			t.Errorf("%s is in %s, wanted %s", text, got, want)
		}
	}
	if got := matches(t, w, Match{All: []string{"lighthouse"}, Never: [][]string{phrase("the lighthouse keeper")}}); got != "[0 4]" {
		t.Errorf("without the phrase there are %s", got)
	}
}

func TestBeginnings(t *testing.T) {
	w := fill(t, "harbour", "harbour harvest", "lighthouse", "harbour harp", "7 seas")
	if terms, all, err := w.Beginning("ha", 1); err != nil || all != 3 || fmt.Sprint(terms) != "[harbour]" {
		t.Errorf("%v of %d (%v)", terms, all, err)
	}
	for letter, want := range map[string]string{"h": "[0 1 3]", "l": "[2]", "7": "[4]", "x": "[]"} {
		if got := matches(t, w, Match{Starts: []string{letter}}); got != want {
			t.Errorf("%s begins words of %s, wanted %s", letter, got, want)
		}
	}
}

func TestSendersAreNotRememberedTooLong(t *testing.T) {
	w := fill(t, "harbour")
	if got := matches(t, w, Match{From: "ann"}); got != "[]" {
		t.Errorf("%s are from Anna", got)
	}
	d := document.Document{ID: "9", Path: "/f", From: document.Address{Addr: "anna@example.org"}}
	if err := w.Apply([]*Entry{Prepare(d)}, nil); err != nil {
		t.Fatal(err)
	}
	if got := matches(t, w, Match{From: "ann"}); got != "[9]" {
		t.Errorf("%s are from Anna", got)
	}
}
