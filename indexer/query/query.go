// Package query owns what can be asked of the index and what comes back, as plain
// data: no engine is visible here. It is the only package of the indexer that tools
// may import.
package query

import (
	"context"
	"strings"
	"time"

	"steward/indexer/document"
)

// Query is one question to the index. The zero value matches every document.
// All filters must hold at once; within one list any value may match.
type Query struct {
	// Text is matched by words and, unless KeywordOnly, by meaning. "double quotes"
	// ask for a phrase and -word excludes. Empty means filters alone decide.
	Text string `json:"text,omitempty"`
	// Kinds restricts to these kinds; empty means all.
	Kinds []document.Kind `json:"kinds,omitempty"`
	// Formats restricts to these formats ("pdf"); empty means all.
	Formats []string `json:"formats,omitempty"`
	// From and To match a part of a display name or address, without case.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Subject words must occur in the title.
	Subject string `json:"subject,omitempty"`
	// Under is an absolute folder or mailbox path the document must lie under.
	Under string `json:"under,omitempty"`
	// Thread restricts to one conversation.
	Thread string `json:"thread,omitempty"`
	// HasAttachment, when true, asks for messages with attachments.
	HasAttachment bool `json:"has_attachment,omitempty"`
	// After is inclusive and Before exclusive, on the document's date. Zero: no bound.
	After  time.Time `json:"after,omitzero"`
	Before time.Time `json:"before,omitzero"`
	// Limit is the number of hits; 0 means 20, the most is 1,000. Offset skips.
	Limit  int `json:"limit,omitempty"`
	Offset int `json:"offset,omitempty"`
	// Order is the order of hits; "" means by score when there is text, else newest first.
	Order       Order `json:"order,omitempty"`
	KeywordOnly bool  `json:"keyword_only,omitempty"`
}

// Order is the order in which hits come.
type Order string

// The orders there are.
const (
	ByScore  Order = "score"
	Newest   Order = "newest"
	Oldest   Order = "oldest"
	Largest  Order = "largest"
	BySource Order = "path"
)

// Hit is one document found, at its best passage for the query.
type Hit struct {
	ID        string        `json:"id"`
	Path      string        `json:"path"`
	Part      string        `json:"part,omitempty"`
	Kind      document.Kind `json:"kind"`
	Format    string        `json:"format"`
	Title     string        `json:"title"`
	Date      time.Time     `json:"date,omitzero"`
	From      string        `json:"from,omitempty"`
	To        string        `json:"to,omitempty"`
	MessageID string        `json:"message_id,omitempty"`
	Thread    string        `json:"thread,omitempty"`
	Mailbox   string        `json:"mailbox,omitempty"`
	Size      int64         `json:"size"`
	// Passage is the best passage's text; Ord its number in the document.
	Passage  string            `json:"passage"`
	Ord      int               `json:"ord"`
	Position document.Position `json:"position"`
	// Terms are the byte ranges [start, end) of Passage that matched a word of the query.
	Terms [][2]int `json:"terms,omitempty"`
	// Score grows with relevance and is comparable only within one result.
	Score float64 `json:"score"`
	// Why explains the score in one line: "words 12.3 (rank 1), meaning 0.61 (rank 4)".
	Why string `json:"why,omitempty"`
}

// Result is what a search gives.
type Result struct {
	Hits []Hit `json:"hits"`
	// Total counts all matching documents; -1 when the query had a part by meaning
	// only, so that no number is meaningful.
	Total int `json:"total"`
	// Semantic is false when only words were matched, and Notice then says why.
	Semantic bool   `json:"semantic"`
	Notice   string `json:"notice,omitempty"`
	// Took is the time in the index.
	Took time.Duration `json:"took_ns"`
}

// Field is what a count can be grouped by.
type Field string

// The fields counts can be grouped by.
const (
	FieldKind   Field = "kind"
	FieldFormat Field = "format"
	FieldFrom   Field = "from"
	FieldYear   Field = "year"
	FieldMonth  Field = "month"
	FieldFolder Field = "folder"
)

// Group is one line of a grouped count.
type Group struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Searcher answers queries from a live index. All methods may be called from any
// goroutine and return ctx.Err() once ctx is done.
type Searcher interface {
	// Search gives the best passages. No match is an empty result, not an error.
	Search(ctx context.Context, q Query) (Result, error)
	// Count gives the exact number of documents matching q (by words, never by meaning)
	// and, when by is not "", the largest groups, at most 100, greatest first.
	Count(ctx context.Context, q Query, by Field) (total int, groups []Group, err error)
	// Document gives a document with all its passages; ErrNotFound if it is not in the index.
	Document(ctx context.Context, id string) (document.Document, error)
	// Status tells how fresh and complete the index is.
	Status(ctx context.Context) (Status, error)
}

// Status is the index's state at a moment.
type Status struct {
	// Documents, Files, Passages and Embedded are counts now in the index. Embedded counts
	// passages that have a vector; Embeddable is how many are to have one.
	Documents  int `json:"documents"`
	Files      int `json:"files"`
	Passages   int `json:"passages"`
	Embedded   int `json:"embedded"`
	Embeddable int `json:"embeddable"`
	// Pending counts files known to have changed and not yet indexed.
	Pending int `json:"pending"`
	// State is "idle", "scanning", "indexing", "embedding", "rebuilding" or "stopped".
	State string `json:"state"`
	// AsOf is the moment up to which every change noticed is in the index; while idle and
	// watching it is now. Zero: nothing was indexed yet.
	AsOf time.Time `json:"as_of,omitzero"`
	// LastScan is when the last full comparison with the disk ended.
	LastScan time.Time `json:"last_scan,omitzero"`
	// Revision grows with every change to the index.
	Revision uint64 `json:"revision"`
	// Notices are things a person should know: a folder that cannot be watched, a vanished drive.
	Notices []string `json:"notices,omitempty"`
}

type notFound struct{}

func (notFound) Error() string { return "the document is no longer in the index" }

// ErrNotFound is returned for a document that is not in the index (any more).
var ErrNotFound error = notFound{}

// String gives the query as a person could have typed it.
func (q Query) String() string {
	var b strings.Builder
	b.WriteString(q.Text)
	add := func(name, value string) {
		if value == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if strings.ContainsAny(value, " \t") {
			value = `"` + value + `"`
		}
		b.WriteString(name + ":" + value)
	}
	for _, k := range q.Kinds {
		add("kind", string(k))
	}
	for _, f := range q.Formats {
		add("type", f)
	}
	add("from", q.From)
	add("to", q.To)
	add("subject", q.Subject)
	add("in", q.Under)
	add("thread", q.Thread)
	if q.HasAttachment {
		add("has", "attachment")
	}
	if !q.After.IsZero() {
		add("after", q.After.Format(time.DateOnly))
	}
	if !q.Before.IsZero() {
		add("before", q.Before.Format(time.DateOnly))
	}
	return b.String()
}
