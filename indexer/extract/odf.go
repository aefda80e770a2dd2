package extract

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"path"
	"strconv"
	"strings"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
)

func (j *job) readODF(s *source, a *archive, format string) error {
	if bytes.Contains(a.small("META-INF/manifest.xml", 4<<20), []byte("encryption-data")) {
		return fail("it is protected by a password")
	}
	if !a.has("content.xml") {
		return fail("the file is broken: it has no text part")
	}
	w := j.write(s, format)
	a.describe(w, "meta.xml")
	h := &odf{w: w}
	err := a.parts(w, h, "content.xml")
	w.doc.Pages = h.pages
	return w.finish(err)
}

// odf collects the text of OpenDocument content (OASIS OpenDocument 1.3, part 3):
// text:p and text:h, table rows of table:table-row, slides of draw:page.
type odf struct {
	w     *writer
	pos   document.Position
	line  strings.Builder
	depth int // within how many p or h
	level bool
	cells int
	row   int
	inRow int
	skip  int // within tracked deletions and the like
	pages int
}

func (h *odf) open(e xml.StartElement) error {
	switch e.Name.Local {
	case "tracked-changes", "forms", "event-listeners":
		h.skip++
	case "p":
		h.depth++
	case "h":
		h.depth++
		h.level = true
	case "tab":
		h.line.WriteByte('\t')
	case "line-break":
		h.line.WriteByte('\n')
	case "s":
		n, _ := strconv.Atoi(attr(e, "c"))
		h.line.WriteString(strings.Repeat(" ", min(max(n, 1), 80)))
	case "page":
		if e.Name.Space == "draw" {
			h.pages++
			h.pos.Page = h.pages
		}
	case "table":
		if e.Name.Space == "table" && h.w.doc.Format == "ods" {
			h.pages++
			h.pos.Sheet, h.row = plain(attr(e, "name")), 0
		}
	case "table-row":
		h.row++
		h.inRow++
		h.cells = 0
		if n, err := strconv.Atoi(attr(e, "number-rows-repeated")); err == nil && n > 1 && n < 1<<20 {
			defer func() { h.row += n - 1 }()
		}
		if h.pos.Sheet != "" {
			h.pos.Cell = "A" + strconv.Itoa(h.row)
		}
	case "table-cell":
		if h.cells++; h.cells > 1 {
			h.line.WriteString(" | ")
		}
	}
	return nil
}

func (h *odf) text(s string) error {
	if h.depth > 0 && h.skip == 0 {
		h.line.WriteString(s)
	}
	if h.line.Len() > 64<<10 {
		return h.flush(false)
	}
	return nil
}

func (h *odf) closed(n xml.Name) error {
	switch n.Local {
	case "tracked-changes", "forms", "event-listeners":
		h.skip = max(0, h.skip-1)
	case "p", "h":
		h.depth = max(0, h.depth-1)
		if h.inRow > 0 {
			h.line.WriteByte(' ')
			return nil
		}
		err := h.flush(h.level)
		h.level = false
		return err
	case "table-row":
		h.inRow = max(0, h.inRow-1)
		return h.flush(false)
	case "table":
		h.w.paragraph()
	}
	return nil
}

func (h *odf) flush(heading bool) error {
	s := strings.Trim(strings.ReplaceAll(tidy(h.line.String()), "  | ", " | "), " |\t\n")
	h.line.Reset()
	if s == "" || h.skip > 0 {
		return h.w.ok()
	}
	if heading {
		h.pos.Section = shorten(plain(s), 200)
	}
	h.w.at(h.pos, false)
	if err := h.w.text(s, 0); err != nil {
		return err
	}
	if h.inRow == 0 && h.pos.Sheet == "" {
		h.w.paragraph()
	}
	h.w.job.beat()
	return nil
}

// readEPUB reads the chapters of a book in their order; Page counts chapters.
func (j *job) readEPUB(s *source, a *archive) error {
	if a.has("META-INF/encryption.xml") && a.has("META-INF/rights.xml") {
		return fail("it is protected by copy protection")
	}
	var root epubRoot
	_ = walkXML(bytes.NewReader(a.small("META-INF/container.xml", 1<<20)), &root) // checked below
	book := epubBook{items: map[string]string{}}
	_ = walkXML(bytes.NewReader(a.small(root.path, 8<<20)), &book) // checked below
	if len(book.spine) == 0 {
		return fail("the file is broken: the book's table of chapters cannot be read")
	}
	w := j.write(s, "epub")
	if book.title != "" {
		w.doc.Title = book.title
	}
	w.doc.Pages = len(book.spine)
	for i, id := range book.spine {
		href := book.items[id]
		if plain, err := url.PathUnescape(href); err == nil {
			href = plain
		}
		name := path.Join(path.Dir(root.path), href)
		r, err := a.open(name)
		if err != nil || r == nil {
			w.lacks("a chapter of the book cannot be read")
			continue
		}
		h := htmlReader{w: w, pos: document.Position{Page: i + 1}, noLines: true}
		err = h.run(charset.Reader(r, charset.UTF8))
		_ = r.Close()
		if err != nil {
			if w.ok() != nil {
				return w.finish(err)
			}
			w.lacks("a chapter of the book cannot be read")
		}
		w.paragraph()
	}
	return w.finish(nil)
}

type epubRoot struct{ path string }

func (r *epubRoot) open(e xml.StartElement) error {
	if e.Name.Local == "rootfile" && r.path == "" {
		r.path = attr(e, "full-path")
	}
	return nil
}
func (r *epubRoot) text(string) error     { return nil }
func (r *epubRoot) closed(xml.Name) error { return nil }

type epubBook struct {
	title string
	items map[string]string
	spine []string
	name  string
}

func (b *epubBook) open(e xml.StartElement) error {
	b.name = e.Name.Local
	switch e.Name.Local {
	case "item":
		b.items[attr(e, "id")] = attr(e, "href")
	case "itemref":
		if len(b.spine) < zipEntries {
			b.spine = append(b.spine, attr(e, "idref"))
		}
	}
	return nil
}

func (b *epubBook) text(s string) error {
	if b.name == "title" && b.title == "" {
		b.title = shorten(plain(s), 300)
	}
	return nil
}
func (b *epubBook) closed(xml.Name) error { b.name = ""; return nil }
