#!/bin/bash
# SPDX-License-Identifier: MIT
# Eclipse Paho's C client as a device: logs in, posts, gets a set, answers it.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_device $p lamp
platform_start
device_start $p lamp answer
is 'what the device saw' "online granted 0 acknowledged \
thing/property/post/reply {\"id\":\"7\",\"code\":200,\"msg\":\"success\"} ready" \
    "$(tr '\n' ' ' <"$work/device.out" | sed 's/ $//')"
is 'stored' '21.5 48' "$(value $p lamp temp) $(value $p lamp humi)"

body='{"product_id":"'$p'","device_name":"lamp","params":{"led":true,"note":"on"}}'
answer=$(api "$api_token" POST /thingmodel/set-device-property "$body")
is 'set, answered' '0 succ 200 success' \
    "$(jq -r '"\(.code) \(.msg) \(.data.code) \(.data.msg)"' <<<"$answer")"
id=$(jq -r .data.id <<<"$answer")
is 'what the device got' \
    "thing/property/set {\"id\":\"$id\",\"version\":\"1.0\",\"params\":{\"led\":true,\"note\":\"on\"}}" \
    "$(grep '^thing/property/set' "$work/device.out")"
device_stop
is 'the device ended well' 0 "$device_status"
is 'the last line' offline "$(tail -1 "$work/device.out")"

device_start $p lamp fail
is 'a failure of the device' '0 100 lamp broken' \
    "$(api "$api_token" POST /thingmodel/set-device-property "$body" |
        jq -r '"\(.code) \(.data.code) \(.data.msg)"')"
device_stop
