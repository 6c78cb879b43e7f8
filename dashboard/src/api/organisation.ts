// The organisation that somebody acts in.
import { client, type Shapes, take } from "./client";

export type Tenant = Shapes["Tenant"];
export type Member = Shapes["MemberView"];
export type Invite = Shapes["Invite"];
export type ApiKey = Shapes["APIKey"];

export const organisation = {
  tenants: (signal?: AbortSignal) => take(client.GET("/v1/tenants", { signal }), signal),
  newTenant: (body: Tenant) => take(client.POST("/v1/tenants", { body })),
  tenant: (signal?: AbortSignal) => take(client.GET("/v1/tenant", { signal }), signal),
  saveTenant: (body: Tenant) => take(client.PUT("/v1/tenant", { body })),
  roles: (signal?: AbortSignal) => take(client.GET("/v1/roles", { signal }), signal),
  members: (signal?: AbortSignal) => take(client.GET("/v1/members", { signal }), signal),
  changeMember: (email: string, body: Shapes["MemberRoles"]) =>
    take(client.PUT("/v1/members/{email}", { params: { path: { email } }, body })),
  dropMember: (email: string) => take(client.DELETE("/v1/members/{email}", { params: { path: { email } } })),
  resetMember: (email: string) => take(client.POST("/v1/members/{email}/reset", { params: { path: { email } } })),
  invite: (body: Shapes["AskInvite"]) => take(client.POST("/v1/invitations", { body })),
  dropInvite: (id: string) => take(client.DELETE("/v1/invitations/{id}", { params: { path: { id } } })),
  keys: (signal?: AbortSignal) => take(client.GET("/v1/api-keys", { signal }), signal),
  newKey: (body: Shapes["NewKey"]) => take(client.POST("/v1/api-keys", { body })),
  dropKey: (id: string) => take(client.DELETE("/v1/api-keys/{id}", { params: { path: { id } } })),
  /** The changes, newest first; `after` is the `next` of the page before. */
  audit: (after: number, signal?: AbortSignal) =>
    take(
      client.GET("/v1/audit", { params: { query: { order: "newest", limit: "50", after: after > 0 ? String(after) : undefined } }, signal }),
      signal,
    ),
};
