-- The outbox: queued → leased → submitting → accepted | failed | unknown, and beside it suppressed, stale, cancelled; receipts
-- then say delivered, undelivered, expired. A message is in exactly one of q:bulk, q:reply, q:wait (queued), leased (leased,
-- submitting) or none (the rest).

local QUEUE = {invite = 'q:bulk'} -- every other kind is a reply
local ON_THE_WAY = {queued = true, leased = true, submitting = true}
-- Part of a conversation: suppressed by STOP, sent only while its pulse is open. All other replies go always.
local CONVERSATION = {question = true, name = true, thanks = true, volunteer_confirm = true}
-- When an invitation of a paused round is due: it stays queued, in q:bulk, and no claim comes to it.
local HELD = '+inf'
-- The field of the pulse that names the message, of those that ask no step.
local PLACE = {thanks = 'mt', volunteer_confirm = 'mv'}

local function queue_of(base, kind)
  return base .. (QUEUE[kind] or 'q:reply')
end

local function expect_outbox(base)
  expect_ledger(base)
  expect(base .. 'leased', 'zset')
  expect(base .. 'q:bulk', 'zset')
  expect(base .. 'q:reply', 'zset')
  expect(base .. 'q:wait', 'zset')
end

-- Takes a message out of whichever queue or lease it is in and gives it a state, and the gateway's id where that came along.
local function message_move(base, counts, message, kind, from, to, gateway_id)
  if from == 'queued' then
    if redis.call('ZREM', queue_of(base, kind), message) == 0 then redis.call('ZREM', base .. 'q:wait', message) end
  elseif from == 'leased' or from == 'submitting' then
    redis.call('ZREM', base .. 'leased', message)
  end
  if gateway_id then
    redis.call('HSET', base .. 'm:' .. message, 's', to, 'g', gateway_id)
  else
    redis.call('HSET', base .. 'm:' .. message, 's', to)
  end
  if kind == 'wrong_person' and not ON_THE_WAY[to] then redis.call('HDEL', base .. 'm:' .. message, 'c', 'to', 'b', 'l') end
  tally_move(counts, 'm:', from, to)
end

local function message_requeue(base, counts, message, kind, from, due)
  message_move(base, counts, message, kind, from, 'queued')
  redis.call('ZADD', queue_of(base, kind), due, message)
end

-- A pulse and a contact as far as the steps below need them: read, and by that type-checked, before the first write.
local function pulse_read(base, pulse)
  local key = base .. 'u:' .. pulse
  local u = redis.call('HMGET', key, 'st', 'z', 'w', 'p', 'v', 's', 'r', 'i', 'h', 'd', 'wi', 'qf', 'x')
  if not u[1] then return nil end
  return {id = pulse, key = key, state = u[1], version = tonumber(u[2]), week = u[3], pilot = u[4], survey = u[5],
          stratum = u[6], round = u[7], asked = u[8], handed_over = u[9], day = u[10], week_index = u[11], cap = u[12],
          closes = u[13]}
end

-- The contact of a message may be erased: then it is not known.
local function contact_read(base, contact)
  if not contact then return {flags = '', weeks = ''} end
  local key = base .. 'c:' .. contact
  local c = redis.call('HMGET', key, 'l', 'f', 'w', 'o')
  return {key = key, known = c[1], flags = c[2] or '', weeks = c[3] or '', open = c[4]}
end

-- Before the first write: what pulse_ask will write has the right type; whether the week gets a larger frame.
local function expect_ask(base, u, asked)
  if u.state ~= 'queued' or u.week == asked.week then return end
  expect(base .. 'w:' .. u.week, 'zset')
  expect(base .. 'w:' .. asked.week, 'zset')
  expect(base .. 'weeks', 'hash')
  local frame = 0
  if u.round == '' then
    frame = members_count(base, u.pilot)
  else
    frame = tonumber(redis.call('HGET', base .. 'r:' .. u.round, 'frame') or '0')
  end
  local largest = redis.call('HGET', base .. 'n:' .. asked.week, u.pilot .. '|' .. u.survey)
  u.frame = frame > tonumber(largest or '0') and frame
