package mail

import (
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
)

// field is one header field, unfolded, its value as it stands.
type field struct{ name, value string }

type header []field

// split parts a message into header and body. Lines that cannot be header lines, such as
// mbox's "From " and ">From " lines, are left out at the start; a header that just stops
// ends where the first line of text is.
func split(raw []byte) (head, body []byte) {
	for bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) ||
		bytes.HasPrefix(raw, []byte("\n")) || bytes.HasPrefix(raw, []byte("\r\n")) || bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")) {
		if bytes.HasPrefix(raw, []byte("\xEF")) {
			raw = raw[3:]
			continue
		}
		i := bytes.IndexByte(raw, '\n')
		if i < 0 {
			return nil, raw
		}
		raw = raw[i+1:]
	}
	at := 0
	for at < len(raw) && at < maxHeader {
		line := raw[at:]
		next := len(raw)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], at+i+1
		}
		line = bytes.TrimRight(line, "\r")
		switch {
		case len(line) == 0:
			return raw[:at], raw[next:]
		case line[0] == ' ' || line[0] == '\t':
		case !fieldLine(line) && !bytes.HasPrefix(line, []byte(">From ")) && !bytes.HasPrefix(line, []byte("From ")):
			return raw[:at], raw[at:]
		}
		at = next
	}
	return raw[:at], raw[at:]
}

func fieldLine(line []byte) bool {
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 78 {
		return false
	}
	for _, c := range bytes.TrimRight(line[:i], " \t") {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func parseHeader(head []byte) header {
	var h header
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(h) > 0 && len(h[len(h)-1].value) < maxHeader {
				f := &h[len(h)-1]
				f.value += " " + string(bytes.TrimLeft(line, " \t"))
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !fieldLine(line) {
			continue
		}
		h = append(h, field{strings.ToLower(string(bytes.TrimSpace(name))), string(bytes.TrimSpace(value))})
	}
	return h
}

// raw gives the first field of that name, joined when there are several of References.
func (h header) raw(name string) string {
	for _, f := range h {
		if f.name == name && f.value != "" {
			return f.value
		}
	}
	return ""
}

var words = mime.WordDecoder{CharsetReader: func(label string, r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return strings.NewReader(charset.Text(b, label)), nil
}}

// encodedGap is the white space between two encoded words, which RFC 2047, section 6.2,
// says is not there. Some programs leave it out, which the decoder does not take.
var encodedGap = regexp.MustCompile(`\?=(=\?[^?\s]+\?[bBqQ]\?)`)

// splitWord is a character cut in two by adjoining base64 words of one encoding.
var splitWord = regexp.MustCompile(`=\?([^?\s]+)\?([bB])\?([A-Za-z0-9+/]+)\?=\s*=\?([^?\s]+)\?[bB]\?([A-Za-z0-9+/=]*)\?=`)

// decode turns a field's value into text: encoded words (RFC 2047), raw 8-bit bytes.
func decode(v string) string {
	if v == "" {
		return ""
	}
	if strings.Contains(v, "=?") {
		v = encodedGap.ReplaceAllString(v, "?= $1")
		for range 16 {
			joined := splitWord.ReplaceAllStringFunc(v, joinWords)
			if joined == v {
				break
			}
			v = joined
		}
	}
	if !utf8.ValidString(v) {
		v = charset.Text([]byte(v), "")
	}
	if strings.Contains(v, "=?") {
		if d, err := words.DecodeHeader(v); err == nil {
			v = d
		}
	}
	if strings.Contains(v, "\x1b$") { // ISO-2022-JP sent raw
		v = charset.Text([]byte(v), "iso-2022-jp")
	}
	return oneLine(v)
}

func joinWords(m string) string {
	p := splitWord.FindStringSubmatch(m)
	if !strings.EqualFold(p[1], p[4]) || len(p[3])%4 != 0 || strings.HasSuffix(p[3], "=") {
		return m
	}
	return "=?" + p[1] + "?B?" + p[3] + p[5] + "?="
}

func oneLine(v string) string {
	v = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(v, "\uFFFD"))
	return strings.Join(strings.Fields(v), " ")
}

func (h header) text(name string) string { return decode(h.raw(name)) }

// addresses reads all fields of that name, each address as far as it can be told.
func (h header) addresses(name string) []document.Address {
	var out []document.Address
	for _, f := range h {
		if f.name != name {
			continue
		}
		for _, one := range splitAddresses(f.value) {
			if a := parseAddress(one); a.Addr != "" || a.Name != "" {
				if out = append(out, a); len(out) >= maxAddrs {
					return out
				}
			}
		}
	}
	return out
}

// splitAddresses cuts a list at commas and semicolons outside quotes, comments and angle
// brackets, and drops the names of groups ("undisclosed-recipients:;").
func splitAddresses(v string) []string {
	var out []string
	quoted, angle, comment, start := false, false, 0, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\\' && (quoted || comment > 0):
			i++
		case c == '"' && comment == 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			comment++
		case c == ')' && comment > 0:
			comment--
		case comment > 0:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case angle:
		case c == ':':
			start = i + 1
		case c == ',' || c == ';':
			out = append(out, v[start:i])
			start = i + 1
		}
	}
	return append(out, v[min(start, len(v)):])
}

