package collect

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// MaxSample is the most tickets that a sample looks at.
const MaxSample = 1000

// A sample looks at the newest tickets. Of each it keeps which channel it came
// over and when, and of the people on it whether they are one and the same,
// whether the address is verified, and on which side of the desk they are.
// People and subjects become keys: equal within this sample where they are
// equal, and nothing outside it, because they are keyed hashes under a salt
// that is thrown away. No name, address or text is kept.

// samplePage asks for the newest tickets with the people on them
// (https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#list-tickets).
// It is pagination by page number, which reaches far enough for MaxSample.
const samplePage = "/tickets?include=users&per_page=%d&sort_by=created_at&sort_order=desc"

// sampleEndpoint explains refusals.
var sampleEndpoint = Endpoint{
	Kind: tenant.SampledTickets, Who: Agents, Scope: "tickets:read", NotFound: tenant.EndpointMissing,
	Help: "let an agent or administrator who sees all tickets own the credential",
}

// sampledTicket is the layout of an item of sampled_tickets.json. A pointer is
// nil where the account did not say.
type sampledTicket struct {
	ID                   string `json:"id"`
	Channel              string `json:"channel,omitempty"`
	CreatedAt            string `json:"created_at,omitempty"`
	SubmitterRole        string `json:"submitter_role,omitempty"`
	RequesterVerified    *bool  `json:"requester_verified,omitempty"`
	RequesterIsSubmitter *bool  `json:"requester_is_submitter,omitempty"`
	RequesterKey         string `json:"requester_key,omitempty"`
	SubmitterKey         string `json:"submitter_key,omitempty"`
	SubjectKey           string `json:"subject_key,omitempty"`
	Recipient            string `json:"recipient,omitempty"`
}

func (a *API) sampleExtra(role string) Extra {
	return Extra{Kind: tenant.SampledTickets, Read: func(ctx context.Context, s *tenant.Snapshot) (File, *tenant.Gap) {
		salt := make([]byte, 32)
		if _, err := io.ReadFull(a.opts.Random, salt); err != nil {
			return File{}, &tenant.Gap{Kind: tenant.SampledTickets, Reason: tenant.Unreachable, Detail: "this machine gives no random numbers"}
		}
		m := &sampler{salt: salt, addresses: ownAddresses(s), domains: ownDomains(s)}
		gap := a.readSample(ctx, role, m)
		if gap != nil && len(m.out) == 0 {
			return File{}, gap
		}
		return extraFile(tenant.SampledTickets, m.out, gap)
	}}
}

// readSample goes through the pages until there are tickets enough.
func (a *API) readSample(ctx context.Context, role string, m *sampler) *tenant.Gap {
	r := &reader{get: a.get, origin: a.origin, home: a.home}
	where := fmt.Sprintf(samplePage, min(a.opts.SampleTickets, 100))
	m.out = []sampledTicket{}
	for seen := map[string]bool{}; len(m.out) < a.opts.SampleTickets && !seen[where]; {
		seen[where] = true
		data, err := a.get.Get(ctx, where)
		var v tenant.Value
		if err == nil {
			v, err = parseTickets(data)
		}
		if err != nil {
			gap := gapOf(ctx, sampleEndpoint, role, err)
			if len(m.out) > 0 && gap.Reason != tenant.Interrupted {
				gap.Reason = tenant.Truncated
			}
			return &gap
		}
		more := m.page(v, a.opts.SampleTickets)
		next := v.Get("next_page").Str().Or("")
		if !more || next == "" {
			return nil
		}
		if where, err = r.following(where, page{next: next}); err != nil {
			return &tenant.Gap{Kind: tenant.SampledTickets, Reason: tenant.Truncated, Detail: err.Error()}
		}
	}
	return nil
}

func parseTickets(data []byte) (tenant.Value, error) {
	v, err := Parse("tickets.json", data)
	if err != nil {
		return v, &parseError{err: err}
	}
	if v.Get("tickets").Type() != tenant.List {
		return v, &parseError{err: fmt.Errorf("the reply has no list %q", "tickets")}
	}
	return v, nil
}

// A sampler reduces tickets to what rules look at.
type sampler struct {
	salt      []byte
	addresses map[string]bool // support addresses of the account
	domains   map[string]bool
	out       []sampledTicket
}

