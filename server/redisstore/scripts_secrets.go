package redisstore

// clearSecretsScript clears away some that ended. KEYS secrets, ends; ARGV key, now.
const clearSecretsScript = `
local ended = redis.call('ZRANGE', KEYS[2], '-inf', ARGV[2], 'BYSCORE', 'LIMIT', 0, 64)
for i = 1, #ended do
  redis.call('HDEL', KEYS[1], ended[i])
  redis.call('ZREM', KEYS[2], ended[i])
end
`

// putSecret stores a secret. KEYS secrets, ends; ARGV key, now, end, value.
const putSecretScript = clearSecretsScript + `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ':' .. ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1`

// takeSecret returns and deletes a secret. KEYS secrets, ends; ARGV key, now.
const takeSecretScript = clearSecretsScript + `
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
