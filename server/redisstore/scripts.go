package redisstore

import "github.com/redis/go-redis/v9"

// scripts are the writes that must happen as one. Each touches one slot, and
// each may be run again after a crash or a lost answer without harm.
type scripts struct {
	claim, settle, release         *redis.Script
	apply, latest, history         *redis.Script
	erase, forget                  *redis.Script
	publish                        *redis.Script
	putSecret, takeSecret, dropKey *redis.Script
}

func newScripts() scripts {
	return scripts{
		claim: redis.NewScript(claimScript), settle: redis.NewScript(settleScript), release: redis.NewScript(releaseScript),
		apply: redis.NewScript(stateLib + arriveLib + applyScript), latest: redis.NewScript(latestScript), history: redis.NewScript(stateLib + historyScript),
		erase: redis.NewScript(stateLib + arriveLib + eraseScript), forget: redis.NewScript(stateLib + forgetScript),
		publish:   redis.NewScript(publishScript),
		putSecret: redis.NewScript(putSecretScript), takeSecret: redis.NewScript(takeSecretScript), dropKey: redis.NewScript(dropKeyScript),
	}
}

// What stands under a mark, by its first byte:
//
//	r secret (16) rest (6) evidence   a record whose id belongs into this bucket
//	x rest (6) evidence               one without a secret: nobody's, or erased
//	c subject                         claimed for this subject; its bucket has the record
//	p bucket (2)                      settled: that bucket has the record
//
// where rest is what mark and bucket do not tell of the id. s and y are as r and
// x, with the bucket (2) of the id before the rest of it; R and X hold an id that
// is not 16 bytes, behind its length (2).
// The state of a subject is
//
//	flags (1) [clock of the erasure (6)] [clock (6) mark (8) brief]
//
// where bit 0 of flags says that it was erased, bit 1 that it has a newest
// record, bit 2 that it has had earlier ones too, and bit 3 that one of them is
// so close to the newest that both count. The brief of the newest (see
// consent.KnownContext) is what a check reads, so that it looks for one field
// only; there is none for some records. An earlier record has its clock. Clocks
// are moved so that none is below zero; numbers are big-endian.

// stateLib reads and writes the state of a subject.
const stateLib = `
local function read(v)
  local s = {}
  if not v then return s end
  local flags, at = string.byte(v, 1), 2
  if flags % 2 == 1 then s.tomb = struct.unpack('>I6', v, at); at = at + 6 end
  if flags % 4 >= 2 then s.clock, s.mark, s.brief = struct.unpack('>I6', v, at), string.sub(v, at + 6, at + 13), string.sub(v, at + 14) end
  s.more, s.close = flags % 8 >= 4, flags >= 8
  return s
end
local function write(states, person, s)
  if not s.tomb and not s.mark then
    redis.call('HDEL', states, person)
    return
  end
  local v = string.char((s.tomb and 1 or 0) + (s.mark and 2 or 0) + (s.more and 4 or 0) + (s.close and 8 or 0))
  if s.tomb then v = v .. struct.pack('>I6', s.tomb) end
  if s.mark then v = v .. struct.pack('>I6', s.clock) .. s.mark .. s.brief end
  redis.call('HSET', states, person, v)
end
local function earlier(states, person)
  local all, found = redis.call('HGETALL', states), {}
  for i = 1, #all, 2 do
    local f = all[i]
    if #f == 15 and string.sub(f, 1, 7) == person then
      found[#found + 1] = {field = f, mark = string.sub(f, 8), clock = struct.unpack('>I6', all[i + 1])}
    end
  end
  return found
end
local function records(states, person, s)
  local found = {}
  if s.more then found = earlier(states, person) end
  if s.mark then found[#found + 1] = {mark = s.mark, clock = s.clock} end
  return found
end
`

