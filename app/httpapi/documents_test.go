package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"steward/indexer"
	"steward/indexer/document"
)

// hold writes a file into the source folder of d and indexes it by name.
func (d *desk) hold(t *testing.T, path, part, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	id := document.NewID(path, part)
	d.docs[id] = document.Document{ID: id, Path: path, Part: part, Title: filepath.Base(path)}
	return id
}

func TestRawIsNeverActive(t *testing.T) {
	d := newDesk()
	dir := t.TempDir()
	d.sources = []indexer.SourceStatus{{Source: indexer.Source{Path: dir, Kind: "folder"}}}
	page := d.hold(t, filepath.Join(dir, "é \"x\".html"), "", "<script>alert(1)</script>")
	pdf := d.hold(t, filepath.Join(dir, "a.pdf"), "", "%PDF-1.7")
	server := d.serve(t, nil)
	status, body, head := send(t, "GET", server.URL+"/api/documents/"+page+"/raw", "")
	if status != 200 || body != "<script>alert(1)</script>" {
		t.Fatalf("%d %s", status, body)
	}
	if head.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("type %s", head.Get("Content-Type"))
	}
	if csp := head.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox;") || strings.Contains(csp, "allow") {
		t.Errorf("policy %s", csp)
	}
	if !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") {
		t.Errorf("disposition %s", head.Get("Content-Disposition"))
	}
	_, _, head = send(t, "GET", server.URL+"/api/documents/"+pdf+"/raw", "")
	if head.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") {
		t.Errorf("pdf: %v", head)
	}
}

func TestRawGivesOneMessageOfAMailbox(t *testing.T) {
	d := newDesk()
	dir := t.TempDir()
	d.sources = []indexer.SourceStatus{{Source: indexer.Source{Path: dir, Kind: "folder"}}}
	one := "From a@example.org Thu Jan  1 00:00:00 2026\nSubject: one\n\nText\nFrom here it goes on\n\n"
	two := "From b@example.org Thu Jan  1 00:00:00 2026\r\nSubject: two\r\n\r\nLast"
	path := filepath.Join(dir, "box.mbox")
	first := d.hold(t, path, "msg:0", one+two)
	second := d.hold(t, path, fmt.Sprintf("msg:%d/2.1", len(one)), one+two)
	beyond := d.hold(t, path, "msg:100000", one+two)
	server := d.serve(t, nil)
	for id, want := range map[string]string{
		first:  "Subject: one\n\nText\nFrom here it goes on\n\n",
		second: "Subject: two\r\n\r\nLast",
	} {
		if status, body, _ := send(t, "GET", server.URL+"/api/documents/"+id+"/raw", ""); status != 200 || body != want {
			t.Errorf("%d %q", status, body)
		}
	}
	if status, _, _ := send(t, "GET", server.URL+"/api/documents/"+beyond+"/raw", ""); status != 404 {
		t.Errorf("beyond the end: %d", status)
	}
}

func TestOpenRefusesPrograms(t *testing.T) {
	d := newDesk()
	dir := t.TempDir()
	d.sources = []indexer.SourceStatus{{Source: indexer.Source{Path: dir, Kind: "folder"}}}
	server := d.serve(t, nil)
	ids := []string{d.hold(t, filepath.Join(dir, "a.desktop"), "", "x"), d.hold(t, filepath.Join(dir, "B.EXE"), "", "x")}
	if runtime.GOOS != "windows" {
		script := d.hold(t, filepath.Join(dir, "notes"), "", "#!/bin/sh")
		if err := os.Chmod(filepath.Join(dir, "notes"), 0o700); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, script)
	}
	for _, id := range ids {
		if status, body, _ := send(t, "POST", server.URL+"/api/documents/"+id+"/open", ""); status != http.StatusConflict {
			t.Errorf("%s: %d %s", d.docs[id].Path, status, body)
		}
	}
}

func TestDocumentsTellWhatBecameOfThem(t *testing.T) {
	d := newDesk()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	id := d.hold(t, path, "", "text")
	server := d.serve(t, nil)
	view := func() DocumentView {
		var v DocumentView
		_, body, _ := send(t, "GET", server.URL+"/api/documents/"+id, "")
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	d.covered[path] = indexer.CoveredFile{Path: path, Size: 4, At: time.Now().Add(time.Hour)}
	if v := view(); v.Stale || v.Missing {
		t.Errorf("as read: %+v", v)
	}
	d.covered[path] = indexer.CoveredFile{Path: path, Size: 3, At: time.Now().Add(time.Hour)}
	if v := view(); !v.Stale {
		t.Error("another size is not stale")
	}
	d.covered[path] = indexer.CoveredFile{Path: path, Size: 4, At: time.Now().Add(-time.Hour)}
	if v := view(); !v.Stale {
		t.Error("a later time is not stale")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if v := view(); !v.Missing {
		t.Error("a file that is gone is not missing")
	}
}

func TestPathsThatAreNotUTF8(t *testing.T) {
	d := newDesk()
	odd := "/srv/caf\xe9"
	server := d.serve(t, nil)
	in, _ := json.Marshal(SourcePaths{PathsBytes: [][]byte{[]byte(odd)}})
	status, body, _ := send(t, "POST", server.URL+"/api/sources", string(in))
	if status != 200 || d.sources[0].Path != odd {
		t.Fatalf("%d %s", status, body)
	}
	var sources []Source
	if err := json.Unmarshal([]byte(body), &sources); err != nil {
		t.Fatal(err)
	}
	if string(sources[0].PathBytes) != odd || sources[0].Path != "/srv/caf\ufffd" {
		t.Errorf("%+v", sources[0])
	}
}
