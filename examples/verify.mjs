// Verifies a receipt, or what `lxconsent ledger export --proof` wrote, without
// our program: docs/reference/proof-format.md says how both are made.
//
//   node verify.mjs keys.json receipt.jws
//   node verify.mjs keys.json demo.ndjson
import { createDecipheriv, createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest();
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// --- receipts and statements ---

/** What was signed, if one of the keys of /v1/keys signed it as this type; else it throws. */
export function open(keys, jws, type) {
  const parts = jws.trim().split(".");
  const [header, body, proof] = parts.map((part) => Buffer.from(part, "base64url"));
  const { alg, kid, typ } = JSON.parse(header);
  const jwk = keys.keys.find((k) => k.kid === kid);
  // There is one spelling.
  const strict = parts.length === 3 && [header, body, proof].every((b, i) => b.toString("base64url") === parts[i]);
  if (!strict || typ !== type || !jwk) throw new Error("not signed so by these keys");
  const signed = `${parts[0]}.${parts[1]}`;
  const by = (text, signature) => verify(null, text, createPublicKey({ key: jwk, format: "jwk" }), signature);
  const good = alg === "EdDSA" ? by(Buffer.from(signed), proof) : alg === "EdDSA-RFC6962" && by(...root(signed, proof));
  if (!good) throw new Error("the signature is wrong");
  return JSON.parse(body);
}

/** What is signed of a tree, and its signature: RFC 9162, section 2.1.3.2. */
function root(leaf, proof) {
  let [index, last, hash] = [proof.readUInt16BE(64), proof.readUInt16BE(66) - 1, sha256([0], leaf)];
  if (index > last) throw new Error("there is no such leaf");
  for (let at = 68; at < proof.length; at += 32) {
    const beside = proof.subarray(at, at + 32);
    if (last === 0 || beside.length < 32) throw new Error("the way up is too long");
    if (index % 2 || index === last) {
      hash = sha256([1], beside, hash);
      for (; index % 2 === 0 && index; last >>= 1) index >>= 1;
    } else hash = sha256([1], hash, beside);
    [index, last] = [index >> 1, last >> 1];
  }
  if (last) throw new Error("the way up is too short");
  return [Buffer.concat([Buffer.from("lx receipt tree 1"), proof.subarray(66, 68), hash]), proof.subarray(0, 64)];
}

// --- the ledger ---

const number = (n) => (n > 127n ? Buffer.concat([[Number(n & 127n) | 128], number(n >> 7n)].map((b) => Buffer.from(b))) : Buffer.from([Number(n)]));
const signed = (n) => number(n < 0 ? -2n * n - 1n : 2n * n);
const word = (s) => Buffer.concat([number(BigInt(Buffer.byteLength(s))), Buffer.from(s)]);

/** Takes packed bytes apart. */
function reader(bytes) {
  let at = 0;
  const take = (n) => {
    if (at + n > bytes.length) throw new Error("the bytes end too early");
    at += n;
    return bytes.subarray(at - n, at);
  };
  const big = () => {
    let n = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const [b] = take(1);
      n |= BigInt(b & 127) << shift;
      if (b < 128) return n;
    }
  };
  const num = () => Number(big());
  return {
    take, num,
    byte: () => take(1)[0],
    word: () => take(num()).toString(),
    rest: () => take(bytes.length - at),
    list: (read) => Array.from({ length: num() }, read),
    signed: () => {
      const n = big();
      return Number(n & 1n ? -(n >> 1n) - 1n : n >> 1n);
    },
  };
}

function context(bytes) {
  const r = reader(bytes);
  if (r.byte() !== 1) throw new Error("the context is of an unknown form");
  const [site, node, edition_hash, words_hash, regime, locale, place_source] = Array.from({ length: 7 }, r.word);
  return { site, node, edition_hash, words_hash, regime, locale, place_source, edition: r.num(), laws: r.list(r.word), purposes: r.list(r.word), vendors: r.list(r.word) };
}

/** What evidence says, as `record` of an export names it; without what only the key opens where there is none. */
function record(id, { purposes, vendors, ...shown }, evidence, key) {
  const r = reader(evidence);
  const [flags, link] = [r.byte(), r.take(4).toString("hex")];
  r.take(7);
  const how = r.byte();
  const action = ["accept_all", "reject_all", "save", "dismiss", "withdraw", "embed", "api", "gpc"][how & 15] ?? r.word();
  const seq = flags & 2 ? r.num() : undefined;
  const clock = r.signed();
  const said = {
    id, ...shown, action, link, seq, clock, time: clock + (flags & 128 ? r.signed() : 0), gap: how & 128 ? r.signed() : 0,
    bot: !!(flags & 4), outdated: !!(flags & 8), signals: { gpc: !!(how & 16), minor: !!(how & 32), sensitive: !!(how & 64) },
  };
  let person = r.rest();
  if (flags & 1) {
    if (!key) return said;
    person = createDecipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(person);
  }
  const p = reader(person);
  const has = flags & 32 ? 0x44 : p.byte();
  const raw = (n) => p.take(n).toString("base64url");
  const own = Buffer.from(id, "base64url");
  const made = () => Buffer.concat([own.subarray(0, 2), sha256("lx subject 1", key, own).subarray(0, 14)]).toString("base64url");
  said.subject = has & 1 ? raw(16) : has & 2 ? p.word() : has & 64 ? made() : "";
  said.content = has & 4 ? raw(4) : has & 8 ? p.word() : "";
  said.peer = has & 32 ? raw(16) : "";
  const levels = p.take(Math.ceil((purposes.length + vendors.length) / 2));
  const answered = (names, from) => Object.fromEntries(names.map((n, i) => [n, (levels[(from + i) >> 1] >> ((from + i) % 2 * 4)) & 15]).filter(([, level]) => level < 15));
  said.levels = answered(purposes, 0);
  said.vendors = answered(vendors, purposes.length);
  const over = has & 16 ? p.take(Math.ceil(purposes.length / 8)) : [];
  said.over = Object.fromEntries(purposes.filter((_, i) => (over[i >> 3] >> (i % 8)) & 1).map((n) => [n, true]));
  if (p.rest().length) throw new Error("bytes follow the personal part");
  return said;
}

