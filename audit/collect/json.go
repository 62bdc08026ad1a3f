package collect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Limits of one document.
const (
	maxDocument = 256 << 20 // bytes
	maxDepth    = 200       // objects and lists inside each other
)

// A SyntaxError says why a document is not JSON and where. Line and Column
// count from 1, in characters.
type SyntaxError struct {
	File         string
	Line, Column int
	// Message is one clause in plain words, without the place.
	Message string
}

// Error gives file, place and message in one line.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s: line %d, column %d: %s", e.File, e.Line, e.Column, e.Message)
}

// Parse reads one JSON document into a value that knows its places. name is
// the file's name as reports give it.
//
// It is strict where leniency would hide something: a key that stands twice in
// one object, anything after the document, and more than 200 levels are
// errors. A byte order mark is skipped; bytes that are not UTF-8, and halves of
// surrogate pairs, become U+FFFD, as export tools write them where they cut a
// text off. Several objects that each begin on a new line (JSON Lines) are read
// as a list. Errors are of type *SyntaxError.
//
// The value refers to data, which must not be changed afterwards.
func Parse(name string, data []byte) (tenant.Value, error) {
	doc := &tenant.Document{Name: name, Data: bytes.TrimPrefix(data, []byte("\uFEFF")), Raw: rawOffset}
	if message := notJSON(doc.Data); message != "" {
		return tenant.Value{}, syntaxError(doc, 0, message)
	}
	p := parser{
		dec: jsontext.NewDecoder(bytes.NewBuffer(doc.Data), jsontext.AllowInvalidUTF8(true)),
		doc: doc,
		// One copy of the whole text, of which all strings without escapes are
		// parts.
		text:  string(doc.Data),
		valid: utf8.Valid(doc.Data),
	}
	v, err := p.document()
	if err != nil {
		return tenant.Value{}, p.explain(err)
	}
	return v, nil
}

// notJSON recognises what people hand over in place of JSON.
func notJSON(data []byte) string {
	start := bytes.TrimLeft(data[:min(len(data), 4096)], " \t\r\n")
	switch {
	case len(data) > maxDocument:
		return fmt.Sprintf("the file is larger than %d MiB; export one resource per file", maxDocument>>20)
	case len(start) == 0 && len(data) <= 4096:
		return "the file is empty; export it again"
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return "the file is in UTF-16; save it as UTF-8"
	case bytes.HasPrefix(data, []byte{0x1F, 0x8B}), bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return "the file is compressed; unpack it first"
	case bytes.HasPrefix(start, []byte("<")):
		return "this is a web page or XML, not JSON; it may be a login page, so check the credentials and export again"
	case bytes.IndexByte(start, 0) >= 0:
		return "this is a binary file, not JSON"
	}
	return ""
}

func syntaxError(doc *tenant.Document, offset int, message string) *SyntaxError {
	at := doc.Pos(offset)
	return &SyntaxError{File: at.File, Line: at.Line, Column: at.Column, Message: message}
}

type parser struct {
	dec   *jsontext.Decoder
	doc   *tenant.Document
	text  string
	valid bool // the text is UTF-8
	end   int  // offset behind the last token

	// The members and items of all objects and lists that are still open, as
	// two stacks, so that each is allocated once and in its final size.
	members []tenant.Member
	items   []tenant.Value
	scratch []byte // for strings with escapes
}

// A token is one word of JSON: where it begins and ends, and what it is.
type token struct {
	kind       jsontext.Kind
	start, end int
}

func (p *parser) next() (token, error) {
	t, err := p.dec.ReadToken()
	if err != nil {
		return token{}, err
	}
	start := p.end
	for isBetweenTokens(p.text[start]) {
		start++
	}
	p.end = int(p.dec.InputOffset())
	return token{kind: t.Kind(), start: start, end: p.end}, nil
}

func isBetweenTokens(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',' || c == ':'
}

// A placedError is an error of this reader's own, at an offset.
type placedError struct {
	offset  int
	message string
}

func (e *placedError) Error() string { return e.message }

