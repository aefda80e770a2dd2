package extract

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"steward/indexer/document"
)

// pdfPages is how many 64 KiB pages of memory PDFium may have: 384 MiB.
const pdfPages = 6144

// pdfEngine is PDFium in WebAssembly: it sees no file and no network, only the bytes it
// is handed. Starting it takes seconds the first time and some 0.1 s when its compiled
// code is in the cache folder, so it starts with the first PDF.
type pdfEngine struct {
	pool pdfium.Pool
}

func startPDF(cacheDir string) (*pdfEngine, error) {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(pdfPages)
	if cacheDir != "" {
		dir := filepath.Join(cacheDir, "wazero")
		if err := os.MkdirAll(dir, 0o700); err == nil {
			if cache, err := wazero.NewCompilationCacheWithDir(dir); err == nil {
				config = config.WithCompilationCache(cache)
			}
		}
	}
	pool, err := webassembly.Init(webassembly.Config{
		MinIdle: 0, MaxIdle: 1, MaxTotal: 1,
		RuntimeConfig: config, FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("starting the PDF reader: %w", err)
	}
	return &pdfEngine{pool: pool}, nil
}

func (p *pdfEngine) close() {
	_ = p.pool.Close() // the process ends anyway
}

func (j *job) readPDF(s *source) (err error) {
	engine, err := j.engine.pdfEngine()
	if err != nil {
		j.engine.log.Warn("the PDF reader does not start", "error", err)
		return fail("the PDF reader could not be started")
	}
	j.beat()
	instance, err := engine.pool.GetInstance(30 * time.Second)
	if err != nil {
		return fail("the PDF reader could not be started")
	}
	defer func() {
		if r := recover(); r != nil {
			err = fail("the file is broken: the PDF reader cannot read it")
		}
		_ = instance.Close() // its memory goes with it
	}()
	open := requests.OpenDocument{}
	if s.size <= memoryFile {
		data, err := s.all()
		if err != nil {
			return err
		}
		open.File = &data
	} else {
		open.FileReader, open.FileReaderSize = io.NewSectionReader(s.r, 0, s.size), s.size
	}
	doc, err := instance.OpenDocument(&open)
	switch {
	case errors.Is(err, pdferrors.ErrPassword):
		return fail("it is protected by a password")
	case errors.Is(err, pdferrors.ErrSecurity):
		return fail("it is encrypted in a way that is not known")
	case err != nil:
		return fail("the file is broken: it is not a whole PDF")
	}
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil || count.PageCount == 0 {
		return fail("the file is broken: it has no pages")
	}
	w := j.write(s, formatPDF)
	w.doc.Pages = count.PageCount
	meta := func(tag string) string {
		r, err := instance.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: doc.Document, Tag: tag})
		if err != nil {
			return ""
		}
		return plain(r.Value)
	}
	if t := meta("Title"); len(t) > 3 && !strings.HasPrefix(t, "Microsoft Word - ") && !strings.EqualFold(t, "untitled") {
		w.doc.Title = shorten(t, 300)
	}
	if t, ok := pdfDate(meta("ModDate")); ok {
		w.doc.Date = t
	} else if t, ok := pdfDate(meta("CreationDate")); ok {
		w.doc.Date = t
	}
	empty, bad := 0, 0
	for i := range count.PageCount {
		r, err := instance.GetPageText(&requests.GetPageText{Page: requests.Page{
			ByIndex: &requests.PageByIndex{Document: doc.Document, Index: i},
		}})
		j.beat()
		if err != nil {
			bad++
			continue
		}
		text := tidy(unhyphen(r.Text))
		if strings.TrimSpace(text) == "" {
			empty++
			continue
		}
		w.at(document.Position{Page: i + 1}, false)
		if err := w.text(text, 0); err != nil {
			return w.finish(err)
		}
		w.flush()
	}
	switch {
	case bad == count.PageCount:
		return fail("the file is broken: none of its pages can be read")
	case empty == count.PageCount:
		w.lacks("its pages are images; text in images is not read yet")
	case bad > 0:
		w.lacks(fmt.Sprintf("%d of %d pages are broken and were not read", bad, count.PageCount))
	case empty > 0 && empty*2 > count.PageCount:
		w.lacks(fmt.Sprintf("%d of %d pages have no text, they may be images", empty, count.PageCount))
	}
	return w.finish(nil)
}

// unhyphen undoes PDFium's marks: U+0002 and U+FFFE stand for a hyphen at a line's end.
func unhyphen(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\x02\r\n", "", "\x02", "", "\ufffe\r\n", "", "\ufffe", "").Replace(s)
	return s
}

// pdfDate reads "D:20060102150405+01'00'" (ISO 32000-1, 7.9.4).
func pdfDate(v string) (time.Time, bool) {
	v = strings.ReplaceAll(strings.TrimPrefix(v, "D:"), "'", "")
	for _, layout := range []string{"20060102150405-0700", "20060102150405Z0700", "20060102150405", "200601021504", "20060102"} {
		if t, err := time.Parse(layout, v); err == nil && t.Year() > 1980 {
			return t, true
		}
	}
	return time.Time{}, false
}
