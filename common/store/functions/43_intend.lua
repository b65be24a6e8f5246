-- Intend: the last look at a message before it is handed over. What forbids it ends it, or lets it wait.

-- Whether a message that hangs on a pulse may still go: 'ok' or what becomes of it. `silent`: only while nobody has said anything,
-- and its round is not held.
local function pulse_verdict(base, message, m, silent, now)
  local c = redis.call('HMGET', base .. 'c:' .. (m.contact or ''), 'l', 'f', 'pu')
  local u = redis.call('HMGET', base .. 'u:' .. (m.pulse or ''), 'st', 'x', m.place, 'r', 'sp')
  if not c[1] or u[1] ~= 'open' or u[3] ~= message then return 'cancelled' end
  if string.find(c[2] or '', 's', 1, true) then return 'suppressed' end
  local asks = m.place ~= PLACE.thanks and m.place ~= PLACE.volunteer_confirm
  if asks and c[3] and now < tonumber(c[3]) then return 'suppressed' end -- paused
  if u[2] and now >= tonumber(u[2]) then return 'stale' end
  if silent and u[5] then return 'cancelled' end
  return silent and u[4] ~= '' and redis.call('HGET', base .. 'r:' .. u[4], 'hold') or 'ok'
end

-- Whether a message to a contact, about no pulse, may go. `m.own`: it needs no contact, it has the number itself.
local function contact_verdict(base, m, class, now)
  local c = redis.call('HMGET', base .. 'c:' .. (m.contact or ''), 'l', 'f', 'pu')
  if not c[1] then return m.own and not class.stopped and 'ok' or 'ineligible' end
  local stopped = string.find(c[2] or '', 's', 1, true) or (c[3] and now < tonumber(c[3]))
  if class.stopped and stopped then return 'suppressed' end
  if class.account and not m.counted and #account_weeks(base, m.contact, class.account, class.week_index) >= class.per_year then
    return 'capped'
  end
  return 'ok'
end

-- outbox_intend: just before the HTTP call. Compares: fence, not-after, the round's hold, STOP, caps, sending window, and of bulk
-- messages the month's budget; then sets submitting. Segments count as spent from this instant, unless outbox_settle says that the
-- gateway did not take them.
-- args: message, fence, operation, seven limits (now ms, day, week index, gap days, same-question weeks, per year, question),
--       week, closes ms, window opens ms, window closes ms, month, its end ms, segments, budget (0 = none), then what holds for
--       the message's class: what it hangs on (invites, pulse, silence, contact), 1 if STOP stops it, account ('' = none, panel,
--       told), its messages a year, and when the pulse is to be reminded ('due ms|last ms', '' = never).
-- replies: {OK, per cent of the budget to tell or 0, commit number} | FENCED | GONE |
--          {BUDGET, per cent to tell or 0, commit number} (queued again for the next month) |
--          {WINDOW, commit number} (queued again for the next opening) |
--          {PAUSED, commit number} (held until its round is resumed) |
--          STALE and the disposition words SUPPRESSED, EXCLUDED, CAPPED, INELIGIBLE, CANCELLED (final), each with its commit number.
--          idempotent by operation: OK again while still submitting under it.
local function outbox_intend(keys, args, shared)
  local base, message, fence, operation = keys[1], args[1], args[2], args[3]
  local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'f', 'o', 'k', 'u', 'c', 'na', 'q', 'to', 'ac', 'sg')
  if not m[1] then return {'GONE'} end
  if m[1] == 'submitting' and m[3] == operation then return {'OK', 0, commit_number(base, shared)} end
  if m[1] ~= 'leased' or m[2] ~= fence then return {'FENCED'} end
  expect(base .. 'b', 'hash')
  local limits, kind, pulse, contact, step = limits_of(args, 4), m[4], m[5], m[6], m[8]
  local counts, asked = shared or {}, {now = args[4], closes = args[12], day = args[5], week_index = args[6], week = args[11],
                                       remind = args[23]}
  local class = {bond = args[19], stopped = args[20] == '1', account = ACCOUNT[args[21]], per_year = tonumber(args[22]),
                 week_index = args[6]}
  local u = class.bond == 'invites' and pulse and pulse_read(base, pulse)
  if class.bond == 'invites' and not u then return {'GONE'} end

  local verdict = 'ok'
  if m[7] and limits.now >= tonumber(m[7]) then
    verdict = 'stale'
  elseif u then
    verdict = u.round ~= '' and redis.call('HGET', base .. 'r:' .. u.round, 'hold')
              or contact_eligibility(base, contact or '', pulse, limits)
  elseif class.bond == 'contact' then
    verdict = contact_verdict(base, {contact = contact, own = m[9], counted = m[10]}, class, limits.now)
  else
    local place = step and 'm' .. step or PLACE[kind]
    verdict = pulse_verdict(base, message, {pulse = pulse, contact = contact, place = place}, class.bond == 'silence', limits.now)
  end
  if verdict == 'ok' and (limits.now < tonumber(args[13]) or limits.now >= tonumber(args[14])) then verdict = 'window' end

  local month, segments, budget = args[15], tonumber(args[17]), tonumber(args[18])
  local spent = budget > 0 and month_spent(base, counts, month) + segments or 0
  if budget > 0 then expect(base .. 'lane', 'hash') end
  if verdict == 'ok' and spent > budget and QUEUE[kind] then
    expect_outbox(base)
    message_requeue(base, counts, message, kind, 'leased', math.min(tonumber(args[16]), tonumber(m[7] or args[16])))
    redis.call('HSET', base .. 'm:' .. message, 'bp', 1)
    redis.call('HSET', base .. 'lane', 'budget_paused', month .. '|' .. args[18])
    return {'BUDGET', budget_told(base, month, budget, spent, true), books_write(base, counts)}
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
    if m[10] then account_take_back(base, message, contact) end
    return {string.upper(verdict), books_write(base, counts)}
  end

  if u then expect_ask(base, u, asked) end
  redis.call('HSET', base .. 'm:' .. message, 's', 'submitting', 'o', operation)
  if segments > 1 then
    redis.call('HSET', base .. 'm:' .. message, 'sg', segments)
  elseif m[11] then
    redis.call('HDEL', base .. 'm:' .. message, 'sg') -- it was longer when it was tried before
  end
  tally_move(counts, 'm:', 'leased', 'submitting')
  if u then pulse_ask(base, counts, u, asked) end
  if step then step_ask(base, pulse, step, args[4]) end
  if class.account and not m[10] then account_add(base, message, contact, class.account, class.week_index) end
  tally(counts, 's:' .. month, segments)
  local told = budget > 0 and budget_told(base, month, budget, spent, false) or 0
  return {'OK', told, books_write(base, counts)}
end

redis.register_function('outbox_intend', outbox_intend)
