package audit

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// An AttestEdit is what somebody has just answered.
type AttestEdit struct {
	// Answers are by the keys of Questions.
	Answers map[string]Said
	By      string
	// On is today; Until the last day on which the answers count.
	On, Until time.Time
}

// EditAttest writes answers into a configuration file and gives its new text.
// name is the file's name in errors; data is its text, empty where there is no
// file yet. Only the section attest is written anew, with its comments;
// everything else stays byte for byte.
//
// Answers that still count stay. As the file has one date for all of them, the
// earlier dates win: nobody's answer counts longer than they said. Answers
// that have run out and were not given again are made null, with a comment
// that says what they were: they must not count again because others do.
//
// A file that cannot be read is an error, and so is a result that would not
// say what was asked for.
func EditAttest(name string, data []byte, edit AttestEdit) ([]byte, error) {
	old := &Config{}
	if strings.TrimSpace(string(data)) == "" {
		data = []byte("schema: " + ConfigSchema + "\n")
	} else {
		var err error
		if old, err = ParseConfig(name, data); err != nil {
			return nil, err
		}
	}
	want := merged(old.Attest, edit)
	out, err := spliceAttest(data, func(n *yaml.Node) { writeAttest(n, old.Attest, want) })
	if err != nil {
		return nil, fmt.Errorf("write the answers into %s: %w", name, err)
	}
	got, err := ParseConfig(name, out)
	if old.Attest = want; err != nil || !reflect.DeepEqual(withoutPlaces(got), withoutPlaces(old)) {
		return nil, fmt.Errorf("%s is written in a way that cannot be added to safely; write the answers into it by hand", name)
	}
	return out, nil
}

// withoutPlaces is a configuration as it counts, wherever it stands in a file.
func withoutPlaces(c *Config) Config {
	out := *c
	out.Parameters = slices.Clone(c.Parameters)
	for i, p := range out.Parameters {
		out.Parameters[i] = Parameter{Rule: p.Rule, Name: p.Name, Value: p.Value}
	}
	return out
}

// merged is what the file shall say.
func merged(old Attest, edit AttestEdit) Attest {
	out := Attest{Answers: map[string]Said{}, By: edit.By, On: dayOf(edit.On), Until: dayOf(edit.Until)}
	kept := false
	if !expired(old.Until, edit.On) {
		for key, said := range old.Answers {
			if _, again := edit.Answers[key]; !again {
				out.Answers[key], kept = said, true
			}
		}
	}
	for key, said := range edit.Answers {
		out.Answers[key] = said
	}
	if !kept {
		return out
	}
	if old.By != "" && old.By != out.By && !slices.Contains(strings.Split(old.By, ", "), out.By) {
		out.By = old.By + ", " + out.By
	} else if old.By != "" {
		out.By = old.By
	}
	if !old.On.IsZero() && old.On.Before(out.On) {
		out.On = old.On
	}
	if !old.Until.IsZero() && (out.Until.IsZero() || old.Until.Before(out.Until)) {
		out.Until = old.Until
	}
	return out
}

func dayOf(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// spliceAttest has the section attest changed. Where the file is a block
// mapping, as people write it, the lines of the section are replaced; a file
// in any other style is written anew as a whole.
func spliceAttest(data []byte, change func(*yaml.Node)) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("it is no mapping")
	}
	root := doc.Content[0]
	if root.Style&yaml.FlowStyle != 0 || root.Column != 1 {
		change(memberOf(root, "attest"))
		return dump(&doc)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	from, to := section(root, lines)
	before, part, after := bytes.Join(lines[:from], nil), bytes.Join(lines[from:to], nil), bytes.Join(lines[to:], nil)
	var alone yaml.Node
	if err := yaml.Load(part, &alone); from < to && err != nil {
		// It leans on another section, through an alias for instance.
		change(memberOf(root, "attest"))
		return dump(&doc)
	}
	if from == to {
		alone = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode, Tag: "!!map"}}}
	}
	change(memberOf(alone.Content[0], "attest"))
	part, err := dump(&alone)
	if err != nil {
		return nil, err
	}
	if len(before) > 0 && before[len(before)-1] != '\n' {
		before = append(before, '\n')
	}
	return slices.Concat(before, part, after), nil
}

// section gives the lines of attest, from inclusive, to exclusive. Comments and
// empty lines before the next key are that key's. Without such a section it is
// the empty one at the end, before a line that ends the document.
func section(root *yaml.Node, lines [][]byte) (from, to int) {
	from = -1
	for i := 0; i+1 < len(root.Content); i += 2 {
		key := root.Content[i]
		switch {
		case key.Value == "attest":
			from = key.Line - 1
		case from >= 0:
			to = key.Line - 1
			return from, backOver(lines, from+1, to)
		}
	}
	to = endOf(lines)
	if from < 0 {
		return to, to
	}
	return from, backOver(lines, from+1, to)
}

