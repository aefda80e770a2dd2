package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRealModel asks the real Ollama and the real model that setup installs. It runs with
// STEWARD_REAL=1, for it takes minutes and, the first time, a download.
func TestRealModel(t *testing.T) {
	if os.Getenv("STEWARD_REAL") != "1" {
		t.Skip("STEWARD_REAL=1 runs it")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, nil)
	b.cache, b.path = cache, os.Getenv("PATH")
	b.must(0, "setup")
	b.must(0, "add", b.docs, "--wait")
	var a answer
	b.mustJSON(0, &a, "ask", "When is the boiler inspection?", "--now", "2026-02-01")
	if !a.Found || !strings.Contains(a.Answer, "14") || len(a.Citations) == 0 {
		t.Errorf("answer: %+v", a)
	}
	for _, c := range a.Citations {
		text, err := os.ReadFile(c.Path)
		if err != nil || !strings.Contains(string(text), c.Quote) {
			t.Errorf("the quotation %q is not in %s", c.Quote, filepath.Base(c.Path))
		}
	}
	b.must(0, "doctor")
	// Each command has ended its own server: whatever still runs is not on this home.
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		env, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if err == nil && strings.Contains(string(env), homeVariable+"="+b.home+"\x00") {
			t.Errorf("process %s was left", e.Name())
		}
	}
}