end

-- The pulse counts as asked from this instant; its week follows it. One that has ended stays so.
local function pulse_ask(base, counts, u, asked)
  if u.state ~= 'queued' then return end
  redis.call('HSET', u.key, 'i', asked.now, 'x', asked.closes, 'd', asked.day, 'wi', asked.week_index, 'w', asked.week,
             'st', 'open', 'z', u.version + 1)
  tally_move(counts, 'p:', 'queued', 'open')
  u.day, u.week_index = asked.day, asked.week_index
  if u.week ~= asked.week then
    redis.call('ZREM', base .. 'w:' .. u.week, u.id)
    redis.call('ZADD', base .. 'w:' .. asked.week, 0, u.id)
    redis.call('HSETNX', base .. 'weeks', asked.week, 'open')
    if u.frame then redis.call('HSET', base .. 'n:' .. asked.week, u.pilot .. '|' .. u.survey, u.frame) end
  end
end

-- An explicit refusal: the person was not asked after all.
local function pulse_unask(counts, u)
  if u.asked then
    redis.call('HDEL', u.key, 'i', 'x', 'd', 'wi', 'so')
    redis.call('HSET', u.key, 'st', 'queued', 'z', u.version + 1)
    tally_move(counts, 'p:', 'open', 'queued')
  end
end

