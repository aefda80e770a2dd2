package extract

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"steward/indexer/document"
)

// The protocol between the pool and a child: frames of a type byte, a length of four bytes
// (big-endian) and so many bytes of JSON. The child is not trusted: frames have a bound,
// and what it sends is checked by the types it is decoded into.
const (
	frameHello    = 'h' // to the child: hello
	frameFile     = 'f' // to the child: the path's bytes, not JSON
	frameDocument = 'd' // from the child: document.Document without its Path
	frameBeat     = 'b' // from the child: there is progress
	frameReport   = 'r' // from the child: Report; the file is done
	frameReady    = 'y' // from the child: it is ready

	frameMost = 32 << 20
)

// hello is what a child has to know.
type hello struct {
	CacheDir    string
	MemoryLimit int64 // bytes; 0: none
	Confine     bool
}

type frames struct {
	r   *bufio.Reader
	w   *bufio.Writer
	buf []byte
}

func newFrames(r io.Reader, w io.Writer) *frames {
	return &frames{r: bufio.NewReaderSize(r, 64<<10), w: bufio.NewWriterSize(w, 64<<10)}
}

// send writes a frame and flushes it, except for documents, which may wait for the next.
func (f *frames) send(kind byte, body []byte) error {
	var head [5]byte
	head[0] = kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(body)))
	if _, err := f.w.Write(head[:]); err != nil {
		return err
	}
	if _, err := f.w.Write(body); err != nil {
		return err
	}
	if kind == frameDocument {
		return nil
	}
	return f.w.Flush()
}

func (f *frames) sendJSON(kind byte, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("packing a frame: %w", err)
	}
	return f.send(kind, body)
}

// next reads a frame; its body is valid until the following call.
func (f *frames) next() (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > frameMost {
		return 0, nil, fmt.Errorf("a frame of %d bytes is too long", n)
	}
	if cap(f.buf) < int(n) {
		f.buf = make([]byte, n)
	}
	f.buf = f.buf[:n]
	_, err = io.ReadFull(f.r, f.buf)
	return head[0], f.buf, err
}

// unpack reads a document a child sent about the file at path, whose name alone the pool
// vouches for: paths need not be UTF-8, and a child may lie.
func unpack(body []byte, path string) (document.Document, error) {
	var d document.Document
	if err := json.Unmarshal(body, &d); err != nil {
		return d, fmt.Errorf("unpacking a document: %w", err)
	}
	d.Path = path
	d.ID = document.NewID(path, d.Part)
	return d, nil
}
