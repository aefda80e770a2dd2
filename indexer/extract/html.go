package extract

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
)

// unseen are elements whose content no reader sees as text.
var unseen = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Iframe: true, atom.Object: true,
	atom.Svg: true, atom.Math: true, atom.Canvas: true, atom.Select: true, atom.Textarea: true, atom.Noframes: true,
	atom.Audio: true, atom.Video: true, atom.Datalist: true,
}

// blocks are elements that begin and end a paragraph; true ones a line only.
var blocks = map[atom.Atom]bool{
	atom.P: false, atom.Div: false, atom.Section: false, atom.Article: false, atom.Header: false, atom.Footer: false,
	atom.Main: false, atom.Aside: false, atom.Nav: false, atom.Blockquote: false, atom.Pre: false, atom.Table: false,
	atom.Ul: false, atom.Ol: false, atom.Dl: false, atom.H1: false, atom.H2: false, atom.H3: false, atom.H4: false,
	atom.H5: false, atom.H6: false, atom.Hr: false, atom.Form: false, atom.Fieldset: false, atom.Figure: false,
	atom.Body: false, atom.Center: false, atom.Address: false, atom.Details: false,
	atom.Br: true, atom.Li: true, atom.Tr: true, atom.Dt: true, atom.Dd: true, atom.Option: true, atom.Caption: true,
	atom.Figcaption: true, atom.Summary: true, atom.Legend: true,
}

var voids = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true,
	atom.Input: true, atom.Link: true, atom.Meta: true, atom.Param: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// readHTML reads the visible text of a page. The lines of its positions are the source's.
func (j *job) readHTML(s *source, encoding string) error {
	head, err := s.head()
	if err != nil {
		return err
	}
	w := j.write(s, formatHTML)
	if label := s.label; label != "" {
		encoding = label
	} else if label := metaCharset(head); label != "" && encoding != charset.UTF8 {
		encoding = label
	}
	h := htmlReader{w: w}
	err = h.run(charset.Reader(s.reader(), encoding))
	if h.title != "" {
		w.doc.Title = h.title
	}
	return w.finish(err)
}

// htmlReader walks a page's tokens without building a tree, so that neither depth nor
// length of a page costs memory.
type htmlReader struct {
	w       *writer
	pos     document.Position
	title   string
	heading strings.Builder
	inTitle bool
	inHead  bool // within h1..h6
	pre     int
	quotes  int       // blockquotes around
	hidden  atom.Atom // the element that hides what is in it, and how often it is open
	hiddenN string
	depth   int
	space   bool // white space is due before the next word
	start   bool // at the start of a line
	mail    bool // in mails, blockquote is a quoted reply
	noLines bool // lines have no meaning
	line    int
}

func (h *htmlReader) run(r io.Reader) error {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(8 << 20)
	h.line, h.start = 1, true
	count := 0
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			if err := z.Err(); !errors.Is(err, io.EOF) {
				if errors.Is(err, html.ErrBufferExceeded) {
					h.w.doc.Notices = append(h.w.doc.Notices, "a part of the page is too large to be read")
					h.w.job.note("a part of the page is too large to be read")
					return nil
				}
				return err
			}
			return nil
		}
		raw := z.Raw()
		lines := strings.Count(string(raw), "\n")
		h.w.seen += int64(len(raw))
		switch tt {
		case html.TextToken:
			if h.hidden == 0 && h.hiddenN == "" {
				h.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			h.open(z, tt == html.SelfClosingTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			h.close(atom.Lookup(name), string(name))
		}
		h.line += lines
		if err := h.w.ok(); err != nil {
			return err
		}
		if count++; count%1024 == 0 {
			h.w.job.beat()
		}
	}
}

