-- Receipts: what the gateway says later of a message, or of its parts.

-- What a message of so many parts is after the receipt of one, and that part's state if it is news (else false). A part's state
-- changes as a whole message's would: delivered beats a failure, and a failure what is on the way.
local function parts_state(key, parts, part, state)
  local rank = {accepted = 1, expired = 2, undelivered = 2, delivered = 3}
  local before, row, delivered = redis.call('HGET', key, 'r|' .. part), redis.call('HGETALL', key), 0
  local news = (not before or rank[state] > rank[before]) and state
  local whole = not news and before or state
  local worst = rank[whole] == 2 and whole
  if whole == 'delivered' then delivered = 1 end
  for i = 1, #row, 2 do
    if string.sub(row[i], 1, 2) == 'r|' and row[i] ~= 'r|' .. part then
      if row[i + 1] == 'delivered' then delivered = delivered + 1 end
      if rank[row[i + 1]] == 2 and worst ~= 'undelivered' then worst = row[i + 1] end
    end
  end
  return worst or (delivered >= parts and 'delivered' or 'accepted'), news
end

-- receipt_apply: a delivery report. Any receipt cancels a queued or leased retry and proves acceptance; delivered beats any
-- failure; a final state is never overwritten by a non-final one. May come before our own record of the submit.
-- A delivered invitation queues the one reminder of its pulse.
-- args: message, gateway's id, state (enroute, delivered, expired, undelivered), now ms, day, week index, week, closes ms, when
--       the pulse is to be reminded if this is when it was asked ('due ms|last ms', '' = never), id of a new message, 1 when
--       the gateway tells of each part of a text apart: delivered is then what all its parts are, and any that failed decides.
-- replies: {OK, state, commit number} | {UNKNOWN, commit number} (counted). idempotent.
local function receipt_apply(keys, args, shared)
  local base, message = keys[1], args[1]
  local key = base .. 'm:' .. message
  local m, counts = redis.call('HMGET', key, 's', 'k', 'u', 'c', 'g', 'q', 'sg'), shared or {}
  expect_outbox(base)
  if not m[1] then
    tally(counts, 'x:receipt_unknown', 1)
    return {'UNKNOWN', books_write(base, counts)}
  end
  local state, to = m[1], args[3] == 'enroute' and 'accepted' or args[3]
  local rank = {failed = 0, suppressed = 0, stale = 0, cancelled = 0, queued = 1, leased = 1, submitting = 1, unknown = 1,
                accepted = 2, expired = 3, undelivered = 3, delivered = 4}
  local news = false -- of a part; written at the end, with all else
  if args[11] == '1' and m[7] and args[2] ~= '' and rank[state] ~= 0 then to, news = parts_state(key, tonumber(m[7]), args[2], to) end
  if rank[state] == 0 or rank[to] <= rank[state] then
    local again = to == 'delivered' and state == to and invited_pulse(base, m[2], m[3]) -- a reply proved it before, perhaps
    again = expect_remind(base, again, again and again.week, args[10]) and again
    if news then redis.call('HSET', key, 'r|' .. args[2], news) end
    if again then news = pulse_remind(base, counts, again, m[4], args[10], args[4]) or news end
    if news then return {'OK', state, books_write(base, counts)} end
    if rank[state] ~= 0 then return {'OK', state, commit_number(base, shared)} end
    tally(counts, 'x:receipt_after_end', 1)
    return {'OK', state, books_write(base, counts)}
  end
  local asked = {now = args[4], day = args[5], week_index = args[6], week = args[7], closes = args[8], remind = args[9]}
  local u, c, step = invited_pulse(base, m[2], m[3]), contact_read(base, m[4]), m[6]
  if u then expect_ask(base, u, asked) end
  local reminds = to == 'delivered' and expect_remind(base, u, u and u.state == 'queued' and asked.week or u and u.week, args[10])
  if step then
    local pulse = redis.call('HMGET', base .. 'u:' .. m[3], 'z', 'i' .. step)
    if not pulse[1] or pulse[2] then step = nil end
  end
  if news then redis.call('HSET', key, 'r|' .. args[2], news) end
  message_move(base, counts, message, m[2], state, to, args[2] ~= '' and not m[5] and args[2])
  if u then
    pulse_ask(base, counts, u, asked)
    pulse_handed_over(u, c)
    if reminds then pulse_remind(base, counts, u, m[4], args[10], args[4]) end
  end
  if step then step_ask(base, m[3], step, args[4]) end -- whoever received it was asked
  return {'OK', to, books_write(base, counts)}
end

redis.register_function('receipt_apply', receipt_apply)
