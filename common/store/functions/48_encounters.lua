-- Encounters: an event at a service draws one pulse for one contact; and the tokens of those who may say so.

-- token_put: a new token. args: id, json, name. replies: OK | NAME (a token of that name is in force) | TAKEN (the id is in use).
-- No retry: what was not seen written is revoked by its name.
local function token_put(keys, args)
  local key = keys[1] .. 'tokens'
  local old = redis.call('HMGET', key, args[1], 'name|' .. args[3])
  if old[1] then return {'TAKEN'} end
  if old[2] then return {'NAME', old[2]} end
  expect(keys[1] .. 'b', 'hash')
  redis.call('HSET', key, args[1], args[2], 'name|' .. args[3], args[1])
  books_write(keys[1], {})
  return {'OK'}
end

-- token_revoke: from now on the token lets nobody in, and its name is free. args: id, name, now ms.
-- replies: OK | SAME (it was revoked) | MISSING. idempotent.
local function token_revoke(keys, args)
  local key = keys[1] .. 'tokens'
  local old = redis.call('HMGET', key, args[1], args[1] .. '|revoked', 'name|' .. args[2])
  if not old[1] then return {'MISSING'} end
  if old[2] then return {'SAME'} end
  expect(keys[1] .. 'b', 'hash')
  redis.call('HSET', key, args[1] .. '|revoked', args[3])
  if old[3] == args[1] then redis.call('HDEL', key, 'name|' .. args[2]) end
  books_write(keys[1], {})
  return {'OK'}
end

-- encounter_commit: everything one encounter does, in one step: idempotency, contact, eligibility, pulse and invitation.
-- Invariant: a key draws at most one pulse, and gets the same answer each time; what is not taken leaves nothing behind.
-- args: digest of key, digest of body, week and the two before (idempotency buckets), phone hash ('' = by id), contact id,
--       pilot, survey ref, encounter, pulse id, message id, due ms, not-after ms, week of due, seven limits (of the due instant,
--       but now: whether a pulse is open is judged by the present), '1' = too old for a key that is new.
-- replies: {OK | REPLAY, encounter, outcome, reason, due ms} | CONFLICT (the key came with another body) | UNKNOWN (contact) |
--          TOO_OLD | NO_PILOT | NOT_MEMBER. idempotent by key. The outcome is scheduled or the pulse's final disposition.
local function encounter_commit(keys, args)
  local base = keys[1]
  for i = 3, 5 do
    local known = redis.call('HGET', base .. 'id:' .. args[i], args[1])
    if known then
      local body, encounter, outcome, reason, due = string.match(known, '^(.-)|(.-)|(.-)|(.-)|(.-)$')
      if body ~= args[2] then return {'CONFLICT'} end
      return {'REPLAY', encounter, outcome, reason, tonumber(due)}
    end
  end
  if args[23] == '1' then return {'TOO_OLD'} end
  local contact, pilot, limits = args[7], args[8], limits_of(args, 16)
  if redis.call('HEXISTS', base .. 'pilots', pilot) == 0 then return {'NO_PILOT'} end
  if args[6] ~= '' then
    contact = redis.call('HGET', base .. 'h:' .. string.sub(args[6], 1, 3), string.sub(args[6], 4)) or ''
  end
  local c = redis.call('HMGET', base .. 'c:' .. contact, 'l', 'm')
  if not c[1] then return {'UNKNOWN'} end
  if not string.find(',' .. (c[2] or '') .. ',', ',' .. pilot .. ',', 1, true) then return {'NOT_MEMBER'} end
  local verdict, reason, person = contact_eligibility(base, contact, false, limits)
  local found = {{contact = contact, verdict = verdict, language = person[6], stratum = person[7] or '', pulse = args[11],
                  message = args[12]}}
  local drawn = {round = '', pilot = pilot, survey = args[9], question = limits.question, week = args[15], due = args[13],
                 not_after = args[14], frame = members_count(base, pilot)}
  expect_draw(base, drawn, found)

  local counts, outcome = {['x:encounter'] = 1}, verdict == 'ok' and 'scheduled' or verdict
  local queued = pulses_draw(base, counts, drawn, found)
  books_write(base, counts)
  redis.call('HSET', base .. 'id:' .. args[3], args[1], table.concat({args[2], args[10], outcome, reason, args[13]}, '|'))
  redis.call('HSETNX', base .. 'weeks', args[3], 'open') -- weeks close in turn from the first there is
  if queued > 0 then redis.call('PUBLISH', 'pulssi:wake', 'org:' .. string.match(base, '{(.-)}')) end
  return {'OK', args[10], outcome, reason, tonumber(args[13])}
end

redis.register_function('token_put', token_put)
redis.register_function('token_revoke', token_revoke)
redis.register_function('encounter_commit', encounter_commit)
