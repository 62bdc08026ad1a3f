package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Limits of a folder.
const (
	maxFiles   = 20_000
	maxTotal   = 1 << 30 // bytes
	maxFolders = 20      // folders inside each other
)

// A Dump is a folder of JSON documents: a recording of zdaudit, or what a
// backup tool wrote. Files that end in .json, .jsonl or .ndjson are read, in
// all folders but hidden ones and node_modules.
type Dump struct {
	// FS is the folder.
	FS fs.FS
	// Name is what reports call it, usually its path.
	Name string
	// Subdomain is the account's, where the caller knows it.
	Subdomain string

	dir string // opened for the time of Collect where FS is nil
}

// NewDump makes a source of a directory. Links that lead out of the directory
// are not followed.
func NewDump(dir string) (*Dump, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a directory", dir)
	}
	return &Dump{Name: dir, dir: dir}, nil
}

// OpenPath makes a source of what stands at path: a directory of JSON
// documents, or a single one.
func OpenPath(path string) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return NewDump(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	data, err := readDocument(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return &document{name: path, file: File{Name: filepath.Base(path), Data: data}}, nil
}

// FromReader makes a source of the single JSON document that r holds, such as
// standard input. It is read at once, to its end; name is what reports call it.
func FromReader(name string, r io.Reader) (Source, error) {
	data, err := readDocument(r, 0)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return &document{name: name, file: File{Name: name, Data: data}}, nil
}

// readDocument reads no more than a document may have. size is a guess, to
// make room once.
func readDocument(r io.Reader, size int64) ([]byte, error) {
	return readUpTo(maxDocument, r, size)
}

func readUpTo(limit int64, r io.Reader, size int64) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(int(min(max(size, 0), limit)) + bytes.MinRead)
	if _, err := buf.ReadFrom(io.LimitReader(r, limit+1)); err != nil {
		return nil, err
	}
	if int64(buf.Len()) > limit {
		return nil, fmt.Errorf("larger than %d MiB; export one resource per file", limit>>20)
	}
	return buf.Bytes(), nil
}

// A document is a source that is one file.
type document struct {
	name string
	file File
}

// Collect reads the document.
func (d *document) Collect(ctx context.Context) (*tenant.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return Snapshot([]File{d.file}, tenant.Origin{Kind: "dump", Path: d.name}, "")
}

// Collect reads the folder. What cannot be read in it is a gap or a note; it is
// an error if the folder holds no JSON documents, more than can be read, or
// nothing about a Zendesk account.
func (d *Dump) Collect(ctx context.Context) (*tenant.Snapshot, error) {
	fsys := d.FS
	if fsys == nil {
		root, err := os.OpenRoot(d.dir)
		if err != nil {
			return nil, err
		}
		defer root.Close() //nolint:errcheck // it was only read
		fsys = root.FS()
	}
	w := walk{ctx: ctx, fsys: fsys}
	if err := fs.WalkDir(fsys, ".", w.visit); err != nil {
		return nil, fmt.Errorf("read %s: %w", d.Name, err)
	}
	if len(w.files)+len(w.failed) == 0 {
		return nil, fmt.Errorf(`%s holds no JSON files: name a folder that "zdaudit collect" or a backup tool wrote`, d.Name)
	}
	s, err := assemble(append(readAll(w.files), w.failed...), tenant.Origin{Kind: "dump", Path: d.Name}, d.Subdomain)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", d.Name, err)
	}
	return s, nil
}

// A walk reads the files of a folder within its limits.
type walk struct {
	ctx    context.Context //nolint:containedctx // it lives as long as the call it was given to
	fsys   fs.FS
	files  []File
	failed []reading
	total  int64
}

func (w *walk) visit(name string, entry fs.DirEntry, err error) error {
	if ctxErr := w.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if err != nil {
		if name == "." {
			return err
		}
		w.fail(name, err)
		return fs.SkipDir
	}
	if entry.IsDir() {
		return enter(name)
	}
	if !isDocumentName(name) {
		return nil
	}
	if len(w.files)+len(w.failed) == maxFiles {
		return fmt.Errorf("more than %d JSON files: name the folder of one account", maxFiles)
	}
	data, err := w.read(name)
	if err != nil {
		w.fail(name, err)
		return nil
	}
	if w.total += int64(len(data)); w.total > maxTotal {
		return fmt.Errorf("more than %d MiB of JSON: leave out tickets and other contents", maxTotal>>20)
	}
	w.files = append(w.files, File{Name: name, Data: data})
	return nil
}

// enter decides whether a folder is read.
func enter(name string) error {
	base := path.Base(name)
	switch {
	case name == ".":
		return nil
	case strings.HasPrefix(base, "."), base == "node_modules":
		return fs.SkipDir
	case strings.Count(name, "/") >= maxFolders:
		return fmt.Errorf("folders are nested more than %d deep at %s", maxFolders, name)
	}
	return nil
}

func isDocumentName(name string) bool {
	if strings.HasPrefix(path.Base(name), ".") {
		return false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".jsonl", ".ndjson":
		return true
	}
	return false
}

// read reads a regular file. Anything else, a pipe for instance, could keep
// the reader waiting for ever.
func (w *walk) read(name string) ([]byte, error) {
	info, err := fs.Stat(w.fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := w.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return readDocument(f, info.Size())
}

// fail keeps a file that could not be read for the report. The reason is given
// without the path that the system puts before it: the name stands there.
func (w *walk) fail(name string, err error) {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	w.failed = append(w.failed, reading{name: name, err: fmt.Errorf("%s: %w", name, err)})
}
