package collect

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

const (
	sampleFirst = `{"tickets":[
	{"id":9003,"via":{"channel":"api","source":{"from":{"name":"Mallory Name"}}},"created_at":"2026-11-23T10:00:00+01:00","requester_id":501,"submitter_id":7,
	 "subject":"Re: You WON 4711  prizes","description":"private words","recipient":"help@example.com"},
	{"id":9002,"via":{"channel":"email"},"created_at":"2026-11-23T08:00:00Z","requester_id":501,"submitter_id":501,"subject":"you won 12 prizes","recipient":"jane.doe@Example.com"},
	{"id":9001,"via":{"channel":"Web Form <script>"},"created_at":"soon","requester_id":502,"submitter_id":999,"subject":null,"recipient":"victim@elsewhere.example"}],
	"users":[{"id":501,"name":"Mallory Name","email":"mallory@victims.example","role":"end-user","verified":false},
	{"id":7,"name":"Agent Name","email":"agent@example.com","role":"agent","verified":true},
	{"id":502,"role":"superhuman"}],
	"next_page":"%s","count":4}`
	sampleSecond = `{"tickets":[{"id":9000,"via":{"channel":34},"requester_id":7,"submitter_id":7,"subject":"Aw: WG: order #5"}],
	"users":[{"id":7,"role":"admin","verified":true}],"next_page":null,"count":4}`
	ownAddress = `{"recipient_addresses":[{"id":1,"email":"help@example.com"}],"meta":{"has_more":false}}`
)

// sampling is an account with tickets on two pages.
func sampling(t *testing.T) map[string]http.HandlerFunc {
	t.Helper()
	return map[string]http.HandlerFunc{
		"/recipient_addresses": replyJSON(ownAddress),
		"/tickets": func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			assert.Equal(t, []string{"users", "created_at", "desc"}, []string{q.Get("include"), q.Get("sort_by"), q.Get("sort_order")})
			if q.Get("page") == "2" {
				replyJSON(sampleSecond)(w, r)
				return
			}
			next := "https://northwind.zendesk.com/api/v2/tickets?include=users&page=2&per_page=100&sort_by=created_at&sort_order=desc"
			replyJSON(fmt.Sprintf(sampleFirst, next))(w, r)
		},
	}
}

func sampleOf(n int) func(*APIOptions) {
	return func(o *APIOptions) {
		o.Kinds = []tenant.Kind{tenant.RecipientAddresses}
		o.SampleTickets = n
		o.Random = bytes.NewReader(bytes.Repeat([]byte{7}, 64))
	}
}

func TestASampleKeepsNoNamesAddressesOrTexts(t *testing.T) {
	a, _ := testAPI(t, account(t, sampling(t)), sampleOf(100))
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	var all, file string
	for _, f := range rec.Files {
		all += string(f.Data)
		if f.Name == "sampled_tickets.json" {
			file = string(f.Data)
		}
	}
	for _, private := range []string{"Mallory", "mallory", "victim", "jane", "prize", "private", "501", "502", "script", "Agent", "agent@"} {
		assert.NotContains(t, all, private)
	}
	v, err := Parse("sampled_tickets.json", []byte(file))
	require.NoError(t, err)
	items := v.Get("sampled_tickets").Items()
	require.Len(t, items, 4)
	assert.Empty(t, rec.Collection.Gaps)
	key := func(i int, name string) string { return items[i].Get(name).Str().Or("") }
	assert.Equal(t, "9003 api 2026-11-23T09:00:00Z agent help@example.com",
		strings.Join([]string{key(0, "id"), key(0, "channel"), key(0, "created_at"), key(0, "submitter_role"), key(0, "recipient")}, " "))
	assert.False(t, items[0].Get("requester_verified").Bool().Or(true))
	assert.False(t, items[0].Get("requester_is_submitter").Bool().Or(true))
	assert.True(t, items[1].Get("requester_is_submitter").Bool().Or(false))
	assert.Equal(t, key(0, "requester_key"), key(1, "requester_key"), "the same person has the same key")
	assert.Equal(t, key(1, "requester_key"), key(1, "submitter_key"))
	assert.NotEqual(t, key(0, "requester_key"), key(2, "requester_key"))
	assert.Equal(t, key(0, "subject_key"), key(1, "subject_key"), "letter case, replies and numbers do not count")
	assert.NotEqual(t, key(0, "subject_key"), key(3, "subject_key"))
	assert.Regexp(t, `^[0-9a-f]{16}$`, key(0, "requester_key"))
	assert.Equal(t, "*@example.com", key(1, "recipient"), "a name before the at sign goes")
	assert.Empty(t, key(2, "recipient")+key(2, "channel")+key(2, "created_at")+key(2, "submitter_role")+key(2, "subject_key"))
	assert.False(t, items[2].Get("requester_verified").Exists(), "what was not said is not known")
	assert.Equal(t, "34", key(3, "channel"))
	assert.Equal(t, "admin", key(3, "submitter_role"))
}

func TestTheKeysOfASampleAreOfNoUseOutsideIt(t *testing.T) {
	keyOf := func(salt byte) string {
		a, _ := testAPI(t, account(t, sampling(t)), sampleOf(1), func(o *APIOptions) { o.Random = bytes.NewReader(bytes.Repeat([]byte{salt}, 32)) })
		s, err := a.Collect(t.Context())
		require.NoError(t, err)
		require.Len(t, s.List(tenant.SampledTickets), 1, "no more than asked for")
		return s.List(tenant.SampledTickets)[0].Get("requester_key").Str().Or("")
	}
	assert.NotEqual(t, keyOf(1), keyOf(2))
	once := keyOf(3)
	assert.Equal(t, once, keyOf(3))
}

func TestASampleThatIsRefusedIsAGap(t *testing.T) {
	routes := sampling(t)
	routes["/tickets"] = replyStatus(403, `{"error":"Forbidden"}`)
	a, _ := testAPI(t, account(t, routes), sampleOf(100))
	rec, err := a.Record(t.Context())
	require.NoError(t, err)
	recorded, err := rec.Snapshot()
	require.NoError(t, err)
	gap, ok := recorded.Gap(tenant.SampledTickets)
	require.True(t, ok)
	assert.Equal(t, tenant.Forbidden, gap.Reason)
	assert.True(t, rec.Collection.Complete, "the account was read")
}

func TestASampleThatBreaksOffKeepsWhatItHas(t *testing.T) {
	routes := sampling(t)
	whole := routes["/tickets"]
	for name, second := range map[string]http.HandlerFunc{
		"no list":   replyJSON(`{"tickets":null}`),
		"no JSON":   replyJSON(`{"tickets":[`),
		"not there": replyStatus(404, `{}`),
	} {
		t.Run(name, func(t *testing.T) {
			routes["/tickets"] = func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("page") == "2" {
					second(w, r)
					return
				}
				whole(w, r)
			}
			a, _ := testAPI(t, account(t, routes), sampleOf(100))
			s, err := a.Collect(t.Context())
			require.NoError(t, err)
			assert.Len(t, s.List(tenant.SampledTickets), 3)
			gap, _ := s.Gap(tenant.SampledTickets)
			assert.Equal(t, tenant.Truncated, gap.Reason)
		})
	}
}

func TestSamplesAreBounded(t *testing.T) {
	for _, n := range []int{-1, MaxSample + 1} {
		_, err := NewAPI(APIOptions{Subdomain: "acme", Credential: OAuthToken("t"), Now: newTestClock().Now, SampleTickets: n})
		assert.ErrorContains(t, err, "1 to 1000 tickets")
	}
}
