// Webhooks: what happens at a site, told to other servers.
import { client, type Shapes, take } from "./client";

export type Webhook = Shapes["HookListed"];
export type Delivery = Shapes["Delivery"];

const one = (site: string, webhook: string) => ({ path: { site, webhook } });

export const hooks = {
  webhooks: (site: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/webhooks", { params: { path: { site } }, signal }), signal),
  webhook: (site: string, id: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/webhooks/{webhook}", { params: one(site, id), signal }), signal),
  newWebhook: (site: string, body: Shapes["Hook"]) =>
    take(client.POST("/v1/sites/{site}/webhooks", { params: { path: { site } }, body })),
  changeWebhook: (site: string, id: string, body: Shapes["HookChange"]) =>
    take(client.PATCH("/v1/sites/{site}/webhooks/{webhook}", { params: one(site, id), body })),
  dropWebhook: (site: string, id: string) =>
    take(client.DELETE("/v1/sites/{site}/webhooks/{webhook}", { params: one(site, id) })),
  testWebhook: (site: string, id: string) =>
    take(client.POST("/v1/sites/{site}/webhooks/{webhook}/test", { params: one(site, id) })),
  rotateWebhook: (site: string, id: string) =>
    take(client.POST("/v1/sites/{site}/webhooks/{webhook}/rotate", { params: one(site, id) })),
};
