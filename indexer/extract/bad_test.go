package extract

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/indexer/document"
)

// TestBadFiles checks the outcome and the reason, and that nothing hangs, for what goes
// wrong with files.
func TestBadFiles(t *testing.T) {
	encrypted, err := os.ReadFile("testdata/encrypted.pdf")
	if err != nil {
		t.Fatal(err)
	}
	whole := docx(t)
	for _, c := range []struct {
		name    string
		data    []byte
		outcome string
		reason  string
	}{
		{"encrypted.pdf", encrypted, failed, "it is protected by a password"},
		{"broken.pdf", []byte("%PDF-1.7\n" + strings.Repeat("nonsense ", 200)), failed, "the file is broken: it is not a whole PDF"},
		{"cut.docx", whole[:len(whole)/2], failed, "the file is broken: it is not a whole zip archive"},
		{"no-xml.docx", zipped(t, "word/document.xml", "this is no XML <w:p"), failed, "the file is broken: its text cannot be read"},
		{"broken.xlsx", zipped(t, "xl/workbook.xml", "<workbook"), failed, "the workbook is broken: it cannot be opened"},
		{"encrypted.odt", zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml", "<m:encryption-data/>", "content.xml", "\x00\x01"), failed, "it is protected by a password"},
		{"encrypted.docx", compoundFile("EncryptedPackage"), failed, "it is protected by a password"},
		{"old.doc", compoundFile("WordDocument"), skipped, "a Word file of the old kind (.doc), which is not read yet"},
		{"broken.doc", append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...), failed, "the file is broken: it cannot be opened"},
		{"program", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 100)...), skipped, "a program or binary file"},
		{"noise.bin", []byte{1, 2, 3, 4, 0xfe, 0xa9, 0, 0, 5, 6, 1, 0, 2, 3, 0, 0}, skipped, "a program or binary file"},
		{"picture.txt", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), skipped, "an image; text in images is not read yet"},
		{"some.zip", zipped(t, "a.txt", "text"), skipped, "an archive; what is inside archives is not read yet"},
		{"broken.gz", []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3}, failed, "the file is broken: it cannot be unpacked"},
		{"key.txt", []byte("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n"), skipped, "a private key, which is never read"},
		{".env", []byte("TOKEN=abc"), skipped, "a file of secrets, which is never read"},
		{"empty", nil, read, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs, r := readFile(t, put(t, c.name, c.data))
			if r.Outcome != c.outcome || r.Reason != c.reason {
				t.Errorf("outcome %q, reason %q; want %q, %q", r.Outcome, r.Reason, c.outcome, c.reason)
			}
			if c.outcome == read && (len(docs) != 1 || len(docs[0].Passages) != 0) || c.outcome != read && len(docs) != 0 {
				t.Errorf("%d documents", len(docs))
			}
		})
	}
}

// compoundFile is a minimal OLE compound file ([MS-CFB]) with one stream of that name.
func compoundFile(stream string) []byte {
	b := make([]byte, 512*3)
	le := func(at int, v uint32) {
		b[at], b[at+1], b[at+2], b[at+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	}
	copy(b, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1})
	copy(b[24:], []byte{0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0})
	le(44, 1)          // one sector of the allocation table
	le(48, 1)          // the directory begins in sector 1
	le(56, 4096)       // streams below this are in the mini stream
	le(60, 0xFFFFFFFE) // there is none
	le(68, 0xFFFFFFFE)
	le(76, 0)
	for i := 80; i < 512; i += 4 {
		le(i, 0xFFFFFFFF)
	}
	for i := 512; i < 1024; i += 4 {
		le(i, 0xFFFFFFFF)
	}
	le(512, 0xFFFFFFFD)
	le(516, 0xFFFFFFFE)
	entry := func(at int, name string, kind byte, child uint32) {
		for i := 0; i < len(name); i++ {
			b[at+2*i] = name[i]
		}
		b[at+64] = byte(2*len(name) + 2)
		b[at+66], b[at+67] = kind, 1
		le(at+68, 0xFFFFFFFF)
		le(at+72, 0xFFFFFFFF)
		le(at+76, child)
		le(at+116, 0xFFFFFFFE)
	}
	entry(1024, "Root Entry", 5, 1)
	entry(1024+128, stream, 2, 0xFFFFFFFF)
	return b
}

