package httpapi

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// person says where somebody's things lie.
type person struct {
	home   string
	config string // XDG_CONFIG_HOME
	data   string // XDG_DATA_HOME
	// thunderbird are the folders that may hold a profiles.ini.
	thunderbird []string
}

func thisPerson() person {
	home, err := os.UserHomeDir()
	if err != nil {
		return person{}
	}
	or := func(name, fallback string) string {
		if v := os.Getenv(name); filepath.IsAbs(v) {
			return v
		}
		return filepath.Join(home, fallback)
	}
	p := person{home: home, config: or("XDG_CONFIG_HOME", ".config"), data: or("XDG_DATA_HOME", ".local/share")}
	switch runtime.GOOS {
	case "darwin":
		p.thunderbird = []string{filepath.Join(home, "Library", "Thunderbird")}
	case "windows":
		p.thunderbird = []string{filepath.Join(os.Getenv("APPDATA"), "Thunderbird")}
	default:
		p.thunderbird = []string{
			filepath.Join(home, ".thunderbird"),
			filepath.Join(home, ".var", "app", "org.mozilla.Thunderbird", ".thunderbird"),
			filepath.Join(home, "snap", "thunderbird", "common", ".thunderbird"),
		}
	}
	return p
}

// suggest finds folders and mailboxes a person probably wants to add. It looks at names
// and at the settings files of mail programs, never into mail.
func suggest(p person) []SuggestedSource {
	if p.home == "" {
		return nil
	}
	var found []SuggestedSource
	add := func(path, kind, name string) {
		if !slices.ContainsFunc(found, func(s SuggestedSource) bool { return s.Path == path }) {
			found = append(found, SuggestedSource{Path: path, Kind: kind, Name: name})
		}
	}
	dirs := userDirs(p)
	for _, d := range []struct{ key, name string }{
		{"XDG_DOCUMENTS_DIR", "Documents"}, {"XDG_DESKTOP_DIR", "Desktop"}, {"XDG_DOWNLOAD_DIR", "Downloads"},
	} {
		path := dirs[d.key]
		if path == "" {
			path = filepath.Join(p.home, d.name)
		}
		// A folder that is not set is written as the home folder itself.
		if path != p.home && isDir(path) {
			add(path, "folder", filepath.Base(path))
		}
	}
	for _, name := range []string{"Maildir", "Mail", "mail"} {
		path := filepath.Join(p.home, name)
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			continue
		}
		add(path, kindOf(path, fs.FileInfoToDirEntry(info)), name)
	}
	for _, root := range p.thunderbird {
		for _, account := range thunderbird(root) {
			add(account.Path, account.Kind, account.Name)
		}
	}
	if path := filepath.Join(p.data, "evolution", "mail", "local"); isDir(path) {
		add(path, kindOfDir(path), "Evolution mail on this computer")
	}
	return found
}

// userDirs reads user-dirs.dirs of xdg-user-dirs: KEY="$HOME/Name" or KEY="/absolute".
func userDirs(p person) map[string]string {
	dirs := map[string]string{}
	for _, line := range readLines(filepath.Join(p.config, "user-dirs.dirs")) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || !strings.HasPrefix(key, "XDG_") {
			continue
		}
		value = strings.Trim(value, `"`)
		if rest, ok := strings.CutPrefix(value, "$HOME"); ok {
			value = p.home + rest
		}
		if filepath.IsAbs(value) {
			dirs[key] = filepath.Clean(value)
		}
	}
	return dirs
}

var serverPref = regexp.MustCompile(`^user_pref\("mail\.server\.([^."]+)\.([a-zA-Z-]+)", "((?:[^"\\]|\\.)*)"\);`)

