package collect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// A Resolver asks the domain name system; *net.Resolver is one. Of records that
// do not exist it gives an error that is a *net.DNSError with IsNotFound.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupCNAME(ctx context.Context, host string) (string, error)
}

// Limits of the look-ups.
const (
	maxDomains     = 50
	maxHosts       = 50
	lookupsAtOnce  = 8
	lookupTimeout  = 5 * time.Second
	maxRecords     = 10   // of one name
	maxRecordBytes = 4096 // longer ones are no SPF or DMARC record that works
	maxParents     = 3    // levels above a domain at which a DMARC policy is looked for
)

// dnsDocument is the layout of dns.json, below its envelope.
type dnsDocument struct {
	Domains map[string]*domainRecords `json:"domains"`
	Hosts   map[string]hostRecord     `json:"hosts"`
}

// domainRecords is what a domain says about its mail.
type domainRecords struct {
	SPF   []string `json:"spf"`
	DMARC []string `json:"dmarc"`
	// DMARCFrom is the domain above, whose policy it is where the domain has
	// none of its own.
	DMARCFrom string            `json:"dmarc_from,omitempty"`
	DKIM      map[string]string `json:"dkim"`
	Errors    map[string]string `json:"errors"`
}

type hostRecord struct {
	CNAME string `json:"cname"`
	// Exists is false where the name system knows no such name.
	Exists bool   `json:"exists"`
	Error  string `json:"error"`
}

// DNSExtra is LookUp as an Extra.
func DNSExtra(r Resolver) Extra {
	return Extra{Kind: tenant.DNS, Read: func(ctx context.Context, s *tenant.Snapshot) (File, *tenant.Gap) {
		return LookUp(ctx, s, r)
	}}
}

