package collect

import (
	"encoding/json"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

func TestEncodeResource(t *testing.T) {
	item, err := Parse("f.json", []byte(`{"id":360001,"f":1.50,"s":"<a&b>\u2028\u0007\"","l":[],"m":{},"n":null,"t":[true,{"x":1}]}`))
	require.NoError(t, err)
	f := EncodeResource(tenant.DynamicContent, []tenant.Value{item})
	assert.Equal(t, "dynamic_content.json", f.Name)
	// The bytes count, not only what they mean.
	want := `{
  "items": [
    {
      "id": 360001,
      "f": 1.50,
      "s": "<a&b>` + "\u2028" + `\u0007\"",
      "l": [],
      "m": {},
      "n": null,
      "t": [
        true,
        {
          "x": 1
        }
      ]
    }
  ]
}
`
	assert.Equal(t, []byte(want), f.Data)
	assert.True(t, json.Valid(f.Data))

	lines := func(f File) []string { return strings.Split(string(f.Data), "\n") }
	assert.Equal(t, []string{"{", `  "triggers": []`, "}", ""}, lines(EncodeResource(tenant.Triggers, nil)), "an empty list says empty")
	assert.Equal(t, []string{"{", `  "settings": {}`, "}", ""}, lines(EncodeResource(tenant.Settings, nil)))
}

func TestEveryKindIsReadAsWhatItIsWritten(t *testing.T) {
	for _, k := range tenant.Kinds() {
		v, err := Parse("f.json", []byte(`{"id":1,"name":"n","tickets":{},"conditions":{"all":[],"any":[]},"actions":[]}`))
		require.NoError(t, err)
		s, err := Snapshot([]File{EncodeResource(k, []tenant.Value{v})}, tenant.Origin{}, "")
		require.NoError(t, err, k.String())
		assert.True(t, s.Has(k), k.String())
		if !k.Single() {
			s, err = Snapshot([]File{EncodeResource(k, nil)}, tenant.Origin{}, "")
			require.NoError(t, err, k.String())
			assert.True(t, s.Has(k), "empty %s", k)
		}
	}
}

func TestCollectionIsReadAsItIsWritten(t *testing.T) {
	c := Collection{
		Schema: CollectionSchema, Version: "0.1.0", Subdomain: "acme", CollectedAt: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
		Role: "admin", Complete: true, Requests: 31, Waited: 2500 * time.Millisecond,
		Gaps: []tenant.Gap{{Kind: tenant.AuditLogs, Reason: tenant.Forbidden, Detail: "HTTP 403"}},
	}
	f := EncodeCollection(c)
	assert.Equal(t, CollectionName, f.Name)
	again, err := DecodeCollection(f)
	require.NoError(t, err)
	assert.Equal(t, c, again)

	_, err = DecodeCollection(File{Name: "x.json", Data: []byte(`{"schema":"zdaudit.report/1"}`)})
	require.EqualError(t, err, "x.json: not a zdaudit.collection document")
	hostile, err := DecodeCollection(File{Name: "x.json", Data: []byte(`{"schema":"zdaudit.collection/1","waited_seconds":1e300,"requests":1e300,"gaps":[1,{"resource":"none"}]}`)})
	require.NoError(t, err)
	assert.Empty(t, hostile.Gaps)
	assert.LessOrEqual(t, hostile.Waited, time.Duration(math.MaxInt64))
	assert.GreaterOrEqual(t, hostile.Waited, time.Duration(0))
	assert.Contains(t, string(EncodeCollection(Collection{CollectedAt: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}).Data), `"gaps": []`)
}

func TestWriteDir(t *testing.T) {
	first := []File{{"triggers.json", []byte("1")}, {"brands.json", []byte("1")}, {CollectionName, []byte("1")}}
	second := []File{{CollectionName, []byte("2")}, {"triggers.json", []byte("2")}}
	read := func(t *testing.T, dir string) map[string]string {
		t.Helper()
		out := map[string]string{}
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			name, _ := filepath.Rel(dir, path)
			out[filepath.ToSlash(name)] = string(data)
			return err
		}))
		return out
	}
	t.Run("a new directory is for the user alone", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "a", "b")
		require.NoError(t, WriteDir(dir, append(first, File{"more/x.json", []byte("x")}), false))
		assert.Equal(t, map[string]string{"triggers.json": "1", "brands.json": "1", CollectionName: "1", "more/x.json": "x"}, read(t, dir))
		if runtime.GOOS != "windows" {
			for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, "triggers.json"): 0o600, filepath.Join(dir, "more"): 0o700} {
				info, err := os.Stat(path)
				require.NoError(t, err)
				assert.Equal(t, want, info.Mode().Perm(), path)
			}
		}
		siblings, err := os.ReadDir(filepath.Dir(dir))
		require.NoError(t, err)
		assert.Len(t, siblings, 1, "nothing is left over")
	})
	t.Run("an empty directory is filled", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, WriteDir(dir, first, false))
		assert.Len(t, read(t, dir), 3)
	})
	t.Run("a collection is replaced, what is not part of it stays", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, WriteDir(dir, first, false))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "zdaudit.yaml"), []byte("mine"), 0o600))
		err := WriteDir(dir, second, false)
		require.ErrorIs(t, err, ErrDirInUse)
		require.ErrorContains(t, err, "already holds a collection")
		require.NoError(t, WriteDir(dir, second, true))
		assert.Equal(t, map[string]string{"triggers.json": "2", CollectionName: "2", "zdaudit.yaml": "mine"}, read(t, dir))
	})
	t.Run("a directory of something else is refused", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o600))
		err := WriteDir(dir, first, true)
		require.ErrorIs(t, err, ErrDirInUse)
		require.ErrorContains(t, err, "is not empty and holds no earlier collection (no collection.json); name a new directory")
		assert.Len(t, read(t, dir), 1)
	})
	t.Run("a write that fails leaves what was there", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, WriteDir(dir, first, false))
		require.Error(t, WriteDir(dir, append(second, File{"triggers.json/x", nil}), true))
		assert.Equal(t, map[string]string{"triggers.json": "1", "brands.json": "1", CollectionName: "1"}, read(t, dir))
	})
	t.Run("names stay inside", func(t *testing.T) {
		dir := t.TempDir()
		require.EqualError(t, WriteDir(dir, []File{{"../x", nil}}, true), `write "../x": the name leaves the directory`)
	})
	t.Run("a file in its place", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "f")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.Error(t, WriteDir(path, first, true))
	})
}
