-- The outbox: queued → leased → submitting → accepted | failed | unknown, and beside it suppressed, stale, cancelled; receipts
-- then say delivered, undelivered, expired. A message is in exactly one of q:bulk, q:reply, q:wait (queued), leased (leased,
-- submitting) or none (the rest).

-- Kinds that wait in q:bulk, and the one that goes before all others: what waits must be found again without anybody who knows
-- its class (domain/message_kind.c; a test compares them). Every other kind waits in q:reply.
local QUEUE = {invite = 'q:bulk', reminder = 'q:bulk', panel = 'q:bulk', volunteer_task = 'q:bulk', you_said_we_did = 'q:bulk'}
local FIRST = 'helpline'
local ON_THE_WAY = {queued = true, leased = true, submitting = true}
-- When an invitation of a paused round is due: it stays queued, in q:bulk, and no claim comes to it.
local HELD = '+inf'
-- The field of the pulse that names the message, of those that ask no step.
local PLACE = {thanks = 'mt', volunteer_confirm = 'mv', clarify = 'mc', reminder = 'mr'}
-- Kinds that leave no trace of whom they were for once they have gone: of who left, and of who was in need.
local TRACELESS = {wrong_person = true, helpline = true}

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
  if TRACELESS[kind] and not ON_THE_WAY[to] then redis.call('HDEL', base .. 'm:' .. message, 'c', 'to', 'b', 'l') end
  tally_move(counts, 'm:', from, to)
end

local function message_requeue(base, counts, message, kind, from, due)
  message_move(base, counts, message, kind, from, 'queued')
  redis.call('ZADD', queue_of(base, kind), kind == FIRST and 0 or due, message)
end

-- A pulse and a contact as far as the steps below need them: read, and by that type-checked, before the first write.
local function pulse_read(base, pulse)
  local key = base .. 'u:' .. pulse
  local u = redis.call('HMGET', key, 'st', 'z', 'w', 'p', 'v', 's', 'r', 'i', 'h', 'd', 'wi', 'qf', 'x', 'rd')
  if not u[1] then return nil end
  return {id = pulse, key = key, state = u[1], version = tonumber(u[2]), week = u[3], pilot = u[4], survey = u[5],
          stratum = u[6], round = u[7], asked = u[8], handed_over = u[9], day = u[10], week_index = u[11], cap = u[12],
          closes = u[13], remind = u[14]}
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
  if asked.remind ~= '' then redis.call('HSET', u.key, 'rd', asked.remind) end
  tally_move(counts, 'p:', 'queued', 'open')
  u.day, u.week_index, u.remind = asked.day, asked.week_index, asked.remind ~= '' and asked.remind
  if u.week ~= asked.week then
    redis.call('ZREM', base .. 'w:' .. u.week, u.id)
    redis.call('ZADD', base .. 'w:' .. asked.week, 0, u.id)
    redis.call('HSETNX', base .. 'weeks', asked.week, 'open')
    if u.frame then redis.call('HSET', base .. 'n:' .. asked.week, u.pilot .. '|' .. u.survey, u.frame) end
    u.week = asked.week
  end
end

-- An explicit refusal: the person was not asked after all.
local function pulse_unask(counts, u)
  if u.asked then
    redis.call('HDEL', u.key, 'i', 'x', 'd', 'wi', 'so', 'rd')
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
