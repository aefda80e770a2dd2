package mail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Entry is one message of an mbox file.
type Entry struct {
	// Offset is where its "From " line begins in the file, in bytes.
	Offset int64
	// Raw is the message without the "From " line, unescaped; valid until the next call of Next.
	Raw []byte
	// Size is the message's length in the file, in bytes; more than len(Raw) if it was too long.
	Size int64
	// Cut is true for a message at the end of the file that stops within a line or its header.
	Cut bool
}

// Mbox reads the messages of an mbox file one by one, in the memory of one. It takes all
// known variants (RFC 4155, appendix A): mboxo and mboxrd, whose ">From " lines are
// unescaped, and mboxcl and mboxcl2, whose Content-Length is followed where it leads to the
// next "From " line or the end of the file. Not for concurrent use.
type Mbox struct {
	at    io.ReaderAt
	size  int64
	r     *bufio.Reader
	off   int64 // of the next unread byte
	start int64 // of the "From " line last read; -1 before the first
	buf   []byte
}

// NewMbox reads an mbox file of size bytes.
func NewMbox(r io.ReaderAt, size int64) *Mbox {
	return &Mbox{at: r, size: size, r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 128<<10), start: -1}
}

// fromLine is what follows "From " in real files: anything, a time, and a year after or
// before it.
var fromLine = regexp.MustCompile(`^From .*(\d{1,2}:\d\d.*\b(19|20)\d\d\b|\b(19|20)\d\d\b.*\d{1,2}:\d\d)`)

func isFromLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) && len(line) < 1024 && fromLine.Match(line)
}

// IsMbox says whether a file that begins with head is an mbox.
func IsMbox(head []byte) bool {
	if !bytes.HasPrefix(head, []byte("From ")) {
		return false
	}
	first, rest, ok := bytes.Cut(head, []byte("\n"))
	if !ok || !isFromLine(first) {
		return false
	}
	rest = bytes.TrimPrefix(rest, []byte(">"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return bytes.HasPrefix(line, []byte("From ")) || fieldLine(bytes.TrimRight(line, "\r"))
}

// Next gives the next message, or io.EOF after the last. Any other error comes from the file.
func (b *Mbox) Next() (Entry, error) {
	if b.start < 0 { // up to the first "From " line
		for {
			line, n, err := b.line()
			if n == 0 && err != nil {
				return Entry{}, err
			}
			if bytes.HasPrefix(line, []byte("From ")) {
				b.start = b.off - n
				break
			}
		}
	}
	if b.start >= b.size {
		return Entry{}, io.EOF
	}
	e := Entry{Offset: b.start}
	b.buf = b.buf[:0]
	body, bare := int64(-1), true // where the body begins; whether the last line was empty
	until, escaped, ended := int64(-1), true, false
	for {
		line, n, err := b.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return Entry{}, err
		}
		if n == 0 {
			e.Cut = body < 0 || len(b.buf) > 0 && !ended
			e.Raw, e.Size = b.buf, b.off-e.Offset
			if until > b.off {
				e.Cut = true
			}
			b.start = b.size
			return e, nil
		}
		at := b.off - n
		ended = line[len(line)-1] == '\n'
		empty := len(bytes.TrimRight(line, "\r\n")) == 0
		if bare && body >= 0 && at >= until && isFromLine(line) {
			e.Raw, e.Size = trimLineEnd(b.buf), at-e.Offset
			b.start = at
			return e, nil
		}
		if bare && body >= 0 && at < until {
			escaped = false
		}
		if body < 0 && empty {
			body = b.off
			if n := contentLength(b.buf); n > 0 && b.leads(body+n) {
				until = body + n
				escaped = bytes.Contains(b.buf, []byte("\n>From ")) // mboxcl escapes, mboxcl2 does not
			}
		}
		bare = empty || at == until
		if body >= 0 && (escaped || until < 0) {
			line = unescape(line)
		}
		if room := MaxMessage + 1 - len(b.buf); room > 0 {
			b.buf = append(b.buf, line[:min(len(line), room)]...)
		}
	}
}

// leads says whether the message ends at off: the next "From " line or the file's end is
// there, but for line ends.
func (b *Mbox) leads(off int64) bool {
	if off > b.size {
		return false
	}
	var next [9]byte
	n, err := b.at.ReadAt(next[:], off)
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	rest := bytes.TrimLeft(next[:n], "\r\n")
	return len(rest) == 0 && off+int64(n) >= b.size || bytes.HasPrefix(rest, []byte("From "))
}

// line gives the next line with its end, or a piece of a very long one, and its length.
func (b *Mbox) line() (line []byte, n int64, err error) {
	line, err = b.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		err = nil
	}
	b.off += int64(len(line))
	return line, int64(len(line)), err
}

