//go:build !windows

package httpapi

import (
	"io/fs"
	"syscall"
)

// links gives how many names the file has.
func links(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Nlink)
	}
	return 1
}