-- The person was, or may have been, contacted: caps keep the day and the week, never the pulse. Once a pulse.
local function pulse_handed_over(u, c)
  if u.handed_over or not u.day or not c.known then return end
  redis.call('HSET', u.key, 'h', 1)
  local weeks = {}
  for week in string.gmatch(c.weeks, '%d+') do
    if tonumber(u.week_index) - tonumber(week) < 52 then weeks[#weeks + 1] = week end
  end
  weeks[#weeks + 1] = u.week_index
  redis.call('HSET', c.key, 't', u.day, 'w', table.concat(weeks, ','), u.cap, u.week_index)
end

-- STOP ends an open pulse for good: START does not open it again.
local function pulse_stop(u, now)
  if u.state ~= 'open' or tonumber(now) >= tonumber(u.closes) then return end
  redis.call('HSET', u.key, 'so', 1, 'x', now)
  redis.call('HINCRBY', u.key, 'z', 1)
end

-- A pulse whose invitation will never go: final at once, the contact is free again. Its week's counters are expected.
local function pulse_end_unsent(base, counts, u, c, disposition)
  if u.state ~= 'queued' and u.state ~= 'open' then return end
  redis.call('HDEL', u.key, 'i', 'x')
  redis.call('HSET', u.key, 'st', disposition, 'z', u.version + 1)
  pulse_finish(base, counts, u.id, u.state, disposition, u.week, u.pilot, u.survey, u.stratum)
  tally(counts, 'h:held', 1)
  if c.open == u.id then redis.call('HDEL', c.key, 'o') end
end

-- The pulse of a message whose own fate decides over it: only an invitation's.
local function invited_pulse(base, kind, pulse)
  if kind == 'invite' and pulse then return pulse_read(base, pulse) end
  return nil
end

-- A step of a conversation counts as asked from this instant; `at` false: it was not asked after all. Replies that were
-- decided on before must be decided on again.
local function step_ask(base, pulse, step, at)
  local key = base .. 'u:' .. pulse
  if at then redis.call('HSET', key, 'i' .. step, at) else redis.call('HDEL', key, 'i' .. step) end
  redis.call('HINCRBY', key, 'z', 1)
end

-- lane_take: takes or renews the lane. args: owner, now (Redis time, ms), hold ms, fresh (1 = this owner just started).
-- replies: {OK, fence, 1 if a new fence, commit number} | {HELD, until}. A new fence makes every earlier lease void (outbox_recover).
local function lane_take(keys, args)
  local key = keys[1] .. 'lane'
  local lane = redis.call('HMGET', key, 'owner', 'until', 'fence')
  local now = tonumber(args[2])
  expect(keys[1] .. 'b', 'hash')
  if lane[1] and lane[1] ~= args[1] and now < tonumber(lane[2]) then return {'HELD', tonumber(lane[2])} end
  local fence = tonumber(lane[3] or '0')
  local new = lane[1] ~= args[1] or args[4] == '1'
  if new then fence = fence + 1 end
  redis.call('HSET', key, 'owner', args[1], 'until', now + tonumber(args[3]), 'fence', fence)
  return {'OK', fence, new and 1 or 0, books_write(keys[1], {})}
end

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
--          {FENCED}.
-- A lost answer leaves leases that expire.
local function outbox_claim(keys, args)
  local base = keys[1]
  if redis.call('HGET', base .. 'lane', 'fence') ~= args[1] then return {'FENCED'} end
  expect_outbox(base)
  local left, found = math.min(tonumber(args[5]), 128), {}
  local function look(queue, until_ms)
    if left <= 0 then return end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', base .. queue, '-inf', until_ms, 'LIMIT', 0, left)) do
      local m = redis.call('HMGET', base .. 'm:' .. id, 'k', 'n', 'u', 'c', 'q', 'to', 'b', 'l')
      local c = m[6] and {m[6], m[7], m[8]} or redis.call('HMGET', base .. 'c:' .. (m[4] or ''), 'n', 'b', 'l')
      local survey = m[3] and redis.call('HGET', base .. 'u:' .. m[3], 'v')
      found[#found + 1] = {queue = queue, fields = {id, m[1], tonumber(m[2] or '0'), m[3] or '', m[4] or '', c[1] or '',
                                                    c[2] or '', c[3] or '', survey or '', m[5] or ''}}
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

-- Whether a text of a conversation may still go: 'ok', 'window' or what it ends as.
local function conversation_verdict(base, message, m, args, now)
  local c = redis.call('HMGET', base .. 'c:' .. (m.contact or ''), 'l', 'f')
  local u = redis.call('HMGET', base .. 'u:' .. (m.pulse or ''), 'st', 'x', m.place)
  if not c[1] or u[1] ~= 'open' or u[3] ~= message then return 'cancelled' end
  if string.find(c[2] or '', 's', 1, true) then return 'suppressed' end
  if u[2] and now >= tonumber(u[2]) then return 'stale' end
  if now < tonumber(args[13]) or now >= tonumber(args[14]) then return 'window' end
  return 'ok'
end

-- outbox_intend: just before the HTTP call. Compares: fence, not-after, the round's hold, STOP, caps, sending window; then sets
-- submitting.
-- args: message, fence, operation, seven limits (now ms, day, week index, gap days, same-question weeks, per year, question),
--       week, closes ms, window opens ms, window closes ms.
-- replies: {OK, commit number} | FENCED | GONE | {WINDOW, commit number} (queued again for the next opening) |
--          {PAUSED, commit number} (held until its round is resumed) | STALE and the
--          disposition words SUPPRESSED, EXCLUDED, CAPPED, INELIGIBLE, CANCELLED (final), each with its commit number.
--          idempotent by operation: OK again while still submitting under it.
local function outbox_intend(keys, args, shared)
  local base, message, fence, operation = keys[1], args[1], args[2], args[3]
  local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'f', 'o', 'k', 'u', 'c', 'na', 'q', 'to')
  if not m[1] then return {'GONE'} end
  if m[1] == 'submitting' and m[3] == operation then return {'OK', commit_number(base, shared)} end
  if m[1] ~= 'leased' or m[2] ~= fence then return {'FENCED'} end
  expect(base .. 'b', 'hash')
  local limits, kind, pulse, contact, step = limits_of(args, 4), m[4], m[5], m[6], m[8]
  local counts, asked = shared or {}, {now = args[4], closes = args[12], day = args[5], week_index = args[6], week = args[11]}
  local u = invited_pulse(base, kind, pulse)
  if kind == 'invite' and not u then return {'GONE'} end

  local verdict = 'ok'
  if m[7] and limits.now >= tonumber(m[7]) then
    verdict = 'stale'
  elseif u then
    verdict = u.round ~= '' and redis.call('HGET', base .. 'r:' .. u.round, 'hold')
              or contact_eligibility(base, contact or '', pulse, limits)
    if verdict == 'ok' and (limits.now < tonumber(args[13]) or limits.now >= tonumber(args[14])) then verdict = 'window' end
  elseif CONVERSATION[kind] then
    local place = step and 'm' .. step or PLACE[kind]
    verdict = conversation_verdict(base, message, {pulse = pulse, contact = contact, place = place}, args, limits.now)
  elseif not m[9] and redis.call('EXISTS', base .. 'c:' .. (contact or '')) == 0 then
    verdict = 'ineligible'
  end

  if verdict == 'window' or verdict == 'paused' then
    expect_outbox(base)
    message_requeue(base, counts, message, kind, 'leased', verdict == 'paused' and HELD or args[13])
    return {string.upper(verdict), books_write(base, counts)}
  elseif verdict ~= 'ok' then
    local c = contact_read(base, contact)
    expect_outbox(base)
    if u then expect(base .. 'k:' .. u.week, 'hash') end
    local state = (verdict == 'stale' or verdict == 'cancelled') and verdict or 'suppressed'
    message_move(base, counts, message, kind, 'leased', state)
    if u then pulse_end_unsent(base, counts, u, c, verdict) end
    return {string.upper(verdict), books_write(base, counts)}
  end

  if u then expect_ask(base, u, asked) end
  redis.call('HSET', base .. 'm:' .. message, 's', 'submitting', 'o', operation)
  tally_move(counts, 'm:', 'leased', 'submitting')
  if u then pulse_ask(base, counts, u, asked) end
  if step then step_ask(base, pulse, step, args[4]) end
  return {'OK', books_write(base, counts)}
