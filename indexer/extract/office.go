package extract

import (
	"encoding/xml"
	"errors"
	"io"
	"path"
	"sort"
	"strconv"
	"strings"

	"steward/indexer/document"
)

// readZip tells the zip-based documents apart and reads them.
func (j *job) readZip(s *source) (string, error) {
	a, err := openArchive(s)
	if err != nil {
		return formatZip, err
	}
	kind := strings.TrimSpace(string(a.small("mimetype", 128)))
	switch {
	case a.has("word/document.xml"):
		return formatDOCX, j.readDOCX(s, a)
	case a.has("ppt/presentation.xml"):
		return formatPPTX, j.readPPTX(s, a)
	case a.has("xl/workbook.xml"):
		return formatXLSX, j.readXLSX(s)
	case strings.HasPrefix(kind, "application/vnd.oasis.opendocument."):
		format := map[string]string{"presentation": "odp", "spreadsheet": "ods"}[strings.TrimSuffix(
			strings.TrimPrefix(kind, "application/vnd.oasis.opendocument."), "-template")]
		if format == "" {
			format = formatODT
		}
		return format, j.readODF(s, a, format)
	case kind == "application/epub+zip":
		return "epub", j.readEPUB(s, a)
	case a.has("[Content_Types].xml"):
		return formatZip, skip("an Office file of a kind that is not read yet")
	}
	return formatZip, skip("an archive; what is inside archives is not read yet")
}

// parts reads XML entries one after the other into w by h and says what was broken.
func (a *archive) parts(w *writer, h xmlHandler, names ...string) error {
	for i, name := range names {
		r, err := a.open(name)
		if err != nil {
			return err
		}
		if r == nil {
			continue
		}
		err = walkXML(r, h)
		_ = r.Close()
		if errors.Is(err, errBroken) && !a.cut {
			if i == 0 && w.total == 0 && len(names) == 1 {
				return fail("the file is broken: its text cannot be read")
			}
			w.lacks("a part of the file is broken and was not read")
			continue
		}
		if err != nil && !errors.Is(err, errBroken) {
			return err
		}
		w.paragraph()
	}
	if a.cut {
		w.lacks("the file is very large; only its beginning was read")
	}
	return nil
}

// lacks records that something of the source is not in the document.
func (w *writer) lacks(reason string) {
	for _, n := range w.doc.Notices {
		if n == reason {
			return
		}
	}
	w.doc.Notices = append(w.doc.Notices, reason)
	w.job.note(reason)
}

func (j *job) readDOCX(s *source, a *archive) error {
	w := j.write(s, formatDOCX)
	a.describe(w, "docProps/core.xml")
	h := &ooxml{w: w}
	names := []string{"word/document.xml"}
	for _, n := range []string{"word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"} {
		if a.has(n) {
			names = append(names, n)
		}
	}
	return w.finish(a.parts(w, h, names...))
}

// ooxml collects the text of WordprocessingML and DrawingML (ECMA-376, parts 17 and 21):
// runs w:t and a:t in paragraphs w:p and a:p.
type ooxml struct {
	w       *writer
	pos     document.Position
	line    strings.Builder
	in      bool // within a t
	heading bool
	cells   int
	skip    int // within what repeats other text: fallbacks for old programs, what was moved away
}

func (h *ooxml) open(e xml.StartElement) error {
	if twice(e.Name) {
		h.skip++
	}
	if h.skip > 0 {
		return nil
	}
	switch e.Name.Local {
	case "t":
		h.in = true
	case "tab":
		if e.Name.Space != "w" || len(e.Attr) == 0 { // tab stops in styles have attributes
			h.line.WriteByte('\t')
		}
	case "br", "cr":
		h.line.WriteByte('\n')
	case "noBreakHyphen":
		h.line.WriteByte('-')
	case "pStyle":
		style := strings.ToLower(attr(e, "val"))
		h.heading = strings.HasPrefix(style, "heading") || strings.HasPrefix(style, "title") ||
			strings.HasPrefix(style, "berschrift") || strings.HasPrefix(style, "titre")
	case "ph":
		if t := attr(e, "type"); t == "title" || t == "ctrTitle" {
			h.heading = true
		}
	case "tr":
		h.cells = 0
	case "tc":
		if h.cells++; h.cells > 1 {
			h.line.WriteString(" | ")
		}
	case "tbl":
		h.cells = 0
	}
	return nil
}

// twice says whether an element holds text that also stands elsewhere.
func twice(n xml.Name) bool {
	return n.Space == "mc" && n.Local == "Fallback" || n.Space == "w" && n.Local == "moveFrom"
}

