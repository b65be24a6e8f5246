-- reply_load: what is known of a sender. args: phone hash. flags: no-writes.
-- replies: {UNKNOWN, do-not-contact mark, volunteer (1/0)} | {OK, contact, flags, language, volunteer (1/0), pulse, paused until
--          (ms), when were said (ms) stop_confirm, start_confirm, pause_confirm, help, business, late, then version, closes ms,
--          survey, pilot, stratum, week, path, thanked, asked ms of steps 0 to 3, values of questions 0 to 2, clarified} with ''
--          where there is none (version onwards missing when no pulse).
local function reply_load(keys, args)
  local base = keys[1]
  local contact = redis.call('HGET', base .. 'h:' .. string.sub(args[1], 1, 3), string.sub(args[1], 4))
  local volunteer = redis.call('HEXISTS', base .. 'vo', args[1])
  if not contact then return {'UNKNOWN', redis.call('HGET', base .. 'dnc', args[1]) or '', volunteer} end
  local c = redis.call('HMGET', base .. 'c:' .. contact, 'f', 'l', 'o', 'pu', 'said:stop_confirm', 'said:start_confirm',
                       'said:pause_confirm', 'said:help', 'said:business', 'said:late')
  local reply = {'OK', contact, c[1] or '', c[2] or '', volunteer}
  for i = 3, 10 do reply[3 + i] = c[i] or '' end
  if c[3] then
    local u = redis.call('HMGET', base .. 'u:' .. c[3], 'z', 'x', 'v', 'p', 's', 'w', 'pa', 'th', 'i', 'i1', 'i2', 'i3', 'a0',
                         'a1', 'a2', 'cl')
    for i = 1, 16 do reply[13 + i] = u[i] or '' end
  end
  return reply
end

-- Named arguments up to the word 'send', then the texts to send: id, kind, step, not-after ms, what it hangs on (pulse or
-- contact), due ms.
local function reply_arguments(args)
  local a, i = {send = {}}, 1
  while args[i] and args[i] ~= 'send' do
    a[args[i]] = args[i + 1]
    i = i + 2
  end
  for j = i + 1, #args, 6 do
    a.send[#a.send + 1] = {id = args[j], kind = args[j + 1], step = args[j + 2], not_after = args[j + 3], bond = args[j + 4],
                           due = args[j + 5]}
  end
  return a
end

local function reply_is_known(base, a)
  for _, week in ipairs({'week', 'week1', 'week2'}) do
    if redis.call('SISMEMBER', base .. 'dd:' .. a[week], a.digest) == 1 then return true end
  end
  return false
end