// TestSparse reads a text file of 2 GB, most of it a hole, in a child with little memory.
func TestSparse(t *testing.T) {
	path := put(t, "huge.log", []byte(strings.Repeat("A line of the log that matters.\n", 4000)))
	if err := os.Truncate(path, 2<<30); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	p := NewPool(Options{Command: childCommand(), MemoryLimit: shadow * 256 << 20})
	defer p.Close()
	docs, r := readWith(t, p, path)
	if r.Outcome != partial || r.Reason != "only the first 64 MiB of its text were read" {
		t.Errorf("%+v", r)
	}
	if n := strings.Count(allText(docs), "matters"); n != 4000 {
		t.Errorf("%d of 4000 lines", n)
	}
}

// TestLongText reads more text than the limit, in segments, in a child with little memory,
// and checks that all lines up to the limit are there, with their numbers.
func TestLongText(t *testing.T) {
	var b bytes.Buffer
	lines := 0
	for b.Len() < textLimit+1<<20 {
		lines++
		fmt.Fprintf(&b, "line %d of a very long text with some more words.\n", lines)
	}
	path := put(t, "long.txt", b.Bytes())
	p := NewPool(Options{Command: childCommand(), MemoryLimit: shadow * 256 << 20})
	defer p.Close()
	next, segment := 1, 1
	r, err := p.Extract(context.Background(), path, func(d document.Document) error {
		if d.Part != fmt.Sprintf("seg:%d", segment) {
			t.Errorf("part %q, want segment %d", d.Part, segment)
		}
		segment++
		for _, pp := range d.Passages {
			if pp.Position.Line != next || !strings.HasPrefix(pp.Text, fmt.Sprintf("line %d of", next)) {
				t.Fatalf("a passage at line %d begins %.30q; want line %d", pp.Position.Line, pp.Text, next)
			}
			next = pp.Position.LineEnd + 1
		}
		return nil
	})
	if err != nil || r.Outcome != partial || r.Documents < 60 {
		t.Errorf("%+v, %v", r, err)
	}
	if next < lines*63/65 {
		t.Errorf("read up to line %d of %d", next, lines)
	}
}

// TestZipBombs reads archives that unpack to very much, in a child with little memory.
func TestZipBombs(t *testing.T) {
	p := NewPool(Options{Command: childCommand(), MemoryLimit: shadow * 384 << 20})
	defer p.Close()
	var big bytes.Buffer
	z := zip.NewWriter(&big)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	block := bytes.Repeat([]byte("<w:p><w:r><w:t>bomb</w:t></w:r></w:p>"), 30_000)
	for range 100 {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	docs, r := readWith(t, p, put(t, "bomb.docx", big.Bytes()))
	if r.Outcome != failed || r.Reason != bomb || len(docs) != 0 {
		t.Errorf("an honest bomb: %+v", r)
	}

	// One that lies in its directory about how much it unpacks to.
	var packed bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(wordOpen)); err != nil {
		t.Fatal(err)
	}
	for range 100 { // more than one entry may unpack to
		if _, err := f.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var lying bytes.Buffer
	z = zip.NewWriter(&lying)
	raw, err := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	docs, r = readWith(t, p, put(t, "liar.docx", lying.Bytes()))
	if r.Outcome == read || len(allText(docs)) > zipEntry {
		t.Errorf("a lying bomb: %+v, %d bytes of text", r, len(allText(docs)))
	}

	// A packed file of zero bytes, and one of text.
	var gz bytes.Buffer
	gz.Write(gzipped(t, bytes.Repeat([]byte("tick tock\n"), 8<<20)))
	docs, r = readWith(t, p, put(t, "bomb.gz", gz.Bytes()))
	if r.Outcome != partial || r.Reason != "only the first 64 MiB of its text were read" || len(docs) < 60 {
		t.Errorf("a packed text of 84 MB: %+v", r)
	}
}

// TestUnreadable reads a file one has no right to read.
func TestUnreadable(t *testing.T) {
	path := put(t, "a.txt", []byte("text"))
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	asNobody(t, func() {
		_, r := readFile(t, path)
		if r.Outcome != failed || r.Reason != "it may not be read by this user (no permission)" {
			t.Errorf("%+v", r)
		}
	})
}

// TestVanished reads files that go away before and while they are read, and one that shrinks.
func TestVanished(t *testing.T) {
	if _, r := readFile(t, filepath.Join(t.TempDir(), "never.txt")); r.Outcome != failed || r.Reason != Vanished {
		t.Errorf("before: %+v", r)
	}
	for _, command := range [][]string{nil, childCommand()} {
		p := NewPool(Options{Command: command})
		path := put(t, "box.mbox", mailbox(2000))
		count := 0
		r, err := p.Extract(context.Background(), path, func(document.Document) error {
			if count++; count == 1 {
				return os.Remove(path)
			}
			return nil
		})
		if err != nil || r.Outcome != failed || r.Reason != Vanished {
			t.Errorf("while: %+v, %v", r, err)
		}
		path = put(t, "box.mbox", mailbox(2000))
		count = 0
		r, err = p.Extract(context.Background(), path, func(document.Document) error {
			if count++; count == 1 {
				return os.Truncate(path, 100)
			}
			return nil
		})
		if err != nil || count == 0 {
			t.Errorf("shrinking: %+v, %v", r, err)
		}
		_ = p.Close()
	}
}

func mailbox(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "From ada@example.org Mon May  6 08:00:00 2024\nFrom: ada@example.org\nSubject: number %d\nMessage-ID: <%d@example.org>\n\nThe text of message %d.\n%s\n\n",
			i, i, i, strings.Repeat("More of it. ", 20))
	}
	return b.Bytes()
}

