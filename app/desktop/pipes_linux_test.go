package desktop

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestResponsePipe(t *testing.T) {
	responsePipe() // what this test inherited
	var ends [2]int
	if err := syscall.Pipe2(ends[:], 0); err != nil { // as Wails makes it
		t.Fatal(err)
	}
	writer, found := responsePipe()
	if !found || writer != ends[1] {
		t.Fatalf("found %v %d, want %d", found, writer, ends[1])
	}
	if _, again := responsePipe(); again {
		t.Error("the same pipe was found twice")
	}
	child := exec.Command("ls", "-l", "/proc/self/fd")
	out, err := child.Output()
	if err != nil {
		t.Fatal(err)
	}
	link, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(writer))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), link) {
		t.Error("a child inherits the answer's pipe")
	}
	if unread(writer) {
		t.Error("the reader is taken for gone")
	}
	if err := syscall.Close(ends[0]); err != nil {
		t.Fatal(err)
	}
	if !unread(writer) {
		t.Error("the reader has gone, unseen")
	}
	if err := syscall.Close(writer); err != nil {
		t.Fatal(err)
	}
}
