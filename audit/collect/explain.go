package collect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// A problem is an error of one clear sentence, with its cause for programs.
type problem struct {
	text  string
	cause error
}

func (p *problem) Error() string { return p.text }
func (p *problem) Unwrap() error { return p.cause }

// explain turns the failure of the first request into one sentence that says
// what to do.
func (a *API) explain(err error) error {
	var (
		status  *StatusError
		turned  *RedirectError
		content *ContentError
		token   *TokenError
		budget  *BudgetError
		size    *SizeError
		parse   *parseError
	)
	var text string
	switch {
	case errors.As(err, &token) && token.Status == http.StatusNotFound:
		text = a.noAccount()
	case errors.As(err, &token):
		text = fmt.Sprintf("%s: %s", a.Host(), token.Error())
	case errors.As(err, &turned):
		text = a.explainRedirect(turned)
	case errors.As(err, &content):
		text = a.Host() + " answered with a web page in place of data: it is a login page or a proxy; check the subdomain, and that nothing between here and Zendesk asks for a login"
	case errors.As(err, &status):
		text = a.explainStatus(status)
	case errors.As(err, &budget):
		text = a.Host() + " is over its rate limit: " + budget.Error() + "; run again at a quieter time"
	case errors.As(err, &size), errors.As(err, &parse):
		text = a.Host() + " does not answer as Zendesk does (" + oneLine(err.Error()) + "): check the address"
	default:
		text = a.Host() + ": " + networkProblem(err)
	}
	return &problem{text: text, cause: err}
}

func (a *API) noAccount() string {
	return fmt.Sprintf("there is no Zendesk account at %s: check the subdomain, the word before .zendesk.com in the address that agents use", a.Host())
}

func (a *API) explainRedirect(e *RedirectError) string {
	switch {
	case e.Host == nowhere:
		return fmt.Sprintf("%s answers with a redirect that leads nowhere: check the address", a.Host())
	case e.Login:
		return fmt.Sprintf("%s points to a login page at %s in place of answering: check the subdomain and the credential", a.Host(), e.Host)
	case e.Host == a.Host():
		return fmt.Sprintf("%s points to another of its own pages in place of answering: check the subdomain", a.Host())
	case strings.HasSuffix(e.Host, ".zendesk.com"):
		return fmt.Sprintf("%s points to %s: the account has probably been renamed, or does not exist; use the subdomain that agents use", a.Host(), e.Host)
	}
	return fmt.Sprintf("%s points to %s: the address is probably host-mapped; use the account's own subdomain of zendesk.com", a.Host(), e.Host)
}

func (a *API) explainStatus(e *StatusError) string {
	switch {
	case e.Scopes != "":
		return fmt.Sprintf("the token lacks the OAuth scope %s: add it to the OAuth client's allowed scopes (Admin Center > Apps and integrations > APIs > OAuth clients) and to the token", e.Scopes)
	case e.Status == http.StatusUnauthorized:
		return a.explainUnauthorized()
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s refused the credential (HTTP 403): check that its user is an active administrator and that the account's IP restrictions allow this machine", a.Host())
	case e.Status == http.StatusNotFound:
		return a.noAccount()
	case e.Status == http.StatusTooManyRequests:
		return a.Host() + " is over its rate limit (HTTP 429) and stayed so: run again at a quieter time"
	case e.Status >= 500:
		return fmt.Sprintf("Zendesk could not answer for %s (HTTP %d), after every attempt: look at https://status.zendesk.com and run again later", a.Host(), e.Status)
	}
	return fmt.Sprintf("%s does not answer as Zendesk does (HTTP %d): check the address", a.Host(), e.Status)
}

func (a *API) explainUnauthorized() string {
	switch a.cred.kind {
	case bearerToken:
		return a.Host() + " refused the OAuth access token (HTTP 401): it may have expired, been revoked, or belong to another account; make a new one"
	case clientCredentials:
		return a.Host() + " refused the token of the OAuth client (HTTP 401): check that the client's owner is still an active administrator"
	case apiToken:
		return fmt.Sprintf("%s refused the API token of %s (HTTP 401): check the e-mail address, the token, that the token is active, and that token access is switched on (Admin Center > Apps and integrations > APIs > API tokens)", a.Host(), a.cred.name)
	case noCredential:
	}
	return ErrNoCredential.Error()
}

// anonymous is for Zendesk's answer to a credential that it does not take:
// 200 and a user without an id
// (https://developer.zendesk.com/api-reference/ticketing/users/users/#show-self).
func (a *API) anonymous() error {
	what := "check the credential"
	if a.cred.kind == apiToken {
		what = "check the e-mail address and the API token, and that token access is switched on (Admin Center > Apps and integrations > APIs > API tokens); passwords have not worked since January 2026"
	}
	return &problem{text: fmt.Sprintf("%s took the credential for nobody's (it answered as to an anonymous user): %s", a.Host(), what)}
}

// networkProblem says in a few words what kept a request from being answered.
func networkProblem(err error) string {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host; check the subdomain and the network"
	case errors.As(err, &dns):
		return "its name could not be looked up; check the network and its DNS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused; check the address, the network and any proxy"
	case isTLS(err):
		return "no secure connection could be made; a proxy that reads along needs its certificate authority installed on this machine, and the address must be one of TLS"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return "no answer in time; check the network, or allow more time"
	case errors.Is(err, syscall.ECONNRESET):
		return "the connection broke off, at every attempt; check the network and any proxy"
	}
	return "the request failed (" + oneLine(innermost(err)) + "); check the network and any proxy"
}

// innermost leaves out what wrappers add: url.Error repeats the address. What
// the other end sent, as in "malformed HTTP response", is quoted by net/http;
// here it is cut to a bearable length.
func innermost(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	text := []rune(err.Error())
	return string(text[:min(len(text), 200)])
}
