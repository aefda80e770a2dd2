package extract

import (
	"errors"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"steward/indexer/document"
)

// readXLSX reads a workbook row by row; a passage is some rows, and its Cell the first
// filled cell of its first row.
func (j *job) readXLSX(s *source) error {
	if s.size > memoryFile {
		return fail("the workbook is too large to be opened (more than 64 MiB)")
	}
	f, err := excelize.OpenReader(s.reader(), excelize.Options{
		UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 256 << 20, TmpDir: j.engine.temp,
	})
	if err != nil {
		if errors.Is(err, excelize.ErrWorkbookFileFormat) || errors.Is(err, excelize.ErrWorkbookPassword) {
			return fail("it is protected by a password")
		}
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return fail(bomb)
		}
		return fail("the workbook is broken: it cannot be opened")
	}
	defer f.Close()
	w := j.write(s, formatXLSX)
	if p, err := f.GetDocProps(); err == nil && p != nil && p.Title != "" {
		w.doc.Title = shorten(plain(p.Title), 300)
	}
	first := map[int]string{}
	w.cell = func(row int) string {
		if name := first[row]; name != "" || row == 0 {
			return name
		}
		return "A" + strconv.Itoa(row)
	}
	sheets := f.GetSheetList()
	w.doc.Pages = len(sheets)
	for _, sheet := range sheets {
		clear(first)
		if err := j.readSheet(w, f, sheet, first); err != nil {
			if w.ok() != nil {
				return w.finish(err)
			}
			w.lacks("a sheet of the workbook cannot be read")
		}
	}
	return w.finish(nil)
}

func (j *job) readSheet(w *writer, f *excelize.File, sheet string, first map[int]string) error {
	w.flush()
	rows, err := f.Rows(sheet)
	if err != nil {
		return err
	}
	defer rows.Close()
	pos := document.Position{Sheet: plain(sheet)}
	var line strings.Builder
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return err
		}
		line.Reset()
		for i, c := range cells {
			if c = strings.TrimSpace(strings.Join(strings.Fields(tidy(c)), " ")); c == "" {
				continue
			}
			if line.Len() == 0 {
				if name, err := excelize.ColumnNumberToName(i + 1); err == nil {
					first[n] = name + strconv.Itoa(n)
				}
			} else {
				line.WriteString(" | ")
			}
			line.WriteString(c)
		}
		w.seen += int64(line.Len()) + 1
		if line.Len() > 0 {
			if pos.Section == "" {
				pos.Section = shorten(line.String(), 200)
			}
			w.at(pos, false)
			w.line(line.String(), n)
			if n%512 == 0 && len(first) > 8192 {
				clear(first)
			}
		}
		if n%256 == 0 {
			j.beat()
		}
		if err := w.ok(); err != nil {
			return err
		}
	}
	w.flush()
	return rows.Error()
}
