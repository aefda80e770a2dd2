package desktop

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// responsePipe finds the writing end of the pipe that Wails has just made for an answer:
// the one that is not closed on exec. It marks both ends so, which also keeps a child
// from inheriting them: a model server started in mid-answer would hold the answer open.
// found is false if no pipe, or more than one, was new.
func responsePipe() (writer int, found bool) {
	const standardStreams = 2
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0, false
	}
	names, err := dir.Readdirnames(-1)
	_ = dir.Close() // opened for reading: nothing to lose
	if err != nil {
		return 0, false
	}
	writers := 0
	for _, name := range names {
		fd, err := strconv.Atoi(name)
		if err != nil || fd <= standardStreams {
			continue
		}
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC != 0 {
			continue
		}
		if target, err := os.Readlink("/proc/self/fd/" + name); err != nil || !strings.HasPrefix(target, "pipe:") {
			continue
		}
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, flags|unix.FD_CLOEXEC); err != nil {
			continue
		}
		if mode, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err == nil && mode&unix.O_ACCMODE == unix.O_WRONLY {
			writer = fd
			writers++
		}
	}
	return writer, writers == 1
}

// unread tells whether a pipe's reading end has been closed (poll(2): POLLERR).
func unread(writer int) bool {
	fds := []unix.PollFd{{Fd: int32(writer)}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n == 1 && fds[0].Revents&unix.POLLERR != 0
}
