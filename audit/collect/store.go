package collect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// ErrDirInUse is returned by WriteDir where a directory holds something that
// it may not replace.
var ErrDirInUse = errors.New("the directory is in use")

// WriteDir writes the files of a recording into dir, for the user alone: modes
// 0600 and 0700.
//
// A directory that is not there appears whole or not at all. An empty one is
// filled, and one that holds an earlier collection is written over, the latter
// only with overwrite: all files are written under other names first and
// renamed last, collection.json last of all; resources of the earlier
// collection that the new one does not have are removed, and files that no
// collection contains, such as zdaudit.yaml, stay. Any other directory is
// refused with ErrDirInUse.
func WriteDir(dir string, files []File, overwrite bool) error {
	for _, f := range files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return fmt.Errorf("write %s: the name leaves the directory", shortQuote(f.Name))
		}
	}
	exists, err := mayFill(dir, overwrite)
	if err == nil && exists {
		err = fillDir(dir, files)
	} else if err == nil {
		err = newDir(dir, files)
	}
	if err != nil {
		return fmt.Errorf("write the collection: %w", err)
	}
	return nil
}

// mayFill says whether dir exists; it is an error if it exists and holds
// something that may not be replaced.
func mayFill(dir string, overwrite bool) (exists bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	earlier := slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() == CollectionName && e.Type().IsRegular()
	})
	switch {
	case len(entries) == 0, earlier && overwrite:
		return true, nil
	case earlier:
		return true, fmt.Errorf("%w: %s already holds a collection; allow it to be overwritten or name another directory", ErrDirInUse, dir)
	}
	return true, fmt.Errorf("%w: %s is not empty and holds no earlier collection (no %s); name a new directory", ErrDirInUse, dir, CollectionName)
}

// newDir makes dir with everything in it, or nothing.
func newDir(dir string, files []File) error {
	dir = filepath.Clean(dir)
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	staged, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+"-*.tmp") // mode 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(staged) //nolint:errcheck // nothing is left of it after the rename
	if err := writeAll(staged, files); err != nil {
		return err
	}
	return os.Rename(staged, dir)
}

func writeAll(dir string, files []File) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is buffered in it
	for _, f := range files {
		if err := writeSynced(root, f.Name, f.Data); err != nil {
			return err
		}
	}
	syncDir(root)
	return nil
}

const stagedSuffix = ".zdaudit-tmp"

// fillDir writes into a directory that is empty or holds an earlier collection.
// Until the last of the new files is safe on disk, nothing of the old ones is
// touched.
func fillDir(dir string, files []File) (err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is buffered in it
	defer func() {
		if err != nil {
			for _, f := range files {
				_ = root.Remove(f.Name + stagedSuffix)
			}
		}
	}()
	for _, f := range files {
		if err := writeSynced(root, f.Name+stagedSuffix, f.Data); err != nil {
			return err
		}
	}
	for _, k := range tenant.Kinds() {
		name := k.String() + ".json"
		if slices.ContainsFunc(files, func(f File) bool { return f.Name == name }) {
			continue
		}
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	// collection.json comes last: while it is the old one, the work is not done.
	order := slices.Clone(files)
	slices.SortStableFunc(order, func(a, b File) int {
		return strings.Compare(last(a.Name), last(b.Name))
	})
	for _, f := range order {
		if err := root.Rename(f.Name+stagedSuffix, f.Name); err != nil {
			return err
		}
	}
	syncDir(root)
	return nil
}

func last(name string) string {
	if name == CollectionName {
		return "last"
	}
	return ""
}

// writeSynced writes a new file and waits until it is on disk.
func writeSynced(root *os.Root, name string, data []byte) error {
	if parent := path.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
}

// syncDir waits until the names in a directory are on disk. Not every system
// can do that (Windows and some network file systems cannot): the names are
// then as safe as that system makes them, so what it says is passed over.
func syncDir(root *os.Root) {
	if d, err := root.Open("."); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// CheckDir says whether WriteDir would refuse dir, so that an account is not
// read for nothing.
func CheckDir(dir string, overwrite bool) error {
	if _, err := mayFill(dir, overwrite); err != nil {
		return fmt.Errorf("write the collection: %w", err)
	}
	return nil
}
