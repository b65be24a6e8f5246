-- Schedules. A schedule that is active and will fire again stands in 'sched' with its next due time; one that is paused or has
-- ended does not. What is due is worked out in C.

local SCHEDULES_MAX = 128

local function expect_schedules(base)
  expect(base .. 'schedules', 'hash')
  expect(base .. 'sched', 'zset')
  expect(base .. 'sr', 'hash')
  expect(base .. 'b', 'hash')
end

-- schedule_put. args: schedule, json, next due ms.
-- replies: OK | SAME | {DIFFERS, json there} | FULL. idempotent by content; one that is there keeps its state.
local function schedule_put(keys, args)
  local base = keys[1]
  expect_schedules(base)
  local old = redis.call('HGET', base .. 'schedules', args[1])
  if old == args[2] then return {'SAME'} end
  if old then return {'DIFFERS', old} end
  if redis.call('HLEN', base .. 'schedules') >= SCHEDULES_MAX then return {'FULL'} end
  redis.call('HSET', base .. 'schedules', args[1], args[2])
  redis.call('ZADD', base .. 'sched', args[3], args[1])
  books_write(base, {})
  org_wake(base)
  return {'OK'}
end

-- schedule_set_state. args: schedule, paused | active, next due ms of an active one ('' = it will not fire again).
-- replies: OK | SAME | GONE. idempotent: one that is active keeps its due time.
local function schedule_set_state(keys, args)
  local base, field = keys[1], args[1] .. '|paused'
  expect_schedules(base)
  if redis.call('HEXISTS', base .. 'schedules', args[1]) == 0 then return {'GONE'} end
  local paused = redis.call('HEXISTS', base .. 'sr', field) == 1
  if paused == (args[2] == 'paused') then return {'SAME'} end
  if paused then
    redis.call('HDEL', base .. 'sr', field)
    if args[3] ~= '' then redis.call('ZADD', base .. 'sched', args[3], args[1]) end
  else
    redis.call('HSET', base .. 'sr', field, 1)
    redis.call('ZREM', base .. 'sched', args[1])
  end
  books_write(base, {})
  org_wake(base)
  return {'OK'}
end

-- schedule_remove: the rounds it planned stay. args: schedule. replies: OK | GONE (removed before, or never there).
local function schedule_remove(keys, args)
  local base, id = keys[1], args[1]
  expect_schedules(base)
  if redis.call('HDEL', base .. 'schedules', id) == 0 then return {'GONE'} end
  redis.call('ZREM', base .. 'sched', id)
  redis.call('HDEL', base .. 'sr', id .. '|paused', id .. '|run', id .. '|skip')
  books_write(base, {})
  org_wake(base)
  return {'OK'}
end

-- schedule_fire: what was due is planned as a round, or skipped, and the next is due: all at once, so that a kill between the two
-- is not possible. Invariant: each due time is dealt with exactly once.
-- args: schedule, due ms expected, next due ms ('' = it has ended), then
--       round: round, and as of round_plan pilot, survey ref, start ms, not-after ms, seed, sample; or
--       skip: last due ms that is skipped, how many, why.
-- replies: OK | TAKEN (a round of that name asks something else: skipped) | {STALE, due ms or ''}. idempotent by the due time.
local function schedule_fire(keys, args)
  local base, id, due, verdict = keys[1], args[1], args[2], {'OK'}
  expect_schedules(base)
  local there = redis.call('ZSCORE', base .. 'sched', id)
  if not there or tonumber(there) ~= tonumber(due) then return {'STALE', there or ''} end
  local skip, values, found
  if args[4] == 'round' then
    values = {unpack(args, 6, 11)}
    found = round_look(base, args[5], values)
    if found[1] == 'DIFFERS' then
      verdict, skip = {'TAKEN'}, {due, 1, 'round ' .. args[5] .. ' is there already and asks something else'}
    end
  else
    skip = {args[5], args[6], args[7]}
  end

  if args[3] == '' then
    redis.call('ZREM', base .. 'sched', id)
  else
    redis.call('ZADD', base .. 'sched', args[3], id)
  end
  local counts = {}
  if skip then
    redis.call('HSET', base .. 'sr', id .. '|skip', table.concat({due, skip[1], skip[2], skip[3]}, '|'))
    tally(counts, 'x:schedule_skipped', skip[2])
  else
    redis.call('HSET', base .. 'sr', id .. '|run', due .. '|' .. args[5])
    if found[1] == 'NEW' then round_write(base, args[5], values) end
  end
  books_write(base, counts)
  return verdict
end

-- schedules_read. flags: no-writes. reply: {OK, {schedule, json, next due ms, paused, run, skip}…} by name, '' where there is none.
local function schedules_read(keys, args)
  local base, reply, names, jsons = keys[1], {'OK'}, {}, {}
  local all = redis.call('HGETALL', base .. 'schedules')
  for i = 1, #all, 2 do
    names[#names + 1] = all[i]
    jsons[all[i]] = all[i + 1]
  end
  table.sort(names)
  for _, id in ipairs(names) do
    local due = redis.call('ZSCORE', base .. 'sched', id)
    local last = redis.call('HMGET', base .. 'sr', id .. '|paused', id .. '|run', id .. '|skip')
    reply[#reply + 1] = {id, jsons[id], due or '', last[1] or '', last[2] or '', last[3] or ''}
  end
  return reply
end

redis.register_function('schedule_put', schedule_put)
redis.register_function('schedule_set_state', schedule_set_state)
redis.register_function('schedule_remove', schedule_remove)
redis.register_function('schedule_fire', schedule_fire)
redis.register_function{function_name = 'schedules_read', callback = schedules_read, flags = {'no-writes'}}
