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

# All places taken by those that say nothing, or stop in the middle: they give way.
list="/device/list?product_id=$p"
for text in '' 'GET /device/li' $'GET / HTTP/1.1\r\nHost: x\r\n' \
    $'POST /device/create HTTP/1.1\r\nContent-Length: 60000\r\n\r\n{'; do
    "$crowd" hold "$http_port" 300 4 "$text" >/dev/null &
    holder=$!
    sleep 0.5
    is "answered within 2 s: ${text:0:14}" 0 "$(curl -s --max-time 2 -H "authorization: $api_token" \
        "$http$list" | jq .code)"
    is "and again: ${text:0:14}" 0 "$(curl -s --max-time 2 -H "authorization: $api_token" \
        "$http$list" | jq .code)"
    wait $holder
done

# A request must be there within 10 s, however busily it comes; a pause between two is no matter.
printf 'GET %s HTTP/1.1\r\nHost: x\r\nauthorization: %s\r\n\r\n' "$list" "$api_token" >"$work/request"
(
    exec 3<>"/dev/tcp/127.0.0.1/$http_port"
    cat "$work/request" >&3
    sleep 13
    sed 's/^Host/connection: close\r\n&/' "$work/request" >&3
    cat <&3 >"$work/two"
) &
pause=$!
"$crowd" hold "$http_port" 20 9 'GET /' >"$work/patient" &
patient=$!
"$crowd" trickle "$http_port" 20 13 $'GET / HTTP/1.1\r\nx: y\r\nx: y\r\nx: y\r\n' >"$work/headers" &
headers=$!
(
    exec 3<>"/dev/tcp/127.0.0.1/$http_port"
    printf 'POST /device/create HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n' >&3
    for _ in $(seq 13); do
        sleep 1
        printf ' ' >&3 || exit 0
    done
    touch "$work/endless"
) 2>/dev/null &
body=$!
wait $pause $patient $headers
wait $body || true # of SIGPIPE
is 'less than 10 s is fine' 0 "$(cat "$work/patient")"
is 'headers by drops' 20 "$(cat "$work/headers")"
is 'a body by drops' no "$([ -e "$work/endless" ] && echo yes || echo no)"
is 'a pause' 2 "$(grep -o 'HTTP/1.1 200' "$work/two" | wc -l)"
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
