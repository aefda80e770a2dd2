package extract

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test binary be the child too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "parse-worker" {
		if err := ServeChild(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "faulty-worker" {
		faultyChild(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

// childCommand starts this binary as a child does; TestMain knows it by its argument, for a
// child has hardly any environment.
func childCommand() []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return []string{self, "parse-worker"}
}
