package extract

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"

	"steward/indexer/extract/charset"
)

// Bounds on what is unpacked from one zip-based document.
const (
	zipEntries  = 20_000
	zipTotal    = 512 << 20 // bytes unpacked of all entries together
	zipEntry    = 96 << 20  // bytes unpacked of one entry
	zipRatio    = 200       // unpacked to packed; more is a bomb, once there is
	zipRatioMin = 16 << 20  // that much
	xmlDepth    = 10_000
)

const bomb = "it unpacks to far more than its size, as a zip bomb does; it was not opened"

// archive is an opened zip with a budget.
type archive struct {
	files map[string]*zip.File
	left  int64
	cut   bool // something was longer than its bound
}

// openArchive reads the directory of a zip and refuses bombs by what it declares; what is
// then read is counted too, since the directory may lie.
func openArchive(s *source) (*archive, error) {
	z, err := zip.NewReader(s.r, s.size)
	if err != nil {
		return nil, fail("the file is broken: it is not a whole zip archive")
	}
	if len(z.File) > zipEntries {
		return nil, fail("it holds too many entries; it was not opened")
	}
	a := &archive{files: make(map[string]*zip.File, len(z.File)), left: zipTotal}
	var packed, unpacked uint64
	for _, f := range z.File {
		if f.UncompressedSize64 > 1<<40 {
			return nil, fail(bomb)
		}
		packed += f.CompressedSize64
		unpacked += f.UncompressedSize64
		if f.UncompressedSize64 > zipRatioMin && f.UncompressedSize64/zipRatio > f.CompressedSize64 {
			return nil, fail(bomb)
		}
		if _, twice := a.files[f.Name]; !twice {
			a.files[f.Name] = f
		}
	}
	if unpacked > 4*zipTotal || unpacked > zipRatioMin && unpacked/zipRatio > packed {
		return nil, fail(bomb)
	}
	return a, nil
}

func (a *archive) has(name string) bool { return a.files[name] != nil }

// open gives a bounded reader of one entry, or nil when there is none.
func (a *archive) open(name string) (io.ReadCloser, error) {
	f := a.files[name]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, fail("the file is broken or of an unknown packing")
	}
	return &entry{ReadCloser: r, a: a, left: zipEntry}, nil
}

// small reads a whole entry of at most n bytes; nil when there is none.
func (a *archive) small(name string, n int64) []byte {
	r, err := a.open(name)
	if err != nil || r == nil {
		return nil
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, n))
	if err != nil {
		return nil
	}
	return b
}

type entry struct {
	io.ReadCloser
	a    *archive
	left int64
}

func (e *entry) Read(p []byte) (int, error) {
	if e.left <= 0 || e.a.left <= 0 {
		e.a.cut = true
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), e.left, e.a.left)]
	n, err := e.ReadCloser.Read(p)
	e.left -= int64(n)
	e.a.left -= int64(n)
	return n, err
}

// walkXML calls open, text and closed for the tokens of r. It builds no tree and resolves
// no entity or name space; depth is bounded. A break in the XML ends the walk with
// errBroken, after what came before it.
func walkXML(r io.Reader, h xmlHandler) error {
	d := xml.NewDecoder(r)
	d.Strict = false
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) { return charset.Reader(in, label), nil }
	depth := 0
	for {
		t, err := d.RawToken()
		if err != nil {
			if errors.Is(err, io.EOF) && depth == 0 {
				return nil
			}
			return errBroken
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > xmlDepth {
				return errBroken
			}
			if err := h.open(t); err != nil {
				return err
			}
		case xml.EndElement:
			depth--
			if err := h.closed(t.Name); err != nil {
				return err
			}
		case xml.CharData:
			if err := h.text(string(t)); err != nil {
				return err
			}
		}
	}
}

var errBroken = errors.New("broken XML")

type xmlHandler interface {
	open(xml.StartElement) error
	text(string) error
	closed(xml.Name) error
}

func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// properties are what an office file says about itself.
type properties struct {
	title    string
	modified time.Time
	name     string
}

func (p *properties) open(e xml.StartElement) error { p.name = e.Name.Local; return nil }
func (p *properties) closed(xml.Name) error         { p.name = ""; return nil }

func (p *properties) text(s string) error {
	switch p.name {
	case "title":
		p.title = shorten(plain(p.title+s), 300)
	case "modified", "date":
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05"} {
			if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
				p.modified = t
				break
			}
		}
	}
	return nil
}

// describe takes title and date from the entry with an office file's properties.
func (a *archive) describe(w *writer, name string) {
	r, err := a.open(name)
	if err != nil || r == nil {
		return
	}
	defer r.Close()
	var p properties
	_ = walkXML(r, &p) // whatever was read of it serves
	if p.title != "" {
		w.doc.Title = p.title
	}
	if !p.modified.IsZero() {
		w.doc.Date = p.modified
	}
}
