-- Checkpoints: what the answer log of a published week was, in one record, so that a change shows and the rows may go.

-- week_checkpoint: written once and for good, when nothing of the week leads to a person any more. args: week, json.
-- replies: {OK, 1 if it was written} | OPEN (the week is not published, or links are left). idempotent: what is there stays.
local function week_checkpoint(keys, args)
  local base, week = keys[1], args[1]
  expect(base .. 'b', 'hash')
  expect(base .. 'cp', 'hash')
  if redis.call('HGET', base .. 'weeks', week) ~= 'published' then return {'OPEN'} end
  if redis.call('ZCARD', base .. 'w:' .. week) + redis.call('ZCARD', base .. 'ws:' .. week) > 0 then return {'OPEN'} end
  local written = redis.call('HSETNX', base .. 'cp', week, args[2])
  if written > 0 then books_write(base, {}) end
  return {'OK', written}
end

-- log_trim: goes on deleting the rows of a week that has a checkpoint, looking at up to 128 rows. From the first call on the
-- books take the week from its checkpoint. args: week, first and last log id of the checkpoint.
-- replies: {OK, deleted, 1 if all are gone} | NONE (no checkpoint). Called again it goes on.
local function log_trim(keys, args)
  local base, week, last = keys[1], args[1], tonumber(args[3])
  expect_ledger(base)
  local cp = redis.call('HMGET', base .. 'cp', week, week .. '|trimmed')
  if not cp[1] then return {'NONE'} end
  local at = tonumber(cp[2] or args[2])
  if at == 0 and cp[2] then return {'OK', 0, 1} end
  local rows, ids, next = {}, {}, 0
  if at > 0 and at <= last then
    rows = redis.call('XRANGE', base .. 'log', string.format('%d-0', at), string.format('%d-0', last), 'COUNT', 128)
  end
  for _, row in ipairs(rows) do -- pulse|question|value|WEEK|… or pulse|disposition|WEEK|…
    local ahead = row[2][1] == 'a' and '^[^|]*|[^|]*|[^|]*|([^|]*)|' or '^[^|]*|[^|]*|([^|]*)|'
    if string.match(row[2][2], ahead) == week then ids[#ids + 1] = row[1] end
  end
  if #rows == 128 then next = tonumber(string.match(rows[128][1], '^%d+')) + 1 end
  if #ids > 0 then redis.call('XDEL', base .. 'log', unpack(ids)) end
  redis.call('HSET', base .. 'cp', week .. '|trimmed', next)
  books_write(base, {})
  return {'OK', #ids, next == 0 and 1 or 0}
end

redis.register_function('week_checkpoint', week_checkpoint)
redis.register_function('log_trim', log_trim)