/** Findings about the lines of an export: none, and it is whole and as it was recorded. */
export function ledger(keys, text) {
  const found = [];
  const lines = text.trim().split("\n").map((line) => JSON.parse(line));
  const of = (type) => lines.filter((l) => l.type === type);
  lines.forEach((l, i) => { if (l.n !== i + 1) found.push(`line ${i + 1} is numbered ${l.n}`); });
  if (lines.at(-1)?.type !== "end") found.push("the export was cut");
  const site = of("ledger")[0]?.site;
  const editions = of("editions")[0]?.editions ?? {};
  const contexts = new Map(of("context").map((l) => [l.code, Buffer.from(l.context, "base64")]));
  const chains = new Map();
  const chain = (node) => chains.get(node) ?? chains.set(node, { entries: new Map(), checkpoints: new Map(), swept: 0 }).get(node);
  const enter = (node, seq, entry) => {
    const { entries } = chain(node);
    if (entries.has(seq)) found.push(`${entry.name} is the second at number ${seq}`);
    entries.set(seq, entry);
  };
  for (const l of of("record")) {
    const name = `record ${l.record.id}`;
    try {
      const [packed, evidence] = [contexts.get(l.code), Buffer.from(l.evidence, "base64")];
      if (!packed || !evidence.subarray(5, 12).equals(sha256(packed).subarray(0, 7)) || evidence.subarray(5, 12).toString("hex") !== l.code) throw new Error("its context is another");
      const said = record(l.record.id, context(packed), evidence, l.key && Buffer.from(l.key, "base64"));
      const told = { ...l.record, time: Date.parse(l.record.time), signals: { gpc: false, minor: false, sensitive: false, ...l.record.signals } };
      // What says nothing may be left out.
      const plain = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v && (typeof v !== "object" || Object.keys(v).length)).map(([k, v]) => [k, Array.isArray(v) || typeof v !== "object" ? v : Object.entries(v).sort()]).sort());
      const [a, b] = [plain(said), plain(told)];
      for (const k of new Set([...Object.keys(a), ...Object.keys(b)])) if (!same(a[k], b[k])) throw new Error(`its ${k} is not what its evidence says`);
      if (said.site !== site || editions[said.edition] !== said.edition_hash) throw new Error("its edition is not what was shown");
      if (!said.seq) throw new Error("no node has numbered it");
      const leaf = sha256("lx leaf 1", sha256(packed), word(l.record.id), evidence.subarray(0, 1), evidence.subarray(5));
      enter(said.node, said.seq, { name, leaf, link: said.link });
    } catch (fault) { found.push(`${name}: ${fault.message}`); }
  }
  for (const l of of("statement")) {
    try {
      const s = open(keys, l.jws, "consent-ledger+jws");
      if (s.site !== site) throw new Error("it is about another site");
      if (s.kind === "checkpoint") chain(s.node).checkpoints.set(s.seq, s);
      else if (s.kind === "swept") chain(s.node).swept = Math.max(chain(s.node).swept, s.seq);
      else enter(s.node, s.seq, { name: s.kind, leaf: Buffer.from(s.hash, "hex") });
      if (s.kind === "erasure" && s.hash !== sha256("lx erasure 1", word(s.site), word(s.node), number(BigInt(s.seq)), signed(BigInt(Date.parse(s.time)))).toString("hex")) throw new Error("its leaf is another");
    } catch (fault) { found.push(`the statement of line ${l.n}: ${fault.message}`); }
  }
  for (const [node, { entries, checkpoints, swept }] of chains) {
    const newest = Math.max(0, ...checkpoints.keys());
    for (const [seq, { name }] of entries) if (seq > newest) found.push(`${name} is proved by no checkpoint of ${node}, or not yet`);
    let [link, head] = [Buffer.alloc(4), Buffer.alloc(32)];
    for (let seq = 1; seq <= newest; seq++) {
      const [entry, checkpoint] = [entries.get(seq), checkpoints.get(seq)];
      if (!entry && seq > swept) found.push(`number ${seq} of ${node} was removed`);
      // Behind a gap nothing is known until a record or a checkpoint says it.
      head = entry && head && sha256("lx head 1", head, entry.leaf);
      link = entry && link ? sha256("lx link 1", link, entry.leaf).subarray(0, 4) : entry?.link && Buffer.from(entry.link, "hex");
      if (entry?.link && entry.link !== link.toString("hex")) found.push(`${entry.name} does not fit the one before it`);
      if (checkpoint && ((link && checkpoint.link !== link.toString("hex")) || (head && checkpoint.hash !== head.toString("hex")))) found.push(`up to number ${seq} of ${node} something was rewritten`);
      if (checkpoint) [link, head] = [Buffer.from(checkpoint.link, "hex"), Buffer.from(checkpoint.hash, "hex")];
    }
  }
  return found;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [keys, text] = [JSON.parse(readFileSync(process.argv[2], "utf8")), readFileSync(process.argv[3], "utf8")];
  if (text.startsWith("{")) {
    const found = ledger(keys, text);
    console.log(found.join("\n") || "sound");
    process.exitCode = found.length ? 1 : 0;
  } else console.log(JSON.stringify(open(keys, text, "consent-receipt+jws"), null, 2));
}
