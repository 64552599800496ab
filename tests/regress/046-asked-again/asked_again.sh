#!/bin/bash
# SPDX-License-Identifier: MIT
# What was seen: what devices reported while the address of an active push was asked again, for up to
# five seconds, was never pushed, and not counted as dropped. Cause: messages were made only in the
# state "active", which the question ends. Found by reading.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
mode=$work/mode
receiver=
make_product $p
make_device $p lamp
trap 'status=$?; [ -z "$receiver" ] || kill "$receiver"; (exit $status); finish' EXIT
echo ok >"$mode"
touch "$work/seen"
python3 "$interop/platform_push_receiver.py" 0 "$mode" "$work/seen" >"$work/port" 2>/dev/null &
receiver=$!
await_line "$work/port" '^[0-9]'
platform_start
show() {
    api "$api_token" GET "/onelink/push/show?product_id=$p" | jq -r ".data.$1"
}
await() {
    for _ in $(seq 160); do
        [ "$(show "$1")" != "$2" ] || break
        sleep 0.05
    done
    is "$1" "$2" "$(show "$1")"
}
api "$api_token" POST /onelink/push/set \
    "{\"product_id\":\"$p\",\"url\":\"http://127.0.0.1:$(cat "$work/port")/\",\"token\":\"t\"}" >/dev/null
await state active
echo mute >"$mode"
api "$api_token" POST /onelink/push/verify "{\"product_id\":\"$p\"}" >/dev/null
is 'asking' verifying "$(show state)"
like 'a report meanwhile' '*"code":200*' \
    "$(post $p lamp '{"id":"1","params":{"count":{"value":7}}}')"
is 'still asking' verifying "$(show state)"
await sent 3
is 'the report' 1 "$(grep -c 'count.*value.*7' "$work/seen")"
# After a "no" nothing more is made.
await state refused
post $p lamp '{"id":"2","params":{"count":{"value":8}}}' >/dev/null
sleep 0.3
is 'nothing more' '3 0' "$(show sent) $(show waiting)"
