import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/cookie.ts";
import type { Rule, Signals } from "../src/decide.ts";
import { type Mode, NOTICE, OPT_IN, OPT_OUT } from "../src/modes.ts";
import { asks, type Event, type State, step } from "../src/step.ts";
import { BANNER, HIDDEN, PREFERENCES } from "../src/views.ts";
// Made by run.mjs, in the place of what the compiler makes for a site.
// @ts-expect-error: it stands in no folder of ours.
import { configure } from "../src/config.ts";

type Terms = {
  readonly edition: number;
  readonly regime: string;
  readonly consentMonths: number;
  readonly reaskMonths: number;
  readonly closeRefuses: boolean;
  readonly rules: readonly Rule[];
};

Object.assign(globalThis, { CHANGED: true, TRAVEL: true, OPT_OUTS: true, SENSITIVE: true, LEVEL_MONTHS: true, VENDORS: true, QUIET: false });

const NOW = 1795478400;
const MONTH = 31 * 86400;
const terms = (analytics: Mode = OPT_IN, marketing: Mode = OPT_IN, over: Partial<Terms> = {}): Terms => ({
  edition: 3,
  regime: "eea",
  consentMonths: 12,
  reaskMonths: 6,
  closeRefuses: true,
  rules: [
    { _id: "necessary", _necessary: true, _mode: NOTICE, _sensitive: NOTICE, _max: 1 },
    { _id: "analytics", _mode: analytics, _sensitive: OPT_IN, _max: 1, _since: 2, _laxer: /^us\b/ },
    { _id: "marketing", _mode: marketing, _sensitive: OPT_IN, _max: 1, _gpc: true, _minor: true },
    { _id: "recording", _mode: OPT_IN, _sensitive: OPT_IN, _max: 3 },
  ],
  ...over,
});
const none = parse("");
const fresh: State = [none, HIDDEN];
const all = { analytics: 1, marketing: 1, recording: 3 };
const cookie = (levels: string, clock = NOW, edition = 3) => `1.-.${edition}.eea.${clock}.${levels}.`;
const under = (signals: Signals, t: Terms, s: State, ...events: Event[]): State => {
  configure(t);
  return events.reduce((state, e) => step(signals, state, e, NOW), s);
};
const after = (t: Terms, s: State, ...events: Event[]): State => under({}, t, s, ...events);
const read = (t: Terms, value?: string, s = fresh) => after(t, s, { _read: value === undefined ? [] : [value] });