func (h *ooxml) text(s string) error {
	if h.in && h.skip == 0 {
		h.line.WriteString(s)
	}
	if h.line.Len() > 64<<10 {
		return h.flush(false)
	}
	return nil
}

func (h *ooxml) closed(n xml.Name) error {
	if twice(n) {
		h.skip = max(0, h.skip-1)
		return nil
	}
	if h.skip > 0 {
		return nil
	}
	switch n.Local {
	case "t":
		h.in = false
	case "p":
		if h.cells > 0 {
			h.line.WriteByte(' ')
			return nil
		}
		err := h.flush(h.heading)
		h.heading = false
		return err
	case "tr":
		h.cells = 0
		return h.flush(false)
	case "tbl":
		h.cells = 0
		h.w.paragraph()
	case "sp": // a shape of a slide
		h.heading = false
	}
	return nil
}

func (h *ooxml) flush(heading bool) error {
	s := strings.TrimSpace(strings.ReplaceAll(tidy(h.line.String()), "  | ", " | "))
	h.line.Reset()
	if s == "" {
		return h.w.ok()
	}
	if heading {
		h.pos.Section = shorten(plain(s), 200)
	}
	h.w.at(h.pos, false)
	if err := h.w.text(s, 0); err != nil {
		return err
	}
	if h.cells == 0 {
		h.w.paragraph()
	}
	h.w.job.beat()
	return nil
}

func (j *job) readPPTX(s *source, a *archive) error {
	w := j.write(s, formatPPTX)
	a.describe(w, "docProps/core.xml")
	slides := slideOrder(a)
	w.doc.Pages = len(slides)
	for i, name := range slides {
		h := &ooxml{w: w, pos: document.Position{Page: i + 1}}
		names := []string{name}
		for _, target := range relations(a, name) {
			if strings.Contains(target, "/notesSlides/") {
				names = append(names, target)
			}
		}
		if err := a.parts(w, h, append(names, "")...); err != nil {
			return w.finish(err)
		}
	}
	return w.finish(nil)
}

// slideOrder gives the entries of the slides as they are shown.
func slideOrder(a *archive) []string {
	var ids sldIDs
	if r, err := a.open("ppt/presentation.xml"); err == nil && r != nil {
		_ = walkXML(r, &ids) // what is missing is found by name below
		_ = r.Close()
	}
	rels := relations(a, "ppt/presentation.xml")
	var out []string
	seen := map[string]bool{}
	for _, id := range ids {
		if t := rels[id]; a.has(t) && !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	var rest []string
	for name := range a.files {
		if path.Dir(name) == "ppt/slides" && strings.HasSuffix(name, ".xml") && !seen[name] {
			rest = append(rest, name)
		}
	}
	number := func(s string) int {
		n, _ := strconv.Atoi(strings.TrimFunc(path.Base(s), func(r rune) bool { return r < '0' || r > '9' }))
		return n
	}
	sort.Slice(rest, func(i, k int) bool {
		if a, b := number(rest[i]), number(rest[k]); a != b {
			return a < b
		}
		return rest[i] < rest[k]
	})
	return append(out, rest...)
}

type sldIDs []string

func (s *sldIDs) open(e xml.StartElement) error {
	if e.Name.Local == "sldId" && len(*s) < zipEntries {
		for _, a := range e.Attr {
			if a.Name.Local == "id" && a.Name.Space != "" {
				*s = append(*s, a.Value)
			}
		}
	}
	return nil
}
func (s *sldIDs) text(string) error     { return nil }
func (s *sldIDs) closed(xml.Name) error { return nil }

// relations gives the targets of an entry's relationships by id (Open Packaging
// Conventions, ISO/IEC 29500-2).
func relations(a *archive, name string) map[string]string {
	out := rels{dir: path.Dir(name), to: map[string]string{}}
	r, err := a.open(path.Join(path.Dir(name), "_rels", path.Base(name)+".rels"))
	if err != nil || r == nil {
		return out.to
	}
	defer r.Close()
	_ = walkXML(io.LimitReader(r, 8<<20), &out) // relations that cannot be read lead nowhere
	return out.to
}

type rels struct {
	dir string
	to  map[string]string
}

func (r *rels) open(e xml.StartElement) error {
	if e.Name.Local != "Relationship" || attr(e, "TargetMode") == "External" {
		return nil
	}
	target := attr(e, "Target")
	if strings.HasPrefix(target, "/") {
		target = strings.TrimPrefix(path.Clean(target), "/")
	} else {
		target = path.Join(r.dir, target)
	}
	r.to[attr(e, "Id")] = target
	return nil
}
func (r *rels) text(string) error     { return nil }
func (r *rels) closed(xml.Name) error { return nil }