// LookUp asks what the domain name system says about the domains of the
// account's support addresses, and about the hosts that its brands are mapped
// to. For a domain it looks up SPF, the DMARC policy, where need be of a domain
// above it, and the two names under which Zendesk's DKIM keys are published
// (https://mxio.io/providers/zendesk). Zendesk's own
// domains are left out.
//
// A record that is not there is an empty list or text; what could not be looked
// up is in the document's errors. The gap is nil unless there were more names
// than are looked up, or ctx ended.
func LookUp(ctx context.Context, s *tenant.Snapshot, r Resolver) (File, *tenant.Gap) {
	domains, hosts := mailDomains(s), mappedHosts(s)
	var gap *tenant.Gap
	if len(domains) > maxDomains || len(hosts) > maxHosts {
		gap = &tenant.Gap{Kind: tenant.DNS, Reason: tenant.Truncated, Detail: fmt.Sprintf(
			"the first %d of %d domains and the first %d of %d hosts were looked up",
			min(len(domains), maxDomains), len(domains), min(len(hosts), maxHosts), len(hosts))}
		domains, hosts = domains[:min(len(domains), maxDomains)], hosts[:min(len(hosts), maxHosts)]
	}
	l := lookup{resolver: r}
	records, mapped := make([]*domainRecords, len(domains)), make([]hostRecord, len(hosts))
	var group errgroup.Group
	group.SetLimit(lookupsAtOnce)
	for i, domain := range domains {
		group.Go(func() error {
			records[i] = l.domain(ctx, domain)
			return nil
		})
	}
	for i, host := range hosts {
		group.Go(func() error {
			mapped[i] = l.host(ctx, host)
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in the document
	if ctx.Err() != nil {
		return File{}, interrupted(tenant.DNS)
	}
	document := dnsDocument{Domains: map[string]*domainRecords{}, Hosts: map[string]hostRecord{}}
	for i, domain := range domains {
		document.Domains[domain] = records[i]
	}
	for i, host := range hosts {
		document.Hosts[host] = mapped[i]
	}
	return extraFile(tenant.DNS, document, gap)
}

// mailDomains are the domains of the account's support addresses, in order.
func mailDomains(s *tenant.Snapshot) []string {
	var out []string
	for _, a := range s.List(tenant.RecipientAddresses) {
		_, domain, ok := strings.Cut(a.Get("email").Str().Or(""), "@")
		domain = strings.ToLower(strings.TrimSuffix(domain, "."))
		if ok && isHostName(domain) && !isZendesks(domain) {
			out = append(out, domain)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mappedHosts are the hosts under which brands are reached in place of
// Zendesk's, in order.
func mappedHosts(s *tenant.Snapshot) []string {
	var out []string
	for _, b := range s.List(tenant.Brands) {
		if host := hostMapping(b); host != "" {
			out = append(out, host)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hostMapping is the host that a brand is mapped to; empty for none.
func hostMapping(brand tenant.Value) string {
	host := strings.ToLower(strings.TrimSuffix(brand.Get("host_mapping").Str().Or(""), "."))
	if !isHostName(host) || isZendesks(host) {
		return ""
	}
	return host
}

func isZendesks(host string) bool {
	return strings.HasSuffix("."+host, zendeskDomain)
}

var labelPattern = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

// isHostName says whether a text from an account is a full domain name, and no
// address, port or path.
func isHostName(host string) bool {
	labels := strings.Split(host, ".")
	if len(host) > 253 || len(labels) < 2 || net.ParseIP(host) != nil {
		return false
	}
	return !slices.ContainsFunc(labels, func(l string) bool { return !labelPattern.MatchString(l) })
}

type lookup struct{ resolver Resolver }

func (l lookup) domain(ctx context.Context, domain string) *domainRecords {
	out := &domainRecords{DKIM: map[string]string{}, Errors: map[string]string{}}
	out.SPF = l.text(ctx, domain, "v=spf1", "spf", out.Errors)
	out.DMARC, out.DMARCFrom = l.policy(ctx, domain, out.Errors)
	for _, selector := range []string{"zendesk1", "zendesk2"} {
		target, _, err := l.cname(ctx, selector+"._domainkey."+domain)
		out.DKIM[selector] = target
		if err != "" {
			out.Errors[selector] = err
		}
	}
	return out
}

// policy finds the DMARC policy that applies to a domain: its own, else that of
// the nearest domain above it that has one
// (https://www.rfc-editor.org/rfc/rfc7489#section-6.6.3). It stops short of
// names of one label.
func (l lookup) policy(ctx context.Context, domain string, errs map[string]string) (records []string, from string) {
	records = l.text(ctx, "_dmarc."+domain, "v=DMARC1", "dmarc", errs)
	for above, n := domain, 0; len(records) == 0 && errs["dmarc"] == "" && n < maxParents; n++ {
		if _, above, _ = strings.Cut(above, "."); !strings.Contains(above, ".") {
			break
		}
		if records = l.text(ctx, "_dmarc."+above, "v=DMARC1", "dmarc", errs); len(records) > 0 {
			from = above
		}
	}
	return records, from
}

// text gives the TXT records of a name that begin with a version.
func (l lookup) text(ctx context.Context, name, version, key string, errs map[string]string) []string {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	out := []string{}
	found, err := l.resolver.LookupTXT(ctx, name)
	if why := lookupProblem(err); why != "" {
		errs[key] = why
		return out
	}
	for _, record := range found {
		head := record[:min(len(record), len(version))]
		rest := strings.TrimLeft(record[len(head):], " \t")
		switch {
		case !strings.EqualFold(head, version), rest == record[len(head):] && rest != "" && rest[0] != ';':
			// Another record, or another version such as v=spf10.
		case len(record) > maxRecordBytes:
			errs[key] = fmt.Sprintf("a record is longer than %d bytes", maxRecordBytes)
		case len(out) < maxRecords:
			out = append(out, record)
		}
	}
	return out
}

func (l lookup) host(ctx context.Context, host string) hostRecord {
	target, exists, why := l.cname(ctx, host)
	return hostRecord{CNAME: target, Exists: exists, Error: why}
}

// cname gives the name that another one stands for; empty where it stands for
// itself. exists is false where there is no such name.
func (l lookup) cname(ctx context.Context, name string) (target string, exists bool, why string) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	target, err := l.resolver.LookupCNAME(ctx, name)
	if why := lookupProblem(err); why != "" {
		return "", false, why
	}
	target = strings.ToLower(target)
	switch {
	case err != nil, target == "":
		return "", false, ""
	case strings.TrimSuffix(target, ".") == name:
		return "", true, ""
	case !isHostName(strings.TrimSuffix(target, ".")):
		return "", true, "the name it stands for is no host name"
	}
	return target, true, ""
}

// lookupProblem says why a look-up failed, in words that name no server; empty
// where it did not, or where it found that there is no such record.
func lookupProblem(err error) string {
	var dns *net.DNSError
	switch {
	case err == nil, errors.As(err, &dns) && dns.IsNotFound:
		return ""
	case errors.Is(err, context.DeadlineExceeded), dns != nil && dns.IsTimeout:
		return "no answer in time"
	case dns != nil && dns.IsTemporary:
		return "the name server could not answer"
	}
	return "the look-up failed"
}