end

-- outbox_settle: the gateway's answer, or what we know of it. Never lowers a state.
-- args: message, fence, operation, outcome, gateway's id ('' = none), now (domain ms), wait until (Redis time, ms), attempts at
--       most.
-- replies: {OK, state, commit number} | {LATE, state} (nothing to settle any more) | GONE. idempotent by operation.
local function outbox_settle(keys, args, shared)
  local base, message, outcome = keys[1], args[1], args[4]
  local key = base .. 'm:' .. message
  local m = redis.call('HMGET', key, 's', 'o', 'k', 'u', 'c', 'n', 'g', 'f', 'q')
  if not m[1] then return {'GONE'} end
  expect(base .. 'b', 'hash')
  expect(base .. 'leased', 'zset')
  local state, kind, pulse, contact, step, counts = m[1], m[3], m[4], m[5], m[9], shared or {}
  if outcome == 'not_handed_over' and state == 'leased' and m[8] == args[2] then
    expect_outbox(base)
    message_requeue(base, counts, message, kind, 'leased', args[6])
    return {'OK', 'queued', books_write(base, counts)}
  end
  if m[2] ~= args[3] then return {'LATE', state} end
  if state ~= 'submitting' then
    if outcome ~= 'accepted' then return {'LATE', state} end
    local names_it = args[5] ~= '' and not m[7]
    if not names_it and state ~= 'unknown' then return {'OK', state, commit_number(base, shared)} end
    if names_it then redis.call('HSET', key, 'g', args[5]) end
    if state == 'unknown' then
      message_move(base, counts, message, kind, state, 'accepted')
      state = 'accepted'
    end
    return {'OK', state, books_write(base, counts)}
  end

  local u, c = invited_pulse(base, kind, pulse), contact_read(base, contact)
  if step and redis.call('HEXISTS', base .. 'u:' .. pulse, 'z') == 0 then step = nil end -- its week is closed
  if outcome == 'accepted' or outcome == 'unknown' then
    state = outcome
    message_move(base, counts, message, kind, 'submitting', state, args[5] ~= '' and args[5])
    if outcome == 'unknown' then tally(counts, 'x:unknown_ever', 1) end
    if u then pulse_handed_over(u, c) end
    return {'OK', state, books_write(base, counts)}
  end

  expect_outbox(base)
  if u then expect(base .. 'k:' .. u.week, 'hash') end
  local stopped = outcome == 'opted_out' and not u and c.open and pulse_read(base, c.open)
  if outcome == 'retry' or outcome == 'throttled' or outcome == 'lane_stop' or outcome == 'not_handed_over' then
    local attempts = tonumber(m[6] or '0')
    if outcome == 'retry' then
      attempts = attempts + 1
      redis.call('HSET', key, 'n', attempts)
    end
    if attempts >= tonumber(args[8]) then
      state = 'failed'
    else
      state = 'queued'
      if u then pulse_unask(counts, u) end
      if step then step_ask(base, pulse, step, false) end
      if outcome == 'retry' then
        message_move(base, counts, message, kind, 'submitting', 'queued')
        redis.call('ZADD', base .. 'q:wait', args[7], message)
      else
        message_requeue(base, counts, message, kind, 'submitting', args[6])
      end
    end
  else -- permanent, invalid_number, opted_out
    state = outcome == 'opted_out' and 'suppressed' or 'failed'
  end
  if state == 'failed' or state == 'suppressed' then
    message_move(base, counts, message, kind, 'submitting', state)
    if u then pulse_end_unsent(base, counts, u, c, state) end
    if step then step_ask(base, pulse, step, false) end
    if stopped then pulse_stop(stopped, args[6]) end
    local flag = ({invalid_number = 'x', opted_out = 's'})[outcome]
    if flag and c.known and not string.find(c.flags, flag, 1, true) then
      redis.call('HSET', c.key, 'f', c.flags .. flag)
    end
  end
  return {'OK', state, books_write(base, counts)}
