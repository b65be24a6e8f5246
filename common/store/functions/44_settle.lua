-- Settle: what became of a message that was handed over, or that was not after all.

-- outbox_settle: the gateway's answer, or what we know of it. Never lowers a state.
-- args: message, fence, operation, outcome, gateway's id ('' = none), now (domain ms), wait until (Redis time, ms), attempts at
--       most, month and segments that its intend counted.
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
  tally(counts, 's:' .. args[9], -tonumber(args[10]))
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
    if not u and not step then account_take_back(base, message, contact) end
    if step then step_ask(base, pulse, step, false) end
    if stopped then pulse_stop(stopped, args[6]) end
    local flag = ({invalid_number = 'x', opted_out = 's'})[outcome]
    if flag and c.known and not string.find(c.flags, flag, 1, true) then
      redis.call('HSET', c.key, 'f', c.flags .. flag)
    end
  end
  return {'OK', state, books_write(base, counts)}
end

redis.register_function('outbox_settle', outbox_settle)