// parseAddress reads `Name <addr>`, `addr (Name)` or `addr`.
func parseAddress(v string) document.Address {
	v = strings.TrimSpace(v)
	if v == "" {
		return document.Address{}
	}
	var name, addr string
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		name = v[:i]
		addr, _, _ = strings.Cut(v[i+1:], ">")
	} else if i := strings.IndexByte(v, '('); i > 0 && strings.HasSuffix(v, ")") {
		addr, name = v[:i], v[i+1:len(v)-1]
	} else if strings.Contains(v, "@") {
		addr = v
	} else {
		name = v
	}
	name = strings.TrimSpace(name)
	if len(name) >= 2 && name[0] == '"' && name[len(name)-1] == '"' {
		name = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(name[1 : len(name)-1])
	}
	name = strings.Trim(decode(name), `"' `)
	addr = strings.ToLower(strings.Trim(oneLine(charset.Text([]byte(addr), "")), ` "'<>`))
	if !strings.Contains(addr, "@") && name == "" && strings.ContainsAny(addr, " ") {
		name, addr = addr, ""
	}
	if strings.EqualFold(name, addr) {
		name = ""
	}
	return document.Address{Name: name, Addr: addr}
}

var idPattern = regexp.MustCompile(`<([^<>\s]{1,998})>`)

// messageIDs reads message IDs, with angle brackets or, as some programs write them, without.
func messageIDs(v string) []string {
	var out []string
	for _, m := range idPattern.FindAllStringSubmatch(v, maxRefs) {
		out = append(out, strings.ToValidUTF8(m[1], "\uFFFD"))
	}
	if out != nil || strings.ContainsAny(v, "<>") {
		return out
	}
	for _, w := range strings.Fields(v) {
		if strings.Contains(w, "@") && len(out) < maxRefs {
			out = append(out, strings.ToValidUTF8(strings.Trim(w, `";,`), "\uFFFD"))
		}
	}
	return out
}

var (
	zoneName   = regexp.MustCompile(`\s*\([^)]*\)`)
	dateLayout = []string{
		"Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 MST",
		"Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04 -0700", "Mon, 2 Jan 06 15:04:05 -0700", "Mon, 2 Jan 06 15:04:05 MST",
		"2 Jan 06 15:04:05 -0700", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006", "Mon Jan 2 15:04:05 2006 -0700",
		"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006", "2 Jan 2006", "Mon, 2 Jan 2006 15.04.05 -0700",
		"Monday, 2 January 2006 15:04:05 -0700", "2 January 2006 15:04:05 -0700", "Mon, Jan 2 2006 15:04:05 -0700",
		time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02",
	}
)

// date reads the Date field, else the last hop's, else none. Dates before mail or far in
// the future are none.
func (h header) date() time.Time {
	for _, v := range []string{h.raw("date"), h.raw("resent-date"), h.raw("delivery-date"), h.received()} {
		if t, ok := parseDate(v); ok {
			return t
		}
	}
	return time.Time{}
}

func (h header) received() string {
	v := h.raw("received")
	if i := strings.LastIndexByte(v, ';'); i >= 0 {
		return v[i+1:]
	}
	return ""
}

func parseDate(v string) (time.Time, bool) {
	v = oneLine(v)
	if v == "" {
		return time.Time{}, false
	}
	t, err := netmail.ParseDate(v)
	if err != nil {
		v = strings.TrimSpace(zoneName.ReplaceAllString(v, ""))
		v = strings.NewReplacer(" UT", " UTC", "GMT+", "+", "GMT-", "-").Replace(v)
		v = strings.Replace(v, " UTCC", " UTC", 1)
		for _, layout := range dateLayout {
			if t, err = time.Parse(layout, v); err == nil {
				break
			}
		}
	}
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}, false
	}
	return t, true
}
