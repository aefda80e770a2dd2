package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/emersion/go-message"
	"github.com/jhillyerd/enmime/v2"
)

// content reads the body: single parts, and multiparts too large or too nested for a
// library, by our own walk; ordinary multiparts by enmime, failing that by go-message,
// failing that by our walk again, which takes anything.
func (m *Message) content(h header, body []byte) {
	root := newPart(h)
	if root.multi() {
		root = m.tree(h, root, body)
	} else {
		root.data = body
		root.undo()
	}
	m.collect(root, "")
	if len(m.Bodies) == 0 && len(m.Attachments) == 0 && len(bytes.TrimSpace(body)) > 0 {
		m.notice("the message is broken; its raw text was read")
		p := &part{typ: "text/plain", data: body, charset: root.charset}
		m.Bodies = append(m.Bodies, Body{Part: "1", Text: p.decoded()})
	}
}

func (m *Message) tree(h header, root *part, body []byte) *part {
	boundary := root.params["boundary"]
	if boundary == "" {
		if boundary = guessBoundary(body); boundary == "" {
			p := &part{typ: "text/plain", data: body, charset: root.charset, encoding: root.encoding}
			p.undo()
			m.notice("the message is broken: its parts cannot be told apart")
			return p
		}
	}
	if end := []byte("--" + boundary + "--"); !bytes.Contains(body, end) {
		m.notice("the message is broken: it ends before its last part does")
	}
	ordinary := len(body) <= 4<<20 && bytes.Count(body, []byte("\n--")) <= 100 && bytes.Count(body, []byte("ultipart/")) <= 10
	if ordinary {
		raw := cleaned(root, boundary, body)
		for _, read := range []func([]byte) (*part, error){readEnmime, readGoMessage} {
			if p, err := read(raw); err == nil && worth(p, body) {
				return p
			}
		}
	}
	p, whole := walk(h, body)
	if !whole {
		m.notice("the message has too many parts or nests them too deeply; not all were read")
	}
	return p
}

// cleaned builds a message of the fields that matter for its structure, well formed, so
// that nothing else in a header can make a library give up.
func cleaned(root *part, boundary string, body []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(body) + 256)
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: %s; boundary=\"%s\"\r\n\r\n", root.typ,
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(boundary))
	b.Write(body)
	return b.Bytes()
}

// worth says whether a tree has the text that body promises.
func worth(p *part, body []byte) bool {
	if p == nil {
		return false
	}
	var size func(*part, int) int
	size = func(p *part, depth int) int {
		n := len(p.data)
		if depth < maxDepth {
			for _, c := range p.parts {
				n += size(c, depth+1)
			}
		}
		return n
	}
	return size(p, 0) > 0 && size(p, 0)*8 >= len(bytes.TrimSpace(body))/4 || len(bytes.TrimSpace(body)) == 0
}

var parser = enmime.NewParser(enmime.DisableCharacterDetection(true), enmime.DisableTextConversion(true))

func readEnmime(raw []byte) (p *part, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("enmime: %v", r)
		}
	}()
	root, err := parser.ReadParts(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("enmime: %w", err)
	}
	return fromEnmime(root, 0)
}

func fromEnmime(e *enmime.Part, depth int) (*part, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested too deeply")
	}
	p := &part{
		typ: strings.ToLower(e.ContentType), params: e.ContentTypeParams, disposition: strings.ToLower(e.Disposition),
		name: fileName(e.FileName), contentID: e.ContentID, data: e.Content, charset: e.Charset,
	}
	if typ := e.Header.Get("Content-Type"); typ == "" || p.typ == "" || !strings.Contains(p.typ, "/") {
		p.typ, p.params = mediaType(typ)
	}
	if p.text() && len(e.Header.Values("Content-Type")) > 0 {
		_, params := mediaType(e.Header.Get("Content-Type"))
		p.params = params
	}
	for _, bad := range e.Errors {
		if bad.Severe && strings.Contains(bad.Name, "Boundary") {
			return nil, fmt.Errorf("enmime: %s", bad.Name)
		}
	}
	for c := e.FirstChild; c != nil; c = c.NextSibling {
		child, err := fromEnmime(c, depth+1)
		if err != nil {
			return nil, err
		}
		p.parts = append(p.parts, child)
	}
	return p, nil
}

func readGoMessage(raw []byte) (p *part, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("go-message: %v", r)
		}
	}()
	e, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return nil, fmt.Errorf("go-message: %w", err)
	}
	return fromEntity(e, 0)
}

