-- Messages with a yearly limit of their own, apart from the caps of asking: of the panel, and of you-said-we-did.

-- What a message of an account of its own adds to: the contact's field with the weeks of the last such messages. Counted at its
-- first intend, and taken back when it never went.
local ACCOUNT = {panel = 'pw', told = 'tw'}

local function account_weeks(base, contact, field, week_index)
  local weeks = {}
  for week in string.gmatch(redis.call('HGET', base .. 'c:' .. contact, field) or '', '%d+') do
    if tonumber(week_index) - tonumber(week) < 52 then weeks[#weeks + 1] = week end
  end
  return weeks
end

local function account_add(base, message, contact, field, week_index)
  local weeks = account_weeks(base, contact, field, week_index)
  weeks[#weeks + 1] = week_index
  redis.call('HSET', base .. 'c:' .. contact, field, table.concat(weeks, ','))
  redis.call('HSET', base .. 'm:' .. message, 'ac', field .. week_index)
end

local function account_take_back(base, message, contact)
  local field, week_index = string.match(redis.call('HGET', base .. 'm:' .. message, 'ac') or '', '^(%a+)(%d+)$')
  if not field or not contact or redis.call('EXISTS', base .. 'c:' .. contact) == 0 then return end
  local weeks, found = {}, false
  for week in string.gmatch(redis.call('HGET', base .. 'c:' .. contact, field) or '', '%d+') do
    if week ~= week_index or found then weeks[#weeks + 1] = week end
    found = found or week == week_index
  end
  redis.call('HDEL', base .. 'm:' .. message, 'ac')
  redis.call('HSET', base .. 'c:' .. contact, field, table.concat(weeks, ','))
end
