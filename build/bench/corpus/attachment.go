package main

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"strings"
)

// attachment is a file that goes with a message.
type attachment struct {
	name, kind string
	data       []byte
}

// attach makes a text, CSV, PDF, DOCX or XLSX of one to three pages; an English fact,
// when given, is written into it.
func (g *generator) attach(planted *fact) attachment {
	r := g.r
	var paragraphs []string
	for range 2 + r.IntN(8) {
		paragraphs = append(paragraphs, g.prose.paragraph(r))
	}
	stem := strings.ToLower(strings.ReplaceAll(pick(r, g.places[len(g.places)*3/4:]), " ", "-")) + fmt.Sprintf("-%d", 1+r.IntN(99))
	shape := r.IntN(100)
	if planted != nil && planted.Language != "en" {
		planted = nil // Chinese facts stay in the message's text
	}
	if planted != nil {
		paragraphs[r.IntN(len(paragraphs))] += " " + planted.Sentence
		shape = r.IntN(80)
	}
	var a attachment
	switch {
	case shape < 30:
		var b strings.Builder
		for _, p := range paragraphs {
			b.WriteString(wrap(p) + "\n\n")
		}
		a = attachment{stem + ".txt", "text/plain", []byte(b.String())}
	case shape < 55:
		a = attachment{stem + ".pdf", "application/pdf", pdf(paragraphs)}
	case shape < 80:
		a = attachment{stem + ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx(paragraphs)}
	default:
		rows := [][]string{{"Date", "Item", "Quantity", "Price", "Remark"}}
		for i := range 8 + r.IntN(60) {
			rows = append(rows, []string{fmt.Sprintf("2026-%02d-%02d", 1+i%12, 1+r.IntN(28)), strings.TrimRight(pick(r, g.prose.words), ".,;:?"), fmt.Sprint(1 + r.IntN(40)), fmt.Sprintf("%d.%02d", r.IntN(900), r.IntN(100)), g.prose.sentence(r)})
		}
		if shape < 90 {
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			_ = w.WriteAll(rows) // a bytes.Buffer does not fail
			a = attachment{stem + ".csv", "text/csv", b.Bytes()}
		} else {
			a = attachment{stem + ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx(rows)}
		}
	}
	if planted != nil {
		planted.Attachment = a.name
	}
	return a
}

// pdf lays the paragraphs out on A4 pages in Helvetica, streams deflated
// (ISO 32000-1, 7.3.8, 7.5.4).
func pdf(paragraphs []string) []byte {
	var lines []string
	for _, p := range paragraphs {
		lines = append(append(lines, strings.Split(wrap(p), "\n")...), "")
	}
	const perPage = 48
	pages := (len(lines) + perPage - 1) / perPage
	var b bytes.Buffer
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), pages))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	escape := strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)
	for i := range pages {
		var text strings.Builder
		text.WriteString("BT /F1 10 Tf 14 TL 60 780 Td\n")
		for _, line := range lines[i*perPage : min(len(lines), (i+1)*perPage)] {
			fmt.Fprintf(&text, "(%s) Tj T*\n", escape.Replace(line))
		}
		text.WriteString("ET\n")
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		_, _ = z.Write([]byte(text.String()))
		_ = z.Close()
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i))
		object(fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", packed.Len(), packed.String()))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
	relation  = `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`
	types     = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>%s</Types>`
	override  = `<Override PartName="%s" ContentType="application/vnd.openxmlformats-officedocument.%s+xml"/>`
)

// docx is the smallest package of ECMA-376 that word processors open.
func docx(paragraphs []string) []byte {
	var body strings.Builder
	for _, p := range paragraphs {
		body.WriteString("<w:p><w:r><w:t xml:space=\"preserve\">" + escapeXML(p) + "</w:t></w:r></w:p>")
	}
	return archive([][2]string{
		{"[Content_Types].xml", fmt.Sprintf(types, fmt.Sprintf(override, "/word/document.xml", "wordprocessingml.document.main"))},
		{"_rels/.rels", fmt.Sprintf(relations, fmt.Sprintf(relation, 1, "officeDocument", "word/document.xml"))},
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `</w:body></w:document>`},
	})
}

// xlsx is one sheet with shared strings, as spreadsheet programs write it.
func xlsx(rows [][]string) []byte {
	var sheet, shared strings.Builder
	n := 0
	for i, row := range rows {
		fmt.Fprintf(&sheet, `<row r="%d">`, i+1)
		for j, cell := range row {
			fmt.Fprintf(&sheet, `<c r="%c%d" t="s"><v>%d</v></c>`, 'A'+j, i+1, n)
			shared.WriteString("<si><t>" + escapeXML(cell) + "</t></si>")
			n++
		}
		sheet.WriteString("</row>")
	}
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	return archive([][2]string{
		{"[Content_Types].xml", fmt.Sprintf(types, fmt.Sprintf(override, "/xl/workbook.xml", "spreadsheetml.sheet.main")+
			fmt.Sprintf(override, "/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet")+fmt.Sprintf(override, "/xl/sharedStrings.xml", "spreadsheetml.sharedStrings"))},
		{"_rels/.rels", fmt.Sprintf(relations, fmt.Sprintf(relation, 1, "officeDocument", "xl/workbook.xml"))},
		{"xl/workbook.xml", `<workbook ` + ns + ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", fmt.Sprintf(relations, fmt.Sprintf(relation, 1, "worksheet", "worksheets/sheet1.xml")+fmt.Sprintf(relation, 2, "sharedStrings", "sharedStrings.xml"))},
		{"xl/worksheets/sheet1.xml", `<worksheet ` + ns + `><sheetData>` + sheet.String() + `</sheetData></worksheet>`},
		{"xl/sharedStrings.xml", fmt.Sprintf(`<sst %s count="%d" uniqueCount="%d">%s</sst>`, ns, n, n, shared.String())},
	})
}

func archive(parts [][2]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range parts {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = w.Write([]byte(xmlHead + part[1]))
		}
		if err != nil {
			panic(err) // a bytes.Buffer does not fail
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
