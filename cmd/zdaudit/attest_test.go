package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/rules"
)

// on runs the program with typed as standard input.
func on(ctx context.Context, typed io.Reader, resolver collect.Resolver, args ...string) (status int, stderr string) {
	var out, errs bytes.Buffer
	env := environment{
		stdin: typed, stdout: &out, stderr: &errs, resolver: resolver,
		getenv: func(string) string { return "" },
		now:    func() time.Time { return time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) },
	}
	status = run(ctx, args, env)
	return status, errs.String()
}

// account is a folder with one trigger.
func account(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "triggers.json"), []byte(`{"triggers":[]}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "recipient_addresses.json"), []byte(`{"recipient_addresses":[{"id":1,"email":"help@example.com","forwarding_status":"verified"}]}`), 0o600))
	return dir
}

func TestWhatWasAnsweredBeforeAnInterruptionIsSaved(t *testing.T) {
	dir := account(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	keyboard, person := io.Pipe()
	go func() {
		_, _ = person.Write([]byte("jane@example.com\n\ny\n"))
		time.Sleep(50 * time.Millisecond) // a person thinks
		cancel(interruption{syscall.SIGTERM})
	}()
	status, stderr := on(ctx, keyboard, nil, "attest", dir)
	assert.Equal(t, statusTerminated, status)
	assert.Contains(t, stderr, "wrote 1 answer to")
	data, err := os.ReadFile(filepath.Join(dir, configName))
	require.NoError(t, err)
	assert.Contains(t, string(data), ": true")
}

// meddling changes the file as soon as the first answer is asked for.
type meddling struct {
	text io.Reader
	file string
}

func (m *meddling) Read(p []byte) (int, error) {
	if err := os.WriteFile(m.file, []byte("schema: zdaudit.config/1\n# somebody else's\n"), 0o600); err != nil {
		return 0, err
	}
	return m.text.Read(p)
}

func TestAFileThatChangedMeanwhileIsLeftAlone(t *testing.T) {
	dir := account(t)
	file := filepath.Join(dir, configName)
	status, stderr := on(context.Background(), &meddling{strings.NewReader("jane@example.com\n\ny\nq\n"), file}, nil, "attest", dir)
	assert.Equal(t, statusUntrusted, status)
	assert.Contains(t, stderr, "was changed while you answered")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(data), "somebody else's")
	left, err := filepath.Glob(filepath.Join(dir, ".zdaudit-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestTheFileKeepsItsModeAndItsLink(t *testing.T) {
	dir := account(t)
	file, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, configName)
	require.NoError(t, os.WriteFile(file, []byte("schema: zdaudit.config/1\n"), 0o600))
	require.NoError(t, os.Symlink(file, link))
	status, stderr := on(context.Background(), strings.NewReader("y\n"), nil, "attest", dir, "--by", "jane@example.com", "--until", "2027-01-31")
	require.Equal(t, statusOK, status, stderr)
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)
	info, err = os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestAnswersAreUnderstood(t *testing.T) {
	yes, no := true, false
	for _, tt := range []struct {
		kind audit.AnswerKind
		line string
		want audit.Said
		ok   bool
	}{
		{audit.YesNo, "Y", audit.Said{Yes: &yes}, true},
		{audit.YesNo, "off", audit.Said{Yes: &no}, true},
		{audit.YesNo, "perhaps", audit.Said{}, false},
		{audit.List, "example.com, example.org,,example.com", audit.Said{List: []string{"example.com", "example.org"}}, true},
		{audit.List, "-", audit.Said{List: []string{}}, true},
		{audit.List, ",", audit.Said{List: []string{}}, false},
		{audit.Words, "Welcome to us", audit.Said{Text: "Welcome to us"}, true},
	} {
		got, ok := understood(tt.kind, tt.line)
		assert.Equal(t, tt.ok, ok, tt.line)
		assert.Equal(t, tt.want, got, tt.line)
	}
	assert.Equal(t, "a b", cleanAnswer("\x1b a\t\x00b \xff\r\n"))
}

// FuzzInterview types anything. The interview ends, and what it writes can be
// read and says what was answered.
func FuzzInterview(f *testing.F) {
	f.Add("jane@example.com\n\ny\nn\n?\n\nq\n")
	f.Add("q\n")
	f.Add("a\nnever\n2027-01-01\nexample.com, \"x\"\n\x00\xff- # {}\n")
	open := audit.Rank(context.Background(), tenant.New(tenant.Content{}), nil, audit.Options{})
	f.Fuzz(func(t *testing.T, typed string) {
		now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
		v := &interview{ctx: context.Background(), in: newLines(strings.NewReader(typed)), out: io.Discard, now: now}
		given, err := v.ask(open)
		if len(given) == 0 || err != nil {
			return
		}
		text, err := audit.EditAttest("f", nil, audit.AttestEdit{Answers: given, By: v.by, On: now, Until: v.lastDay})
		require.NoError(t, err)
		config, err := audit.ParseConfig("f", text)
		require.NoError(t, err)
		assert.Equal(t, given, config.Attest.Answers)
	})
}

// names knows one domain.
type names struct{}

func (names) LookupTXT(_ context.Context, name string) ([]string, error) {
	if name == "example.com" {
		return []string{"v=spf1 include:mail.zendesk.com ~all"}, nil
	}
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

func (names) LookupCNAME(context.Context, string) (string, error) {
	return "", &net.DNSError{Err: "no such host", IsNotFound: true}
}

func TestDNSIsAskedOnRequest(t *testing.T) {
	dir := account(t)
	var asked string
	resolver := recording{names{}, &asked}
	_, stderr := on(context.Background(), strings.NewReader(""), resolver, "audit", dir, "-f", "json", "--fail-on", "never")
	assert.Empty(t, asked, stderr)
	status, stderr := on(context.Background(), strings.NewReader(""), resolver, "audit", dir, "--dns", "-f", "json", "--fail-on", "never")
	assert.Equal(t, statusOK, status, stderr)
	assert.Equal(t, "example.com", asked)
}

// recording keeps the first name that it is asked for and has records of.
type recording struct {
	collect.Resolver
	asked *string
}

func (r recording) LookupTXT(ctx context.Context, name string) ([]string, error) {
	found, err := r.Resolver.LookupTXT(ctx, name)
	if err == nil {
		*r.asked = name
	}
	return found, err
}

// BenchmarkRank ranks the questions for the sample account: every rule, with
// each answer to each question.
func BenchmarkRank(b *testing.B) {
	files, err := readDemo()
	require.NoError(b, err)
	s, err := collect.Snapshot(files, tenant.Origin{Kind: "dump"}, demoSubdomain)
	require.NoError(b, err)
	opts := audit.Options{Now: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)}
	b.ReportAllocs()
	for b.Loop() {
		audit.Rank(context.Background(), s, rules.All(), opts)
	}
}
