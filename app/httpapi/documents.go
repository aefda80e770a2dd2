package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"steward/indexer"
	"steward/indexer/document"
)

func (h *Handler) document(w http.ResponseWriter, r *http.Request) error {
	doc, err := h.Searcher.Document(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	view := DocumentView{Document: doc, PathBytes: pathBytes(doc.Path)}
	if view.Stale, view.Missing, err = h.became(r.Context(), doc.Path); err != nil {
		return err
	}
	if view.Passages == nil {
		view.Passages = []document.Passage{}
	}
	return writeJSON(w, view)
}

// became compares the file with what it was when it was read.
func (h *Handler) became(ctx context.Context, path string) (stale, missing bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, true, nil
	}
	if err != nil {
		return true, false, nil // it cannot be compared any more
	}
	c, err := h.Library.Coverage(ctx, indexer.CoverageFilter{Under: path, Limit: 1})
	if err != nil {
		return false, false, err
	}
	for _, f := range c.Files {
		if f.Path == path {
			return info.Size() != f.Size || info.ModTime().After(f.At), false, nil
		}
	}
	return false, false, nil
}

// passive are the types a browser shows without running anything in them; all else is
// handed over as bytes.
var passive = map[string]string{
	".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".webp": "image/webp", ".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
}

func (h *Handler) raw(w http.ResponseWriter, r *http.Request) error {
	doc, err := h.Searcher.Document(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	f, info, err := h.openConfined(r.Context(), doc.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	var content io.ReadSeeker = f
	name, modified := filepath.Base(doc.Path), info.ModTime()
	if offset, ok := messageAt(doc.Part); ok {
		start, length, err := message(f, offset)
		if err != nil {
			return err
		}
		content, name, modified = io.NewSectionReader(f, start, length), doc.ID+".eml", time.Time{}
	}
	kind := passive[strings.ToLower(filepath.Ext(name))]
	if kind == "" {
		kind = "application/octet-stream"
	}
	head := w.Header()
	head.Set("Content-Type", kind)
	head.Set("Content-Disposition", attachment(name))
	head.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	http.ServeContent(w, r, "", modified, content)
	return nil
}

// attachment writes the header of RFC 6266 with a name in UTF-8.
func attachment(name string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": name}); v != "" {
		return v
	}
	return "attachment"
}

// programs are endings whose file an "open" would run, or that lead somewhere else.
var programs = []string{
	".appimage", ".bat", ".bin", ".cmd", ".com", ".command", ".cpl", ".deb", ".desktop", ".dll", ".exe", ".hta", ".inf", ".jar",
	".jnlp", ".js", ".jse", ".lnk", ".msc", ".msi", ".pif", ".pl", ".ps1", ".py", ".rb", ".reg", ".rpm", ".run", ".scf", ".scr", ".sh",
	".terminal", ".url", ".vb", ".vbe", ".vbs", ".webloc", ".workflow", ".wsf",
}

// open shows the document in the person's own application for it. A message of an mbox is
// written to a file of its own first, in Steward's home.
func (h *Handler) open(w http.ResponseWriter, r *http.Request) error {
	doc, err := h.Searcher.Document(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	f, info, err := h.openConfined(r.Context(), doc.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	path := doc.Path
	if offset, ok := messageAt(doc.Part); ok {
		if path, err = h.export(f, offset, doc.ID); err != nil {
			return err
		}
	} else if slices.Contains(programs, strings.ToLower(filepath.Ext(path))) || runtime.GOOS != "windows" && info.Mode()&0o111 != 0 {
		return &Error{
			Code: "conflict", Message: filepath.Base(path) + " is a program, and opening it would run it.",
			Fix: "Open it in your file manager if that is what you want.",
		}
	}
	if err := launch(path); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Opened is the folder in the home for single messages that were opened; whoever starts
// the handler empties it.
const Opened = "opened"

func (h *Handler) export(f *os.File, offset int64, id string) (string, error) {
	start, length, err := message(f, offset)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(h.Home, Opened)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("write the message to open: %w", err)
	}
	path := filepath.Join(dir, id+".eml")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return "", fmt.Errorf("write the message to open: %w", err)
	}
	_, err = io.Copy(out, io.NewSectionReader(f, start, length))
	if err = errors.Join(err, out.Close()); err != nil {
		return "", fmt.Errorf("write the message to open: %w", err)
	}
	return path, nil
}

// launch starts the system's opener and does not wait for the application.
func launch(path string) error {
	var argv []string
	switch runtime.GOOS {
	case "darwin":
		argv = []string{"open", "--", path}
	case "windows":
		argv = []string{"rundll32", "url.dll,FileProtocolHandler", path}
	default:
		argv = []string{"xdg-open", path} // path is absolute: no option can be read into it
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	if err := cmd.Start(); err != nil {
		return &Error{
			Code: "unavailable", Message: "The system has no way to open a file: " + err.Error() + ".",
			Fix: "Open it in your file manager: " + path,
		}
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
