package measure

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestRunCountsTheMemoryOfChildren(t *testing.T) {
	// Each awk holds a string of 16 MiB while it sleeps; the shell itself is small.
	one := `awk 'BEGIN{s="x"; while(length(s)<2^24) s=s s; system("sleep 1")}'`
	u, err := Run(t.Context(), exec.Command("sh", "-c", one+" & "+one+" & wait"))
	if err != nil {
		t.Fatal(err)
	}
	if u.PeakRSS < 32<<20 {
		t.Errorf("peak RSS %d, want at least two children's 32 MiB", u.PeakRSS)
	}
	if u.PeakPSS == 0 || u.PeakPSS > u.PeakRSS {
		t.Errorf("peak PSS %d, want above 0 and at most RSS %d", u.PeakPSS, u.PeakRSS)
	}
	if u.Wall <= 0 || u.CPU <= 0 {
		t.Errorf("times missing: %+v", u)
	}
}

func TestRunReportsFailureAndStopsTheWholeSession(t *testing.T) {
	if _, err := Run(t.Context(), exec.Command("false")); err == nil {
		t.Error("a failing program gave no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.Command("sh", "-c", "sleep 60 & wait")
	time.AfterFunc(300*time.Millisecond, cancel)
	if _, err := Run(ctx, cmd); err == nil {
		t.Error("a cancelled run gave no error")
	}
	for range 50 { // the kernel needs a moment to reap
		if len(SessionPIDs(cmd.Process.Pid)) == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("a process of the session outlived the cancel")
}

func TestPercentile(t *testing.T) {
	var d []time.Duration
	for i := 100; i >= 1; i-- {
		d = append(d, time.Duration(i))
	}
	for p, want := range map[float64]time.Duration{0.5: 50, 0.99: 99, 1: 100, 0: 1} {
		if got := Percentile(d, p); got != want {
			t.Errorf("percentile %v of 1..100 = %d, want %d", p, got, want)
		}
	}
	if Percentile(nil, 0.5) != 0 {
		t.Error("percentile of nothing is not 0")
	}
}

func TestSize(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), make([]byte, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	files, bytes, err := Size(dir, false)
	if err != nil || files != 1 || bytes != 1000 {
		t.Errorf("Size = %d files, %d bytes, %v; want 1, 1000", files, bytes, err)
	}
}
