package mail

import (
	"bytes"
	"encoding/base64"
	"mime"
	"strings"

	"steward/indexer/extract/charset"
)

// part is a node of a message's tree, decoded from its transfer encoding.
type part struct {
	typ         string // "text/plain"
	params      map[string]string
	disposition string // "attachment", "inline" or ""
	name        string
	contentID   string
	encoding    string // transfer encoding still to be undone
	data        []byte
	charset     string // label of data
	parts       []*part
}

func (p *part) multi() bool { return strings.HasPrefix(p.typ, "multipart/") }
func (p *part) text() bool  { return strings.HasPrefix(p.typ, "text/") }

// newPart reads a part's header. Without a usable type a part is plain text.
func newPart(h header) *part {
	p := &part{contentID: strings.Trim(h.raw("content-id"), "<> "), encoding: strings.ToLower(strings.Trim(h.raw("content-transfer-encoding"), " \"';"))}
	p.typ, p.params = mediaType(h.raw("content-type"))
	disposition, params := mediaValue(h.raw("content-disposition"))
	p.disposition = disposition
	p.name = fileName(params["filename"], p.params["name"])
	p.charset = p.params["charset"]
	return p
}

// mediaType reads a Content-Type, however it is written.
func mediaType(v string) (string, map[string]string) {
	typ, params := mediaValue(v)
	switch {
	case typ == "text" || typ == "":
		typ = "text/plain"
	case typ == "html" || typ == "text/htm":
		typ = "text/html"
	case typ == "multipart":
		typ = "multipart/mixed"
	case !strings.Contains(typ, "/"):
		typ = "text/plain"
	}
	return typ, params
}

// mediaValue reads "value; name=value; …" strictly and, if that fails, loosely.
func mediaValue(v string) (string, map[string]string) {
	if v == "" {
		return "", nil
	}
	if t, params, err := mime.ParseMediaType(v); err == nil {
		return t, params
	}
	params := map[string]string{}
	var fields []string
	quoted, start := false, 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				fields = append(fields, v[start:i])
				start = i + 1
			}
		}
	}
	fields = append(fields, v[start:])
	for _, f := range fields[1:] {
		name, value, ok := strings.Cut(f, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if ok && params[name] == "" && len(params) < 100 {
			params[name] = strings.Trim(strings.TrimSpace(value), `"' `)
		}
	}
	typ := strings.ToLower(strings.Join(strings.Fields(fields[0]), ""))
	return strings.Trim(typ, `"'`), params
}

