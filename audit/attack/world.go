package attack

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// A world is what the analysis needs to know of an account, looked up once.
type world struct {
	snap *tenant.Snapshot
	// intake are the switches that decide who may open a ticket.
	intake Settings
	// fields are the ticket fields by id.
	fields map[string]tenant.TicketField
	// offered are the fields whose values add a tag.
	offered map[string][]offer
	// onForm are the fields that stand on a form end users can see; nil where
	// forms were not read or there are none.
	onForm map[string]bool
	// brands, forms, locales, addresses are the account's values; nil where
	// they were not read in full.
	brands, forms, locales, addresses []string
	defaultForm                       string
	// statusOf maps a custom status to its category, defaultStatus is the one
	// that new tickets get.
	statusOf      map[string]string
	defaultStatus string
	ccs           tri.Value // may end users copy others in?
	team          map[string]bool
	dynamic       map[string]*dynamicBody
	// titles are what the account calls the fields of conditions.
	titles map[string]string
}

// An offer is a field value that adds a tag.
type offer struct{ field, value string }

const customFieldPrefix = "custom_fields_"

func customField(id string) string { return customFieldPrefix + id }

func newWorld(s *tenant.Snapshot, intake Settings) *world {
	w := &world{
		snap:     s,
		intake:   intake,
		fields:   map[string]tenant.TicketField{},
		offered:  map[string][]offer{},
		statusOf: map[string]string{},
		team:     map[string]bool{},
		ccs:      ccsAllowed(s),
		dynamic:  dynamicBodies(s),
		titles:   conditionTitles(s),
	}
	for _, f := range s.Fields {
		w.fields[f.ID] = f
		for _, o := range f.Options {
			// System fields such as priority have options too, and no tags.
			if o.Value != "" && tagging(f.FieldType) {
				w.offered[o.Value] = append(w.offered[o.Value], offer{f.ID, o.Value})
			}
		}
		if f.FieldType == "checkbox" && f.Tag != "" {
			w.offered[f.Tag] = append(w.offered[f.Tag], offer{f.ID, "true"})
		}
	}
	for _, u := range s.Team {
		w.team[u.ID] = true
	}
	w.readForms()
	w.readChoices()
	return w
}

// tagging says whether a value of a field of this type is also a tag
// (https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/).
func tagging(fieldType string) bool { return fieldType == "tagger" || fieldType == "multiselect" }

func (w *world) readForms() {
	if !w.snap.Has(tenant.TicketForms) {
		return
	}
	for _, f := range w.snap.Forms {
		if f.Active.Is(true) == tri.False {
			continue
		}
		if f.Default.Or(false) {
			w.defaultForm = f.ID
		}
		if f.EndUserVisible.Is(true) == tri.False {
			continue
		}
		w.forms = append(w.forms, f.ID)
		if w.onForm == nil {
			w.onForm = map[string]bool{}
		}
		for _, id := range f.FieldIDs {
			w.onForm[id] = true
		}
	}
}

func (w *world) readChoices() {
	s := w.snap
	if s.Has(tenant.Brands) {
		for _, b := range s.Brands {
			if b.Active.Is(true) != tri.False {
				w.brands = append(w.brands, b.ID)
			}
		}
	}
	if s.Has(tenant.Locales) {
		for _, l := range s.List(tenant.Locales) {
			w.locales = append(w.locales, l.Get("id").ID())
		}
	}
	if s.Has(tenant.RecipientAddresses) && s.Setting("email", "accept_wildcard_emails").Bool().Is(false) == tri.True {
		for _, a := range s.List(tenant.RecipientAddresses) {
			w.addresses = append(w.addresses, strings.ToLower(a.Get("email").Str().Or("")))
		}
	}
	for _, c := range s.List(tenant.CustomStatuses) {
		id, category := c.Get("id").ID(), c.Get("status_category").Str().Or("")
		w.statusOf[id] = category
		if category == "new" && c.Get("default").Bool().Or(false) {
			w.defaultStatus = id
		}
	}
}

// ccsAllowed says whether end users may copy others in
// (https://support.zendesk.com/hc/en-us/articles/4408843795482). The keys have
// come and gone, so one that says no is believed only where none says yes.
func ccsAllowed(s *tenant.Snapshot) tri.Value {
	keys := []tri.Value{
		s.Setting("active_features", "allow_ccs").Bool().Is(true),
		s.Setting("tickets", "follower_and_email_cc_collaborations").Bool().Is(true),
		s.Setting("tickets", "comment_email_ccs_allowed").Bool().Is(true),
	}
	known := keys[:0]
	for _, k := range keys {
		if k.Known() {
			known = append(known, k)
		}
	}
	if len(known) == 0 {
		return tri.Unknown
	}
	return tri.Or(known...)
}

// offering lists the field values that add a tag.
func (w *world) offering(tag string) []offer { return w.offered[tag] }

// settable says whether an end user can fill in a field on a form: it is
// active, visible, editable, and stands on a form that they see.
func (w *world) settable(f tenant.TicketField) tri.Value {
	// A field that is not said to be inactive is active.
	active := tri.Not(tri.Of(f.Active.Is(true) == tri.False))
	onForm := tri.True
	if w.onForm != nil && !w.onForm[f.ID] {
		onForm = tri.False
	}
	return tri.And(active, f.Visible.Is(true), f.Editable.Is(true), onForm)
}

// conditionTitles reads what the account calls the fields of its conditions
// (https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/#list-trigger-action-and-condition-definitions).
func conditionTitles(s *tenant.Snapshot) map[string]string {
	out := map[string]string{}
	definitions := s.Single(tenant.TriggerDefinitions)
	for _, list := range []string{"conditions_all", "conditions_any"} {
		for _, c := range definitions.Get(list).Items() {
			out[c.Get("subject").Str().Or("")] = c.Get("title").Str().Or("")
		}
	}
	return out
}

// conditionName is how messages name the field of a condition.
func (w *world) conditionName(field string) string {
	if title := w.titles[field]; title != "" {
		return "“" + title + "” (" + field + ")"
	}
	return "“" + field + "”"
}