func unescape(line []byte) []byte {
	if len(line) < 6 || line[0] != '>' {
		return line
	}
	if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
		return line[1:]
	}
	return line
}

func contentLength(head []byte) int64 {
	for line := range bytes.Lines(head) {
		if len(line) > 15 && strings.EqualFold(string(line[:15]), "content-length:") {
			n, err := strconv.ParseInt(string(bytes.TrimSpace(line[15:])), 10, 62)
			if err != nil || n > MaxMessage {
				return 0
			}
			return n
		}
	}
	return 0
}

// typicalFields are fields that mails have and other texts with a header hardly do.
var typicalFields = map[string]int{
	"received": 2, "message-id": 2, "return-path": 2, "delivered-to": 2, "mime-version": 1, "from": 1, "to": 1, "date": 1,
	"subject": 1, "content-type": 1, "content-transfer-encoding": 1, "in-reply-to": 1, "references": 1, "x-mailer": 1, "reply-to": 1,
	"dkim-signature": 2, "envelope-to": 2, "x-original-to": 2, "cc": 1, "sender": 1, "list-id": 1, "user-agent": 1,
}

// IsMessage says whether a file that begins with head is a single message: it begins with
// header fields, says who it is from and when or by which ID, and has what mails have.
func IsMessage(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if !fieldLine(bytes.TrimRight(line, "\r")) && !bytes.HasPrefix(line, []byte(">From ")) && !bytes.HasPrefix(line, []byte("From ")) {
		return false
	}
	h, _ := split(head)
	points, seen := 0, map[string]bool{}
	for _, f := range parseHeader(h) {
		if !seen[f.name] {
			seen[f.name] = true
			points += typicalFields[f.name]
		}
	}
	return points >= 4 && (seen["from"] || seen["received"] || seen["return-path"]) && (seen["message-id"] || seen["date"] || seen["received"])
}

// MaildirOf says whether the file at path is a message of a Maildir, and the name a person
// knows the mailbox by: files in a folder "cur" or "new" beside a folder "tmp" are.
func MaildirOf(path string) (mailbox string, ok bool) {
	dir := filepath.Dir(path)
	if base := filepath.Base(dir); base != "cur" && base != "new" {
		return "", false
	}
	box := filepath.Dir(dir)
	if fi, err := os.Stat(filepath.Join(box, "tmp")); err != nil || !fi.IsDir() {
		return "", false
	}
	name := filepath.Base(box)
	if rest := strings.TrimPrefix(name, "."); rest != name && rest != "" { // Maildir++
		name = strings.ReplaceAll(rest, ".", "/")
	}
	return oneLine(name), true
}

// MboxName gives the name a person knows the mbox file at path by.
func MboxName(path string) string {
	name := filepath.Base(path)
	if name == "mbox" && strings.HasSuffix(filepath.Dir(path), ".mbox") {
		name = filepath.Base(filepath.Dir(path))
	}
	if rest := strings.TrimSuffix(name, ".mbox"); rest != "" {
		name = rest
	}
	return oneLine(name)
}
