-- Leases: a claim takes due messages for one dispatcher, a recovery takes them back from one that is gone.

-- outbox_recover: up to 128 leases that are void (an earlier fence) or expired: leased goes back to queued, submitting
-- becomes unknown. args: fence, now (Redis time, ms), due (domain ms). reply: {OK, requeued, unknown}.
local function outbox_recover(keys, args)
  local base, fence = keys[1], tonumber(args[1])
  expect_outbox(base)
  local found, seen = {}, {}
  local function look(messages, expired)
    for _, message in ipairs(messages) do
      if not seen[message] then
        seen[message] = true
        local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'k', 'u', 'c', 'f')
        if expired or tonumber(m[5] or '0') < fence then
          local u = m[1] == 'submitting' and invited_pulse(base, m[2], m[3])
          found[#found + 1] = {id = message, state = m[1], kind = m[2], u = u, c = u and contact_read(base, m[4])}
        end
      end
    end
  end
  local expired = redis.call('ZRANGEBYSCORE', base .. 'leased', '-inf', args[2], 'LIMIT', 0, 128)
  look(expired, true)
  if #expired < 128 then look(redis.call('ZRANGE', base .. 'leased', 0, 127 - #expired), false) end

  local counts, requeued, unknown = {}, 0, 0
  for _, m in ipairs(found) do
    if m.state == 'leased' then
      message_requeue(base, counts, m.id, m.kind, 'leased', args[3])
      requeued = requeued + 1
    else
      message_move(base, counts, m.id, m.kind, 'submitting', 'unknown')
      tally(counts, 'x:unknown_ever', 1)
      if m.u then pulse_handed_over(m.u, m.c) end
      unknown = unknown + 1
    end
  end
  if #found > 0 then books_write(base, counts) end
  return {'OK', requeued, unknown}
end

-- outbox_claim: leases due messages: replies first, then retries whose wait is over, then invitations.
-- args: fence, now (Redis time, ms), lease expiry (Redis time, ms), now (domain ms), at most.
-- replies: {OK, message, kind, attempts, pulse, contact, sealed number, batch, language, survey, step, …ten for each} |
--          {FENCED} | {PAUSED} (the lane is).
-- A lost answer leaves leases that expire.
local function outbox_claim(keys, args)
  local base = keys[1]
  local lane = redis.call('HMGET', base .. 'lane', 'fence', 'hold')
  if lane[1] ~= args[1] then return {'FENCED'} end
  if lane[2] then return {'PAUSED'} end
  expect_outbox(base)
  local left, found = math.min(tonumber(args[5]), 128), {}
  local function look(queue, until_ms)
    if left <= 0 then return end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', base .. queue, '-inf', until_ms, 'LIMIT', 0, left)) do
      local m = redis.call('HMGET', base .. 'm:' .. id, 'k', 'n', 'u', 'c', 'q', 'to', 'b', 'l', 'cq')
      local c = m[6] and {m[6], m[7], m[8]} or redis.call('HMGET', base .. 'c:' .. (m[4] or ''), 'n', 'b', 'l')
      local survey = m[3] and redis.call('HGET', base .. 'u:' .. m[3], 'v')
      found[#found + 1] = {queue = queue, fields = {id, m[1], tonumber(m[2] or '0'), m[3] or '', m[4] or '', c[1] or '',
                                                    c[2] or '', c[3] or '', survey or '', m[5] or m[9] or ''}}
      left = left - 1
    end
  end
  look('q:reply', args[4])
  look('q:wait', args[2])
  look('q:bulk', args[4])
  local reply, leases, taken = {'OK'}, {}, {}
  for _, one in ipairs(found) do
    local id = one.fields[1]
    redis.call('HSET', base .. 'm:' .. id, 's', 'leased', 'f', args[1])
    leases[#leases + 1] = args[3]
    leases[#leases + 1] = id
    taken[one.queue] = taken[one.queue] or {}
    table.insert(taken[one.queue], id)
    for _, field in ipairs(one.fields) do reply[#reply + 1] = field end
  end
  if #found > 0 then
    for queue, ids in pairs(taken) do redis.call('ZREM', base .. queue, unpack(ids)) end
    redis.call('ZADD', base .. 'leased', unpack(leases))
    books_write(base, {['m:queued'] = -#found, ['m:leased'] = #found})
  end
  return reply
end

redis.register_function('outbox_recover', outbox_recover)
redis.register_function('outbox_claim', outbox_claim)
