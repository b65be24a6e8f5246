-- audit_append: one row of who looked at or changed people's data. Ids are a sequence, never a time.
-- args: who, what, count, at ms. reply: {OK, id}. A lost answer may leave a row twice: it was tried twice.
local function audit_append(keys, args)
  local base = keys[1]
  expect(base .. 'b', 'hash')
  expect(base .. 'audit', 'stream')
  local seq = redis.call('HINCRBY', base .. 'b', 'audit', 1)
  redis.call('XADD', base .. 'audit', string.format('%d-0', seq), 'who', args[1], 'what', args[2], 'count', args[3],
             'at', args[4])
  return {'OK', seq}
end

redis.register_function('audit_append', audit_append)
