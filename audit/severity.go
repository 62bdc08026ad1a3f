package audit

import "fmt"

// A Severity is a band of scores.
type Severity uint8

// The bands, lowest first.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{Info: "info", Low: "low", Medium: "medium", High: "high", Critical: "critical"}

// Severities lists the bands, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// String gives the band's word, such as "high".
func (s Severity) String() string {
	if int(s) >= len(severityNames) {
		return fmt.Sprintf("severity(%d)", s)
	}
	return severityNames[s]
}

// SeverityNamed finds a band by its word.
func SeverityNamed(word string) (Severity, bool) {
	for s, name := range severityNames {
		if name == word {
			return Severity(s), true
		}
	}
	return Info, false
}

// Band is the band of a score between 0 and 10, with the limits that code
// scanning services use: critical from 9, high from 7, medium from 4, low
// above 0.
func Band(score float64) Severity {
	switch {
	case score >= 9:
		return Critical
	case score >= 7:
		return High
	case score >= 4:
		return Medium
	case score > 0:
		return Low
	}
	return Info
}
