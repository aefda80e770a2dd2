//go:build !windows

package store

import (
	"errors"
	"syscall"
)

// alone has SQLite keep the index of its log in memory rather than in a file of its own, for
// which a full disk has no room: what is stored can then be read whatever the disk. The
// home's lock lets no second process in (sqlite.org/vfs.html, "unix-excl").
const alone = "&vfs=unix-excl"

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
