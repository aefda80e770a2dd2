package extract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
)

// Bounds on one file.
const (
	textLimit   = 64 << 20 // bytes of text read of one document
	memoryFile  = 64 << 20 // the longest thing held in memory whole
	sniffSize   = 64 << 10 // bytes looked at to tell what something is
	depthLimit  = 6        // messages and archives within one another
	attachLimit = 500      // attachments of one message that become documents
)

// trouble is an outcome that is not plainly "read", with its reason in plain words.
type trouble struct{ outcome, reason string }

func (t *trouble) Error() string { return t.outcome + ": " + t.reason }

func skip(reason string) error { return &trouble{skipped, reason} }
func fail(reason string) error { return &trouble{failed, reason} }

// errEnough stops a reader once a document has all the text it may have.
var errEnough = errors.New("text limit reached")

// source is one thing to read: a file, or a part of one.
type source struct {
	path   string // the file on disk, a byte string
	part   string // Document.Part
	name   string // the file's or the attachment's own name
	parent string // Document.Parent
	r      io.ReaderAt
	size   int64
	date   time.Time
	depth  int
	label  string    // the encoding its container claims, "" for none
	start  []byte    // of a packed file that is streamed: its beginning
	seq    io.Reader // and the rest of it, to be read once; r is nil then
}

// within makes a source of bytes that lie in s.
func (s *source) within(part, name string, data []byte) *source {
	return &source{
		path: s.path, part: part, name: name, r: bytes.NewReader(data), size: int64(len(data)),
		date: s.date, depth: s.depth + 1,
	}
}

func (s *source) reader() io.Reader {
	if s.seq != nil {
		return io.MultiReader(bytes.NewReader(s.start), s.seq)
	}
	return io.NewSectionReader(s.r, 0, s.size)
}

// head gives the first bytes, at most sniffSize.
func (s *source) head() ([]byte, error) {
	if s.seq != nil {
		return s.start, nil
	}
	b := make([]byte, min(s.size, sniffSize))
	n, err := s.r.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b[:n], nil
}

// all gives the whole content; only for sources of at most memoryFile bytes.
func (s *source) all() ([]byte, error) {
	b := make([]byte, s.size)
	n, err := s.r.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b[:n], nil
}

// job is the reading of one file with all its parts.
type job struct {
	ctx       context.Context
	engine    *engine
	emit      func(document.Document) error
	beat      func() // tells that there is progress
	documents int
	partial   []string // what was not read, in plain words
}

func (j *job) note(reason string) {
	for _, p := range j.partial {
		if p == reason {
			return
		}
	}
	if len(j.partial) < 8 {
		j.partial = append(j.partial, reason)
	}
}

// writer collects the text of one document and emits it, in segments if it is long.
type writer struct {
	cutter
	job  *job
	doc  document.Document
	segs int
	seen int64 // bytes of text read, white space included
}

func (j *job) write(s *source, format string) *writer {
	w := &writer{job: j, doc: document.Document{
		ID: document.NewID(s.path, s.part), Path: s.path, Part: s.part, Kind: document.KindFile,
		Format: format, Title: plain(s.name), Date: s.date, Size: s.size, Parent: s.parent,
	}}
	w.full = w.segment
	return w
}

// segment emits the passages as the next segment. A message keeps its own ID for the first
// one, so that it is one mail however long; what follows belongs to it as a file does.
func (w *writer) segment(passages []document.Passage) error {
	w.segs++
	d := w.doc
	d.Passages = passages
	if w.segs > 1 || d.Kind != document.KindMail {
		part := "seg:" + strconv.Itoa(w.segs)
		if d.Part != "" {
			part = d.Part + "/" + part
		}
		if d.Kind == document.KindMail {
			d.Kind, d.Parent, d.Attachments = document.KindFile, d.ID, nil
		}
		d.Part, d.ID = part, document.NewID(d.Path, part)
	}
	return w.send(d)
}

func (w *writer) send(d document.Document) error {
	if err := w.job.ctx.Err(); err != nil {
		return err
	}
	if d.Language == "" {
		d.Language = language(d.Passages)
	}
	w.job.documents++
	return w.job.emit(d)
}

// ok tells whether to go on: nil, errEnough, or what emit or the context said.
func (w *writer) ok() error {
	if w.err != nil {
		return w.err
	}
	if w.seen >= textLimit || w.total >= textLimit {
		return errEnough
	}
	return w.job.ctx.Err()
}

// finish emits what is left. cause is what ended the reading; errEnough is turned into a
// notice, anything else is given back.
func (w *writer) finish(cause error) error {
	if errors.Is(cause, errEnough) {
		reason := "only the first 64 MiB of its text were read"
		w.doc.Notices = append(w.doc.Notices, reason)
		w.job.note(reason)
		cause = nil
	}
	if cause != nil {
		return cause
	}
	rest := w.end()
	if w.err != nil {
		return w.err
	}
	if w.segs == 0 {
		w.doc.Passages = rest
		return w.send(w.doc)
	}
	if len(rest) > 0 {
		return w.segment(rest)
	}
	return nil
}

// text adds a block of text line by line; first is the number of its first line or 0.
func (w *writer) text(s string, first int) error {
	for line := range strings.Lines(s) {
		end := strings.HasSuffix(line, "\n")
		w.line(strings.TrimRight(line, "\r\n"), first)
		w.seen += int64(len(line))
		if end && first > 0 {
			first++
		}
		if err := w.ok(); err != nil {
			return err
		}
	}
	return nil
}

// plain makes s valid UTF-8 on one line, without control characters.
func plain(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, charset.Mend(s)))
}

// tidy makes s valid UTF-8 and turns control characters other than tab and line feed into
// spaces. Soft hyphens and zero-width marks go, since they hide words.
func tidy(s string) string {
	ok := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' && c != '\t' && c != '\n' || c >= 0x7f {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	if !utf8.ValidString(s) {
		s = charset.Mend(s)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || r == 0xA0 || r == '\u2028' || r == '\u2029':
			return ' '
		case r == 0xAD || r == '\u200b' || r == '\u2060' || r == '\ufeff':
			return -1
		}
		return r
	}, s)
}
