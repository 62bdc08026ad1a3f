package collect

import (
	"path"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A part is what one document holds of one kind.
type part struct {
	kind  tenant.Kind
	items []tenant.Value // one item of a kind of which there is one
	// count is the total that the API stated, or -1.
	count int64
	// more says that the API announced another page.
	more bool
	// sideload says that the items came along with another resource, and may
	// be only those that it refers to.
	sideload bool
}

func wholePart(k tenant.Kind, items ...tenant.Value) part {
	return part{kind: k, items: items, count: -1}
}

// recognise finds out what a document holds, by its content: the API's
// envelopes, several of them in one object, lists and objects without an
// envelope, and the requirements file of an app. The name decides only where
// the content leaves it open. Nothing recognised gives no parts.
func recognise(name string, v tenant.Value) []part {
	switch v.Type() {
	case tenant.Map:
		// Singles come first: a group of the settings bears the name "user".
		if k := bareSingle(v); k != tenant.NoKind {
			return []part{wholePart(k, v)}
		}
		if parts := envelopes(name, v); len(parts) > 0 {
			return parts
		}
		return bareObject(name, v)
	case tenant.List:
		return bareList(name, v)
	case tenant.Missing, tenant.Unknowable, tenant.Null, tenant.Boolean, tenant.Number, tenant.String:
	}
	return nil
}

// envelopes reads the members of a document that bear the name of a resource.
// What has an id is an object, whatever its members are called.
func envelopes(name string, v tenant.Value) []part {
	if v.Get("id").Exists() {
		return nil
	}
	var parts []part
	for _, m := range v.Members() {
		k, ok := aliases[m.Key]
		if !ok {
			k = tenant.KindNamed(m.Key)
		}
		if k == tenant.NoKind {
			continue
		}
		if p, ok := envelope(name, k, m); ok {
			parts = append(parts, p)
		}
	}
	if paged(v) {
		markPages(name, v, parts)
	}
	return parts
}

// envelope reads one member whose key is a name of k.
func envelope(name string, k tenant.Kind, m tenant.Member) (part, bool) {
	v := m.Value
	if k.Single() {
		// Help Center's own answer wraps them once more.
		if inner := v.Get("preferences"); k == tenant.HelpCenterSettings && inner.Type() == tenant.Map {
			v = inner
		}
		named := k != tenant.Settings && kindByName(name) == k && len(v.Keys()) > 0
		return wholePart(k, v), named || looksLike(k, v, false)
	}
	switch v.Type() {
	case tenant.List:
		return wholePart(k, v.Items()...), plausible(name, k, m.Key, v.Items())
	case tenant.Map:
		if m.Key != k.String() && m.Key != envelopeKey(k) {
			// {"trigger": {…}}: the answer to a request for one object.
			return wholePart(k, v), plausible(name, k, m.Key, []tenant.Value{v})
		}
		items := requirements(v)
		return wholePart(k, items...), len(items) > 0 && plausible(name, k, m.Key, items)
	case tenant.Missing, tenant.Unknowable, tenant.Null, tenant.Boolean, tenant.Number, tenant.String:
	}
	return part{}, false
}

// plausible says whether a list under a key can be of kind k. A few keys are
// common words, which other documents use for something else.
func plausible(name string, k tenant.Kind, key string, items []tenant.Value) bool {
	if len(items) == 0 {
		return k != tenant.DynamicContent || key != "items" || kindByName(name) == k
	}
	objects := slices.DeleteFunc(slices.Clone(items), func(v tenant.Value) bool { return v.Type() != tenant.Map })
	if kindByName(name) == k {
		return len(objects) > 0
	}
	switch key {
	case "items", "item", "tokens", "token", "clients", "client":
		return slices.ContainsFunc(objects, func(v tenant.Value) bool {
			return judge(v).kind == k || (k == tenant.OAuthClients && v.Get("identifier").Exists())
		})
	}
	return len(objects) > 0
}

// requirements reads a map of names to objects, as a requirements file of an
// app has it
// (https://developer.zendesk.com/documentation/apps/app-developer-guide/apps_requirements/).
// An object without a title gets its name for one.
func requirements(v tenant.Value) []tenant.Value {
	var items []tenant.Value
	for _, m := range v.Members() {
		if m.Value.Type() != tenant.Map {
			return nil
		}
		item := m.Value
		if !hasTitle(item) {
			title := tenant.Member{Key: "title", At: m.At, Value: tenant.StringAt(m.Key, m.At, escapedString)}
			item = tenant.MapAt(append(item.Members(), title), item.Place())
		}
		items = append(items, item)
	}
	return items
}

func hasTitle(v tenant.Value) bool {
	return v.Get("title").Exists() || v.Get("raw_title").Exists() || v.Get("name").Exists()
}

// paged says whether v is a page of a list in the API's words
// (https://developer.zendesk.com/api-reference/introduction/pagination/).
func paged(v tenant.Value) bool {
	return v.Get("next_page").Exists() || v.Get("count").Exists() || v.Get("meta", "has_more").Exists()
}

// markPages hands what the page says about itself to the resource that it is a
// page of. Others in the same document were sideloaded.
func markPages(name string, v tenant.Value, parts []part) {
	count := v.Get("count").Int().Or(-1)
	more := v.Get("next_page").Str().Or("") != "" || v.Get("meta", "has_more").Bool().Or(false)
	main := mainPart(name, v, parts, count)
	for i := range parts {
		switch {
		case parts[i].kind.Single():
		case i == main:
			parts[i].count, parts[i].more = count, more
		default:
			parts[i].sideload = true
		}
	}
}

// mainPart finds the part that a page is about, or -1: the only list, the one
// that the address of the next page or the file's name speaks of, or the only
// one with as many items as there are in all.
func mainPart(name string, v tenant.Value, parts []part, count int64) int {
	lists := 0
	for _, item := range v.Items() {
		if item.Type() == tenant.List {
			lists++
		}
	}
	if lists <= 1 {
		return slices.IndexFunc(parts, func(p part) bool { return !p.kind.Single() })
	}
	next := v.Get("next_page").Str().Or(v.Get("links", "next").Str().Or(""))
	suggested := kindByName(name)
	if _, endpoint, ok := strings.Cut(next, "/api/v2/"); ok {
		endpoint, _, _ = strings.Cut(endpoint, "?")
		suggested = kindByName(strings.TrimSuffix(endpoint, ".json") + ".json")
	}
	if i := slices.IndexFunc(parts, func(p part) bool { return p.kind == suggested }); i >= 0 {
		return i
	}
	same := -1
	for i, item := range v.Items() {
		if item.Type() != tenant.List || int64(len(item.Items())) != count {
			continue
		}
		if same >= 0 {
			return -1
		}
		same = i
	}
	if same < 0 {
		return -1
	}
	key := v.Keys()[same]
	return slices.IndexFunc(parts, func(p part) bool { return p.kind == aliases[key] || p.kind.String() == key })
}

// bareSingle finds the kind of an object of which an account has one and that
// stands without its envelope.
func bareSingle(v tenant.Value) tenant.Kind {
	for _, k := range []tenant.Kind{tenant.Settings, tenant.SecuritySettings, tenant.HelpCenterSettings, tenant.TriggerDefinitions} {
		if looksLike(k, v, true) {
			return k
		}
	}
	return tenant.NoKind
}

// bareObject reads a document that is one object of a list, without an envelope.
func bareObject(name string, v tenant.Value) []part {
	k := settle(judge(v), tenant.NoKind, name, v)
	if k == tenant.NoKind {
		return nil
	}
	return []part{wholePart(k, withFolderState(name, k, v))}
}

// bareList reads a document that is a list without an envelope, or a list of
// pages. Objects of which the shape leaves the kind open are taken for what
// the others are.
func bareList(name string, v tenant.Value) []part {
	items := v.Items()
	if len(items) == 0 {
		if k := kindByName(name); k != tenant.NoKind && !k.Single() {
			return []part{wholePart(k)}
		}
		return nil
	}
	if pages := listOfPages(name, items); len(pages) > 0 {
		return pages
	}
	judged := make([]judgement, len(items))
	company := tenant.NoKind
	for i, item := range items {
		if item.Type() != tenant.Map {
			continue
		}
		if judged[i] = judge(item); judged[i].sure && company == tenant.NoKind {
			company = judged[i].kind
		}
	}
	byKind := map[tenant.Kind][]tenant.Value{}
	for i, item := range items {
		if k := settle(judged[i], company, name, item); k != tenant.NoKind {
			byKind[k] = append(byKind[k], item)
		}
	}
	var parts []part
	for _, k := range tenant.Kinds() {
		if len(byKind[k]) > 0 {
			parts = append(parts, wholePart(k, byKind[k]...))
		}
	}
	return parts
}

// listOfPages reads a list whose items are answers of the API, as JSON Lines of
// them are.
func listOfPages(name string, items []tenant.Value) []part {
	var pages []part
	for i, item := range items {
		found := envelopes(name, item)
		if i == 0 && len(found) == 0 {
			return nil
		}
		pages = append(pages, found...)
	}
	return pages
}

// settle decides what the shape leaves open: by the company that the object
// keeps, then by name, then by what is likeliest.
func settle(j judgement, company tenant.Kind, name string, v tenant.Value) tenant.Kind {
	if j.sure {
		return j.kind
	}
	named := kindByName(name)
	switch {
	case j.kind == tenant.Triggers:
		for _, k := range []tenant.Kind{company, named} {
			if k == tenant.Triggers || k == tenant.Automations {
				return k
			}
		}
		return tenant.Triggers
	case v.Type() == tenant.Map && !named.Single() && (v.Get("id").Exists() || hasTitle(v)):
		return named
	}
	return tenant.NoKind
}

// withFolderState takes a rule that stands in a folder "inactive", where some
// backup tools put it, for inactive, unless it says itself what it is.
func withFolderState(name string, k tenant.Kind, v tenant.Value) tenant.Value {
	if k != tenant.Triggers && k != tenant.Automations && k != tenant.Macros {
		return v
	}
	folders := strings.Split(path.Dir(strings.ToLower(name)), "/")
	if v.Get("active").Exists() || !slices.Contains(folders, "inactive") {
		return v
	}
	inactive := tenant.Member{Key: "active", At: v.Place(), Value: tenant.BooleanAt(false, v.Place())}
	return tenant.MapAt(append(v.Members(), inactive), v.Place())
}