// apply stores records, each once and with its subject if it has one, and returns
// what it has to say of each, behind its length (4): what stands under the mark
// already, "e" for a subject that was erased, "k" for a code that another context
// has, or "n".
// KEYS of each shelf journal, counters of the day and contexts, then of each record
// the states of its subject (nobody's: any) and its bucket; ARGV how many shelves, how close is close, how many contexts, how
// many cells, code (7) and context of each, the cells, and of each record
//
//	shelf (2) context (2) cell (2) bucket in the partition (2) clock (6) mark (8) length (1) and person · length (1) and brief · what stands under the mark
const applyScript = `
local shelves, near, contexts, cells = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local known = {}
local function keep(states, key, told)
  local shelf, context, cell, bucket, clock, mark, person, brief, at = struct.unpack('>I2I2I2I2I6c8Bc0Bc0', told)
  local s
  if person ~= '' then
    s = read(redis.call('HGET', states, person))
    if s.tomb and clock <= s.tomb then return redis.call('HGET', key, mark) or 'e' end
  end
  local shared = shelf * 65536 + context
  if not known[shared] then
    local text = ARGV[5 + context]
    local code, packed = string.sub(text, 1, 7), string.sub(text, 8)
    local was = redis.call('HGET', KEYS[3 * shelf + 3], code)
    if not was then
      redis.call('HSET', KEYS[3 * shelf + 3], code, packed)
    elseif was ~= packed then
      return redis.call('HGET', key, mark) or 'k'
    end
    known[shared] = true
  end
  if redis.call('HSETNX', key, mark, string.sub(told, at)) == 0 then return redis.call('HGET', key, mark) end
  if s then
    if not s.mark then
      s.clock, s.mark, s.brief, s.close = clock, mark, brief, false
    else
      s.more = true
      local apart = clock - s.clock
      if math.abs(apart) <= near then s.close = true elseif apart > 0 then s.close = false end
      if apart > 0 then
        redis.call('HSET', states, person .. s.mark, struct.pack('>I6', s.clock))
        s.clock, s.mark, s.brief = clock, mark, brief
      else
        redis.call('HSET', states, person .. mark, struct.pack('>I6', clock))
      end
    end
    write(states, person, s)
  end
  arrive(KEYS[3 * shelf + 1], bucket, mark)
  redis.call('HINCRBY', KEYS[3 * shelf + 2], ARGV[5 + contexts + cell], 1)
  return 'n'
end
local out = {}
for i = 1, (#KEYS - 3 * shelves) / 2 do
  local at = 3 * shelves + 2 * i
  local said = keep(KEYS[at - 1], KEYS[at], ARGV[4 + contexts + cells + i])
  out[i] = struct.pack('>I4', #said) .. said
end
return table.concat(out)`

// claim gives an id, in its own bucket, to its first writer; see also claimed.
// KEYS bucket; ARGV mark, claim, what it may replace.
const claimScript = `
local have = redis.call('HGET', KEYS[1], ARGV[1])
if have and have ~= ARGV[3] then return have end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 'n'`

// settle takes the subject out of a claim whose record is stored.
// KEYS bucket; ARGV mark, where the record is.
const settleScript = `
local have = redis.call('HGET', KEYS[1], ARGV[1])
if have and string.sub(have, 1, 1) == 'c' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 'n'`

// release frees an id whose record is no more. KEYS bucket; ARGV mark, claim.
const releaseScript = `
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 'n'`

// latest returns, for each of many persons and behind its length (4), "n" for one
// without a record, "e" and the clock of that for one that was erased, "m" when several records must be
// looked at, or what is asked for: clock and brief of the newest record ("b"; "l"
// when it has no brief), or its mark and what stands under it ("r").
// KEYS states of each person and, where the record is asked for, bucket; ARGV
// persons, each with what is asked for.
const latestScript = `
local out, asked, key = {}, ARGV[1], 0
for i = 1, #asked / 8 do
  key = key + 1
  local s, v = redis.call('HGET', KEYS[key], string.sub(asked, i * 8 - 7, i * 8 - 1)), 'n'
  local brief = string.byte(asked, i * 8) == 98
  if not brief then key = key + 1 end
  if s then
    local flags = string.byte(s, 1)
    local at = 2 + flags % 2 * 6
    if flags >= 8 then
      v = 'm'
    elseif flags % 4 < 2 then
      v = 'e' .. string.sub(s, 2, 7)
    elseif brief then
      v = #s > at + 13 and string.sub(s, at, at + 5) .. string.sub(s, at + 14) or 'l'
    else
      v = string.sub(s, at + 6, at + 13)
      v = v .. (redis.call('HGET', KEYS[key], v) or '')
    end
  end
  out[i] = struct.pack('>I4', #v) .. v
end
return table.concat(out)`

