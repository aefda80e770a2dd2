package httpapi

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// openConfined opens the file at path for reading, if it lies in one of the person's
// sources. It opens through os.Root, so that no symbolic link and no ".." leads out of the
// source, and refuses a file that has further names (hard links), for one of them may be
// outside, and whatever is no regular file.
func (h *Handler) openConfined(ctx context.Context, path string) (*os.File, fs.FileInfo, error) {
	statuses, err := h.Library.Sources(ctx)
	if err != nil {
		return nil, nil, err
	}
	refused := error(&Error{
		Code: "not_found", Part: "folder", Message: "The file does not lie in a folder you added.",
		Fix: "Add its folder first.",
	})
	for _, s := range statuses {
		rootPath, name := s.Path, ""
		if s.Path == path {
			rootPath, name = filepath.Dir(path), filepath.Base(path)
		} else if rel, err := filepath.Rel(s.Path, path); err == nil && filepath.IsLocal(rel) && rel != "." {
			name = rel
		} else {
			continue
		}
		f, info, err := openIn(rootPath, name)
		if err == nil {
			return f, info, nil
		}
		refused = err
	}
	return nil, nil, refused
}

func openIn(rootPath, name string) (_ *os.File, _ fs.FileInfo, err error) {
	root, err := os.OpenRoot(rootPath)
	if err != nil {
		return nil, nil, openError(rootPath, err)
	}
	defer root.Close()
	path := filepath.Join(rootPath, name)
	// Looked at before it is opened: opening a named pipe would wait for its writer.
	info, err := root.Stat(name)
	if err != nil {
		return nil, nil, openError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &Error{Code: "not_found", Message: path + " is no file."}
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, openError(path, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	if info, err = f.Stat(); err != nil {
		return nil, nil, openError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &Error{Code: "not_found", Message: path + " is no file."}
	}
	if links(info) > 1 {
		return nil, nil, &Error{
			Code: "unavailable", Part: "folder", Message: path + " has more than one name on this disk, so it may belong to another folder.",
			Fix: "Open it in your file manager.",
		}
	}
	return f, info, nil
}

func openError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Error{Code: "not_found", Message: "The file is no longer there: " + path + "."}
	case errors.Is(err, fs.ErrPermission):
		return &Error{Code: "unavailable", Part: "folder", Message: "You may not read " + path + "."}
	case strings.Contains(err.Error(), "escapes"):
		return &Error{Code: "not_found", Part: "folder", Message: "The file leads out of the folder you added: " + path + "."}
	default:
		return &Error{Code: "unavailable", Part: "folder", Message: "The file cannot be read: " + err.Error() + "."}
	}
}
