package collect

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// Roles of users, as the API names them.
const (
	roleAdmin   = "admin"
	roleAgent   = "agent"
	roleEndUser = "end-user"
)

// gapOf says why a resource could not be read, in one line for a person.
func gapOf(ctx context.Context, e Endpoint, role string, err error) tenant.Gap {
	gap := tenant.Gap{Kind: e.Kind, Reason: tenant.Unreachable}
	var (
		status  *StatusError
		parse   *parseError
		budget  *BudgetError
		size    *SizeError
		content *ContentError
		turned  *RedirectError
		token   *TokenError
	)
	switch {
	case ctx.Err() != nil:
		gap.Reason, gap.Detail = tenant.Interrupted, "the collection was interrupted"
	case errors.As(err, &status) && status.TooDeep:
		gap.Reason, gap.Detail = tenant.Truncated, "the account gives no further pages of this list"
	case errors.As(err, &status):
		gap.Reason = e.refusal(status.Status, role)
		gap.Detail = fmt.Sprintf("HTTP %d: %s", status.Status, e.meaning(gap.Reason, role))
		if status.Scopes != "" {
			gap.Reason = tenant.Forbidden
			gap.Detail = fmt.Sprintf("HTTP %d: the token lacks the OAuth scope %s; allow it to the OAuth client", status.Status, status.Scopes)
		} else if status.Status == 401 {
			gap.Detail = "HTTP 401: the credential was refused; check that it has not expired or been revoked"
		}
	case errors.As(err, &parse):
		gap.Reason, gap.Detail = tenant.ParseError, oneLine(parse.Error())
	case errors.As(err, &budget):
		gap.Reason, gap.Detail = tenant.RateLimited, budget.Error()+"; run again at a quieter time"
	case errors.As(err, &size):
		gap.Reason, gap.Detail = tenant.Truncated, size.Error()
	case errors.As(err, &content):
		gap.Reason, gap.Detail = tenant.ParseError, content.Error()
	case errors.As(err, &turned):
		gap.Reason, gap.Detail = tenant.EndpointMissing, turned.Error()
	case errors.As(err, &token):
		gap.Reason, gap.Detail = tenant.Forbidden, token.Error()
	default:
		gap.Detail = networkProblem(err)
	}
	return gap
}

// meaning explains a refusal and says what helps.
func (e Endpoint) meaning(reason tenant.Reason, role string) string {
	switch reason { //nolint:exhaustive // the others do not come from a status
	case tenant.Forbidden:
		if !e.open(role) {
			return fmt.Sprintf("is for %s, and the credential's user is an %s; %s", e.Who, role, adminHelp)
		}
		return e.needs() + "; " + e.Help
	case tenant.NotOnPlan:
		if e.Plan == "" {
			return "the feature is not on; " + e.Help
		}
		return e.needs() + "; " + e.Help
	case tenant.RateLimited:
		return "the account's rate limit, after every attempt; run again at a quieter time"
	case tenant.Unreachable:
		return "Zendesk could not answer, after every attempt; run again later"
	}
	return "the account does not answer this question; " + e.Help
}

// oneLine keeps a message from spilling over the line it is shown in.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
