package extract

import (
	"os"
	"os/exec"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// separate gives the child a network of its own, with nothing in it, not even a loopback
// that is up. Without root this takes a user namespace of its own too.
func separate(cmd *exec.Cmd) bool {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
	cmd.SysProcAttr = attr
	return true
}

// limitMemory bounds the process's private writable memory. That is RLIMIT_DATA, not
// RLIMIT_AS: Go and wazero reserve far more addresses than they use.
func limitMemory(bytes int64) {
	limit := unix.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)}
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &limit) // the limit of the Go runtime stays
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

// confine takes from the process the right to write anywhere but in dir, to run programs
// and to open TCP connections, as far as the kernel knows Landlock.
func confine(dir string) {
	rules := []landlock.Rule{landlock.PathAccess(landlock.AccessFSSet(unix.LANDLOCK_ACCESS_FS_READ_FILE|unix.LANDLOCK_ACCESS_FS_READ_DIR), "/")}
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err == nil {
			rules = append(rules, landlock.RWDirs(dir))
		}
	}
	_ = landlock.V5.BestEffort().Restrict(rules...) // one wall of several
}
