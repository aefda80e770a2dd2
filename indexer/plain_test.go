package indexer

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"steward/indexer/document"
	"steward/indexer/extract"
)

// plain is a small extractor of text files and mbox files, so that these tests do not
// depend on what the real one makes of each format.
type plain struct {
	read atomic.Int64 // files read
	hook func(path string)
}

func (p *plain) Extract(ctx context.Context, path string, emit func(document.Document) error) (extract.Report, error) {
	p.read.Add(1)
	if p.hook != nil {
		p.hook(path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return extract.Report{}, err
	}
	if bytes.HasPrefix(raw, []byte("From ")) {
		return mbox(path, raw, emit)
	}
	info, err := os.Stat(path)
	if err != nil {
		return extract.Report{}, err
	}
	d := document.Document{
		ID: document.NewID(path, ""), Path: path, Kind: document.KindFile, Format: "text", Title: strings.ToValidUTF8(filepath.Base(path), "?"),
		Date: info.ModTime().Truncate(time.Second), Size: int64(len(raw)), Passages: passages(string(raw)),
	}
	if err := emit(d); err != nil {
		return extract.Report{}, err
	}
	return extract.Report{Outcome: "read", Format: "text", Documents: 1}, nil
}

func passages(text string) []document.Passage {
	var list []document.Passage
	line := 1
	for _, para := range strings.SplitAfter(text, "\n\n") {
		lines := strings.Count(para, "\n")
		if t := strings.TrimSpace(para); t != "" {
			list = append(list, document.Passage{
				Ord: len(list), Text: t, Position: document.Position{Line: line, LineEnd: line + strings.Count(t, "\n")},
				Quoted: strings.HasPrefix(t, ">"),
			})
		}
		line += lines
	}
	return list
}

func mbox(path string, raw []byte, emit func(document.Document) error) (extract.Report, error) {
	n, offset := 0, 0
	for _, part := range bytes.SplitAfter(raw, []byte("\n\nFrom ")) {
		at := offset
		offset += len(part)
		if n > 0 {
			at -= len("From ")
		}
		part = bytes.TrimSuffix(part, []byte("From "))
		_, text, _ := bytes.Cut(part, []byte("\n"))
		m, err := mail.ReadMessage(bytes.NewReader(text))
		if err != nil {
			return extract.Report{Outcome: "partial", Reason: "a message is broken", Format: "mail", Documents: n}, nil
		}
		var body bytes.Buffer
		_, _ = body.ReadFrom(m.Body)
		d := document.Document{
			Path: path, Part: fmt.Sprintf("msg:%d", at), Kind: document.KindMail, Format: "mail", Title: m.Header.Get("Subject"),
			MessageID: strings.Trim(m.Header.Get("Message-Id"), "<>"), Thread: m.Header.Get("Thread"), Size: int64(len(part)), Passages: passages(body.String()),
		}
		d.ID = document.NewID(path, d.Part)
		d.Date, _ = m.Header.Date()
		if a, err := mail.ParseAddress(m.Header.Get("From")); err == nil {
			d.From = document.Address{Name: a.Name, Addr: strings.ToLower(a.Address)}
		}
		if list, err := m.Header.AddressList("To"); err == nil {
			for _, a := range list {
				d.To = append(d.To, document.Address{Name: a.Name, Addr: strings.ToLower(a.Address)})
			}
		}
		if name := m.Header.Get("Attachment"); name != "" {
			d.Attachments = []string{name}
		}
		n++
		if err := emit(d); err != nil {
			return extract.Report{}, err
		}
	}
	return extract.Report{Outcome: "read", Format: "mail", Documents: n}, nil
}
