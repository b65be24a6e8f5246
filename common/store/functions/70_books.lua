-- books_snapshot: the counts that must agree, at one instant. flags: no-writes.
-- reply: {OK, {books: field, count…}, {queued bulk, queued reply, waiting, leased, pulses of all weeks},
--         {week, counters as field, count…}… for each week that is not published}.
local function books_snapshot(keys, args)
  local base = keys[1]
  local pulses, open_weeks = 0, {}
  local weeks = redis.call('HGETALL', base .. 'weeks')
  for i = 1, #weeks, 2 do
    pulses = pulses + redis.call('ZCARD', base .. 'w:' .. weeks[i])
    if weeks[i + 1] ~= 'published' then
      open_weeks[#open_weeks + 1] = {weeks[i], redis.call('HGETALL', base .. 'k:' .. weeks[i])}
    end
  end
  local lists = {redis.call('ZCARD', base .. 'q:bulk'), redis.call('ZCARD', base .. 'q:reply'),
                 redis.call('ZCARD', base .. 'q:wait'), redis.call('ZCARD', base .. 'leased'), pulses}
  local reply = {'OK', redis.call('HGETALL', base .. 'b'), lists}
  for _, week in ipairs(open_weeks) do reply[#reply + 1] = week end
  return reply
end

-- org_next: what an org waits for. flags: no-writes.
-- reply: {OK, next round, its start ms, reply queue's first due ms, wait queue's first (Redis time, ms), bulk queue's first due ms,
--         leased count, first lease expiry (Redis time, ms), roll-up due ms, next schedule, its due ms} with '' where there is
--         none.
local function org_next(keys, args)
  local base, reply = keys[1], {'OK'}
  local plan = redis.call('ZRANGE', base .. 'plan', 0, 0, 'WITHSCORES')
  reply[2], reply[3] = plan[1] or '', plan[2] or ''
  for i, queue in ipairs({'q:reply', 'q:wait', 'q:bulk'}) do
    local due = redis.call('ZRANGE', base .. queue, 0, 0, 'WITHSCORES')[2]
    reply[3 + i] = due and due ~= 'inf' and due or '' -- only held ones: none is due
  end
  reply[7] = redis.call('ZCARD', base .. 'leased')
  reply[8] = redis.call('ZRANGE', base .. 'leased', 0, 0, 'WITHSCORES')[2] or ''
  reply[9] = redis.call('HGET', base .. 'rollup', 'due') or ''
  local schedule = redis.call('ZRANGE', base .. 'sched', 0, 0, 'WITHSCORES')
  reply[10], reply[11] = schedule[1] or '', schedule[2] or ''
  return reply
end

redis.register_function{function_name = 'books_snapshot', callback = books_snapshot, flags = {'no-writes'}}
redis.register_function{function_name = 'org_next', callback = org_next, flags = {'no-writes'}}
