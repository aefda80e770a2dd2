package extract

import (
	"unicode/utf8"

	"steward/indexer/document"
)

// Sizes of passages and documents, in bytes of text.
const (
	passageMin  = 400     // a paragraph's end before this does not end a passage
	passageGood = 800     // a paragraph's end after this does
	passageMax  = 1200    // no passage is longer
	segmentSize = 1 << 20 // a document with more text goes on in a further one
)

// cutter turns a stream of lines and paragraphs into passages. The text it is given must
// be valid UTF-8. What it holds is bounded: one passage, and the passages of one segment.
type cutter struct {
	buf    []byte
	marks  []mark
	pos    document.Position
	quoted bool

	passages []document.Passage
	size     int   // bytes in passages
	total    int64 // bytes of text taken over all segments
	// full is called when a segment's worth of passages is there; it takes them.
	full func([]document.Passage) error
	err  error
	// cell names the cell a row begins with, for sheets.
	cell func(row int) string
}

// mark says that the text from off on lies in line.
type mark struct{ off, line int }

// at sets where the text that follows lies. Passages never cross a page, sheet, cell
// block, part or the border between a person's own words and quoted ones; they may hold
// several short sections, and then carry the first one's heading.
func (c *cutter) at(pos document.Position, quoted bool) {
	same := pos.Page == c.pos.Page && pos.Sheet == c.pos.Sheet && pos.Part == c.pos.Part && quoted == c.quoted
	if len(c.buf) > 0 && (!same || (pos.Section != c.pos.Section && len(c.buf) >= passageMin/2)) {
		c.cut(len(c.buf))
	}
	if len(c.buf) == 0 {
		c.pos, c.quoted = pos, quoted
	}
}

// line adds one line of text without its line end; n is its number, 0 when lines have no
// meaning. An empty line ends a paragraph.
func (c *cutter) line(s string, n int) {
	if len(s) == 0 || blank(s) {
		c.paragraph()
		return
	}
	if len(c.buf) > 0 && c.buf[len(c.buf)-1] != '\n' {
		c.buf = append(c.buf, '\n')
	}
	c.add(s, n)
}

// paragraph ends a paragraph.
func (c *cutter) paragraph() {
	switch n := len(c.buf); {
	case n == 0:
	case n >= passageGood:
		c.cut(n)
	case n >= 2 && c.buf[n-1] == '\n' && c.buf[n-2] == '\n':
	case c.buf[n-1] == '\n':
		c.buf = append(c.buf, '\n')
	default:
		c.buf = append(c.buf, '\n', '\n')
	}
}

// add continues the current line with more of it.
func (c *cutter) add(s string, n int) {
	for len(s) > 0 {
		piece := s
		if len(piece) > 4*passageMax {
			piece = piece[:runeEdge(piece, 4*passageMax)]
		}
		s = s[len(piece):]
		if n > 0 && (len(c.marks) == 0 || c.marks[len(c.marks)-1].line != n) {
			c.marks = append(c.marks, mark{len(c.buf), n})
		}
		c.buf = append(c.buf, piece...)
		c.total += int64(len(piece))
		for len(c.buf) > passageMax {
			c.cut(bestCut(c.buf))
		}
	}
}

// cut makes a passage of the first n bytes and keeps the rest.
func (c *cutter) cut(n int) {
	head := c.buf[:n]
	start, end := 0, n
	for start < end && white(head[start]) {
		start++
	}
	for end > start && white(head[end-1]) {
		end--
	}
	if start < end {
		p := document.Passage{
			Ord: len(c.passages), Text: string(head[start:end]), Position: c.pos, Quoted: c.quoted,
		}
		p.Position.Line, p.Position.LineEnd = c.lines(start, end-1)
		if c.cell != nil {
			p.Position.Cell = c.cell(p.Position.Line)
		}
		c.passages = append(c.passages, p)
		c.size += end - start
	}
	last := -1 // the mark the rest begins in
	kept := c.marks[:0]
	for _, m := range c.marks {
		if m.off <= n {
			last = m.line
			continue
		}
		kept = append(kept, mark{m.off - n, m.line})
	}
	rest := copy(c.buf, c.buf[n:])
	c.buf = c.buf[:rest]
	if last > 0 && rest > 0 {
		kept = append(kept, mark{})
		copy(kept[1:], kept)
		kept[0] = mark{0, last}
	}
	c.marks = kept
	if c.size >= segmentSize && c.full != nil && c.err == nil {
		c.err = c.full(c.take())
	}
}

