// Who is signed in, and their own account.
import { client, type Shapes, take } from "./client";

export type Session = Shapes["Principal"];
export type Profile = Shapes["Profile"];

export const people = {
  signIn: (body: Shapes["SignIn"]) => take(client.POST("/v1/session", { body })),
  session: (signal?: AbortSignal) => take(client.GET("/v1/session", { signal }), signal),
  signOut: () => take(client.DELETE("/v1/session")),
  confirm: (body: Shapes["Confirm"]) => take(client.POST("/v1/session/confirm", { body })),
  enter: (tenant: string) => take(client.POST("/v1/session/tenant", { body: { tenant } })),
  me: (signal?: AbortSignal) => take(client.GET("/v1/me", { signal }), signal),
  setUp: (body: Shapes["NewPerson"]) => take(client.POST("/v1/me", { body })),
  rename: (name: string) => take(client.PUT("/v1/me", { body: { name } })),
  changePassword: (body: Shapes["Password"]) => take(client.PUT("/v1/me/password", { body })),
  endOthers: () => take(client.DELETE("/v1/me/sessions")),
  enrol: () => take(client.POST("/v1/me/totp")),
  enrolled: (code: string) => take(client.PUT("/v1/me/totp", { body: { code } })),
  dropSecondFactor: () => take(client.DELETE("/v1/me/totp")),
  openInvitation: (token: string) => take(client.POST("/v1/invitations/open", { body: { token } })),
  accept: (body: Shapes["Accept"]) => take(client.POST("/v1/invitations/accept", { body })),
  resetPassword: (body: Shapes["UseReset"]) => take(client.POST("/v1/resets/use", { body })),
};
