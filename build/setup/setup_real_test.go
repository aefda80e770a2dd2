package setup

import (
	"os"
	"path/filepath"
	"testing"

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
	bar := NewBar(os.Stderr)
	binary, err := Runtime(t.Context(), cache, bar.Show)
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
		if err := InstallModel(t.Context(), server.Client(), name, cache, bar.Show); err != nil {
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
