package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"math/rand/v2"
	"mime"
	"mime/quotedprintable"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"

	"steward/indexer/document"
)

// charset is a way to write text as bytes.
type charset struct {
	name    string
	encoder func() *encoding.Encoder // nil: UTF-8
}

var (
	utf8Set   = charset{name: "UTF-8"}
	latin1    = charset{"ISO-8859-1", charmap.ISO8859_1.NewEncoder}
	gb18030   = charset{"GB18030", simplifiedchinese.GB18030.NewEncoder}
	iso2022jp = charset{"ISO-2022-JP", japanese.ISO2022JP.NewEncoder}
)

// encode gives the bytes, or false if the text has characters the charset lacks.
func (c charset) encode(s string) (string, bool) {
	if c.encoder == nil {
		return s, true
	}
	out, err := c.encoder().String(s)
	return out, err == nil
}

// chooseCharset takes one that can hold the whole message.
func chooseCharset(r *rand.Rand, m *message) charset {
	wanted := utf8Set
	switch {
	case m.language == "zh" && r.IntN(3) == 0:
		wanted = gb18030
	case m.language == "ja" && r.IntN(2) == 0:
		wanted = iso2022jp
	case m.language == "en" && r.IntN(4) == 0:
		wanted = latin1
	}
	for _, s := range []string{m.whole, m.subject, m.from.Name} {
		if _, ok := wanted.encode(s); !ok {
			return utf8Set
		}
	}
	return wanted
}