// endOf is where the document ends: at a line "...", or behind all lines.
func endOf(lines [][]byte) int {
	for i, l := range lines {
		if bytes.HasPrefix(l, []byte("...")) {
			return i
		}
	}
	return len(lines)
}

// backOver leaves out the empty lines, and the comments at the margin, that
// stand before a line.
func backOver(lines [][]byte, least, at int) int {
	for at > least {
		l := lines[at-1]
		if len(bytes.TrimSpace(l)) > 0 && l[0] != '#' {
			break
		}
		at--
	}
	return at
}

func dump(n *yaml.Node) ([]byte, error) {
	return yaml.Dump(n, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
}

// memberOf gives the value of a key as a block mapping, and makes it one where
// there is none.
func memberOf(m *yaml.Node, key string) *yaml.Node {
	v := valueOf(m, key)
	if v == nil {
		v = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		insert(m, key, v)
	}
	if v.Kind != yaml.MappingNode {
		v.Kind, v.Tag, v.Value = yaml.MappingNode, "!!map", ""
	}
	v.Style = 0 // one key a line, so that each can have its remark
	return v
}

func valueOf(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// insert puts a key before the signature, which stands last, or at the end.
func insert(m *yaml.Node, key string, v *yaml.Node) {
	k := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}
	at := len(m.Content)
	if !isSignature(key) {
		for i := 0; i+1 < len(m.Content); i += 2 {
			if isSignature(m.Content[i].Value) {
				at = i
				break
			}
		}
	}
	m.Content = slices.Insert(m.Content, at, k, v)
}

func isSignature(key string) bool { return key == "by" || key == "on" || key == "until" }

// writeAttest makes the section say what is wanted.
func writeAttest(n *yaml.Node, old, want Attest) {
	for _, q := range Questions() {
		said, answered := want.Answers[q.Key]
		was, before := old.Answers[q.Key]
		if (answered && before && reflect.DeepEqual(said, was)) || (!answered && !before) {
			continue
		}
		at := n
		group, name, nested := strings.Cut(q.Key, ".")
		if nested {
			at = memberOf(n, group)
		} else {
			name = group
		}
		if answered {
			put(at, name, nodeOf(q, said), "")
		} else {
			put(at, name, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, ranOut+old.Until.Format(time.DateOnly)+"; it was "+spelled(q, was))
		}
	}
	put(n, "by", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: want.By}, "")
	for _, d := range []struct {
		key string
		day time.Time
	}{{"on", want.On}, {"until", want.Until}} {
		if !d.day.IsZero() {
			put(n, d.key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: d.day.Format(time.DateOnly)}, "")
		}
	}
}

// ranOut begins the remark beside an answer that no longer counts.
const ranOut = "# ran out on "

// put sets the value of a key. Comments beside the old value stay, but for
// remarks about an answer before that.
func put(m *yaml.Node, key string, v *yaml.Node, remark string) {
	old := valueOf(m, key)
	if old == nil {
		insert(m, key, v)
		v.LineComment = remark
		return
	}
	k := m.Content[slices.Index(m.Content, old)-1]
	for _, comment := range []*string{&k.LineComment, &old.HeadComment, &old.LineComment} {
		if strings.HasPrefix(*comment, ranOut) {
			*comment = ""
		}
	}
	v.HeadComment, v.LineComment, v.FootComment = old.HeadComment, old.LineComment, old.FootComment
	if remark != "" {
		v.LineComment = strings.TrimSpace(remark + " " + strings.TrimPrefix(v.LineComment, "#"))
	}
	*old = *v
}

// nodeOf writes one answer.
func nodeOf(q Question, said Said) *yaml.Node {
	switch q.Kind {
	case YesNo:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(said.Yes != nil && *said.Yes)}
	case List:
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, word := range said.List {
			list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: word, Style: yaml.DoubleQuotedStyle})
		}
		return list
	case Words:
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: said.Text, Style: yaml.DoubleQuotedStyle}
}

// spelled is an answer in a comment: one line.
func spelled(q Question, said Said) string {
	text := said.Text
	switch {
	case q.Kind == YesNo && said.Yes != nil:
		text = fmt.Sprint(*said.Yes)
	case q.Kind == List:
		text = strings.Join(said.List, ", ")
	}
	return strings.Join(strings.Fields(text), " ")
}
