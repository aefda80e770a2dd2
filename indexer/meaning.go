package indexer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"steward/indexer/embed"
	"steward/indexer/state"
)

// meaning is everything about vectors. Text search never waits for it.
type meaning struct {
	wake chan struct{}

	mu       sync.Mutex
	serving  *vectors // answers queries
	building *vectors // takes over from serving once it is complete; nil if none
	settled  bool     // nothing is left to embed
	failing  error    // the last attempt to embed failed
	asked    time.Time
	cache    map[string][]float32 // of queries, of serving's model
}

// vectors is a model with the vectors it made.
type vectors struct {
	model embed.Model
	id    int64
	file  *embed.File
}

// target is what new passages are embedded with.
func (m *meaning) target() *vectors {
	if m.building != nil {
		return m.building
	}
	return m.serving
}

func (m *meaning) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range []*vectors{m.serving, m.building} {
		if v != nil {
			_ = v.file.Close()
		}
	}
	m.serving, m.building = nil, nil
}

// SetEmbedder sets the model that gives passages a meaning; nil turns vectors off and
// keeps those there are. While a model of another name embeds everything anew, the one
// before goes on answering queries.
func (x *Indexer) SetEmbedder(m embed.Model) {
	x.meaning.mu.Lock()
	defer x.meaning.mu.Unlock()
	defer func() {
		x.meaning.settled = false
		x.meaning.failing = nil
		x.notice("embed", "")
		select {
		case x.meaning.wake <- struct{}{}:
		default:
		}
	}()
	mm := &x.meaning
	if m == nil {
		for _, v := range []*vectors{mm.serving, mm.building} {
			if v != nil {
				_ = v.file.Close()
			}
		}
		mm.serving, mm.building = nil, nil
		return
	}
	for _, v := range []*vectors{mm.serving, mm.building} {
		if v != nil && v.model.Name() == m.Name() {
			v.model = m
			if v == mm.serving && mm.building != nil {
				_ = mm.building.file.Close()
				mm.building = nil
			}
			return
		}
	}
	v, err := x.openVectors(context.Background(), m)
	if err != nil {
		x.log.Error("vectors are off", "error", err)
		x.notice("vectors", "Searching by meaning is off: "+err.Error())
		return
	}
	x.notice("vectors", "")
	if mm.building != nil {
		_ = mm.building.file.Close()
		mm.building = nil
	}
	if mm.serving == nil {
		mm.serving, mm.cache = v, map[string][]float32{}
		return
	}
	mm.building = v
}

func (x *Indexer) vectorPath(id int64) string {
	return filepath.Join(x.cfg.Dir, "vectors-"+strconv.FormatInt(id, 10))
}

func (x *Indexer) openVectors(ctx context.Context, m embed.Model) (*vectors, error) {
	id, err := x.store.Model(ctx, m.Name())
	if err != nil {
		return nil, err
	}
	next, err := x.store.NextSlot(ctx, id)
	if err != nil {
		return nil, err
	}
	path := x.vectorPath(id)
	file, err := embed.OpenFile(path, int(next))
	if err != nil {
		x.log.Warn("the vectors are made anew", "error", err)
		if err := x.store.ForgetModel(ctx, id); err != nil {
			return nil, err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("remove the damaged vectors: %w", err)
		}
		if file, err = embed.OpenFile(path, 0); err != nil {
			return nil, err
		}
	}
	return &vectors{model: m, id: id, file: file}, nil
}

// How the background embeds: few texts a call, so that a person's own query, which queues
// behind it at the model's server, waits a moment only; and not while they are asking.
const (
	embedTexts     = 16
	embedDocuments = 16
	askingFor      = time.Second
)

// embedAll gives passages their vectors, newest first, whenever the text is all indexed.
func (x *Indexer) embedAll(ctx context.Context) error {
	wait := time.Duration(0)
	for {
		if wait > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(wait):
			}
		} else {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-x.meaning.wake:
			}
		}
		err := x.embedRest(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			wait = min(max(2*wait, 2*time.Second), 2*time.Minute)
			x.log.Warn("passages could not be embedded; it is tried again", "error", err, "after", wait)
			x.notice("embed", "Searching by meaning is incomplete, because the embedding model does not answer. It is tried again by itself.")
			x.meaning.mu.Lock()
			x.meaning.failing = err
			x.meaning.mu.Unlock()
		default:
			wait = 0
		}
	}
}

func (x *Indexer) embedRest(ctx context.Context) error {
	for {
		x.meaning.mu.Lock()
		v := x.meaning.target()
		asking := time.Since(x.meaning.asked) < askingFor
		x.meaning.mu.Unlock()
		if v == nil {
			return nil
		}
		if asking || x.queue.len() > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		revision := x.revision.Load()
		list, err := x.store.Unembedded(ctx, v.id, embedDocuments)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return x.embedded(ctx, v, revision)
		}
		if err := x.embedDocuments(ctx, v, list); err != nil {
			return err
		}
		x.meaning.mu.Lock()
		x.meaning.failing = nil
		x.meaning.mu.Unlock()
		x.notice("embed", "")
		x.changedQuietly()
	}
}

