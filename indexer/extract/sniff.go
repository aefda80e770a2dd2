package extract

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"steward/indexer/extract/charset"
	"steward/indexer/mail"
)

// The formats documents have.
const (
	formatText     = "text"
	formatSource   = "source"
	formatMarkdown = "markdown"
	formatHTML     = "html"
	formatCSV      = "csv"
	formatPDF      = "pdf"
	formatDOCX     = "docx"
	formatPPTX     = "pptx"
	formatXLSX     = "xlsx"
	formatODT      = "odt"
	formatMail     = "mail"
	formatMbox     = "mbox" // a file's format; its documents are "mail"
	formatGzip     = "gzip"
	formatZip      = "zip"
	formatOLE      = "ole"
	formatTroff    = "troff" // its documents are "text"
)

// kind is what sniffing found: a format to read, or the reason why there is none.
type kind struct {
	format   string
	encoding string // of text, as charset names it
	reason   string
}

// sniff tells from the first bytes what something is. The name decides only among the
// kinds of plain text, which look alike.
func sniff(head []byte, name string) kind {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return kind{format: formatGzip}
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return kind{format: formatPDF}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return kind{format: formatZip}
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return kind{format: formatOLE}
	}
	if encoding, ok := textual(head); ok {
		return sniffText(head, name, encoding)
	}
	return kind{reason: binaryReason(head)}
}

// textual says whether head begins a text, and in which encoding. Bytes of the kind that
// terminals, not texts, have make it none; a few are forgiven.
func textual(head []byte) (string, bool) {
	encoding := charset.Detect(head)
	if encoding == charset.UTF16LE || encoding == charset.UTF16BE {
		return encoding, true
	}
	odd, high := 0, 0
	for _, c := range head {
		switch {
		case c == 0:
			odd += 8
		case c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b && c != '\b':
			odd++
		case c >= 0x80:
			high++
		}
	}
	if encoding == charset.UTF8 {
		return encoding, odd*50 <= len(head) || leadingText(head)
	}
	return encoding, odd*200 <= len(head) && (encoding != charset.Latin || high*2 <= len(head))
}

// leadingText forgives a file that begins as clean text and goes on with zero bytes, as
// sparse files and logs cut off by a crash do.
func leadingText(head []byte) bool {
	i := bytes.IndexByte(head, 0)
	if i < 64 || !clean(head[:i]) {
		return false
	}
	return len(bytes.Trim(head[i:], "\x00")) == 0
}

func clean(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			return false
		}
	}
	return true
}

var (
	htmlStart  = regexp.MustCompile(`(?is)^(\s|<!--.*?-->|<\?xml[^>]*>)*<(!doctype\s+html|html|head|body|title|meta|h1|div|table)[\s>]`)
	xmlStart   = regexp.MustCompile(`^\s*<(\?xml|!DOCTYPE|svg|[a-zA-Z][\w:.-]*\s+xmlns)`)
	svgStart   = regexp.MustCompile(`(?s)^\s*(<\?xml.*?\?>)?(\s|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?>)*<svg[\s>]`)
	troffStart = regexp.MustCompile(`(?m)^(\.TH |\.Dd |\.SH |\.so )`)
	mdHint     = regexp.MustCompile(`(?m)^(#{1,6} \S.*|\s*[*-] \[[^\]]+\]\(.*|.*\[[^\]]+\]\(https?://.*|` + "```" + `.*)$`)
)

var sourceSuffixes = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`.c .h .cc .cpp .cxx .hh .hpp .cs .java .kt .kts .scala .go .rs .swift .m .mm .py
		.pyi .rb .pl .pm .t .php .js .mjs .cjs .jsx .ts .tsx .vue .lua .sh .bash .zsh .fish .ps1 .bat .awk .sed .sql .r
		.jl .hs .ml .mli .el .lisp .clj .ex .exs .erl .f .f90 .asm .s .v .vhd .proto .css .scss .less .json .jsonl .xml
		.yaml .yml .toml .ini .cfg .conf .cmake .mk .gradle .patch .diff .cocci .dart .zig .nim .tcl .tex .bib .pem
		.properties .service .socket .timer .desktop`) {
		m[s] = true
	}
	return m
}()

