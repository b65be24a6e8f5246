local ROUND_FIELDS = {'pilot', 'survey', 'at', 'not_after', 'seed', 'sample'}

-- Before the first write of a round: {NEW} | {SAME} | {DIFFERS, field, value there}. `values` in the order of ROUND_FIELDS.
local function round_look(base, id, values)
  expect(base .. 'plan', 'zset')
  expect(base .. 'rounds', 'zset')
  expect(base .. 'b', 'hash')
  local old = redis.call('HMGET', base .. 'r:' .. id, unpack(ROUND_FIELDS))
  if not old[1] then return {'NEW'} end
  for i, name in ipairs(ROUND_FIELDS) do
    if old[i] ~= values[i] then return {'DIFFERS', name, old[i]} end
  end
  return {'SAME'}
end

local function org_wake(base)
  redis.call('PUBLISH', 'pulssi:wake', 'org:' .. string.match(base, '{(.-)}'))
end

local function round_write(base, id, values)
  local fields = {'state', 'planned', 'cursor', 0}
  for i, name in ipairs(ROUND_FIELDS) do
    fields[#fields + 1] = name
    fields[#fields + 1] = values[i]
  end
  redis.call('HSET', base .. 'r:' .. id, unpack(fields))
  redis.call('ZADD', base .. 'rounds', values[3], id)
  redis.call('ZADD', base .. 'plan', values[3], id)
  org_wake(base)
end

-- round_plan: writes a round to be released at its start. args: round, pilot, survey ref, start ms, not-after ms, seed,
-- sample (0 = everyone). replies: OK | SAME | DIFFERS (a round of that name asks something else).
local function round_plan(keys, args)
  local values = {unpack(args, 2, 7)}
  local found = round_look(keys[1], args[1], values)
  if found[1] ~= 'NEW' then return found end
  round_write(keys[1], args[1], values)
  books_write(keys[1], {})
  return {'OK'}
end

-- How many contacts are members of a pilot: the frame of a round that starts now, and of an encounter.
local function members_count(base, pilot)
  return math.floor(redis.call('STRLEN', base .. 'pm:' .. pilot) / 12)
end

-- round_freeze: freezes the frame at the start of a round: the members there are now. args: round, week.
-- replies: {OK, frame, sample} | HELD (paused or cancelled) | GONE. idempotent: a frozen frame stays.
local function round_freeze(keys, args)
  local base = keys[1]
  local key = base .. 'r:' .. args[1]
  local round = redis.call('HMGET', key, 'state', 'pilot', 'survey', 'sample', 'frame', 'drawn', 'hold')
  if not round[1] then return {'GONE'} end
  if round[7] then return {'HELD'} end
  if round[5] then return {'OK', tonumber(round[5]), tonumber(round[6])} end
  local frame = members_count(base, round[2])
  local sample = tonumber(round[4])
  if sample == 0 or sample > frame then sample = frame end
  local frame_key, field = base .. 'n:' .. args[2], round[2] .. '|' .. round[3]
  local largest = tonumber(redis.call('HGET', frame_key, field) or '0')
  expect(base .. 'weeks', 'hash')
  expect(base .. 'b', 'hash')
  redis.call('HSET', key, 'state', 'releasing', 'frame', frame, 'drawn', sample, 'week', args[2])
  if frame > largest then redis.call('HSET', frame_key, field, frame) end
  redis.call('HSETNX', base .. 'weeks', args[2], 'open')
  books_write(base, {})
  return {'OK', frame, sample}
end

-- Whether a contact may be asked. `limits`: day, week index, gap days, same-question weeks, per year, question, now ms.
-- Returns 'ok', or the disposition that keeps it from being asked, and why.
local function contact_eligibility(base, contact, own_pulse, limits)
  local c = redis.call('HMGET', base .. 'c:' .. contact, 'f', 'o', 't', 'w', 'q:' .. limits.question, 'l', 's', 'pu')
  if not c[6] then return 'ineligible', 'erased', c end
  local flags = c[1] or ''
  if string.find(flags, 's', 1, true) then return 'suppressed', 'stopped', c end
  if c[8] and limits.now < tonumber(c[8]) then return 'suppressed', 'paused', c end
  if string.find(flags, 'x', 1, true) then return 'excluded', 'number', c end
  if c[2] and c[2] ~= own_pulse then
    local open = redis.call('HMGET', base .. 'u:' .. c[2], 'st', 'x')
    local closed = open[2] and limits.now >= tonumber(open[2])
    if open[1] and not closed and (open[1] == 'queued' or open[1] == 'open') then return 'capped', 'open_pulse', c end
  end
  if c[3] and limits.day - tonumber(c[3]) < limits.gap_days then return 'capped', 'gap', c end
  if c[5] and limits.week_index - tonumber(c[5]) < limits.same_question_weeks then
    return 'capped', 'same_question', c
  end
  if c[4] then
    local occasions = 0
    for week in string.gmatch(c[4], '%d+') do
      if limits.week_index - tonumber(week) < 52 then occasions = occasions + 1 end
    end
    if occasions >= limits.per_year then return 'capped', 'per_year', c end
  end
  return 'ok', 'asked', c
end

local function limits_of(args, first)
  return {now = tonumber(args[first]), day = tonumber(args[first + 1]), week_index = tonumber(args[first + 2]),
          gap_days = tonumber(args[first + 3]), same_question_weeks = tonumber(args[first + 4]),
          per_year = tonumber(args[first + 5]), question = args[first + 6]}
end

-- round_check: a dry run over drawn positions; writes nothing.
-- args: pilot, seven limits (now ms, day, week index, gap days, same-question weeks, per year, question), positions…
-- reply: {OK, {reason, count}…, LANGUAGES, {language, count}…} as flat pairs: reasons then 'lang:xx'.
local function round_check(keys, args)
  local base = keys[1]
  local limits, members, counts = limits_of(args, 2), base .. 'pm:' .. args[1], {}
  for i = 9, #args do
    local at = tonumber(args[i]) * 12
    local contact = redis.call('GETRANGE', members, at, at + 11)
    local verdict, reason, c = contact_eligibility(base, contact, false, limits)
    tally(counts, reason, 1)
    if verdict == 'ok' then tally(counts, 'lang:' .. c[6], 1) end
  end
  local reply = {'OK'}
  for name, count in pairs(counts) do
    reply[#reply + 1] = name
    reply[#reply + 1] = count
  end
  return reply
end

-- Before the first write: what pulses_draw will write has the right type, its ids are free; whether the week gets a larger frame.
-- `drawn`: round ('' = an encounter), pilot, survey, question, week, due (ms), not_after (ms), frame; `found`: for each pulse its
-- contact, verdict, language, stratum, pulse id, message id.
local function expect_draw(base, drawn, found)
  expect_ledger(base)
  expect(base .. 'q:bulk', 'zset')
  expect(base .. 'w:' .. drawn.week, 'zset')
  expect(base .. 'k:' .. drawn.week, 'hash')
  expect(base .. 'weeks', 'hash')
  local largest = redis.call('HGET', base .. 'n:' .. drawn.week, drawn.pilot .. '|' .. drawn.survey)
  drawn.frame_grows = drawn.frame > tonumber(largest or '0')
  local fresh = {}
  for _, one in ipairs(found) do
    fresh[#fresh + 1] = base .. 'u:' .. one.pulse
    fresh[#fresh + 1] = base .. 'm:' .. one.message
  end
  if #fresh > 0 and redis.call('EXISTS', unpack(fresh)) > 0 then error({err = 'TAKEN an id of a new pulse or message is in use'}) end
end

-- Draws pulses: who may be asked gets a pulse and an invitation in the outbox, everyone else's pulse ends at once.
-- Returns how many were queued and capped.
local function pulses_draw(base, counts, drawn, found)
  local queue, pulses, queued, capped = {}, {}, 0, 0
  for _, one in ipairs(found) do
    if one.verdict == 'ok' then
      redis.call('HSET', base .. 'u:' .. one.pulse, 'c', one.contact, 'r', drawn.round, 'p', drawn.pilot, 'v', drawn.survey,
                 'l', one.language, 's', one.stratum, 'st', 'queued', 'z', 0, 'w', drawn.week, 'm', one.message,
                 'qf', 'q:' .. drawn.question)
      redis.call('HSET', base .. 'm:' .. one.message, 's', 'queued', 'k', 'invite', 'u', one.pulse, 'c', one.contact,
                 'na', drawn.not_after, 'w', drawn.week)
      redis.call('HSET', base .. 'c:' .. one.contact, 'o', one.pulse)
      queue[#queue + 1] = drawn.due
      queue[#queue + 1] = one.message
      pulses[#pulses + 1] = 0
      pulses[#pulses + 1] = one.pulse
      queued = queued + 1
    else
      pulse_finish(base, counts, one.pulse, false, one.verdict, drawn.week, drawn.pilot, drawn.survey, one.stratum)
      if one.verdict == 'capped' then capped = capped + 1 end
    end
  end
  if queued > 0 then
    redis.call('ZADD', base .. 'q:bulk', unpack(queue))
    redis.call('ZADD', base .. 'w:' .. drawn.week, unpack(pulses))
    tally(counts, 'm:queued', queued)
    tally(counts, 'h:messages', queued)
    tally(counts, 'p:queued', queued)
  end
  tally(counts, 'h:drawn', #found)
  redis.call('HSETNX', base .. 'weeks', drawn.week, 'open')
  if drawn.frame_grows then
    redis.call('HSET', base .. 'n:' .. drawn.week, drawn.pilot .. '|' .. drawn.survey, drawn.frame)
  end
  return queued, capped
end

-- round_release: releases up to 128 drawn positions into the outbox, from the round's cursor on.
-- Invariant: at most one open pulse a contact; each position is released exactly once (the cursor).
-- args: round, expected cursor, due ms, week, seven limits, then for each: position, pulse id, message id.
-- replies: {OK, cursor, queued, capped, other} | {STALE, cursor} | HELD (paused or cancelled) | GONE. idempotent by cursor.
local function round_release(keys, args)
  local base = keys[1]
  local round_key = base .. 'r:' .. args[1]
  local round = redis.call('HMGET', round_key, 'state', 'pilot', 'survey', 'cursor', 'drawn', 'not_after', 'frame', 'hold')
  if not round[1] then return {'GONE'} end
  if round[8] then return {'HELD'} end
  local cursor = tonumber(round[4])
  if round[1] ~= 'releasing' or cursor ~= tonumber(args[2]) then return {'STALE', cursor} end
  local limits, members = limits_of(args, 5), base .. 'pm:' .. round[2]
  expect(base .. 'plan', 'zset')
  local found, seen = {}, {}
  for i = 12, #args, 3 do
    local at = tonumber(args[i]) * 12
    local contact = redis.call('GETRANGE', members, at, at + 11)
    local verdict, _, c = contact_eligibility(base, contact, false, limits)
    if verdict == 'ok' and seen[contact] then verdict = 'capped' end
    seen[contact] = true
    found[#found + 1] = {contact = contact, verdict = verdict, language = c[6], stratum = c[7] or '',
                         pulse = args[i + 1], message = args[i + 2]}
  end
  local drawn = {round = args[1], pilot = round[2], survey = round[3], question = limits.question, week = args[4],
                 due = args[3], not_after = round[6], frame = tonumber(round[7])} -- perhaps frozen in an earlier week
  expect_draw(base, drawn, found)

  local counts = {}
  local queued, capped = pulses_draw(base, counts, drawn, found)
  books_write(base, counts)
  cursor = cursor + #found
  redis.call('HSET', round_key, 'cursor', cursor)
  if cursor >= tonumber(round[5]) then
    redis.call('HSET', round_key, 'state', 'released')
    redis.call('ZREM', base .. 'plan', args[1])
  end
  return {'OK', cursor, queued, capped, #found - queued - capped}
end

redis.register_function('round_plan', round_plan)
redis.register_function('round_freeze', round_freeze)
redis.register_function{function_name = 'round_check', callback = round_check, flags = {'no-writes'}}
redis.register_function('round_release', round_release)
