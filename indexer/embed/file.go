package embed

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
	"sort"
	"sync"
)

// A File keeps vectors of unit length in numbered slots: 16-bit numbers in a file, and
// in memory one bit a number (its sign). A search compares bits first (Hamming distance)
// and then scores the nearest exactly, which reads a few megabytes whatever the size.
//
// On disk: 16 bytes of head ("STWVEC1\n", the number of dimensions as uint32, zero), then for
// each slot a float32 scale and dims int16, all little-endian.
type File struct {
	mu   sync.RWMutex
	f    *os.File
	dims int
	n    int      // slots
	bits []uint64 // n × words
}

const (
	magic    = "STWVEC1\n"
	headSize = 16
)

// OpenFile opens or makes the file at path. Slots from next on are not in use and will be
// overwritten: a crash may have left them half written. An error other than one of
// reading or writing means that the file does not fit and must be made anew.
func OpenFile(path string, next int) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the vectors: %w", err)
	}
	v := &File{f: f}
	if err := v.load(next); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("open the vectors %s: %w", path, err)
	}
	return v, nil
}

func (v *File) load(next int) error {
	var head [headSize]byte
	if _, err := io.ReadFull(v.f, head[:]); err != nil {
		if next == 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
			return nil // new: the head is written with the first vector
		}
		return err
	}
	if string(head[:8]) != magic {
		return errors.New("it is not a file of vectors")
	}
	v.dims = int(binary.LittleEndian.Uint32(head[8:]))
	if v.dims <= 0 || v.dims > 1<<16 {
		return fmt.Errorf("%d dimensions make no sense", v.dims)
	}
	v.bits = make([]uint64, 0, next*v.words())
	const at = 1024
	buf := make([]byte, at*v.size())
	for v.n < next {
		n := min(at, next-v.n)
		if _, err := v.f.ReadAt(buf[:n*v.size()], v.offset(v.n)); err != nil {
			return fmt.Errorf("it is shorter than its %d vectors: %w", next, err)
		}
		for i := range n {
			v.bits = appendSigns(v.bits, buf[i*v.size()+4:(i+1)*v.size()])
		}
		v.n += n
	}
	return nil
}

func (v *File) size() int             { return 4 + 2*v.dims }
func (v *File) words() int            { return (v.dims + 63) / 64 }
func (v *File) offset(slot int) int64 { return headSize + int64(slot)*int64(v.size()) }
func appendSigns(to []uint64, raw []byte) []uint64 {
	var word uint64
	for i := 0; i < len(raw); i += 2 {
		n := i / 2
		if raw[i+1]&0x80 != 0 {
			word |= 1 << (n % 64)
		}
		if n%64 == 63 {
			to = append(to, word)
			word = 0
		}
	}
	if len(raw)/2%64 != 0 {
		to = append(to, word)
	}
	return to
}

// Len is the number of slots.
func (v *File) Len() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.n
}

// Append writes vectors into the next slots and gives the first; they are durable when it
// returns. Vectors are scaled to unit length; a zero vector stays zero.
func (v *File) Append(vectors [][]float32) (first int, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(vectors) == 0 {
		return v.n, nil
	}
	if v.dims == 0 {
		v.dims = len(vectors[0])
		var head [headSize]byte
		copy(head[:], magic)
		binary.LittleEndian.PutUint32(head[8:], uint32(v.dims))
		if _, err := v.f.WriteAt(head[:], 0); err != nil {
			v.dims = 0
			return 0, fmt.Errorf("write the vectors: %w", err)
		}
	}
	buf := make([]byte, 0, len(vectors)*v.size())
	for _, x := range vectors {
		if len(x) != v.dims {
			return 0, fmt.Errorf("the model gave a vector of %d numbers where others have %d", len(x), v.dims)
		}
		buf = appendQuantised(buf, x)
	}
	if _, err := v.f.WriteAt(buf, v.offset(v.n)); err != nil {
		return 0, fmt.Errorf("write the vectors: %w", err)
	}
	if err := v.f.Sync(); err != nil {
		return 0, fmt.Errorf("write the vectors: %w", err)
	}
	first = v.n
	for i := range vectors {
		v.bits = appendSigns(v.bits, buf[i*v.size()+4:(i+1)*v.size()])
	}
	v.n += len(vectors)
	return first, nil
}

