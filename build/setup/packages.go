package setup

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"steward/agent/ollama"
)

// packaged is a model that comes in pieces in Python packages.
type packaged struct {
	name  string
	bytes int64 // of what the server stores, about
	// digest of the joined GGUF; "" when the model is a folder of files.
	digest     string
	files      []string          // of the folder, by name
	digests    map[string]string // of the files that matter
	template   string
	parameters map[string]any
	license    string
	parts      []part
}

// part is one package.
type part struct {
	requirement string // name==version
	bytes       int64
	sha256      string
}

// file is where a part lies once it is complete and checked.
func (p part) file(dir string) string {
	return filepath.Join(dir, strings.ReplaceAll(p.requirement, "==", "-")+".whl")
}

func (p packaged) wants(name string) bool { return slices.Contains(p.files, name) }

// chatML is the format Qwen 2.5 was trained on; the files carry none themselves.
const chatML = `{{- if .Messages }}{{- range $i, $_ := .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}{{ if or (ne .Role "assistant") (ne (len (slice $.Messages $i)) 1) }}<|im_end|>
{{ end }}{{- if and (ne .Role "assistant") (eq (len (slice $.Messages $i)) 1) }}<|im_start|>assistant
{{ end }}{{- end }}{{- else }}{{- if .System }}<|im_start|>system
{{ .System }}<|im_end|>
{{ end }}{{- if .Prompt }}<|im_start|>user
{{ .Prompt }}<|im_end|>
{{ end }}<|im_start|>assistant
{{ end }}{{ .Response }}`

var qwenStops = map[string]any{"stop": []string{"<|im_start|>", "<|im_end|>"}}

var packagedModels = []packaged{
	{
		name: "qwen2.5-coder:1.5b", bytes: 1117320768, license: "Apache-2.0",
		digest:   "sha256:cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
		template: chatML, parameters: qwenStops,
	},
	{
		name: "qwen2.5-coder:0.5b", bytes: 491400064, license: "Apache-2.0",
		digest:   "sha256:1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
		template: chatML, parameters: qwenStops,
	},
	{
		name: "all-minilm", bytes: 90868376, license: "Apache-2.0",
		files: []string{
			"config.json", "model.safetensors", "modules.json", "1_Pooling/config.json", "tokenizer.json",
			"tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "sentence_bert_config.json",
			"config_sentence_transformers.json",
		},
	},
}

//go:embed parts.tsv
var partsTable string

// Packaged names the models that can be had without Ollama's library.
func Packaged() []string {
	var names []string
	for _, p := range packagedModels {
		names = append(names, p.name)
	}
	return names
}

func packagedModel(name string) (packaged, bool) {
	for _, p := range packagedModels {
		if !ollama.SameName(p.name, name) {
			continue
		}
		for line := range strings.Lines(partsTable) {
			f := strings.Split(strings.TrimSpace(line), "\t")
			if len(f) != 4 || f[0] != p.name {
				continue
			}
			n, err := strconv.ParseInt(f[2], 10, 64)
			if err != nil {
				panic("parts.tsv: " + line) // the table is part of the program
			}
			p.parts = append(p.parts, part{requirement: f[1], bytes: n, sha256: f[3]})
		}
		return p, true
	}
	return packaged{}, false
}

// fetchParts downloads the parts that dir does not hold yet. Those that are complete stay
// when the rest is interrupted.
func fetchParts(ctx context.Context, p packaged, dir string, report func(Progress)) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making a folder for the parts of %s: %w", p.name, err)
	}
	var total, have int64
	for _, part := range p.parts {
		total += part.bytes
		if complete(part, dir) {
			have += part.bytes
		}
	}
	if have == total {
		return nil
	}
	pip, err := findPip()
	if err != nil {
		return err
	}
	m := newMeter("Fetching "+p.name, have, total, report)
	for i, part := range p.parts {
		if complete(part, dir) {
			continue
		}
		detail := fmt.Sprintf("part %d of %d", i+1, len(p.parts))
		err := retry(ctx, func() error {
			return download(ctx, pip, part, dir, func(n int64) { m.at(detail, have+n) })
		})
		if err != nil {
			return fmt.Errorf("fetching part %d of %d of %s: %w", i+1, len(p.parts), p.name, err)
		}
		have += part.bytes
		m.at(detail, have)
	}
	m.done(Bytes(total))
	return nil
}

func complete(p part, dir string) bool {
	info, err := os.Stat(p.file(dir))
	return err == nil && info.Size() == p.bytes
}

// retry tries three times, for networks that hiccup.
func retry(ctx context.Context, try func() error) error {
	var err error
	for wait := time.Second; wait <= 4*time.Second; wait *= 2 {
		if err = try(); err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// findPip returns the command of a Python that has pip. Nothing is installed with it:
// `pip download` fetches one file and checks its hash.
func findPip() ([]string, error) {
	for _, python := range []string{"/usr/bin/python3", "python3", "python"} {
		if exec.Command(python, "-m", "pip", "--version").Run() == nil {
			return []string{python, "-m", "pip"}, nil
		}
	}
	return nil, errors.New("python3 with pip is needed to fetch a model without Ollama's library; on Debian: sudo apt-get install python3-pip")
}

// download fetches one part into dir. grew is called with the bytes that have arrived.
func download(ctx context.Context, pip []string, p part, dir string, grew func(int64)) error {
	tmp, err := os.MkdirTemp(dir, "coming")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	want := filepath.Join(tmp, "want.txt")
	if err := os.WriteFile(want, []byte(p.requirement+" --hash=sha256:"+p.sha256+"\n"), 0o644); err != nil {
		return err
	}
	out := filepath.Join(tmp, "out")
	cmd := exec.CommandContext(ctx, pip[0], append(pip[1:], "download", "--no-deps", "--only-binary=:all:",
		"--no-cache-dir", "--require-hashes", "--disable-pip-version-check", "--quiet", "--dest", out, "-r", want)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	cmd.WaitDelay = 5 * time.Second
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("%s: %w: %s", p.requirement, err, lastLine(said.String()))
			}
			running = false
		case <-tick.C:
			grew(min(folderBytes(tmp), p.bytes))
		}
	}
	wheels, err := filepath.Glob(filepath.Join(out, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return fmt.Errorf("%s: %d files came instead of one", p.requirement, len(wheels))
	}
	return os.Rename(wheels[0], p.file(dir))
}

func folderBytes(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
