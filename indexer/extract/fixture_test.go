package extract

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"steward/indexer/document"
)

// sharedCache keeps PDFium's compiled code for all tests of this process and its children.
var sharedCache = filepath.Join(os.TempDir(), "steward-test-cache")

// readFile reads path in this process.
func readFile(t testing.TB, path string) ([]document.Document, Report) {
	t.Helper()
	p := NewPool(Options{CacheDir: sharedCache})
	defer p.Close()
	return readWith(t, p, path)
}

func readWith(t testing.TB, p *Pool, path string) ([]document.Document, Report) {
	t.Helper()
	var docs []document.Document
	r, err := p.Extract(context.Background(), path, func(d document.Document) error {
		docs = append(docs, d)
		return nil
	})
	if err != nil {
		t.Fatalf("Extract(%q): %v", path, err)
	}
	if r.Documents != len(docs) {
		t.Errorf("the report says %d documents, %d came", r.Documents, len(docs))
	}
	checkDocuments(t, path, docs)
	return docs, r
}

func put(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkDocuments checks what must hold of all documents.
func checkDocuments(t testing.TB, path string, docs []document.Document) {
	t.Helper()
	seen := map[string]bool{}
	for _, d := range docs {
		if d.Path != path || d.ID != document.NewID(path, d.Part) {
			t.Errorf("document %q of %q has a wrong path or ID", d.Part, d.Path)
		}
		if seen[d.ID] {
			t.Errorf("document %q came twice", d.Part)
		}
		seen[d.ID] = true
		if strings.ToValidUTF8(d.Title, "?") != d.Title || d.Format == "" || d.Kind == "" {
			t.Errorf("document %q: title %q, format %q, kind %q", d.Part, d.Title, d.Format, d.Kind)
		}
		for i, p := range d.Passages {
			if p.Ord != i || p.Text == "" || len(p.Text) > passageMax || strings.ToValidUTF8(p.Text, "?") != p.Text {
				t.Errorf("document %q, passage %d (ord %d, %d bytes) is not as it must be", d.Part, i, p.Ord, len(p.Text))
			}
			if p.Position.LineEnd < p.Position.Line || p.Position.Line < 0 {
				t.Errorf("document %q, passage %d: lines %d to %d", d.Part, i, p.Position.Line, p.Position.LineEnd)
			}
		}
	}
}

func allText(docs []document.Document) string {
	var b strings.Builder
	for _, d := range docs {
		for _, p := range d.Passages {
			b.WriteString(p.Text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// zipped makes a zip archive of name, content pairs, in order.
func zipped(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	contentTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	wordOpen     = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	wordClose    = `</w:body></w:document>`
	coreProps    = `<?xml version="1.0"?><cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>Minutes of May</dc:title><dcterms:modified>2024-05-06T07:08:09Z</dcterms:modified></cp:coreProperties>`
)

func wordParagraph(style, text string) string {
	if style != "" {
		style = `<w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`
	}
	return "<w:p>" + style + "<w:r><w:t>" + text + "</w:t></w:r></w:p>"
}

func docx(t testing.TB) []byte {
	body := wordParagraph("Heading1", "Attendance") + wordParagraph("", "Ada and Bob came; Cleo was ill.") +
		`<w:p><w:r><w:t xml:space="preserve">Split </w:t></w:r><w:r><w:t>run</w:t><w:tab/><w:t>after tab</w:t></w:r><w:del><w:r><w:delText>deleted words</w:delText></w:r></w:del></w:p>` +
		`<mc:AlternateContent><mc:Choice>` + wordParagraph("", "In a box.") + `</mc:Choice><mc:Fallback>` + wordParagraph("", "In a box.") + `</mc:Fallback></mc:AlternateContent>` +
		wordParagraph("Heading2", "Budget") +
		`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Paint</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>120 €</w:t></w:r></w:p></w:tc></w:tr></w:tbl>` +
		wordParagraph("", strings.Repeat("The hall needs new paint before winter. ", 12))
	return zipped(t, "[Content_Types].xml", contentTypes, "docProps/core.xml", coreProps, "word/document.xml", wordOpen+body+wordClose,
		"word/footnotes.xml", `<w:footnotes xmlns:w="w">`+wordParagraph("", "A footnote about the paint.")+`</w:footnotes>`)
}

func slide(title, text string) string {
	return `<p:sld xmlns:p="p" xmlns:a="a"><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>` +
		title + `</a:t></a:r></a:p></p:txBody></p:sp><p:sp><p:txBody><a:p><a:r><a:t>` + text + `</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`
}

func pptx(t testing.TB) []byte {
	const rel = `<Relationship Id="%s" Type="t" Target="%s"/>`
	return zipped(t, "[Content_Types].xml", contentTypes,
		"ppt/presentation.xml", `<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="rId2"/><p:sldId id="257" r:id="rId1"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels", `<Relationships>`+fmt.Sprintf(rel, "rId1", "slides/slide1.xml")+fmt.Sprintf(rel, "rId2", "slides/slide2.xml")+`</Relationships>`,
		"ppt/slides/slide1.xml", slide("Second shown", "The harvest was good."),
		"ppt/slides/slide2.xml", slide("First shown", "The year began dry."),
		"ppt/slides/_rels/slide2.xml.rels", `<Relationships>`+fmt.Sprintf(rel, "rId1", "../notesSlides/notesSlide1.xml")+`</Relationships>`,
		"ppt/notesSlides/notesSlide1.xml", `<p:notes xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>Say this slowly.</a:t></a:r></a:p></p:notes>`)
}

func odt(t testing.TB) []byte {
	return zipped(t, "mimetype", "application/vnd.oasis.opendocument.text",
		"meta.xml", `<office:document-meta xmlns:office="o" xmlns:dc="d"><dc:title>Letter to the school</dc:title><dc:date>2023-02-01T10:00:00</dc:date></office:document-meta>`,
		"content.xml", `<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="b"><office:body><office:text>`+
			`<text:h text:outline-level="1">Absence</text:h><text:p>Dear Sir,<text:line-break/>my son<text:s text:c="2"/>was ill &amp; in bed.</text:p>`+
			`<table:table><table:table-row><table:table-cell><text:p>Monday</text:p></table:table-cell><table:table-cell><text:p>fever</text:p></table:table-cell></table:table-row></table:table>`+
			`</office:text></office:body></office:document-content>`)
}

// odp is a presentation of two slides, one with notes.
func odp(t testing.TB) []byte {
	return zipped(t, "mimetype", "application/vnd.oasis.opendocument.presentation",
		"content.xml", `<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:text="t" xmlns:draw="d"><office:body><office:presentation>`+
			`<draw:page draw:name="page1"><draw:frame><draw:text-box><text:p>The year began dry.</text:p></draw:text-box></draw:frame>`+
			`<presentation:notes><draw:frame><draw:text-box><text:p>Say this slowly.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>`+
			`<draw:page draw:name="page2"><draw:frame><draw:text-box><text:list><text:list-item><text:p>Apples: <text:span>good</text:span></text:p></text:list-item>`+
			`<text:list-item><text:p>Pears: late</text:p></text:list-item></text:list></draw:text-box></draw:frame></draw:page>`+
			`</office:presentation></office:body></office:document-content>`)
}

// ods is a workbook of two sheets; rows that repeat count, cells that are empty stay so.
func ods(t testing.TB) []byte {
	cells := func(texts ...string) string {
		row := "<table:table-row>"
		for _, s := range texts {
			if s == "" {
				row += `<table:table-cell/>`
				continue
			}
			row += `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p></table:table-cell>`
		}
		return row + "</table:table-row>"
	}
	return zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet",
		"meta.xml", `<office:document-meta xmlns:office="o" xmlns:dc="d"><dc:title>Prices</dc:title><dc:date>2023-02-01T10:00:00.123456789</dc:date></office:document-meta>`,
		"content.xml", `<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="b"><office:body><office:spreadsheet>`+
			`<table:table table:name="Paint">`+cells("Item", "Price")+cells("White", "120,50")+`<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>`+
			cells("", "in the sixth row")+`</table:table><table:table table:name="Größen">`+cells("Brush", "", "wide")+`</table:table>`+
			`</office:spreadsheet></office:body></office:document-content>`)
}

// epub is a book whose chapters are listed in another order than they are read in.
func epub(t testing.TB) []byte {
	chapter := func(head, text string) string {
		return `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>` + head +
			`</title><style>p{color:red}</style></head><body><h1>` + head + `</h1><p>` + text + `</p></body></html>`
	}
	return zipped(t, "mimetype", "application/epub+zip",
		"META-INF/container.xml", `<container><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
		"OEBPS/book.opf", `<package xmlns:dc="d"><metadata><dc:title>The Garden Year</dc:title></metadata><manifest><item id="two" href="text/chapter%202.xhtml"/>`+
			`<item id="one" href="text/one.xhtml"/><item id="gone" href="text/gone.xhtml"/></manifest><spine><itemref idref="one"/><itemref idref="two"/><itemref idref="gone"/></spine></package>`,
		"OEBPS/text/chapter 2.xhtml", chapter("Summer", "Water in the evening &amp; rest at noon."),
		"OEBPS/text/one.xhtml", chapter("Spring", "Sow the <i>peas</i> early."))
}

func xlsx(t testing.TB) []byte {
	f := excelize.NewFile()
	defer f.Close()
	rows := [][]any{{"Item", "Price", "Day"}, {"Paint", 120.5, "2024-05-06"}, {nil, "only the second", nil}, {"Brush", 7, ""}}
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.NewSheet("Größen"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("Größen", "C5", "alone on its sheet"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plainPDF is a minimal PDF by hand, a page for each text; without a valid cross-reference
// table if broken.
func plainPDF(pages ...string) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(s string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), s)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 4+2*i)
	}
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids, len(pages)))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	for i, text := range pages {
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>", 5+2*i))
		stream := fmt.Sprintf("BT /F1 12 Tf 72 720 Td (%s) Tj ET", text)
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(stream), stream))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// letter is a message with a text, a PDF and a message as attachments.
func letter() []byte { return letterWith("pdf", plainPDF("Offer: paint for the hall")) }

// letterWith is that message with another attachment in the PDF's place.
func letterWith(subtype string, attachment []byte) []byte {
	inner := "From: Cleo <cleo@example.org>\r\nTo: bob@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Mon, 6 May 2024 08:00:00 +0200\r\nMessage-ID: <inner@example.org>\r\n\r\nThe inner letter.\r\n"
	return []byte("Return-Path: <bob@example.org>\r\nFrom: \"Bob, the Builder\" <Bob@Example.org>\r\nTo: Ada <ada@example.org>, list@example.org\r\nCc: cleo@example.org\r\n" +
		"Subject: Re: The hall\r\nDate: Tue, 7 May 2024 10:11:12 +0200\r\nMessage-ID: <two@example.org>\r\nIn-Reply-To: <one@example.org>\r\nReferences: <zero@example.org>\r\n <one@example.org>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\npreamble\r\n--b1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n" +
		"--b2\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe offer is attached, it costs 120=E2=82=AC.\r\n\r\n" +
		"On Mon, 6 May 2024, Ada wrote:\r\n> What does the paint cost?\r\n>\r\n> Ada\r\n\r\n-- \r\nBob the Builder\r\n+49 30 000000\r\n" +
		"--b2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>The offer is attached</p>\r\n--b2--\r\n" +
		"--b1\r\nContent-Type: application/" + subtype + "; name=\"=?utf-8?b?QW5nZWJvdC5wZGY=?=\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n" +
		wrap(base64.StdEncoding.EncodeToString(attachment)) +
		"--b1\r\nContent-Type: message/rfc822\r\n\r\n" + inner + "--b1\r\nContent-Type: image/png; name=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b1--\r\n")
}

func wrap(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s + "\r\n"
}
