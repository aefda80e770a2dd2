package extract

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"steward/indexer/document"
)

// randomText gives lines of all lengths in several scripts, some of them empty, with n
// lines in all. It is the same for the same seed.
func randomText(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	words := strings.Fields("the garden needs Wasser und Öl été naïve 花园 需要 水。 很好！ Да 😀 e\u0301 end. so? (yes.) a,b 12:30 > -- # = supercalifragilistic")
	var b strings.Builder
	for range n {
		switch k := r.IntN(12); {
		case k == 0:
			b.WriteByte(' ')
		case k == 1:
			b.WriteString(strings.Repeat(words[r.IntN(len(words))], r.IntN(900)))
		case k < 4:
		default:
			for range r.IntN(40) {
				b.WriteString(words[r.IntN(len(words))])
				b.WriteString([]string{" ", " ", " ", "", "  ", "\t"}[r.IntN(6)])
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// follow checks that the passages, one after the other, are the source's text: nothing of it
// lies outside them but white space, nothing twice, and each lies in the lines it says.
func follow(t *testing.T, source string, passages []document.Passage) {
	t.Helper()
	line, rest := 1, source
	step := func() rune {
		r, n := utf8.DecodeRuneInString(rest)
		if r == '\n' {
			line++
		}
		rest = rest[n:]
		return r
	}
	skip := func() {
		for rest != "" && strings.ContainsRune(" \t\r\n", rune(rest[0])) {
			step()
		}
	}
	for i, p := range passages {
		skip()
		if p.Position.Line != line {
			t.Fatalf("passage %d begins in line %d, not %d: %.40q", i, line, p.Position.Line, p.Text)
		}
		last := line
		for _, r := range p.Text {
			if strings.ContainsRune(" \t\r\n", r) {
				continue
			}
			skip()
			last = line
			if rest == "" {
				t.Fatalf("passage %d holds more than the source", i)
			}
			if got := step(); got != r {
				t.Fatalf("passage %d has %q where the source has %q in line %d", i, r, got, line)
			}
		}
		if p.Position.LineEnd != last {
			t.Fatalf("passage %d ends in line %d, not %d: %q", i, last, p.Position.LineEnd, p.Text)
		}
	}
	if skip(); rest != "" {
		t.Fatalf("%d bytes from line %d on are in no passage: %.60q", len(rest), line, rest)
	}
}

// TestPositions checks for random texts of each kind that has lines that passages hold all
// of the text, do not overlap, and say truly in which lines they lie.
func TestPositions(t *testing.T) {
	p := NewPool(Options{})
	defer p.Close()
	for seed := range uint64(24) {
		text := "begin\n" + randomText(seed, 5+int(seed)*8)
		for _, name := range []string{"a.txt", "a.md", "a.go", "a.csv"} {
			docs, r := readWith(t, p, put(t, name, []byte(text)))
			if r.Outcome != read || len(docs) != 1 {
				t.Fatalf("%s, seed %d: %+v", name, seed, r)
			}
			follow(t, text, docs[0].Passages)
		}
		crlf := strings.ReplaceAll(text, "\n", "\r\n")
		docs, _ := readWith(t, p, put(t, "a.txt", []byte(crlf)))
		follow(t, crlf, docs[0].Passages)

		head := "From: ada@example.org\nTo: bob@example.org\nSubject: s\nDate: Mon, 6 May 2024 08:00:00 +0200\n"
		docs, _ = readWith(t, p, put(t, "a.eml", []byte(head+"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"+text)))
		follow(t, text, docs[0].Passages)
		two := head + "Content-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: text/plain; charset=utf-8\n\n" + text +
			"\n--bb\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n--bb--\n"
		docs, _ = readWith(t, p, put(t, "a.eml", []byte(two)))
		parts := map[string][]document.Passage{}
		for _, one := range docs[0].Passages {
			parts[one.Position.Part] = append(parts[one.Position.Part], one)
		}
		if len(parts) != 2 {
			t.Fatalf("seed %d: %d parts", seed, len(parts))
		}
		follow(t, text, parts["1"])
		follow(t, text, parts["2"])
	}
}

// TestPages checks that each passage of a PDF and of a presentation is of the page it says.
func TestPages(t *testing.T) {
	var pages []string
	for i := range 30 {
		pages = append(pages, fmt.Sprintf("Page number %d speaks of the %dth thing.", i+1, i+1))
	}
	docs, r := readFile(t, put(t, "a.pdf", plainPDF(pages...)))
	if r.Outcome != read || len(docs) != 1 || docs[0].Pages != 30 || len(docs[0].Passages) != 30 {
		t.Fatalf("%+v", r)
	}
	for i, p := range docs[0].Passages {
		if p.Position.Page != i+1 || p.Text != pages[i] {
			t.Errorf("page %d: %q", p.Position.Page, p.Text)
		}
	}
}
