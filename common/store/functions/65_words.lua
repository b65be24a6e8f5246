-- words_expire: deletes up to 128 records of own words, of the first of the weeks that has any. Words are shown in lots of
-- so many people; of a lot that is deleted in part the people are kept as a number (oc), so that the lots after it stay.
-- Invariant: oc counts the deleted people of the lot that is not over, never more than a lot.
-- args: people of a lot, weeks in order (at most 128). reply: {OK, week or '', deleted, left of that week}. idempotent: what
-- is deleted is gone.
local function words_expire(keys, args)
  local base = keys[1]
  expect(base .. 'oc', 'hash')
  expect(base .. 'b', 'hash')
  for i = 2, #args do
    local key = base .. 'ow:' .. args[i]
    local page = redis.call('HRANDFIELD', key, 128, 'WITHVALUES')
    if #page > 0 then
      local people, ids = {}, {}
      for j = 1, #page, 2 do
        ids[#ids + 1] = page[j]
        local question, mark = string.match(page[j + 1], '^([^|]*|[^|]*)|([01])|')
        if mark == '1' then tally(people, question, 1) end
      end
      redis.call('HDEL', key, unpack(ids))
      tally_write(base .. 'oc', people)
      local left = redis.call('HLEN', key)
      local gone = left == 0 and redis.call('HGETALL', base .. 'oc') or {} -- a lot ends with a week
      for j = 1, #gone, 2 do
        if tonumber(gone[j + 1]) >= tonumber(args[1]) then redis.call('HDEL', base .. 'oc', gone[j]) end
      end
      books_write(base, {})
      return {'OK', args[i], #ids, left}
    end
  end
  return {'OK', '', 0, 0}
end

redis.register_function('words_expire', words_expire)
