-- The month's budget of an org: what is spent of it, which is judged at every intend (43_intend.lua), and letting go on what it
-- paused when it is another one.

-- Answers of outbox_intend that are not about this message alone: how far a month's segments have come, in per cent.
local NEARLY_SPENT, SPENT = 80, 100

-- What the messages of a month come to in segments, with what this call has gathered.
local function month_spent(base, counts, month)
  return tonumber(redis.call('HGET', base .. 'b', 's:' .. month) or '0') + (counts['s:' .. month] or 0)
end

-- How far the budget is spent when that is to be told now: once a month and budget each, NEARLY_SPENT and SPENT; else 0.
local function budget_told(base, month, budget, spent, paused)
  local level = (paused or spent >= budget) and SPENT or spent * 100 >= budget * NEARLY_SPENT and NEARLY_SPENT or 0
  if level == 0 then return 0 end
  local mark = month .. '|' .. string.format('%d', budget) .. '|'
  local told = redis.call('HGET', base .. 'lane', 'told') or ''
  if string.sub(told, 1, #mark) == mark and tonumber(string.sub(told, #mark + 1)) >= level then return 0 end
  redis.call('HSET', base .. 'lane', 'told', mark .. level)
  return level
end

-- budget_changed: messages that a budget paused are due again, up to 128 looked at, if it was another budget or another month.
-- Those of a paused round (due never) stay so. The last due is looked at first: what comes due meanwhile moves nothing out of
-- reach. args: month, budget (0 = none), now ms, offset (0 first).
-- reply: {OK, queued again, offset to go on at or -1 = done, commit number}. idempotent.
local function budget_changed(keys, args)
  local base, mark = keys[1], args[1] .. '|' .. args[2]
  expect(base .. 'lane', 'hash')
  expect(base .. 'q:bulk', 'zset')
  expect(base .. 'b', 'hash')
  local paused = redis.call('HGET', base .. 'lane', 'budget_paused')
  if not paused or paused == mark then return {'OK', 0, -1, commit_number(base)} end
  local found = redis.call('ZREVRANGEBYSCORE', base .. 'q:bulk', '(+inf', '(' .. args[3], 'LIMIT', args[4], 128)
  local ready = {}
  for _, message in ipairs(found) do
    if redis.call('HEXISTS', base .. 'm:' .. message, 'bp') == 1 then ready[#ready + 1] = message end
  end
  for _, message in ipairs(ready) do
    redis.call('ZADD', base .. 'q:bulk', args[3], message)
    redis.call('HDEL', base .. 'm:' .. message, 'bp')
  end
  local more = #found == 128
  if not more then redis.call('HDEL', base .. 'lane', 'budget_paused') end -- until the new one pauses something
  return {'OK', #ready, more and tonumber(args[4]) + #found - #ready or -1, books_write(base, {})}
end

redis.register_function('budget_changed', budget_changed)
