package embed

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"testing"
)

// clustered makes n vectors around a few hundred centres, as texts about the same lie near
// each other.
func clustered(r *rand.Rand, n, dims int) [][]float32 {
	centres := make([][]float32, 200)
	for i := range centres {
		centres[i] = noise(r, dims, 1, nil)
	}
	list := make([][]float32, n)
	for i := range list {
		list[i] = unit(noise(r, dims, 1.2, centres[r.IntN(len(centres))]))
	}
	return list
}

func noise(r *rand.Rand, dims int, width float64, around []float32) []float32 {
	x := make([]float32, dims)
	for i := range x {
		x[i] = float32(r.NormFloat64() * width)
		if around != nil {
			x[i] += around[i]
		}
	}
	return x
}

func TestNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const dims, n, k = 384, 30000, 20
	vectors := clustered(r, n, dims)
	path := filepath.Join(t.TempDir(), "v")
	v, err := OpenFile(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < n; i += 1000 {
		if first, err := v.Append(vectors[i : i+1000]); err != nil || first != i {
			t.Fatal(first, err)
		}
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if v, err = OpenFile(path, n); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	found, itself := 0, 0
	const queries = 20
	for range queries {
		query := unit(noise(r, dims, 0.05, vectors[r.IntN(n)]))
		exact := make([]Scored, n)
		for i, x := range vectors {
			var sum float32
			for j := range x {
				sum += x[j] * query[j]
			}
			exact[i] = Scored{uint32(i), sum}
		}
		sort.Slice(exact, func(i, j int) bool { return exact[i].Cosine > exact[j].Cosine })
		got, err := v.Nearest(query, k)
		if err != nil || len(got) != k {
			t.Fatal(len(got), err)
		}
		if got[0].Slot == exact[0].Slot {
			itself++
		}
		want := map[uint32]bool{}
		for _, s := range exact[:k] {
			want[s.Slot] = true
		}
		for _, s := range got {
			if want[s.Slot] {
				found++
			}
			if d := s.Cosine - cosineOf(exact, s.Slot); d > 0.001 || d < -0.001 {
				t.Errorf("a cosine is off by %f", d)
			}
		}
	}
	if itself != queries {
		t.Errorf("the nearest was found in %d of %d", itself, queries)
	}
	if share := float64(found) / (queries * k); share < 0.9 {
		t.Errorf("%.2f of the %d nearest were found", share, k)
	} else {
		t.Logf("%.3f of the %d nearest were found", share, k)
	}
}

func cosineOf(list []Scored, slot uint32) float32 {
	for _, s := range list {
		if s.Slot == slot {
			return s.Cosine
		}
	}
	return -2
}

func TestFileAfterCrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v")
	v, err := OpenFile(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Append([][]float32{{1, 0, 0}, {0, 1, 0}}); err != nil {
		t.Fatal(err)
	}
	_ = v.Close()
	if v, err = OpenFile(path, 1); err != nil { // the second was never recorded
		t.Fatal(err)
	}
	if first, err := v.Append([][]float32{{0, 0, 2}}); err != nil || first != 1 {
		t.Fatal(first, err)
	}
	if got, err := v.Nearest([]float32{0, 0, 1}, 1); err != nil || got[0].Slot != 1 || got[0].Cosine < 0.999 {
		t.Error(got, err)
	}
	if _, err := v.Append([][]float32{{1, 2}}); err == nil {
		t.Error("a vector of another length was taken")
	}
	if _, err := v.Nearest([]float32{1}, 1); err == nil {
		t.Error("a query of another length was taken")
	}
	_ = v.Close()
	if _, err := OpenFile(path, 5); err == nil {
		t.Error("a file that is too short was opened")
	}
	if err := os.WriteFile(path, []byte("something else entirely"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(path, 1); err == nil {
		t.Error("another file was opened")
	}
}

func BenchmarkNearest100k(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	v, err := OpenFile(filepath.Join(b.TempDir(), "v"), 0)
	if err != nil {
		b.Fatal(err)
	}
	for range 100 {
		if _, err := v.Append(clustered(r, 1000, 384)); err != nil {
			b.Fatal(err)
		}
	}
	query := noise(r, 384, 1, nil)
	for b.Loop() {
		if _, err := v.Nearest(query, 256); err != nil {
			b.Fatal(err)
		}
	}
}
