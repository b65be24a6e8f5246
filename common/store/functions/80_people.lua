-- A person's rights: what is held of a number, and its end. Weeks that are not closed hold references to contacts in their
-- lists: pulses (w) and other messages (ws); both are walked 128 at a call, in the order of ids.

local function members_after(base, list, week, after)
  return redis.call('ZRANGEBYLEX', base .. list .. ':' .. week, after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, 128)
end

-- The member to go on after, '' when the list is at its end.
local function next_after(members)
  return #members == 128 and members[128] or ''
end

-- person_load: everything that is found by a number. args: phone hash. flags: no-writes.
-- reply: {OK, do-not-contact mark, volunteer record, sealed first name, contact, its fields, fields of its open pulse,
--         {step, state, kind, attempts, gateway's id}… of that pulse's messages}; '' and {} where there is none.
local function person_load(keys, args)
  local base, hash = keys[1], args[1]
  local contact = redis.call('HGET', base .. 'h:' .. string.sub(hash, 1, 3), string.sub(hash, 4))
  local fields = contact and redis.call('HGETALL', base .. 'c:' .. contact) or {}
  local open = contact and redis.call('HGET', base .. 'c:' .. contact, 'o')
  local pulse, messages = open and redis.call('HGETALL', base .. 'u:' .. open) or {}, {}
  local steps = open and redis.call('HMGET', base .. 'u:' .. open, 'm', 'm1', 'm2', 'm3') or {}
  for step, message in ipairs(steps) do
    if message then
      local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'k', 'n', 'g')
      messages[#messages + 1] = {step - 1, m[1] or '', m[2] or '', m[3] or '', m[4] or ''}
    end
  end
  return {'OK', redis.call('HGET', base .. 'dnc', hash) or '', redis.call('HGET', base .. 'vo', hash) or '',
          redis.call('HGET', base .. 'vn', hash) or '', contact or '', fields, pulse, messages}
end

-- person_links: what of a list of a week names a contact, but for its open pulse.
-- args: contact, list (w or ws), week, member to begin after ('' = the beginning). flags: no-writes.
-- reply: {OK, member to go on after ('' = done), {id, state, pilot of a pulse or kind of a message, survey}…}.
local function person_links(keys, args)
  local base, members = keys[1], members_after(keys[1], args[2], args[3], args[4])
  local reply, open, pulse = {'OK', next_after(members)}, redis.call('HGET', base .. 'c:' .. args[1], 'o'), args[2] == 'w'
  for _, id in ipairs(members) do
    local found = redis.call('HMGET', base .. (pulse and 'u:' or 'm:') .. id, 'c', pulse and 'st' or 's',
                             pulse and 'p' or 'k', 'v')
    if found[1] == args[1] and id ~= open then reply[#reply + 1] = {id, found[2] or '', found[3] or '', found[4] or ''} end
  end
  return reply
end

-- person_erase: everything that is found by a number goes; the open pulse ends as erased.
-- Invariant: counters stay; a STOP stays in force, as a mark, whatever is asked for.
-- args: phone hash, mark asked for on the do-not-contact list ('' = none).
-- replies: {OK, had a contact, had an open pulse, was a volunteer (1/0 each), mark that is there now} | UNKNOWN (nothing is
-- held). idempotent: what is gone is gone.
local function person_erase(keys, args)
  local base, hash, mark = keys[1], args[1], args[2]
  expect_ledger(base)
  for _, key in ipairs({'dnc', 'vo', 'vn'}) do expect(base .. key, 'hash') end
  local contact = redis.call('HGET', base .. 'h:' .. string.sub(hash, 1, 3), string.sub(hash, 4))
  local before = redis.call('HGET', base .. 'dnc', hash)
  local volunteer = redis.call('HEXISTS', base .. 'vo', hash)
  if not contact and not before and volunteer == 0 then return {'UNKNOWN'} end
  local leaving, counts = contact and expect_forget(base, contact, hash), {}

  local pulse = leaving and leaving.pulse and 1 or 0
  if contact then
    mark = contact_forget(base, counts, contact, hash, leaving, 'erased', mark)
  else
    mark = mark_left(base, nil, hash, mark)
    redis.call('HDEL', base .. 'vo', hash)
    redis.call('HDEL', base .. 'vn', hash)
    if mark ~= '' then redis.call('HSET', base .. 'dnc', hash, mark) end
  end
  if mark == '' then redis.call('HDEL', base .. 'dnc', hash) end
  if contact or volunteer == 1 then tally(counts, 'x:erased', 1) end
  if contact or volunteer == 1 or mark ~= (before or '') then books_write(base, counts) end
  return {'OK', contact and 1 or 0, pulse, volunteer, mark}
end

-- person_sweep: takes contacts that are gone off the pulses or messages of a list of a week; what is not final ends. A text
-- that brings its own number still goes to it.
-- args: list (w or ws), week, member to begin after. reply: {OK, member to go on after ('' = done), taken off}. idempotent.
local function person_sweep(keys, args)
  local base, list, week = keys[1], args[1], args[2]
  expect_outbox(base)
  expect(base .. 'k:' .. week, 'hash')
  local members, gone, counts = members_after(base, list, week, args[3]), {}, {}
  for _, id in ipairs(members) do
    local m = redis.call('HMGET', base .. (list == 'w' and 'u:' or 'm:') .. id, 'c', 's', 'k', 'to')
    if m[1] and redis.call('EXISTS', base .. 'c:' .. m[1]) == 0 then
      if list == 'w' then
        gone[#gone + 1] = {pulse = pulse_read(base, id), messages = pulse_messages(base, id)}
      elseif not m[4] then
        gone[#gone + 1] = {id = id, state = m[2], kind = m[3]}
      end
    end
  end
  for _, one in ipairs(gone) do
    if one.pulse then
      pulse_forget(base, counts, one.pulse, one.messages, 'erased')
    else
      message_forget(base, counts, one)
    end
  end
  if #gone > 0 then books_write(base, counts) end
  return {'OK', next_after(members), #gone}
end

-- people_swept: references to contacts that are gone were taken off every week. args: how many had gone before. reply: OK.
-- Who left meanwhile is swept again.
local function people_swept(keys, args)
  local key = keys[1] .. 'rollup'
  if redis.call('HGET', key, 'gone') == args[1] then redis.call('HDEL', key, 'gone') end
  return {'OK'}
end

-- volunteer_remove: off the volunteers' list. args: phone hash. replies: OK | NONE (not on it). idempotent.
local function volunteer_remove(keys, args)
  local base = keys[1]
  expect(base .. 'vo', 'hash')
  expect(base .. 'vn', 'hash')
  expect(base .. 'b', 'hash')
  redis.call('HDEL', base .. 'vn', args[1])
  if redis.call('HDEL', base .. 'vo', args[1]) == 0 then return {'NONE'} end
  books_write(base, {})
  return {'OK'}
end

redis.register_function{function_name = 'person_load', callback = person_load, flags = {'no-writes'}}
redis.register_function{function_name = 'person_links', callback = person_links, flags = {'no-writes'}}
redis.register_function('person_erase', person_erase)
redis.register_function('person_sweep', person_sweep)
redis.register_function('people_swept', people_swept)
redis.register_function('volunteer_remove', volunteer_remove)
