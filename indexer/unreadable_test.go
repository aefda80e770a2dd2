//go:build unix

package indexer

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// nobody is the user without rights of most Unix systems.
const nobody = 65534

// asNobody runs the calling test again in a child that is not root.
func asNobody(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "unreadable") // the parents of t.TempDir are root's alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	binary := filepath.Join(dir, "test")
	in, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(binary, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Skip("this root may not become another user: ", err)
	}
	cmd := exec.Command(binary, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as another user: %v\n%s", err, said)
	}
}

func TestUnreadableFolderAndFile(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	b := start(t)
	b.write("open/a.txt", "lighthouse")
	b.write("closed/b.txt", "lighthouse")
	b.want("lighthouse", "closed/b.txt open/a.txt")
	closed := filepath.Join(b.root, "closed")
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(closed, 0o755) })
	_ = b.x.Rescan(t.Context())
	b.want("lighthouse", "closed/b.txt open/a.txt") // what was read is kept
	if o := b.outcome("closed"); o.Outcome != Failed {
		t.Errorf("the closed folder is %+v", o)
	}
	if err := os.Chmod(closed, 0o755); err != nil {
		t.Fatal(err)
	}
	_ = b.x.Rescan(t.Context())
	b.wait()
	if o := b.outcome("closed"); o.Outcome != "" {
		t.Errorf("the opened folder is still %+v", o)
	}
}
