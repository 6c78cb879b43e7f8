import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encode, parse } from "../src/cookie.ts";
import { decide, type Rule, type Signals } from "../src/decide.ts";
import { GPC, type Limits, MINOR } from "../src/flags.ts";
import type { Mode } from "../src/modes.ts";
import { glance as look } from "../src/glance.ts";
// Made by run.mjs, in the place of what the compiler makes for a site.
// @ts-expect-error: it stands in no folder of ours.
import { configure } from "../src/config.ts";

Object.assign(globalThis, { CHANGED: true, TRAVEL: true, OPT_OUTS: true, SENSITIVE: true, LEVEL_MONTHS: true, VENDORS: true });

// biome-ignore lint/suspicious/noExplicitAny: a vector is free-form JSON; each test names the shape that it reads.
type Json = Record<string, any>;
type Case = { name: string; server?: boolean; in: Json; out: Json };
const vectors = (file: string): Case[] =>
  (JSON.parse(readFileSync(`${process.env.LX_VECTORS}/${file}.json`, "utf8")) as Case[]).filter((c) => !c.server);

const YEAR = 12 * 28 * 86400;
const ids = "necessary functional analytics marketing recording a b".split(" ");
const limitsOf = (limits: Limits): Limits => Object.assign(Object.create(null), limits);
const glance = (cookies: string, limits: Limits, since: number, life: number, stops: number, now: number) => {
  const may = look(cookies, stops, now);
  return (name: string, level?: string) => {
    configure({ limits, since, life });
    return may(name, level);
  };
};
const limits = limitsOf(Object.fromEntries(ids.map((id) => [id, 9])));

for (const c of vectors("cookie")) {
  if (c.in.op !== "parse" || c.out.ok) continue;
  test(`glance allows nothing on what cannot be read: ${c.name}`, () => {
    const may = glance(`x=1; lx_consent=${c.in.cookie}; y=2`, limits, 1, 1e12, 0, 0);
    assert.deepEqual(ids.filter((id) => may(id)), []);
  });
}

const modes = ["opt-in", "opt-out", "notice"];
for (const c of vectors("decide")) {
  const { ask, rule: r, choice, lives, signals, now } = c.in;
  test(`glance allows only what is allowed: ${c.name}`, () => {
    const said = Object.entries(choice?.levels ?? {}).map(([id, n]) => [id, `${n}${n && choice.over?.[id] ? "g" : ""}`] as const);
    const vendors = Object.entries(choice?.vendors ?? {}).map(([id, n]) => [`@${id}`, `${n}`] as const);
    configure({ edition: choice?.edition ?? 1, regime: choice?.regime || "x", consentMonths: lives.consent_months });
    const value = choice ? encode(choice.clock ?? 0, new Map([...said, ...vendors])) : "";
    const rule: Rule = { _id: r.id, _necessary: !!r.necessary, _mode: modes.indexOf(r.mode) as Mode, _sensitive: modes.indexOf(r.sensitive_mode) as Mode, _max: r.max, _months: r.months, _gpc: !!r.gpc, _minor: !!r.minor, ...(r.since && { _since: r.since }) };
    const months = Math.min(lives.consent_months, ...(r.months ?? []).filter((n: number) => n > 0));
    const limit = limitsOf({ [r.id]: r.necessary ? 0 : r.max + (r.gpc ? GPC : 0) + (r.minor ? MINOR : 0) });
    const stops = (signals.gpc ? GPC : 0) + (signals.minor ? MINOR : 0);
    const may = glance(`lx_consent=${value}`, limit, r.since ?? 1, (months * YEAR) / 12, stops, now);
    const got = may(r.id, ask.level ? `${ask.level}` : "");
    if (got) assert.ok(decide(rule, signals as Signals, parse(value), now, ask.vendor) >= (ask.level ?? 1));
  });
}

test("glance allows a grant, and its level, and no more", () => {
  const cookies = "a=b; lx_consent=1.-.2.eea.1000000000.analytics:1~marketing:1g~recording:2.; c=d";
  const may = glance(cookies, limitsOf({ analytics: 1, marketing: 1 + GPC + MINOR, recording: 3, functional: 1 }), 2, YEAR, GPC, 1000000000 + YEAR - 1);
  assert.deepEqual(
    [may("analytics"), may("marketing"), may("recording", "2"), may("recording", "3"), may("recording", "no_pii"), may("functional"), may("constructor")],
    [true, true, true, false, false, false, false],
  );
});
test("glance lets a necessary purpose run without a choice", () => assert.equal(glance("", limitsOf({ necessary: 0 }), 1, YEAR, 0, 0)("necessary"), true));
for (const [name, cookies, since, signals, now] of [
  ["an edition that no longer holds", "lx_consent=1.-.1.x.1000000000.a:1.", 2, 0, 1000000000],
  ["a grant that has ended", "lx_consent=1.-.1.x.1000000000.a:1.", 1, 0, 1000000000 + YEAR],
  ["a minor", "lx_consent=1.-.1.x.1000000000.a:1.", 1, MINOR, 1000000000],
  ["the opt-out signal after an ordinary grant", "lx_consent=1.-.1.x.1000000000.a:1.", 1, GPC, 1000000000],
  ["another cookie with our name in it", "not_lx_consent=1.-.1.x.1000000000.a:1.", 1, 0, 1000000000],
] as const)
  test(`glance denies under ${name}`, () => assert.equal(glance(cookies, limitsOf({ a: 1 + GPC + MINOR }), since, YEAR, signals, now)("a"), false));