// render gives the message as RFC 5322 text with LF line ends. Its shape is drawn:
// plain, HTML only, or both as alternatives; with attachments all of it in mixed.
func (m *message) render(r *rand.Rand) []byte {
	set := chooseCharset(r, m)
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\n", name, value) }
	header("Return-Path", "<"+m.from.Addr+">")
	header("Received", fmt.Sprintf("from relay.example.net (relay.example.net [192.0.2.%d])\n\tby mx.example.org with ESMTPS id %08X;\n\t%s", 1+r.IntN(250), r.Uint32(), m.date.Format("Mon, 02 Jan 2006 15:04:05 -0700")))
	header("From", addresses(set, []document.Address{m.from}))
	header("To", addresses(set, m.to))
	if len(m.cc) > 0 {
		header("Cc", addresses(set, m.cc))
	}
	header("Subject", encodedWord(set, m.subject))
	header("Date", m.date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	header("Message-ID", "<"+m.id+">")
	if m.inReplyTo != "" {
		header("In-Reply-To", "<"+m.inReplyTo+">")
		header("References", "<"+strings.Join(m.references, ">\n <")+">")
	}
	if m.list != "" {
		header("List-Id", m.list+" <"+m.list+".lists.example.org>")
		header("List-Unsubscribe", "<mailto:"+m.list+"-leave@lists.example.org>")
		header("Precedence", "list")
	}
	header("MIME-Version", "1.0")
	boundary := fmt.Sprintf("=_%016x", r.Uint64())
	if len(m.attachments) == 0 {
		m.content(r, &b, set)
		return b.Bytes()
	}
	header("Content-Type", fmt.Sprintf("multipart/mixed; boundary=%q", boundary))
	fmt.Fprintf(&b, "\nThis is a multi-part message in MIME format.\n--%s\n", boundary)
	m.content(r, &b, set)
	for _, a := range m.attachments {
		fmt.Fprintf(&b, "\n--%s\nContent-Type: %s; name=%q\nContent-Disposition: attachment; filename=%q\nContent-Transfer-Encoding: base64\n\n", boundary, a.kind, a.name, a.name)
		writeBase64(&b, a.data)
	}
	fmt.Fprintf(&b, "\n--%s--\n", boundary)
	return b.Bytes()
}

// content writes the text part or parts, from their Content-Type on.
func (m *message) content(r *rand.Rand, b *bytes.Buffer, set charset) {
	shape := r.IntN(100)
	if m.list != "" {
		shape = 99 // lists are plain
	}
	switch {
	case shape < 12:
		textPart(r, b, set, "text/html", m.html())
	case shape < 45:
		boundary := fmt.Sprintf("=_alt_%012x", r.Uint64())
		fmt.Fprintf(b, "Content-Type: multipart/alternative; boundary=%q\n\n--%s\n", boundary, boundary)
		textPart(r, b, set, "text/plain", m.whole)
		fmt.Fprintf(b, "\n--%s\n", boundary)
		textPart(r, b, set, "text/html", m.html())
		fmt.Fprintf(b, "\n--%s--\n", boundary)
	default:
		textPart(r, b, set, "text/plain", m.whole)
	}
}

// html is the message as mail programs write it: styles, quotation in blockquote, a
// tracking image.
func (m *message) html() string {
	var b strings.Builder
	b.WriteString("<html><head><style>body{font-family:Arial,sans-serif;font-size:11pt} .q{color:#555}</style></head>\n<body>\n")
	quoted := false
	for block := range strings.SplitSeq(strings.TrimSpace(m.whole), "\n\n") {
		isQuote := strings.HasPrefix(block, ">")
		if isQuote != quoted {
			b.WriteString(map[bool]string{true: "<blockquote class=\"q\">\n", false: "</blockquote>\n"}[isQuote])
			quoted = isQuote
		}
		b.WriteString("<p>")
		for i, line := range strings.Split(block, "\n") {
			if i > 0 {
				b.WriteString("<br>\n")
			}
			b.WriteString(html.EscapeString(strings.TrimLeft(line, "> ")))
		}
		b.WriteString("</p>\n")
	}
	if quoted {
		b.WriteString("</blockquote>\n")
	}
	b.WriteString("<img src=\"https://www.example.org/pixel.gif\" width=\"1\" height=\"1\">\n</body></html>\n")
	return b.String()
}

// textPart writes one leaf with a transfer encoding that suits its bytes.
func textPart(r *rand.Rand, b *bytes.Buffer, set charset, kind, text string) {
	raw, _ := set.encode(text)
	transfer := "7bit"
	long := false
	for line := range strings.SplitSeq(raw, "\n") {
		long = long || len(line) > 990
	}
	if strings.ContainsFunc(raw, func(c rune) bool { return c > 126 }) || long {
		transfer = []string{"8bit", "quoted-printable", "base64"}[r.IntN(3)]
		if long && transfer == "8bit" {
			transfer = "base64"
		}
	} else if r.IntN(4) == 0 {
		transfer = "quoted-printable"
	}
	fmt.Fprintf(b, "Content-Type: %s; charset=%s\nContent-Transfer-Encoding: %s\n\n", kind, set.name, transfer)
	switch transfer {
	case "base64":
		writeBase64(b, []byte(raw))
	case "quoted-printable":
		var q bytes.Buffer
		w := quotedprintable.NewWriter(&q)
		_, _ = w.Write([]byte(raw)) // a bytes.Buffer does not fail
		_ = w.Close()
		b.Write(bytes.ReplaceAll(q.Bytes(), []byte("\r\n"), []byte("\n")))
	default:
		b.WriteString(raw)
	}
}

func writeBase64(b *bytes.Buffer, data []byte) {
	text := base64.StdEncoding.EncodeToString(data)
	for len(text) > 76 {
		b.WriteString(text[:76])
		b.WriteByte('\n')
		text = text[76:]
	}
	b.WriteString(text)
	b.WriteByte('\n')
}

// encodedWord is RFC 2047 in the message's charset.
func encodedWord(set charset, s string) string {
	raw, ok := set.encode(s)
	if !ok {
		set, raw = utf8Set, s
	}
	if set.name == latin1.name {
		return mime.QEncoding.Encode(set.name, raw)
	}
	if set.name == iso2022jp.name && raw != s {
		return "=?ISO-2022-JP?B?" + base64.StdEncoding.EncodeToString([]byte(raw)) + "?="
	}
	return mime.BEncoding.Encode(set.name, raw)
}

func addresses(set charset, list []document.Address) string {
	var parts []string
	for _, a := range list {
		parts = append(parts, encodedWord(set, a.Name)+" <"+a.Addr+">")
	}
	return strings.Join(parts, ",\n ")
}