// document reads the only value, or the objects of JSON Lines.
func (p *parser) document() (tenant.Value, error) {
	var values []tenant.Value
	for {
		before := p.end
		tok, err := p.next()
		if errors.Is(err, io.EOF) && len(values) > 0 {
			break
		}
		if err != nil && len(values) > 0 {
			return tenant.Value{}, &placedError{before + len(p.text[before:]) - len(strings.TrimLeft(p.text[before:], " \t\r\n")), "there is something after the end of the document"}
		}
		if err != nil {
			return tenant.Value{}, err
		}
		if len(values) > 0 && (tok.kind != '{' || values[0].Type() != tenant.Map || !strings.Contains(p.text[before:tok.start], "\n")) {
			return tenant.Value{}, &placedError{tok.start, "there is something after the end of the document"}
		}
		v, err := p.value(tok)
		if err != nil {
			return tenant.Value{}, err
		}
		values = append(values, v)
	}
	if len(values) == 1 {
		return values[0], nil
	}
	return tenant.ListAt(values, tenant.PlaceIn(p.doc, 0)), nil
}

// value reads the value that begins with tok. Its depth is bounded by maxDepth.
func (p *parser) value(tok token) (tenant.Value, error) {
	at := tenant.PlaceIn(p.doc, tok.start)
	switch tok.kind { //nolint:exhaustive // objects and lists follow; the decoder yields no others here
	case 'n':
		return tenant.NullAt(at), nil
	case 't', 'f':
		return tenant.BooleanAt(tok.kind == 't', at), nil
	case '0':
		return tenant.NumberAt(p.text[tok.start:tok.end], at), nil
	case '"':
		s, style := p.str(tok)
		return tenant.StringAt(s, at, style), nil
	}
	if p.dec.StackDepth() > maxDepth {
		return tenant.Value{}, &placedError{tok.start, fmt.Sprintf("objects and lists are nested more than %d deep", maxDepth)}
	}
	if tok.kind == '[' {
		return p.list(at)
	}
	return p.object(at)
}

func (p *parser) list(at tenant.Place) (tenant.Value, error) {
	base := len(p.items)
	for {
		tok, err := p.next()
		if err != nil {
			return tenant.Value{}, err
		}
		if tok.kind == ']' {
			break
		}
		v, err := p.value(tok)
		if err != nil {
			return tenant.Value{}, err
		}
		p.items = append(p.items, v)
	}
	v := tenant.ListAt(slices.Clone(p.items[base:]), at)
	p.items = p.items[:base]
	return v, nil
}

func (p *parser) object(at tenant.Place) (tenant.Value, error) {
	base := len(p.members)
	for {
		tok, err := p.next()
		if err != nil {
			return tenant.Value{}, err
		}
		if tok.kind == '}' {
			break
		}
		key, _ := p.str(tok)
		m := tenant.Member{Key: key, At: tenant.PlaceIn(p.doc, tok.start)}
		if tok, err = p.next(); err != nil {
			return tenant.Value{}, err
		}
		if m.Value, err = p.value(tok); err != nil {
			return tenant.Value{}, err
		}
		p.members = append(p.members, m)
	}
	v := tenant.MapAt(p.members[base:], at)
	p.members = p.members[:base]
	return v, nil
}

// The styles of a string in JSON, for rawOffset.
const (
	plainString   = 0
	escapedString = 1 // with escapes, or with bytes that are not UTF-8
)

func (p *parser) str(tok token) (string, uint8) {
	inner := p.text[tok.start+1 : tok.end-1]
	if strings.IndexByte(inner, '\\') < 0 && (p.valid || utf8.ValidString(inner)) {
		return inner, plainString
	}
	// The error can only be about UTF-8: the decoder has checked the rest.
	p.scratch, _ = jsontext.AppendUnquote(p.scratch[:0], p.text[tok.start:tok.end])
	return string(p.scratch), escapedString
}

// explain turns an error of the decoder into one for people.
func (p *parser) explain(err error) error {
	if own, ok := errors.AsType[*placedError](err); ok {
		return syntaxError(p.doc, own.offset, own.message)
	}
	if errors.Is(err, io.EOF) {
		return syntaxError(p.doc, len(p.text), "the file is empty; export it again")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return syntaxError(p.doc, len(p.text), "the file ends in the middle of a value; it was cut off")
	}
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok {
		return syntaxError(p.doc, p.end, err.Error())
	}
	offset := int(syntax.ByteOffset)
	if errors.Is(err, jsontext.ErrDuplicateName) {
		for offset < len(p.text) && isBetweenTokens(p.text[offset]) {
			offset++
		}
		return syntaxError(p.doc, offset, fmt.Sprintf("the key %s stands twice in one object, so it is not clear which one counts", shortQuote(syntax.JSONPointer.LastToken())))
	}
	return syntaxError(p.doc, offset, syntax.Err.Error())
}

// shortQuote quotes hostile text for a message, without control characters and
// not at length.
func shortQuote(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		s = string(runes[:60]) + "…"
	}
	return strconv.Quote(s)
}
