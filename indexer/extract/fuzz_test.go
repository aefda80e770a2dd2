package extract

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
)

// fuzzFormat reads data under the given name and checks what must hold of all documents.
func fuzzFormat(f *testing.F, name string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	path := filepath.Join(f.TempDir(), name)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		f.Fatal(err)
	}
	e := &engine{cacheDir: sharedCache}
	f.Fuzz(func(t *testing.T, data []byte) {
		j := &job{ctx: context.Background(), engine: e, beat: func() {}}
		var docs []document.Document
		j.emit = func(d document.Document) error { docs = append(docs, d); return nil }
		s := &source{path: path, name: name, r: bytes.NewReader(data), size: int64(len(data))}
		_, _ = j.read(s) // trouble is fine, a panic is not
		checkDocuments(t, path, docs)
	})
}

func FuzzHTML(f *testing.F) {
	fuzzFormat(f, "a.html", []byte("<!doctype html><title>t</title><h1>a</h1><p hidden>b</p><pre>c\nd</pre><blockquote>q</blockquote><td>1<td>2"))
}

func FuzzText(f *testing.F) {
	fuzzFormat(f, "a.md", []byte("# h\n\ntext\n```\n# c\n```\n"), []byte("\xff\xfea\x00b\x00"), []byte("gr\xfc\xdfe"))
}

func FuzzTroff(f *testing.F) {
	fuzzFormat(f, "a.1", []byte(".TH A 1\n.SH NAME\na \\- \\fBb\\fR\n.TP\n"))
}

func FuzzMail(f *testing.F) {
	fuzzFormat(f, "a.eml", letterWith("x-notes", []byte("an attached text\n")), mailbox(2))
}

func FuzzDOCX(f *testing.F) {
	whole := docx(f)
	fuzzFormat(f, "a.docx", whole, whole[:len(whole)-30])
}

func FuzzPPTX(f *testing.F) { fuzzFormat(f, "a.pptx", pptx(f)) }

func FuzzODT(f *testing.F) { fuzzFormat(f, "a.odt", odt(f)) }

func FuzzODS(f *testing.F) { fuzzFormat(f, "a.ods", ods(f)) }

func FuzzEPUB(f *testing.F) { fuzzFormat(f, "a.epub", epub(f)) }

// FuzzPDF has the slowest reader of all and a sandbox around it; it looks for what the code
// about the reader makes of its answers.
func FuzzPDF(f *testing.F) { fuzzFormat(f, "a.pdf", plainPDF("A page.", "Another.")) }

func FuzzCSV(f *testing.F) { fuzzFormat(f, "a.csv", []byte("a,b,c\n1,\"2\n3\",4\n\n5,6,7\r\n")) }

func FuzzSource(f *testing.F) { fuzzFormat(f, "a.go", []byte("package a\n\n// \u00e9\nfunc b() {}\n")) }

func FuzzXLSX(f *testing.F) { fuzzFormat(f, "a.xlsx", xlsx(f)) }

func FuzzOLE(f *testing.F) { fuzzFormat(f, "a.doc", compoundFile("EncryptedPackage")) }

func FuzzGzip(f *testing.F) { fuzzFormat(f, "a.gz", gzipped(f, []byte("some text\n"))) }

// FuzzWordXML and FuzzODFXML reach the XML that lies behind the checksums of a zip.
func FuzzWordXML(f *testing.F) {
	f.Add(wordOpen + wordParagraph("Heading1", "a") + "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" + wordClose)
	f.Fuzz(func(t *testing.T, s string) { walkFuzzed(t, s, func(w *writer) xmlHandler { return &ooxml{w: w} }) })
}

func FuzzODFXML(f *testing.F) {
	f.Add(`<a><text:h>x</text:h><text:p>y<text:s text:c="9"/></text:p><table:table-row><table:table-cell/></table:table-row></a>`)
	f.Fuzz(func(t *testing.T, s string) { walkFuzzed(t, s, func(w *writer) xmlHandler { return &odf{w: w} }) })
}

func walkFuzzed(t *testing.T, s string, h func(*writer) xmlHandler) {
	var docs []document.Document
	j := &job{ctx: context.Background(), engine: &engine{}, beat: func() {}}
	j.emit = func(d document.Document) error { docs = append(docs, d); return nil }
	w := j.write(&source{path: "/x", name: "x"}, formatDOCX)
	_ = walkXML(strings.NewReader(s), h(w)) // broken XML is fine
	if err := w.finish(nil); err != nil {
		t.Fatal(err)
	}
	checkDocuments(t, "/x", docs)
}

// FuzzCutter checks that passages hold all text that was given, in order, and nothing else.
func FuzzCutter(f *testing.F) {
	f.Add("one\n\ntwo. three\n" + strings.Repeat("字。", 700) + strings.Repeat("x", 5000))
	f.Fuzz(func(t *testing.T, s string) {
		s = tidy(charset.Mend(s))
		var c cutter
		for i, line := range strings.Split(s, "\n") {
			c.line(line, i+1)
		}
		var got strings.Builder
		last := 1
		for _, p := range c.end() {
			got.WriteString(p.Text)
			if len(p.Text) > passageMax || p.Position.Line < last {
				t.Errorf("%d bytes at line %d after %d", len(p.Text), p.Position.Line, last)
			}
			last = p.Position.LineEnd
		}
		bare := func(s string) string {
			return strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(s)
		}
		if bare(got.String()) != bare(s) {
			t.Errorf("text was lost or added: %q became %q", s, got.String())
		}
	})
}

// FuzzCharset checks that whatever the label the text is valid.
func FuzzCharset(f *testing.F) {
	f.Add([]byte("gr\xfc\xdfe"), "utf-8")
	f.Add([]byte("\x1b$B4A;z\x1b(B"), "iso-2022-jp")
	f.Fuzz(func(t *testing.T, b []byte, label string) {
		if s := charset.Text(b, label); strings.ToValidUTF8(s, "") != s {
			t.Errorf("not valid: %q", s)
		}
	})
}

// FuzzUnpack checks that nothing a child sends can do more than be refused.
func FuzzUnpack(f *testing.F) {
	var b bytes.Buffer
	if err := pack(&b, document.Document{Part: "seg:1", Passages: []document.Passage{{Text: "text"}}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := unpack(b, "/x"); err == nil && d.ID != document.NewID("/x", d.Part) {
			t.Errorf("%+v", d)
		}
	})
}
