package extract

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"steward/indexer/document"
)

// The protocol between the pool and a child: frames of a type byte, a length of four bytes
// (big-endian) and so many bytes. The child is not trusted: frames have a bound,
// and what it sends is checked by the types it is decoded into.
const (
	frameHello    = 'h' // to the child: hello
	frameFile     = 'f' // to the child: the path's bytes, not JSON
	frameDocument = 'd' // from the child: a document as pack writes it
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

// pack writes a document for the pool: the length of its JSON without the passages' texts,
// that JSON, and then each text after its length. Texts are nearly all there is, and JSON
// would cost more than reading them.
func pack(b *bytes.Buffer, d document.Document) error {
	texts := d.Passages
	d.Path, d.ID = "", ""
	d.Passages = make([]document.Passage, len(texts))
	for i, p := range texts {
		p.Text = ""
		d.Passages[i] = p
	}
	body, err := json.Marshal(&d)
	if err != nil {
		return fmt.Errorf("packing a document: %w", err)
	}
	b.Reset()
	b.Write(binary.AppendUvarint(nil, uint64(len(body))))
	b.Write(body)
	var n [binary.MaxVarintLen64]byte
	for _, p := range texts {
		b.Write(binary.AppendUvarint(n[:0], uint64(len(p.Text))))
		b.WriteString(p.Text)
	}
	return nil
}

// unpack reads a document a child sent about the file at path. The path is the pool's own:
// it need not be UTF-8, and a child may lie. Text that is not valid UTF-8 is refused.
func unpack(body []byte, path string) (document.Document, error) {
	var d document.Document
	take := func() ([]byte, error) {
		n, k := binary.Uvarint(body)
		if k <= 0 || n > uint64(len(body)-k) {
			return nil, fmt.Errorf("unpacking a document: a length is wrong")
		}
		out := body[k : k+int(n)]
		body = body[k+int(n):]
		return out, nil
	}
	head, err := take()
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(head, &d); err != nil {
		return d, fmt.Errorf("unpacking a document: %w", err)
	}
	for i := range d.Passages {
		text, err := take()
		if err != nil {
			return d, err
		}
		if !utf8.Valid(text) {
			return d, fmt.Errorf("unpacking a document: a text is not UTF-8")
		}
		d.Passages[i].Text = string(text)
	}
	d.Path = path
	d.ID = document.NewID(path, d.Part)
	return d, nil
}
