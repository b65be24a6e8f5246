-- week_load: up to 64 pulses of a week, to be decided on. args: week. flags: no-writes.
-- reply: {OK, pulses left, other messages left, then fifteen for each pulse: pulse, version, disposition, asked ms, closes ms,
--         answered, unparseable, stopped, message, message state, message's not-after, stratum, pilot, survey, complete}.
local function week_load(keys, args)
  local base = keys[1]
  local reply = {'OK', redis.call('ZCARD', base .. 'w:' .. args[1]), redis.call('ZCARD', base .. 'ws:' .. args[1])}
  for _, pulse in ipairs(redis.call('ZRANGE', base .. 'w:' .. args[1], 0, 63)) do
    local u = redis.call('HMGET', base .. 'u:' .. pulse, 'z', 'st', 'i', 'x', 'an', 'un', 'so', 'm', 's', 'p', 'v', 'e')
    local m = redis.call('HMGET', base .. 'm:' .. (u[8] or ''), 's', 'na')
    for _, field in ipairs({pulse, u[1] or '', u[2] or '', u[3] or '', u[4] or '', u[5] or '', u[6] or '', u[7] or '',
                            u[8] or '', m[1] or '', m[2] or '', u[9] or '', u[10] or '', u[11] or '', u[12] or ''}) do
      reply[#reply + 1] = field
    end
  end
  return reply
end

-- week_settle: gives up to 64 pulses of a closing week their disposition and removes every link to the person: contact,
-- session, ledger entry; a reminder that still waits is cancelled. args: week, then for each: pulse, version, disposition
-- before, message state before, disposition, sent (1/0), delivered (1/0).
-- reply: {OK, settled, stale} (stale: changed meanwhile, or its message is in a dispatcher's hands: load again).
-- idempotent: a settled pulse is gone.
local function week_settle(keys, args)
  local base, week = keys[1], args[1]
  expect_outbox(base)
  expect(base .. 'k:' .. week, 'hash')
  expect(base .. 'w:' .. week, 'zset')
  local found, stale = {}, 0
  for i = 2, #args, 7 do
    local u = redis.call('HMGET', base .. 'u:' .. args[i], 'z', 'st', 'm', 'c', 'p', 'v', 's', 'w', 'mr')
    local m = u[3] and redis.call('HMGET', base .. 'm:' .. u[3], 's', 'k') or {}
    local held = m[1] == 'leased' or m[1] == 'submitting'
    if u[1] == args[i + 1] and u[2] == args[i + 2] and (m[1] or '') == args[i + 3] and u[8] == week and not held then
      local open = u[4] and redis.call('HGET', base .. 'c:' .. u[4], 'o')
      found[#found + 1] = {pulse = args[i], u = u, message = u[3], state = m[1], kind = m[2], disposition = args[i + 4],
                           sent = args[i + 5], delivered = args[i + 6], holds_contact = open == args[i],
                           reminder = u[9] and redis.call('HGET', base .. 'm:' .. u[9], 's') == 'queued' and u[9]}
    elseif u[1] then
      stale = stale + 1
    end
  end
  local counts, week_counts = {}, {}
  for _, one in ipairs(found) do
    local u = one.u
    if u[2] == 'queued' or u[2] == 'open' then
      pulse_finish(base, counts, one.pulse, u[2], one.disposition, week, u[5], u[6], u[7])
      local field = table.concat({u[5], u[6], u[7]}, '|')
      if one.sent == '1' then tally(week_counts, field .. '|!sent', 1) end
      if one.delivered == '1' then tally(week_counts, field .. '|!delivered', 1) end
    else
      tally(counts, 'h:held', -1)
    end
    if one.state == 'queued' then message_move(base, counts, one.message, one.kind, 'queued', 'stale') end
    if one.reminder then message_move(base, counts, one.reminder, 'reminder', 'queued', 'cancelled') end
    if one.holds_contact then redis.call('HDEL', base .. 'c:' .. u[4], 'o') end
    redis.call('DEL', base .. 'u:' .. one.pulse, base .. 'm:' .. (one.message or ''))
    redis.call('ZREM', base .. 'w:' .. week, one.pulse)
  end
  tally_write(base .. 'k:' .. week, week_counts)
  if #found > 0 then books_write(base, counts) end
  return {'OK', #found, stale}
end

-- week_sweep: removes up to 64 settled messages that no pulse began with: of conversations, and those of no pulse. Queued ones
-- whose time is over end as stale: no dispatcher is needed for a week to close. args: week, now ms. reply: {OK, removed, left}.
local function week_sweep(keys, args)
  local base = keys[1]
  local key, settled, over, counts = base .. 'ws:' .. args[1], {}, {}, {}
  for _, message in ipairs(redis.call('ZRANGE', key, 0, 63)) do
    local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'k', 'na')
    local is_over = m[1] == 'queued' and tonumber(m[3]) <= tonumber(args[2])
    if is_over then over[#over + 1] = {id = message, kind = m[2]} end
    if is_over or not ON_THE_WAY[m[1]] then settled[#settled + 1] = message end
  end
  if #over > 0 then expect_outbox(base) end
  expect(base .. 'b', 'hash')
  for _, m in ipairs(over) do message_move(base, counts, m.id, m.kind, 'queued', 'stale') end
  for _, message in ipairs(settled) do redis.call('DEL', base .. 'm:' .. message) end
  if #settled > 0 then redis.call('ZREM', key, unpack(settled)) end
  if #settled > 0 then books_write(base, counts) end
  return {'OK', #settled, redis.call('ZCARD', key)}
end

-- week_publish: writes figures of a closing week, each once and for good. args: week, then pairs: unit, figures.
-- replies: {OK, written} | CLOSED (the week is sealed). idempotent: what is there stays.
local function week_publish(keys, args)
  local base, written = keys[1], 0
  expect(base .. 'pub:' .. args[1], 'hash')
  expect(base .. 'b', 'hash')
  if redis.call('HGET', base .. 'weeks', args[1]) == 'published' then return {'CLOSED'} end
  for i = 2, #args, 2 do
    written = written + redis.call('HSETNX', base .. 'pub:' .. args[1], args[i], args[i + 1])
  end
  if written > 0 then books_write(base, {}) end
  return {'OK', written}
end

-- week_seal: the week is published; the reply ids and idempotency keys of the week before it go.
-- args: week, next roll-up due ms, week before. replies: OK | OPEN (links are left). idempotent.
local function week_seal(keys, args)
  local base, week = keys[1], args[1]
  expect(base .. 'weeks', 'hash')
  expect(base .. 'rollup', 'hash')
  expect(base .. 'b', 'hash')
  if redis.call('ZCARD', base .. 'w:' .. week) + redis.call('ZCARD', base .. 'ws:' .. week) > 0 then return {'OPEN'} end
  redis.call('HSET', base .. 'weeks', week, 'published')
  redis.call('HSET', base .. 'rollup', 'due', args[2])
  redis.call('DEL', base .. 'dd:' .. args[3], base .. 'id:' .. args[3])
  books_write(base, {})
  return {'OK'}
end

-- rollup_due: says when the roll-up next has work. args: due ms. reply: OK.
local function rollup_due(keys, args)
  redis.call('HSET', keys[1] .. 'rollup', 'due', args[1])
  return {'OK'}
end

redis.register_function{function_name = 'week_load', callback = week_load, flags = {'no-writes'}}
redis.register_function('week_settle', week_settle)
redis.register_function('week_sweep', week_sweep)
redis.register_function('week_publish', week_publish)
redis.register_function('week_seal', week_seal)
redis.register_function('rollup_due', rollup_due)
