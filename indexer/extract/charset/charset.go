// Package charset finds out in which encoding text is and turns it into valid UTF-8. It
// trusts bytes more than labels, never fails, and does no input or output of its own.
package charset

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The names that matter to callers; all others are those of the WHATWG encoding standard.
const (
	UTF8    = "utf-8"
	UTF16LE = "utf-16le"
	UTF16BE = "utf-16be"
	Latin   = "windows-1252"
)

// Detect names the encoding of text of which sample is the beginning. Anything that can
// be nothing else is taken for windows-1252.
func Detect(sample []byte) string {
	switch {
	case bytes.HasPrefix(sample, []byte{0xEF, 0xBB, 0xBF}):
		return UTF8
	case bytes.HasPrefix(sample, []byte{0xFF, 0xFE}):
		return UTF16LE
	case bytes.HasPrefix(sample, []byte{0xFE, 0xFF}):
		return UTF16BE
	}
	if name := wide(sample); name != "" {
		return name
	}
	good, bad := utf8Count(sample)
	escapes := bytes.Contains(sample, []byte("\x1b$")) // ISO-2022-JP and its like are 7-bit
	if !escapes && (bad == 0 || good >= 4*bad) {
		return UTF8
	}
	if !escapes && lonely(sample) {
		return Latin
	}
	r := chardet.Detect(excerpt(sample))
	if r.Confidence >= 0.5 {
		if _, name := lookup(r.Encoding); name != "" && name != UTF8 {
			return name
		}
	}
	return Latin
}

// wide recognises UTF-16 without a mark by where its zero bytes lie.
func wide(b []byte) string {
	n := min(len(b), 4096) &^ 1
	if n < 8 {
		return ""
	}
	var zeros [2]int
	for i := range n {
		if b[i] == 0 {
			zeros[i&1]++
		}
	}
	half := n / 2
	switch {
	case zeros[1]*10 > half*4 && zeros[0]*50 < half:
		return UTF16LE
	case zeros[0]*10 > half*4 && zeros[1]*50 < half:
		return UTF16BE
	}
	return ""
}

// utf8Count counts well-formed multi-byte characters and stray bytes. A character cut off
// at the very end counts as neither.
func utf8Count(b []byte) (good, bad int) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if !utf8.FullRune(b) {
				return good, bad
			}
			bad++
		} else {
			good++
		}
		b = b[n:]
	}
	return good, bad
}

// lonely says whether bytes above 127 mostly stand alone among ASCII letters, as they do
// in Western single-byte text and in nothing else.
func lonely(b []byte) bool {
	runs, long := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		start := i
		for i < len(b) && b[i] >= 0x80 {
			i++
		}
		runs++
		if i-start > 2 {
			long++
		}
	}
	letters := 0
	for _, c := range b {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			letters++
		}
	}
	return runs > 0 && long*8 <= runs && letters >= 3*runs
}

// excerpt keeps the lines that tell something, up to 8 KiB: the detector is slow.
func excerpt(b []byte) []byte {
	const most = 8 << 10
	if len(b) <= most {
		return b
	}
	out := make([]byte, 0, most)
	for line := range bytes.Lines(b) {
		for _, c := range line {
			if c >= 0x80 || c == 0x1b {
				out = append(out, line[:min(len(line), most-len(out))]...)
				break
			}
		}
		if len(out) >= most {
			break
		}
	}
	return out
}

// aliases are labels found in mail that the WHATWG standard does not know.
var aliases = map[string]string{
	"cp-1252": Latin, "cp1252": Latin, "win-1252": Latin, "latin-1": Latin, "iso8859-15": "iso-8859-15",
	"cp-850": Latin, "cp850": Latin, "cp936": "gbk", "cp949": "euc-kr", "ms949": "euc-kr", "cp932": "shift_jis",
	"cp950": "big5", "utf_8": UTF8, "utf-8-sig": UTF8, "unicode-1-1-utf-8": UTF8, "gb_2312-80": "gbk", "tis620": "windows-874",
	"cp1251": "windows-1251", "cp1250": "windows-1250", "macroman": "macintosh",
}

// lookup finds an encoding by label. "" means that the label says nothing.
func lookup(label string) (encoding.Encoding, string) {
	label = strings.ToLower(strings.Trim(label, " \t\r\n\"';"))
	if a, ok := aliases[label]; ok {
		label = a
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return nil, ""
	}
	name, err := htmlindex.Name(e)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return nil, ""
	}
	return e, name
}

// Text decodes b, which its source labels as label (may be empty, unknown or wrong), to
// valid UTF-8.
func Text(b []byte, label string) string {
	ascii := true
	for _, c := range b {
		if c >= 0x80 || c == 0x1b || c == 0 {
			ascii = false
			break
		}
	}
	e, name := lookup(label)
	if ascii && name != UTF16LE && name != UTF16BE {
		return string(b)
	}
	vague := strings.Contains(strings.ToLower(label), "ascii") || name == ""
	if vague || name == UTF8 || belied(b, name) {
		return text(b, Detect(b[:min(len(b), 64<<10)]))
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return text(b, Detect(b[:min(len(b), 64<<10)]))
	}
	s := strings.ToValidUTF8(string(out), "\uFFFD")
	if bad := strings.Count(s, "\uFFFD"); bad*20 > len(s) { // a wrong label
		if other := Detect(b[:min(len(b), 64<<10)]); other != name {
			return text(b, other)
		}
	}
	return s
}

// belied says whether b can hardly be in the encoding its label names: well-formed UTF-8
// comes about by chance only in a few letters, and no Western text has more accented
// letters than plain ones.
func belied(b []byte, name string) bool {
	if name == UTF16LE || name == UTF16BE {
		return false
	}
	sample := b[:min(len(b), 64<<10)]
	if good, bad := utf8Count(sample); bad == 0 && (good >= 4 || name == Latin && good > 0) {
		return true
	}
	if name != Latin {
		return false
	}
	high, letters := 0, 0
	for _, c := range sample {
		switch {
		case c >= 0x80:
			high++
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		}
	}
	return high >= 16 && high > letters
}

func text(b []byte, name string) string {
	if name == UTF8 {
		return Mend(string(bytes.TrimPrefix(b, []byte{0xEF, 0xBB, 0xBF})))
	}
	out, err := io.ReadAll(Reader(bytes.NewReader(b), name))
	if err != nil {
		return Mend(string(b))
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// Reader decodes r from the named encoding to UTF-8 and drops a byte order mark. For
// UTF8 and unknown names the bytes pass as they are; Mend them.
func Reader(r io.Reader, name string) io.Reader {
	switch name {
	case UTF16LE:
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case UTF16BE:
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	}
	e, known := lookup(name)
	if known == "" || known == UTF8 {
		return r
	}
	return transform.NewReader(r, e.NewDecoder())
}

// Mend makes s valid UTF-8 by reading each stray byte as windows-1252, which is what it
// nearly always was.
func Mend(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			r = latin[s[0]&0x7f]
		}
		b.WriteRune(r)
		s = s[n:]
	}
	return b.String()
}

var latin = func() (t [128]rune) {
	e, _ := lookup(Latin)
	for i := range t {
		out, err := e.NewDecoder().Bytes([]byte{byte(i) | 0x80})
		if err != nil {
			t[i] = utf8.RuneError
			continue
		}
		t[i], _ = utf8.DecodeRune(out)
	}
	return t
}()
