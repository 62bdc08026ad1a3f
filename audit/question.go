package audit

// A Question asks an administrator for something that no API returns. The
// answer stands in zdaudit.yaml under attest, at the question's key.
type Question struct {
	// Key is the path below attest, such as "intake.anybody_can_submit".
	Key  string
	Kind AnswerKind
	// Ask is the question in one sentence.
	Ask string
	// Where is the Admin Center path at which the answer is found.
	Where string
}

// An AnswerKind says what an answer looks like.
type AnswerKind uint8

// The kinds of answers.
const (
	YesNo AnswerKind = iota
	Words            // a text
	List             // several words, such as domains
)

const endUserSettings = "Admin Center › People › Configuration › End users"

// Questions lists every question, the most telling first. Where a setting's
// place is not certain, it says "usually".
func Questions() []Question {
	return []Question{
		{"intake.anybody_can_submit", YesNo, "Is “Anybody can submit tickets” on?", endUserSettings},
		{"intake.require_auth_requests_uploads", YesNo, "Is “Require authentication for request and uploads APIs” on?", endUserSettings + ", under “Anybody can submit tickets”"},
		{"intake.ask_users_to_register", YesNo, "Is “Ask users to register” on?", endUserSettings},
		{"intake.contact_form_with_agent_token", YesNo, "Does a form of your own create tickets through the Tickets API with an agent's or administrator's credential?", "ask whoever built your contact form; such tickets show the channel “API” and an agent as submitter"},
		{"intake.web_widget_classic", YesNo, "Is the contact form of Web Widget (Classic) on a site of yours?", "usually Admin Center › Channels › Classic › Web Widget"},
		{"intake.mobile_sdk_anonymous", YesNo, "Does an app of yours use the mobile SDK with anonymous identities?", "usually Admin Center › Channels › Classic › Mobile SDK"},
		{"intake.allowlist", List, "What is on the allowlist?", endUserSettings + " › Allowlist"},
		{"intake.blocklist", List, "What is on the blocklist?", endUserSettings + " › Blocklist"},
		{"end_users.signup_enabled", YesNo, "Can strangers sign up in the help center?", "open the help center in a private window and look for “Sign up”"},
		{"end_users.can_edit_profile", YesNo, "Is “Allow users to view and edit their profile data” on?", endUserSettings},
		{"end_users.welcome_email_text", Words, "What does the user welcome e-mail say?", endUserSettings + " › Account emails"},
		{"end_users.verification_email_text", Words, "What does the e-mail verification message say?", endUserSettings + " › Account emails"},
		{"messaging.email_identities", YesNo, "Can people who are not signed in claim an e-mail address in messaging?", "usually Admin Center › Channels › Messaging and social › Messaging › Manage settings"},
		{"tickets.cc_public_comments", YesNo, "Is “Make email comments from CCed end users public” on?", "Admin Center › Objects and rules › Tickets › Settings › CCs and followers"},
		{"tickets.cc_subject_template", Words, "What is the subject of the e-mail to people copied in?", "Admin Center › Objects and rules › Tickets › Settings › CCs and followers"},
		{"tickets.cc_email_template", Words, "What is the text of the e-mail to people copied in?", "Admin Center › Objects and rules › Tickets › Settings › CCs and followers"},
		{"attachments.allowed_types", List, "Which attachment types are allowed? “*” for all", "Admin Center › Objects and rules › Tickets › Settings › Downloads and attachments"},
		{"help_center.internal", YesNo, "Is the help center meant for your own staff only?", "no setting says so"},
		{"help_center.sign_in_required", YesNo, "Does the help center require everybody to sign in?", "usually Knowledge admin › Settings › Guide settings"},
		{"help_center.unsafe_html", YesNo, "Is “Display unsafe content” in articles on?", "usually Knowledge admin › Settings › Guide settings"},
		{"help_center.community", YesNo, "Is the community switched on?", "usually Knowledge admin › Settings › Guide settings"},
		{"help_center.community_moderated", YesNo, "Are posts in the community held for moderation?", "usually Knowledge admin › Settings › Guide settings"},
		{"corporate_domains", List, "Which e-mail domains belong to your company?", "no setting says so"},
		{"security_contact", Words, "Who receives security notices about the account?", "usually Admin Center › Account › Billing or Security contacts"},
		{"apps.reviewed", YesNo, "Has somebody reviewed the installed apps in the last 90 days?", "usually Admin Center › Apps and integrations › Apps › Zendesk Support apps"},
		{"api.tokens_reviewed", YesNo, "Has somebody reviewed the API tokens in the last 90 days?", "Admin Center › Apps and integrations › APIs › API tokens"},
	}
}

// QuestionOf finds a question by its key.
func QuestionOf(key string) (Question, bool) {
	for _, q := range Questions() {
		if q.Key == key {
			return q, true
		}
	}
	return Question{}, false
}
