package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"steward/indexer"
)

// listed gives the sources as the interface shows them.
func (h *Handler) listed(ctx context.Context) ([]Source, error) {
	statuses, err := h.Library.Sources(ctx)
	if err != nil {
		return nil, err
	}
	sources := make([]Source, 0, len(statuses))
	for _, s := range statuses {
		sources = append(sources, Source{
			Path: s.Path, PathBytes: pathBytes(s.Path), Kind: s.Kind, State: s.State,
			Files: s.Files, Documents: s.Documents, Failed: s.Failed, Notice: s.Notice,
		})
	}
	slices.SortFunc(sources, func(a, b Source) int { return cmp.Compare(a.Path, b.Path) })
	return sources, nil
}

func (h *Handler) sources(w http.ResponseWriter, r *http.Request) error {
	sources, err := h.listed(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, sources)
}

// all gives the named paths, cleaned. Each must be absolute.
func (p SourcePaths) all() ([]string, error) {
	var paths []string
	for _, b := range p.PathsBytes {
		paths = append(paths, string(b))
	}
	paths = append(paths, p.Paths...)
	if len(paths) == 0 {
		return nil, badRequest("No path was given.")
	}
	for i, path := range paths {
		if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
			return nil, badRequest("%q is not an absolute path.", path)
		}
		paths[i] = filepath.Clean(path)
	}
	return paths, nil
}

func (h *Handler) addSources(w http.ResponseWriter, r *http.Request) error {
	return h.changeSources(w, r, h.Library.AddSources)
}

func (h *Handler) removeSources(w http.ResponseWriter, r *http.Request) error {
	return h.changeSources(w, r, h.Library.RemoveSources)
}

func (h *Handler) changeSources(w http.ResponseWriter, r *http.Request, change func(context.Context, []string) error) error {
	var req SourcePaths
	if err := readJSON(r, &req); err != nil {
		return err
	}
	paths, err := req.all()
	if err != nil {
		return err
	}
	if err := change(r.Context(), paths); err != nil {
		return err
	}
	return h.sources(w, r)
}

func (h *Handler) suggested(w http.ResponseWriter, r *http.Request) error {
	statuses, err := h.Library.Sources(r.Context())
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, s := range statuses {
		have[s.Path] = true
	}
	found := slices.DeleteFunc(suggest(thisPerson()), func(s SuggestedSource) bool { return have[s.Path] })
	if found == nil {
		found = []SuggestedSource{}
	}
	return writeJSON(w, found)
}

// maxEntries bounds one listing of a folder.
const maxEntries = 2000

func (h *Handler) directory(w http.ResponseWriter, r *http.Request) error {
	path := r.URL.Query().Get("path")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return badRequest("The home folder is not known: %v. Give a path.", err)
		}
		path = home
	}
	if !filepath.IsAbs(path) {
		return badRequest("%q is not an absolute path.", path)
	}
	path = filepath.Clean(path)
	entries, err := os.ReadDir(path)
	if err != nil {
		return folderError(path, err)
	}
	d := Directory{Path: path, Entries: []DirectoryEntry{}}
	if parent := filepath.Dir(path); parent != path {
		d.Parent = parent
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		full := filepath.Join(path, e.Name())
		if kind := kindOf(full, e); kind != "" {
			d.Entries = append(d.Entries, DirectoryEntry{Name: e.Name(), Path: full, Kind: kind})
		}
		if len(d.Entries) == maxEntries {
			break
		}
	}
	return writeJSON(w, d)
}

func folderError(path string, err error) *Error {
	switch {
	case os.IsNotExist(err):
		return &Error{Code: "not_found", Message: "There is no " + path + ".", Fix: "Check the path."}
	case os.IsPermission(err):
		return &Error{
			Code: "unavailable", Part: "folder", Message: "You may not read " + path + ".",
			Fix: "Give yourself the right to read it, or choose another folder.",
		}
	default:
		return &Error{Code: "unavailable", Part: "folder", Message: "The folder cannot be read: " + err.Error() + "."}
	}
}

func (h *Handler) coverage(w http.ResponseWriter, r *http.Request) error {
	v := r.URL.Query()
	f := indexer.CoverageFilter{Outcome: indexer.Outcome(v.Get("outcome")), Under: v.Get("under")}
	switch f.Outcome {
	case "", indexer.Read, indexer.Partial, indexer.Skipped, indexer.Failed:
	default:
		return badRequest("The outcome %q is not one of read, partial, skipped and failed.", f.Outcome)
	}
	for name, into := range map[string]*int{"limit": &f.Limit, "offset": &f.Offset} {
		if text := v.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return badRequest("%s=%q is not a number from 0.", name, text)
			}
			*into = n
		}
	}
	c, err := h.Library.Coverage(r.Context(), f)
	if err != nil {
		return err
	}
	out := Coverage{
		Read: c.Counts[indexer.Read], Partial: c.Counts[indexer.Partial],
		Skipped: c.Counts[indexer.Skipped], Failed: c.Counts[indexer.Failed],
		Reasons: []CoverageReason{}, Files: []CoveredFile{}, Total: c.Total,
	}
	for _, reason := range c.Reasons {
		out.Reasons = append(out.Reasons, CoverageReason{
			Outcome: string(reason.Outcome), Reason: reason.Reason, Count: reason.Count,
		})
	}
	for _, file := range c.Files {
		out.Files = append(out.Files, CoveredFile{
			Path: file.Path, PathBytes: pathBytes(file.Path), Outcome: string(file.Outcome), Reason: file.Reason,
			Format: file.Format, Size: file.Size, Documents: file.Documents, At: file.At,
		})
	}
	return writeJSON(w, out)
}
