package audit

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// ConfigSchema is the value of the key "schema" in zdaudit.yaml.
const ConfigSchema = "zdaudit.config/1"

// The limits of a configuration file. They are far above what a person writes.
const (
	maxConfigSize   = 1 << 20 // bytes
	maxConfigDepth  = 20      // mappings and lists inside each other
	maxConfigErrors = 50      // reported one by one; the rest are counted
	minReason       = 10      // characters of a waiver's reason
)

var (
	ruleIDPattern = regexp.MustCompile(`^ZD-[A-Z]+-\d{2}$`)
	objectPattern = regexp.MustCompile(`^(\*|[a-z][a-z_]*/.+)$`)
	hashPattern   = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// A ConfigError is one thing that is wrong in a configuration file.
type ConfigError struct {
	At      tenant.Pos
	Message string
}

// Error gives file:line:column and what is wrong there.
func (e *ConfigError) Error() string { return e.At.String() + ": " + e.Message }

// ParseConfig reads a configuration file, zdaudit.config/1. name is the file's
// name in errors. It reports everything that is wrong at once: the error joins
// one *ConfigError for each place. A key that the schema does not have is an
// error, because a misspelt waiver or answer must not pass for one that counts.
func ParseConfig(name string, data []byte) (*Config, error) {
	r := &configReader{file: name}
	root := r.load(data)
	if root == nil {
		return nil, r.err()
	}
	c := r.config(root)
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// A configReader walks the nodes of a file by the schema, and so never deeper
// than the schema is, whatever the file holds.
type configReader struct {
	// groups are the mappings of attest that have been read.
	groups map[string]map[string]*yaml.Node
	file   string
	errs   []*ConfigError
	extra  int // errors beyond maxConfigErrors
}

func (r *configReader) report(line, column int, format string, args ...any) {
	if len(r.errs) >= maxConfigErrors {
		r.extra++
		return
	}
	at := tenant.Pos{File: r.file, Line: line, Column: column}
	r.errs = append(r.errs, &ConfigError{At: at, Message: fmt.Sprintf(format, args...)})
}

func (r *configReader) at(n *yaml.Node, format string, args ...any) {
	r.report(n.Line, n.Column, format, args...)
}

func (r *configReader) err() error {
	slices.SortStableFunc(r.errs, func(a, b *ConfigError) int {
		return cmp.Or(cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	var errs []error
	for _, e := range r.errs {
		errs = append(errs, e)
	}
	if r.extra > 0 {
		errs = append(errs, fmt.Errorf("%s: and %d more errors", r.file, r.extra))
	}
	return errors.Join(errs...)
}

// load gives the file's one document, or nil after reporting why there is none.
func (r *configReader) load(data []byte) *yaml.Node {
	if len(data) > maxConfigSize {
		r.report(0, 0, "the configuration is larger than %d bytes", maxConfigSize)
		return nil
	}
	if !utf8.Valid(data) {
		r.report(0, 0, "the configuration is not written in UTF-8")
		return nil
	}
	if strings.TrimSpace(string(data)) == "" {
		r.report(1, 1, "the file is empty; it begins with “schema: %s”", ConfigSchema)
		return nil
	}
	var doc yaml.Node
	limits := loaderlimits.New(loaderlimits.DepthValue(maxConfigDepth))
	if err := yaml.Load(data, &doc, yaml.WithPlugin(limits)); err != nil {
		var at *yaml.LoadError
		line, column, message := 0, 0, err.Error()
		if errors.As(err, &at) {
			line, column, message = at.Mark.Line, at.Mark.Column, at.Message
		}
		r.report(line, column, "this is no valid YAML: %s", strings.TrimPrefix(message, "yaml: "))
		return nil
	}
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		return doc.Content[0]
	}
	if doc.Kind == 0 {
		r.report(1, 1, "the file says nothing; it begins with “schema: %s”", ConfigSchema)
		return nil
	}
	return &doc
}

func (r *configReader) config(root *yaml.Node) *Config {
	m := r.members(root, "the configuration", "schema", "attest", "waivers", "parameters")
	if m == nil {
		return nil
	}
	switch schema := r.need(root, m, "schema"); schema {
	case "", ConfigSchema:
	default:
		r.at(m["schema"], "the schema is %q; this version of zdaudit reads %s", schema, ConfigSchema)
	}
	c := &Config{}
	if n := m["attest"]; n != nil {
		c.Attest = r.attest(n)
	}
	if n := m["waivers"]; n != nil {
		c.Waivers = r.waivers(n)
	}
	if n := m["parameters"]; n != nil {
		c.Parameters = r.parameters(n)
	}
	return c
}

func (r *configReader) attest(n *yaml.Node) Attest {
	// The keys of questions are "group.name", or a name alone.
	groups := map[string][]string{}
	top := []string{"by", "on", "until"}
	for _, q := range Questions() {
		group, name, nested := strings.Cut(q.Key, ".")
		if nested {
			groups[group] = append(groups[group], name)
		}
		if !slices.Contains(top, group) {
			top = append(top, group)
		}
	}
	m := r.members(n, "attest", top...)
	var a Attest
	for _, q := range Questions() {
		group, name, nested := strings.Cut(q.Key, ".")
		v := m[group]
		if v == nil {
			continue
		}
		if nested {
			v = r.group(group, v, groups[group])[name]
		}
		if said, ok := r.said(q, v); ok {
			if a.Answers == nil {
				a.Answers = map[string]Said{}
			}
			a.Answers[q.Key] = said
		}
	}
	a.By = r.line(m["by"], "by")
	a.On = r.day(m["on"], "on")
	a.Until = r.day(m["until"], "until")
	if len(a.Answers) > 0 {
		// An answer that nobody stands for, of an unknown day, proves nothing.
		r.need(n, m, "by")
		r.need(n, m, "on")
	}
	if !a.On.IsZero() && !a.Until.IsZero() && a.Until.Before(a.On) {
		r.at(m["until"], "the answers end on %s, before the day they were given", a.Until.Format(time.DateOnly))
	}
	return a
}

// group reads the mapping of a group of answers once, so that its mistakes are
// reported once.
func (r *configReader) group(name string, n *yaml.Node, known []string) map[string]*yaml.Node {
	if r.groups == nil {
		r.groups = map[string]map[string]*yaml.Node{}
	}
	if _, done := r.groups[name]; !done {
		r.groups[name] = r.members(n, "attest."+name, known...)
	}
	return r.groups[name]
}

// said reads one answer; false where nobody answered.
func (r *configReader) said(q Question, n *yaml.Node) (Said, bool) {
	if n == nil || isNull(n) {
		return Said{}, false
	}
	_, name, nested := strings.Cut(q.Key, ".")
	if !nested {
		name = q.Key
	}
	switch q.Kind {
	case YesNo:
		yes := r.answer(n, name)
		return Said{Yes: yes}, yes != nil
	case Words:
		if n.Kind != yaml.ScalarNode {
			r.at(n, "%s is text", name)
			return Said{}, false
		}
		return Said{Text: n.Value}, true
	case List:
		return r.list(n, name)
	}
	return Said{}, false
}

// list reads words in a list; an empty list is an answer too.
func (r *configReader) list(n *yaml.Node, name string) (Said, bool) {
	if n.Kind != yaml.SequenceNode {
		r.at(n, "%s is a list, such as [example.com]", name)
		return Said{}, false
	}
	out := Said{List: []string{}}
	for _, item := range n.Content {
		if word := r.line(item, name); word != "" {
			out.List = append(out.List, word)
		}
	}
	return out, true
}

func (r *configReader) waivers(n *yaml.Node) []Waiver {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.at(n, "waivers is a list, each item with rule, object, reason, owner and until")
		return nil
	}
	var out []Waiver
	for _, item := range n.Content {
		out = append(out, r.waiver(item))
	}
	return out
}

func (r *configReader) waiver(n *yaml.Node) Waiver {
	m := r.members(n, "a waiver", "rule", "object", "reason", "owner", "until", "content")
	if m == nil {
		return Waiver{}
	}
	w := Waiver{
		Rule:    r.need(n, m, "rule"),
		Object:  r.need(n, m, "object"),
		Reason:  r.need(n, m, "reason"),
		Owner:   r.need(n, m, "owner"),
		Content: r.line(m["content"], "content"),
	}
	if r.need(n, m, "until") != "" {
		w.Until = r.day(m["until"], "until")
	}
	if w.Rule != "" && !ruleIDPattern.MatchString(w.Rule) {
		r.at(m["rule"], "%q is no rule; rules are named like ZD-TRG-01", w.Rule)
	}
	if w.Object != "" && !objectPattern.MatchString(w.Object) {
		r.at(m["object"], "%q is no object; write type/id, such as trigger/360001, or \"*\" for every object", w.Object)
	}
	if w.Reason != "" && utf8.RuneCountInString(w.Reason) < minReason {
		r.at(m["reason"], "the reason is shorter than %d characters; say why the risk is accepted", minReason)
	}
	if w.Content != "" && !hashPattern.MatchString(w.Content) {
		r.at(m["content"], "content is sha256: and 64 hexadecimal digits")
	}
	return w
}

// members gives a mapping's values by key; nil where n is none. Null is an
// empty mapping, as in a file whose entries are all commented out.
func (r *configReader) members(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	if isNull(n) {
		return map[string]*yaml.Node{}
	}
	if n.Kind != yaml.MappingNode {
		r.at(n, "%s has the keys %s", what, strings.Join(known, ", "))
		return nil
	}
	out := make(map[string]*yaml.Node, len(known))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, key.Value):
			r.at(key, "unknown key %q; %s has the keys %s", key.Value, what, strings.Join(known, ", "))
		case out[key.Value] != nil:
			r.at(key, "%s is given twice", key.Value)
		default:
			out[key.Value] = n.Content[i+1]
		}
	}
	return out
}