func appendQuantised(buf []byte, x []float32) []byte {
	var sum, peak float64
	for _, f := range x {
		sum += float64(f) * float64(f)
		peak = max(peak, math.Abs(float64(f)))
	}
	norm := math.Sqrt(sum)
	if norm == 0 || math.IsNaN(norm) || math.IsInf(norm, 0) {
		norm, peak = 1, 0
	}
	scale := peak / norm / math.MaxInt16
	buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(float32(scale)))
	for _, f := range x {
		var q int16
		if scale > 0 {
			q = int16(math.Round(float64(f) / norm / scale))
		}
		buf = binary.LittleEndian.AppendUint16(buf, uint16(q))
	}
	return buf
}

// Scored is a slot with its cosine.
type Scored struct {
	Slot   uint32
	Cosine float32
}

// exact is the number of slots up to which every vector is scored.
const exact = 4096

// Nearest gives the k slots nearest to x, best first. Beyond a few thousand slots it
// scores the max(2,000, 20 k) with the fewest differing signs.
func (v *File) Nearest(x []float32, k int) ([]Scored, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.n == 0 {
		return nil, nil
	}
	if len(x) != v.dims {
		return nil, fmt.Errorf("the model gave a vector of %d numbers where the index has %d", len(x), v.dims)
	}
	query := unit(x)
	candidates := v.candidates(query, max(2000, 20*k))
	scored := make([]Scored, 0, len(candidates))
	buf := make([]byte, v.size())
	for _, slot := range candidates {
		if _, err := v.f.ReadAt(buf, v.offset(int(slot))); err != nil {
			return nil, fmt.Errorf("read the vectors: %w", err)
		}
		scored = append(scored, Scored{Slot: slot, Cosine: dot(buf, query)})
	}
	sort.Slice(scored, func(i, j int) bool {
		if scored[i].Cosine != scored[j].Cosine {
			return scored[i].Cosine > scored[j].Cosine
		}
		return scored[i].Slot < scored[j].Slot
	})
	return scored[:min(k, len(scored))], nil
}

// candidates gives the n slots (in order) whose signs differ least from the query's.
func (v *File) candidates(query []float32, n int) []uint32 {
	all := v.n <= max(n, exact)
	slots := make([]uint32, 0, max(n, exact))
	if all {
		for i := range v.n {
			slots = append(slots, uint32(i))
		}
		return slots
	}
	words := v.words()
	signs := make([]uint64, words)
	for i, f := range query {
		if f < 0 {
			signs[i/64] |= 1 << (i % 64)
		}
	}
	distances := make([]uint16, v.n)
	histogram := make([]int, v.dims+1)
	for i := range v.n {
		d := 0
		for j, w := range v.bits[i*words : (i+1)*words] {
			d += bits.OnesCount64(w ^ signs[j])
		}
		distances[i] = uint16(d)
		histogram[d]++
	}
	limit, sum := 0, 0
	for ; limit < len(histogram) && sum+histogram[limit] <= n; limit++ {
		sum += histogram[limit]
	}
	rest := n - sum
	for i, d := range distances {
		switch {
		case int(d) < limit:
			slots = append(slots, uint32(i))
		case int(d) == limit && rest > 0:
			rest--
			slots = append(slots, uint32(i))
		}
	}
	return slots
}

func unit(x []float32) []float32 {
	var sum float64
	for _, f := range x {
		sum += float64(f) * float64(f)
	}
	y := make([]float32, len(x))
	if sum == 0 {
		return y
	}
	inverse := float32(1 / math.Sqrt(sum))
	for i, f := range x {
		y[i] = f * inverse
	}
	return y
}

func dot(raw []byte, query []float32) float32 {
	scale := math.Float32frombits(binary.LittleEndian.Uint32(raw))
	raw = raw[4:]
	var a, b float32
	i := 0
	for ; i+1 < len(query); i += 2 {
		a += query[i] * float32(int16(binary.LittleEndian.Uint16(raw[2*i:])))
		b += query[i+1] * float32(int16(binary.LittleEndian.Uint16(raw[2*i+2:])))
	}
	if i < len(query) {
		a += query[i] * float32(int16(binary.LittleEndian.Uint16(raw[2*i:])))
	}
	return (a + b) * scale
}

// Close closes the file.
func (v *File) Close() error { return v.f.Close() }
