-- reply_load: what is known of a sender. args: phone hash. flags: no-writes.
-- replies: {UNKNOWN} | {OK, contact, flags, language, last STOP confirmation ms, pulse, version, asked ms, closes ms, value,
--          survey, pilot, stratum, week, stopped} with '' where there is none (pulse onwards '' when no pulse).
local function reply_load(keys, args)
  local base = keys[1]
  local contact = redis.call('HGET', base .. 'h:' .. string.sub(args[1], 1, 3), string.sub(args[1], 4))
  if not contact then return {'UNKNOWN'} end
  local c = redis.call('HMGET', base .. 'c:' .. contact, 'f', 'l', 'sc', 'o')
  local reply = {'OK', contact, c[1] or '', c[2] or '', c[3] or '', c[4] or ''}
  if c[4] then
    local u = redis.call('HMGET', base .. 'u:' .. c[4], 'z', 'i', 'x', 'a', 'v', 'p', 's', 'w', 'so')
    for i = 1, 9 do reply[6 + i] = u[i] or '' end
  end
  return reply
end

-- reply_commit: everything one reply does, in one step: dedupe, session, counters, log, opt-out, what to send next.
-- Invariant: a reply id is committed once; the counters hold at most one value a pulse.
-- args: this week, last week (dedupe buckets), reply id digest, verdict (answer, unparseable, stop, late, unknown_sender), now ms,
--       contact ('' = unknown), pulse ('' = none), version expected, value ('' = none), field of the value before ('' = none),
--       field of the value, week of the pulse, log row, opt out (1/0), confirmation message id ('' = none), its not-after ms,
--       open (1 = the pulse's question was open when the reply came; otherwise the pulse stays as it is), the week before last
--       (dedupe bucket: ids are known for at least 14 days), last STOP confirmation as loaded (ms, 0 = never).
-- replies: OK | DUPLICATE | STALE (load and decide again). idempotent by reply id.
local function reply_commit(keys, args)
  local base, this_week, digest, verdict, now = keys[1], args[1], args[3], args[4], args[5]
  local contact, pulse, value, confirm = args[6], args[7], args[9], args[15]
  if redis.call('SISMEMBER', base .. 'dd:' .. this_week, digest) == 1
     or redis.call('SISMEMBER', base .. 'dd:' .. args[2], digest) == 1
     or redis.call('SISMEMBER', base .. 'dd:' .. args[18], digest) == 1 then
    return {'DUPLICATE'}
  end
  expect_ledger(base)
  local u, m, c, asked_of, asked
  if contact ~= '' then
    c = redis.call('HMGET', base .. 'c:' .. contact, 'l', 'f', 'o', 'sc')
    if not c[1] or (c[3] or '') ~= pulse then return {'STALE'} end
    if confirm ~= '' and (c[4] or '0') ~= args[19] then return {'STALE'} end -- another STOP is confirmed already
  end
  if pulse ~= '' then
    u = redis.call('HMGET', base .. 'u:' .. pulse, 'z', 'm')
    if u[1] ~= args[8] then return {'STALE'} end
    if args[17] == '1' then
      m = redis.call('HMGET', base .. 'm:' .. u[2], 's', 'k')
      if m[1] ~= 'delivered' then asked, asked_of = pulse_read(base, pulse), contact_read(base, contact) end
      expect(base .. 'k:' .. args[12], 'hash')
      expect(base .. 'leased', 'zset')
    end
  end
  expect(base .. 'k:' .. this_week, 'hash')
  if confirm ~= '' then
    expect(base .. 'm:' .. confirm, 'hash')
    expect(base .. 'q:reply', 'zset')
    expect(base .. 'ws:' .. this_week, 'zset')
    expect(base .. 'weeks', 'hash')
  end

  redis.call('SADD', base .. 'dd:' .. this_week, digest)
  local counts = {['x:' .. verdict] = 1}
  if verdict == 'late' or verdict == 'unknown_sender' then
    redis.call('HINCRBY', base .. 'k:' .. this_week, '!' .. verdict, 1)
  end
  if m then
    local fields = {'z', tonumber(u[1]) + 1}
    if value ~= '' then
      fields[3], fields[4] = 'a', value
      if args[10] ~= args[11] then
        if args[10] ~= '' then redis.call('HINCRBY', base .. 'k:' .. args[12], args[10], -1) end
        redis.call('HINCRBY', base .. 'k:' .. args[12], args[11], 1)
        log_append(base, 'a', args[13])
      end
    elseif verdict == 'unparseable' then
      fields[3], fields[4] = 'un', 1
    end
    if args[14] == '1' then
      fields[#fields + 1], fields[#fields + 2] = 'so', 1
      fields[#fields + 1], fields[#fields + 2] = 'x', now
    end
    redis.call('HSET', base .. 'u:' .. pulse, unpack(fields))
    if m[1] and m[1] ~= 'delivered' then
      message_move(base, counts, u[2], m[2], m[1], 'delivered') -- a reply proves delivery
      pulse_handed_over(asked, asked_of)
    end
  end
  if args[14] == '1' and not string.find(c[2] or '', 's', 1, true) then
    redis.call('HSET', base .. 'c:' .. contact, 'f', (c[2] or '') .. 's')
    tally(counts, 'x:optout', 1)
  end
  if confirm ~= '' then
    redis.call('HSET', base .. 'c:' .. contact, 'sc', now)
    redis.call('HSET', base .. 'm:' .. confirm, 's', 'queued', 'k', 'stop_confirm', 'c', contact, 'na', args[16],
               'w', this_week)
    redis.call('ZADD', base .. 'q:reply', now, confirm)
    redis.call('ZADD', base .. 'ws:' .. this_week, 0, confirm)
    redis.call('HSETNX', base .. 'weeks', this_week, 'open')
    tally(counts, 'm:queued', 1)
    tally(counts, 'h:messages', 1)
    redis.call('PUBLISH', 'pulssi:wake', 'org:' .. string.match(base, '{(.-)}'))
  end
  tally_write(base .. 'b', counts)
  return {'OK'}
end

-- event_count: counts something that concerns nobody's pulse (a malformed webhook, a wrong receiving number). args: event.
local function event_count(keys, args)
  return {'OK', redis.call('HINCRBY', keys[1] .. 'b', 'x:' .. args[1], 1)}
end

redis.register_function{function_name = 'reply_load', callback = reply_load, flags = {'no-writes'}}
redis.register_function('reply_commit', reply_commit)
redis.register_function('event_count', event_count)
