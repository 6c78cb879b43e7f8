import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { encode, parse } from "../src/cookie.ts";
import { addMonths, type Choice, decide, type Mode, reasons, type Rule, type Signals } from "../src/decide.ts";
import { match } from "../src/match.ts";
import { type Action, fault, merge } from "../src/merge.ts";

// biome-ignore lint/suspicious/noExplicitAny: a vector is free-form JSON; each test names the shape that it reads.
type Json = Record<string, any>;
type Case = { name: string; go_only?: boolean; in: Json; out: Json };

const vectors = (file: string): Case[] =>
  (JSON.parse(readFileSync(`${process.env.LX_VECTORS}/${file}.json`, "utf8")) as Case[]).filter((c) => !c.go_only);

// The vectors know every feature.
Object.assign(globalThis, { PROOFS: true, CHANGED: true, TRAVEL: true, OPT_OUTS: true, LEVEL_MONTHS: true, VENDORS: true });

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
const bare = (o: Json = {}) => Object.assign(Object.create(null), o);
const choiceOf = (c: Json | null | undefined): Choice | undefined =>
  c
    ? {
        _edition: c.edition ?? 0,
        _regime: c.regime ?? "",
        _clock: c.clock ?? 0,
        _levels: bare(c.levels),
        _vendors: bare(c.vendors),
        _over: bare(c.over),
        _unproved: !!c.unproved,
        _forged: !!c.forged,
        _erased: !!c.erased,
      }
    : undefined;

for (const c of vectors("decide"))
  test(`decide: ${c.name}`, () => {
    const { ask, rule, choice, lives, signals, now } = c.in;
    const [reason, level, until] = decide(
      ruleOf(rule),
      choiceOf(choice),
      { _consentMonths: lives.consent_months },
      signals as Signals,
      now,
      ask.vendor,
      ask.level,
    );
    assert.deepEqual({ allow: reason < 4, level, reason: reasons[reason], until }, { until: 0, ...c.out });
  });

for (const c of vectors("merge"))
  test(`merge: ${c.name}`, () => {
    const rules = (c.in.rules as Json[]).map(ruleOf);
    const vendors = ((c.in.vendors ?? []) as string[]).map((_id) => ({ _id }));
    const given = { levels: {}, signals: {}, ...c.in.given, action: c.in.given.action as Action };
    const error = fault(rules, vendors, given);
    if (c.out.error || error) return assert.equal(error, c.out.error);
    const got = merge(rules, vendors, choiceOf(c.in.earlier), given);
    assert.deepEqual({ levels: { ...got._levels }, vendors: { ...got._vendors }, over: { ...got._over } }, c.out);
  });

for (const c of vectors("cookie"))
  test(`cookie: ${c.name}`, () => {
    if (c.in.op === "encode") return assert.equal(encode(choiceOf(c.in.choice) as Choice), c.out.cookie);
    if (c.in.op !== "parse") return assert.fail(`the operation ${c.in.op} is not known here`);
    const got = parse(c.in.cookie);
    assert.equal(!!got, c.out.ok);
    if (!got) return;
    const want = choiceOf(c.out.choice) as Choice;
    assert.equal(encode(got), encode(want));
    assert.deepEqual({ ...got._over }, { ...want._over });
  });

for (const c of vectors("months")) test(`months: ${c.name}`, () => assert.equal(addMonths(c.in.clock, c.in.months), c.out.clock));
for (const c of vectors("match")) test(`match: ${c.name}`, () => assert.equal(match(c.in.pattern, c.in.name), c.out.match));