// lines gives the lines in which the bytes at offsets from and to lie.
func (c *cutter) lines(from, to int) (first, last int) {
	for _, m := range c.marks {
		if m.off <= from {
			first = m.line
		}
		if m.off <= to {
			last = m.line
		}
	}
	return first, last
}

// flush ends the passage that is begun.
func (c *cutter) flush() {
	if len(c.buf) > 0 {
		c.cut(len(c.buf))
	}
	c.marks = c.marks[:0]
}

// end cuts what is left and gives all passages not yet taken.
func (c *cutter) end() []document.Passage {
	c.flush()
	return c.take()
}

func (c *cutter) take() []document.Passage {
	p := c.passages
	c.passages, c.size = nil, 0
	return p
}

// bestCut finds where to end a passage in b, which is longer than passageMax: after the
// last paragraph, else sentence, else line, else word that ends between passageMin and
// passageMax, else between two characters.
func bestCut(b []byte) int {
	sentence, line, word := 0, 0, 0
	for i := passageMax; i > passageMin; {
		r, n := utf8.DecodeLastRune(b[:i])
		at := i
		i -= n
		switch {
		case r == '\n':
			if b[i-1] == '\n' {
				return at
			}
			if line == 0 {
				line = at
			}
			if sentence == 0 && sentenceEnd(b[:i]) {
				sentence = at
			}
		case r == ' ' || r == '\t' || r == '\u3000':
			if word == 0 {
				word = at
			}
			if sentence == 0 && sentenceEnd(b[:i]) {
				sentence = at
			}
		case sentence == 0 && wideEnd(r):
			sentence = afterClosers(b, at)
		}
	}
	switch {
	case sentence > 0 && (line == 0 || sentence >= passageGood || sentence >= line):
		return sentence
	case line > 0:
		return line
	case sentence > 0:
		return sentence
	case word > 0:
		return word
	}
	return runeEdge(b, passageMax)
}

// sentenceEnd says whether b ends with the end of a sentence, closing quotes and
// brackets included.
func sentenceEnd(b []byte) bool {
	for i := 0; i < 3; i++ {
		r, n := utf8.DecodeLastRune(b)
		switch r {
		case '.', '!', '?', '…', '。', '\uff01', '\uff1f', '‽', '؟', '।':
			return true
		case '"', '\'', ')', ']', '”', '’', '»', '」', '』', '\uff09':
			b = b[:len(b)-n]
		default:
			return false
		}
	}
	return false
}

// wideEnd says whether r ends a sentence without a space after it, as in Chinese and
// Japanese.
func wideEnd(r rune) bool {
	switch r {
	case '。', '\uff01', '\uff1f', '\uff1b', '…', '\uff61':
		return true
	}
	return false
}

// afterClosers moves at past closing quotes and brackets, but not past passageMax.
func afterClosers(b []byte, at int) int {
	for {
		r, n := utf8.DecodeRune(b[at:])
		switch r {
		case '」', '』', '”', '’', '\uff09', '》', '"':
			if at+n <= passageMax {
				at += n
				continue
			}
		}
		return at
	}
}

// runeEdge gives the largest cut of s at or below n that splits no character.
func runeEdge[T string | []byte](s T, n int) int {
	if n >= len(s) {
		return len(s)
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return n
}

func white(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

func blank(s string) bool {
	for i := 0; i < len(s); i++ {
		if !white(s[i]) {
			return false
		}
	}
	return true
}
