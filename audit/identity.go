package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// family is the middle part of a rule's id: "TRG" of ZD-TRG-01.
func family(id string) string {
	parts := strings.Split(id, "-")
	if len(parts) < 2 {
		return id
	}
	return parts[1]
}

// fingerprint identifies a finding: the rule, the account and the object, never
// prose or places, so that it survives rewording and moving.
func fingerprint(subdomain string, f Finding) string {
	h := sha256.New()
	for _, part := range []string{f.Rule, subdomain, f.Object.Type, f.Object.ID, f.Part} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
