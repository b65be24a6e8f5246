-- A person leaves: everything that leads to the number or the contact goes, the counters stay.

local SENT = {accepted = true, delivered = true, undelivered = true, expired = true}

-- The messages of a pulse, as far as pulse_forget needs them; the invitation first.
local function pulse_messages(base, pulse)
  local messages = {}
  for _, message in ipairs(redis.call('HMGET', base .. 'u:' .. pulse, 'm', 'm1', 'm2', 'm3', 'mr')) do
    if message then
      local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'k')
      messages[#messages + 1] = {id = message, state = m[1], kind = m[2]}
    end
  end
  return messages
end

-- Nobody's message any more; one that waits is withdrawn.
local function message_forget(base, counts, m)
  if m.state == 'queued' or m.state == 'leased' then message_move(base, counts, m.id, m.kind, m.state, 'cancelled') end
  if m.state then redis.call('HDEL', base .. 'm:' .. m.id, 'c') end
end

-- Nobody's pulse any more: one that is not final ends as `disposition`, its queued texts are withdrawn.
local function pulse_forget(base, counts, u, messages, disposition)
  if u.state == 'queued' or u.state == 'open' then
    local invited, field = messages[1].state, table.concat({u.pilot, u.survey, u.stratum}, '|')
    pulse_finish(base, counts, u.id, u.state, disposition, u.week, u.pilot, u.survey, u.stratum)
    tally(counts, 'h:held', 1)
    if SENT[invited] then redis.call('HINCRBY', base .. 'k:' .. u.week, field .. '|!sent', 1) end
    if invited == 'delivered' then redis.call('HINCRBY', base .. 'k:' .. u.week, field .. '|!delivered', 1) end
    redis.call('HSET', u.key, 'st', disposition, 'z', u.version + 1)
  end
  redis.call('HDEL', u.key, 'c', 'i', 'x')
  for _, m in ipairs(messages) do message_forget(base, counts, m) end
end

-- Before the first write: the types of what contact_forget will write. Returns what it needs to know of the open pulse.
local function expect_forget(base, contact, hash)
  local c = redis.call('HMGET', base .. 'c:' .. contact, 'm', 'o')
  expect(base .. 'h:' .. string.sub(hash, 1, 3), 'hash')
  for _, key in ipairs({'dnc', 'vo', 'vn', 'rollup'}) do expect(base .. key, 'hash') end
  for pilot in string.gmatch(c[1] or '', '[^,]+') do expect(base .. 'pm:' .. pilot, 'string') end
  local leaving = {pilots = c[1] or '', messages = {}}
  local u = c[2] and pulse_read(base, c[2])
  if u then
    expect_outbox(base)
    expect(base .. 'k:' .. u.week, 'hash')
    leaving.pulse = u
    leaving.messages = pulse_messages(base, u.id)
  end
  return leaving
end

-- The mark that a number leaves with: a STOP that is in force stays one, whatever is asked for ('' = none).
local function mark_left(base, contact, hash, asked)
  local flags = contact and redis.call('HGET', base .. 'c:' .. contact, 'f') or ''
  local stopped = string.find(flags, 's', 1, true) or redis.call('HGET', base .. 'dnc', hash) == 's'
  return stopped and 's' or asked
end

-- The open pulse ends as `disposition`, its queued texts are withdrawn, the contact, its places among the members of its
-- pilots and its volunteer record go. mark_left of `asked` goes on the do-not-contact list, and is returned. What else of
-- weeks that are not closed names the contact is taken off by the next sweep.
local function contact_forget(base, counts, contact, hash, leaving, disposition, asked)
  local mark = mark_left(base, contact, hash, asked)
  if leaving.pulse then pulse_forget(base, counts, leaving.pulse, leaving.messages, disposition) end
  for pilot in string.gmatch(leaving.pilots, '[^,]+') do
    local members, from = redis.call('GET', base .. 'pm:' .. pilot) or '', 1
    while from do
      from = string.find(members, contact, from, true)
      if from and (from - 1) % 12 == 0 then
        redis.call('SETRANGE', base .. 'pm:' .. pilot, from - 1, '............') -- nobody's id
        break
      end
      from = from and from + 1
    end
  end
  redis.call('DEL', base .. 'c:' .. contact)
  redis.call('HDEL', base .. 'h:' .. string.sub(hash, 1, 3), string.sub(hash, 4))
  redis.call('HDEL', base .. 'vo', hash)
  redis.call('HDEL', base .. 'vn', hash)
  redis.call('HINCRBY', base .. 'rollup', 'gone', 1)
  if mark ~= '' then redis.call('HSET', base .. 'dnc', hash, mark) end
  return mark
end
