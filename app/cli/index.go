package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"steward/app/httpapi"
	"steward/indexer/query"
)

func (c *command) add() *cobra.Command {
	var wait, noWait bool
	cmd := &cobra.Command{
		Use:   "add PATH...",
		Short: "Add folders, mailboxes or files, and index them",
		Long: "Adds folders, Maildirs, mbox files or single files. It returns when they can be searched by\n" +
			"their words; with --wait when they can be searched by meaning, too; with --no-wait at once.\n" +
			"While the window or `steward serve` runs, the work goes on there in any case; else what is\n" +
			"left is done when Steward runs next.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if wait && noWait {
				return wrongUse("--wait and --no-wait exclude each other.")
			}
			paths, err := absolute(args)
			if err != nil {
				return err
			}
			for _, p := range paths {
				if _, err := os.Stat(p); errors.Is(err, fs.ErrNotExist) {
					return wrongUse("There is no %s.", p)
				}
			}
			ctx := cmd.Context()
			need := Needs{Indexing: !noWait}
			if wait {
				need.Runtime = StartRuntime
			}
			conn, closeConn, err := c.connect(ctx, need)
			if err != nil {
				return err
			}
			defer closeConn(&err)
			var sources []httpapi.Source
			if err := conn.call(ctx, http.MethodPost, "/api/sources", sourcePaths(paths), &sources); err != nil {
				return err
			}
			if !noWait {
				state, err := c.follow(ctx, conn, httpapi.IndexRequest{Wait: wait, Words: !wait})
				if err != nil {
					return err
				}
				if err := conn.call(ctx, http.MethodGet, "/api/sources", nil, &sources); err != nil {
					return err
				}
				c.sayMeaning(state, conn)
			}
			if c.json {
				return c.print(sources)
			}
			for _, s := range sources {
				if !named(s, paths) {
					continue
				}
				fmt.Fprintf(c.out, "Added %s (%s)", printable(s.Path), s.Kind)
				if !noWait {
					fmt.Fprintf(c.out, ": %s, %s", many(s.Files, "file"), many(s.Documents, "document"))
					if s.Failed > 0 {
						fmt.Fprintf(c.out, ", %d could not be read (`steward coverage` says why)", s.Failed)
					}
				}
				fmt.Fprintln(c.out, ".")
				if s.Notice != "" {
					fmt.Fprintln(c.err, "  "+printable(s.Notice))
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when everything can be searched by meaning, too")
	cmd.Flags().BoolVar(&noWait, "no-wait", false, "return at once")
	return cmd
}

func (c *command) remove() *cobra.Command {
	return &cobra.Command{
		Use:   "remove PATH...",
		Short: "Forget what was added; the files themselves are not touched",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			paths, err := absolute(args)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			conn, closeConn, err := c.connect(ctx, Needs{})
			if err != nil {
				return err
			}
			defer closeConn(&err)
			var sources []httpapi.Source
			if err := conn.call(ctx, http.MethodGet, "/api/sources", nil, &sources); err != nil {
				return err
			}
			for _, p := range paths {
				if !has(sources, p) {
					return &exit{code: Nothing, err: &httpapi.Error{
						Code: "not_found", Message: p + " was not added.", Fix: "`steward doctor` lists what was.",
					}}
				}
			}
			if err := conn.call(ctx, http.MethodDelete, "/api/sources", sourcePaths(paths), &sources); err != nil {
				return err
			}
			if c.json {
				return c.print(sources)
			}
			for _, p := range paths {
				fmt.Fprintf(c.out, "Removed %s. Nothing that lies there was touched.\n", printable(p))
			}
			return nil
		},
	}
}

func (c *command) index() *cobra.Command {
	var once, wait, watch bool
	cmd := &cobra.Command{
		Use:   "index",
		Short: "Compare everything with the disk and index what changed",
		Long: "Compares every source with the disk. It returns when what changed can be searched by its\n" +
			"words; with --wait when it can be searched by meaning, too. While the window or `steward\n" +
			"serve` runs, that process does the work. --once says the same as no flag, for scripts;\n" +
			"--watch keeps watching, until interrupted.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if once && watch {
				return wrongUse("--once and --watch exclude each other.")
			}
			ctx := cmd.Context()
			need := Needs{Indexing: true, Runtime: FindRuntime}
			if wait || watch {
				need.Runtime = StartRuntime
			}
			conn, closeConn, err := c.connect(ctx, need)
			if err != nil {
				return err
			}
			defer closeConn(&err)
			state, err := c.follow(ctx, conn, httpapi.IndexRequest{Wait: wait, Words: !wait})
			if err != nil {
				return err
			}
			if c.json {
				if err := c.print(state); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(c.out, "The index holds %s of %s.\n", many(state.Documents, "document"), many(state.Files, "file"))
				c.sayMeaning(state, conn)
				for _, n := range state.Notices {
					fmt.Fprintln(c.err, printable(n))
				}
			}
			if watch && !conn.Running {
				fmt.Fprintln(c.err, "Watching for changes; Ctrl-C ends it.")
				<-ctx.Done()
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "compare once and return (what it does without flags, too)")
	cmd.Flags().BoolVar(&wait, "wait", false, "return when everything can be searched by meaning, too")
	cmd.Flags().BoolVar(&watch, "watch", false, "keep watching until interrupted")
	return cmd
}

// follow shows the index at work until it has done what was asked.
func (c *command) follow(ctx context.Context, conn *Connection, req httpapi.IndexRequest) (query.Status, error) {
	bar := c.bar()
	defer bar.clear()
	var (
		last query.Status
		done bool
	)
	err := stream(ctx, conn, "/api/index", req, func(p httpapi.IndexProgress) error {
		last, done = p.Status, p.Done
		bar.index(p)
		if p.Error != nil {
			return p.Error
		}
		return nil
	})
	if err == nil && !done {
		err = gone(errors.New("it ended in the middle"))
	}
	return last, err
}

// sayMeaning tells what of the index can be found by meaning, if that is not all.
func (c *command) sayMeaning(s query.Status, conn *Connection) {
	if c.json || s.Embedded >= s.Embeddable {
		return
	}
	text := "Searchable by words now, by meaning %d of %d passages so far"
	if conn.Running {
		text += "; Steward goes on with that."
	} else {
		text += "; `steward index --wait` does the rest, and so does a running Steward."
	}
	fmt.Fprintf(c.err, text+"\n", s.Embedded, s.Embeddable)
}

func (c *command) coverage() *cobra.Command {
	var outcome, under string
	var limit, offset int
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Say what became of every file: read, partial, skipped or failed, and why",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			switch outcome {
			case "", "read", "partial", "skipped", "failed":
			default:
				return wrongUse("--outcome is one of read, partial, skipped and failed, not %q.", outcome)
			}
			if limit < 0 || offset < 0 {
				return wrongUse("--limit and --offset are not below 0.")
			}
			if under != "" {
				paths, err := absolute([]string{under})
				if err != nil {
					return err
				}
				under = paths[0]
			}
			ctx := cmd.Context()
			conn, closeConn, err := c.connect(ctx, Needs{})
			if err != nil {
				return err
			}
			defer closeConn(&err)
			if !cmd.Flags().Changed("limit") && !c.json {
				limit = 20
			}
			if outcome == "" && !c.json {
				return c.showCoverage(ctx, conn, under, limit, offset)
			}
			report, err := c.pages(ctx, conn, outcome, under, limit, offset)
			if err != nil {
				return err
			}
			if c.json {
				return c.print(report)
			}
			c.showFiles(report.Files, report.Total)
			return nil
		},
	}
	cmd.Flags().StringVar(&outcome, "outcome", "", "only files that were read, partial, skipped or failed")
	cmd.Flags().StringVar(&under, "under", "", "only files under this path")
	cmd.Flags().IntVar(&limit, "limit", 0, "files to list; 0 lists all (default 20, with --json all)")
	cmd.Flags().IntVar(&offset, "offset", 0, "files to pass over first")
	return cmd
}