// page takes the tickets of a page, and says whether it had any.
func (m *sampler) page(v tenant.Value, most int) bool {
	people := map[string]tenant.Value{}
	for _, u := range v.Get("users").Items() {
		people[u.Get("id").ID()] = u
	}
	tickets := v.Get("tickets").Items()
	for _, t := range tickets {
		if len(m.out) == most {
			return false
		}
		m.out = append(m.out, m.reduce(t, people))
	}
	return len(tickets) > 0
}

var (
	channelPattern = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
	idPattern      = regexp.MustCompile(`^[0-9]{1,20}$`)
)

func (m *sampler) reduce(t tenant.Value, people map[string]tenant.Value) sampledTicket {
	requester, submitter := t.Get("requester_id").ID(), t.Get("submitter_id").ID()
	out := sampledTicket{
		RequesterKey: m.key("user", requester),
		SubmitterKey: m.key("user", submitter),
		SubjectKey:   m.key("subject", normalSubject(t.Get("subject").Str().Or(""))),
		Recipient:    m.recipient(t.Get("recipient").Str().Or("")),
	}
	if id := t.Get("id").ID(); idPattern.MatchString(id) {
		out.ID = id
	}
	if channel, _ := t.Get("via", "channel").Scalar(); channelPattern.MatchString(channel) {
		out.Channel = channel
	}
	if at, ok := t.Get("created_at").Time().Get(); ok {
		out.CreatedAt = at.UTC().Format(time.RFC3339)
	}
	switch role := people[submitter].Get("role").Str().Or(""); role {
	case roleAdmin, roleAgent, roleEndUser:
		out.SubmitterRole = role
	}
	if verified, ok := people[requester].Get("verified").Bool().Get(); ok {
		out.RequesterVerified = &verified
	}
	if requester != "" && submitter != "" {
		same := requester == submitter
		out.RequesterIsSubmitter = &same
	}
	return out
}

// key hides a text. use keeps keys of different things apart.
func (m *sampler) key(use, text string) string {
	if text == "" {
		return ""
	}
	h := hmac.New(sha256.New, m.salt)
	io.WriteString(h, use+"\x00"+text) //nolint:errcheck,gosec // a hash takes everything
	return hex.EncodeToString(h.Sum(nil)[:8])
}

var replyPrefix = regexp.MustCompile(`^(?:(?:re|fwd?|aw|wg|sv|tr|rv)\s*:\s*)+`)

// normalSubject is what subjects of one wave have in common: letter case,
// prefixes of replies, spaces and numbers do not count.
func normalSubject(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	s = replyPrefix.ReplaceAllString(s, "")
	inNumber := false
	return strings.Map(func(r rune) rune {
		switch {
		case !unicode.IsDigit(r):
			inNumber = false
			return r
		case inNumber:
			return -1
		}
		inNumber = true
		return '0'
	}, s)
}

// recipient keeps an address that the account publishes as its own. Of another
// one in a domain of the account, which a wildcard lets in, only the domain
// stays: what stands before it may be anybody's name.
func (m *sampler) recipient(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	_, domain, ok := strings.Cut(address, "@")
	switch {
	case m.addresses[address]:
		return address
	case ok && m.domains[domain]:
		return "*@" + domain
	}
	return ""
}

func ownAddresses(s *tenant.Snapshot) map[string]bool {
	out := map[string]bool{}
	for _, a := range s.List(tenant.RecipientAddresses) {
		if address := strings.ToLower(a.Get("email").Str().Or("")); address != "" {
			out[address] = true
		}
	}
	return out
}

func ownDomains(s *tenant.Snapshot) map[string]bool {
	out := map[string]bool{}
	for _, domain := range slices.Concat(mailDomains(s), zendeskHosts(s)) {
		out[domain] = true
	}
	return out
}

// zendeskHosts are the hosts that Zendesk gives the account and its brands.
func zendeskHosts(s *tenant.Snapshot) []string {
	var out []string
	names := []string{s.Subdomain}
	for _, b := range s.List(tenant.Brands) {
		names = append(names, b.Get("subdomain").Str().Or(""))
	}
	for _, name := range names {
		if name = strings.ToLower(name); subdomainPattern.MatchString(name) && !slices.Contains(out, name+zendeskDomain) {
			out = append(out, name+zendeskDomain)
		}
	}
	return out
}
