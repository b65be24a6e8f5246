# Shared by tests/fault/kill and tests/fault/matrix: a Pulssi of its own with simulated people, faults that strike it, and the
# judgement afterwards. Sourced, not run.
#
#   fault_open → up_begin → town_begin → round_begin → faults strike → calm → pass_time → judge → record
#
# Callers set: test (its name), top, bin, seed, keep (yes or no).
. "$top/tests/support/simulated.sh"

export TZ=Europe/Helsinki LC_ALL=C
in_flight=8
secret=fault-secret token=fault-webhook-token-1
org=varkaus base='p:{varkaus}:'
up_pid= simulator_pid=

fail() {
  echo "$test: $*" >&2
  [ ! -e "$work/up.log" ] || tail -20 "$work/up.log" >&2
  exit 1
}

# fault_open [RETRY_AFTER_MAX_MS]: a scratch folder, ports, the configuration.
fault_open() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/pulssi-fault.XXXXXX")
  trap fault_close EXIT
  trap 'exit 130' INT TERM
  RANDOM=$$
  collector_port=$(free_port)
  simulator_port=$(free_port)
  cat >"$work/pulssi.conf" <<CONF
[pulssi]
data_folder = $work/data
[dispatcher]
lease_ms = 5000
in_flight_max = $in_flight
backoff_first_ms = 50
backoff_max_ms = 500
http_deadline_ms = 2000
retry_after_max_ms = ${1:-1000}
[collector]
port = $collector_port
[gateway:simulator]
url = http://127.0.0.1:$simulator_port
secret = $secret
webhook_token = $token
rate_segments = 50
CONF
  export PULSSI_CONFIG=$work/pulssi.conf
  RANDOM=$seed # from here on what is drawn is the seed's
}

fault_close() {
  [ -z "$up_pid" ] || { kill "$up_pid" 2>/dev/null && wait "$up_pid" 2>/dev/null || :; }
  [ -z "$simulator_pid" ] || { kill "$simulator_pid" 2>/dev/null && wait "$simulator_pid" 2>/dev/null || :; }
  small_disk_close
  if [ "$keep" = yes ]; then echo "kept: $work"; else rm -rf "$work"; fi
}

# A small disk of its own for a folder, in a mount namespace of the caller's.
disk=
small_disk() { # FOLDER
  mkdir -p "$1" && mount -t tmpfs -o size=12m,mode=700 tmpfs "$1" && disk=$1
}

small_disk_close() {
  [ -n "$disk" ] || return 0
  [ "$keep" = no ] || cp -a "$disk" "$disk.kept"
  umount "$disk"
  disk=
}

# fill_disk FOLDER: to the last byte.
fill_disk() {
  ! cat /dev/zero >"$1/ballast" 2>/dev/null || fail "$1 cannot be filled"
}

# --- what runs ---

up_begin() { # further options of pulssi up
  rm -f "$work/data/run/clock.done"
  "$bin/pulssi" up "$@" 2>>"$work/up.log" >&2 &
  up_pid=$!
  wait_until 60 "pulssi up (see $work/up.log)" "$bin/pulssi" store check
  wait_until 60 "the collector" http GET "$collector_port" /healthz
}

up_end() {
  kill "$up_pid" && wait "$up_pid" || fail "pulssi up did not drain"
  up_pid=
}

# town_begin PILOT=PEOPLE...: the simulator and an org that may send at any hour, so that texts and replies flow at once.
town_begin() {
  scenario_write "$@" >"$work/scenario.json"
  "$bin/pulssi-simulator" serve --scenario "$work/scenario.json" --listen "127.0.0.1:$simulator_port" \
    --collector "http://127.0.0.1:$collector_port" --secret $secret --token $token --clock "$work/data/run/clock" \
    >"$work/simulator.log" 2>&1 &
  simulator_pid=$!
  org_put "$@" >"$work/setup.log" 2>&1 || { cat "$work/setup.log" >&2; fail "setting up failed"; }
  wait_until 10 "the simulator" http GET "$simulator_port" /healthz
}

scenario_write() { # PILOT=PEOPLE...
  local pair comma=
  sed '/"pilots": \[/,$d' "$top/tests/scenarios/kill.json"
  echo '  "pilots": ['
  for pair in "$@"; do
    printf '%s{"id":"%s","size":%d,"truth":"middle","positive":0.70,"negative":0.15,"response":0.60}' \
      "$comma" "${pair%=*}" "${pair#*=}"
    comma=,
  done
  echo ']}'
}

org_put() { # PILOT=PEOPLE...
  local pair
  local -x PULSSI_REDIS_DEADLINE_MS=20000 # nothing is at fault yet but, perhaps, a busy machine
  sed -e 's/"from": *"[^"]*"/"from": "00:00"/; s/"to": *"[^"]*"/"to": "24:00"/' \
    -e 's/\["mon"[^]]*\]/["mon","tue","wed","thu","fri","sat","sun"]/; s/"country": *"FI"/"country": "none"/' \
    "$top/config/examples/org.json" >"$work/org.json"
  "$bin/pulssi" org put "$work/org.json" || return
  "$bin/pulssi" keys generate || return
  for pair in "$@"; do
    sed "s/\"id\": *\"[^\"]*\"/\"id\": \"${pair%=*}\"/" "$top/config/examples/pilot.json" >"$work/pilot.json"
    "$bin/pulssi" pilot put "$work/pilot.json" || return
    "$bin/pulssi-simulator" contacts --scenario "$work/scenario.json" --pilot "${pair%=*}" >"$work/${pair%=*}.csv" || return
    "$bin/pulssi" import "$work/${pair%=*}.csv" --pilot "${pair%=*}" || return
  done
  "$bin/pulssi" survey put "$top/config/surveys/meeting.json" && "$bin/pulssi" survey activate meeting@1
}

