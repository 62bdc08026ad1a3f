package collect

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// envelopeKey is the key under which the API answers with k. It is the kind's
// own name but for these
// (https://developer.zendesk.com/api-reference/ticketing/introduction/).
func envelopeKey(k tenant.Kind) string {
	switch k { //nolint:exhaustive // the others bear their own name
	case tenant.TriggerDefinitions:
		return "definitions"
	case tenant.DynamicContent:
		return "items"
	case tenant.OAuthClients:
		return "clients"
	case tenant.OAuthTokens:
		return "tokens"
	case tenant.OAuthGlobalClients:
		return "global_clients"
	case tenant.HelpCenterSettings:
		return "preferences"
	default:
		return k.String()
	}
}

// EncodeResource writes what an account has of one kind as <kind>.json, in the
// API's own envelope: one key, two spaces of indentation, a newline at the
// end, the same bytes for the same items. Of a kind of which there is one,
// items holds it; no items is written as an empty object. What is missing or
// unknowable is written as null.
func EncodeResource(k tenant.Kind, items []tenant.Value) File {
	var value tenant.Value
	switch {
	case !k.Single():
		value = tenant.ListAt(items, tenant.Place{})
	case len(items) > 0:
		value = items[0]
	default:
		value = tenant.MapAt(nil, tenant.Place{})
	}
	envelope := tenant.MapAt([]tenant.Member{{Key: envelopeKey(k), Value: value}}, tenant.Place{})
	data := appendIndented(make([]byte, 0, 1024*(len(items)+1)), envelope, 0)
	return File{Name: k.String() + ".json", Data: append(data, '\n')}
}

// appendIndented writes v as JSON, with level times two spaces before each
// line but the first.
func appendIndented(b []byte, v tenant.Value, level int) []byte {
	switch v.Type() {
	case tenant.String:
		// Bytes that are not UTF-8 become U+FFFD; there is no other error.
		text, _ := v.Scalar()
		b, _ = jsontext.AppendQuote(b, text)
		return b
	case tenant.List:
		items := v.Items()
		if len(items) == 0 {
			return append(b, "[]"...)
		}
		b = append(b, '[')
		for i, item := range items {
			b = appendIndented(appendBreak(b, i, level+1), item, level+1)
		}
		return append(appendBreak(b, 0, level), ']')
	case tenant.Map:
		keys, items := v.Keys(), v.Items()
		if len(keys) == 0 {
			return append(b, "{}"...)
		}
		b = append(b, '{')
		for i, key := range keys {
			b, _ = jsontext.AppendQuote(appendBreak(b, i, level+1), key)
			b = appendIndented(append(b, ": "...), items[i], level+1)
		}
		return append(appendBreak(b, 0, level), '}')
	case tenant.Missing, tenant.Unknowable, tenant.Null, tenant.Boolean, tenant.Number:
	}
	return v.AppendJSON(b)
}

// appendBreak begins the i'th item: a comma behind the one before, a new line.
func appendBreak(b []byte, i, level int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	b = append(b, '\n')
	for range level {
		b = append(b, ' ', ' ')
	}
	return b
}
