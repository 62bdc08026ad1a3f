package attack

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/audit/tri"
)

// A channelModel says what a ticket looks like that a stranger opens over one
// channel (https://developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-managing-requests/).
type channelModel struct {
	name Channel
	// role is that of the user who creates the ticket, as conditions name it:
	// the company's own contact form posts with an agent's token.
	role string
	// via is Zendesk's number for the channel; empty where it is not documented.
	via string
	// fields says how far the stranger fills in the account's ticket fields.
	fields fieldAccess
	// copies says whether the stranger can copy others in, where the account
	// allows that at all.
	copies bool
	// doubt is what is not documented of the channel as a whole.
	doubt string
	// ownForm: the company's program decides what the ticket says.
	ownForm bool
}

// A fieldAccess says how far a stranger fills in ticket fields on a channel.
type fieldAccess uint8

const (
	noFields     fieldAccess = iota // no form at all, as in e-mail
	portalFields                    // those that end users may edit
	anyFields                       // those, and perhaps others
)

// models lists the channels, in the order in which reports name them. The
// numbers are those that trigger conditions use
// (https://developer.zendesk.com/documentation/ticketing/reference-guides/via-types/).
func models() []*channelModel {
	return []*channelModel{
		{name: WebForm, role: "end_user", via: "0", fields: portalFields},
		{name: RequestsAPI, role: "end_user", via: "5", fields: anyFields, copies: true},
		{name: Email, role: "end_user", via: "4", fields: noFields, copies: true},
		{name: Widget, role: "end_user", via: "48", fields: portalFields},
		{name: MobileSDK, role: "end_user", via: "49", fields: anyFields},
		{name: Messaging, role: "end_user", fields: anyFields, doubt: "what a conversation of somebody who is not signed in looks like as a ticket is not fully documented"},
		{name: TicketsAPI, role: "agent", via: "5", fields: anyFields, ownForm: true},
	}
}

// counters are attributes that are 0 on a new ticket.
var counters = map[string]bool{
	"reopens": true, "replies": true, "agent_stations": true, "group_stations": true, "number_of_incidents": true,
}

const byOwnForm = "the company's own contact form decides this, not the stranger"

// initial is what an attribute may be when the ticket is created. Names are
// those of trigger conditions.
func (c *channelModel) initial(w *world, attr string) domain {
	if id, ok := strings.CutPrefix(attr, customFieldPrefix); ok {
		return c.customField(w, id)
	}
	if counters[attr] {
		return fixedTo("0")
	}
	if d, ok := c.system(w, attr); ok {
		return d
	}
	switch {
	case strings.HasPrefix(attr, "requester.") || strings.HasPrefix(attr, "organization.") || strings.HasPrefix(attr, "user."):
		return usually("", "it depends on the profile of the person who is named as requester")
	case strings.HasPrefix(attr, "requester_twitter_"):
		return nobodyKnows("it depends on a social media profile")
	}
	return nobodyKnows("zdaudit does not know the condition " + w.conditionName(attr))
}

// system is what Zendesk's own attributes may be.
func (c *channelModel) system(w *world, attr string) (domain, bool) {
	switch attr {
	case "update_type":
		return fixedTo("Create"), true
	case "role":
		if c.ownForm {
			return usually(c.role, "the contact form posts as an agent, and which one is not known").without("end_user"), true
		}
		return fixedTo(c.role), true
	case "requester_role":
		return fixedTo("0"), true
	case "via_id", "current_via_id":
		if c.via == "" {
			return nobodyKnows("the number of this channel is not documented"), true
		}
		return fixedTo(c.via), true
	case "status":
		return c.byForm(fixedTo("new"), "new"), true
	case "custom_status_id":
		if w.defaultStatus != "" {
			return fixedTo(w.defaultStatus), true
		}
		return nobodyKnows("the account's ticket statuses were not read"), true
	case "ticket_is_public":
		return c.byForm(fixedTo("public"), "public"), true
	case "comment_is_public":
		return c.byForm(fixedTo("true"), "true"), true
	case "group_id", "assignee_id":
		return c.byForm(fixedTo(""), ""), true
	case "satisfaction_score":
		return fixedTo("unoffered"), true
	case "ticket_due_date":
		return c.byForm(fixedTo(""), ""), true
	case "requester_id":
		return usually("", "the stranger would have to name just this person"), true
	case "organization_id":
		return usually("", "it depends on the organization of the person who is named as requester"), true
	case "requester_time_zone":
		return nobodyKnows("it depends on the profile of the person who is named as requester"), true
	case "schedule_id", "set_schedule":
		return nobodyKnows("which schedule applies is not known"), true
	case "in_business_hours", "on_holiday", "within_schedule":
		// The stranger picks the hour.
		return free(), true
	}
	return c.choice(w, attr)
}

// byForm gives way to the company's own form, which can set what a stranger
// cannot.
func (c *channelModel) byForm(d domain, most string) domain {
	if c.ownForm {
		return usually(most, byOwnForm)
	}
	return d
}

