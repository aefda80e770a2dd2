package cli

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"steward/app/httpapi"
	"steward/indexer/document"
	"steward/indexer/query"
)

// hit is one hit as printed with --json; the names are stable.
type hit struct {
	ID   string `json:"id"`
	Path string `json:"path"`
	// PathBytes is the path itself (base64), only when it is not UTF-8.
	PathBytes []byte            `json:"path_bytes,omitempty"`
	Kind      document.Kind     `json:"kind"`
	Title     string            `json:"title"`
	Date      *time.Time        `json:"date"`
	From      string            `json:"from"`
	Passage   string            `json:"passage"`
	Position  document.Position `json:"position"`
	Score     float64           `json:"score"`
	MessageID string            `json:"message_id,omitempty"`
	Thread    string            `json:"thread,omitempty"`
}

// found is what search prints with --json.
type found struct {
	Hits []hit `json:"hits"`
	// Total counts all matches, -1 when that is no meaningful number.
	Total    int    `json:"total"`
	Semantic bool   `json:"semantic"`
	Notice   string `json:"notice,omitempty"`
	// IndexAge is how old the index's knowledge of the disk is, in seconds; -1 when nothing
	// was indexed yet.
	IndexAge float64 `json:"index_age_seconds"`
}

func (c *command) search() *cobra.Command {
	var kinds []string
	var from, to, after, before string
	limit := 20
	var keywordOnly bool
	cmd := &cobra.Command{
		Use:   "search QUERY",
		Short: "Search files and mail by words and by meaning",
		Long: "Searches by words and, where an embedding model runs, by meaning. In QUERY, \"double quotes\"\n" +
			"ask for a phrase, -word excludes, and from:, to:, subject:, in:, type:, kind:, has:attachment,\n" +
			"after: and before: filter. It ends with 1 when nothing is found.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			q, err := query.Parse(strings.Join(args, " "), c.now())
			if err != nil {
				return wrongUse("The query cannot be read: %v.", err)
			}
			for _, k := range kinds {
				kind := document.Kind(k)
				switch kind {
				case document.KindFile, document.KindMail, document.KindEvent, document.KindContact:
					q.Kinds = append(q.Kinds, kind)
				default:
					return wrongUse("--kind is one of mail, file, event and contact, not %q.", k)
				}
			}
			for _, f := range []struct {
				text string
				into *string
			}{{from, &q.From}, {to, &q.To}} {
				if f.text != "" {
					*f.into = f.text
				}
			}
			for _, f := range []struct {
				text string
				into *time.Time
			}{{after, &q.After}, {before, &q.Before}} {
				if f.text == "" {
					continue
				}
				if *f.into, err = moment(f.text, 0); err != nil {
					return err
				}
			}
			if limit < 1 || limit > 1000 {
				return wrongUse("--limit is from 1 to 1000.")
			}
			q.Limit, q.KeywordOnly = limit, keywordOnly
			need := Needs{Runtime: StartRuntime}
			if keywordOnly {
				need.Runtime = NoRuntime
			}
			ctx := cmd.Context()
			conn, closeConn, err := c.connect(ctx, need)
			if err != nil {
				return err
			}
			defer closeConn(&err)
			return c.find(ctx, conn, q)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&kinds, "kind", nil, "only mail, file, event or contact")
	f.StringVar(&from, "from", "", "a part of the sender's name or address")
	f.StringVar(&to, "to", "", "a part of a recipient's name or address")
	f.StringVar(&after, "after", "", "dated on or after this day or time")
	f.StringVar(&before, "before", "", "dated before this day or time")
	f.IntVar(&limit, "limit", limit, "hits at most, up to 1000")
	f.BoolVar(&keywordOnly, "keyword-only", false, "by words only, with no model")
	return cmd
}

func (c *command) find(ctx context.Context, conn *Connection, q query.Query) error {
	var result query.Result
	if err := conn.call(ctx, http.MethodPost, "/api/search?patient=1", q, &result); err != nil {
		return err
	}
	var status httpapi.Status
	if err := conn.call(ctx, http.MethodGet, "/api/status", nil, &status); err != nil {
		return err
	}
	out := found{Total: result.Total, Semantic: result.Semantic, Notice: result.Notice, IndexAge: -1}
	if asOf := status.Index.AsOf; !asOf.IsZero() {
		out.IndexAge = max(c.now().Sub(asOf).Seconds(), 0)
	}
	var err error
	if out.Hits, err = hitsOf(ctx, conn, result.Hits); err != nil {
		return err
	}
	if c.json {
		err = c.print(out)
	} else {
		c.showHits(out)
		c.sayAge(out.IndexAge, conn)
	}
	if err == nil && len(out.Hits) == 0 {
		return &exit{code: Nothing, quiet: true}
	}
	return err
}

func hitsOf(ctx context.Context, conn *Connection, hits []query.Hit) ([]hit, error) {
	out := make([]hit, 0, len(hits))
	for _, h := range hits {
		raw, err := conn.pathBytes(ctx, h.ID, h.Path)
		if err != nil {
			return nil, err
		}
		out = append(out, hit{
			ID: h.ID, Path: h.Path, PathBytes: raw, Kind: h.Kind, Title: h.Title, Date: dateOf(h.Date), From: h.From,
			Passage: h.Passage, Position: h.Position, Score: h.Score, MessageID: h.MessageID, Thread: h.Thread,
		})
	}
	return out, nil
}

// pathBytes asks for the path itself when JSON could not hold it.
func (conn *Connection) pathBytes(ctx context.Context, id, path string) ([]byte, error) {
	if !strings.ContainsRune(path, '\ufffd') {
		return nil, nil
	}
	var view httpapi.DocumentView
	if err := conn.call(ctx, http.MethodGet, "/api/documents/"+id, nil, &view); err != nil {
		return nil, err
	}
	return view.PathBytes, nil
}

func dateOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// showHit prints what n found, in at most width characters of its title, and begins the line of where it is.
func (c *command) showHit(n int, h hit, width int) {
	fmt.Fprintf(c.out, "%2d. %s", n, oneLine(h.Title, width))
	if h.From != "" {
		fmt.Fprintf(c.out, " — %s", oneLine(h.From, 60))
	}
	if h.Date != nil {
		fmt.Fprintf(c.out, ", %s", h.Date.Local().Format(time.DateOnly))
	}
	fmt.Fprintf(c.out, "\n    %s", printable(h.Path))
}

func (c *command) showHits(out found) {
	if len(out.Hits) == 0 {
		fmt.Fprintln(c.err, "Nothing was found.")
	}
	for i, h := range out.Hits {
		c.showHit(i+1, h, 120)
		if where := place(h.Position); where != "" {
			fmt.Fprintf(c.out, ", %s", where)
		}
		fmt.Fprintf(c.out, "\n    %s\n", oneLine(h.Passage, 240))
	}
	if out.Total > len(out.Hits) && len(out.Hits) > 0 {
		fmt.Fprintf(c.err, "%d of %d; --limit shows more.\n", len(out.Hits), out.Total)
	}
	if out.Notice != "" {
		fmt.Fprintln(c.err, printable(out.Notice))
	}
}

// sayAge tells how old the index is when nobody keeps it fresh.
func (c *command) sayAge(seconds float64, conn *Connection) {
	switch {
	case seconds < 0:
		fmt.Fprintln(c.err, "Nothing was indexed yet; `steward add PATH` begins.")
	case !conn.Running:
		fmt.Fprintf(c.err, "The index is %s old; `steward index` brings it up to date, a running Steward keeps it so.\n",
			age(time.Duration(seconds*float64(time.Second))))
	}
}
