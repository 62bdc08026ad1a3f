// Package liquid reads Zendesk's Liquid with positions and renders it to text
// that remembers which words are an outsider's.
//
// It is not a template engine: nobody's data is filled in. It asks, for each
// placeholder, whose words it would hold (Env), follows them through the
// template, and says which of them can reach the message. Zendesk documents
// its Liquid in https://support.zendesk.com/hc/en-us/articles/203662146 and
// its placeholders in https://support.zendesk.com/hc/en-us/articles/4408886858138.
//
// # What is read
//
// Outputs {{ }}, {{{ }}} and {{- -}}; lookups with dots, brackets, indexes and
// .first, .last, .size; text, numbers, true, false, nil, blank, empty and
// ranges; the standard filters (Filters). The tags assign, capture, echo, if,
// elsif, else, unless, case, when, for, tablerow, break, continue, cycle,
// increment, decrement, ifchanged, raw, comment and #. Reading is as lenient as
// the reference engine's lax mode, since live templates depend on it:
// {{ cc.name append: ' ' }} prints the name, {{ ticket.title||upcase }} the
// title, and {% assign form = {{ticket.ticket_form}} %} assigns the form.
//
// # What is followed
//
// A condition is decided only if it comes out the same in every message; else
// all its branches are run, and what they leave in variables is united. A loop
// over a list that nobody knows is run for any element, as often as rounds can
// pass anything new to each other. Dynamic content is rendered in every variant
// it comes with. A message is therefore an over-approximation: what is not in
// Output.Sources cannot be printed, as long as Output.Review is empty.
//
// # What is not
//
// Tags and filters that are in no list, blocks that are never closed, names
// that are put together from text only known when the message is sent, and
// whatever exceeds the limits. Each is in Output.Review, the names that can be
// made out still count, and the message must not be called clean. Which version
// of Liquid Zendesk runs is not documented: where versions differ, the reading
// in which more is printed counts. A condition on a placeholder tells a
// recipient one bit about it; that is not followed.
//
// Only audit/attack imports this package. It knows nothing of accounts, rules
// or which placeholders are dangerous.
package liquid
