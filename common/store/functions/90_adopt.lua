-- Adoption of a data set that lost writes (a failover, a restored backup): what may have been handed over, released or fired in
-- the time that is lost is settled as unknown, cancelled or skipped, so that nobody is asked twice. Each function takes a
-- bounded part and is called until nothing is left; a sequence that was cut off is begun again.

-- Messages that may have been handed over: leased or submitting, due in a queue, or held while their round was paused (the
-- pause may have been lifted). args of adopt_messages and adopt_count begin with: now (domain ms), now (Redis time, ms).
local function adopt_lists(now, redis_now)
  return {{'leased', '-inf', '+inf'}, {'q:reply', '-inf', now}, {'q:wait', '-inf', redis_now}, {'q:bulk', '-inf', now},
          {'q:bulk', HELD, HELD}}
end

-- A round that has started and is not known to be released to its end may have been released further.
local function adopt_may_have_run(round)
  return round[1] and round[1] ~= 'released' and round[2] ~= 'cancelled'
end

-- Up to 128 rounds that have started, from the offset on: their names, and the offset to go on from (-1 = done).
local function adopt_page(base, now, offset)
  local names = redis.call('ZRANGEBYSCORE', base .. 'rounds', '-inf', now, 'LIMIT', offset, 128)
  return names, #names == 128 and offset + 128 or -1
end

-- adopt_count: what an adoption would settle. args: now (domain ms), now (Redis time, ms), offset in the list of rounds.
-- flags: no-writes. reply: {OK, leased or submitting, waiting and due, held, rounds on this page, offset to go on from or -1}.
local function adopt_count(keys, args)
  local base, sizes, rounds = keys[1], {}, 0
  for i, list in ipairs(adopt_lists(args[1], args[2])) do sizes[i] = redis.call('ZCOUNT', base .. list[1], list[2], list[3]) end
  local names, next_offset = adopt_page(base, args[1], tonumber(args[3]))
  for _, name in ipairs(names) do
    if adopt_may_have_run(redis.call('HMGET', base .. 'r:' .. name, 'state', 'hold')) then rounds = rounds + 1 end
  end
  return {'OK', sizes[1], sizes[2] + sizes[3] + sizes[4], sizes[5], rounds, next_offset}
end

-- adopt_begin: every lease and every claim that a dispatcher may hold is void. reply: OK. May be repeated.
local function adopt_begin(keys, args)
  local key = keys[1] .. 'lane'
  expect(key, 'hash')
  redis.call('HINCRBY', key, 'fence', 1)
  redis.call('HDEL', key, 'owner', 'until')
  return {'OK'}
end

-- adopt_messages: up to 40 messages that may have been handed over become unknown: never sent again, their pulses asked.
-- Invariant: whoever may have been asked counts as asked, in caps too.
-- args: now (domain ms), now (Redis time, ms), day, week index, week, closes ms. reply: {OK, marked}. idempotent: what is
-- marked is in no list any more.
local function adopt_messages(keys, args)
  local base, left, found, counts, frames = keys[1], 40, {}, {}, {}
  local asked = {now = args[1], day = args[3], week_index = args[4], week = args[5], closes = args[6], remind = ''}
  expect_outbox(base)
  for _, list in ipairs(adopt_lists(args[1], args[2])) do
    local ids = left > 0 and redis.call('ZRANGEBYSCORE', base .. list[1], list[2], list[3], 'LIMIT', 0, left) or {}
    for _, id in ipairs(ids) do
      local m = redis.call('HMGET', base .. 'm:' .. id, 's', 'k', 'u', 'c', 'q')
      local one = {id = id, state = m[1], kind = m[2], pulse = m[3], step = m[5]}
      one.u = invited_pulse(base, m[2], m[3])
      one.c = contact_read(base, m[4])
      if one.u then
        expect_ask(base, one.u, asked)
        local frame = one.u.pilot .. '|' .. one.u.survey
        if one.u.frame and one.u.frame <= (frames[frame] or 0) then one.u.frame = false end
        frames[frame] = one.u.frame or frames[frame]
      end
      if one.step then
        local step = redis.call('HMGET', base .. 'u:' .. m[3], 'z', 'i' .. m[5])
        if not step[1] or step[2] then one.step = nil end
      end
      found[#found + 1] = one
    end
    left = left - #ids
  end
  for _, one in ipairs(found) do
    message_move(base, counts, one.id, one.kind, one.state, 'unknown')
    if one.u then
      pulse_ask(base, counts, one.u, asked)
      pulse_handed_over(one.u, one.c)
    end
    if one.step then step_ask(base, one.pulse, one.step, args[1]) end
  end
  if #found > 0 then
    tally(counts, 'x:unknown_ever', #found)
    tally(counts, 'x:adopted_unknown', #found)
    books_write(base, counts)
  end
  return {'OK', #found}
end

-- adopt_rounds: of up to 128 rounds, those that may have been released further are cancelled for good: what they have asked
-- stays, nobody more is asked. args: now (domain ms), offset. reply: {OK, cancelled, offset to go on from or -1}. idempotent.
local function adopt_rounds(keys, args)
  local base, found = keys[1], {}
  expect(base .. 'plan', 'zset')
  expect(base .. 'b', 'hash')
  local names, next_offset = adopt_page(base, args[1], tonumber(args[2]))
  for _, name in ipairs(names) do
    if adopt_may_have_run(redis.call('HMGET', base .. 'r:' .. name, 'state', 'hold')) then found[#found + 1] = name end
  end
  for _, name in ipairs(found) do
    redis.call('HSET', base .. 'r:' .. name, 'hold', 'cancelled')
    redis.call('ZREM', base .. 'plan', name)
  end
  if #found > 0 then books_write(base, {['x:adopted_rounds'] = #found}) end
  return {'OK', #found, next_offset}
end

-- adopt_end: the commit number goes on above all that is known to have been seen. args: that number. reply: {OK, commit number}.
local function adopt_end(keys, args)
  local base = keys[1]
  expect(base .. 'b', 'hash')
  local behind = tonumber(args[1]) - commit_number(base)
  if behind > 0 then redis.call('HINCRBY', base .. 'b', 'cn', behind) end
  return {'OK', books_write(base, {})}
end

redis.register_function{function_name = 'adopt_count', callback = adopt_count, flags = {'no-writes'}}
redis.register_function('adopt_begin', adopt_begin)
redis.register_function('adopt_messages', adopt_messages)
redis.register_function('adopt_rounds', adopt_rounds)
redis.register_function('adopt_end', adopt_end)
