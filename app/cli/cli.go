// Package cli owns the command line: what its commands and flags are called, what they
// print and with which code they end. Every command speaks to the one http.Handler that the
// window speaks to, in another process or in this one; it refuses to open the index, the
// store or a model by itself.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"steward/app/httpapi"
)

// The exit codes, stable from the first release on. A command that was interrupted ends
// with 130, as shells have it.
const (
	Done        = 0
	Nothing     = 1 // nothing was found
	WrongUse    = 2
	Unavailable = 3 // a part is unavailable; the message says which
	Interrupted = 130
)

// Runtime says what a command needs of the model server.
type Runtime int

// The needs there are.
const (
	NoRuntime    Runtime = iota
	FindRuntime          // one that is running already, if there is one
	StartRuntime         // one, started if need be
)

// Needs say what a command needs when no other process has the home open.
type Needs struct {
	// Indexing keeps the index up to date while the command runs; without it the index is
	// only read.
	Indexing bool
	Runtime  Runtime
}

// Connection reaches the handler of whoever has the home open.
type Connection struct {
	// Client reaches the handler under any host name.
	Client *http.Client
	// Running is true when that is another process.
	Running bool
	// Close ends what was started for this connection.
	Close func() error
}

// Host is what the command line runs in.
type Host interface {
	// Connect finds the process that has the home open, or opens it in this one. Its errors
	// are an *httpapi.Error or say what to do themselves.
	Connect(ctx context.Context, n Needs) (*Connection, error)
	// Serve answers browsers on addr until ctx ends and tells the address with its token.
	Serve(ctx context.Context, addr string, ready func(address string)) error
	// Start opens the window where there is one, and else serves as Serve does.
	Start(ctx context.Context, ready func(address string)) error
	// Version is this program's.
	Version() string
}

// command is one run of the command line.
type command struct {
	host     Host
	out, err io.Writer
	now      func() time.Time
	json     bool
}

// exit ends the command with a code; a message, if any, was not printed yet.
type exit struct {
	code  int
	err   error
	quiet bool // all was said already
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func wrongUse(format string, args ...any) error {
	return &exit{code: WrongUse, err: &httpapi.Error{Code: "bad_request", Message: fmt.Sprintf(format, args...)}}
}

// Run runs one command and gives its exit code.
func Run(ctx context.Context, host Host, args []string, out, errOut io.Writer) int {
	c := &command{host: host, out: out, err: errOut, now: time.Now}
	root := c.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	return c.end(ctx, root.ExecuteContext(ctx))
}

// end says what went wrong and finds the code for it.
func (c *command) end(ctx context.Context, err error) int {
	if err == nil {
		return Done
	}
	var e *exit
	if errors.As(err, &e) && e.quiet {
		return e.code
	}
	code := codeOf(err)
	if ctx.Err() != nil {
		code = Interrupted
	}
	if errors.Is(err, syscall.EPIPE) {
		return code // the reader has gone and wants to hear nothing
	}
	told := httpapi.AsError(err)
	if code == WrongUse && told.Code == "internal" {
		told = &httpapi.Error{Code: "bad_request", Message: err.Error(), Fix: "See `steward help`."}
	}
	if code == Interrupted {
		told = &httpapi.Error{Code: "cancelled", Message: "Interrupted."}
	}
	if c.json {
		_ = json.NewEncoder(c.out).Encode(map[string]any{"error": told})
	}
	text := "steward: " + printable(told.Message)
	if told.Part != "" && !strings.Contains(strings.ToLower(told.Message), told.Part) {
		text = "steward: " + told.Part + ": " + printable(told.Message)
	}
	if told.Fix != "" {
		text += "\n  " + printable(told.Fix)
	}
	fmt.Fprintln(c.err, text)
	return code
}

func codeOf(err error) int {
	var (
		e    *exit
		told *httpapi.Error
		use  *usage
	)
	switch {
	case errors.As(err, &e):
		return e.code
	case errors.As(err, &use):
		return WrongUse
	case errors.As(err, &told):
		switch told.Code {
		case "bad_request":
			return WrongUse
		case "not_found":
			return Nothing
		}
	}
	return Unavailable
}

// usage marks what cobra finds wrong with flags and arguments.
type usage struct{ error }

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "steward",
		Short: "A private chief of staff on your own computer",
		Long: "Steward reads your files and mail where they lie and answers from them, with sources.\n" +
			"Nothing leaves this computer. Without a command it opens the window, or serves the same\n" +
			"interface on this computer's loopback address where there is no screen.\n\n" +
			"Exit codes: 0 done, 1 nothing found, 2 wrong use, 3 a part is unavailable.\n" +
			"Data lies in $STEWARD_HOME, by default in the system's own place.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &usage{fmt.Errorf("there is no command %q: see `steward help`", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.host.Start(cmd.Context(), c.sayAddress)
		},
	}
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print JSON, one value or one a line")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(c.add(), c.remove(), c.index(), c.coverage(), c.search(), c.ask(),
		c.doctor(), c.serve(), c.setup(), c.version())
	for _, sub := range append(root.Commands(), root) {
		sub.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
			return &usage{fmt.Errorf("%w: see `%s --help`", err, cmd.CommandPath())}
		})
		if check := sub.Args; check != nil {
			sub.Args = func(cmd *cobra.Command, args []string) error {
				if err := check(cmd, args); err != nil {
					return &usage{fmt.Errorf("%w: usage: %s", err, cmd.UseLine())}
				}
				return nil
			}
		}
	}
	return root
}

// print writes the command's JSON result.
func (c *command) print(value any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

func (c *command) sayAddress(address string) {
	if c.json {
		_ = c.print(httpapi.NativeAddress{Address: address})
		return
	}
	fmt.Fprintf(c.out, "Steward is at %s\n", address)
	fmt.Fprintln(c.err, "The address serves once; `steward serve` prints a new one at any time. Ctrl-C ends Steward.")
}

// isTerminal tells whether w is a terminal somebody looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && info.Mode()&os.ModeDevice != 0 && f.Name() != os.DevNull
}