func sniffText(head []byte, name, encoding string) kind {
	k := kind{format: formatText, encoding: encoding}
	body := bytes.TrimPrefix(head, []byte{0xEF, 0xBB, 0xBF})
	lower := strings.ToLower(name)
	ext := filepath.Ext(lower)
	front := body[:min(len(body), 4096)]
	tag := bytes.HasPrefix(bytes.TrimLeft(front, " \t\r\n"), []byte("<"))
	switch {
	case bytes.HasPrefix(front, []byte(`{\rtf`)):
		return kind{reason: "a rich text file (RTF), which is not read yet"}
	case bytes.HasPrefix(front, []byte("%!PS")):
		return kind{reason: "a PostScript file, which is not read yet"}
	case mail.IsMbox(body):
		k.format = formatMbox
	case tag && svgStart.Match(front):
		return kind{reason: "an image; text in images is not read yet"}
	case tag && htmlStart.Match(front) && ext != ".md" && ext != ".markdown":
		k.format = formatHTML
	case ext == ".eml", mail.IsMessage(body):
		k.format = formatMail
	case ext == ".md" || ext == ".markdown" || ext == ".mkd":
		k.format = formatMarkdown
	case (front[0] == '.' || front[0] == '\'') && len(ext) <= 4 && troffStart.Match(front):
		k.format = formatTroff
	case tag && xmlStart.Match(front), bytes.HasPrefix(front, []byte("#!")), sourceSuffixes[ext]:
		k.format = formatSource
	case lower == "makefile" || lower == "dockerfile" || lower == "cmakelists.txt":
		k.format = formatSource
	case ext == ".csv" || ext == ".tsv" || csvLike(front):
		k.format = formatCSV
	case (ext == "" || ext == ".txt") && bytes.HasPrefix(front, []byte("# ")) && len(mdHint.FindAll(front, 3)) == 3:
		k.format = formatMarkdown
	}
	return k
}

// csvLike says whether the first lines have the same number of separators, at least two,
// and no running text.
func csvLike(front []byte) bool {
	lines := strings.Split(string(front), "\n")
	if len(lines) < 5 {
		return false
	}
	lines = lines[:min(len(lines)-1, 20)]
	for _, sep := range []string{",", ";", "\t"} {
		n, same := 0, true
		for i, l := range lines {
			c := strings.Count(l, sep)
			if i == 0 {
				n = c
			}
			if c != n || c < 2 || sep != "\t" && strings.Contains(l, sep+" ") {
				same = false
				break
			}
		}
		if same {
			return true
		}
	}
	return false
}

// binaryReason says in plain words what a file without text is.
func binaryReason(head []byte) string {
	m := mimetype.Detect(head)
	name := m.String()
	is := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
		}
		return false
	}
	switch {
	case strings.HasPrefix(name, "image/"):
		return "an image; text in images is not read yet"
	case strings.HasPrefix(name, "audio/"), strings.HasPrefix(name, "video/"):
		return "sound or film"
	case strings.HasPrefix(name, "font/"), is("opentype", "fontobject"):
		return "a font"
	case is("x-elf", "x-executable", "x-sharedlib", "x-object", "x-coredump", "mach", "portable-executable", "java-archive", "wasm", "python-bytecode", "x-java"):
		return "a program or binary file"
	case is("tar", "rar", "7z", "bzip2", "xz", "zstd", "lzip", "cpio", "debian", "rpm", "cab", "archive", "gzip", "x-lz"):
		return "an archive; what is inside archives is not read yet"
	case is("sqlite", "mdb", "dbf"):
		return "a database"
	case is("ps", "postscript"):
		return "a PostScript file, which is not read yet"
	case is("outlook"):
		return "an Outlook mailbox (PST), which is not read yet"
	case name == "application/octet-stream" || strings.HasPrefix(name, "text/"):
		return "a program or binary file"
	}
	return "a file of a kind that is not read yet (" + strings.SplitN(name, ";", 2)[0] + ")"
}
