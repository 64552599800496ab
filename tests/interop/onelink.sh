# SPDX-License-Identifier: MIT
# Sourced by the tests of the onelink command: where the programs are, a folder of its own that
# goes away, processes that end with the script, and checks that say what they compared.
set -u

bin=${OL_BINARY_DIR:?}/bin
source_dir=${OL_SOURCE_DIR:?}
onelink=$bin/onelink
tmp=$(mktemp -d)
pids=()
checks=0
failures=0

clean_up() {
    local pid
    for pid in "${pids[@]}"; do
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n' "$*"
}

# equal WHAT EXPECTED ACTUAL
equal() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] || fail "$1
  expected: $2
  actual:   $3"
}

# has WHAT PART TEXT
has() {
    checks=$((checks + 1))
    case $3 in
    *"$2"*) ;;
    *) fail "$1
  expected: ...$2...
  actual:   $3" ;;
    esac
}

# has_not WHAT PART TEXT
has_not() {
    checks=$((checks + 1))
    case $3 in
    *"$2"*) fail "$1
  not expected: ...$2...
  actual:       $3" ;;
    esac
}

# run_onelink ARGUMENT...: standard output into $out, standard error into $err, exit into $rc
run_onelink() {
    "$onelink" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
    out=$(cat "$tmp/out")
    err=$(cat "$tmp/err")
}

# wait_for SECONDS FILE PART: until the file has the text
wait_for() {
    local end=$((SECONDS + $1))
    until grep -qF -- "$3" "$2" 2>/dev/null; do
        if [ $SECONDS -ge $end ]; then
            fail "\"$3\" did not come within $1 s; last lines of $(basename "$2"):
$(tail -n 15 "$2" 2>/dev/null)"
            return 1
        fi
        sleep 0.1
    done
    checks=$((checks + 1))
}

# finish: the result of the script
finish() {
    echo "$checks checks, $failures failed"
    [ "$failures" = 0 ]
    exit
}

platform_data=$tmp/platform
mqtt_port=0

# start_platform [ARGUMENT...]: onelink-platform on free ports, the second time on the same MQTT
# port; sets $platform_pid, $mqtt_port, $http_url
start_platform() {
    mkdir -p -m 700 "$platform_data"
    : >"$tmp/serve.json"
    "$bin/onelink-platform" serve --data "$platform_data" --mqtt "127.0.0.1:$mqtt_port" \
        --http 127.0.0.1:0 "$@" >"$tmp/serve.json" 2>>"$tmp/serve.log" &
    platform_pid=$!
    pids+=("$platform_pid")
    wait_for 20 "$tmp/serve.json" '"mqtt"' || finish
    mqtt_port=$(jq -r .mqtt "$tmp/serve.json")
    mqtt_port=${mqtt_port##*:}
    http_url=$(jq -r .http "$tmp/serve.json")
    (umask 077 && printf 'authorization: %s\n' \
        "$(cat "$(jq -r .token_file "$tmp/serve.json")")" >"$tmp/auth")
}

# api METHOD PATH [JSON]: a call of the application API
api() {
    if [ $# -gt 2 ]; then
        curl -sS --max-time 15 -X "$1" -H @"$tmp/auth" -H 'content-type: application/json' \
            --data "$3" "${http_url%/}/$2"
    else
        curl -sS --max-time 15 -X "$1" -H @"$tmp/auth" "${http_url%/}/$2"
    fi
}

# create_device NAME MODEL: a product the first time, and a device; sets $pid, writes
# $tmp/NAME.key
create_device() {
    local answer
    mkdir -p -m 700 "$platform_data"
    if [ -z "${pid:-}" ]; then
        answer=$("$bin/onelink-platform" product create --data "$platform_data" --model "$2") ||
            fail "product create"
        pid=$(jq -r .product_id <<<"$answer")
    fi
    answer=$("$bin/onelink-platform" device create --data "$platform_data" --product "$pid" \
        --name "$1") || fail "device create"
    (umask 077 && jq -r .sec_key <<<"$answer" >"$tmp/$1.key")
}

# start_device NAME [FILE-FOR-INPUT]: onelink run with $tmp/NAME.conf; standard output and error
# into $tmp/NAME.out and .log; sets $device_pid
start_device() {
    "$onelink" run --config "$tmp/$1.conf" >"$tmp/$1.out" 2>"$tmp/$1.log" <"${2:-/dev/null}" &
    device_pid=$!
    pids+=("$device_pid")
}

# stop_device: by SIGTERM; sets $rc and $took_s
stop_device() {
    local from=$SECONDS
    kill -TERM "$device_pid"
    wait "$device_pid"
    rc=$?
    took_s=$((SECONDS - from))
}

# set_property DEVICE JSON: through the application API
set_property() {
    api POST thingmodel/set-device-property \
        "{\"product_id\":\"$pid\",\"device_name\":\"$1\",\"params\":$2}"
}

# history DEVICE PROPERTY: its values, oldest first, one a line
history() {
    api GET "thingmodel/query-device-property-history?product_id=$pid&device_name=$1&identifier=$2&start_time=1&end_time=9999999999999&sort=1&limit=100" |
        jq -r '.data.list[].value'
}
