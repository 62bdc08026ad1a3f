// Package audit is the vocabulary of the auditor and its engine.
//
// A Rule is a question, a Finding is a place where the answer is bad, an
// Outcome says how a rule came out, a Report holds them all. Run puts rules to
// a snapshot. The rules themselves live in the rules package, formats in
// report, collection in audit/collect; this package knows none of them.
package audit
