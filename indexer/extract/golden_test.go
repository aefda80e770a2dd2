package extract

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"steward/indexer/document"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden compares the documents of one small file of each format with those kept in
// testdata.
func TestGolden(t *testing.T) {
	garden, err := os.ReadFile("testdata/garden.pdf")
	if err != nil {
		t.Fatal(err)
	}
	page := "<!doctype html><html><head><title>Recipes  &amp; more</title><script>var secret = 'script text';</script><style>p{}</style></head><body>" +
		"<nav>Menu</nav><h1>Soup</h1><p>Boil the <b>leeks</b>\nfor an hour.</p><p hidden>hidden words</p><div style='display: none'>also <div>hidden</div> words</div>" +
		"<h2>Bread</h2><ul><li>Flour<li>Water</ul><pre>  two\n    lines</pre><table><tr><td>salt</td><td>10 g</td></tr></table><!-- comment --></body></html>"
	files := map[string][]byte{
		"minutes.docx": docx(t), "talk.pptx": pptx(t), "letter.odt": odt(t), "talk.odp": odp(t), "prices.ods": ods(t), "garden.epub": epub(t), "prices.xlsx": xlsx(t), "garden.pdf": garden,
		"plain.pdf": plainPDF("Page one speaks of apples.", "Page two speaks of pears."),
		"page.html": []byte(page), "letter.eml": letter(),
		"notes.md":   []byte("# Holidays\n\nWe went north.\n\n```sh\n# not a heading\n```\n\n## Costs\n\n" + strings.Repeat("The train was cheap. ", 30) + "\n"),
		"table.csv":  []byte("name,town,age\nAda,Köln,36\nBob,Bonn,40\n"),
		"umlaut.txt": []byte("Gr\xfc\xdfe aus K\xf6ln, sch\xf6ne Tage und viele gute W\xfcnsche.\n"),
		"wide.txt":   append([]byte{0xFF, 0xFE}, []byte("H\x00i\x00 \x00t\x00h\x00e\x00r\x00e\x00\n\x00")...),
		"gbk.txt":    []byte("\xc4\xfa\xba\xc3\xa3\xac\xd5\xe2\xca\xc7\xd2\xbb\xb7\xe2\xd6\xd0\xce\xc4\xd0\xc5\xa1\xa3\xce\xd2\xc3\xc7\xc3\xf7\xcc\xec\xcf\xc2\xce\xe7\xbc\xfb\xc3\xe6\xa1\xa3\n"),
		"page.1":     []byte(".TH STEW 1\n.SH NAME\nstew \\- cook\n.SH DESCRIPTION\n.B stew\nboils \\fIall\\fR things.\n"),
		"main.go":    []byte("package main\n\nfunc main() {}\n"),
		"empty.txt":  nil,
	}
	files["changelog.gz"] = gzipped(t, []byte("stew (1.2) stable; urgency=low\n\n  * Boil longer.\n"))
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			path := put(t, name, data)
			then := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
			if err := os.Chtimes(path, then, then); err != nil {
				t.Fatal(err)
			}
			docs, r := readFile(t, path)
			for i := range docs {
				d := &docs[i]
				d.Path, d.ID, d.Parent = "", "", strings.Repeat("parent", min(len(d.Parent), 1))
				d.Date = d.Date.UTC()
				if strings.HasSuffix(name, ".xlsx") || strings.HasSuffix(name, ".gz") {
					d.Size = 0
				}
			}
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetIndent("", "  ")
			enc.SetEscapeHTML(false)
			if err := enc.Encode(struct {
				Report    Report
				Documents []document.Document
			}{r, docs}); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "golden", name+".json")
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, b.Bytes()) {
				t.Errorf("not as in %s:\n%s", golden, b.String())
			}
		})
	}
}
