package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"

	"github.com/spf13/cobra"

	"steward/app/httpapi"
)

func (c *command) doctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check runtime, models, index, folders, permissions and disk, and say what to do",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			conn, closeConn, err := c.connect(ctx, Needs{Runtime: StartRuntime})
			if err != nil {
				return err
			}
			defer closeConn(&err)
			var checks []httpapi.Check
			if err := conn.call(ctx, http.MethodGet, "/api/doctor", nil, &checks); err != nil {
				return err
			}
			wrong := false
			for _, k := range checks {
				wrong = wrong || !k.OK
			}
			if c.json {
				err = c.print(checks)
			} else {
				c.showChecks(checks)
			}
			if err == nil && wrong {
				return &exit{code: Unavailable, quiet: true}
			}
			return err
		},
	}
}

func (c *command) showChecks(checks []httpapi.Check) {
	for _, k := range checks {
		mark := "ok   "
		if !k.OK {
			mark = "WRONG"
		}
		fmt.Fprintf(c.out, "%s  %-11s  ", mark, k.Part)
		if k.Subject != "" {
			fmt.Fprintf(c.out, "%s: ", printable(k.Subject))
		}
		fmt.Fprintln(c.out, printable(k.Message))
		if !k.OK && k.Fix != "" {
			fmt.Fprintf(c.out, "                    %s\n", printable(k.Fix))
		}
	}
}

func (c *command) serve() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the interface on this computer's loopback address and keep the index fresh",
		Long: "Prints the address with a token that serves once, and runs until interrupted. When a Steward\n" +
			"runs already, it prints a new address of that one, if it serves, and ends with 3.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.host.Serve(cmd.Context(), addr, c.sayAddress)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "the loopback address and port; port 0 is any free one")
	return cmd
}

func (c *command) setup() *cobra.Command {
	var model, embed string
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Get a model server and models, unless they are there",
		Long: "Uses your own Ollama and its models where there are any. What is missing is downloaded, checked\n" +
			"and kept; an interrupted download goes on where it was. Without --model, the best model for\n" +
			"this computer's memory is taken.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			conn, closeConn, err := c.connect(ctx, Needs{Runtime: StartRuntime})
			if err != nil {
				return err
			}
			defer closeConn(&err)
			for _, want := range []struct{ role, name string }{{"chat", model}, {"embed", embed}} {
				if err := c.install(ctx, conn, want.role, want.name); err != nil {
					return err
				}
			}
			var m httpapi.Models
			if err := conn.call(ctx, http.MethodGet, "/api/models", nil, &m); err != nil {
				return err
			}
			if c.json {
				return c.print(m)
			}
			for _, i := range m.Installed {
				if i.InUse {
					fmt.Fprintf(c.out, "%s: %s (%s)\n", map[string]string{"chat": "Model", "embed": "Embeddings"}[i.Role], printable(i.Name), size(i.Bytes))
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&model, "model", "", "the chat model to get")
	cmd.Flags().StringVar(&embed, "embed", "", "the embedding model to get")
	return cmd
}

// install gets the named model of a role; for "" the recommended one, unless one is there.
func (c *command) install(ctx context.Context, conn *Connection, role, name string) error {
	var m httpapi.Models
	if err := conn.call(ctx, http.MethodGet, "/api/models", nil, &m); err != nil {
		return err
	}
	if name == "" {
		for _, i := range m.Installed {
			if i.Role == role {
				return nil
			}
		}
		for _, a := range m.Recommended {
			if a.Role == role && (a.Best || name == "") {
				name = a.Name
			}
		}
		if name == "" {
			return &httpapi.Error{
				Code: "unavailable", Part: "model", Message: "No " + role + " model can be recommended for this computer.",
				Fix: "Name one with --model or --embed.",
			}
		}
	}
	bar := c.bar()
	done := false
	err := stream(ctx, conn, "/api/models/install", httpapi.ModelRequest{Name: name}, func(p httpapi.Progress) error {
		if p.Error != nil {
			return p.Error
		}
		done = p.Done
		bar.long(p)
		return nil
	})
	if bar.shown {
		fmt.Fprintln(c.err)
	}
	if err == nil && !done {
		err = gone(errors.New("the download ended in the middle"))
	}
	return err
}

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if c.json {
				return c.print(map[string]string{
					"version": c.host.Version(), "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH,
				})
			}
			fmt.Fprintf(c.out, "steward %s (%s, %s/%s)\n", c.host.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
