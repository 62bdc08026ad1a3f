// Package report turns an audit.Report into something to read: for people at a
// terminal, and for programs.
//
// A format is one file and one line in formats. Every format is a view of the
// same value: none of them judges, filters or sorts by itself. What comes from
// an account is hostile text, and each format takes away its power before it
// is written; Clean and its kin do so for terminals.
package report
