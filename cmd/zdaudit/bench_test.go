package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/zdaudit/zdaudit/audit"
	"github.com/zdaudit/zdaudit/audit/collect"
	"github.com/zdaudit/zdaudit/audit/tenant"
	"github.com/zdaudit/zdaudit/report"
	"github.com/zdaudit/zdaudit/rules"
)

// BenchmarkAudit reads a dump, runs every rule and writes the JSON report.
func BenchmarkAudit(b *testing.B) {
	for _, n := range []int{10, 300, 5000} {
		b.Run(fmt.Sprintf("triggers=%d", n), func(b *testing.B) {
			files := bigDump(b, n)
			b.SetBytes(int64(len(files[0].Data)))
			b.ReportAllocs()
			for b.Loop() {
				s, err := collect.Snapshot(files, tenant.Origin{Kind: "dump"}, "acme")
				if err != nil {
					b.Fatal(err)
				}
				r := audit.Run(context.Background(), s, rules.All(), audit.Options{Version: "bench", Now: time.Unix(0, 0)})
				w, err := report.New("json", report.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if err := w.Write(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// bigDump makes an account of n triggers as a large company has them: most are
// ordinary, some relay, some guard others by tags.
func bigDump(b *testing.B, n int) []collect.File {
	b.Helper()
	type m = map[string]any
	triggers := make([]m, n)
	for i := range triggers {
		when := "Create"
		if i%3 == 0 {
			when = "Change"
		}
		all := []m{
			{"field": "update_type", "operator": "is", "value": when},
			{"field": "status", "operator": "is_not", "value": "solved"},
			{"field": "role", "operator": "is", "value": "end_user"},
		}
		if i%5 == 0 {
			all = append(all, m{"field": "current_tags", "operator": "not_includes", "value": fmt.Sprintf("topic_%d", i/10)})
		}
		if i%7 == 0 {
			all = append(all, m{"field": "brand_id", "operator": "is", "value": fmt.Sprint(360000 + i%4)})
		}
		subject := "[Request received]"
		if i%10 == 0 {
			subject += " {{ticket.title}}"
		}
		actions := []m{{"field": "notification_user", "value": []any{
			"requester_and_ccs", subject,
			"Hello {{ticket.requester.first_name}},\n\nthank you for your message ({{ticket.id}}).\n\n{{ticket.comments_formatted}}",
		}}}
		if i%2 == 1 {
			actions = []m{{"field": "current_tags", "value": fmt.Sprintf("topic_%d", i)}, {"field": "priority", "value": "normal"}}
		}
		triggers[i] = m{
			"url": fmt.Sprintf("https://acme.zendesk.com/api/v2/triggers/%d.json", i), "id": 3600000 + i,
			"title": fmt.Sprintf("Trigger %d", i), "active": true, "default": false, "position": i,
			"category_id": fmt.Sprint(360000 + i%5), "created_at": "2020-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
			"description": "What the trigger is for, as people write it.",
			"conditions":  m{"all": all, "any": []m{}}, "actions": actions,
		}
	}
	data, err := json.Marshal(m{"triggers": triggers, "next_page": nil, "count": n})
	if err != nil {
		b.Fatal(err)
	}
	return []collect.File{
		{Name: "triggers.json", Data: data},
		{Name: "ticket_fields.json", Data: []byte(`{"ticket_fields": []}`)},
	}
}
