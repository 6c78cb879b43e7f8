import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Choice, encode, parse, type Said } from "../src/cookie.ts";
import { addMonths, decide, type Rule, type Signals } from "../src/decide.ts";
import { match } from "../src/match.ts";
import type { Mode } from "../src/modes.ts";
import { type Action, merge } from "../src/merge.ts";
// Made by run.mjs, in the place of what the compiler makes for a site.
// @ts-expect-error: it stands in no folder of ours.
import { configure } from "../src/config.ts";

// biome-ignore lint/suspicious/noExplicitAny: a vector is free-form JSON; each test names the shape that it reads.
type Json = Record<string, any>;
type Case = { name: string; server?: boolean; in: Json; out: Json };

const vectors = (file: string): Case[] =>
  (JSON.parse(readFileSync(`${process.env.LX_VECTORS}/${file}.json`, "utf8")) as Case[]).filter((c) => !c.server);

// The vectors know every feature.
Object.assign(globalThis, { CHANGED: true, TRAVEL: true, OPT_OUTS: true, SENSITIVE: true, LEVEL_MONTHS: true, VENDORS: true, QUIET: false });

const modes = ["opt-in", "opt-out", "notice"];
const ruleOf = (r: Json): Rule => ({
  _id: r.id,
  _necessary: !!r.necessary,
  _mode: modes.indexOf(r.mode) as Mode,
  _sensitive: modes.indexOf(r.sensitive_mode) as Mode,
  _max: r.max,
  _months: r.months,
  _gpc: !!r.gpc,
  _minor: !!r.minor,
  ...(r.since && { _since: r.since }),
  ...(r.laxer && { _laxer: /./ }),
});
const saidOf = (c: Json): Said =>
  new Map([
    ...Object.entries(c.levels ?? {}).map(([id, n]) => [id, `${n}${n && c.over?.[id] ? "g" : ""}`] as const),
    ...Object.entries(c.vendors ?? {}).map(([id, n]) => [`@${id}`, `${n}`] as const),
  ]);
const choiceOf = (c: Json | null | undefined): Choice =>
  c
    ? { _raw: "-", _edition: c.forged ? 0 : (c.edition ?? 0), _regime: c.regime ?? "", _clock: c.clock ?? 0, _levels: "", _said: c.forged ? new Map() : saidOf(c) }
    : parse("");
const sorted = (said: Said) => [...said].sort(([a], [b]) => (a < b ? -1 : 1));

for (const c of vectors("decide"))
  test(`decide: ${c.name}`, () => {
    const { ask, rule, choice, lives, signals, now } = c.in;
    configure({ consentMonths: lives.consent_months });
    const level = decide(ruleOf(rule), signals as Signals, choiceOf(choice), now, ask.vendor);
    assert.equal(level >= Math.max(1, ask.level ?? 1) ? level : 0, c.out.allow ? c.out.level : 0);
  });

for (const c of vectors("merge"))
  test(`merge: ${c.name}`, () => {
    const { action, vendors, signals = {}, levels = {} } = c.in.given;
    const ends = action === "reject_all" || action === "withdraw";
    const vendorsOf = (id: string) => Object.entries(c.in.for ?? {}).flatMap(([vendor, purposes]) => ((purposes as string[]).includes(id) ? [vendor] : []));
    configure({ rules: (c.in.rules as Json[]).map((r) => ({ ...ruleOf(r), _names: vendorsOf(r.id).join(" ") })), closeRefuses: false });
    const [said] = merge(signals, choiceOf(c.in.earlier), action as Action, ends ? undefined : levels, vendors);
    assert.deepEqual(sorted(said), sorted(saidOf(c.out)));
  });

for (const c of vectors("cookie"))
  test(`cookie: ${c.name}`, () => {
    if (c.in.op === "encode") {
      configure({ edition: c.in.choice.edition, regime: c.in.choice.regime });
      return assert.equal(encode(c.in.choice.clock, saidOf(c.in.choice)), c.out.cookie);
    }
    if (c.in.op !== "parse") return assert.fail(`the operation ${c.in.op} is not known here`);
    const got = parse(c.in.cookie);
    assert.equal(got._edition > 0, c.out.ok);
    if (!c.out.ok) return assert.equal(got._said.size, 0);
    const want = c.out.choice;
    assert.deepEqual([got._edition, got._regime, got._clock, sorted(got._said)], [want.edition, want.regime, want.clock, sorted(saidOf(want))]);
  });

for (const c of vectors("months")) test(`months: ${c.name}`, () => assert.equal(addMonths(c.in.clock, c.in.months), c.out.clock));
for (const c of vectors("match")) test(`match: ${c.name}`, () => assert.equal(match(c.in.pattern, c.in.name), c.out.match));
