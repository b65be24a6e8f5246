-- contacts_import: adds or refreshes up to 128 contacts and makes them members of a pilot.
-- Invariant: one contact a phone hash; last import wins for language and stratum; a STOP is never reopened; a number on the
-- do-not-contact list is never imported; members stay in order of first import.
-- args: pilot, batch id, batch public key, import day, then for each contact: phone hash, new id, sealed number,
--       language, stratum.
-- reply: {OK, added, updated, unchanged, joined, blocked, place of each blocked contact in the arguments (1…)}. idempotent by
-- phone hash.
local function contacts_import(keys, args)
  local base = keys[1]
  local pilot, batch, batch_key, day = args[1], args[2], args[3], args[4]
  local members = base .. 'pm:' .. pilot
  expect(members, 'string')
  expect(base .. 'batch', 'hash')
  expect(base .. 'b', 'hash')

  local rows, blocked, id_of, old_of = {}, {}, {}, {}
  for i = 5, #args, 5 do
    local hash = args[i]
    local is_blocked = redis.call('HEXISTS', base .. 'dnc', hash) == 1
    local index, rest = base .. 'h:' .. string.sub(hash, 1, 3), string.sub(hash, 4)
    if not is_blocked and not id_of[hash] then
      local id = redis.call('HGET', index, rest)
      if id then
        old_of[hash] = redis.call('HMGET', base .. 'c:' .. id, 'l', 's', 'm', 'i')
      else
        expect(base .. 'c:' .. args[i + 1], 'hash')
      end
      id_of[hash] = id or args[i + 1]
    end
    if is_blocked then
      blocked[#blocked + 1] = (i - 5) / 5 + 1
    else
      rows[#rows + 1] = {hash = hash, index = index, rest = rest, sealed = args[i + 2], language = args[i + 3],
                         stratum = args[i + 4]}
    end
  end

  local added, updated, unchanged, refreshed, joined, used_batch = 0, 0, 0, 0, {}, false
  for _, row in ipairs(rows) do
    local id, old = id_of[row.hash], old_of[row.hash]
    local key = base .. 'c:' .. id
    if not old then
      redis.call('HSET', key, 'n', row.sealed, 'b', batch, 'l', row.language, 's', row.stratum, 'm', pilot, 'i', day)
      redis.call('HSET', row.index, row.rest, id)
      old_of[row.hash] = {row.language, row.stratum, pilot, day}
      joined[#joined + 1] = id
      added = added + 1
      used_batch = true
    else
      local is_member = string.find(',' .. (old[3] or '') .. ',', ',' .. pilot .. ',', 1, true)
      if is_member and old[1] == row.language and old[2] == row.stratum then
        if old[4] ~= day then -- the number is fresh again
          redis.call('HSET', key, 'i', day)
          refreshed = refreshed + 1
        end
        old[4] = day
        unchanged = unchanged + 1
      else
        local pilots = old[3] or ''
        if not is_member then
          pilots = pilots == '' and pilot or pilots .. ',' .. pilot
          joined[#joined + 1] = id
        end
        redis.call('HSET', key, 'l', row.language, 's', row.stratum, 'm', pilots, 'i', day)
        old_of[row.hash] = {row.language, row.stratum, pilots, day}
        updated = updated + 1
      end
    end
  end
  if #joined > 0 then redis.call('APPEND', members, table.concat(joined)) end
  if used_batch then redis.call('HSET', base .. 'batch', batch, batch_key) end
  if added + updated + refreshed > 0 then books_write(base, {}) end
  return {'OK', added, updated, unchanged, #joined, #blocked, unpack(blocked)}
end

redis.register_function('contacts_import', contacts_import)