// thunderbird finds the accounts of all profiles: a folder of mbox files each.
func thunderbird(root string) []SuggestedSource {
	var found []SuggestedSource
	for _, line := range readLines(filepath.Join(root, "profiles.ini")) {
		path, ok := strings.CutPrefix(strings.TrimSpace(line), "Path=")
		if !ok {
			continue
		}
		profile := filepath.FromSlash(path)
		if !filepath.IsAbs(profile) {
			profile = filepath.Join(root, profile)
		}
		names := map[string]string{} // by the account's folder
		servers := map[string]map[string]string{}
		for _, line := range readLines(filepath.Join(profile, "prefs.js")) {
			if m := serverPref.FindStringSubmatch(line); m != nil {
				if servers[m[1]] == nil {
					servers[m[1]] = map[string]string{}
				}
				servers[m[1]][m[2]] = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(m[3])
			}
		}
		for _, s := range servers {
			dir := s["directory"]
			if rest, ok := strings.CutPrefix(s["directory-rel"], "[ProfD]"); ok {
				dir = filepath.Join(profile, filepath.FromSlash(rest))
			}
			name := s["name"]
			if name == "" || !strings.Contains(name, "@") && strings.Contains(s["userName"], "@") {
				name = s["userName"]
			}
			names[filepath.Clean(dir)] = name
		}
		for _, kind := range []string{"ImapMail", "Mail"} {
			entries, err := os.ReadDir(filepath.Join(profile, kind))
			if err != nil {
				continue
			}
			for _, e := range entries {
				dir := filepath.Join(profile, kind, e.Name())
				if !e.IsDir() || !hasMail(dir) {
					continue
				}
				name := names[dir]
				switch {
				case name != "":
				case e.Name() == "Local Folders":
					name = e.Name()
				default:
					name = strings.TrimPrefix(e.Name(), "imap.")
				}
				found = append(found, SuggestedSource{Path: dir, Kind: "folder", Name: "Thunderbird mail of " + name})
			}
		}
	}
	return found
}

// hasMail tells whether a folder holds a mailbox that is not empty, also one level down.
func hasMail(dir string) bool {
	for _, pattern := range []string{"*", "*.sbd/*"} {
		files, _ := filepath.Glob(filepath.Join(globEscape(dir), pattern))
		for _, f := range files {
			if info, err := os.Lstat(f); err == nil && kindOf(f, fs.FileInfoToDirEntry(info)) == "mbox" {
				return true
			}
		}
	}
	return false
}

func globEscape(s string) string {
	return regexp.MustCompile(`[*?[\\]`).ReplaceAllString(s, `\$0`)
}

// kindOf tells a folder ("folder"), a Maildir ("maildir") and an mbox file ("mbox") apart;
// anything else is "". A link is followed once, as a person would.
func kindOf(path string, e fs.DirEntry) string {
	if e.Type()&fs.ModeSymlink != 0 {
		info, err := os.Stat(path)
		if err != nil {
			return ""
		}
		e = fs.FileInfoToDirEntry(info)
	}
	if e.IsDir() {
		return kindOfDir(path)
	}
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case !e.Type().IsRegular():
		return ""
	case ext == ".mbox" || ext == ".mbx":
		return "mbox"
	case ext == "" && startsLikeMbox(path):
		return "mbox"
	}
	return ""
}

func kindOfDir(path string) string {
	for _, sub := range []string{"cur", "new", "tmp"} {
		if !isDir(filepath.Join(path, sub)) {
			return "folder"
		}
	}
	return "maildir"
}

// startsLikeMbox looks for the "From " line of RFC 4155.
func startsLikeMbox(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var start [5]byte
	_, err = io.ReadFull(f, start[:])
	return err == nil && bytes.Equal(start[:], []byte("From "))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readLines gives the lines of a small text file, at most 4 MB of it; none when it cannot be read.
func readLines(path string) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	var lines []string
	s := bufio.NewScanner(io.LimitReader(f, 4<<20))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	return lines
}

// KindOf gives what a source at path is: "folder", "maildir", "mbox" or "file".
func KindOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	kind := kindOf(path, fs.FileInfoToDirEntry(info))
	if kind == "" {
		kind = "file"
	}
	return kind, nil
}
