package collect

import (
	"context"
	"fmt"

	"github.com/zdaudit/zdaudit/audit/tenant"
)

// An identity is the user in whose name the account is read.
type identity struct {
	name, role string
}

// whoami checks the credential before anything else: Zendesk answers some
// wrong ones with 200 and an anonymous user, and then with emptier lists than
// the account has.
func (a *API) whoami(ctx context.Context) (identity, error) {
	data, err := a.get.Get(ctx, "/users/me")
	if ctx.Err() != nil {
		return identity{}, fmt.Errorf("interrupted before %s answered: %w", a.Host(), ctx.Err())
	}
	if err != nil {
		return identity{}, a.explain(err)
	}
	reply, err := Parse("users_me.json", data)
	if err != nil {
		return identity{}, a.explain(&parseError{err: err})
	}
	user := reply.Get("user")
	if user.Type() != tenant.Map || !user.Get("id").Exists() {
		return identity{}, a.explain(&parseError{err: fmt.Errorf("the reply has no user")})
	}
	if user.Get("id").ID() == "" {
		return identity{}, a.anonymous()
	}
	who := identity{name: user.Get("name").Str().Or(""), role: user.Get("role").Str().Or("")}
	switch who.role {
	case roleAdmin, roleAgent:
		return who, nil
	case roleEndUser:
		return identity{}, &problem{text: "the credential's user is an end user of " + a.Host() + ", who can read next to nothing of its configuration: use an administrator's credential"}
	}
	return identity{}, a.explain(&parseError{err: fmt.Errorf("the user has no role that is known")})
}

// warning is about a user who sees too little.
func (w identity) warning() string {
	if w.role == roleAgent {
		return "the credential's user is an agent: what only administrators may read stays unknown; let an administrator own the credential"
	}
	return ""
}
