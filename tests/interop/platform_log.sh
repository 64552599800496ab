#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The message log: by the API and by `onelink-platform log`, while it serves and when it does not.
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_device $p dev
platform_start --set-timeout 1
token=$(cat "$work/$p.dev.token")
sign=${token##*sign=}
sign=${sign%%&*}

log() {
    "$platform" log --data "$data" "$@"
}
mine() {
    log --product $p --device dev "$@"
}
by_api() {
    api "$api_token" GET "/log/$1"
}

# ---- follow: from now on ----
post $p dev '{"id":"1","params":{"temp":{"value":1.5}}}' >/dev/null
timeout 20 "$platform" log --data "$data" --product $p --device dev --follow >"$work/follow" &
follower=$!
sleep 0.6
is 'follow begins now' 0 "$(wc -l <"$work/follow")"
reply=$(post $p dev '{"id":"2","params":{"none":{"value":1}}}')
like 'refused' '*2306*' "$reply"
await_line "$work/follow" 'up       refused    PUBLISH.*\[2306\] identifier not exist:identifier:none'
await_line "$work/follow" 'down     accepted   PUBLISH .*post/reply.*"code":2306'
await_line "$work/follow" 'down     accepted   CONNACK'
await_line "$work/follow" 'platform closed.*without DISCONNECT'
kill $follower
wait $follower 2>/dev/null || true

# ---- as the API tells it ----
by_api "device?product_id=$p&device_name=dev" >"$work/api"
is 'envelope' 0 "$(jq .code "$work/api")"
is 'each packet both ways' 'CONNECT CONNACK SUBSCRIBE SUBACK PUBLISH PUBACK PUBLISH CONNECT' \
    "$(jq -r '[.data.list[] | select(.packet) | .packet][0:8] | join(" ")' "$work/api")"
is 'payload' '{"id":"1","params":{"temp":{"value":1.5}}}' \
    "$(jq -r '[.data.list[] | select(.direction == "up" and .packet == "PUBLISH")][0].payload' "$work/api")"
is 'topic' "\$sys/$p/dev/thing/property/post" \
    "$(jq -r '[.data.list[] | select(.direction == "up" and .packet == "PUBLISH")][0].topic' "$work/api")"
last=$(jq .data.last "$work/api")
is 'nothing after the last' 0 "$(by_api "device?product_id=$p&device_name=dev&after=$last" | jq '.data.list | length')"
is 'pages' "$(jq -c '[.data.list[].seq][0:3]' "$work/api")" \
    "$(by_api "device?product_id=$p&device_name=dev&after=0&limit=3" | jq -c '[.data.list[].seq]')"
is 'the newest' "$(jq -c '[.data.list[].seq][-2:]' "$work/api")" \
    "$(by_api "device?product_id=$p&device_name=dev&limit=2" | jq -c '[.data.list[].seq]')"
is 'by verdict' '[2306]' \
    "$(by_api "device?product_id=$p&device_name=dev&verdict=refused" | jq -c '[.data.list[].code]')"
for wrong in direction=left verdict=good limit=0 limit=1001 after=-1; do
    is "10001 $wrong" 10001 "$(by_api "device?product_id=$p&device_name=dev&$wrong" | jq .code)"
done
is 'no device' 10410 "$(by_api "device?product_id=$p&device_name=nobody" | jq .code)"
product_token=$(token_of "$work/$p.key" "products/$p")
is 'the user alone: device' 10403 \
    "$(api "$product_token" GET "/log/device?product_id=$p&device_name=dev" | jq .code)"
is 'the user alone: rejected' 10403 "$(api "$product_token" GET /log/rejected | jq .code)"
mine --json >"$work/json"
is 'the command says the same' "$(jq -c '.data.list[]' "$work/api")" "$(cat "$work/json")"

# ---- why on, why off ----
detail() {
    api "$api_token" GET "/device/detail?product_id=$p&device_name=dev" | jq -r ".data.state.$1"
}
is 'off' false "$(detail online)"
is 'why' 'the TCP connection ended without DISCONNECT' "$(detail reason)"
like 'since' '20??-??-??T*Z' "$(detail since)"
like 'last seen' '20??-??-??T*Z' "$(detail last_seen)"

# ---- rejected ----
mosquitto_pub -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i dev -u $p -P "${token/et=/et=9}" -t x -m x \
    >/dev/null 2>&1 || true
mosquitto_pub -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i dev -u $p -P "$(cat "$work/$p.dev.key")" \
    -t x -m x >/dev/null 2>&1 || true
mosquitto_pub -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i "$token" -u "$token" -P x -t x -m x \
    >/dev/null 2>&1 || true
log --rejected >"$work/rejected"
like 'code and reason' "*CONNECT*from 127.0.0.1:*, product $p, device dev \[1106\] *" "$(head -1 "$work/rejected")"
by_api rejected >"$work/rejected.json"
is 'by the API' 1106 "$(jq '[.data.list[] | select(.packet == "CONNECT")][0].code' "$work/rejected.json")"

# ---- bytes as they came ----
exec 7<>"/dev/tcp/127.0.0.1/$mqtt_port"
printf '\x10\x0d\x00\x04MQTT\x04\xc2\x00\x05\x00\x01d' >&7
timeout 2 cat <&7 >/dev/null || true
exec 7>&-
is 'malformed' 100d00044d51545404c20005000164 \
    "$(by_api rejected | jq -r '.data.list[-2].bytes')"
is 'and why' 'the keep alive is not 10 to 1800 seconds' "$(by_api rejected | jq -r '.data.list[-2].reason')"
printf 'GET / HTTP/1.1\r\n\r\n' | timeout 2 bash -c "exec 6<>/dev/tcp/127.0.0.1/$mqtt_port; cat >&6; cat <&6" || true
log --rejected --bytes >"$work/bytes"
like 'in hex' '*47 45 54 20 2f 20*' "$(tail -3 "$work/bytes")"

# ---- the platform is down ----
mine >"$work/before"
platform_stop
is 'without serve' "$(cat "$work/before")" "$(mine)"
platform_stop KILL
platform_start
is 'after a new start' "$(cat "$work/before")" "$(mine)"
platform_stop KILL
is 'after a kill' "$(cat "$work/before")" "$(mine)"

# ---- no secret, in the folder or told ----
mine --bytes --json >"$work/all.json"
for secret in "$sign" "$(cat "$work/$p.dev.key")" "$(printf %s "$sign" | od -An -tx1 | tr -d ' \n')" \
    "$(printf %s "$(cat "$work/$p.dev.key")" | od -An -tx1 | tr -d ' \n')"; do
    for file in "$data/messages.log" "$work"/{api,json,all.json,rejected,rejected.json,bytes,follow,before}; do
        is "no secret in ${file##*/}" 0 "$(grep -a -c -i -F -- "$secret" "$file" || true)"
    done
done
is 'no signature in the folder' '' "$(grep -a -r -l -F -- "$sign" "$data" || true)"
is 'the folder alone' 600 "$(stat -c %a "$data/messages.log")"

# ---- lines that are too old ----
platform_start --log-days 1
is 'young lines stay' "$(cat "$work/before")" "$(mine)"
platform_stop
cp "$data/messages.log" "$work/messages.log"
python3 "$interop/platform_log_age.py" "$data/messages.log" 3
is 'the limit of the last serve' 0 "$(mine | wc -l)"
platform_start --log-days 4
is 'one that is wider' "$(wc -l <"$work/before")" "$(mine | wc -l)"
platform_stop
platform_start --log-days 2
is 'they are not shown' 0 "$(mine | wc -l)"
is 'nor by the API' 0 "$(by_api "device?product_id=$p&device_name=dev" | jq '.data.list | length')"
is 'nor the rejected' 0 "$(log --rejected | wc -l)"
for _ in $(seq 100); do
    grep -a -q 'identifier not exist' "$data/messages.log" || break
    sleep 0.1
done
is 'and soon gone' '' "$(grep -a -o 'identifier not exist' "$data/messages.log" || true)"
post $p dev '{"id":"3","params":{"temp":{"value":2.5}}}' >/dev/null
like 'new ones come' '*"value":2.5*' "$(mine)"
platform_stop
platform_start
is 'gone for good' 0 "$(mine | grep -c 'identifier not exist' || true)"

# ---- a device that is deleted ----
is 'delete' 0 "$(api "$api_token" POST /device/delete "{\"product_id\":\"$p\",\"device_name\":\"dev\"}" | jq .code)"
is 'takes its lines along' '' "$(grep -a -o '"value":2.5' "$data/messages.log" || true)"
make_device $p dev
platform_stop
cp "$work/messages.log" "$data/messages.log"

# ---- wrong use ----
for words in '' '--product Prod000001' '--rejected --product Prod000001' '--rejected --since yesterday'; do
    status=0
    # shellcheck disable=SC2086
    log $words >/dev/null 2>&1 || status=$?
    is "usage: $words" 2 "$status"
done
status=0
log --product $p --device nobody 2>/dev/null || status=$?
is 'an unknown device' 1 "$status"
status=0
rm "$data/messages.log"
log --rejected 2>/dev/null || status=$?
is 'no log' 1 "$status"
