package attack

import "slices"

// A state is one ticket on its way through the rules: what is still open about
// it, what rules have done to it, and what is doubtful. States are values;
// every change makes a new one, so that branches do not disturb each other.
type state struct {
	world   *world
	channel *channelModel

	attrs chain[domain]
	tags  chain[bool] // known to be there or not to be
	// typed and typedTags are what had been asked of the stranger's ticket
	// before a rule changed it.
	typed     chain[domain]
	typedTags []string
	// cleared: a rule has replaced all tags, so what is not listed is absent.
	cleared bool
	subject wording
	comment wording

	// updated: the ticket is being changed by an automation, no longer created.
	updated bool

	// writers say which rule last set an attribute or tag; needed are those
	// whose work a condition has relied on.
	writers chain[int]
	needed  []int
	because []string
}

func newState(w *world, c *channelModel) state {
	return state{world: w, channel: c}.doubting(c.doubt)
}

// attr is what the ticket's attribute may be now.
func (s state) attr(name string) domain {
	if d, ok := s.attrs.get(name); ok {
		return d
	}
	return s.channel.initial(s.world, name)
}

func (s state) withAttr(name string, d domain) state {
	s.attrs = s.attrs.with(name, d)
	return s
}

// remember keeps what was asked of an attribute before it is overwritten.
func (s state) remember(name string) state {
	d, asked := s.attrs.get(name)
	_, written := s.writers.get(name)
	_, known := s.typed.get(name)
	if asked && !written && !known {
		s.typed = s.typed.with(name, d)
	}
	return s
}

// rememberTags keeps the tags that the stranger's ticket had to have.
func (s state) rememberTags() state {
	if s.cleared {
		return s
	}
	s.tags.each(func(tag string, there bool) {
		if _, written := s.writers.get(tagKey + tag); there && !written && !slices.Contains(s.typedTags, tag) {
			s.typedTags = append(slices.Clip(s.typedTags), tag)
		}
	})
	return s
}

func (s state) withTag(tag string, there bool) state {
	s.tags = s.tags.with(tag, there)
	return s
}

func (s state) writtenBy(key string, rule int) state {
	s.writers = s.writers.with(key, rule)
	return s
}

// doubting notes what makes the way only possible.
func (s state) doubting(why string) state {
	if why == "" || slices.Contains(s.because, why) {
		return s
	}
	s.because = append(slices.Clip(s.because), why)
	return s
}

// relying notes that a condition has read key, and on whose work that rests.
func (s state) relying(key string) state {
	if w, ok := s.writers.get(key); ok && !slices.Contains(s.needed, w) {
		s.needed = append(slices.Clip(s.needed), w)
	}
	return s
}

// narrowed puts a narrowing into force.
func (s state) narrowed(name string, n narrowing) state {
	if !n.same {
		s = s.withAttr(name, n.domain)
	}
	return s.doubting(n.doubt).relying(name)
}

const tagKey = "tag:"

// assumeTag narrows the ticket to those that carry a tag, or do not.
func (s state) assumeTag(tag string, there bool) []state {
	key := tagKey + tag
	if known, ok := s.tags.get(tag); ok {
		if known == there {
			return []state{s.relying(key)}
		}
		return nil
	}
	if s.cleared {
		if there {
			return nil
		}
		return []state{s.relying(allTags).withTag(tag, false)}
	}
	offers := s.world.offering(tag)
	if there {
		return s.gainTag(tag, offers)
	}
	out := s
	for _, o := range offers {
		name := customField(o.field)
		n, ok := out.attr(name).isNot(o.value)
		if !ok {
			return nil
		}
		out = out.narrowed(name, n)
	}
	return []state{out.withTag(tag, false)}
}

// gainTag lists the ways in which an outsider's ticket has a tag from the
// start: by a value of a field that adds it.
func (s state) gainTag(tag string, offers []offer) []state {
	var out []state
	for _, o := range offers {
		name := customField(o.field)
		if n, ok := s.attr(name).is(o.value); ok {
			out = append(out, s.narrowed(name, n).withTag(tag, true))
		}
	}
	if why := s.channel.foreignTags(s.world); why != "" {
		out = append(out, s.withTag(tag, true).doubting(why))
	}
	return out
}
