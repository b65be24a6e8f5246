-- many: up to 64 calls of functions of one org as one, each done or refused by itself, in order. What they have in common is done
-- once: the books are read and written at the end.
-- args: for each: function, number of its arguments, the arguments.
-- reply: {OK, answer of each…, commit number}; a call that failed is answered with its error: it has written nothing.
-- idempotent as each call is.
local MANY = {outbox_intend = outbox_intend, outbox_settle = outbox_settle, receipt_apply = receipt_apply,
              reply_load = reply_load, reply_commit = reply_commit}

local function many(keys, args)
  local counts, reply, wrote, i = setmetatable({}, SHARED), {'OK'}, false, 1
  expect(keys[1] .. 'b', 'hash')
  while args[i] do
    local last = i + 1 + tonumber(args[i + 1])
    local done, answer = pcall(MANY[args[i]], keys, {unpack(args, i + 2, last)}, counts)
    if not done then answer = {err = type(answer) == 'table' and answer.err or tostring(answer)} end
    wrote = wrote or answer[#answer] == SHARED
    reply[#reply + 1] = answer
    i = last + 1
  end
  local number = 0
  if wrote then number = books_write(keys[1], setmetatable(counts, nil)) end
  for _, answer in ipairs(reply) do
    if type(answer) == 'table' and answer[#answer] == SHARED then answer[#answer] = number end
  end
  reply[#reply + 1] = number
  return reply
end

redis.register_function('many', many)
