package attack

import (
	"slices"
	"strings"
)

// witness makes a ticket of what conditions have left open. read are the
// attributes that the conditions on the way look at.
func (s state) witness(read []string) Ticket {
	t := Ticket{Attributes: map[string]string{
		"subject": s.subject.text(sampleSubject),
		"comment": s.comment.text(sampleComment),
	}}
	s.attrs.each(func(name string, _ domain) { read = append(read, name) })
	for _, name := range read {
		d, overwritten := s.typed.get(name)
		if _, written := s.writers.get(name); written && !overwritten {
			continue // a rule decided it; nothing was asked of the stranger
		}
		if !overwritten {
			d = s.attr(name)
		}
		if v, ok := d.example(); ok && !wordsOrTags(name) {
			t.Attributes[name] = v
		}
	}
	t.Tags = slices.Clone(s.rememberTags().typedTags)
	slices.Sort(t.Tags)
	return t
}

// wordsOrTags says whether a condition's field is no attribute of its own: what
// it asks shows in the subject, the comment, or the tags.
func wordsOrTags(name string) bool {
	switch name {
	case "subject_includes_word", "comment_includes_word", "current_tags":
		return true
	}
	_, hours := ages[name]
	return hours || strings.HasPrefix(name, tagKey)
}

// saidIn is what the stranger typed into a ticket.
func saidIn(t Ticket) words {
	return words{
		subject: strings.TrimSpace(t.Attributes["subject"]),
		comment: t.Attributes["comment"],
		name:    sampleName,
	}
}