// need is the text of a key that must be there. of is the mapping that should
// have it.
func (r *configReader) need(of *yaml.Node, m map[string]*yaml.Node, key string) string {
	n := m[key]
	if n == nil || isNull(n) || (n.Kind == yaml.ScalarNode && strings.TrimSpace(n.Value) == "") {
		r.at(of, "%s is missing", key)
		return ""
	}
	return r.line(n, key)
}

// line is text without control characters, trimmed; empty where there is none.
// The reason of a waiver may be folded over several lines, which are joined.
func (r *configReader) line(n *yaml.Node, key string) string {
	if n == nil || isNull(n) {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		r.at(n, "%s is text", key)
		return ""
	}
	text := strings.Join(strings.Fields(n.Value), " ")
	if strings.ContainsFunc(text, unicode.IsControl) {
		r.at(n, "%s holds control characters", key)
		return ""
	}
	return text
}

// day is a date without a time; zero where there is none.
func (r *configReader) day(n *yaml.Node, key string) time.Time {
	text := r.line(n, key)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.IsZero() {
		r.at(n, "%s is a date such as 2026-11-02, not %q", key, text)
		return time.Time{}
	}
	return t
}

// answer is true or false; nil where nobody answered.
func (r *configReader) answer(n *yaml.Node, key string) *bool {
	if n == nil || isNull(n) {
		return nil
	}
	said := n.Value == "true"
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || (!said && n.Value != "false") {
		r.at(n, "%s is true or false; leave it out where it was not looked up", key)
		return nil
	}
	return &said
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}
