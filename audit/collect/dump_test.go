package collect

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

var update = flag.Bool("update", false, "write the want.txt of fixtures/dumps anew")

func TestDumps(t *testing.T) {
	dirs, err := filepath.Glob("../../fixtures/dumps/*")
	require.NoError(t, err)
	require.Greater(t, len(dirs), 1)
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			source := &Dump{FS: os.DirFS(dir), Name: filepath.Base(dir)}
			s, err := source.Collect(t.Context())
			var got string
			if err != nil {
				got = "error: " + err.Error() + "\n"
			} else {
				got = describe(s)
				checkRoundTrip(t, s)
			}
			want := filepath.Join(dir, "want.txt")
			if *update {
				require.NoError(t, os.WriteFile(want, []byte(got), 0o600))
			}
			expected, err := os.ReadFile(want)
			require.NoError(t, err)
			assert.Equal(t, string(expected), got)
		})
	}
}

// describe writes what a snapshot holds, for people to compare.
func describe(s *tenant.Snapshot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "subdomain %q, name %q\n", s.Subdomain, s.Name)
	if !s.CollectedAt.IsZero() {
		fmt.Fprintf(&b, "collected at %s\n", s.CollectedAt.Format(time.RFC3339))
	}
	for _, k := range tenant.Kinds() {
		switch {
		case s.Single(k).Exists():
			fmt.Fprintf(&b, "%s at %s: %s\n", k, s.Single(k).Pos(), strings.Join(s.Single(k).Keys(), " "))
		case s.List(k) != nil:
			fmt.Fprintf(&b, "%s: %d\n", k, len(s.List(k)))
			for _, item := range s.List(k) {
				title := item.Get("title").Str().Or(item.Get("name").Str().Or(""))
				fmt.Fprintf(&b, "  %s %q at %s", item.Get("id").ID(), title, item.Pos())
				if active, ok := item.Get("active").Bool().Get(); ok && !active {
					b.WriteString(", inactive")
				}
				b.WriteString("\n")
			}
		}
	}
	for _, g := range s.Gaps() {
		fmt.Fprintf(&b, "gap %s %s: %s\n", g.Kind, g.Reason, g.Detail)
	}
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "note %s\n", n)
	}
	return b.String()
}

// checkRoundTrip writes s as a collection and reads that again: all is the same
// but the places, and nothing that was planted is left.
func checkRoundTrip(t *testing.T, s *tenant.Snapshot) {
	t.Helper()
	files := encodeAll(s)
	for _, f := range files {
		assert.NotContains(t, string(f.Data), "PLANTED", f.Name)
	}
	files = append(files, EncodeCollection(Collection{Subdomain: s.Subdomain, Complete: true, Gaps: s.Gaps()}))
	dir := filepath.Join(t.TempDir(), "collection")
	require.NoError(t, WriteDir(dir, files, false))
	source, err := NewDump(dir)
	require.NoError(t, err)
	again, err := source.Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, encodeAll(s), encodeAll(again))
	assert.Equal(t, s.Gaps(), again.Gaps())
	assert.Equal(t, s.Subdomain, again.Subdomain)
	assert.Equal(t, refs(s.Triggers), refs(again.Triggers), "in the order in which they run")
	for _, k := range tenant.Kinds() {
		assert.Equal(t, s.Has(k), again.Has(k), k.String())
	}
}

func refs(rules []tenant.BusinessRule) []tenant.Ref {
	var out []tenant.Ref
	for _, r := range rules {
		out = append(out, r.Ref)
	}
	return out
}

func TestOpenPathReadsFilesAndFolders(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "export.json")
	require.NoError(t, os.WriteFile(file, someTriggers(3), 0o600))
	for _, path := range []string{dir, file} {
		source, err := OpenPath(path)
		require.NoError(t, err)
		s, err := source.Collect(t.Context())
		require.NoError(t, err)
		assert.Len(t, s.Triggers, 3)
		assert.Equal(t, tenant.Origin{Kind: "dump", Path: path}, s.Origin)
		assert.Equal(t, "export.json", s.Triggers[0].Raw.Pos().File)
	}
	_, err := OpenPath(filepath.Join(dir, "absent"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = NewDump(file)
	require.EqualError(t, err, file+" is not a directory")
}

func TestFromReaderReadsOneDocument(t *testing.T) {
	source, err := FromReader("standard input", strings.NewReader(`{"triggers":[{"id":1}]}`))
	require.NoError(t, err)
	s, err := source.Collect(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "standard input:1:14", s.Triggers[0].Raw.Pos().String())

	source, err = FromReader("standard input", strings.NewReader("<html>"))
	require.NoError(t, err)
	_, err = source.Collect(t.Context())
	require.EqualError(t, err, "standard input: line 1, column 1: this is a web page or XML, not JSON; it may be a login page, so check the credentials and export again")
}

func TestAReaderThatNeverEndsIsGivenUp(t *testing.T) {
	_, err := readUpTo(2<<20, endless{}, 0)
	require.EqualError(t, err, "larger than 2 MiB; export one resource per file")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestDumpDoesNotLeaveItsFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	outside, dir := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret.json"), []byte(`{"macros":[]}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "triggers.json"), []byte(`{"triggers":[]}`), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(outside, "secret.json"), filepath.Join(dir, "macros.json")))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "more")))
	require.NoError(t, os.Symlink("triggers.json", filepath.Join(dir, "same.json")))
	require.NoError(t, os.Symlink("loop.json", filepath.Join(dir, "loop.json")))

	source, err := NewDump(dir)
	require.NoError(t, err)
	s, err := source.Collect(t.Context())
	require.NoError(t, err)
	assert.True(t, s.Has(tenant.Triggers))
	assert.Nil(t, s.List(tenant.Macros))
	gap, _ := s.Gap(tenant.Macros)
	assert.Equal(t, tenant.ParseError, gap.Reason)
	assert.Contains(t, gap.Detail, "macros.json: path escapes from parent")
	assert.Len(t, s.Notes, 1, "the loop")
}

func TestDumpHasLimits(t *testing.T) {
	collect := func(files fstest.MapFS) error {
		_, err := (&Dump{FS: files, Name: "export"}).Collect(t.Context())
		return err
	}
	t.Run("files", func(t *testing.T) {
		files := fstest.MapFS{}
		for i := range maxFiles + 1 {
			files[fmt.Sprintf("%d.json", i)] = &fstest.MapFile{Data: []byte(`{}`)}
		}
		require.EqualError(t, collect(files), "read export: more than 20000 JSON files: name the folder of one account")
	})
	t.Run("depth", func(t *testing.T) {
		deep := strings.Repeat("d/", maxFolders+1) + "triggers.json"
		require.ErrorContains(t, collect(fstest.MapFS{deep: {Data: []byte(`{}`)}}), "read export: folders are nested more than 20 deep at d/")
	})
	t.Run("pipes are not waited for", func(t *testing.T) {
		err := collect(fstest.MapFS{"triggers.json": {Mode: fs.ModeNamedPipe}})
		require.ErrorContains(t, err, "triggers.json: not a regular file")
	})
	t.Run("a cancelled context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := (&Dump{FS: fstest.MapFS{}}).Collect(ctx)
		require.ErrorIs(t, err, context.Canceled)
	})
}