func (h *htmlReader) open(z *html.Tokenizer, selfClosed bool) {
	name, more := z.TagName()
	a := atom.Lookup(name)
	tag := string(name)
	if h.hiddenN != "" {
		if tag == h.hiddenN && !selfClosed {
			h.depth++
		}
		return
	}
	invisible := unseen[a]
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "hidden":
			invisible = true
		case "style":
			style := strings.ReplaceAll(strings.ToLower(string(v)), " ", "")
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				invisible = true
			}
		case "alt":
			if a == atom.Img && len(v) > 1 {
				h.text(" " + string(v) + " ")
			}
		}
	}
	if invisible && !voids[a] && !selfClosed {
		h.hidden, h.hiddenN, h.depth = a, tag, 1
		return
	}
	switch a {
	case atom.Title:
		h.inTitle = h.title == ""
	case atom.Pre:
		h.pre++
	case atom.Td, atom.Th:
		h.space = true
		if !h.start {
			h.w.add(" |", 0)
		}
	}
	h.border(a)
	switch a {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.inHead = true
		h.heading.Reset()
		h.pos.Section = ""
	case atom.Blockquote:
		if h.mail {
			h.quotes++
			h.w.at(h.pos, true)
		}
	}
}

func (h *htmlReader) close(a atom.Atom, tag string) {
	if h.hiddenN != "" {
		if tag == h.hiddenN {
			if h.depth--; h.depth == 0 {
				h.hidden, h.hiddenN = 0, ""
			}
		}
		return
	}
	switch a {
	case atom.Title:
		h.inTitle = false
	case atom.Pre:
		h.pre = max(0, h.pre-1)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.inHead = false
		if h.title == "" && a == atom.H1 {
			h.title = shorten(plain(h.heading.String()), 300)
		}
	}
	h.border(a)
	if a == atom.Blockquote && h.mail && h.quotes > 0 {
		h.quotes--
		h.w.at(h.pos, h.quotes > 0)
	}
}

// border ends a line or a paragraph where the element a begins or ends.
func (h *htmlReader) border(a atom.Atom) {
	line, ok := blocks[a]
	if !ok {
		return
	}
	if !line {
		h.w.paragraph()
	}
	h.start, h.space = true, false
}

func (h *htmlReader) text(s string) {
	s = tidy(s)
	if h.inTitle {
		h.title = shorten(plain(h.title+" "+strings.Join(strings.Fields(s), " ")), 300)
		return
	}
	if h.inHead {
		if h.heading.Len() < 400 {
			h.heading.WriteString(s)
		}
		h.pos.Section = shorten(plain(strings.Join(strings.Fields(h.heading.String()), " ")), 200)
	}
	if h.pre > 0 {
		n := h.line
		for l := range strings.Lines(s) {
			h.put(strings.TrimRight(l, "\r\n"), n)
			if strings.HasSuffix(l, "\n") {
				h.start = true
				n++
			}
		}
		return
	}
	n := h.line
	for len(s) > 0 {
		if white(s[0]) {
			if s[0] == '\n' {
				n++
			}
			h.space = true
			s = s[1:]
			continue
		}
		end := strings.IndexAny(s, " \t\r\n")
		if end < 0 {
			end = len(s)
		}
		h.put(s[:end], n)
		s = s[end:]
	}
}

// put writes one word or preformatted line.
func (h *htmlReader) put(word string, n int) {
	if word == "" {
		return
	}
	if h.noLines {
		n = 0
	}
	if h.start {
		h.w.at(h.pos, h.mail && h.quotes > 0)
		h.w.line(word, n)
	} else {
		if h.space {
			h.w.add(" ", 0)
		}
		h.w.add(word, n)
	}
	h.start, h.space = false, false
}

// metaCharset finds the encoding a page states about itself.
func metaCharset(head []byte) string {
	s := strings.ToLower(string(head[:min(len(head), 2048)]))
	i := strings.Index(s, "charset=")
	if i < 0 {
		return ""
	}
	s = strings.TrimLeft(s[i+len("charset="):], `"' `)
	if end := strings.IndexAny(s, `"' />;`); end >= 0 {
		s = s[:end]
	}
	return s
}
