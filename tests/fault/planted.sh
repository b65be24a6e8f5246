# A judge that cannot fail is worth nothing: each planted defect must be seen, and named for what it is. Sourced by
# tests/fault/kill after a judgement that found every promise kept. Several are planted before one judgement, where none
# hides another; all are taken back.

# planted NAME WORDS: of the judgement that follows.
planted_names=() planted_words=()
planted() {
  planted_names+=("$1")
  planted_words+=("$2")
}

# planted_seen [LEDGER]: the judge must say the words of each.
planted_seen() {
  local i
  ! judge "${1:-$work/ledger}" >"$work/planted.log" 2>&1 || fail "the judge saw none of: ${planted_names[*]}"
  for ((i = 0; i < ${#planted_names[@]}; i++)); do
    if ! grep -q -e "${planted_words[i]}" "$work/planted.log"; then
      cat "$work/planted.log" >&2
      fail "the judge did not see a planted defect: ${planted_names[i]}"
    fi
    echo "planted: ${planted_names[i]} — seen: $(grep -m 1 -e "${planted_words[i]}" "$work/planted.log")"
  done
  planted_names=() planted_words=()
}

planted_taken_back() {
  judge "$work/ledger" >/dev/null || fail "the judge does not agree any more after the planted defects were taken back"
}

# ledger_with: the ledger, and rows from standard input before its end.
ledger_with() {
  sed '$d' "$work/ledger"
  cat
  tail -1 "$work/ledger"
}

# While the links are there.
planted_in_people() {
  planted_in_ledger
  planted_in_store
  planted_taken_back
  planted_in_spool
}

# A reply that came while Redis stood still is in the spool, and the collector stands still, too. Then it goes on; then the
# spool's record comes a second time.
planted_in_spool() {
  local phone
  phone=$(grep -m 1 -o '^+[0-9]*' "$work/coaching-b.csv")
  signal_to STOP redis
  reply spooled "$phone" INFO
  compgen -G "$work/data/spool/*.spool" >/dev/null || fail "a reply that came while Redis stood still is not in the spool"
  signal_to STOP collector
  signal_to CONT redis
  cp -a "$work/data/spool" "$work/spool-before"
  reply_row spooled "$phone" help false >>"$work/beforehand"
  ledger_take
  planted "a spooled reply that was lost" "replies answered 200 and replies counted differ by -1"
  planted "a record still in the spool" "records are still in the spool: "
  planted_seen
  signal_to CONT collector
  wait_until 30 "the spool to be empty" is_spool_empty
  wait_until 30 "the answer to be sent" is_answered
  ledger_take
  planted_taken_back

  kill_collector_with_spool
  wait_until 30 "the spool to be empty again" is_spool_empty
  planted_taken_back
  redis HINCRBY "${base}b" x:help 1 >/dev/null
  planted "a reply counted twice from the spool" "replies answered 200 and replies counted differ by +1"
  planted_seen
  redis HINCRBY "${base}b" x:help -1 >/dev/null
  touch "$work/data/spool/99999999.damaged"
  planted "a spool that was damaged" "records of the spool were lost: 99999999.damaged"
  planted_seen
  rm "$work/data/spool/99999999.damaged"
}

is_answered() { [ "$(redis ZCARD "${base}q:reply")$(redis ZCARD "${base}leased")" = 00 ] && is_quiet; }

# The collector dies, and finds the record again that it had stored already.
kill_collector_with_spool() {
  signal_to STOP collector
  cp -a "$work"/spool-before/*.spool "$work/data/spool/"
  signal_to KILL collector
}

# What the gateway and the people say happened otherwise.
planted_in_ledger() {
  local sends send
  sends=$(grep -m 4 '"outcome":"accepted".*"survey":true' "$work/ledger")
  send() { sed -n "$1p" <<<"$sends"; }
  {
    send 1 | sed 's/"repeat":false/"repeat":true/; s/"accepted_before":false/"accepted_before":true/'
    send 2 | sed 's/"repeat":false/"repeat":true/; s/"ambiguous_before":false/"ambiguous_before":true/
      s/"outcome":"accepted"/"outcome":"lost"/'
    send 3 | sed 's/"id":"[^"]*"/"id":"again"/'
    reply_row never-counted "$(send 4 | sed 's/.*"to":"\([^"]*\)".*/\1/')" stop true
    grep -m 1 '"outcome":"accepted".*"what":"meeting@1/join"' "$work/ledger" | sed 's/"id":"[^"]*"/"id":"again-join"/'
  } | ledger_with >"$work/told"
  planted "a message accepted twice" "handed over again after it was accepted"
  planted "a message handed over again after an ambiguous outcome" "again after an ambiguous outcome"
  planted "a person asked twice" "meeting@1/forward was asked of somebody twice"
  planted "a person asked after STOP" "asks meeting@1/forward of somebody who had said STOP"
  planted "a follow-up question sent twice" "meeting@1/join was asked of somebody twice"
  planted "a reply that was lost" "replies answered 200 and replies counted differ by -1"
  planted_seen "$work/told"
}

# What the store believes is otherwise. Of three people whose only answer leads on, who never said STOP, and whose week is
# open: one answer is gone, one leads nowhere, one has no follow-up. A fourth was never asked, as far as the ledger knows, and
# a fifth never answered.
planted_in_store() {
  local answers='"t":"reply".*"question":"meeting@1/forward","value":[1-5]' from='s/.*"from":"\([^"]*\)".*/\1/'
  local i messages pulses values step follow_up words week field
  grep '"t":"reply".*"stop":true' "$work/ledger" | sed "$from" >"$work/stopped"
  grep -o '^+[0-9]*' "$work/coaching-a.csv" >"$work/asked"
  grep "$answers" "$work/ledger" | sed "$from" | sort | uniq -u | grep -Ff "$work/asked" | grep -vFf "$work/stopped" |
    sed 's/.*/"from":"&"/' >"$work/alone"
  grep "$answers" "$work/ledger" | grep '"value":[1245]' | grep -Ff "$work/alone" | sed -n 1,5p >"$work/replies"
  messages=($(sed 's/.*"for":"\([^"]*\)".*/\1/' "$work/replies"))
  for ((i = 0; i < 5; i++)); do
    pulses[i]=$(redis HGET "${base}m:${messages[i]}" u)
    values[i]=$(redis HGET "${base}u:${pulses[i]}" a0)
  done
  step=m$((values[2] <= 2 ? 1 : 2))
  follow_up=$(redis HGET "${base}u:${pulses[2]}" "$step")
  words=$(redis --scan --pattern "${base}ow:*" | sed -n 1p)
  week=$(redis HGET "${base}u:${pulses[0]}" w)
  field=$(redis HKEYS "${base}k:$week" | sed -n '/|[1-5]$/{p;q}')

  redis HSET "${base}u:${pulses[0]}" a0 0 >/dev/null
  planted "an answer that was lost" "message ${messages[0]}: the counted value is 0, which is none"
  redis HSET "${base}u:${pulses[1]}" a0 3 >/dev/null
  planted "a follow-up question after an answer that does not lead there" "no counted answer leads to"
  redis HDEL "${base}u:${pulses[2]}" "$step" >/dev/null
  planted "a follow-up question that was never asked" "message ${messages[2]}: the answer .*, which is not there"
  planted "a person who counts as asked but never was" "message ${messages[3]} counts as .*never accepted it"
  planted "a reply counted that nobody sent" "message ${messages[4]}: the counted value is ${values[4]}, which is none"
  planted "a reply counted twice" "replies answered 200 and replies counted differ by +2"
  redis HINCRBY "${base}b" x:answer 1 >/dev/null
  redis HSET "$words" twice 'coaching-a|meeting@1/why|1|' >/dev/null
  planted "own words kept twice" "own words: .* are kept"
  redis RENAME "${base}vo" "${base}away" >/dev/null
  planted "volunteers who were lost" "volunteers: 0 are on the list"
  redis HINCRBY "${base}b" m:queued 1 >/dev/null
  planted "a message stuck in the queue" "m:queued: 1 messages are stuck or lost"
  redis HINCRBY "${base}b" x:unknown_ever 100000 >/dev/null
  planted "too many messages of unknown fate" "unknown fate exceed their bound"
  redis HINCRBY "${base}k:$week" "$field" 1 >/dev/null
  planted "books that do not balance" "the books do not balance"
  grep -v "\"t\":\"send\",.*\"id\":\"${messages[3]}\"" "$work/ledger" |
    grep -vF "$(sed -n '5s/.*"t":"reply",\("id":"[^"]*"\).*/\1/p' "$work/replies")" >"$work/untold"
  planted_seen "$work/untold"

  redis HINCRBY "${base}k:$week" "$field" -1 >/dev/null
  redis HINCRBY "${base}b" x:unknown_ever -100000 >/dev/null
  redis HINCRBY "${base}b" m:queued -1 >/dev/null
  redis RENAME "${base}away" "${base}vo" >/dev/null
  redis HDEL "$words" twice >/dev/null
  redis HINCRBY "${base}b" x:answer -1 >/dev/null
  redis HSET "${base}u:${pulses[2]}" "$step" "$follow_up" >/dev/null
  redis HSET "${base}u:${pulses[1]}" a0 "${values[1]}" >/dev/null
  redis HSET "${base}u:${pulses[0]}" a0 "${values[0]}" >/dev/null
}

# Once the weeks are published.
planted_in_weeks() {
  local field unit figure other other_figure message
  field=$(redis HKEYS "${base}k:2026-W02" | sed -n '/forward|.*|[1-5]$/{p;q}')
  unit=$(redis HKEYS "${base}pub:2026-W02" | sed -n '/forward$/{p;q}')
  figure=$(redis HGET "${base}pub:2026-W02" "$unit")
  other=$(redis HKEYS "${base}pub:2026-W04" | sed -n '/coaching-a.*forward$/{p;q}')
  other_figure=$(redis HGET "${base}pub:2026-W04" "$other")
  message=$(sed -n '/"outcome":"accepted".*"survey":true/{s/.*"id":"\([^"]*\)","to".*/\1/p;q}' "$work/ledger")

  redis HINCRBY "${base}k:2026-W02" "$field" 50 >/dev/null
  planted "answers counted that nobody gave" "week 2026-W02: the answer . is counted"
  redis HSET "${base}pub:2026-W02" "$unit" "$(sed 's/"sent":/&1/' <<<"$figure")" >/dev/null
  planted "a figure that is not what was counted" "week 2026-W02: the published figure of"
  redis HDEL "${base}pub:2026-W04" "$other" >/dev/null
  planted "a figure that was never published" "week 2026-W04: nothing was published of coaching-a"
  redis HSET "${base}m:$message" s delivered >/dev/null
  planted "a link that outlived its week" "message $message still leads to a person"
  planted_seen
  redis DEL "${base}m:$message" >/dev/null
  redis HSET "${base}pub:2026-W04" "$other" "$other_figure" >/dev/null
  redis HSET "${base}pub:2026-W02" "$unit" "$figure" >/dev/null
  redis HINCRBY "${base}k:2026-W02" "$field" -50 >/dev/null

  redis HSET "${base}weeks" 2026-W04 open >/dev/null
  planted "a week that never closed" "accepted message .* is unknown to the store"
  planted_seen
  redis HSET "${base}weeks" 2026-W04 published >/dev/null
  planted_taken_back
}
