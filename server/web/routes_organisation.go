package web

import (
	"net/http"

	"github.com/leadiumx/consent/server/admin"
)

// accountRoutes are about who somebody is.
func (s *Server) accountRoutes() []route {
	return []route{
		{http.MethodPost, "/v1/session", admin.Public, "Sign in with a setup link, or with e-mail and password", shape[signInJSON](), nil, "", nil, atTheDoor(s.signIn)},
		{http.MethodGet, "/v1/session", admin.OwnSession, "Who is signed in, and what they may do", nil, shape[admin.Principal](), mediaJSON, nil, s.session},
		{http.MethodDelete, "/v1/session", admin.OwnSession, "Sign out", nil, nil, "", nil, s.signOut},
		{http.MethodPost, "/v1/session/confirm", admin.OwnSession, "Give the password once more, for dangerous acts", shape[confirmJSON](), nil, "", nil, s.confirm},
		{http.MethodPost, "/v1/session/tenant", admin.OwnSession, "Go on in another organisation", shape[enterJSON](), nil, "", nil, s.enter},
		{http.MethodGet, "/v1/me", admin.OwnSession, "Your account and your organisations", nil, shape[admin.Profile](), mediaJSON, nil, s.me},
		{http.MethodPost, "/v1/me", admin.OwnSession, "Make your account, after a setup link", shape[admin.NewPerson](), nil, "", nil, s.setUp},
		{http.MethodPut, "/v1/me", admin.OwnSession, "Change your name", shape[renameJSON](), shape[admin.Profile](), mediaJSON, nil, s.rename},
		{http.MethodPut, "/v1/me/password", admin.OwnSession, "Change your password; every other session ends", shape[passwordJSON](), nil, "", nil, s.changePassword},
		{http.MethodDelete, "/v1/me/sessions", admin.OwnSession, "End every other session", nil, nil, "", nil, s.endOthers},
		{http.MethodPost, "/v1/me/totp", admin.OwnSession, "Begin to set up an authenticator app", nil, shape[admin.Enrolment](), mediaJSON, nil, s.enrol},
		{http.MethodPut, "/v1/me/totp", admin.OwnSession, "Finish it with a code; answers the recovery codes once", shape[codeJSON](), shape[recoveryJSON](), mediaJSON, nil, s.enrolled},
		{http.MethodDelete, "/v1/me/totp", admin.OwnSession, "Remove the authenticator app", nil, nil, "", nil, s.dropSecondFactor},
		{http.MethodPost, "/v1/invitations/open", admin.Public, "What an invitation is for", shape[openInviteJSON](), shape[admin.Invitation](), mediaJSON, nil, atTheDoor(s.openInvite)},
		{http.MethodPost, "/v1/invitations/accept", admin.Public, "Accept an invitation and sign in", shape[acceptJSON](), nil, "", nil, atTheDoor(s.accept)},
		{http.MethodPost, "/v1/resets/use", admin.Public, "Set a new password with a link", shape[useResetJSON](), nil, "", nil, atTheDoor(s.useReset)},
	}
}

// organisationRoutes act in the caller's organisation.
func (s *Server) organisationRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/tenants", admin.OwnSession, "The organisations that you may act in", nil, shape[tenantsJSON](), mediaJSON, nil, s.tenants},
		{http.MethodPost, "/v1/tenants", admin.ManageInstall, "Create an organisation", shape[admin.Tenant](), shape[admin.Tenant](), mediaJSON, nil, s.newTenant},
		{http.MethodGet, "/v1/tenant", admin.ReadTenant, "Your organisation", nil, shape[admin.Tenant](), mediaJSON, nil, s.tenant},
		{http.MethodPut, "/v1/tenant", admin.WriteTenant, "Change your organisation; honours If-Match", shape[admin.Tenant](), shape[admin.Tenant](), mediaJSON, nil, s.saveTenant},
		{http.MethodGet, "/v1/roles", admin.OwnSession, "The roles and what each may do", nil, shape[rolesJSON](), mediaJSON, nil, s.roles},
		{http.MethodGet, "/v1/members", admin.ReadMembers, "The members and the open invitations", nil, shape[membersJSON](), mediaJSON, nil, s.members},
		{http.MethodPost, "/v1/members", admin.ManageInstall, "Add somebody with a password, without an invitation", shape[joinJSON](), nil, "", nil, s.join},
		{http.MethodPut, "/v1/members/:email", admin.WriteMembers, "Change the roles of a member", shape[memberRolesJSON](), nil, "", nil, s.changeMember},
		{http.MethodDelete, "/v1/members/:email", admin.WriteMembers, "End a membership", nil, nil, "", nil, s.dropMember},
		{http.MethodPost, "/v1/members/:email/reset", admin.WriteMembers, "Make a link that sets a new password", nil, shape[linkJSON](), mediaJSON, nil, s.resetMember},
		{http.MethodPost, "/v1/invitations", admin.WriteMembers, "Invite somebody; answers the link to hand on", shape[askInviteJSON](), shape[invitedJSON](), mediaJSON, nil, s.invite},
		{http.MethodDelete, "/v1/invitations/:id", admin.WriteMembers, "Withdraw an invitation", nil, nil, "", nil, s.dropInvite},
		{http.MethodGet, "/v1/api-keys", admin.ReadKeys, "The API keys", nil, shape[apiKeysJSON](), mediaJSON, nil, s.apiKeys},
		{http.MethodPost, "/v1/api-keys", admin.WriteKeys, "Make an API key; answers its secret once", shape[newKeyJSON](), shape[madeKeyJSON](), mediaJSON, nil, s.newKey},
		{http.MethodDelete, "/v1/api-keys/:id", admin.WriteKeys, "Revoke an API key", nil, nil, "", nil, s.dropKey},
		{http.MethodGet, "/v1/audit", admin.ReadAudit, "Who changed what, oldest first, or with order=newest newest first", nil, shape[auditJSON](), mediaJSON, []string{"after", "limit", "order"}, s.audit},
	}
}
