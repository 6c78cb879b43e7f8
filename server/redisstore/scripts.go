package redisstore

import "github.com/redis/go-redis/v9"

// scripts are the writes that must happen as one. Each touches one slot, and
// each may be run again after a crash or a lost answer without harm.
type scripts struct {
	claim, release, bury           *redis.Script
	apply, entomb, forget          *redis.Script
	arrive, sweep                  *redis.Script
	publish                        *redis.Script
	putSecret, takeSecret, dropKey *redis.Script
}

func newScripts() scripts {
	return scripts{
		claim: redis.NewScript(claimScript), release: redis.NewScript(releaseScript), bury: redis.NewScript(buryScript),
		apply:  redis.NewScript(applyScript),
		entomb: redis.NewScript(entombScript), forget: redis.NewScript(forgetScript),
		arrive: redis.NewScript(arriveScript), sweep: redis.NewScript(sweepScript), publish: redis.NewScript(publishScript),
		putSecret: redis.NewScript(putSecretScript), takeSecret: redis.NewScript(takeSecretScript), dropKey: redis.NewScript(dropKeyScript),
	}
}

// claim gives an id to its first writer.
// KEYS id; ARGV subject, content, record ("" when it has a subject).
const claimScript = `
local v = redis.call('HMGET', KEYS[1], 'c', 's', 'r', 'x')
if v[4] then return {'erased'} end
if v[1] then return {'held', v[1], v[2] or '', v[3] or ''} end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[1], 'c', ARGV[2], 'r', ARGV[3])
else
  redis.call('HSET', KEYS[1], 'c', ARGV[2], 's', ARGV[1])
end
return {'new'}`

// release frees an id whose record was refused. KEYS id; ARGV subject.
const releaseScript = `
if redis.call('HGET', KEYS[1], 's') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`

// bury leaves of an id only what an erased record leaves.
// KEYS id; ARGV what is left.
const buryScript = `
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'x', ARGV[1])
return 1`

// apply stores a record with its subject. KEYS subject; ARGV mark, clock, record.
const applyScript = `
local clock, t = tonumber(ARGV[2]), tonumber(redis.call('HGET', KEYS[1], 't') or '')
local have = redis.call('HGET', KEYS[1], 'r:' .. ARGV[1])
if have then
  local c, n, body = string.match(have, '^(-?%d+):(%d+):(.*)$')
  if t and tonumber(c) <= t then return {'erased'} end
  return {'held', body}
end
if t and clock <= t then return {'erased'} end
local n = redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('HSET', KEYS[1], 'r:' .. ARGV[1], ARGV[2] .. ':' .. string.format('%d', n) .. ':' .. ARGV[3])
local k = redis.call('HGET', KEYS[1], 'k')
if not k or clock >= tonumber(k) then redis.call('HSET', KEYS[1], 'k', ARGV[2], 'm', ARGV[1]) end
return {'new'}`

// entomb sets the erasure and lists the records that it covers; from here on
// nobody reads them. KEYS subject; ARGV clock of the erasure.
const entombScript = `
local t, at = redis.call('HGET', KEYS[1], 't'), ARGV[1]
if t and tonumber(t) > tonumber(at) then at = t end
redis.call('HSET', KEYS[1], 't', at)
local k = redis.call('HGET', KEYS[1], 'k')
if k and tonumber(k) <= tonumber(at) then redis.call('HDEL', KEYS[1], 'k', 'm') end
local all, gone = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 'r:' then
    local c, n, body = string.match(all[i + 1], '^(-?%d+):(%d+):(.*)$')
    if tonumber(c) <= tonumber(at) then
      gone[#gone + 1] = string.sub(all[i], 3)
      gone[#gone + 1] = body
    end
  end
end
return gone`

// forget deletes records of an erased subject. KEYS subject; ARGV marks.
const forgetScript = `
local t = tonumber(redis.call('HGET', KEYS[1], 't') or '')
for i = 1, #ARGV do
  local have = redis.call('HGET', KEYS[1], 'r:' .. ARGV[i])
  if have and t and tonumber(string.match(have, '^(-?%d+):')) <= t then
    redis.call('HDEL', KEYS[1], 'r:' .. ARGV[i])
  end
end
return 1`

// arrive numbers a record or an erasure of a site once. Numbers follow the
// clock of Redis, so that none is given twice even when Redis has lost the
// last ones, but never stand still or go back. A record is counted by its cell.
// KEYS log, seq, counters of the day; ARGV member, cell or "".
const arriveScript = `
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  local t, last = redis.call('TIME'), tonumber(redis.call('GET', KEYS[2]) or '0')
  local n = string.format('%.0f', math.max(last + 1, t[1] * 1000000 + t[2]))
  redis.call('SET', KEYS[2], n)
  redis.call('ZADD', KEYS[1], n, ARGV[1])
  if ARGV[2] ~= '' then redis.call('HINCRBY', KEYS[3], ARGV[2], 1) end
end
return 1`

// sweep deletes an old record of a subject. KEYS subject; ARGV mark.
const sweepScript = `
redis.call('HDEL', KEYS[1], 'r:' .. ARGV[1])
if redis.call('HGET', KEYS[1], 'm') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'k', 'm')
  local all, best, clock, number = redis.call('HGETALL', KEYS[1]), nil, nil, nil
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'r:' then
      local c, n = string.match(all[i + 1], '^(-?%d+):(%d+):')
      c, n = tonumber(c), tonumber(n)
      if not best or c > clock or c == clock and n > number then best, clock, number = all[i], c, n end
    end
  end
  if best then redis.call('HSET', KEYS[1], 'k', string.format('%.0f', clock), 'm', string.sub(best, 3)) end
end
if redis.call('HLEN', KEYS[1]) == 1 then redis.call('HDEL', KEYS[1], 'n') end
return 1`

// publish stores the next edition.
// KEYS editions of the site, live, version; ARGV site, number, edition.
const publishScript = `
local newest = tonumber(redis.call('HGET', KEYS[1], 'newest') or '0')
if tonumber(ARGV[2]) ~= newest + 1 then return newest end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3], 'newest', ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('INCR', KEYS[3])
return -1`

// putSecret stores a secret. KEYS secrets, ends; ARGV key, end, value.
const putSecretScript = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':' .. ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1`

// takeSecret returns and deletes a secret, and clears away some that ended.
// KEYS secrets, ends; ARGV key, now.
const takeSecretScript = `
local ended = redis.call('ZRANGE', KEYS[2], '-inf', ARGV[2], 'BYSCORE', 'LIMIT', 0, 64)
for i = 1, #ended do
  redis.call('HDEL', KEYS[1], ended[i])
  redis.call('ZREM', KEYS[2], ended[i])
end
local v = redis.call('HGET', KEYS[1], ARGV[1])
if not v or tonumber(ARGV[2]) >= tonumber(string.match(v, '^(-?%d+):')) then return false end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return v`

// dropKey deletes a secret. KEYS secrets, ends; ARGV key.
const dropKeyScript = `
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1`
