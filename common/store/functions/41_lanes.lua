-- Lanes: one dispatcher at a time has an org's lane, by a lease that it renews; people pause it. A pause is one field, read by
-- every claim: after it nothing is claimed. What was claimed before is taken back, so that its intend finds it gone.

-- lane_take: takes or renews the lane. args: owner, now (Redis time, ms), hold ms, fresh (1 = this owner just started), what is
-- to be known of the lane (absent = as it was).
-- replies: {OK, fence, 1 if a new fence, commit number, leases, 1 if paused, probes asked for} | {HELD, until}. A new fence
-- makes every earlier lease void (outbox_recover). A renewal is no commit: nothing is lost with it.
local function lane_take(keys, args)
  local base, key = keys[1], keys[1] .. 'lane'
  local lane = redis.call('HMGET', key, 'owner', 'until', 'fence', 'hold', 'probe')
  local now, leased = tonumber(args[2]), redis.call('ZCARD', base .. 'leased')
  expect(base .. 'b', 'hash')
  if lane[1] and lane[1] ~= args[1] and now < tonumber(lane[2]) then return {'HELD', tonumber(lane[2])} end
  local fence = tonumber(lane[3] or '0')
  local new = lane[1] ~= args[1] or args[4] == '1'
  local fields = {'until', now + tonumber(args[3])}
  if new then
    fence = fence + 1
    fields = {'owner', args[1], 'fence', fence, unpack(fields)}
  end
  if args[5] then
    fields[#fields + 1] = 'status'
    fields[#fields + 1] = args[5]
  end
  redis.call('HSET', key, unpack(fields))
  local number = new and books_write(base, {}) or commit_number(base)
  return {'OK', fence, new and 1 or 0, number, leased, lane[4] and 1 or 0, tonumber(lane[5] or '0')}
end

-- lane_release: ends this owner's lease. args: owner, now (Redis time, ms). replies: OK | HELD (it is another's).
local function lane_release(keys, args)
  local key = keys[1] .. 'lane'
  if redis.call('HGET', key, 'owner') ~= args[1] then return {'HELD'} end
  redis.call('HSET', key, 'until', args[2])
  return {'OK'}
end

local function lane_wake(base)
  redis.call('PUBLISH', 'pulssi:wake', 'lane:' .. string.match(base, '{(.-)}'))
end

-- lane_pause: holds everything of the lane, or lets it go on. args: 1 = paused, 0. replies: {OK, commit number} | SAME.
-- idempotent.
local function lane_pause(keys, args)
  local base, key, paused = keys[1], keys[1] .. 'lane', args[1] == '1'
  expect(base .. 'b', 'hash')
  if (redis.call('HEXISTS', key, 'hold') == 1) == paused then return {'SAME'} end
  if paused then redis.call('HSET', key, 'hold', 1) else redis.call('HDEL', key, 'hold') end
  lane_wake(base)
  return {'OK', books_write(base, {})}
end

-- lane_pause_step: of a paused lane what is claimed and not begun to be handed over is queued again, among up to 128 leases,
-- the newest first. args: rank to look below ('' = all), due (domain ms).
-- reply: {OK, in a gateway's hands, rank to go on below (0 = done)}. idempotent.
local function lane_pause_step(keys, args)
  local base, submitting, counts, found = keys[1], 0, {}, {}
  local paused = redis.call('HEXISTS', base .. 'lane', 'hold') == 1
  expect_outbox(base)
  local below = tonumber(args[1]) or redis.call('ZCARD', base .. 'leased')
  local from = math.max(0, below - 128)
  for _, message in ipairs(below > 0 and redis.call('ZRANGE', base .. 'leased', from, below - 1) or {}) do
    local m = redis.call('HMGET', base .. 'm:' .. message, 's', 'k')
    if m[1] == 'submitting' then
      submitting = submitting + 1
    elseif m[1] == 'leased' and paused then
      found[#found + 1] = {id = message, kind = m[2]}
    end
  end
  for _, m in ipairs(found) do message_requeue(base, counts, m.id, m.kind, 'leased', args[2]) end
  if #found > 0 then books_write(base, counts) end
  return {'OK', submitting, from}
end

-- lane_probe: asks for one message to be let through at once. reply: {OK, number of this asking}.
local function lane_probe(keys)
  local base = keys[1]
  expect(base .. 'b', 'hash')
  local probe = redis.call('HINCRBY', base .. 'lane', 'probe', 1)
  books_write(base, {})
  lane_wake(base)
  return {'OK', probe}
end

-- lane_read: {OK, owner ('' = never taken), until (Redis time, ms), 1 if paused, status ('' = none)}. flags: no-writes.
local function lane_read(keys)
  local lane = redis.call('HMGET', keys[1] .. 'lane', 'owner', 'until', 'hold', 'status')
  return {'OK', lane[1] or '', tonumber(lane[2] or '0'), lane[3] and 1 or 0, lane[4] or ''}
end

redis.register_function('lane_take', lane_take)
redis.register_function('lane_release', lane_release)
redis.register_function('lane_pause', lane_pause)
redis.register_function('lane_pause_step', lane_pause_step)
redis.register_function('lane_probe', lane_probe)
redis.register_function{function_name = 'lane_read', callback = lane_read, flags = {'no-writes'}}