func fromEntity(e *message.Entity, depth int) (*part, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested too deeply")
	}
	var h header
	for _, name := range []string{"Content-Type", "Content-Disposition", "Content-Id"} {
		if v := e.Header.Get(name); v != "" {
			h = append(h, field{strings.ToLower(name), v})
		}
	}
	p := newPart(h)
	mr := e.MultipartReader()
	if mr == nil {
		data, err := io.ReadAll(e.Body)
		p.data, p.charset = data, "" // converted already, or of an unknown encoding
		return p, err
	}
	for {
		c, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return nil, fmt.Errorf("go-message: %w", err)
		}
		child, err := fromEntity(c, depth+1)
		if err != nil {
			return nil, err
		}
		p.parts = append(p.parts, child)
	}
}

// collect sorts the leaves of a tree into bodies and attachments.
func (m *Message) collect(p *part, id string) {
	if !p.multi() {
		if id == "" {
			id = "1"
		}
		m.leaf(p, id)
		return
	}
	if p.typ == "multipart/encrypted" {
		m.Encrypted = true
		m.notice("the message is encrypted; its text cannot be read")
	}
	if p.typ == "multipart/alternative" {
		m.alternative(p, id)
		return
	}
	for i, c := range p.parts {
		m.collect(c, join(id, i))
	}
}

func join(id string, i int) string {
	if id == "" {
		return strconv.Itoa(i + 1)
	}
	if len(id) > 200 { // a thousand levels; still one ID for each
		return short(id) + "." + strconv.Itoa(i+1)
	}
	return id + "." + strconv.Itoa(i+1)
}

// alternative takes one of several forms of the same text: plain text unless it is a mere
// stand-in for the page. Attachments within the forms are kept.
func (m *Message) alternative(p *part, id string) {
	start := len(m.Bodies)
	for i, c := range p.parts {
		m.collect(c, join(id, i))
	}
	var plain, page []Body
	np, nh := 0, 0
	for _, b := range m.Bodies[start:] {
		if b.HTML {
			page = append(page, b)
			nh += len(b.Text)
		} else {
			plain = append(plain, b)
			np += len(strings.TrimSpace(b.Text))
		}
	}
	m.Bodies = m.Bodies[:start]
	if np == 0 && nh > 0 || np < 200 && nh > 20*np+4000 {
		m.Bodies = append(m.Bodies, page...)
		return
	}
	m.Bodies = append(m.Bodies, plain...)
}

func (m *Message) leaf(p *part, id string) {
	switch p.typ {
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		if st := strings.ToLower(p.params["smime-type"]); st != "signed-data" {
			m.Encrypted = true
			m.notice("the message is encrypted; its text cannot be read")
		}
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-encrypted":
		return
	}
	attached := p.disposition == "attachment" || p.name != "" || !p.text()
	if p.text() && p.typ != "text/plain" && p.typ != "text/html" && p.typ != "text/enriched" && p.typ != "text/richtext" {
		attached = true
	}
	if attached {
		if len(p.data) == 0 && p.name == "" {
			return
		}
		m.Attachments = append(m.Attachments, Attachment{
			Part: id, Name: p.name, Type: p.typ, Charset: p.charset, Data: p.data,
			Message: p.typ == "message/rfc822" || p.typ == "message/global",
			Inline:  p.disposition == "inline" || p.contentID != "" && p.disposition == "",
		})
		return
	}
	b := Body{Part: id, HTML: p.typ == "text/html", Text: p.decoded()}
	if strings.TrimSpace(b.Text) == "" {
		return
	}
	if !b.HTML && strings.EqualFold(p.params["format"], "flowed") {
		b.Text, b.Lines = unflow(b.Text, strings.EqualFold(p.params["delsp"], "yes"))
	}
	m.Bodies = append(m.Bodies, b)
}

// unflow joins the lines of a flowed paragraph (RFC 3676), each with the depth of its
// quotation, and gives the number of the first line each came from.
func unflow(s string, delsp bool) (string, []int) {
	var out strings.Builder
	var lines []int
	open, depth, n := false, 0, 0
	for line := range strings.Lines(s) {
		n++
		line = strings.TrimRight(line, "\n")
		d := 0
		for d < len(line) && line[d] == '>' {
			d++
		}
		text := strings.TrimPrefix(line[d:], " ")
		signature := text == "-- "
		if open && (d != depth || signature) {
			out.WriteByte('\n')
			open = false
		}
		if !open {
			lines = append(lines, n)
			if d > 0 {
				out.WriteString(strings.Repeat(">", d) + " ")
			}
		}
		depth = d
		if open = strings.HasSuffix(text, " ") && !signature; open && delsp {
			text = text[:len(text)-1]
		}
		out.WriteString(text)
		if !open {
			out.WriteByte('\n')
		}
	}
	if open {
		out.WriteByte('\n')
	}
	return out.String(), lines
}
