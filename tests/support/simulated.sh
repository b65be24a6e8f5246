# Shared by ops/demo and tests/fault/kill: a running Pulssi with simulated people. Sourced, not run.
# Callers set: bin (folder of the programs), work (a scratch folder).

# A Pulssi of a test must not want the ports of another one on this machine: what dispatcher and roll-up say of themselves
# is on any free one, told in run/*.status-port.
export PULSSI_DISPATCHER_STATUS_PORT=0 PULSSI_ROLLUP_STATUS_PORT=0

# http METHOD PORT PATH [BODY]: prints the body of the answer; fails when nobody listens. Needs nothing but bash.
http() {
  local method=$1 port=$2 path=$3 body=${4-}
  exec 9<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf '%s %s HTTP/1.0\r\nContent-Length: %d\r\nContent-Type: application/json\r\n\r\n%s' \
    "$method" "$path" "${#body}" "$body" >&9
  sed '1,/^\r\{0,1\}$/d' <&9
  exec 9<&-
}

# free_port: a port nobody listens on, printed. Below those the kernel gives to outgoing connections: a program that is
# killed must get it again.
free_port() {
  local port
  while :; do
    port=$((12000 + RANDOM % 20000))
    (exec 9<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# wait_until SECONDS WHAT COMMAND...: polls; says what it waited for when it gives up.
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
      echo "gave up waiting for $what; the last try said:" >&2
      "$@" >&2 || :
      return 1
    fi
    sleep 0.05
  done
}

# json_number FILE NAME: the first number of that name in a JSON text.
json_number() {
  sed -n "s/.*\"$2\":\\(-\\{0,1\\}[0-9.]*\\).*/\\1/p" "$1" | head -1
}
