// Package tenant is what one Zendesk account says about itself: the snapshot.
//
// It holds typed resources over a common tree of values, keeps keys nobody
// expected, knows the line and column of every value, and never confuses "not
// read" with "false" or "empty". It does no input or output: audit/collect
// fills it, everything to the right of it only reads.
package tenant
