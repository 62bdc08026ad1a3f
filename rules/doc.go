// Package rules holds the rules that zdaudit knows, each a value of audit.Rule.
//
// A rule is its own documentation: title, reason and remedy are what the
// terminal, the catalogue and every report print. Rules read the facts that
// package audit hands them and nothing else; they keep no state, do no input
// or output, and never read a value that is missing as one that is safe.
package rules
