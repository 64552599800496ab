#!/bin/bash
# SPDX-License-Identifier: MIT
# Crowds of bad clients: too many, silent, half a request, random bytes. The platform stays up, small
# and of use to the good ones.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

crowd=$OL_BINARY_DIR/tests/platform_crowd
seed=${OL_SEED:-$RANDOM}
echo "seed $seed; replay: OL_SEED=$seed ctest -R platform_crowd"
p=Prod000001
make_product $p
make_device $p dev

resident() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$platform_pid/status"
}
good() {
    like "$1: a device is served" '*"code":200*' "$(post $p dev '{"id":"1","params":{"temp":{"value":1}}}')"
    is "$1: an application is served" 0 "$(api "$api_token" GET "/device/list?product_id=$p" | jq .code)"
}

platform_start --limits off
good 'at first'
is 'silent devices are closed after 5 s' 500 "$("$crowd" hold "$mqtt_port" 500 7 '')"
good 'after silence'
is 'so are those that stop in the middle' 500 "$("$crowd" hold "$mqtt_port" 500 7 "$(printf '\x10\x7f')")"
"$crowd" noise "$mqtt_port" 3 "$seed" >/dev/null
good 'after noise on the MQTT port'
"$crowd" noise "$http_port" 3 "$seed" >/dev/null
good 'after noise on the HTTP port'

# More applications than are let in, each with half a request: bounded, and gone when they go.
before=$(resident)
"$crowd" hold "$http_port" 1000 2 "$(printf 'POST /device/create HTTP/1.1\r\nContent-Length: 60000\r\n\r\n{')" >/dev/null &
holder=$!
sleep 1.5
during=$(resident)
is 'memory is bounded' yes "$([ $((during - before)) -lt 20000 ] && echo yes || echo "$before kB, then $during kB")"
like 'devices do not feel it' '*"code":200*' "$(post $p dev '{"id":"2","params":{"temp":{"value":1}}}')"
wait $holder
good 'after a crowd on the HTTP port'
platform_stop
is 'ends well' 0 "$platform_status"

# Few descriptors: those that cannot be served are turned away, the others are.
ulimit -S -n 700
ulimit -H -n 700
platform_start --limits off
is 'the rest is turned away' yes "$(n=$("$crowd" hold "$mqtt_port" 500 1 '')
    [ "$n" -gt 50 ] && [ "$n" -lt 450 ] && echo yes || echo "$n closed")"
good 'with few descriptors'
platform_stop
is 'ends well' 0 "$platform_status"