// fileName gives the first name that is there, decoded and without folders.
func fileName(names ...string) string {
	for _, n := range names {
		n = decode(n)
		if i := strings.LastIndexAny(n, `/\`); i >= 0 {
			n = n[i+1:]
		}
		if n = strings.TrimSpace(n); n != "" {
			return n
		}
	}
	return ""
}

// walk reads a message's tree in one pass over body, whatever its depth: a boundary of any
// multipart that is still open ends all that was begun within it. Data that shares body's
// memory is decoded. It gives false when the bounds on depth or number were reached.
func walk(h header, body []byte) (root *part, whole bool) {
	root, whole = newPart(h), true
	if !root.multi() {
		root.data = body
		root.undo()
		return root, true
	}
	type level struct {
		*part
		boundary []byte
		start    int // of the preamble
	}
	var stack []level
	push := func(p *part, at int) {
		b := p.params["boundary"]
		if b == "" {
			b = guessBoundary(body[at:])
		}
		stack = append(stack, level{p, []byte(strings.TrimRight(b, " \t")), at})
	}
	var cur *part
	start, count := 0, 0
	finish := func(end int) {
		if cur != nil {
			cur.data = trimLineEnd(body[min(start, end):end])
			cur.undo()
			cur = nil
		}
	}
	push(root, 0)
	for at := 0; at < len(body) && len(stack) > 0; {
		line, next := body[at:], len(body)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], at+i+1
		}
		if len(line) < 3 || line[0] != '-' || line[1] != '-' {
			at = next
			continue
		}
		line = bytes.TrimRight(line[2:], " \t\r")
		found, closing := -1, false
		for i := len(stack) - 1; i >= 0; i-- {
			b := stack[i].boundary
			if len(b) > 0 && bytes.HasPrefix(line, b) {
				if rest := line[len(b):]; len(rest) == 0 || string(rest) == "--" {
					found, closing = i, len(rest) > 0
					break
				}
			}
		}
		if found < 0 {
			at = next
			continue
		}
		finish(at)
		if closing {
			stack = stack[:found]
			at = next
			continue
		}
		stack = stack[:found+1]
		if count++; count > maxParts {
			whole = false
			break
		}
		head, rest := partHeader(body[next:])
		child := newPart(parseHeader(head))
		if stack[found].typ == "multipart/digest" && child.typ == "text/plain" && len(head) == 0 {
			child.typ = "message/rfc822"
		}
		stack[found].parts = append(stack[found].parts, child)
		at = len(body) - len(rest)
		switch {
		case !child.multi():
			cur, start = child, at
		case len(stack) >= maxDepth:
			whole = false
			child.typ = "text/plain"
			cur, start = child, at
		default:
			push(child, at)
		}
	}
	finish(len(body))
	salvage(root, body)
	return root, whole
}

// salvage takes the body of a multipart in which no boundary occurs as plain text.
func salvage(root *part, body []byte) {
	if len(root.parts) == 0 && len(bytes.TrimSpace(body)) > 0 {
		p := &part{typ: "text/plain", charset: root.charset, encoding: root.encoding, data: body}
		p.undo()
		root.parts = append(root.parts, p)
	}
}

// partHeader splits a part. A part may begin with an empty line: it then has no header.
func partHeader(b []byte) (head, body []byte) {
	if bytes.HasPrefix(b, []byte("\n")) {
		return nil, b[1:]
	}
	if bytes.HasPrefix(b, []byte("\r\n")) {
		return nil, b[2:]
	}
	if bytes.HasPrefix(b, []byte("--")) {
		return nil, b
	}
	return split(b)
}

// guessBoundary finds the boundary of a multipart that does not state it: the first line
// that begins with two hyphens and is followed by a part's header.
func guessBoundary(b []byte) string {
	at, tries := 0, 0
	for line := range bytes.Lines(b) {
		at += len(line)
		if !bytes.HasPrefix(line, []byte("--")) {
			continue
		}
		name := bytes.TrimRight(line[2:], " \t\r\n")
		if len(name) == 0 || len(name) > 200 || len(bytes.Trim(name, "-")) == 0 {
			continue
		}
		rest := b[at:]
		if len(rest) > 8 && strings.EqualFold(string(rest[:8]), "content-") || bytes.Contains(rest[:min(len(rest), 1<<20)], line) {
			return string(name)
		}
		if tries++; tries == 20 {
			break
		}
	}
	return ""
}

func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// undo decodes the part's transfer encoding.
func (p *part) undo() {
	switch p.encoding {
	case "base64", "b", "base-64":
		p.data = unbase64(p.data)
	case "quoted-printable", "q", "quotedprintable", "quoted_printable":
		p.data = unquote(p.data)
	}
	p.encoding = ""
}

// unbase64 decodes what there is of base64 (RFC 2045, section 6.8), skipping all else.
func unbase64(b []byte) []byte {
	out := make([]byte, 0, len(b)*3/4+3)
	var group [4]byte
	n := 0
	flush := func() {
		if n >= 2 {
			var dst [3]byte
			if k, err := base64.RawStdEncoding.Decode(dst[:], group[:n]); err == nil {
				out = append(out, dst[:k]...)
			}
		}
		n = 0
	}
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			group[n] = c
			if n++; n == 4 {
				flush()
			}
		case c == '=':
			flush()
		}
	}
	flush()
	return out
}

// unquote decodes quoted-printable (RFC 2045, section 6.7); what is not valid stays.
func unquote(b []byte) []byte {
	if bytes.IndexByte(b, '=') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '=' {
			out = append(out, b[i])
			continue
		}
		if i+2 < len(b) {
			hi, lo := unhex(b[i+1]), unhex(b[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		k := i + 1
		for k < len(b) && (b[k] == ' ' || b[k] == '\t' || b[k] == '\r') {
			k++
		}
		if k < len(b) && b[k] == '\n' {
			i = k
			continue
		}
		if k == len(b) {
			break
		}
		out = append(out, '=')
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// decoded gives the text of a text part, as valid UTF-8 with "\n" line ends.
func (p *part) decoded() string {
	s := charset.Text(p.data, p.charset)
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	return s
}