-- The texts of a pulse that a reply takes back: of a step not asked, thanks, the confirmation of who leaves the volunteers, what
-- asks once more.
local function texts_withdrawn(base, a)
  local found = {}
  for _, place in ipairs({a.cancel and 'm' .. a.cancel or '', a.unthank and 'mt' or '', a.left and 'mv' or '',
                          a.unclarify and 'mc' or ''}) do
    local id = place ~= '' and redis.call('HGET', base .. 'u:' .. a.pulse, place)
    if id then
      local m = redis.call('HMGET', base .. 'm:' .. id, 's', 'k')
      found[#found + 1] = {place = place, id = id, state = m[1], kind = m[2]}
    end
  end
  return found
end

-- reply_commit: everything one reply does, in one step: dedupe, session, counters, log, opt-out, records, what to send next.
-- Invariant: a reply id is committed once; the counters hold at most one value a pulse and question.
-- args, named; those in brackets only where they apply:
--   week week1 week2   dedupe buckets: this week and the two before it         digest   of the reply id
--   verdict            counted as x:VERDICT                                    now      ms (received)
--   hash               phone hash                                              [contact pulse version]  as loaded
--   [step]             the step the reply belongs to: the pulse is open        [pulse_week]
--   [value]            of the step's question   [complete] 1 [incomplete] 1   a replaced answer can take completeness back
--   [path]             the path after this reply, when it changes
--   [field before row] counter field of the value, of the value before it, log row: for counted questions
--   [unclear] 1        something could not be read        [cancel] step withdrawn: it was not asked yet
--   [unthank] 1 [unclarify] 1   thanks, and what asks once more, are withdrawn if they wait
--   [commented] 1 [flood] 1     counted                   [block] mark [unblock] 1   do-not-contact list
--   [stop] 1 [start] 1   STOP takes force, is lifted      [pause] until ms [resume] 1   the same of a pause
--   [said said_before] contact field of a text that is said once a day, and its value as loaded
--   [words words_id]   record of own words, its id        [join name] volunteer record, name; [left] 1 the record goes
--   [forget] 1         the number is somebody else's: everything that leads to it goes
--   send …             texts to send
-- replies: {OK, commit number} | DUPLICATE | STALE (load and decide again). idempotent by reply id.
local function reply_commit(keys, args, shared)
  local base, a = keys[1], reply_arguments(args)
  if reply_is_known(base, a) then return {'DUPLICATE'} end
  expect_ledger(base)
  local counts, withdrawn, c, u, m, asked, asked_of, stopped, leaving = shared or {}, {}
  if a.contact then
    c = redis.call('HMGET', base .. 'c:' .. a.contact, 'l', 'f', 'o', a.said or 'o', 'n', 'b')
    if not c[1] or c[3] ~= (a.pulse or false) then return {'STALE'} end
    if a.said and (c[4] or '0') ~= a.said_before then return {'STALE'} end -- said already, meanwhile
  elseif redis.call('HEXISTS', base .. 'h:' .. string.sub(a.hash, 1, 3), string.sub(a.hash, 4)) == 1 then
    return {'STALE'}
  end
  if a.pulse then
    local message = a.step and a.step ~= '0' and 'm' .. a.step or 'm'
    u = redis.call('HMGET', base .. 'u:' .. a.pulse, 'z', message)
    if u[1] ~= a.version then return {'STALE'} end
    if a.step then
      m = redis.call('HMGET', base .. 'm:' .. (u[2] or ''), 's', 'k')
      if m[2] == 'invite' and m[1] ~= 'delivered' then
        asked, asked_of = pulse_read(base, a.pulse), contact_read(base, a.contact)
      end
      if m[1] ~= 'delivered' then expect(base .. 'leased', 'zset') end
      expect(base .. 'k:' .. a.pulse_week, 'hash')
    elseif a.stop then
      stopped = pulse_read(base, a.pulse) -- received before it was asked, perhaps
    end
    withdrawn = texts_withdrawn(base, a)
  end
  if #withdrawn > 0 or #a.send > 0 or (m and m[1] == 'queued') then
    expect_outbox(base)
    expect(base .. 'weeks', 'hash')
  end
  expect(base .. 'k:' .. a.week, 'hash')
  if a.block or a.unblock then expect(base .. 'dnc', 'hash') end
  if a.join or a.left then expect(base .. 'vo', 'hash') end
  if a.name or a.left then expect(base .. 'vn', 'hash') end
  if a.name and redis.call('HEXISTS', base .. 'vo', a.hash) == 0 then return {'STALE'} end -- left the list meanwhile
  if a.words then expect(base .. 'ow:' .. a.pulse_week, 'hash') end
  if a.forget then leaving = expect_forget(base, a.contact, a.hash) end
  for _, text in ipairs(a.send) do
    expect(base .. 'm:' .. text.id, 'hash')
    expect(base .. 'ws:' .. (text.bond == 'pulse' and a.pulse_week or a.week), 'zset')
  end

  redis.call('SADD', base .. 'dd:' .. a.week, a.digest)
  tally(counts, 'x:' .. a.verdict, 1)
  if a.commented then tally(counts, 'x:commented', 1) end
  if a.flood then tally(counts, 'x:flood', 1) end
  for _, text in ipairs(a.send) do
    if text.kind == 'helpline' then tally(counts, 'x:helpline', 1) end
  end
  if a.verdict == 'late' or not a.contact then
    redis.call('HINCRBY', base .. 'k:' .. a.week, a.contact and '!late' or '!unknown_sender', 1)
  end
  for _, text in ipairs(withdrawn) do
    local waits = text.state == 'queued' or text.state == 'leased'
    if waits then message_move(base, counts, text.id, text.kind, text.state, 'cancelled') end
    if text.place == 'mt' then
      if waits then redis.call('HDEL', base .. 'u:' .. a.pulse, 'mt', 'th') end -- they may be said later
    elseif waits or text.place ~= 'mc' then
      redis.call('HDEL', base .. 'u:' .. a.pulse, text.place)
    end
  end
  if stopped then pulse_stop(stopped, a.now) end
  if a.step then
    local fields = {'z', tonumber(u[1]) + 1}
    local function set(field, value)
      fields[#fields + 1] = field
      fields[#fields + 1] = value
    end
    if a.field and a.field ~= a.before then
      if a.before then redis.call('HINCRBY', base .. 'k:' .. a.pulse_week, a.before, -1) end
      redis.call('HINCRBY', base .. 'k:' .. a.pulse_week, a.field, 1)
      log_append(base, 'a', a.row)
    end
    if a.value then
      set('a' .. a.step, a.value)
      set('an', 1)
    end
    if a.complete then set('e', 1) end
    if a.incomplete then redis.call('HDEL', base .. 'u:' .. a.pulse, 'e') end
    if a.path then set('pa', a.path) end
    if a.unclear then set('un', 1) end
    set('sp', 1) -- whatever it was: the mark tells nobody who was in need
    if a.stop or a.pause then set('so', 1) end
    if a.stop then set('x', a.now) end
    if a.resume then redis.call('HDEL', base .. 'u:' .. a.pulse, 'so') end
    for _, text in ipairs(a.send) do
      if PLACE[text.kind] then
        set(PLACE[text.kind], text.id)
      elseif text.step ~= '' then
        set('m' .. text.step, text.id)
      end
      if text.kind == 'thanks' then set('th', 1) end
      if text.kind == 'clarify' then set('cl', 1) end
    end
    redis.call('HSET', base .. 'u:' .. a.pulse, unpack(fields))
    -- A reply proves delivery; of a later question only if it reads as an answer to it, otherwise it may answer the one before.
    if m[1] and m[1] ~= 'delivered' and not (a.unclear and a.step ~= '0') then
      message_move(base, counts, u[2], m[2], m[1], 'delivered')
      if asked then pulse_handed_over(asked, asked_of) end
      for _, known in ipairs(leaving and leaving.messages or {}) do
        if known.id == u[2] then known.state = 'delivered' end
      end
    end
  end

  local flags = c and c[2] or ''
  if a.stop and not string.find(flags, 's', 1, true) then
    redis.call('HSET', base .. 'c:' .. a.contact, 'f', flags .. 's')
    tally(counts, 'x:optout', 1)
  elseif a.start then
    redis.call('HSET', base .. 'c:' .. a.contact, 'f', (string.gsub(flags, 's', '')))
    tally(counts, 'x:optin', 1)
  end
  if a.pause then redis.call('HSET', base .. 'c:' .. a.contact, 'pu', a.pause) end
  if a.resume then redis.call('HDEL', base .. 'c:' .. a.contact, 'pu') end
  if a.block then redis.call('HSET', base .. 'dnc', a.hash, a.block) end
  if a.unblock then redis.call('HDEL', base .. 'dnc', a.hash) end
  if a.said then redis.call('HSET', base .. 'c:' .. a.contact, a.said, a.now) end
  if a.words then redis.call('HSET', base .. 'ow:' .. a.pulse_week, a.words_id, a.words) end
  if a.join then redis.call('HSET', base .. 'vo', a.hash, a.join) end
  if a.name then redis.call('HSET', base .. 'vn', a.hash, a.name) end
  if a.left then
    redis.call('HDEL', base .. 'vo', a.hash)
    redis.call('HDEL', base .. 'vn', a.hash)
  end
  if leaving then contact_forget(base, counts, a.contact, a.hash, leaving, 'wrong_person', 'w') end

  for _, text in ipairs(a.send) do
    local key, week = base .. 'm:' .. text.id, a.week
    if text.bond == 'pulse' then week = a.pulse_week end
    redis.call('HSET', key, 's', 'queued', 'k', text.kind, 'na', text.not_after, 'c', a.contact, 'w', week)
    if leaving then redis.call('HSET', key, 'to', c[5], 'b', c[6], 'l', c[1]) end -- the contact is gone, this still goes
    if text.bond == 'pulse' then redis.call('HSET', key, 'u', a.pulse) end
    if text.step ~= '' then redis.call('HSET', key, text.kind == 'clarify' and 'cq' or 'q', text.step) end
    redis.call('ZADD', base .. 'q:reply', text.due, text.id) -- the ids keep the order
    redis.call('ZADD', base .. 'ws:' .. week, 0, text.id)
    redis.call('HSETNX', base .. 'weeks', week, 'open')
  end
  if #a.send > 0 then
    tally(counts, 'm:queued', #a.send)
    tally(counts, 'h:messages', #a.send)
    redis.call('PUBLISH', 'pulssi:wake', 'org:' .. string.match(base, '{(.-)}'))
  end
  return {'OK', books_write(base, counts)}
end

-- event_count: counts something that concerns nobody's pulse (a malformed webhook, a wrong receiving number). args: event.
-- reply: {OK, commit number}.
local function event_count(keys, args)
  return {'OK', books_write(keys[1], {['x:' .. args[1]] = 1})}
end

redis.register_function{function_name = 'reply_load', callback = reply_load, flags = {'no-writes'}}
redis.register_function('reply_commit', reply_commit)
redis.register_function('event_count', event_count)
