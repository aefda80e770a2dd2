package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// defaultSources hold real English text on a Debian machine.
var defaultSources = []string{"/usr/share/common-licenses", "/usr/share/doc", "/usr/share/perl", "/usr/lib/python3", "/usr/lib/python3.11", "/usr/share/info", "/usr/share/man"}

// findTexts lists the text files below the folders, in a fixed order: first the
// folders in the order given, within each by path. Symbolic links are not followed.
func findTexts(folders []string) ([]string, error) {
	var texts []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || strings.Contains(path, ".so") {
				return nil //nolint:nilerr // a source that cannot be read is left out
			}
			switch ext := filepath.Ext(strings.TrimSuffix(path, ".gz")); ext {
			case ".html", ".htm", ".png", ".svg", ".pdf", ".ps", ".js", ".css", ".pyc", ".zip", ".xml", ".gif", ".jpg":
				return nil
			}
			texts = append(texts, path)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("no text found under %s; name folders of text with -sources", strings.Join(folders, ", "))
	}
	return texts, nil
}

// readText gives a file's text, unpacked if it is gzipped, at most 4 MB of it, or nil
// if it is not UTF-8 text.
func readText(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	var from io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil
		}
		from = z
	}
	data, err := io.ReadAll(io.LimitReader(from, 4<<20))
	if err != nil || bytes.IndexByte(data, 0) >= 0 {
		return nil
	}
	for i := 0; i < utf8.UTFMax && len(data) > 0 && !utf8.Valid(data); i++ {
		data = data[:len(data)-1] // the limit may have cut a character
	}
	if !utf8.Valid(data) {
		return nil
	}
	return data
}

// prose is a first-order Markov chain over the words of real text: word frequencies
// and neighbours are those of the text, so its rank and frequency follow Zipf's law as
// real mail does.
type prose struct {
	words  []string
	next   [][]int32 // for each word, its successors as often as they occurred
	starts []int32   // words that began a sentence
	common map[string]int
}

// readProse builds the chain from at most limit bytes of the files, spread over all of them.
func readProse(texts []string, limit int) (*prose, error) {
	p := &prose{common: map[string]int{}}
	ids := map[string]int32{}
	read := 0
	step := max(1, len(texts)/1500)
	for i := 0; i < len(texts) && read < limit; i += step {
		data := readText(texts[i])
		if len(data) > 64<<10 {
			data = data[:64<<10]
		}
		last := int32(-1)
		for _, field := range strings.Fields(string(data)) {
			if !isWord(field) {
				last = -1
				continue
			}
			id, known := ids[field]
			if !known {
				id = int32(len(p.words))
				ids[field] = id
				p.words = append(p.words, field)
				p.next = append(p.next, nil)
			}
			p.common[plain(field)]++
			if last >= 0 {
				p.next[last] = append(p.next[last], id)
			}
			if last < 0 || endsSentence(p.words[last]) {
				if c := field[0]; c >= 'A' && c <= 'Z' {
					p.starts = append(p.starts, id)
				}
			}
			last = id
			read += len(field) + 1
		}
	}
	if len(p.starts) < 1000 {
		return nil, fmt.Errorf("too little text (%d words in %d files); name more folders with -sources", len(p.words), len(texts))
	}
	return p, nil
}

// isWord accepts what occurs in prose: letters, apostrophe, hyphen, and one trailing
// mark; short numbers too.
func isWord(s string) bool {
	body := strings.TrimRight(s, ".,;:?")
	if body == "" || len(s)-len(body) > 1 || len(body) > 24 {
		return false
	}
	digits := 0
	for i, c := range body {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case c >= '0' && c <= '9':
			digits++
		case (c == '\'' || c == '-') && i > 0:
		default:
			return false
		}
	}
	return digits == 0 || digits == len(body) && digits <= 4
}

func endsSentence(word string) bool {
	return strings.HasSuffix(word, ".") || strings.HasSuffix(word, "?")
}

// plain is a word as an index would see it, roughly.
func plain(word string) string { return strings.ToLower(strings.TrimRight(word, ".,;:?")) }

// sentence gives 5 to 32 words.
func (p *prose) sentence(r *rand.Rand) string {
	var b strings.Builder
	id := p.starts[r.IntN(len(p.starts))]
	for n := 1; ; n++ {
		word := p.words[id]
		if n > 1 {
			b.WriteByte(' ')
		}
		done := n >= 5 && endsSentence(word) || n >= 32
		if done || endsSentence(word) && n < 5 {
			word = strings.TrimRight(word, ".,;:?")
		}
		b.WriteString(word)
		if done {
			b.WriteByte('.')
			return b.String()
		}
		follow := p.next[id]
		if len(follow) == 0 {
			follow = p.starts
		}
		id = follow[r.IntN(len(follow))]
	}
}

// paragraph gives 1 to 6 sentences.
func (p *prose) paragraph(r *rand.Rand) string {
	sentences := make([]string, 1+r.IntN(6))
	for i := range sentences {
		sentences[i] = p.sentence(r)
	}
	return strings.Join(sentences, " ")
}

// wrap breaks text at 72 columns.
func wrap(text string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		if i > 0 {
			if column+1+len(word) > 72 {
				b.WriteByte('\n')
				column = 0
			} else {
				b.WriteByte(' ')
				column++
			}
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// cutFiles writes n plain files of real text, each 0.6 to 8 KB, cut at line ends. When
// the text is used up it starts again half a piece further on.
func cutFiles(dir string, texts []string, n int, r *rand.Rand) (files int, size int64, err error) {
	texts = slices.Clone(texts)
	r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	for round := 0; files < n; round++ {
		before := files
		for _, source := range texts {
			data := readText(source)
			if len(data) < 600 {
				continue
			}
			data = data[min(len(data), round*900):]
			for len(data) > 600 && files < n {
				piece := data[:cut(data, 600+int(r.ExpFloat64()*1500))]
				data = data[len(piece):]
				folder := filepath.Join(dir, fmt.Sprintf("%04d", files/200))
				if files%200 == 0 {
					if err := os.MkdirAll(folder, 0o755); err != nil {
						return files, size, err
					}
				}
				if err := os.WriteFile(filepath.Join(folder, pieceName(source, files)), piece, 0o644); err != nil {
					return files, size, err
				}
				files++
				size += int64(len(piece))
			}
			if files == n {
				return files, size, nil
			}
		}
		if files == before {
			return files, size, fmt.Errorf("the sources hold text for %d files only; name more folders with -sources", files)
		}
	}
	return files, size, nil
}

// cut is the length of the first piece of about size bytes that ends at a line end.
func cut(data []byte, size int) int {
	size = min(size, 8<<10)
	if len(data) <= size+300 {
		return len(data)
	}
	if i := bytes.IndexByte(data[size:], '\n'); i >= 0 && i < 4096 {
		return size + i + 1
	}
	for size < len(data) && !utf8.RuneStart(data[size]) {
		size++
	}
	return size
}

func pieceName(source string, n int) string {
	base := strings.TrimSuffix(filepath.Base(source), ".gz")
	ext := filepath.Ext(base)
	if ext != ".md" && ext != ".py" && ext != ".rst" {
		ext = ".txt"
	}
	return fmt.Sprintf("%s-%06d%s", strings.TrimSuffix(base, filepath.Ext(base)), n, ext)
}
