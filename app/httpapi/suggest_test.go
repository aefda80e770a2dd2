package httpapi

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSuggestionsComeFromWhatIsThere(t *testing.T) {
	root := t.TempDir()
	p := person{
		home: root, config: filepath.Join(root, ".config"), data: filepath.Join(root, ".local", "share"),
		thunderbird: []string{filepath.Join(root, ".thunderbird")},
	}
	write := func(content string, name ...string) string {
		t.Helper()
		path := filepath.Join(append([]string{root}, name...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dir := func(name ...string) string {
		t.Helper()
		path := filepath.Join(append([]string{root}, name...)...)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("XDG_DOCUMENTS_DIR=\"$HOME/Papiere\"\nXDG_DESKTOP_DIR=\"$HOME/\"\n# x\n", ".config", "user-dirs.dirs")
	papers, downloads := dir("Papiere"), dir("Downloads")
	for _, sub := range []string{"cur", "new", "tmp"} {
		dir("Maildir", sub)
	}
	mail := dir("Mail")
	write("[Profile0]\nPath=ab.default\nIsRelative=1\n", ".thunderbird", "profiles.ini")
	write(`user_pref("mail.server.server2.directory-rel", "[ProfD]ImapMail/imap.example.org");
user_pref("mail.server.server2.userName", "ada@example.org");
user_pref("mail.server.server2.name", "ada@example.org");
user_pref("mail.server.server2.port", 993);
`, ".thunderbird", "ab.default", "prefs.js")
	inbox := write("From - Thu Jan  1 00:00:00 2026\nSubject: x\n\n", ".thunderbird", "ab.default", "ImapMail", "imap.example.org", "INBOX")
	write("", ".thunderbird", "ab.default", "ImapMail", "imap.example.org", "INBOX.msf")
	write("x", ".thunderbird", "ab.default", "Mail", "Local Folders", "Trash.msf")
	evolution := dir(".local", "share", "evolution", "mail", "local")
	want := []SuggestedSource{
		{Path: papers, Kind: "folder", Name: "Papiere"},
		{Path: downloads, Kind: "folder", Name: "Downloads"},
		{Path: filepath.Join(root, "Maildir"), Kind: "maildir", Name: "Maildir"},
		{Path: mail, Kind: "folder", Name: "Mail"},
		{Path: filepath.Dir(inbox), Kind: "folder", Name: "Thunderbird mail of ada@example.org"},
		{Path: evolution, Kind: "folder", Name: "Evolution mail on this computer"},
	}
	if got := suggest(p); !slices.Equal(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	if got := suggest(person{}); len(got) != 0 {
		t.Fatalf("without a home folder: %+v", got)
	}
}
