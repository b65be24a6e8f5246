-- Rounds that are paused or cancelled. The hold of a round is one field, set at once and read by every release and by every
-- intend of an invitation or a reminder: after it nothing of the round is handed over. What waits already is brought in line
-- with it by steps, a stretch of a week's pulses at a time; what they miss is brought in line at its intend. Conversations that
-- have begun go on.

-- round_hold: holds a round, or lets it go on. args: round, paused | cancelled | '' (it goes on).
-- replies: {OK, commit number} | SAME | CANCELLED (for good) | GONE. idempotent.
local function round_hold(keys, args)
  local base, id, wanted = keys[1], args[1], args[2]
  local key = base .. 'r:' .. id
  expect(base .. 'plan', 'zset')
  expect(base .. 'b', 'hash')
  local round = redis.call('HMGET', key, 'state', 'at', 'hold')
  local hold = round[3] or ''
  if not round[1] then return {'GONE'} end
  if hold == wanted then return {'SAME'} end
  if hold == 'cancelled' then return {'CANCELLED'} end
  if wanted == '' then
    redis.call('HDEL', key, 'hold')
    if round[1] ~= 'released' then redis.call('ZADD', base .. 'plan', round[2], id) end
  else
    redis.call('HSET', key, 'hold', wanted)
    redis.call('ZREM', base .. 'plan', id)
  end
  org_wake(base)
  return {'OK', books_write(base, {})}
end

-- round_hold_step: brings the invitations of a round among up to 128 pulses of a week in line with its hold: of a paused one
-- what is queued is held, of a cancelled one it is cancelled and its pulse with it, of any other what is held is due again. A
-- reminder, which is held at its intend only and so never before its day, is due again or cancelled likewise.
-- args: round, week, pulse to begin after ('' = the beginning), due (domain ms).
-- reply: {OK, pulse to go on after ('' = done), state, count… of the round's invitations, as they are now}. idempotent.
local function round_hold_step(keys, args)
  local base, id, week = keys[1], args[1], args[2]
  local hold = redis.call('HGET', base .. 'r:' .. id, 'hold') or ''
  expect_outbox(base)
  expect(base .. 'k:' .. week, 'hash')
  local members, found, states = members_after(base, 'w', week, args[3]), {}, {}
  for _, pulse in ipairs(members) do
    local u = redis.call('HMGET', base .. 'u:' .. pulse, 'r', 'm', 'c', 'mr')
    local m = u[1] == id and redis.call('HMGET', base .. 'm:' .. u[2], 's', 'k') or {}
    if m[1] == 'queued' and hold == 'cancelled' then
      found[#found + 1] = {message = u[2], kind = m[2], pulse = pulse_read(base, pulse), contact = contact_read(base, u[3])}
      m[1] = 'cancelled'
    elseif m[1] == 'queued' then
      local held = redis.call('ZSCORE', base .. 'q:bulk', u[2]) == 'inf'
      if held ~= (hold == 'paused') then found[#found + 1] = {message = u[2], kind = m[2]} end
    end
    if m[1] then tally(states, m[1], 1) end
    if u[1] == id and u[4] and redis.call('HGET', base .. 'm:' .. u[4], 's') == 'queued' then
      local held = redis.call('ZSCORE', base .. 'q:bulk', u[4]) == 'inf'
      if hold == 'cancelled' or (held and hold == '') then found[#found + 1] = {message = u[4], kind = 'reminder'} end
    end
  end
  local counts = {}
  for _, one in ipairs(found) do
    if hold == 'cancelled' then
      message_move(base, counts, one.message, one.kind, 'queued', 'cancelled')
      if one.pulse then pulse_end_unsent(base, counts, one.pulse, one.contact, 'cancelled') end
    else
      message_requeue(base, counts, one.message, one.kind, 'queued', hold == 'paused' and HELD or args[4])
    end
  end
  if #found > 0 then
    books_write(base, counts)
    org_wake(base)
  end
  local reply = {'OK', next_after(members)}
  for state, count in pairs(states) do
    reply[#reply + 1] = state
    reply[#reply + 1] = count
  end
  return reply
end

-- round_submitting: how many invitations of a round are in a gateway's hands, among up to 128 leases, the newest first. A lease
-- that ends meanwhile moves none that is still to be looked at out of reach. flags: no-writes.
-- args: round, rank to look below ('' = all). reply: {OK, submitting, rank to go on below (0 = done)}.
local function round_submitting(keys, args)
  local base, submitting = keys[1], 0
  local below = tonumber(args[2]) or redis.call('ZCARD', base .. 'leased')
  local from = math.max(0, below - 128)
  local messages = below > 0 and redis.call('ZRANGE', base .. 'leased', from, below - 1) or {}
  for _, message in ipairs(messages) do
    local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'k', 'u')
    local of_round = m[2] == 'invite' or m[2] == 'reminder'
    if m[1] == 'submitting' and of_round and redis.call('HGET', base .. 'u:' .. m[3], 'r') == args[1] then
      submitting = submitting + 1
    end
  end
  return {'OK', submitting, from}
end

redis.register_function('round_hold', round_hold)
redis.register_function('round_hold_step', round_hold_step)
redis.register_function{function_name = 'round_submitting', callback = round_submitting, flags = {'no-writes'}}
