package indexer

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"steward/indexer/index"
	"steward/indexer/query"
)

// concepts is a small embedding model: each word is a direction, and words of one concept
// share theirs.
type concepts struct {
	mu    sync.Mutex
	name  string
	err   error
	delay time.Duration
	texts int
}

var concept = map[string]string{"car": "vehicle", "automobile": "vehicle", "truck": "vehicle", "汽车": "vehicle", "cat": "pet", "kitten": "pet", "hound": "pet"}

func (c *concepts) Name() string { return c.name }

func (c *concepts) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	c.mu.Lock()
	err, delay := c.err, c.delay
	if err == nil {
		c.texts += len(texts)
	}
	c.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	list := make([][]float32, len(texts))
	for i, text := range texts {
		list[i] = make([]float32, 128)
		for _, term := range index.Split(text) {
			if c, ok := concept[term]; ok {
				term = c
			}
			h := fnv.New32a()
			_, _ = h.Write([]byte(term))
			list[i][h.Sum32()%128]++
		}
	}
	return list, nil
}

func (c *concepts) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (b *bench) search(q query.Query) query.Result {
	b.t.Helper()
	r, err := b.x.Search(b.t.Context(), q)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

const aboutCars = "The automobile stands in front of the garage near the sea."

func TestSearchByMeaning(t *testing.T) {
	b := start(t)
	b.write("auto.txt", aboutCars)
	b.write("old.txt", "> "+aboutCars)
	b.write("pets.txt", "A kitten sleeps on the warm window sill all afternoon long.")
	b.wait()
	r := b.search(query.Query{Text: "car"})
	if len(r.Hits) != 0 || r.Semantic || r.Notice == "" {
		t.Errorf("without a model: %+v", r)
	}
	m := &concepts{name: "one"}
	b.x.SetEmbedder(m)
	b.wait()
	s, err := b.x.Status(t.Context())
	if err != nil || s.Embeddable != 2 || s.Embedded != 2 || s.State != "idle" {
		t.Errorf("the status is %+v (%v)", s, err)
	}
	r = b.search(query.Query{Text: "car garage sea"})
	if !r.Semantic || r.Notice != "No document has all these words; these have some of them." || filepath.Base(r.Hits[0].Path) != "auto.txt" || !strings.Contains(r.Hits[0].Why, "meaning") {
		t.Errorf("by meaning: %+v", r)
	}
	r = b.search(query.Query{Text: "car"})
	if r.Total != -1 && len(r.Hits) > 0 {
		t.Errorf("found by meaning only, Total is %d", r.Total)
	}
	r = b.search(query.Query{Text: "car garage sea", KeywordOnly: true})
	if r.Semantic {
		t.Errorf("words only: %+v", r)
	}
	r = b.search(query.Query{Text: "car garage sea -automobile"})
	for _, h := range r.Hits {
		if filepath.Base(h.Path) != "pets.txt" {
			t.Errorf("an excluded document is found: %s", h.Path)
		}
	}
	r = b.search(query.Query{Text: "car garage sea", Under: filepath.Join(b.root, "none")})
	if len(r.Hits) != 0 {
		t.Errorf("found outside the folder: %+v", r.Hits)
	}
	n := m.texts
	if err := os.MkdirAll(filepath.Join(b.root, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(b.root, "auto.txt"), filepath.Join(b.root, "sub/auto.txt")); err != nil {
		t.Fatal(err)
	}
	b.wait()
	if m.texts != n {
		t.Errorf("a moved file was embedded again")
	}
	b.stop()
	b.run()
	b.x.SetEmbedder(m)
	b.wait()
	if m.texts != n {
		t.Errorf("after a restart %d texts were embedded again", m.texts-n)
	}
	r = b.search(query.Query{Text: "car garage sea"})
	if len(r.Hits) == 0 || filepath.Base(filepath.Dir(r.Hits[0].Path)) != "sub" {
		t.Errorf("after a restart: %+v", r)
	}
}

func TestModelThatFails(t *testing.T) {
	b := start(t)
	m := &concepts{name: "one", err: errors.New("no model")}
	b.x.SetEmbedder(m)
	b.write("auto.txt", aboutCars)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := b.x.Wait(ctx); !errors.Is(err, ErrNotEmbedded) {
		t.Errorf("Wait gave %v", err)
	}
	r := b.search(query.Query{Text: "automobile"})
	if r.Total != 1 || r.Semantic || r.Notice == "" {
		t.Errorf("by words: %+v", r)
	}
	s, err := b.x.Status(t.Context())
	if err != nil || len(s.Notices) != 1 || s.Embedded != 0 {
		t.Errorf("the status is %+v (%v)", s, err)
	}
	m.set(func() { m.err = nil })
	for s.Embedded != 1 {
		if ctx.Err() != nil {
			t.Fatalf("it is never tried again: %+v", s)
		}
		time.Sleep(20 * time.Millisecond)
		if s, err = b.x.Status(ctx); err != nil {
			t.Fatal(err)
		}
	}
	b.wait()
	if s, _ = b.x.Status(t.Context()); len(s.Notices) != 0 {
		t.Errorf("the notice stays: %q", s.Notices)
	}
	m.set(func() { m.err = errors.New("gone again") })
	if r = b.search(query.Query{Text: "automobile sea"}); r.Total != 1 || r.Semantic || r.Notice == "" {
		t.Errorf("the model failed on the query: %+v", r)
	}
}

func TestModelThatIsSlow(t *testing.T) {
	b := start(t)
	m := &concepts{name: "one"}
	b.x.SetEmbedder(m)
	b.write("auto.txt", aboutCars)
	b.wait()
	m.set(func() { m.delay = 3 * queryTime })
	if r := b.search(query.Query{Text: "automobile"}); r.Semantic || r.Total != 1 || r.Notice == "" {
		t.Errorf("a slow model: %+v", r)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if r := b.search(query.Query{Text: "automobile"}); r.Semantic {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the vector of a query that was too late is not kept")
		}
	}
}

func TestAnotherModel(t *testing.T) {
	b := start(t)
	one, two := &concepts{name: "one"}, &concepts{name: "two"}
	b.x.SetEmbedder(one)
	for i := range 40 {
		b.write(fmt.Sprintf("f%d.txt", i), fmt.Sprintf("%s Number %d.", aboutCars, i))
	}
	b.wait()
	two.set(func() { two.delay = 20 * time.Millisecond })
	b.x.SetEmbedder(two)
	if r := b.search(query.Query{Text: "car garage sea"}); !r.Semantic {
		t.Errorf("the older vectors do not serve: %q", r.Notice)
	}
	b.wait()
	if two.texts != 40+0 && two.texts != 41 {
		t.Errorf("the second model embedded %d texts", two.texts)
	}
	if r := b.search(query.Query{Text: "car garage sea"}); !r.Semantic || len(r.Hits) == 0 {
		t.Errorf("the newer vectors do not serve: %+v", r)
	}
	if files, _ := filepath.Glob(filepath.Join(b.home, "vectors-*")); len(files) != 1 {
		t.Errorf("the vectors' files are %v", files)
	}
	b.x.SetEmbedder(nil)
	if r := b.search(query.Query{Text: "car garage sea"}); r.Semantic {
		t.Errorf("vectors are off: %+v", r)
	}
}
