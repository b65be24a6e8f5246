-- org_put: replaces the org record if it is still what the caller read.
-- args: json, hash fingerprint, sealing fingerprint, reader fingerprint ('' keeps what is there).
-- replies: OK | SAME | KEYS (other fingerprints are in force) | MISSING (nothing to keep). idempotent by content.
local function org_put(keys, args)
  local base = keys[1]
  local old = redis.call('HMGET', base .. 'org', 'json', 'fp_hash', 'fp_sealing', 'fp_reader')
  for i = 2, 4 do
    if args[i] ~= '' and old[i] and old[i] ~= args[i] then return {'KEYS'} end
  end
  local json = args[1] ~= '' and args[1] or old[1]
  if not json then return {'MISSING'} end
  local same = old[1] == json
  for i = 2, 4 do
    if args[i] ~= '' and not old[i] then same = false end
  end
  if same then return {'SAME'} end
  expect(base .. 'b', 'hash')
  redis.call('HSET', base .. 'org', 'json', json)
  local names = {[2] = 'fp_hash', [3] = 'fp_sealing', [4] = 'fp_reader'}
  for i = 2, 4 do
    if args[i] ~= '' then redis.call('HSET', base .. 'org', names[i], args[i]) end
  end
  redis.call('HINCRBY', base .. 'org', 'revision', 1)
  books_write(base, {})
  return {'OK'}
end

-- pilot_put. args: pilot, json. replies: OK | SAME. idempotent by content.
local function pilot_put(keys, args)
  local key = keys[1] .. 'pilots'
  if redis.call('HGET', key, args[1]) == args[2] then return {'SAME'} end
  expect(keys[1] .. 'b', 'hash')
  redis.call('HSET', key, args[1], args[2])
  books_write(keys[1], {})
  return {'OK'}
end

-- survey_put. args: ref (survey@version), json. replies: OK | SAME | ACTIVE (an active version never changes).
local function survey_put(keys, args)
  local key = keys[1] .. 'surveys'
  local old = redis.call('HMGET', key, args[1], args[1] .. '|active')
  if old[1] == args[2] then return {'SAME'} end
  if old[2] then return {'ACTIVE'} end
  expect(keys[1] .. 'b', 'hash')
  redis.call('HSET', key, args[1], args[2])
  books_write(keys[1], {})
  return {'OK'}
end

-- survey_activate: makes a version immutable. args: ref, json as validated, now_ms. replies: OK | SAME | CHANGED | MISSING.
local function survey_activate(keys, args)
  local key = keys[1] .. 'surveys'
  local old = redis.call('HMGET', key, args[1], args[1] .. '|active')
  if not old[1] then return {'MISSING'} end
  if old[1] ~= args[2] then return {'CHANGED'} end
  if old[2] then return {'SAME'} end
  expect(keys[1] .. 'b', 'hash')
  redis.call('HSET', key, args[1] .. '|active', args[3])
  books_write(keys[1], {})
  return {'OK'}
end

redis.register_function('org_put', org_put)
redis.register_function('pilot_put', pilot_put)
redis.register_function('survey_put', survey_put)
redis.register_function('survey_activate', survey_activate)
