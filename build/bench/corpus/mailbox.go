package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
)

// writer spreads messages over mailboxes: about three fifths in mbox files by year
// (RFC 4155, quoted the mboxrd way), a third in a Maildir and its folders, the rest as
// single .eml files.
type writer struct {
	dir      string
	mbox     map[string]*mbox
	folders  map[string]bool
	messages int
	bytes    int64
}

type mbox struct {
	file *os.File
	buf  *bufio.Writer
}

// place is where a thread's messages go.
type place int

const (
	inMbox place = iota
	inMaildir
	inFiles
)

func newWriter(dir string) (*writer, error) {
	return &writer{dir: dir, mbox: map[string]*mbox{}, folders: map[string]bool{}}, os.MkdirAll(dir, 0o755)
}

// choose draws the place for a thread; lists lie in the Maildir's folders.
func (w *writer) choose(r *rand.Rand, list string) place {
	switch x := r.IntN(100); {
	case list != "" && x < 70:
		return inMaildir
	case x < 68:
		return inMbox
	case x < 97:
		return inMaildir
	default:
		return inFiles
	}
}

var fromLine = regexp.MustCompile(`(?m)^>*From `)

// write adds the message and gives the path of the file it is in.
func (w *writer) write(at place, m *message, r *rand.Rand) (string, error) {
	raw := m.render(r)
	w.messages++
	w.bytes += int64(len(raw))
	switch at {
	case inMbox:
		path := filepath.Join(w.dir, "archive", m.date.Format("2006")+".mbox")
		box, err := w.open(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(box.buf, "From %s %s\n", m.from.Addr, m.date.UTC().Format("Mon Jan _2 15:04:05 2006"))
		box.buf.Write(fromLine.ReplaceAllFunc(raw, func(s []byte) []byte { return append([]byte(">"), s...) }))
		if !bytes.HasSuffix(raw, []byte("\n")) {
			box.buf.WriteByte('\n')
		}
		return path, box.buf.WriteByte('\n') // a bufio.Writer keeps the first error
	case inMaildir:
		folder := "Maildir"
		if m.list != "" {
			folder = filepath.Join(folder, ".Lists."+m.list)
		} else if len(m.from.Addr)%3 == 0 {
			folder = filepath.Join(folder, ".Archive")
		}
		sub, flags := "cur", ":2,S"
		if r.IntN(20) == 0 {
			sub, flags = "new", ""
		}
		folder = filepath.Join(w.dir, folder)
		if !w.folders[folder] {
			for _, name := range []string{"cur", "new", "tmp"} {
				if err := os.MkdirAll(filepath.Join(folder, name), 0o755); err != nil {
					return "", err
				}
			}
			w.folders[folder] = true
		}
		path := filepath.Join(folder, sub, fmt.Sprintf("%d.M%06dP1.example%s", m.date.Unix(), w.messages, flags))
		return path, os.WriteFile(path, raw, 0o644)
	default:
		folder := filepath.Join(w.dir, "saved")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return "", err
		}
		path := filepath.Join(folder, fmt.Sprintf("%s-%06d.eml", m.date.Format("2006-01-02"), w.messages))
		return path, os.WriteFile(path, raw, 0o644)
	}
}

func (w *writer) open(path string) (*mbox, error) {
	if box := w.mbox[path]; box != nil {
		return box, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	box := &mbox{f, bufio.NewWriterSize(f, 256<<10)}
	w.mbox[path] = box
	return box, nil
}

// close flushes the mboxes.
func (w *writer) close() error {
	var errs []error
	for _, box := range w.mbox {
		errs = append(errs, box.buf.Flush(), box.file.Close())
	}
	return errors.Join(errs...)
}