round_begin() { # PILOT
  local -x PULSSI_REDIS_DEADLINE_MS=20000
  "$bin/pulssi" round start --pilot "$1" --survey meeting --seed "$test" >>"$work/setup.log" || fail "round start failed"
}

redis() { redis-cli -s "$work/data/redis/redis.sock" "$@"; }

# signal_to SIGNAL PROGRAM: false when it does not run.
signal_to() {
  local pid
  pid=$(cat "$work/data/run/$2.pid" 2>/dev/null) && [ -n "$pid" ] && kill "-$1" "$pid" 2>/dev/null
}

# How often pulssi up saw a program end.
ends_of() { # PROGRAM
  grep -c ": $1 ended " "$work/up.log" || :
}

# --- domain time ---

clock_read() { # sets clock_real, clock_domain, clock_scale, clock_limit
  read -r _ _ clock_real clock_domain clock_scale clock_limit <"$work/data/run/clock"
}

real_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

domain_ms() {
  local now
  clock_read
  now=$((clock_domain + ($(real_ms) - clock_real) * clock_scale))
  echo $((now < clock_limit ? now : clock_limit))
}

# clock_jump MS: domain time goes on from there, forward or back.
clock_jump() {
  local now
  now=$(domain_ms)
  clock_read
  echo "pulssi-clock 1 $(real_ms) $((now + $1)) $clock_scale $clock_limit" >"$work/data/run/clock.new"
  mv "$work/data/run/clock.new" "$work/data/run/clock"
}

instant() { # LOCAL TIME: domain ms
  echo $(($(date -d "$1" +%s) * 1000))
}

# --- people who said STOP before anybody asked them: their rows of the ledger are ours ---

stop_beforehand() { # PILOT PEOPLE
  local phone number=0
  while read -r phone; do
    number=$((number + 1))
    reply "beforehand-$number" "$phone" STOP
    reply_row "beforehand-$number" "$phone" stop true >>"$work/beforehand"
  done < <(grep -m "$2" -o '^+[0-9]*' "$work/$1.csv")
}

reply() { # ID PHONE TEXT
  http POST "$collector_port" "/v1/gateways/simulator/$token/reply" \
    "{\"id\":\"$1\",\"from\":\"$2\",\"to\":\"18123\",\"text\":\"$3\"}" >/dev/null
}

# What the ledger would say of it, once answered 200.
reply_row() { # ID PHONE MEANS STOP
  echo "{\"t\":\"reply\",\"id\":\"$1\",\"from\":\"$2\",\"means\":\"$3\",\"stop\":$4,\"copy\":false,\"status\":200}"
}

# Webhooks that came through the spool, as far as the collector lived to say so.
spooled() {
  echo $(($(sed -n 's/.*the spool is empty again: \([0-9]*\) webhooks.*/+ \1/p' "$work/up.log") + 0))
}

is_spool_empty() {
  ! compgen -G "$work/data/spool/*.spool" >/dev/null && redis HVALS pulssi:collectors | grep -q '"spooled":0'
}

# --- the end ---

faults() { # JSON
  http POST "$simulator_port" /faults "$1" >/dev/null || fail "the simulator does not answer"
}

is_quiet() { http GET "$simulator_port" /due | grep -q '"due":0'; }

# pass_time LOCAL TIME [COMMAND...]: time goes on to there as fast as everybody can, and whatever comes due is done. The
# command runs meanwhile.
pass_time() {
  local until=$1
  shift
  PULSSI_GATEWAY_SIMULATOR_RATE_SEGMENTS=0 up_begin --clock-scale 1000000 --clock-until "${until/ /T}" --clock-hold
  rm "$work/data/run/clock.hold"
  [ $# -eq 0 ] || "$@"
  wait_until 240 "domain time to reach $until" test -e "$work/data/run/clock.done"
  wait_until 60 "the simulator's last receipts and replies" is_quiet
}

ledger_take() {
  touch "$work/beforehand"
  { cat "$work/beforehand"; http GET "$simulator_port" /ledger; } >"$work/ledger"
}

# judge LEDGER [OPTION...]: prints what is broken, then the counts; after what took the dispatcher or Redis away
# ("bounding").
judge() {
  local ledger=$1
  shift
  "$bin/kill_judge" --redis "unix:$work/data/redis/redis.sock" --org $org --ledger "$ledger" --spool "$work/data/spool" \
    --in-flight $in_flight --kills "$bounding" "$@"
}

# verdict COMMAND [JUDGE'S OPTION...]: judges the ledger, and prints the line for the record.
verdict() {
  local command=$1 word=kept
  shift
  judge "$work/ledger" "$@" >"$work/judged" || word=broken
  sed '$d' "$work/judged"
  printf '{"command":"%s","seed":%d,"ended":{"dispatcher":%d,"collector":%d,"rollup":%d,"redis":%d},%s,"spooled":%d%s,"seconds":%d,"promises":"%s"}\n' \
    "$command" "$seed" "$(ends_of dispatcher)" "$(ends_of collector)" "$(ends_of rollup)" "$(ends_of redis)" \
    "$(sed -n '$s/^{\(.*\)}$/\1/p' "$work/judged")" "$(spooled)" "${extra-}" "$SECONDS" $word
  [ $word = kept ] || { keep=yes; fail "promises were broken: $command, seed $seed"; }
}