// embedded notes that nothing is left to embed, and lets a new model take over.
func (x *Indexer) embedded(ctx context.Context, v *vectors, revision uint64) error {
	m := &x.meaning
	m.mu.Lock()
	m.failing = nil
	m.settled = x.revision.Load() == revision
	swap := m.building == v
	if swap {
		_ = m.serving.file.Close()
		m.serving, m.building, m.cache = v, nil, map[string][]float32{}
	}
	m.mu.Unlock()
	if !m.settled {
		select {
		case m.wake <- struct{}{}:
		default:
		}
	}
	ids, err := x.store.Models(ctx)
	if err != nil || len(ids) < 2 {
		return err
	}
	if err := x.store.DropModels(ctx, v.id); err != nil {
		return err
	}
	for _, id := range ids {
		if id != v.id {
			_ = os.Remove(x.vectorPath(id))
		}
	}
	x.changed()
	return nil
}

func (x *Indexer) embedDocuments(ctx context.Context, v *vectors, list []state.Unembedded) error {
	type want struct{ hash, text string }
	var wants []want
	seen := map[string]bool{}
	var hashes [][]byte
	done := make([]state.Embedding, len(list))
	places := make([][]string, len(list))
	for i, u := range list {
		done[i] = state.Embedding{N: u.N, Hash: u.Hash}
		for _, p := range u.Passages {
			if !embeddable(p) {
				continue
			}
			text := passageText(u.Title, p.Text)
			sum := sha256.Sum256([]byte(text))
			hash := string(sum[:16])
			done[i].Places = append(done[i].Places, state.Place{N: u.N, Ord: p.Ord})
			places[i] = append(places[i], hash)
			if !seen[hash] {
				seen[hash] = true
				hashes = append(hashes, sum[:16])
				wants = append(wants, want{hash, text})
			}
		}
	}
	slots, err := x.store.Slots(ctx, v.id, hashes)
	if err != nil {
		return err
	}
	for len(wants) > 0 {
		var texts, names []string
		for len(wants) > 0 && len(texts) < embedTexts {
			if _, ok := slots[wants[0].hash]; !ok {
				texts, names = append(texts, wants[0].text), append(names, wants[0].hash)
			}
			wants = wants[1:]
		}
		if len(texts) == 0 {
			break
		}
		made, err := v.model.Embed(ctx, texts)
		if err == nil && len(made) != len(texts) {
			err = fmt.Errorf("the model gave %d vectors for %d texts", len(made), len(texts))
		}
		if err != nil {
			return err
		}
		first, err := v.file.Append(made)
		if err != nil {
			return err
		}
		round := map[string]uint32{}
		for i, name := range names {
			slots[name], round[name] = uint32(first+i), uint32(first+i)
		}
		if err := x.store.SaveVectors(ctx, v.id, round, nil); err != nil {
			return err
		}
	}
	for i := range done {
		for j, hash := range places[i] {
			done[i].Places[j].Slot = slots[hash]
		}
	}
	return x.store.SaveVectors(ctx, v.id, nil, done)
}

// passageText is what a passage is embedded as: with the title, which often says what
// the passage only implies.
func passageText(title, text string) string {
	if title == "" || strings.Contains(text, title) {
		return text
	}
	return title + "\n" + text
}

// queryTime is how long a search waits for the query's vector before it goes by words.
const queryTime = 150 * time.Millisecond

var errSlow = errors.New("the embedding model took too long")

// embedQuery gives the vector of a query. If that takes too long, it goes on in the
// background, so that the next search for the same has it.
func (x *Indexer) embedQuery(ctx context.Context, v *vectors, text string) ([]float32, error) {
	m := &x.meaning
	m.mu.Lock()
	m.asked = time.Now()
	vector, ok := m.cache[text]
	m.mu.Unlock()
	if ok {
		return vector, nil
	}
	type answer struct {
		vector []float32
		err    error
	}
	answers := make(chan answer, 1)
	background, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	go func() {
		defer cancel()
		made, err := v.model.Embed(background, []string{text})
		if err == nil && len(made) != 1 {
			err = fmt.Errorf("the model gave %d vectors for one text", len(made))
		}
		if err != nil {
			answers <- answer{err: err}
			return
		}
		m.mu.Lock()
		if m.serving == v {
			if len(m.cache) > 256 {
				clear(m.cache)
			}
			m.cache[text] = made[0]
		}
		m.mu.Unlock()
		answers <- answer{vector: made[0]}
	}()
	timer := time.NewTimer(queryTime)
	defer timer.Stop()
	select {
	case a := <-answers:
		return a.vector, a.err
	case <-timer.C:
		return nil, errSlow
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
