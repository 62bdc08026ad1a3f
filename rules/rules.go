package rules

import "github.com/zdaudit/zdaudit/audit"

// All lists every rule, by family and number.
func All() []audit.Rule {
	return []audit.Rule{
		accAnybodyCanSubmit,
		accRequestsAPIOpen,
		accNobodyRegisters,

		trgSubject,
		trgBody,
		trgComment,
		trgVerbatim,
		trgDynamic,
		trgLogic,
		trgRoleGate,
		trgUpdateGate,

		idnWelcomeMail,
		chnSenderAuthentication,
		chnWildcardAddresses,
		chnCCs,
		authnSSO,
		authnTwoFactorRequired,
		authnTwoFactorMissing,
		apiTokenAccess,
		apiEndUserPasswords,
		datPrivateAttachments,
	}
}
