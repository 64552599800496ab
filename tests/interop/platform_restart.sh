#!/bin/bash
# SPDX-License-Identifier: MIT
# What was answered 200 is there after kill -9, and everything is there after a restart.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_device $p dev
platform_start

# history: the values of count, oldest first
history() {
    api "$api_token" GET "/thingmodel/query-device-property-history?product_id=$p&device_name=dev\
&identifier=count&start_time=0&end_time=9999999999999&sort=1&limit=100" |
        jq -r '[.data.list[].value] | join(" ")'
}

expected=
for i in $(seq 1 12); do
    like "post $i is answered" '*"code":200*' "$(post $p dev '{"id":"'"$i"'","params":{"count":{"value":'"$i"'}}}')"
    expected="$expected $i"
    platform_stop KILL
    platform_start
    is "after kill -9 number $i" "${expected# }" "$(history)"
done

made=$(api "$api_token" POST /device/create '{"product_id":"'$p'","device_name":"other"}')
platform_stop KILL
platform_start
is 'a device made by the API' "$(jq -r .data.sec_key <<<"$made")" \
    "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=other" | jq -r .data.sec_key)"

# One that is online when the platform dies is offline when it comes back.
make_device $p lamp
device_start $p lamp answer
is 'online' 1 "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" | jq .data.status)"
platform_stop KILL
device_stop || true
platform_start
is 'offline after kill -9' 0 \
    "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" | jq .data.status)"

# An orderly end: devices are told by a closed connection, nothing is left behind.
device_start $p lamp answer
platform_stop
is 'SIGTERM' 0 "$platform_status"
device_stop || true
is 'no write-ahead log is left' no "$([ -e "$data/onelink.db-wal" ] && echo yes || echo no)"
is 'sound' ok "$(sqlite3 "$data/onelink.db" 'PRAGMA integrity_check')"
platform_start
is 'all values' "${expected# }" "$(history)"
is 'the last value' '21.5 48' "$(value $p lamp temp) $(value $p lamp humi)"
like 'and reports go on' '*"code":200*' "$(post $p dev '{"id":"99","params":{"count":{"value":99}}}')"