test("a new visitor is asked", () => assert.equal(read(terms())[1], BANNER));
test("on the visitor's own page nobody is asked, and sees what they ask for", () => {
  Object.assign(globalThis, { QUIET: true });
  try {
    const s = read(terms());
    assert.equal(s[1], HIDDEN);
    const open = after(terms(), s, { _show: PREFERENCES });
    assert.equal(open[1], PREFERENCES);
    assert.equal(after(terms(), open, { _show: HIDDEN })[1], HIDDEN);
    assert.equal(after(terms(), open, { _act: "reject_all" })[1], HIDDEN);
    assert.equal(after(terms(), s, { _show: BANNER })[1], BANNER);
  } finally {
    Object.assign(globalThis, { QUIET: false });
  }
});
test("a choice is not asked for again", () => assert.equal(read(terms(), cookie("analytics:0~marketing:1~recording:0"))[1], HIDDEN));
test("a purpose that was added is asked for", () => assert.equal(read(terms(), cookie("analytics:1~marketing:1"))[1], BANNER));
test("an unreadable cookie is asked over", () => assert.equal(read(terms(), "1.-.broken")[1], BANNER));
test("of what runs until objected to a new visitor is told, and who holds what cannot be read, but nobody who was", () => {
  const t = terms(OPT_OUT, OPT_OUT, { closeRefuses: false });
  const only = { ...t, rules: t.rules.slice(2, 3) };
  assert.deepEqual([undefined, "1.-.broken", cookie("-")].map((value) => read(only, value)[1]), [BANNER, BANNER, HIDDEN]);
});
test("what is late and proved takes no refusal back; a later decision does, and an older refusal counts", () => {
  const proved = (levels: string, clock: number) => `1.k1.3.eea.${clock}.${levels}.AAAAAAAAAAAAAAAAAAAAAA`;
  const [no, yes] = ["analytics:0~marketing:0~recording:0", "analytics:1~marketing:0~recording:0"];
  const levels = (held: string, ...values: string[]) => after(terms(), read(terms(), held), { _read: values })[0]._levels;
  assert.equal(levels(proved(no, NOW), proved(yes, NOW - 1)), no);
  assert.equal(levels(proved(no, NOW), proved(yes, NOW)), no, "of one second the refusal counts");
  assert.equal(levels(proved(no, NOW), proved(yes, NOW + 1)), yes);
  assert.equal(levels(proved(no, NOW), cookie(yes, NOW - 60)), yes, "a new decision by a slower clock");
  assert.equal(levels(proved(yes, NOW), proved(no, NOW - 60)), no);
  // The clock of the device says nothing against that of the server: what has no answer yet is outdone by its own.
  for (const off of [-3600, -1, 0, 1, 3600]) assert.equal(levels(cookie(no), proved(yes, NOW + off)), no);
  assert.equal(levels(cookie(no), proved(yes, NOW - 1), cookie(no)), no);
  assert.equal(levels(cookie(no), proved(yes, NOW + 1), cookie(no)), yes, "the server knows of a later decision of the account");
  // Nor of one vendor, nor by saying nothing, and a new answer of nothing to some is no grant.
  assert.equal(levels(cookie(no), proved(`@video:1~${no}`, NOW - 1)), no);
  assert.equal(levels(cookie(`@video:0~${yes}`), proved(yes, NOW - 1)), `@video:0~${yes}`);
  assert.equal(levels(cookie(no), proved("-", NOW - 1)), no);
  assert.equal(levels(cookie("-"), proved(yes, NOW - 1)), "-");
  assert.equal(levels(cookie(`@video:1~${yes}`), proved(`@video:0~${no}`, NOW - 1)), `@video:0~${no}`);
});
test("the first readable of several cookies counts", () => {
  const s = after(terms(), fresh, { _read: ["rubbish", cookie("analytics:1~marketing:1~recording:1")] });
  assert.equal(s[0]._said.get("analytics"), "1");
});
test("a choice of an edition that no longer holds is asked for again", () =>
  assert.equal(read(terms(), cookie("analytics:1~marketing:1~recording:1", NOW, 1))[1], BANNER));
test("only what has changed is asked for again, and a refusal of it is not", () => {
  const t = terms();
  assert.equal(read(t, cookie("analytics:0~marketing:1~recording:1", NOW, 1))[1], HIDDEN);
  assert.equal(read(t, cookie("analytics:1~marketing:0~recording:1", NOW, 2))[1], HIDDEN);
});
test("a change keeps the other answers, and accepting answers only what is asked", () => {
  const s = after(terms(), read(terms(), cookie("analytics:1~marketing:0~recording:2", NOW, 1)), { _act: "accept_all", _levels: all });
  assert.equal(s[0]._raw, cookie("analytics:1~marketing:0~recording:2"));
});
test("who granted where the law asked less is asked here, who refused is not", () => {
  const us = (levels: string) => cookie(levels).replace("eea", "us-wa");
  assert.equal(read(terms(), us("analytics:1~marketing:1~recording:1"))[1], BANNER);
  assert.equal(read(terms(), us("analytics:0~marketing:1~recording:1"))[1], HIDDEN);
});
test("a refusal is asked for again after the months of the regime, not before", () => {
  const refusal = (months: number) => cookie("analytics:0~marketing:0~recording:0", NOW - months * MONTH);
  assert.equal(read(terms(), refusal(5))[1], HIDDEN);
  assert.equal(read(terms(), refusal(7))[1], BANNER);
});
test("a grant is asked for again when it has ended", () => {
  const grant = (months: number) => cookie("analytics:1~marketing:1~recording:1", NOW - months * MONTH);
  assert.equal(read(terms(), grant(8))[1], HIDDEN);
  assert.equal(read(terms(), grant(13))[1], BANNER);
});
test("where everything may run with notice nobody is asked", () => {
  const t = terms(NOTICE, NOTICE);
  assert.equal(read({ ...t, rules: t.rules.slice(0, 3) })[1], HIDDEN);
});
test("a purpose that the signal stops is not asked for", () => {
  const t = terms(NOTICE, OPT_OUT);
  configure({ ...t, rules: t.rules.slice(0, 3) });
  assert.equal(asks({ gpc: true }, none, NOW), false);
});
test("accepting grants the highest levels, is sent and told", () => {
  const s = after(terms(), read(terms()), { _act: "accept_all", _levels: { ...all, necessary: 1 } });
  assert.equal(s[0]._raw, cookie("analytics:1~marketing:1~recording:3"));
  assert.deepEqual(s.slice(1), [HIDDEN, "accept_all", { action: "accept_all", levels: all, vendors: undefined, signals: {} }]);
});
test("the signal beats accepting everything", () => {
  const s = under({ gpc: true }, terms(), [none, BANNER], { _act: "accept_all", _levels: all });
  assert.equal(s[0]._raw, cookie("analytics:1~marketing:0~recording:3"));
});
test("a grant in the preferences beside the notice overrides the signal", () => {
  const s = under({ gpc: true }, terms(), [none, PREFERENCES], { _act: "save", _levels: { analytics: 0, marketing: 1, recording: 0 } });
  assert.equal(s[0]._raw, cookie("analytics:0~marketing:1g~recording:0"));
});
test("closing refuses where the regime says so", () => {
  const s = after(terms(OPT_OUT), fresh, { _read: [] }, { _show: HIDDEN });
  assert.equal(s[0]._raw, cookie("analytics:0~marketing:0~recording:0"));
});
test("elsewhere closing refuses what waits and leaves the rest unanswered, once", () => {
  const t = terms(OPT_OUT, OPT_IN, { closeRefuses: false });
  const s = after(t, fresh, { _read: [] }, { _show: HIDDEN });
  assert.equal(s[0]._raw, cookie("marketing:0~recording:0"));
  assert.equal(read(t, s[0]._raw)[1], HIDDEN);
});
test("closing all that may run leaves a choice without answers", () => {
  const t = terms(OPT_OUT, OPT_OUT, { closeRefuses: false });
  const only = { ...t, rules: t.rules.slice(0, 3) };
  const s = after(only, fresh, { _read: [] }, { _show: HIDDEN });
  assert.equal(s[0]._raw, cookie("-"));
  assert.equal(s[1], HIDDEN);
});
test("closing the preferences goes back to the banner that is still open", () =>
  assert.equal(after(terms(), read(terms()), { _show: PREFERENCES }, { _show: HIDDEN })[1], BANNER));
