package extract

import (
	"strings"
	"testing"

	"steward/indexer/document"
)

// TestForbidden checks both ways: what must never be read, and what must not be kept from
// a person for looking like it.
func TestForbidden(t *testing.T) {
	for _, path := range []string{
		"/home/ada/.ssh/config", "/home/ada/.ssh", "/home/ada/.gnupg/pubring.kbx", "/home/ada/keys/id_rsa", "/home/ada/id_ed25519",
		"/home/ada/Passwords.KDBX", "/srv/app/.env", "/srv/app/.env.production", "/srv/app/prod.env", "/home/ada/.netrc", "/home/ada/.pgpass",
		"/home/ada/.mozilla/firefox/x.default/logins.json", "/home/ada/.config/google-chrome/Default/Login Data", "/home/ada/.config/chromium/Default/Cookies",
		"/home/ada/.password-store/bank.gpg", "/home/ada/.local/share/keyrings/login.keyring", "/home/ada/.aws/credentials", "/home/ada/.kube/config",
		"/Users/ada/Library/Keychains/login.keychain-db", "/home/ada/cert.p12", "/home/ada/putty.ppk", "/etc/shadow", "/home/ada/.git-credentials",
		"/home/ada/snap/firefox/common/.mozilla/firefox/x/places.sqlite", "/home/ada/caf\xe9/.ssh/id",
	} {
		if reason, yes := Forbidden(path); !yes || !strings.HasSuffix(reason, "which is never read") {
			t.Errorf("%s may be read (%q)", path, reason)
		}
	}
	for _, path := range []string{
		"/home/ada/letter.txt", "/home/ada/ssh/notes.txt", "/home/ada/environment.txt", "/srv/app/.env.example", "/home/ada/env",
		"/home/ada/id_rsa.pub", "/home/ada/keys.txt", "/home/ada/passwords-policy.md", "/home/ada/chromium/readme", "/home/ada/Shadow", "/usr/share/doc/passwd/shadow.txt",
		"/home/ada/mozilla/firefox.txt", "/home/ada/aws/credentials.md", "/home/ada/kdbx.txt", "/home/ada/monkey.pdf", "/",
	} {
		if reason, yes := Forbidden(path); yes {
			t.Errorf("%s may not be read: %s", path, reason)
		}
	}
}

// TestSecretContent checks that a private key is known under any name, and a public one read.
func TestSecretContent(t *testing.T) {
	for text, want := range map[string]bool{
		"-----BEGIN RSA PRIVATE KEY-----\nMII": true, "-----BEGIN PRIVATE KEY-----\nMII": true, "-----BEGIN PGP PRIVATE KEY BLOCK-----\n": true,
		"-----BEGIN CERTIFICATE-----\nMII\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n": true, "PuTTY-User-Key-File-3: ssh-ed25519\n": true,
		"-----BEGIN CERTIFICATE-----\nMII": false, "-----BEGIN PUBLIC KEY-----\nMII": false, "he spoke of a PRIVATE KEY": false, "": false,
	} {
		if _, yes := secretContent([]byte(text)); yes != want {
			t.Errorf("%q: %v", text, yes)
		}
	}
}

// TestSniff checks that the content decides, and the name only among kinds of text.
func TestSniff(t *testing.T) {
	for _, c := range []struct{ name, head, format, reason string }{
		{"a.pdf", "just text\n", formatText, ""},
		{"a.txt", "%PDF-1.4\n", formatPDF, ""},
		{"a.txt", "<!DOCTYPE html>\n<html>", formatHTML, ""},
		{"a.md", "<div align=center>\n\n# Title\n", formatMarkdown, ""},
		{"a", "#!/bin/sh\necho\n", formatSource, ""},
		{"a.xml", "<?xml version=\"1.0\"?><book/>", formatSource, ""},
		{"a.svg", "<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>", "", "an image; text in images is not read yet"},
		{"a.dat", "a;b;c\n1;2;3\n4;5;6\n7;8;9\n1;2;3\n4;5;6\n", formatCSV, ""},
		{"a.txt", "one, two, three\nfour, five, six\nseven, eight, nine\na, b, c\nd, e, f\n", formatText, ""},
		{"README", "# Title\n\n- [x](y) z\n\n## More\n\n```\ncode\n```\n", formatMarkdown, ""},
		{"a", "From a@example.org Mon May  6 08:00:00 2024\nSubject: x\n\n", formatMbox, ""},
		{"a.rtf", `{\rtf1 text}`, "", "a rich text file (RTF), which is not read yet"},
		{"a.1", ".TH A 1\n.SH NAME\n", formatTroff, ""},
		{"a.go", "package a\n", formatSource, ""},
		{"a.wav", "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "", "sound or film"},
	} {
		k := sniff([]byte(c.head), c.name)
		if k.format != c.format || k.reason != c.reason {
			t.Errorf("%s %q: %+v", c.name, c.head, k)
		}
	}
}

// TestCutter checks where passages end.
func TestCutter(t *testing.T) {
	var c cutter
	sentence := "This sentence has exactly fifty bytes, if you count. "
	c.line(strings.Repeat(sentence, 40), 7)
	p := c.end()
	for i, one := range p {
		if !strings.HasSuffix(one.Text, ".") || len(one.Text) > passageMax || one.Position.Line != 7 || one.Position.LineEnd != 7 {
			t.Errorf("passage %d, line %d to %d, ends %q", i, one.Position.Line, one.Position.LineEnd, one.Text[len(one.Text)-10:])
		}
	}
	c = cutter{}
	c.line(strings.Repeat("今天天气很好，我们去公园散步。", 60), 1)
	for _, one := range c.end() {
		if !strings.HasSuffix(one.Text, "。") {
			t.Errorf("a Chinese passage ends %q", one.Text[len(one.Text)-12:])
		}
	}
	c = cutter{}
	c.line(strings.Repeat("x", 5000), 1)
	if p := c.end(); len(p) != 5 {
		t.Errorf("%d passages of a word of 5,000 bytes", len(p))
	}
	c = cutter{}
	for i := range 100 {
		c.line("line", i+1)
		if i%10 == 9 {
			c.at(document.Position{Page: i}, false)
		}
	}
	if p := c.end(); len(p) != 10 || p[3].Position.Line != 31 || p[3].Position.LineEnd != 40 {
		t.Errorf("%d passages of ten pages: %+v", len(p), p)
	}
}
