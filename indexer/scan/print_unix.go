//go:build unix

package scan

import (
	"io/fs"
	"os"
	"syscall"

	"steward/indexer/state"
)

func print(info fs.FileInfo) state.Print {
	p := state.Print{Size: info.Size(), MTime: info.ModTime().UnixNano()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		p.Dev, p.Ino = uint64(st.Dev), uint64(st.Ino) //nolint:unconvert // the types differ between systems
	}
	return p
}

func openFolder(dir string, follow bool) (*os.File, error) {
	flags := os.O_RDONLY | syscall.O_DIRECTORY | syscall.O_NONBLOCK
	if !follow {
		flags |= syscall.O_NOFOLLOW
	}
	return os.OpenFile(dir, flags, 0)
}