// TestCutMailbox reads a mailbox that stops in the middle of its last message.
func TestCutMailbox(t *testing.T) {
	whole := mailbox(10)
	docs, r := readFile(t, put(t, "Inbox.mbox", whole[:len(whole)-60]))
	if r.Outcome != partial || r.Reason != "the mailbox ends in the middle of its last message" || len(docs) != 10 {
		t.Fatalf("%+v", r)
	}
	for i, d := range docs {
		if d.Kind != document.KindMail || d.Title != fmt.Sprintf("number %d", i) || d.Mailbox != "Inbox" || (len(d.Notices) > 0) != (i == 9) {
			t.Errorf("message %d: %q, notices %q", i, d.Title, d.Notices)
		}
		var offset int64
		if _, err := fmt.Sscanf(d.Part, "msg:%d", &offset); err != nil || !bytes.HasPrefix(whole[offset:], []byte("From ada")) {
			t.Errorf("message %d lies at %q", i, d.Part)
		}
	}
}

// TestMaildir checks that files of a Maildir are mail by their place, and know their mailbox.
func TestMaildir(t *testing.T) {
	box := filepath.Join(t.TempDir(), "Maildir", ".Archive.2020")
	for _, d := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(box, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(box, "cur", "1700000000.M1P2.host:2,S")
	if err := os.WriteFile(path, []byte("Subject: short\n\nYes.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	docs, r := readFile(t, path)
	if r.Format != formatMail || len(docs) != 1 || docs[0].Mailbox != "Archive/2020" || docs[0].Title != "short" || docs[0].Thread == "" {
		t.Errorf("%+v, %+v", r, docs)
	}
}

// TestHugeStructures reads messages with a thousand nested parts and ten thousand parts
// through the whole path.
func TestHugeStructures(t *testing.T) {
	var nested, end strings.Builder
	nested.WriteString("From: a@example.org\nSubject: deep\n")
	for i := range 1000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		if i == 500 {
			nested.WriteString("Content-Type: text/plain\n\nhalf way\n--b500\n")
		}
	}
	for i := 999; i >= 0; i-- {
		fmt.Fprintf(&end, "--b%d--\n", i)
	}
	nested.WriteString("Content-Type: text/plain\n\nat the bottom\n" + end.String())
	docs, r := readFile(t, put(t, "deep.eml", []byte(nested.String())))
	if text := allText(docs); !strings.Contains(text, "half way") || !strings.Contains(text, "at the bottom") {
		t.Errorf("%+v: %.200q", r, text)
	}

	var wide strings.Builder
	wide.WriteString("From: a@example.org\nSubject: wide\nContent-Type: multipart/mixed; boundary=b\n\n")
	for i := range 10_000 {
		fmt.Fprintf(&wide, "--b\nContent-Type: text/plain; name=part%d.txt\n\npart number %d\n", i, i)
	}
	wide.WriteString("--b--\n")
	docs, r = readFile(t, put(t, "wide.eml", []byte(wide.String())))
	if r.Outcome != partial || len(docs) != 1+attachLimit || len(docs[0].Attachments) != 10_000 {
		t.Errorf("%+v, %d documents, %d attachments", r, len(docs), len(docs[0].Attachments))
	}
	if !strings.Contains(allText(docs), "part number 499") {
		t.Error("an attachment's text is missing")
	}

	letters := "From: a@example.org\nSubject: innermost\n\nthe innermost letter\n"
	for range 1000 {
		letters = "From: a@example.org\nSubject: outer\nContent-Type: message/rfc822\n\n" + letters
	}
	docs, r = readFile(t, put(t, "letters.eml", []byte(letters)))
	if len(docs) == 0 || len(docs) > depthLimit+3 {
		t.Errorf("letters within letters: %+v, %d documents", r, len(docs))
	}
}
