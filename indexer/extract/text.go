package extract

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
)

// readText streams plain text, source code, Markdown and CSV. A file of any length takes
// the memory of one segment.
func (j *job) readText(s *source, format, encoding string) error {
	w := j.write(s, format)
	if encoding == "" {
		encoding = charset.UTF8
	}
	lines := newLineReader(charset.Reader(s.reader(), encoding))
	styled := format == formatMarkdown
	var pos document.Position
	var fence string
	n, fresh := 1, true
	for {
		piece, eol, err := lines.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return w.finish(nil)
			}
			return w.finish(err)
		}
		w.seen += int64(len(piece))
		if n == 1 && fresh {
			piece = bytes.TrimPrefix(piece, []byte("\xEF\xBB\xBF"))
		}
		text := tidy(string(bytes.TrimRight(piece, "\r\n")))
		switch {
		case format == formatCSV && n == 1 && fresh:
			pos.Section = shorten(text, 200)
		case styled && fresh && fence == "" && strings.HasPrefix(text, "#"):
			if h := strings.TrimLeft(text, "#"); len(text)-len(h) <= 6 && strings.HasPrefix(h, " ") {
				pos.Section = shorten(strings.Trim(h, "# \t"), 200)
				if w.doc.Title == plain(s.name) && pos.Section != "" {
					w.doc.Title = pos.Section
				}
				w.at(pos, false)
			}
		case styled && fresh:
			if f := fenceOf(text); f != "" && fence == "" {
				fence = f
			} else if f != "" && strings.HasPrefix(f, fence) {
				fence = ""
			}
		}
		if len(w.buf) == 0 {
			w.at(pos, false)
		}
		if fresh {
			w.line(text, n)
		} else if text != "" {
			w.add(text, n)
		}
		if fresh = eol; eol {
			n++
		}
		if err := w.ok(); err != nil {
			return w.finish(err)
		}
		if n%4096 == 0 {
			j.beat()
		}
	}
}

// fenceOf gives the marks that open or close a block of code in Markdown.
func fenceOf(line string) string {
	t := strings.TrimLeft(line, " ")
	if strings.HasPrefix(t, "```") {
		return "```"
	}
	if strings.HasPrefix(t, "~~~") {
		return "~~~"
	}
	return ""
}

// shorten cuts s to n bytes at a character's edge.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.TrimSpace(s[:runeEdge(s, n)]) + "…"
}

// lineReader gives lines with their ends, and lines longer than its buffer in pieces that
// split no character.
type lineReader struct {
	r          io.Reader
	buf        []byte
	start, end int
	err        error
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: r, buf: make([]byte, 64<<10)}
}

// next gives the next piece, valid until the following call, and whether the line ends
// with it. At the end it gives io.EOF.
func (l *lineReader) next() (piece []byte, eol bool, err error) {
	searched := 0
	for {
		have := l.buf[l.start:l.end]
		if i := bytes.IndexByte(have[searched:], '\n'); i >= 0 {
			i += searched + 1
			l.start += i
			return have[:i], true, nil
		}
		searched = len(have)
		if l.err != nil {
			if len(have) == 0 {
				return nil, false, l.err
			}
			l.start = l.end
			return have, true, nil
		}
		if l.start > 0 {
			copy(l.buf, have)
			l.start, l.end = 0, len(have)
		}
		if l.end == len(l.buf) {
			n := runeEdge(l.buf, len(l.buf)-utf8.UTFMax)
			if n == 0 {
				n = len(l.buf)
			}
			l.start = n
			return l.buf[:n], false, nil
		}
		var n int
		n, l.err = l.r.Read(l.buf[l.end:])
		l.end += n
	}
}
