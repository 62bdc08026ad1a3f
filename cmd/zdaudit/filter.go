package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/attack"
)

// filterAttacks keeps the attacks over some channels and from some objects.
func filterAttacks(r *audit.Report, channels, objects []string) error {
	for _, c := range channels {
		if !slices.Contains(attack.ChannelNames(), c) {
			return fmt.Errorf("there is no channel %q; known are %s", c, strings.Join(attack.ChannelNames(), ", "))
		}
	}
	for _, o := range objects {
		if kind, id, ok := strings.Cut(o, "/"); !ok || kind == "" || id == "" {
			return fmt.Errorf("--object %q is not of the form trigger/360001", o)
		}
	}
	kept := r.Attacks[:0]
	for _, a := range r.Attacks {
		if len(objects) > 0 && !slices.Contains(objects, a.Object.Type+"/"+a.Object.ID) {
			continue
		}
		if len(channels) > 0 {
			a.Channels = slices.DeleteFunc(slices.Clone(a.Channels), func(p attack.Path) bool {
				return !slices.Contains(channels, string(p.Channel))
			})
		}
		if len(a.Channels) > 0 {
			kept = append(kept, a)
		}
	}
	r.Attacks = kept
	return nil
}
