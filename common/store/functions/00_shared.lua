-- Shared by all functions of the library. Every function takes one key, the org's base key "p:{org}:", and touches only
-- keys that begin with it: they share one hash tag, so an org lives in one slot. Decisions are made in C; a function
-- compares, then commits the whole result. No clock and no randomness here: times and ids are arguments.
--
-- Functions do not roll back: each reads and type-checks every key it will write before its first write.
-- Replies are arrays (or one status) led by a word. A function touches at most 128 items.
--
-- Keys after the base:
--   org hash            the org record        pilots hash   id → definition      surveys hash  ref → definition
--   batch hash          import batch → ephemeral public key
--   h:XXX hash          phone hash (after its first 3 characters XXX) → contact id
--   c:ID hash           contact: n sealed number, b batch, l language, s stratum, m pilots, i import day, f flags
--                       (s STOP, x unusable number), o open pulse, t day of last contact occasion, w weeks of
--                       occasions, q:QUESTION week it was last asked, said:TEXT when a text that is said once a day was (ms),
--                       pu paused until (ms), pw tw weeks of messages to the panel, of you-said-we-did
--   dnc hash            do not contact: phone hash → s (STOP of a number that is nobody's), e (erased), w (wrong person)
--   pm:PILOT string     12-character contact ids in order of first import, append-only
--   r:ROUND hash        round; hold: paused or cancelled     plan zset    rounds to release, by start, none that is held
--   rounds zset         all rounds, by start
--   schedules hash      schedule → JSON, written once        sched zset  active schedules by next due (domain ms)
--   sr hash             of a schedule, ID|…: paused (1), run (due ms|round), skip (first due ms|last due ms|how many|why)
--   u:PULSE hash        pulse: c contact, r round ('' = an encounter), p pilot, v survey, l language, s stratum, st disposition,
--                       z version, w week, m message, i asked (ms), x closes (ms), d day and wi week of asking, h handed over,
--                       pa path of steps (digits, the first question alone when missing; 3 = first name), and of the steps
--                       after the first m1… message, i1… asked (ms); a0… value by question, an answered, e complete,
--                       un unparseable, so stopped or paused, th thanked, mt message of thanks, mv message that confirms
--                       volunteering, cl asked once more (1), mc message that does, sp said something, whatever it was (1),
--                       qf contact's field of its question, rd when to remind (due ms|last ms), mr message that
--                       reminds
--   m:ID hash           message: s state, k kind, u pulse, c contact, n attempts, f fence, o operation, g gateway's id,
--                       sg segments if more than one, r|ID state of the part that the gateway calls so, na not after (ms),
--                       w week, q step of a conversation, cq step that is asked once more, bp paused by the budget (1),
--                       ac what it counts to (field of the contact and week); to b l sealed number, batch and language of its
--                       own when the contact is gone
--   q:bulk q:reply zset queued messages by due time (domain ms; +inf = held, of a paused round)
--   q:wait zset         retries by Redis time (real ms)
--   leased zset         leased and submitting messages by lease expiry (Redis time, real ms)
--   lane hash           owner, until (Redis time, ms), fence; hold 1 = people paused it, probe how often they asked for one,
--                       status what the dispatcher says of it (JSON, store/lane_status.h); budget_paused: month|budget
--                       that pauses messages, told: month|budget|per cent
--   weeks hash          week → open | published         w:WEEK zset  pulses of a week    ws:WEEK zset  its other messages
--   n:WEEK hash         pilot|survey → largest frozen frame      k:WEEK hash  counters     pub:WEEK hash  figures
--   ow:WEEK hash        own words: random id → pilot|question|1 or 0 (0 = more of the same person)|sealed
--   oc hash             pilot|question → people of deleted own words in a lot that is not over
--   vo vn hash          volunteers: phone hash → date|language|pilot|question|channel|sealed number; → sealed first name
--   id:WEEK hash        encounters taken in that week: digest of idempotency key → digest of body|encounter|outcome|reason|due ms
--   dd:WEEK set         reply ids seen in that week     log stream  answers and dispositions, ids without clock time
--   tokens hash         API tokens: id → JSON, id|revoked → when (ms), name|NAME → id of the one in force
--   b hash              books: m:STATE, p:DISPOSITION, x:EVENT, s:MONTH segments, seq (last log id), audit (last audit id),
--                       cn (commit number)
--   rollup hash         due (ms), gone contacts that left since the last sweep (none = nothing to sweep)
--   cp hash             checkpoints: week → JSON, written once; week|trimmed → log id that its deletion goes on at, 0 = its rows
--                       are gone (absent = they are all there)
--   audit stream  who, what, count, at (ms)
--
-- Of the whole data set, handled by plain commands and never by a function: pulssi:orgs set, pulssi:dataset, pulssi:adoption,
-- pulssi:behind (store/seen.h), pulssi:collectors hash: collector → JSON until (domain ms), at (Redis time, ms), spooled.

local function expect(key, wanted)
  local found = redis.call('TYPE', key)['ok']
  if found ~= 'none' and found ~= wanted then
    error({err = 'WRONGTYPE ' .. key .. ' is a ' .. found .. ', not a ' .. wanted})
  end
end

-- Counts that change together are gathered and written once.
local function tally(counts, field, by)
  counts[field] = (counts[field] or 0) + by
end

local function tally_move(counts, prefix, from, to)
  tally(counts, prefix .. from, -1)
  tally(counts, prefix .. to, 1)
end

local function tally_write(key, counts)
  for field, by in pairs(counts) do
    if by ~= 0 then redis.call('HINCRBY', key, field, by) end
  end
end

-- Marks counts that several calls gather (95_many.lua), and stands for the commit number in their answers.
local SHARED = {}

-- Ends every function that wrote something (but for the roll-up's own notes and a lane's renewal): the counts go into the
-- books, and the org's commit number goes up by one. Returns it: whoever has seen a higher one knows that Redis lost writes.
local function books_write(base, counts)
  if getmetatable(counts) == SHARED then return SHARED end -- `many` writes them, and puts the number there
  local fields, row = {'cn'}, {}
  for field, by in pairs(counts) do
    if by ~= 0 then fields[#fields + 1] = field end
  end
  local values = redis.call('HMGET', base .. 'b', unpack(fields)) -- one read and one write, however many counts
  for i, field in ipairs(fields) do
    row[2 * i - 1] = field
    row[2 * i] = string.format('%d', tonumber(values[i] or '0') + (counts[field] or 1))
  end
  redis.call('HSET', base .. 'b', unpack(row))
  return tonumber(row[2])
end

-- The number as it stands, for an answer that changed nothing.
local function commit_number(base, shared)
  return shared and SHARED or tonumber(redis.call('HGET', base .. 'b', 'cn') or '0')
end

-- Appends a row to the answer log. Ids are a sequence, never a time.
local function log_append(base, field, row)
  local seq = redis.call('HINCRBY', base .. 'b', 'seq', 1)
  redis.call('XADD', base .. 'log', string.format('%d-0', seq), field, row)
end

-- A pulse reaches its final disposition: log row, week counter, books. `from` is false for a pulse that never was.
local function pulse_finish(base, counts, pulse, from, disposition, week, pilot, survey, stratum)
  log_append(base, 'd', table.concat({pulse, disposition, week, stratum, pilot, survey}, '|'))
  redis.call('HINCRBY', base .. 'k:' .. week, table.concat({pilot, survey, stratum, '!' .. disposition}, '|'), 1)
  if from then tally(counts, 'p:' .. from, -1) end
  tally(counts, 'p:' .. disposition, 1)
end

local function expect_ledger(base)
  expect(base .. 'b', 'hash')
  expect(base .. 'log', 'stream')
end

local function function_version()
  return LIBRARY_VERSION
end

redis.register_function{function_name = 'functions_version', callback = function_version, flags = {'no-writes'}}