// choice is what attributes may be that the stranger chooses among the
// account's values.
func (c *channelModel) choice(w *world, attr string) (domain, bool) {
	switch attr {
	case "brand_id":
		return c.choose(w.brands), true
	case "ticket_form_id":
		if c.fields == noFields {
			if w.defaultForm != "" {
				return fixedTo(w.defaultForm), true
			}
			return nobodyKnows("the account's ticket forms were not read"), true
		}
		return c.choose(w.forms), true
	case "locale_id":
		return c.choose(w.locales), true
	case "recipient":
		if c.name != Email {
			return usually("", "which address a ticket from this channel counts as received at is not known"), true
		}
		return c.choose(w.addresses), true
	case "type":
		return c.systemField(w, "tickettype", "", "question", "incident", "problem", "task"), true
	case "priority":
		return c.systemField(w, "priority", "", "low", "normal", "high", "urgent"), true
	case "attachment":
		return among("not_present", "present"), true
	case "cc":
		return c.copying(w), true
	}
	return domain{}, false
}

func (c *channelModel) choose(options []string) domain {
	if c.ownForm {
		return nobodyKnows(byOwnForm)
	}
	if options == nil {
		return free()
	}
	return among(options...)
}

// systemField is a field that Zendesk ships, such as priority: the stranger
// sets it only if it is on the form.
func (c *channelModel) systemField(w *world, fieldType string, options ...string) domain {
	if c.ownForm {
		return usually("", byOwnForm)
	}
	if c.fields == noFields {
		return fixedTo("")
	}
	if !w.snap.Has(tenant.TicketFields) {
		return usually("", "the account's ticket fields were not read")
	}
	for _, f := range w.fields {
		if f.FieldType != fieldType {
			continue
		}
		if w.settable(f) == tri.True {
			return among(options...)
		}
	}
	return fixedTo("")
}

// customField is what a field of the account's own may be.
func (c *channelModel) customField(w *world, id string) domain {
	f, ok := w.fields[id]
	switch {
	case !ok && w.snap.Has(tenant.TicketFields):
		return fixedTo("") // deleted: nothing can be in it
	case c.ownForm:
		return usually("", byOwnForm)
	case c.fields == noFields:
		return fixedTo(empty(f))
	case !ok:
		return usually("", "the account's ticket fields were not read")
	}
	switch w.settable(f) {
	case tri.True:
		return chosenValue(f)
	case tri.False:
		// Whether the API refuses what the form hides is not documented.
		if c.fields == anyFields && f.Active.Is(true) != tri.False {
			return usually(empty(f), "whether a stranger can fill in field "+id+", which the form does not offer, is not documented")
		}
		return fixedTo(empty(f))
	case tri.Unknown:
	}
	return usually(empty(f), "whether end users may edit field "+id+" is not known")
}

// empty is what a field holds that nobody filled in.
func empty(f tenant.TicketField) string {
	if f.FieldType == "checkbox" {
		return "false"
	}
	return ""
}

// chosenValue is what a stranger can put into a field of the form.
func chosenValue(f tenant.TicketField) domain {
	switch f.FieldType {
	case "tagger", "multiselect":
		options := []string{""}
		for _, o := range f.Options {
			options = append(options, o.Value)
		}
		return among(options...)
	case "checkbox":
		return among("false", "true")
	}
	return free()
}

// copying says whether the stranger can copy others in.
func (c *channelModel) copying(w *world) domain {
	switch {
	case c.ownForm:
		return usually("not_present", byOwnForm)
	case !c.copies || w.ccs == tri.False:
		return fixedTo("not_present")
	case w.ccs == tri.Unknown:
		return usually("not_present", "whether end users may copy others in is not known")
	}
	return among("not_present", "present")
}

// foreignTags says why a tag might be on the ticket from the start although no
// field that the stranger fills in adds it; empty if it cannot be.
func (c *channelModel) foreignTags(w *world) string {
	switch {
	case c.ownForm:
		return "the company's own contact form may set tags"
	case c.fields == noFields:
		return ""
	case !w.snap.Has(tenant.TicketFields):
		return "the account's ticket fields, whose values add tags, were not read"
	}
	return ""
}

// like says whether tickets of two channels do not differ in anything that the
// keys name.
func (c *channelModel) like(other *channelModel, w *world, keys []string) bool {
	if c.ownForm != other.ownForm || c.doubt != other.doubt {
		return false
	}
	for _, key := range keys {
		if strings.HasPrefix(key, tagKey) {
			if c.foreignTags(w) != other.foreignTags(w) {
				return false
			}
			continue
		}
		if !c.initial(w, key).same(other.initial(w, key)) {
			return false
		}
	}
	return true
}

// strangerWrites says whether the words behind a carrier are the stranger's on
// this channel.
func (c *channelModel) strangerWrites(w *world, carrier string) bool {
	switch {
	case strings.HasPrefix(carrier, "current_user.") || strings.HasPrefix(carrier, "ticket.submitter"):
		return !c.ownForm // there it is the agent whose token the form uses
	case carrier == "ticket.ccs" || carrier == "ticket.cc_names" || carrier == "ticket.email_cc_names":
		d := c.copying(w)
		return d.by != fixed
	}
	if id, ok := strings.CutPrefix(carrier, "ticket.ticket_field_"); ok {
		d := c.customField(w, id)
		return d.by == chosen || (d.by == unclear && !w.snap.Has(tenant.TicketFields)) || c.ownForm
	}
	return true
}
