package app

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk puts the home on a file system of its own with that many bytes, in memory.
func smallDisk(t *testing.T, b *bench, bytes string) {
	t.Helper()
	if err := os.MkdirAll(b.home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("steward", b.home, "tmpfs", 0, "size="+bytes+",mode=0700"); err != nil {
		t.Skipf("a file system can be mounted by root only: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(b.home, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// fill leaves no room on the home's file system, and gives how to make room again.
func fill(t *testing.T, b *bench) (empty func()) {
	t.Helper()
	path := filepath.Join(b.home, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for len(block) > 0 {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2] // the last bytes too
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// says holds an error to what a person needs: what happened and what to do.
func says(t *testing.T, what, text string) {
	t.Helper()
	low := strings.ToLower(text)
	if !strings.Contains(low, "full") && !strings.Contains(low, "no space") || !strings.Contains(low, "free") {
		t.Errorf("%s on a full disk said %q", what, text)
	}
	for _, odd := range []string{"panic", "goroutine", "SQLITE"} {
		if strings.Contains(text, odd) {
			t.Errorf("%s said %q", what, text)
		}
	}
}

func TestFullDisk(t *testing.T) {
	b := newBench(t, &script{models: models(), reply: pieces(goodAnswer)})
	smallDisk(t, b, "48m")
	b.must(0, "add", b.docs)
	more := t.TempDir()
	noise := make([]byte, 3<<10)
	for i := range 200 {
		_, _ = rand.Read(noise)
		words := strings.Map(func(r rune) rune { return 'a' + r%26 }, string(noise))
		if err := os.WriteFile(filepath.Join(more, string(rune('a'+i%26))+words[:8]+".txt"), []byte("otter "+words), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	empty := fill(t, b)
	code, _, errOut := b.run("add", more)
	if code == 0 {
		t.Error("add on a full disk passed for done")
	}
	says(t, "add", errOut)
	for _, args := range [][]string{{"index", "--once"}, {"search", "boiler", "--keyword-only"}} {
		code, _, errOut = b.run(args...)
		if code != 0 { // what needs no room may well succeed
			says(t, args[0], errOut)
		}
	}
	empty()

	b.must(0, "add", more)
	b.must(0, "index", "--once")
	b.must(0, "search", "otter", "--keyword-only", "--limit", "1")
	b.must(0, "search", "boiler", "--keyword-only")
	out, _ := b.must(3, "doctor") // for so small a disk is never well
	if strings.Count(out, "WRONG") != 1 || !strings.Contains(out, "WRONG  disk") {
		t.Errorf("doctor said %q", out)
	}
}

// TestSettingsOnAFullDisk changes the settings as the interface does.
func TestSettingsOnAFullDisk(t *testing.T) {
	b := newBench(t, &script{models: models()})
	smallDisk(t, b, "48m")
	_, address := b.serve()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	do := func(method, path, body string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+at.Host+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", "http://"+at.Host)
		resp, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	if resp, err := browser.Get(address); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the address that serve printed: %v, %v", resp, err)
	}
	status, before := do("GET", "/api/settings", "")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, before)
	}
	empty := fill(t, b)
	dark := strings.Replace(before, `"theme":""`, `"theme":"dark"`, 1)
	if dark == before {
		t.Fatalf("settings: %s", before)
	}
	status, text := do("PUT", "/api/settings", dark)
	if status < 400 {
		t.Fatal("a change on a full disk passed for stored")
	}
	says(t, "a change of settings", text)
	if status, now := do("GET", "/api/settings", ""); status != http.StatusOK || now != before {
		t.Errorf("after the failure: %d %s", status, now)
	}
	empty()
	if status, text := do("PUT", "/api/settings", dark); status >= 400 {
		t.Errorf("with room again: %d %s", status, text)
	}
	if _, now := do("GET", "/api/settings", ""); !strings.Contains(now, `"theme":"dark"`) {
		t.Errorf("with room again: %s", now)
	}
}
