//go:build !unix

package scan

import (
	"io/fs"
	"os"

	"steward/indexer/state"
)

func print(info fs.FileInfo) state.Print {
	return state.Print{Size: info.Size(), MTime: info.ModTime().UnixNano()}
}

func openFolder(dir string, _ bool) (*os.File, error) { return os.Open(dir) }
