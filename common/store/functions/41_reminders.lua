-- The one reminder of a pulse: queued when its invitation has arrived, judged by pulse_verdict (43_intend.lua) when it goes.

-- Before the first write: whether this pulse, of that week by now, is one to remind of: silent yet, and not reminded before.
-- `message` must be a free id.
local function expect_remind(base, u, week, message)
  if not u or (u.state ~= 'open' and u.state ~= 'queued') then return false end
  local found = redis.call('HMGET', u.key, 'mr', 'sp')
  if found[1] or found[2] then return false end -- mr perhaps by this very call, whose answer was lost
  expect(base .. 'ws:' .. week, 'zset')
  if redis.call('EXISTS', base .. 'm:' .. message) == 1 then error({err = 'TAKEN an id of a new message is in use'}) end
  return true
end

-- The invitation has arrived: whoever stays silent is reminded, once. True when that was written.
local function pulse_remind(base, counts, u, contact, message, now)
  local due, last = string.match(u.remind or '', '^(%d+)|(%d+)$')
  if not due or not contact or tonumber(now) >= tonumber(last) then return false end
  redis.call('HSET', u.key, 'mr', message)
  redis.call('HSET', base .. 'm:' .. message, 's', 'queued', 'k', 'reminder', 'u', u.id, 'c', contact, 'na', last, 'w', u.week)
  redis.call('ZADD', base .. 'q:bulk', due, message)
  redis.call('ZADD', base .. 'ws:' .. u.week, 0, message)
  tally(counts, 'm:queued', 1)
  tally(counts, 'h:messages', 1)
  if redis.call('ZRANK', base .. 'q:bulk', message) == 0 then org_wake(base) end -- nothing else was due before it
  return true
end
