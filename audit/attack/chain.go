package attack

// A chain is a map that is cheap to branch: adding to it leaves every earlier
// version as it was. Chains are short, so looking up is going along them.
type chain[V any] struct{ newest *link[V] }

type link[V any] struct {
	name  string
	value V
	older *link[V]
}

// with adds or replaces a value.
func (c chain[V]) with(name string, value V) chain[V] {
	return chain[V]{&link[V]{name, value, c.newest}}
}

// get looks a value up.
func (c chain[V]) get(name string) (V, bool) {
	for l := c.newest; l != nil; l = l.older {
		if l.name == name {
			return l.value, true
		}
	}
	var none V
	return none, false
}

// each calls f once for each name, the latest addition first.
func (c chain[V]) each(f func(name string, value V)) {
	for l := c.newest; l != nil; l = l.older {
		if !c.before(l) {
			f(l.name, l.value)
		}
	}
}

// before says whether a newer link has the name of l.
func (c chain[V]) before(l *link[V]) bool {
	for n := c.newest; n != l; n = n.older {
		if n.name == l.name {
			return true
		}
	}
	return false
}
