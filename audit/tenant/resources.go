package tenant

import (
	"strings"
	"time"
)

// A TicketField is a field of the ticket form
// (https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/).
type TicketField struct {
	Ref
	// FieldType is Zendesk's word: text, textarea, regexp, integer, decimal,
	// date, tagger, multiselect, checkbox, lookup, subject, priority, …
	FieldType string
	Active    Field[bool]
	// Visible and Editable say what end users may do in the help center.
	Visible, Editable Field[bool]
	// Tag is what a ticked checkbox adds to the ticket.
	Tag     string
	Options []FieldOption
}

// A FieldOption is one value of a drop-down; the value is also the tag that
// the ticket gets.
type FieldOption struct {
	Name, Value string
}

func ticketFieldFrom(v Value) TicketField {
	f := TicketField{
		Ref:       Ref{Type: "ticket_field", ID: v.Get("id").ID(), Title: titleOf(v)},
		FieldType: v.Get("type").Str().Or(""),
		Active:    v.Get("active").Bool(),
		Visible:   v.Get("visible_in_portal").Bool(),
		Editable:  v.Get("editable_in_portal").Bool(),
		Tag:       v.Get("tag").Str().Or(""),
	}
	options := v.Get("custom_field_options")
	if len(options.Items()) == 0 {
		options = v.Get("system_field_options")
	}
	for _, o := range options.Items() {
		f.Options = append(f.Options, FieldOption{Name: o.Get("name").Str().Or(""), Value: o.Get("value").Str().Or("")})
	}
	return f
}

// A TicketForm is a set of ticket fields
// (https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_forms/).
type TicketForm struct {
	Ref
	Active, EndUserVisible, Default Field[bool]
	FieldIDs                        []string
}

func ticketFormFrom(v Value) TicketForm {
	f := TicketForm{
		Ref:            Ref{Type: "ticket_form", ID: v.Get("id").ID(), Title: titleOf(v)},
		Active:         v.Get("active").Bool(),
		EndUserVisible: v.Get("end_user_visible").Bool(),
		Default:        v.Get("default").Bool(),
	}
	for _, id := range v.Get("ticket_field_ids").Items() {
		f.FieldIDs = append(f.FieldIDs, id.ID())
	}
	return f
}

// A Brand is a face of the account with its own address
// (https://developer.zendesk.com/api-reference/ticketing/account-configuration/brands/).
type Brand struct {
	Ref
	Name, Subdomain, URL string
	Active, Default      Field[bool]
}

func brandFrom(v Value) Brand {
	return Brand{
		Ref:       Ref{Type: "brand", ID: v.Get("id").ID(), Title: titleOf(v)},
		Name:      v.Get("name").Str().Or(""),
		Subdomain: v.Get("subdomain").Str().Or(""),
		URL:       v.Get("brand_url").Str().Or(""),
		Active:    v.Get("active").Bool(),
		Default:   v.Get("default").Bool(),
	}
}

// A DynamicItem is a text with a variant for each language
// (https://developer.zendesk.com/api-reference/ticketing/ticket-management/dynamic_content/).
type DynamicItem struct {
	Ref
	// Key is what stands after "dc." in the placeholder.
	Key      string
	Variants []Variant
}

// A Variant is a dynamic content item in one language.
type Variant struct {
	Locale          string // locale id
	Active, Default Field[bool]
	Content         Text
}

func dynamicItemFrom(v Value) DynamicItem {
	d := DynamicItem{Ref: Ref{Type: "dynamic_content", ID: v.Get("id").ID(), Title: titleOf(v)}}
	placeholder := strings.Trim(v.Get("placeholder").Str().Or(""), "{} \t")
	d.Key = strings.TrimPrefix(placeholder, "dc.")
	for _, x := range v.Get("variants").Items() {
		d.Variants = append(d.Variants, Variant{
			Locale:  x.Get("locale_id").ID(),
			Active:  x.Get("active").Bool(),
			Default: x.Get("default").Bool(),
			Content: x.Get("content").Text(),
		})
	}
	return d
}

// A User is a team member: an agent or an administrator.
type User struct {
	Ref
	Email, Role string
	CustomRole  string // id
	Active      Field[bool]
	Suspended   Field[bool]
	TwoFactor   Field[bool]
	LastLogin   Field[time.Time]
	Verified    Field[bool]
	Raw         Value
}

func userFrom(v Value) User {
	return User{
		Ref:        Ref{Type: "user", ID: v.Get("id").ID(), Title: titleOf(v)},
		Email:      v.Get("email").Str().Or(""),
		Role:       v.Get("role").Str().Or(""),
		CustomRole: v.Get("custom_role_id").ID(),
		Active:     v.Get("active").Bool(),
		Suspended:  v.Get("suspended").Bool(),
		TwoFactor:  v.Get("two_factor_auth_enabled").Bool(),
		LastLogin:  v.Get("last_login_at").Time(),
		Verified:   v.Get("verified").Bool(),
		Raw:        v,
	}
}

// A Target is an outside receiver of notifications
// (https://developer.zendesk.com/api-reference/ticketing/targets/targets/).
type Target struct {
	Ref
	TargetType string // email_target, url_target_v2, …
	Active     Field[bool]
	Email      string // of an email_target
}

func targetFrom(v Value) Target {
	return Target{
		Ref:        Ref{Type: "target", ID: v.Get("id").ID(), Title: titleOf(v)},
		TargetType: v.Get("type").Str().Or(""),
		Active:     v.Get("active").Bool(),
		Email:      v.Get("email").Str().Or(""),
	}
}
