package extract

import (
	"path/filepath"
	"strings"
)

// secretFolders are folders whose files hold keys, passwords or a browser's sessions. A
// pattern of several elements must occur in a row.
var secretFolders = []struct{ pattern, reason string }{
	{".ssh", "a folder of keys"},
	{".gnupg", "a folder of keys"},
	{".pki", "a folder of keys"},
	{".aws", "a folder of sign-in data"},
	{".azure", "a folder of sign-in data"},
	{".kube", "a folder of sign-in data"},
	{".docker", "a folder of sign-in data"},
	{".password-store", "a password store"},
	{".local/share/keyrings", "a password store"},
	{".local/share/kwalletd", "a password store"},
	{"library/keychains", "a password store"},
	{"etc/shadow", "a file of passwords"},
	{"etc/gshadow", "a file of passwords"},
	{".mozilla", "a browser's profile"},
	{".librewolf", "a browser's profile"},
	{".config/google-chrome", "a browser's profile"},
	{".config/chromium", "a browser's profile"},
	{".config/bravesoftware", "a browser's profile"},
	{".config/microsoft-edge", "a browser's profile"},
	{".config/vivaldi", "a browser's profile"},
	{".config/opera", "a browser's profile"},
	{"snap/firefox/common/.mozilla", "a browser's profile"},
	{"snap/chromium/common/chromium", "a browser's profile"},
	{"library/application support/firefox", "a browser's profile"},
	{"library/application support/google/chrome", "a browser's profile"},
	{"library/safari", "a browser's profile"},
	{"appdata/local/google/chrome/user data", "a browser's profile"},
	{"appdata/local/microsoft/edge/user data", "a browser's profile"},
	{"appdata/roaming/mozilla/firefox", "a browser's profile"},
}

// secretNames are whole file names.
var secretNames = map[string]string{
	".netrc": "a file of passwords", "_netrc": "a file of passwords", ".pgpass": "a file of passwords",
	".my.cnf": "a file of passwords", ".git-credentials": "a file of passwords", ".htpasswd": "a file of passwords",
	".npmrc": "a file of sign-in data", ".pypirc": "a file of sign-in data", "credentials.json": "a file of sign-in data",
	"logins.json": "a browser's passwords", "key3.db": "a browser's passwords", "key4.db": "a browser's passwords",
	"cookies.sqlite": "a browser's cookies", "login data": "a browser's passwords",
	"id_rsa": "a private key", "id_dsa": "a private key", "id_ecdsa": "a private key", "id_ed25519": "a private key",
	"id_ecdsa_sk": "a private key", "id_ed25519_sk": "a private key", "secring.gpg": "a private key",
	".envrc": "a file of secrets",
}

// secretSuffixes are endings of file names.
var secretSuffixes = []struct{ suffix, reason string }{
	{".kdbx", "a password store"},
	{".kdb", "a password store"},
	{".psafe3", "a password store"},
	{".opvault", "a password store"},
	{".agilekeychain", "a password store"},
	{".keychain", "a password store"},
	{".keychain-db", "a password store"},
	{".keyring", "a password store"},
	{".kwl", "a password store"},
	{".p12", "a private key"},
	{".pfx", "a private key"},
	{".ppk", "a private key"},
	{".jks", "a private key"},
	{".keystore", "a private key"},
	{".p8", "a private key"},
}

// envExamples are endings of .env files that are meant to be shared.
var envExamples = []string{".example", ".sample", ".template", ".dist", ".defaults"}

// Forbidden says whether the file or folder at path holds secrets and must never be read,
// and why in plain words. It looks at names alone and touches no disk; Extract looks at
// the content too and refuses private keys under any name. Case does not matter.
func Forbidden(path string) (reason string, yes bool) {
	clean := strings.ToLower(filepath.ToSlash(filepath.Clean(path)))
	around := "/" + strings.Trim(clean, "/") + "/"
	for _, f := range secretFolders {
		if strings.Contains(around, "/"+f.pattern+"/") {
			return f.reason + ", which is never read", true
		}
	}
	name := clean[strings.LastIndexByte(clean, '/')+1:]
	if why, ok := secretNames[name]; ok {
		return why + ", which is never read", true
	}
	for _, s := range secretSuffixes {
		if strings.HasSuffix(name, s.suffix) {
			return s.reason + ", which is never read", true
		}
	}
	if name == ".env" || strings.HasPrefix(name, ".env.") {
		for _, e := range envExamples {
			if strings.HasSuffix(name, e) {
				return "", false
			}
		}
		return "a file of secrets, which is never read", true
	}
	if strings.HasSuffix(name, ".env") {
		return "a file of secrets, which is never read", true
	}
	return "", false
}

// secretContent finds a private key in the first bytes of a file.
func secretContent(head []byte) (reason string, yes bool) {
	s := string(head)
	for {
		i := strings.Index(s, "-----BEGIN ")
		if i < 0 {
			break
		}
		s = s[i+len("-----BEGIN "):]
		line, _, _ := strings.Cut(s, "\n")
		if strings.Contains(line, "PRIVATE KEY") && strings.Contains(line, "-----") {
			return "a private key, which is never read", true
		}
	}
	if strings.HasPrefix(string(head), "PuTTY-User-Key-File-") {
		return "a private key, which is never read", true
	}
	return "", false
}
