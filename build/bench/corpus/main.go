// Command corpus writes mail and files to measure with: threads, attachments, many
// encodings, and planted facts with a key, all decided by one seed. It owns how the
// test material looks and measures nothing itself.
//
// Its words come from the documentation that lies on this machine, so two machines
// with different packages give different text; one machine with one seed gives the
// same bytes every time.
//
//	go run ./build/bench/corpus -out DIR [-mails 20000] [-files 0] [-seed 1]
//
// DIR must not lie inside the source tree. It receives mail/ (mbox files, a Maildir
// with folders, single .eml files), files/ (plain text), facts.json (question, message
// and fact) and queries.json (searches with their kind).
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "", "folder to write to; created, must be empty or absent")
	mails := flag.Int("mails", 20000, "messages to write")
	files := flag.Int("files", 0, "plain files to write")
	facts := flag.Int("facts", 200, "facts to plant, at most 1,600")
	seed := flag.Uint64("seed", 1, "decides every byte")
	sources := flag.String("sources", strings.Join(defaultSources, ":"), "folders of real text, separated by colons")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(*out, *mails, *files, *facts, *seed, strings.Split(*sources, ":")); err != nil {
		log.Fatal("corpus: ", err)
	}
}

// write makes the whole corpus under out.
func write(out string, mails, files, facts int, seed uint64, sources []string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := outsideTree(out); err != nil {
		return err
	}
	if entries, err := os.ReadDir(out); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty; name another folder or remove it", out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	start := time.Now()
	texts, err := findTexts(sources)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seed, 0x5354455741524421))
	if mails > 0 {
		prose, err := readProse(texts, 6<<20)
		if err != nil {
			return err
		}
		w, err := newWriter(filepath.Join(out, "mail"))
		if err != nil {
			return err
		}
		g := newGenerator(r, prose, w, facts, mails)
		if err := errors.Join(g.run(mails), w.close()); err != nil {
			return err
		}
		for i := range g.facts {
			g.facts[i].Path, _ = filepath.Rel(out, g.facts[i].Path)
		}
		if err := writeJSON(filepath.Join(out, "facts.json"), g.facts); err != nil {
			return err
		}
		if err := writeJSON(filepath.Join(out, "queries.json"), g.queries.list(r)); err != nil {
			return err
		}
		log.Printf("mail: %d messages, %d threads, %d attachments, %.1f MB in %s; %d facts planted",
			w.messages, g.threads, g.attachments, float64(w.bytes)/1e6, time.Since(start).Round(time.Millisecond), len(g.facts))
	}
	if files > 0 {
		start := time.Now()
		n, bytes, err := cutFiles(filepath.Join(out, "files"), texts, files, r)
		if err != nil {
			return err
		}
		log.Printf("files: %d, %.1f MB in %s", n, float64(bytes)/1e6, time.Since(start).Round(time.Millisecond))
	}
	return nil
}

// outsideTree refuses a folder inside a Go module, so that no corpus is ever committed.
func outsideTree(dir string) error {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return fmt.Errorf("%s lies inside the source tree at %s; name a folder outside", dir, d)
		}
		if d == filepath.Dir(d) {
			return nil
		}
	}
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
