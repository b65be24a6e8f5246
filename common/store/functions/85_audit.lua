-- audit_append: one row of who looked at or changed people's data. Ids are a sequence, never a time.
-- args: who, what, count, at ms. reply: {OK, id}. A lost answer may leave a row twice: it was tried twice.
local function audit_append(keys, args)
  local base = keys[1]
  expect(base .. 'b', 'hash')
  expect(base .. 'audit', 'stream')
  local seq = redis.call('HINCRBY', base .. 'b', 'audit', 1)
  redis.call('XADD', base .. 'audit', string.format('%d-0', seq), 'who', args[1], 'what', args[2], 'count', args[3],
             'at', args[4])
  books_write(base, {})
  return {'OK', seq}
end

-- audit_expire: deletes up to 128 of the oldest rows, those from before an instant. args: before ms. reply: {OK, deleted}.
-- idempotent: what is gone is gone.
local function audit_expire(keys, args)
  local base, ids = keys[1], {}
  expect(base .. 'b', 'hash')
  for _, row in ipairs(redis.call('XRANGE', base .. 'audit', '-', '+', 'COUNT', 128)) do
    local at = 0
    for i = 1, #row[2], 2 do
      if row[2][i] == 'at' then at = tonumber(row[2][i + 1]) end
    end
    if at >= tonumber(args[1]) then break end
    ids[#ids + 1] = row[1]
  end
  if #ids > 0 then
    redis.call('XDEL', base .. 'audit', unpack(ids))
    books_write(base, {})
  end
  return {'OK', #ids}
end

redis.register_function('audit_append', audit_append)
redis.register_function('audit_expire', audit_expire)