end

-- receipt_apply: a delivery report. Any receipt cancels a queued or leased retry and proves acceptance; delivered beats any
-- failure; a final state is never overwritten by a non-final one. May come before our own record of the submit.
-- args: message, gateway's id, state (enroute, delivered, expired, undelivered), now ms, day, week index, week, closes ms.
-- replies: {OK, state, commit number} | {UNKNOWN, commit number} (counted). idempotent.
local function receipt_apply(keys, args, shared)
  local base, message = keys[1], args[1]
  local key = base .. 'm:' .. message
  local m, counts = redis.call('HMGET', key, 's', 'k', 'u', 'c', 'g', 'q'), shared or {}
  expect_outbox(base)
  if not m[1] then
    tally(counts, 'x:receipt_unknown', 1)
    return {'UNKNOWN', books_write(base, counts)}
  end
  local state, to = m[1], args[3] == 'enroute' and 'accepted' or args[3]
  local rank = {failed = 0, suppressed = 0, stale = 0, cancelled = 0, queued = 1, leased = 1, submitting = 1, unknown = 1,
                accepted = 2, expired = 3, undelivered = 3, delivered = 4}
  if rank[state] == 0 or rank[to] <= rank[state] then
    if rank[state] ~= 0 then return {'OK', state, commit_number(base, shared)} end
    tally(counts, 'x:receipt_after_end', 1)
    return {'OK', state, books_write(base, counts)}
  end
  local asked = {now = args[4], day = args[5], week_index = args[6], week = args[7], closes = args[8]}
  local u, c, step = invited_pulse(base, m[2], m[3]), contact_read(base, m[4]), m[6]
  if u then expect_ask(base, u, asked) end
  if step then
    local pulse = redis.call('HMGET', base .. 'u:' .. m[3], 'z', 'i' .. step)
    if not pulse[1] or pulse[2] then step = nil end
  end
  message_move(base, counts, message, m[2], state, to, args[2] ~= '' and not m[5] and args[2])
  if u then
    pulse_ask(base, counts, u, asked)
    pulse_handed_over(u, c)
  end
  if step then step_ask(base, m[3], step, args[4]) end -- whoever received it was asked
  return {'OK', to, books_write(base, counts)}
end

redis.register_function('lane_take', lane_take)
redis.register_function('outbox_recover', outbox_recover)
redis.register_function('outbox_claim', outbox_claim)
redis.register_function('outbox_intend', outbox_intend)
redis.register_function('outbox_settle', outbox_settle)
redis.register_function('receipt_apply', receipt_apply)
