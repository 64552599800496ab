# SPDX-License-Identifier: MIT
# Shared by the platform scripts: sourced, not run. Works in a folder of its own, on free loopback
# ports, and ends only what it started.
set -euo pipefail

platform=$OL_BINARY_DIR/bin/onelink-platform
onelink=$OL_BINARY_DIR/bin/onelink
interop=$OL_SOURCE_DIR/tests/interop
work=$(mktemp -d)
data=$work/data
platform_pid=
device_pid=
failures=0
checks=0

for tool in curl jq mosquitto_pub mosquitto_sub mosquitto_rr sqlite3; do
    if ! command -v "$tool" >/dev/null; then
        echo "this test needs $tool" >&2
        exit 1
    fi
done

finish() {
    status=$?
    device_stop
    platform_stop
    rm -rf "$work"
    if [ "$status" = 0 ] && [ "$failures" != 0 ]; then
        status=1
    fi
    echo "$checks checks, $failures failed"
    exit "$status"
}
trap finish EXIT

# is NAME EXPECTED ACTUAL
is() {
    checks=$((checks + 1))
    if [ "$2" != "$3" ]; then
        failures=$((failures + 1))
        printf 'FAILED %s\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$3"
    fi
}

# like NAME PATTERN ACTUAL: a pattern of the shell
like() {
    checks=$((checks + 1))
    # shellcheck disable=SC2053
    if [[ "$3" != $2 ]]; then
        failures=$((failures + 1))
        printf 'FAILED %s\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$3"
    fi
}

# await_line FILE PATTERN: until a line that matches the expression stands in FILE
await_line() {
    for _ in $(seq 200); do
        if grep -q -- "$2" "$1" 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    echo "no line like '$2' in $1:" >&2
    cat "$1" >&2
    return 1
}

# platform_start [OPTION ...]: sets mqtt_port, http, http_port, api_token. The ports of the
# last start are taken again, so that clients find the platform where it was.
mqtt_port=0
http_port=0
platform_start() {
    rm -f "$work/ready"
    "$platform" serve --data "$data" --mqtt "127.0.0.1:$mqtt_port" \
        --http "127.0.0.1:$http_port" "$@" >"$work/ready" 2>"$work/platform.err" &
    platform_pid=$!
    if ! await_line "$work/ready" token_file; then
        cat "$work/platform.err" >&2
        exit 1
    fi
    mqtt_port=$(jq -r .mqtt "$work/ready")
    mqtt_port=${mqtt_port##*:}
    http=$(jq -r .http "$work/ready")
    http_port=${http##*:}
    http_port=${http_port%/}
    http=${http%/}
    api_token=$(cat "$(jq -r .token_file "$work/ready")")
}

# platform_stop [SIGNAL]: leaves its exit status in platform_status
platform_stop() {
    platform_status=
    if [ -n "$platform_pid" ]; then
        kill -s "${1:-TERM}" "$platform_pid" 2>/dev/null || true
        platform_status=0
        wait "$platform_pid" 2>/dev/null || platform_status=$?
        platform_pid=
    fi
}

# make_product ID: with the test model; its key in $work/ID.key
make_product() {
    "$platform" product create --data "$data" --model "$interop/platform_model.json" --id "$1" |
        jq -r .access_key >"$work/$1.key"
    chmod 600 "$work/$1.key"
}

# make_device PRODUCT NAME: its key in $work/PRODUCT.NAME.key, a token in ….token
make_device() {
    "$platform" device create --data "$data" --product "$1" --name "$2" |
        jq -r .sec_key >"$work/$1.$2.key"
    chmod 600 "$work/$1.$2.key"
    token_of "$work/$1.$2.key" "products/$1/devices/$2" >"$work/$1.$2.token"
}

# token_of KEYFILE RES [OPTION ...]
token_of() {
    local key=$1 res=$2
    shift 2
    "$onelink" token --key-file "$key" --res "$res" --et +3600 "$@"
}

# api TOKEN GET|POST PATH [BODY]: prints the answer
api() {
    local token=$1 method=$2 path=$3
    shift 3
    curl -s --max-time 20 -X "$method" -H "authorization: $token" "$http$path" \
        ${1+--data-binary "$1"}
}

# device_start PRODUCT NAME MODE: the Paho device, see platform_paho.c
device_start() {
    rm -f "$work/stdin" "$work/device.out"
    mkfifo "$work/stdin"
    "$OL_BINARY_DIR/tests/platform_paho" "$mqtt_port" "$1" "$2" "$work/$1.$2.token" "$3" \
        <"$work/stdin" >"$work/device.out" &
    device_pid=$!
    exec 9>"$work/stdin"
    await_line "$work/device.out" '^ready'
}

device_stop() {
    if [ -n "$device_pid" ]; then
        exec 9>&-
        device_status=0
        wait "$device_pid" || device_status=$?
        device_pid=
    fi
}

# post PRODUCT NAME JSON: one post by mosquitto_rr; prints the reply
post() {
    mosquitto_rr -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i "$2" -u "$1" \
        -P "$(cat "$work/$1.$2.token")" -W 5 -q 1 \
        -t "\$sys/$1/$2/thing/property/post" -e "\$sys/$1/$2/thing/property/post/reply" -m "$3"
}

# value PRODUCT NAME IDENTIFIER: the stored value, by the API
value() {
    api "$api_token" GET "/thingmodel/query-device-property?product_id=$1&device_name=$2" |
        jq -r --arg i "$3" '.data[] | select(.identifier == $i) | .value // "none"'
}
