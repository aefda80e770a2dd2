package state

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"steward/indexer/document"
)

// A document's body is, compressed by zstd (RFC 8878): the length of the head and the
// head as JSON (without ID, path and passages), the number of passages, and for each
// its numbers and strings, all lengths and numbers as varints.

var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(true), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
		if err != nil {
			panic(err) // only for wrong options
		}
		return e
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			panic(err) // only for wrong options
		}
		return d
	})
	buffers = sync.Pool{New: func() any { return new([]byte) }}
)

// Encode gives the stored form of a document and the hash of its contents.
func Encode(d document.Document) (body, hash []byte, err error) {
	passages := d.Passages
	d.ID, d.Path, d.Passages = "", "", nil
	head, err := json.Marshal(d)
	if err != nil {
		return nil, nil, fmt.Errorf("encode a document: %w", err)
	}
	buf := buffers.Get().(*[]byte)
	raw := (*buf)[:0]
	str := func(s string) {
		raw = binary.AppendUvarint(raw, uint64(len(s)))
		raw = append(raw, s...)
	}
	num := func(n int) { raw = binary.AppendUvarint(raw, uint64(max(n, 0))) }
	str(string(head))
	num(len(passages))
	for _, p := range passages {
		quoted := 0
		if p.Quoted {
			quoted = 1
		}
		num(quoted)
		num(p.Position.Page)
		num(p.Position.Line)
		num(p.Position.LineEnd)
		str(p.Position.Part)
		str(p.Position.Sheet)
		str(p.Position.Cell)
		str(p.Position.Section)
		str(p.Text)
	}
	sum := sha256.Sum256(raw)
	body = encoder().EncodeAll(raw, make([]byte, 0, len(raw)/2+64))
	*buf = raw
	buffers.Put(buf)
	return body, sum[:16], nil
}

var errBody = errors.New("a stored document is damaged")

// decode is Encode's inverse.
func decode(body []byte) (document.Document, error) {
	var d document.Document
	raw, err := decoder().DecodeAll(body, nil)
	if err != nil {
		return d, fmt.Errorf("%w: %w", errBody, err)
	}
	bad := false
	num := func() int {
		n, size := binary.Uvarint(raw)
		if size <= 0 {
			bad, raw = true, nil
			return 0
		}
		raw = raw[size:]
		return int(n)
	}
	str := func() string {
		n := num()
		if n < 0 || n > len(raw) {
			bad, raw = true, nil
			return ""
		}
		s := string(raw[:n])
		raw = raw[n:]
		return s
	}
	if err := json.Unmarshal([]byte(str()), &d); err != nil {
		return d, fmt.Errorf("%w: %w", errBody, err)
	}
	n := num()
	if n > len(raw) { // a passage takes at least nine bytes
		return d, errBody
	}
	d.Passages = make([]document.Passage, n)
	for i := range d.Passages {
		p := &d.Passages[i]
		p.Ord = i
		p.Quoted = num() == 1
		p.Position = document.Position{Page: num(), Line: num(), LineEnd: num(), Part: str(), Sheet: str(), Cell: str(), Section: str()}
		p.Text = str()
	}
	if bad {
		return d, errBody
	}
	return d, nil
}

// decodeText is decode for those who need no positions; it appends to raw and text.
func decodeText(body, raw, text []byte) (document.Document, []byte, []byte, error) {
	var d document.Document
	raw, err := decoder().DecodeAll(body, raw)
	if err != nil {
		return d, raw, text, fmt.Errorf("%w: %w", errBody, err)
	}
	rest, bad := raw, false
	num := func() int {
		n, size := binary.Uvarint(rest)
		if size <= 0 {
			bad, rest = true, nil
			return 0
		}
		rest = rest[size:]
		return int(n)
	}
	str := func() []byte {
		n := num()
		if n < 0 || n > len(rest) {
			bad, rest = true, nil
			return nil
		}
		s := rest[:n]
		rest = rest[n:]
		return s
	}
	if err := json.Unmarshal(str(), &d); err != nil {
		return d, raw, text, fmt.Errorf("%w: %w", errBody, err)
	}
	for range num() {
		for range 4 {
			num()
		}
		for range 4 {
			str()
		}
		text = append(append(text, str()...), '\n')
		if bad {
			return d, raw, text, errBody
		}
	}
	return d, raw, text, nil
}