test("closing the preferences after a choice changes nothing", () => {
  const s = read(terms(), cookie("analytics:1~marketing:0~recording:0"));
  assert.deepEqual(after(terms(), [s[0], PREFERENCES], { _show: HIDDEN }), [s[0], HIDDEN, undefined, undefined]);
});
test("a vendor's grant leaves the banner open", () => {
  const s = after(terms(), read(terms()), { _act: "embed", _levels: {}, _vendors: { youtube: 1 } });
  assert.equal(s[0]._raw, cookie("@youtube:1"));
  assert.equal(s[1], BANNER);
});
test("withdrawing denies everything, vendors too", () => {
  const s = after(terms(), read(terms(), cookie("@youtube:1~analytics:1~marketing:1~recording:2")), { _act: "withdraw" });
  assert.equal(s[0]._raw, cookie("analytics:0~marketing:0~recording:0"));
});
test("the server's answer replaces the cookie and is not a change when it says the same", () => {
  const s = after(terms(), read(terms()), { _act: "accept_all", _levels: all });
  const proved = `${cookie("analytics:1~marketing:1~recording:3", NOW + 2).replace("1.-.", "1.k1.")}${"A".repeat(22)}`;
  const [choice, view, changed, given] = after(terms(), s, { _read: [proved, s[0]._raw] });
  assert.deepEqual([choice._raw, view, changed, given], [proved, HIDDEN, undefined, undefined]);
});
test("a stricter answer of the server counts and is told", () => {
  const s = after(terms(), read(terms()), { _act: "accept_all", _levels: all });
  const [choice, , changed] = after(terms(), s, { _read: [cookie("analytics:1~marketing:0~recording:3")] });
  assert.equal(choice._said.get("marketing"), "0");
  assert.equal(changed, "sync");
});
test("a broken answer leaves the choice as it is", () => {
  const s = after(terms(), read(terms()), { _act: "accept_all", _levels: all });
  const [choice, view, changed] = after(terms(), s, { _read: ["<html>", s[0]._raw] });
  assert.deepEqual([choice, view, changed], [s[0], HIDDEN, undefined]);
});
test("whatever the script writes it can read", () => {
  const s = after(terms(), read(terms()), { _act: "reject_all" });
  assert.ok(parse(s[0]._raw)._edition);
});
