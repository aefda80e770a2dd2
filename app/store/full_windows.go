package store

import (
	"errors"
	"syscall"
)

// alone: Windows has no VFS of that kind; a full disk is said when the settings are opened.
const alone = ""

// ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of the Windows API.
func isFull(err error) bool {
	return errors.Is(err, syscall.Errno(39)) || errors.Is(err, syscall.Errno(112))
}