// pages gets limit files of the report, or all for 0, page by page.
func (c *command) pages(ctx context.Context, conn *Connection, outcome, under string, limit, offset int) (httpapi.Coverage, error) {
	const page = 100
	var whole httpapi.Coverage
	for first := true; ; first = false {
		v := url.Values{}
		v.Set("outcome", outcome)
		v.Set("under", under)
		size := page
		if limit > 0 {
			size = min(page, limit-len(whole.Files))
		}
		v.Set("limit", strconv.Itoa(size))
		v.Set("offset", strconv.Itoa(offset+len(whole.Files)))
		var part httpapi.Coverage
		if err := conn.call(ctx, http.MethodGet, "/api/coverage?"+v.Encode(), nil, &part); err != nil {
			return whole, err
		}
		files := append(whole.Files, part.Files...)
		if first {
			whole = part
		}
		whole.Files = files
		if len(part.Files) < size || limit > 0 && len(files) >= limit {
			return whole, nil
		}
	}
}

func (c *command) showCoverage(ctx context.Context, conn *Connection, under string, limit, offset int) error {
	for i, outcome := range []string{"failed", "partial"} {
		report, err := c.pages(ctx, conn, outcome, under, limit, offset)
		if err != nil {
			return err
		}
		if i == 0 {
			fmt.Fprintf(c.out, "%d read, %d partial, %d skipped, %d failed\n", report.Read, report.Partial, report.Skipped, report.Failed)
			for _, r := range report.Reasons {
				fmt.Fprintf(c.out, "  %-8s %6d  %s\n", r.Outcome, r.Count, printable(r.Reason))
			}
		}
		c.showFiles(report.Files, report.Total)
	}
	return nil
}

func (c *command) showFiles(files []httpapi.CoveredFile, total int) {
	for _, f := range files {
		fmt.Fprintf(c.out, "%s  %s", f.Outcome, printable(f.Path))
		if f.Reason != "" {
			fmt.Fprintf(c.out, ": %s", printable(f.Reason))
		}
		fmt.Fprintln(c.out)
	}
	if n := total - len(files); n > 0 && len(files) > 0 {
		fmt.Fprintf(c.err, "… and %d more; --limit 0 lists all.\n", n)
	}
}

// absolute gives the paths as the handler wants them: absolute and clean, byte for byte.
func absolute(args []string) ([]string, error) {
	paths := make([]string, len(args))
	for i, a := range args {
		if a == "" {
			return nil, wrongUse("A path is empty.")
		}
		p, err := filepath.Abs(a)
		if err != nil {
			return nil, err
		}
		paths[i] = p
	}
	return paths, nil
}

func sourcePaths(paths []string) httpapi.SourcePaths {
	out := httpapi.SourcePaths{Paths: []string{}}
	for _, p := range paths {
		if utf8.ValidString(p) {
			out.Paths = append(out.Paths, p)
		} else {
			out.PathsBytes = append(out.PathsBytes, []byte(p))
		}
	}
	return out
}

func has(sources []httpapi.Source, path string) bool {
	for _, s := range sources {
		if pathOf(s) == path {
			return true
		}
	}
	return false
}

func named(s httpapi.Source, paths []string) bool {
	for _, p := range paths {
		if pathOf(s) == p {
			return true
		}
	}
	return false
}

func pathOf(s httpapi.Source) string {
	if s.PathBytes != nil {
		return string(s.PathBytes)
	}
	return s.Path
}
