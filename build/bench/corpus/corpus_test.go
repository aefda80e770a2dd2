package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// texts writes a little real-looking English for the chain to learn from, so that the
// test does not depend on the machine's packages.
func texts(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(7, 7))
	var b strings.Builder
	for range 4000 {
		fmt.Fprintf(&b, "The %s of the %s was %s in the %s. Then we %s it again.\n",
			pick(r, titles), strings.ToLower(pick(r, secondHalf)), strings.ToLower(pick(r, firstHalf)), strings.ToLower(pick(r, secondHalf)), strings.ToLower(pick(r, firstHalf)))
	}
	if err := os.WriteFile(filepath.Join(dir, "text.txt"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{dir}
}

func sum(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(h, "%s %x\n", rel, sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestOneSeedGivesOneCorpus(t *testing.T) {
	sources := texts(t)
	var sums []string
	for i, seed := range []uint64{1, 1, 2} {
		out := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := write(out, 300, 50, 20, seed, sources); err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sum(t, out))
	}
	if sums[0] != sums[1] {
		t.Error("the same seed gave two different corpora")
	}
	if sums[0] == sums[2] {
		t.Error("another seed gave the same corpus")
	}
}

func TestEveryMessageParsesAndFactsAreWhereTheKeySays(t *testing.T) {
	out := filepath.Join(t.TempDir(), "c")
	if err := write(out, 400, 0, 40, 3, texts(t)); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	messages := func(path string) [][]byte {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(path) != ".mbox" {
			return [][]byte{data}
		}
		parts := bytes.Split(append([]byte("\n"), data...), []byte("\nFrom "))[1:]
		for i, p := range parts {
			_, parts[i], _ = bytes.Cut(p, []byte("\n"))
		}
		return parts
	}
	err := filepath.WalkDir(filepath.Join(out, "mail"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, raw := range messages(path) {
			m, err := mail.ReadMessage(bytes.NewReader(raw))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if _, err := m.Header.Date(); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if _, err := m.Header.AddressList("To"); err != nil {
				t.Errorf("%s: To %q: %v", path, m.Header.Get("To"), err)
			}
			id := strings.Trim(m.Header.Get("Message-ID"), "<>")
			if seen[id] != "" {
				t.Errorf("message %s is in %s and %s", id, seen[id], path)
			}
			seen[id], _ = filepath.Rel(out, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != 400 {
		t.Errorf("found %d messages, want 400", len(seen))
	}
	data, err := os.ReadFile(filepath.Join(out, "facts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts []fact
	if err := json.Unmarshal(data, &facts); err != nil {
		t.Fatal(err)
	}
	if len(facts) != 40 {
		t.Errorf("the key holds %d facts, want 40", len(facts))
	}
	for _, f := range facts {
		if seen[f.MessageID] != f.Path {
			t.Errorf("fact %q: the key says %s, the message is in %q", f.Question, f.Path, seen[f.MessageID])
		}
		if !strings.Contains(f.Sentence, f.Fact) {
			t.Errorf("sentence %q lacks its fact %q", f.Sentence, f.Fact)
		}
	}
}

func TestRefusesTheSourceTree(t *testing.T) {
	if err := outsideTree(t.TempDir()); err != nil {
		t.Error(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if outsideTree(filepath.Join(here, "out")) == nil {
		t.Error("a folder inside the tree was accepted")
	}
}
