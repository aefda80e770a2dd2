package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/klauspost/compress/gzip"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
	"steward/indexer/mail"
)

// engine reads files in this process, one at a time.
type engine struct {
	cacheDir string
	temp     string
	log      *slog.Logger
	pdf      *pdfEngine
	pdfErr   error
}

// pdfEngine starts PDFium when it is first needed.
func (e *engine) pdfEngine() (*pdfEngine, error) {
	if e.pdf == nil && e.pdfErr == nil {
		e.pdf, e.pdfErr = startPDF(e.cacheDir)
	}
	return e.pdf, e.pdfErr
}

func (e *engine) close() {
	if e.pdf != nil {
		e.pdf.close()
		e.pdf = nil
	}
}

// extract reads the file at path. The error is from ctx or emit only.
func (e *engine) extract(ctx context.Context, path string, emit func(document.Document) error, beat func()) (Report, error) {
	j := &job{ctx: ctx, engine: e, beat: beat}
	var emitErr error
	j.emit = func(d document.Document) error {
		emitErr = emit(d)
		return emitErr
	}
	format, err := j.file(path)
	r := Report{Outcome: read, Format: format, Documents: j.documents}
	if err == nil || j.documents > 0 {
		if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) && ctx.Err() == nil && emitErr == nil {
			r.Outcome, r.Reason = failed, Vanished
			return r, nil
		}
	}
	var t *trouble
	switch {
	case emitErr != nil:
		return r, emitErr
	case ctx.Err() != nil:
		return r, ctx.Err()
	case err == nil:
		if len(j.partial) > 0 {
			r.Outcome, r.Reason = partial, strings.Join(j.partial, "; ")
		}
	case errors.As(err, &t):
		r.Outcome, r.Reason = t.outcome, t.reason
		if t.outcome == failed && j.documents > 0 {
			r.Outcome = partial
		}
	default:
		r.Outcome, r.Reason = failed, fileReason(err)
		if j.documents > 0 {
			r.Outcome = partial
		}
	}
	return r, nil
}

// Vanished is the reason of a file that went away while it was read.
const Vanished = "vanished while being read"

// fileReason says in plain words why a file cannot be read.
func fileReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ESTALE):
		return Vanished
	case errors.Is(err, fs.ErrPermission):
		return "it may not be read by this user (no permission)"
	case errors.Is(err, syscall.ELOOP):
		return "its symbolic links lead in a circle"
	case errors.Is(err, syscall.EIO):
		return "the disk reports an error while reading it"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the file is broken: it ends too early"
	}
	return fmt.Sprintf("it cannot be read (%v)", shorten(plain(cause(err).Error()), 120))
}

// cause drops the path from an error; the report names the file already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (j *job) file(path string) (string, error) {
	if reason, yes := Forbidden(path); yes {
		return "", skip(reason)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not block
	if err != nil {
		return "", err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !fi.Mode().IsRegular() {
		return "", skip("not an ordinary file")
	}
	s := &source{path: path, name: filepath.Base(path), r: f, size: fi.Size(), date: fi.ModTime()}
	return j.read(s)
}

// read finds out what s is and reads it.
func (j *job) read(s *source) (string, error) {
	if s.size == 0 {
		return formatText, j.write(s, formatText).finish(nil)
	}
	head, err := s.head()
	if err != nil {
		return "", err
	}
	if reason, yes := secretContent(head); yes {
		return "", skip(reason)
	}
	if s.parent == "" {
		if mailbox, ok := mail.MaildirOf(s.path); ok && s.part == "" {
			return formatMail, j.readMessage(s, mailbox)
		}
	}
	k := sniff(head, s.name)
	if k.reason != "" {
		return "", skip(k.reason)
	}
	return j.readKind(s, k)
}

func (j *job) readKind(s *source, k kind) (string, error) {
	switch k.format {
	case formatGzip:
		return j.readGzip(s)
	case formatZip:
		return j.readZip(s)
	case formatOLE:
		return j.readOLE(s)
	case formatPDF:
		return k.format, j.readPDF(s)
	case formatHTML:
		return k.format, j.readHTML(s, k.encoding)
	case formatMbox:
		return k.format, j.readMbox(s)
	case formatMail:
		if s.depth > depthLimit {
			return k.format, skip("it lies too deep within other messages")
		}
		return k.format, j.readMessage(s, "")
	case formatTroff:
		return formatText, j.readTroff(s, k.encoding)
	}
	if s.label != "" && k.encoding != charset.UTF8 && k.encoding != charset.UTF16LE && k.encoding != charset.UTF16BE {
		k.encoding = s.label
	}
	return k.format, j.readText(s, k.format, k.encoding)
}

// readGzip reads what is in a single packed file. Text is streamed; other formats are
// unpacked into memory, at most memoryFile bytes.
func (j *job) readGzip(s *source) (string, error) {
	if s.depth >= depthLimit {
		return formatGzip, skip("it is packed too many times over")
	}
	z, err := gzip.NewReader(s.reader())
	if err != nil {
		return formatGzip, fail("the file is broken: it cannot be unpacked")
	}
	defer func() { _ = z.Close() }() // it only gives back memory
	start := make([]byte, sniffSize)
	n, err := io.ReadFull(z, start)
	start = start[:n]
	switch {
	case errors.Is(err, io.EOF):
		return formatText, j.write(s, formatText).finish(nil)
	case err != nil && n == 0:
		return formatGzip, fail("the file is broken: it cannot be unpacked")
	case n > 262 && string(start[257:262]) == "ustar":
		return formatGzip, skip("an archive; what is inside archives is not read yet")
	}
	rest := &packed{r: z, broken: err != nil && !errors.Is(err, io.ErrUnexpectedEOF)}
	defer func() {
		if rest.broken {
			j.note("the packed file is broken; only its beginning was read")
		}
	}()
	inner := s.within(s.part, strings.TrimSuffix(s.name, ".gz"), nil)
	inner.parent, inner.size = s.parent, s.size
	if reason, yes := secretContent(start); yes {
		return "", skip(reason)
	}
	k := sniff(start, inner.name)
	switch k.format {
	case "":
		return "", skip(k.reason)
	case formatText, formatSource, formatMarkdown, formatCSV, formatHTML, formatTroff:
		inner.start, inner.seq, inner.r = start, rest, nil
		return j.readKind(inner, k)
	}
	whole := bytes.NewBuffer(start)
	if _, err := io.Copy(whole, io.LimitReader(rest, memoryFile-int64(n)+1)); err != nil {
		return k.format, err
	}
	if whole.Len() > memoryFile {
		if k.format != formatMbox {
			return k.format, fail("it unpacks to more than 64 MiB; it was not read")
		}
		j.note("only the first 64 MiB of the packed mailbox were read")
		whole.Truncate(memoryFile)
	}
	inner.r, inner.size = bytes.NewReader(whole.Bytes()), int64(whole.Len())
	return j.readKind(inner, k)
}

// packed reads what can be unpacked and remembers whether there should be more.
type packed struct {
	r      io.Reader
	broken bool
}

func (p *packed) Read(b []byte) (int, error) {
	if p.broken {
		return 0, io.EOF
	}
	n, err := p.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		p.broken, err = true, io.EOF
	}
	return n, err
}
