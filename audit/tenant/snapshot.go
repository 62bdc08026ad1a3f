package tenant

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zdaudit/zdaudit/audit/tri"
)

// A Ref names an object of the account.
type Ref struct {
	// Type is the singular noun of the report format: "trigger", "automation",
	// "setting", "user", "brand".
	Type string
	// ID is the account's own identifier, or the path of a setting.
	ID string
	// Title is what people call it. It is hostile text: whoever could edit the
	// object wrote it.
	Title string
}

// An Origin says where a snapshot came from.
type Origin struct {
	// Kind is the report format's word: api, dump, terraform, plan, salto, yaml.
	Kind string
	// Path is the file or folder, empty for a live account.
	Path string
}

// A Content is what a reader found: the resources by kind. New turns it into a
// Snapshot.
type Content struct {
	Subdomain string
	Origin    Origin
	// CollectedAt is when the account was read, where the source says so.
	CollectedAt time.Time
	// Singles are the kinds of which there is one.
	Singles map[Kind]Value
	// Lists are the kinds of which there are many. A kind that was read and is
	// empty is present with no items; a kind that was not read is absent.
	Lists map[Kind][]Value
	// Gaps say what was not read in full, at most one for each kind.
	Gaps []Gap
	// Notes are things a reader passed over that belong to no kind, such as a
	// file that is no dump; one line each.
	Notes []string
}

// A Snapshot is what an account says about itself at one time. It is not
// changed once it is made, and is safe for concurrent use.
type Snapshot struct {
	Subdomain string
	Name      string // of the default brand, where it is known
	Origin    Origin
	// CollectedAt is when the account was read; zero where the source does not
	// say so.
	CollectedAt time.Time
	Notes       []string

	Triggers    []BusinessRule // in the order in which they run
	Automations []BusinessRule
	Fields      []TicketField
	Forms       []TicketForm
	Brands      []Brand
	Dynamic     []DynamicItem
	Team        []User
	Targets     []Target

	singles map[Kind]Value
	lists   map[Kind][]Value
	gaps    map[Kind]Gap
}

// New decodes what a reader found. Values of an unexpected shape are left out
// of the typed resources field by field: each reads as not known.
func New(c Content) *Snapshot {
	s := &Snapshot{
		Subdomain:   c.Subdomain,
		Origin:      c.Origin,
		CollectedAt: c.CollectedAt,
		Notes:       c.Notes,
		singles:     c.Singles,
		lists:       c.Lists,
		gaps:        map[Kind]Gap{},
	}
	for _, g := range c.Gaps {
		s.gaps[g.Kind] = g
	}
	s.Triggers = inOrder(decode(c.Lists[Triggers], triggerFrom), c.Lists[TriggerCategories])
	s.Automations = byPosition(decode(c.Lists[Automations], automationFrom))
	s.noteUnreadable()
	s.Fields = decode(c.Lists[TicketFields], ticketFieldFrom)
	s.Forms = decode(c.Lists[TicketForms], ticketFormFrom)
	s.Brands = decode(c.Lists[Brands], brandFrom)
	s.Dynamic = decode(c.Lists[DynamicContent], dynamicItemFrom)
	s.Team = decode(c.Lists[Users], userFrom)
	s.Targets = decode(c.Lists[Targets], targetFrom)
	for _, b := range s.Brands {
		if b.Default.Or(false) || len(s.Brands) == 1 {
			s.Name = b.Name
			if s.Subdomain == "" {
				s.Subdomain = b.Subdomain
			}
		}
	}
	return s
}

// noteUnreadable makes a gap of objects that are there and cannot be read: what
// they hold could be the very thing that a rule looks for.
func (s *Snapshot) noteUnreadable() {
	for k, items := range s.lists {
		unread := 0
		for _, v := range items {
			if v.Type() != Map {
				unread++
			}
		}
		s.unreadable(k, unread, len(items))
	}
	incomplete := func(rules []BusinessRule) int {
		n := 0
		for _, r := range rules {
			if !r.Complete && r.Active.Is(false) != tri.True {
				n++
			}
		}
		return n
	}
	s.unreadable(Triggers, incomplete(s.Triggers), len(s.Triggers))
	s.unreadable(Automations, incomplete(s.Automations), len(s.Automations))
}

func (s *Snapshot) unreadable(k Kind, unread, of int) {
	if _, gap := s.gaps[k]; gap || unread == 0 {
		return
	}
	s.gaps[k] = Gap{Kind: k, Reason: ParseError, Detail: fmt.Sprintf("%d of %d are not in the form that the API documents", unread, of)}
}

func decode[T any](items []Value, from func(Value) T) []T {
	if len(items) == 0 {
		return nil
	}
	out := make([]T, len(items))
	for i, v := range items {
		out[i] = from(v)
	}
	return out
}

// With is s with what was read of a kind on request, in place of what it had of
// that kind. A gap says why that is not everything; without items and with a
// gap nothing was read. Other kinds than those read on request have typed views
// and cannot be put in later: s stays as it is.
func (s *Snapshot) With(k Kind, items []Value, gap *Gap) *Snapshot {
	if !k.OnRequest() {
		return s
	}
	out := *s
	out.singles, out.lists, out.gaps = maps.Clone(s.singles), maps.Clone(s.lists), maps.Clone(s.gaps)
	delete(out.singles, k)
	delete(out.lists, k)
	delete(out.gaps, k)
	switch {
	case k.Single() && len(items) > 0:
		if out.singles == nil {
			out.singles = map[Kind]Value{}
		}
		out.singles[k] = items[0]
	case !k.Single() && (gap == nil || len(items) > 0):
		if out.lists == nil {
			out.lists = map[Kind][]Value{}
		}
		out.lists[k] = items
	}
	if gap != nil {
		out.gaps[k] = *gap
	}
	return &out
}

// Has says whether k was read in full. A truncated list was not.
func (s *Snapshot) Has(k Kind) bool {
	_, bad := s.Gap(k)
	return !bad
}

// Gap says why k was not read in full, if it was not. What no reader mentioned
// was not in the source.
func (s *Snapshot) Gap(k Kind) (Gap, bool) {
	if g, ok := s.gaps[k]; ok {
		return g, true
	}
	_, single := s.singles[k]
	_, list := s.lists[k]
	if single || list {
		return Gap{}, false
	}
	return Gap{Kind: k, Reason: NotInSource, Detail: "the source does not contain " + k.String()}, true
}

// Gaps lists what a reader tried to read and could not, in the order of kinds.
// What a source simply does not contain is not listed; ask Gap for it.
func (s *Snapshot) Gaps() []Gap {
	out := make([]Gap, 0, len(s.gaps))
	for _, g := range s.gaps {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Gap) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

// Single gives the object of a kind of which there is one; Missing if it was
// not read.
func (s *Snapshot) Single(k Kind) Value { return s.singles[k] }

// List gives the objects of a kind as they were read. Some may be missing: ask
// Has whether the list is whole.
func (s *Snapshot) List(k Kind) []Value { return s.lists[k] }

// Setting follows a path through the account settings
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/account_settings/).
// Keys come and go by plan and date: what is not there is Missing.
func (s *Snapshot) Setting(path ...string) Value { return s.singles[Settings].Get(path...) }

// Security follows a path through the security settings
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/security_settings).
func (s *Snapshot) Security(path ...string) Value { return s.singles[SecuritySettings].Get(path...) }

// Field finds a ticket field by its id.
func (s *Snapshot) Field(id string) (TicketField, bool) {
	for _, f := range s.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return TicketField{}, false
}
