package collect

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

const zendeskDomain = ".zendesk.com"

var subdomainPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// AccountName gives the subdomain in an account's address as people write it:
// "acme", "acme.zendesk.com" or "https://acme.zendesk.com/admin/home". Anything
// else is an error that says what is expected.
func AccountName(word string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(word))
	if rest, ok := strings.CutPrefix(name, "https://"); ok {
		name, _, _ = strings.Cut(rest, "/")
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), zendeskDomain)
	if !subdomainPattern.MatchString(name) {
		return "", fmt.Errorf("%q is not a Zendesk subdomain: give the word before .zendesk.com in the address that agents use, such as acme", short(word))
	}
	return name, nil
}

func short(s string) string {
	runes := []rune(s)
	if len(runes) <= 80 {
		return s
	}
	return string(runes[:80]) + "…"
}

// homeOf is the account's own address.
func homeOf(subdomain string) *url.URL {
	return &url.URL{Scheme: "https", Host: subdomain + zendeskDomain}
}

// parseEndpoint reads an address that stands in for the account's own. It is a
// scheme and a host; the scheme is https, or http if the host is this machine:
// a credential must not cross a network in the clear.
func parseEndpoint(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return nil, errors.New("the endpoint is not an address such as https://proxy.example.com")
	case u.User != nil:
		return nil, errors.New("the endpoint must not hold a user name or password")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the endpoint must be a scheme and a host, without a path")
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	case u.Scheme == "http":
		return nil, fmt.Errorf("the endpoint http://%s is refused: plain HTTP would send the credential in the clear; use https", u.Host)
	default:
		return nil, errors.New("the endpoint must begin with https://")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
