package attack

// An age is a condition of automations on the hours since something happened
// (https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/).
// Any number of hours passes by itself; what matters is whether the thing
// itself can happen without an agent.
type age struct {
	// attr is the attribute that has to be value, or, where not is set, must
	// not be. Without attr the thing happens to every ticket.
	attr, value string
	not         bool
	// agent: only an agent makes it happen.
	agent bool
	// doubt is set where nobody has documented what it takes.
	doubt string
}

var ages = map[string]age{
	"NEW":                  {attr: "status", value: "new"},
	"OPEN":                 {attr: "status", value: "open"},
	"PENDING":              {attr: "status", value: "pending"},
	"HOLD":                 {attr: "status", value: "hold"},
	"SOLVED":               {attr: "status", value: "solved"},
	"CLOSED":               {attr: "status", value: "closed"},
	"created_at":           {},
	"updated_at":           {},
	"requester_updated_at": {},
	"assigned_at":          {attr: "assignee_id", value: "", not: true},
	"assignee_updated_at":  {agent: true},
	"due_date":             {attr: "ticket_due_date", value: "", not: true},
	"until_due_date":       {attr: "ticket_due_date", value: "", not: true},
	"sla_next_breach_at":   {doubt: "whether a service level target applies to the ticket is not known"},
	"until_sla_next_breach_at": {
		doubt: "whether a service level target applies to the ticket is not known",
	},
}

// assumeAge: hours pass by themselves, so what is left is whether the thing
// itself happens. When the hours have passed is for the clock to say.
func (s state) assumeAge(a age, want bool) []state {
	switch {
	case a.doubt != "":
		return []state{s.doubting(a.doubt)}
	case a.attr == "" && a.agent == want:
		return nil
	case a.attr == "":
		return []state{s}
	}
	return s.assumeAmong(a.attr, s.attr(a.attr), []string{a.value}, want != a.not)
}

// atRest is the ticket some hours after the triggers have run: nothing has
// just changed, and a new ticket may have become open, as it does without an
// agent's help when it is assigned by routing.
func (s state) atRest() state {
	s = s.remember("update_type").remember("comment_is_public").remember("role").remember("current_via_id")
	before := s.attrs
	before.each(func(name string, d domain) {
		if d.written {
			d.written = false
			s = s.withAttr(name, d)
		}
	})
	if _, set := s.writers.get("status"); !set && s.mayBeNew() {
		d := among("new", "open")
		if s.channel.ownForm {
			d = usually("new", byOwnForm)
		}
		s = s.withAttr("status", d)
	}
	if !s.updated {
		// Whoever it is, it is the same one every time.
		s = s.withAttr("role", nobodyKnows("whom Zendesk counts as current user when an automation changes a ticket is not documented")).
			withAttr("current_via_id", nobodyKnows("over which channel Zendesk counts what an automation changes is not documented"))
	}
	s.updated = true
	return s.withAttr("update_type", fixedTo("Change")).withAttr("comment_is_public", fixedTo(""))
}

// mayBeNew says whether nothing that was asked so far rules out that the ticket
// is still new.
func (s state) mayBeNew() bool {
	_, ok := s.attr("status").is("new")
	return ok
}
