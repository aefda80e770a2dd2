package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"steward/agent"
	"steward/app/httpapi"
	"steward/indexer/document"
	"steward/indexer/query"
)

// citation is one citation as printed with --json; the names are stable.
type citation struct {
	N  int    `json:"n"`
	ID string `json:"id"`
	// PathBytes is the path itself (base64), only when it is not UTF-8.
	Path      string            `json:"path"`
	PathBytes []byte            `json:"path_bytes,omitempty"`
	Kind      document.Kind     `json:"kind"`
	Title     string            `json:"title"`
	Date      *time.Time        `json:"date"`
	Quote     string            `json:"quote"`
	Position  document.Position `json:"position"`
}

// answered is what ask prints with --json.
type answered struct {
	Answer      string       `json:"answer"`
	Found       bool         `json:"found"`
	Citations   []citation   `json:"citations"`
	Unsupported []string     `json:"unsupported"`
	Route       agent.Route  `json:"route"`
	Steps       []agent.Step `json:"steps"`
	// Hits, Total and Groups are the matches of a question that counts or lists.
	Hits     []hit         `json:"hits,omitempty"`
	Total    int           `json:"total,omitempty"`
	Groups   []query.Group `json:"groups,omitempty"`
	Model    string        `json:"model"`
	Stopped  string        `json:"stopped,omitempty"`
	IndexAge float64       `json:"index_age_seconds"`
	Millis   int64         `json:"ms"`
}

func (c *command) ask() *cobra.Command {
	var now string
	cmd := &cobra.Command{
		Use:   "ask QUESTION",
		Short: "Answer a question from your files and mail, with sources",
		Long: "Answers from what was added, quoting its sources. Every quotation was checked: it stands in\n" +
			"the source. Sentences that no source supports are marked. It ends with 1 when nothing is found.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			req := httpapi.AskRequest{Question: strings.TrimSpace(strings.Join(args, " ")), Locale: locale()}
			if req.Question == "" {
				return wrongUse("There is no question.")
			}
			if now != "" {
				// Noon: whatever the time zone of what is asked about, the day is the one meant.
				if req.Now, err = moment(now, 12); err != nil {
					return err
				}
			}
			ctx := cmd.Context()
			conn, closeConn, err := c.connect(ctx, Needs{Runtime: StartRuntime})
			if err != nil {
				return err
			}
			defer closeConn(&err)
			return c.answer(ctx, conn, req)
		},
	}
	cmd.Flags().StringVar(&now, "now", "", "the moment that \"today\" is, a date or RFC 3339 (default: the clock)")
	return cmd
}

// locale is the language of fixed sentences, by the environment; "" leaves it to the settings.
func locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "zh") {
				return "zh-Hans"
			}
			return ""
		}
	}
	return ""
}

func (c *command) answer(ctx context.Context, conn *Connection, req httpapi.AskRequest) error {
	var (
		final *agent.Answer
		words = newStreamed(c.out)
	)
	notes := c.bar()
	defer notes.clear()
	err := stream(ctx, conn, "/api/ask", req, func(e httpapi.AskEvent) error {
		switch e.Type {
		case "step":
			if !c.json && notes.terminal && e.Step != nil && words.empty() {
				notes.line(oneLine(e.Step.Name+": "+e.Step.Detail, 78))
			}
		case "passages":
			if !c.json && notes.terminal {
				notes.line(fmt.Sprintf("%s found; writing the answer", many(len(e.Hits), "passage")))
			}
		case "token":
			if !c.json {
				notes.clear()
				if err := words.add(e.Token); err != nil {
					return err
				}
			}
		case "done":
			final = e.Answer
		case "error":
			if e.Error == nil {
				return errors.New("the question failed without a reason")
			}
			return e.Error
		}
		return nil
	})
	notes.clear()
	if !words.empty() && (err != nil || final == nil) {
		fmt.Fprintln(c.out)
	}
	if err != nil {
		return err
	}
	if final == nil {
		return gone(errors.New("the answer ended in the middle"))
	}
	out, err := c.answerOf(ctx, conn, final)
	if err != nil {
		return err
	}
	if c.json {
		err = c.print(out)
	} else {
		c.showAnswer(out, words)
		c.sayAge(out.IndexAge, conn)
	}
	if err == nil && !out.Found {
		return &exit{code: Nothing, quiet: true}
	}
	return err
}

func (c *command) answerOf(ctx context.Context, conn *Connection, a *agent.Answer) (answered, error) {
	out := answered{
		Answer: a.Text, Found: a.Found, Citations: []citation{}, Unsupported: a.Unsupported, Route: a.Route, Steps: a.Steps,
		Total: a.Total, Groups: a.Groups, Model: a.Model, Stopped: a.Stopped, IndexAge: a.IndexAge, Millis: a.Millis,
	}
	if out.Unsupported == nil {
		out.Unsupported = []string{}
	}
	if out.Steps == nil {
		out.Steps = []agent.Step{}
	}
	for _, s := range a.Citations {
		raw, err := conn.pathBytes(ctx, s.ID, s.Path)
		if err != nil {
			return out, err
		}
		out.Citations = append(out.Citations, citation{
			N: s.N, ID: s.ID, Path: s.Path, PathBytes: raw, Kind: s.Kind, Title: s.Title, Date: dateOf(s.Date),
			Quote: s.Quote, Position: s.Position,
		})
	}
	if a.Route != agent.RouteAnswer {
		hits, err := hitsOf(ctx, conn, a.Hits)
		if err != nil {
			return out, err
		}
		out.Hits = hits
	}
	return out, nil
}

// showAnswer prints what did not stream: the text as the checks left it, what no source says,
// and the sources.
func (c *command) showAnswer(a answered, words *streamed) {
	words.replace(a.Answer)
	for _, g := range a.Groups {
		fmt.Fprintf(c.out, "  %6d  %s\n", g.Count, printable(g.Value))
	}
	for i, h := range a.Hits {
		c.showHit(i+1, h, 100)
		fmt.Fprintln(c.out)
	}
	for _, s := range a.Unsupported {
		fmt.Fprintf(c.out, "No source says: %s\n", oneLine(s, 400))
	}
	if len(a.Citations) > 0 {
		fmt.Fprintln(c.out, "\nSources:")
	}
	for _, s := range a.Citations {
		fmt.Fprintf(c.out, "[%d] %s\n    %s", s.N, oneLine(s.Title, 100), printable(s.Path))
		if where := place(s.Position); where != "" {
			fmt.Fprintf(c.out, ", %s", where)
		}
		fmt.Fprintf(c.out, "\n    “%s”\n", oneLine(s.Quote, 300))
	}
	if a.Stopped != "" {
		fmt.Fprintf(c.err, "The answer is incomplete: it stopped at a limit (%s).\n", a.Stopped)
	}
}
