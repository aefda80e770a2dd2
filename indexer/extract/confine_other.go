//go:build !linux

package extract

import "os/exec"

// separate has no means here.
func separate(*exec.Cmd) bool { return false }

// limitMemory leaves it to the Go runtime's limit.
func limitMemory(int64) {}

// confine has no means here.
func confine(string) {}
