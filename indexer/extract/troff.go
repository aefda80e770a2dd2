package extract

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"steward/indexer/document"
	"steward/indexer/extract/charset"
)

var (
	troffEscape = regexp.MustCompile(`\\(f[BIRPCW1-4]|f\([A-Z]{2}|s[+-]?\d|[|^&%c/,]|\*\([lr]q|\*[RS]|"[^\n]*)`)
	troffChars  = strings.NewReplacer(`\-`, "-", `\e`, `\`, `\(co`, "©", `\(em`, "—", `\(en`, "–", `\(bu`, "•", `\(aq`, "'", `\(lq`, "“",
		`\(rq`, "”", `\(dq`, `"`, `\(oq`, "‘", `\(cq`, "’", `\ `, " ", `\~`, " ", `\\`, `\`, `\'`, "'", "\\`", "`", `\.`, ".")
)

// readTroff reads a manual page (man and mdoc macros): the text without its markup, .SH
// and .SS as headings. Its lines are the source's.
func (j *job) readTroff(s *source, encoding string) error {
	w := j.write(s, formatText)
	lines := newLineReader(charset.Reader(s.reader(), encoding))
	var pos document.Position
	n, fresh := 1, true
	for {
		piece, eol, err := lines.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return w.finish(err)
		}
		w.seen += int64(len(piece))
		text := tidy(strings.TrimRight(string(piece), "\r\n"))
		if fresh && len(text) > 0 && (text[0] == '.' || text[0] == '\'') {
			text = troffRequest(w, &pos, text)
		}
		text = troffChars.Replace(troffEscape.ReplaceAllString(text, ""))
		switch {
		case fresh && text != "":
			w.at(pos, false)
			w.line(text, n)
		case text != "":
			w.add(text, n)
		}
		if fresh = eol; eol {
			n++
		}
		if err := w.ok(); err != nil {
			return w.finish(err)
		}
	}
}

// troffRequest acts on a line that is a request and gives the text it carries.
func troffRequest(w *writer, pos *document.Position, line string) string {
	name, rest, _ := strings.Cut(line[1:], " ")
	rest = strings.TrimSpace(strings.ReplaceAll(rest, `"`, ""))
	switch name {
	case "SH", "SS", "Sh", "Ss":
		w.paragraph()
		pos.Section = shorten(troffChars.Replace(troffEscape.ReplaceAllString(rest, "")), 200)
		return rest
	case "PP", "P", "LP", "Pp", "TP", "sp", "HP", "RS", "RE", "br", "Bl", "El":
		w.paragraph()
		return ""
	case "TH", "Dt":
		if f := strings.Fields(rest); len(f) > 0 {
			w.doc.Title = plain(f[0])
		}
		return ""
	case "B", "I", "BR", "RB", "IR", "RI", "BI", "IB", "SM", "SB", "IP", "It", "Nm", "Nd", "Fl", "Ar", "Xr", "Pa", "Op", "Em", "Sy", "Li":
		return rest
	}
	return ""
}
