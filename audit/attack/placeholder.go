package attack

import (
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A group says who controls what a placeholder prints when a stranger creates
// the ticket (https://support.zendesk.com/hc/en-us/articles/4408886858138,
// https://support.zendesk.com/hc/en-us/articles/4408833443226).
type group uint8

const (
	// unlisted: in no list; somebody has to look at it.
	unlisted group = iota
	// carrier: the stranger's words.
	carrier
	// comment: the stranger's words, but Zendesk may blank them.
	comment
	// choice: the stranger chooses among the account's values.
	choice
	// own: the account's words, or facts such as a number.
	own
	// nothing: prints nothing at all.
	nothing
	// dynamic: a dynamic content item.
	dynamic
)

// A meaning is what a placeholder stands for.
type meaning struct {
	group group
	// name is the canonical one: that of a list for its members.
	name string
	// says is the most that the stranger gets to say in it.
	says Content
}

// commentLike are the ticket placeholders that Zendesk lists as suppressed.
var commentLike = map[string]bool{
	"comments": true, "description": true, "public_comments": true,
	"latest_comment": true, "latest_comment_html": true, "latest_comment_formatted": true, "latest_comment_rich": true,
	"latest_public_comment": true, "latest_public_comment_html": true,
	"latest_public_comment_formatted": true, "latest_public_comment_rich": true,
	"comments_formatted": true, "public_comments_formatted": true,
}

// ticketMembers are the other placeholders that begin with "ticket." and have
// no members of their own.
var ticketMembers = map[string]meaning{
	"title":                {carrier, "ticket.title", SaysText},
	"verbatim_description": {carrier, "ticket.verbatim_description", SaysText},
	"cc_names":             {carrier, "ticket.cc_names", SaysName},
	"email_cc_names":       {carrier, "ticket.email_cc_names", SaysName},
	"tags":                 {group: choice},
	"ticket_form":          {group: choice},
	"priority":             {group: choice},
	"type":                 {group: choice},
	"ticket_type":          {group: choice},
}

// ownMembers are placeholders after "ticket." whose value the account or
// Zendesk decides, with everything below them.
var ownMembers = map[string]bool{
	"id": true, "account": true, "link": true, "link_with_email": true, "url": true, "url_with_protocol": true,
	"status": true, "custom_status": true, "group": true, "assignee": true, "via": true, "in_business_hours": true,
	"external_id": true, "encoded_id": true, "follower_names": true, "followers": true, "follower_reply_type_message": true,
	"agent_signature": true, "brand": true, "satisfaction": true, "sharing_agreements": true,
}

// personMembers are what a person's placeholders print, with what a stranger
// who names that person gets to say. Stored profile data is not the stranger's.
var personMembers = map[string]meaning{
	"name":       {group: carrier, says: SaysName},
	"first_name": {group: carrier, says: SaysName},
	"last_name":  {group: carrier, says: SaysName},
	"email":      {group: carrier, says: SaysName},
	"phone":      {group: carrier, says: SaysName},
	"language":   {group: choice},
	"locale":     {group: choice},
	"time_zone":  {group: own},
	"id":         {group: own}, "details": {group: own}, "notes": {group: own}, "external_id": {group: own},
	"custom_fields": {group: own}, "organization": {group: own}, "role": {group: own}, "signature": {group: own},
	"alias": {group: own}, "tags": {group: own}, "extended_role": {group: own},
}

// ownRoots are first words whose values the account or Zendesk decides.
var ownRoots = map[string]bool{
	"satisfaction": true, "agent": true, "account": true, "brand": true, "target": true, "settings": true,
	"forloop": true, "tablerowloop": true, "help_center_url": true,
}

// meaningOf looks a placeholder up. A member of a list has "[]" in its path.
func (w *world) meaningOf(path []string) meaning {
	if len(path) == 0 {
		return meaning{group: nothing}
	}
	name := strings.Join(path, ".")
	switch path[0] {
	case "ticket":
		return w.ticketMeaning(path[1:], name)
	case "current_user":
		return personMeaning("current_user", path[1:])
	case "comment":
		return meaning{group: comment, name: name, says: SaysText}
	case "dc":
		return meaning{group: dynamic, name: strings.Join(path[1:], ".")}
	}
	switch {
	case ownRoots[path[0]]:
		return meaning{group: own}
	case strings.ToLower(path[0]) != path[0]:
		// Names are case-sensitive: another spelling prints nothing.
		return meaning{group: nothing}
	}
	return meaning{group: unlisted}
}

func (w *world) ticketMeaning(path []string, name string) meaning {
	if len(path) == 0 {
		return meaning{group: own}
	}
	first := path[0]
	switch {
	case commentLike[first]:
		return meaning{group: comment, name: "ticket." + first, says: SaysText}
	case first == "requester" || first == "submitter":
		return personMeaning("ticket."+first, path[1:])
	case first == "ccs":
		return ccMeaning(path[1:])
	case first == "organization":
		return meaning{group: choice}
	case ownMembers[first], strings.HasPrefix(first, "created_at"), strings.HasPrefix(first, "updated_at"),
		strings.HasPrefix(first, "due_date"), strings.HasPrefix(first, "solved_at"):
		return meaning{group: own}
	case strings.HasPrefix(first, "ticket_field_option_title_"):
		return meaning{group: choice}
	}
	if id, ok := strings.CutPrefix(first, "ticket_field_"); ok {
		return w.fieldMeaning(id)
	}
	if m, ok := ticketMembers[first]; ok {
		return m
	}
	if strings.ToLower(first) != first {
		return meaning{group: nothing}
	}
	return meaning{group: unlisted, name: name}
}

// ccMeaning: members of the list that print words; its size does not.
func ccMeaning(path []string) meaning {
	for _, p := range path {
		if p == "id" || p == "size" {
			return meaning{group: own}
		}
	}
	return meaning{carrier, "ticket.ccs", SaysName}
}

func personMeaning(who string, path []string) meaning {
	if len(path) == 0 {
		return meaning{carrier, who + ".name", SaysName}
	}
	m, ok := personMembers[path[0]]
	if !ok {
		if strings.ToLower(path[0]) != path[0] {
			return meaning{group: nothing}
		}
		return meaning{group: unlisted}
	}
	if m.group == carrier {
		m.name = who + "." + path[0]
	}
	return m
}

// fieldMeaning joins a placeholder to the account's field of that id: what is
// typed is the stranger's, what is picked from a list is the account's.
func (w *world) fieldMeaning(id string) meaning {
	name := "ticket.ticket_field_" + id
	f, ok := w.fields[id]
	if !ok && w.snap.Has(tenant.TicketFields) {
		return meaning{group: nothing} // deleted
	}
	switch f.FieldType {
	case "tagger", "multiselect", "checkbox", "lookup":
		return meaning{group: choice}
	}
	return meaning{carrier, name, SaysText}
}

// says is the most that a stranger gets to say in a carrier.
func (w *world) says(name string) Content {
	if m := w.meaningOf(strings.Split(name, ".")); m.says != "" {
		return m.says
	}
	return SaysText
}