// history returns whether the subject was erased, and the marks of its records.
// KEYS states; ARGV person.
const historyScript = `
local s = read(redis.call('HGET', KEYS[1], ARGV[1]))
local out = {s.tomb and 'e' or 'n'}
for _, r in ipairs(records(KEYS[1], ARGV[1], s)) do
  out[#out + 1] = r.mark
end
return out`

// erase forgets a subject and its records up to a clock, tells the feed which
// those were, and returns their ids as it tells them; see idsOf.
// KEYS states, bucket, journal; ARGV person, clock, the time of the erasure, bucket (2).
const eraseScript = `
local states, key, person, at = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local s = read(redis.call('HGET', states, person))
if s.tomb and s.tomb > at then at = s.tomb end
local all, gone = records(states, person, s), {}
s.tomb = at
for _, r in ipairs(all) do
  if r.clock <= at then
    local v = redis.call('HGET', key, r.mark)
    local bare = v and ({r = 'x', s = 'y', R = 'X'})[string.sub(v, 1, 1)]
    if bare then
      local rest = string.sub(v, 18)
      redis.call('HSET', key, r.mark, bare .. rest)
      if bare == 'x' then
        rest = ARGV[4] .. r.mark .. string.sub(rest, 1, 6)
      elseif bare == 'y' then
        bare, rest = 'x', string.sub(rest, 1, 2) .. r.mark .. string.sub(rest, 3, 8)
      else
        rest = string.sub(rest, 1, 2 + struct.unpack('>I2', rest))
      end
      gone[#gone + 1] = bare .. rest
    end
    if r.field then redis.call('HDEL', states, r.field) end
    if r.mark == s.mark then s.mark, s.more, s.close = nil, false, false end
  end
end
write(states, person, s)
for i = 1, #gone, 500 do
  arrive(KEYS[3], 0, ARGV[3] .. table.concat(gone, '', i, math.min(i + 499, #gone)))
end
return table.concat(gone)`

// forget deletes a record that was swept; of its subject's others the newest
// counts then. KEYS bucket and, if it has a subject, states; ARGV mark, person.
const forgetScript = `
local states, mark, person = KEYS[2], ARGV[1], ARGV[2]
redis.call('HDEL', KEYS[1], mark)
if person == '' then return 'n' end
local s = read(redis.call('HGET', states, person))
redis.call('HDEL', states, person .. mark)
if s.mark == mark then
  local best
  for _, r in ipairs(earlier(states, person)) do
    if not best or r.clock > best.clock then best = r end
  end
  s.mark, s.more, s.close = nil, false, false
  if best then
    s.mark, s.clock, s.brief, s.more, s.close = best.mark, best.clock, '', true, true
    redis.call('HDEL', states, best.field)
  end
  write(states, person, s)
end
return 'n'`

// publish stores the next edition.
// KEYS editions of the site, live, version; ARGV site, number, edition.
const publishScript = `
local newest = tonumber(redis.call('HGET', KEYS[1], 'newest') or '0')
if tonumber(ARGV[2]) ~= newest + 1 then
  -- What is live follows from the editions: a list that somebody has removed by
  -- hand would else keep the site away for good.
  local there = redis.call('HGET', KEYS[1], newest)
  if there and redis.call('HSETNX', KEYS[2], ARGV[1], there) == 1 then redis.call('INCR', KEYS[3]) end
  return newest
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3], 'newest', ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('INCR', KEYS[3])
return -1`
