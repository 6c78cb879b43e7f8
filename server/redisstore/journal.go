package redisstore

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
)

// A line of a journal begins with 53 bits of time, in microseconds since 1970,
// and 11 bits of a bucket. Behind them stands
//
//	mark (8)        of a record in that bucket, or
//	time (20) ids   the milliseconds at which a subject was erased, and its ids
//
// Lines are in order, and no two of a journal have the same time: the time is
// that of Redis, or later than that of the line before when Redis's clock went
// back. So that this holds, what was the last line when all was swept stays
// without anything behind its time.
const (
	lineHead  = 8
	eraseHead = 20
	localBits = 11
	localMask = 1<<localBits - 1
)

// arriveLib tells the feed. What one script tells comes in that order, whatever
// journals it is told to.
const arriveLib = `
local told
local function arrive(journal, bucket, what)
  if not told then
    local t = redis.call('TIME')
    told = t[1] * 1000000 + t[2] - 1
  end
  told = told + 1
  local now, i = told, -1
  local last = redis.call('LINDEX', journal, i)
  while last and #last < 8 do
    i = i - 1
    last = redis.call('LINDEX', journal, i)
  end
  if last then
    local high, low = struct.unpack('>I6I2', last)
    now = math.max(now, high * 32 + math.floor(low / 2048) + 1)
  end
  redis.call('RPUSH', journal, struct.pack('>I6I2', math.floor(now / 32), now % 32 * 2048 + bucket) .. what)
end
`

// seekLib finds the first line from a time on. It tries the ends first: most
// who read are near the newest line, and sweeps are at the oldest. One that somebody
// has cut to less than a time goes with the line before it.
const seekLib = `
local function seek(journal, from)
  local n, step = redis.call('LLEN', journal), 1
  local function before(i)
    local line = redis.call('LINDEX', journal, i)
    while i > 0 and #line < 8 do
      i = i - 1
      line = redis.call('LINDEX', journal, i)
    end
    if #line < 8 then return true end
    local high, low = struct.unpack('>I6I2', line)
    return high * 32 + math.floor(low / 2048) < from
  end
  if n == 0 or not before(0) then return 0, n end
  local low, high = 1, n
  while low < high do
    local i = math.max(low, high - step)
    if before(i) then
      low = i + 1
      break
    end
    high, step = i, step * 2
  end
  while low < high do
    local i = math.floor((low + high) / 2)
    if before(i) then low = i + 1 else high = i end
  end
  return low, n
end
`

// linesScript returns lines. KEYS journal; ARGV first time, how many.
const linesScript = seekLib + `
local at = seek(KEYS[1], tonumber(ARGV[1]))
return redis.call('LRANGE', KEYS[1], at, at + ARGV[2] - 1)`

// beforeScript returns the last lines before a time. KEYS journal; ARGV time, how many.
const beforeScript = seekLib + `
local at = seek(KEYS[1], tonumber(ARGV[1]))
if at == 0 then return {} end
return redis.call('LRANGE', KEYS[1], math.max(0, at - ARGV[2]), at - 1)`

// trimScript deletes the lines before a time, but for those that are to stay.
// KEYS journal; ARGV time, lines.
const trimScript = seekLib + `
local at, n = seek(KEYS[1], tonumber(ARGV[1]))
if at == 0 then return 0 end
local stay, kept = {}, {}
for i = 2, #ARGV do stay[ARGV[i]] = true end
if #ARGV > 1 then
  for _, line in ipairs(redis.call('LRANGE', KEYS[1], 0, at - 1)) do
    if stay[line] then kept[#kept + 1] = line end
  end
  if #kept == at then return 0 end
end
if at == n then
  at = n - 1
  local last = redis.call('LINDEX', KEYS[1], at)
  if kept[#kept] == last then
    kept[#kept] = nil
  else
    redis.call('LSET', KEYS[1], at, string.sub(last, 1, 8))
  end
end
redis.call('LTRIM', KEYS[1], at, -1)
for i = #kept, 1, -1 do redis.call('LPUSH', KEYS[1], kept[i]) end
return 1`

// eraseTime is the time of an erasure as its line holds it.
func eraseTime(ms int64) string { return fmt.Sprintf("%+020d", ms) }

// line is the line of a record.
func (a *arrival) line() string {
	if a.spoiled {
		return a.mark
	}
	head := a.micro<<localBits | uint64(int(a.at.bucket)-a.part*perPart)
	return string(binary.BigEndian.AppendUint64(nil, head)) + a.mark
}

// readLines reads what stands in a journal behind one another. A line that somebody
// has spoiled is an arrival, too, of something that cannot be read. One that is too
// short for a time is none: nothing is left of it.
func readLines(site string, part int, lines []string) []arrival {
	read := make([]arrival, 0, len(lines))
	for _, line := range lines {
		a, err := readLine(site, part, line)
		if err != nil {
			a.mark, a.spoiled, a.gone = line, true, nil
		}
		if len(line) >= lineHead {
			read = append(read, a)
		}
	}
	return read
}

// readLine reads a line of a journal. One that was swept has neither a mark nor
// an erasure. Of one that was spoiled, the order is there if there is a time.
func readLine(site string, part int, line string) (a arrival, err error) {
	if len(line) < lineHead {
		return a, damaged("arrival")
	}
	head := binary.BigEndian.Uint64([]byte(line))
	a.order = order{head >> localBits, part}
	if len(line) == lineHead {
		return a, nil
	}
	if len(line) == lineHead+markSize {
		a.at = place{site, uint16(part*perPart) + uint16(head&localMask)}
		a.mark = line[lineHead:]
		return a, nil
	}
	line = line[lineHead:]
	if len(line) < eraseHead {
		return a, damaged("arrival")
	}
	ms, err := strconv.ParseInt(line[:eraseHead], 10, 64)
	if err != nil {
		return a, damaged("erasure")
	}
	a.gone = &consent.Erasure{Time: time.UnixMilli(ms).UTC()}
	a.gone.IDs, err = idsOf([]byte(line[eraseHead:]))
	return a, err
}
