package attack

import (
	"cmp"
	"math"
	"slices"
)

// A clock says where a way stands in time, in hours since the ticket was
// created.
type clock struct {
	hour int
	// last is the automation that ran last, which those after it in the list can
	// follow within the hour; ran is false before the first.
	last int
	ran  bool
	// status is the hour at which a rule has set the status, opened that from
	// which on the ticket may have become open by itself.
	status, opened int
}

// A due automation is one whose hours can pass.
type due struct {
	index, hour int
	// timed: the hour is known.
	timed bool
}

// A window is how many hours after something an automation runs.
type window struct {
	since       string // the condition's field
	first, last int
}

const noEnd = math.MaxInt32

// windowOf reads a condition on hours; false where it cannot be told.
func windowOf(c condition) (window, bool) {
	n, ok := number(c.value)
	if !ok || n < 0 || n > noEnd/4 {
		return window{}, false
	}
	out := window{since: c.attr, last: noEnd}
	switch c.op {
	case "is":
		out.first, out.last = int(math.Ceil(n)), int(math.Floor(n))
	case "greater_than":
		out.first = int(math.Floor(n)) + 1
	case "less_than":
		out.last = int(math.Ceil(n)) - 1
	default:
		return window{}, false
	}
	return out, true
}

// windowsOf reads all of an automation's conditions on hours; untimed where one
// cannot be told.
func windowsOf(all, anyOf []condition) (out []window, timed bool) {
	for _, c := range anyOf {
		if _, ok := ages[c.attr]; ok {
			return nil, false
		}
	}
	for _, c := range all {
		if _, ok := ages[c.attr]; !ok {
			continue
		}
		w, ok := windowOf(c)
		if !ok {
			return nil, false
		}
		switch c.attr {
		case "NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED", "created_at", "updated_at", "requester_updated_at":
		default:
			return nil, false
		}
		out = append(out, w)
	}
	return out, true
}

// start is the hour from which a condition counts.
func (c clock) start(since string, statusSet bool) int {
	switch since {
	case "created_at", "requester_updated_at":
		return 0
	case "updated_at":
		return c.hour
	case "OPEN":
		if !statusSet {
			return c.opened
		}
	}
	return c.status
}

// next is the hour at which an automation runs next; false where its hours are
// over.
func (c clock) next(index int, windows []window, statusSet bool) (int, bool) {
	at := c.hour
	if c.ran && index <= c.last {
		at++
	}
	for _, w := range windows {
		at = max(at, c.start(w.since, statusSet)+w.first)
	}
	for _, w := range windows {
		if at > c.start(w.since, statusSet)+w.last {
			return 0, false
		}
	}
	return at, true
}

// note takes down that a rule has set the status.
func (c *clock) note(st step) {
	if slices.Contains(st.writes, "status") {
		c.status = c.hour
	}
}

// rest takes down from when on the ticket may be open by itself.
func (c *clock) rest(s state) {
	if s.mayBeNew() {
		c.opened = c.hour
	}
}

// run sets the clock to an automation that runs.
func (c *clock) run(d due, st step) {
	if d.timed {
		c.hour = d.hour
	}
	c.last, c.ran = d.index, true
	c.note(st)
}

// due lists the automations that can still run, in the order in which they do;
// those of which the hour is not known come last.
func (s *search) due(m moment) []due {
	_, statusSet := m.state.writers.get("status")
	var out []due
	for _, index := range s.automations {
		if slices.Contains(m.fired, index) {
			continue
		}
		st := s.program.steps[index]
		if !st.timed {
			out = append(out, due{index: index, hour: noEnd})
			continue
		}
		if hour, ok := m.clock.next(index, st.windows, statusSet); ok {
			out = append(out, due{index: index, hour: hour, timed: true})
		}
	}
	slices.SortStableFunc(out, func(a, b due) int { return cmp.Compare(a.hour, b.hour) })
	return out
}
