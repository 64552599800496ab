#!/bin/bash
# SPDX-License-Identifier: MIT
# A device's life by the API (update, key reset, delete, status history), the product and its model,
# the live read, tokens that do not reach, and that no session outlives its device or key.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
q=Prod000002
set=/thingmodel/set-device-property
get=/thingmodel/query-device-property-detail
query=/thingmodel/query-device-property
make_product $p
make_device $p lamp
echo '{"properties":[],"events":[],"services":[]}' >"$work/empty.json"
"$platform" product create --data "$data" --model "$work/empty.json" --id $q >/dev/null
platform_start --set-timeout 1

answer() {
    api "$@" | jq -r '"\(.code) \(.msg)"'
}
body() {
    printf '{"product_id":"%s","device_name":"%s"%s}' "$1" "$2" "${3-}"
}
is_offline() {
    for _ in $(seq 100); do
        case $(api "$api_token" GET "/device/detail?product_id=$p&device_name=$1" | jq .data.status) in
        0 | null) return 0 ;;
        esac
        sleep 0.05
    done
    return 1
}

# ---- product/detail, query-thing-model ----
is 'product' "$p 1" "$(api "$api_token" GET "/product/detail?product_id=$p" |
    jq -r '"\(.data.pid) \(.data.device_count)"')"
is 'the model as it was imported' "$(jq -cS . "$interop/platform_model.json")" \
    "$(api "$api_token" GET "/thingmodel/query-thing-model?product_id=$p" | jq -cS .data)"
printf '\xef\xbb\xbf' | cat - "$interop/platform_model.json" >"$work/bom.json"
"$platform" product create --data "$data" --model "$work/bom.json" --id Prod000003 >/dev/null
is 'without a byte-order mark' "$(jq -cS . "$interop/platform_model.json")" \
    "$(api "$api_token" GET '/thingmodel/query-thing-model?product_id=Prod000003' | jq -cS .data)"
product_token=$(token_of "$work/$p.key" products/$p --version 2022-05-01)
is 'its own token may' 0 "$(api "$product_token" GET "/product/detail?product_id=$p" | jq .code)"
is 'another may not' '10403 authentication failed:invalid resource' \
    "$(answer "$product_token" GET "/product/detail?product_id=$q")"
is 'an unknown product' '10408 product not found' \
    "$(answer "$api_token" GET /product/detail?product_id=Nothing001)"
is 'no system model is made up' 404 "$(curl -s -o /dev/null -w '%{http_code}' \
    -H "authorization: $api_token" "$http/thingmodel/query-system-thing-model")"

# ---- 10409, 10417 ----
is 'a product without devices' '10409 product has no device' \
    "$(answer "$api_token" GET "/device/detail?product_id=$q&device_name=x")"
make_device $q thing
for call in "GET /thingmodel/query-thing-model?product_id=$q" "GET $query?product_id=$q&device_name=thing" \
    "GET $query-history?product_id=$q&device_name=thing&identifier=a&start_time=0&end_time=1"; do
    # shellcheck disable=SC2086
    is "no model: $call" '10417 产品物模型未找到' "$(answer "$api_token" $call)"
done
is 'no model: set' '10417 产品物模型未找到' "$(answer "$api_token" POST $set "$(body $q thing ',"params":{"a":1}')")"
is 'no model: get' '10417 产品物模型未找到' "$(answer "$api_token" POST $get "$(body $q thing ',"params":["a"]')")"

# ---- the live read ----
is 'offline' '10421 device not online' "$(answer "$api_token" POST $get "$(body $p lamp ',"params":["temp"]')")"
is 'an object' '10001 parameter error:params' \
    "$(answer "$api_token" POST $get "$(body $p lamp ',"params":{}')")"
is 'nothing to read' '10001 parameter error:params' "$(answer "$api_token" POST $get "$(body $p lamp)")"
device_start $p lamp answer
is 'live' '{"temp":21.5,"led":true}' "$(api "$api_token" POST $get "$(body $p lamp ',"params":["temp","led"]')" |
    jq -c .data)"
is 'what the device got' '["temp","led"]' \
    "$(sed -n 's/^thing\/property\/get //p' "$work/device.out" | jq -c .params)"
is 'a device reads itself' 0 "$(api "$(cat "$work/$p.lamp.token")" POST $get \
    "$(body $p lamp ',"params":["temp"]')" | jq .code)"
is 'of no such property' '10411 属性查询失败:identifier: nope, error: identifier not exist' \
    "$(answer "$api_token" POST $get "$(body $p lamp ',"params":["nope"]')")"
is 'an empty list' 10001 "$(api "$api_token" POST $get "$(body $p lamp ',"params":[]')" | jq .code)"

# ---- what programs send that we do not need ----
is 'header in capitals, type absent, parameters in the URL too' 0 "$(curl -s -X POST -H 'Content-Type:' \
    -H "AUTHORIZATION: $api_token" --data-binary "$(body $p lamp ',"params":{"led":true},"project_id":"x"')" \
    "$http$set?product_id=$p&device_name=lamp" | jq .code)"
is 'members in another order' 0 "$(api "$api_token" POST $set \
    "{\"params\":{\"led\":true},\"device_name\":\"lamp\",\"product_id\":\"$p\"}" | jq .code)"
is 'chunked' 0 "$(curl -s -X POST -H 'Transfer-Encoding: chunked' -H "authorization: $api_token" \
    --data-binary "$(body $p lamp ',"params":{"led":true}')" "$http$set" | jq .code)"

# ---- update ----
is 'update' "0 $p lamp new words 中" "$(api "$api_token" POST /device/update \
    "$(body $p lamp ',"desc":"new words 中"')" | jq -r '"\(.code) \(.data.pid) \(.data.name) \(.data.desc)"')"
is 'it shows' 'new words 中' \
    "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" | jq -r .data.desc)"
is 'emptied' '' "$(api "$api_token" POST /device/update "$(body $p lamp ',"desc":""')" | jq -r .data.desc)"
is 'nothing to update' '10001 parameter error:desc' "$(answer "$api_token" POST /device/update "$(body $p lamp)")"
is 'too long' '10001 parameter error:desc' "$(answer "$api_token" POST /device/update \
    "$(body $p lamp ",\"desc\":\"$(printf '%0600d' 0)\"")")"
is 'still online' 1 "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" | jq .data.status)"

# ---- who may not ----
for call in update delete reset-seckey; do
    is "a device may not $call" '10403 authentication failed:invalid resource' \
        "$(answer "$(cat "$work/$p.lamp.token")" POST /device/$call "$(body $p lamp ',"desc":"x"')")"
    is "$call: no such device" '10410 device not found' \
        "$(answer "$api_token" POST /device/$call "$(body $p none ',"desc":"x"')")"
done
for res in projects/abc projectid/abc/groupid/1; do
    is "token of $res" '10403 authentication failed:invalid resource' "$(answer "$("$onelink" token \
        --key-file "$work/$p.key" --res $res --version 2022-05-01 --et +3600)" GET "/product/detail?product_id=$p")"
done
foreign() {
    python3 "$interop/foreign_client.py" token "$@"
}
is 'version 2020-05-29 is for users' '10403 authentication failed:invalid authorization' \
    "$(answer "$(foreign "$work/$p.key" products/$p 2020-05-29)" GET "/product/detail?product_id=$p")"
uid=$(sed 's/.*userid%2F\([0-9]*\)&.*/\1/' <<<"$api_token")
sqlite3 "$data/onelink.db" "SELECT value FROM setting WHERE name='user_key'" >"$work/user.key"
chmod 600 "$work/user.key"
for version in 2020-05-29 2022-05-01; do
    is "user token, $version" 0 "$(api "$(foreign "$work/user.key" "userid/$uid" $version)" \
        GET "/product/detail?product_id=$p" | jq .code)"
done

# ---- reset-seckey ----
reset=$(api "$api_token" POST /device/reset-seckey "$(body $p lamp)")
is 'reset' "0 $p lamp" "$(jq -r '"\(.code) \(.data.pid) \(.data.name)"' <<<"$reset")"
is 'it is out at once' 0 "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" | jq .data.status)"
device_stop
is 'and the device sees it' 1 "$device_status"
like 'the old key is none' '*' "$(post $p lamp '{"id":"1","params":{"temp":{"value":5}}}' 2>&1 || true)"
is 'nothing came of it' 0 "$(post $p lamp '{"id":"1","params":{"temp":{"value":5}}}' 2>/dev/null |
    grep -c 200 || true)"
jq -r .data.sec_key <<<"$reset" >"$work/$p.lamp.key"
token_of "$work/$p.lamp.key" products/$p/devices/lamp >"$work/$p.lamp.token"
like 'the new key is' '*"code":200*' "$(post $p lamp '{"id":"1","params":{"temp":{"value":5}}}')"
is_offline lamp

# ---- status-history ----
range="/device/status-history?product_id=$p&device_name=lamp&start_time=0&end_time=9999999999999"
history=$(api "$api_token" GET "$range")
is 'newest first' '0 1 0 1' "$(jq -r '[.data.list[].status] | join(" ")' <<<"$history")"
is 'times fall' true "$(jq '[.data.list[].time] == ([.data.list[].time] | sort | reverse)' <<<"$history")"
is 'why' "closed by the platform's owner" "$(jq -r '.data.list[2].reason' <<<"$history")"
is 'oldest first, one page' '0' \
    "$(api "$api_token" GET "$range&sort=1&offset=1&limit=1" | jq -r '[.data.list[].status] | join(" ")')"
is 'a range without any' '[]' "$(api "$api_token" GET \
    "/device/status-history?product_id=$p&device_name=lamp&start_time=1&end_time=2" | jq -c .data.list)"
is 'without a range' '10001 parameter error:start_time' \
    "$(answer "$api_token" GET "/device/status-history?product_id=$p&device_name=lamp")"

# ---- delete ----
device_start $p lamp silent
# A call that waits when its device is deleted is answered at once.
api "$api_token" POST $set "$(body $p lamp ',"params":{"led":true}')" >"$work/waiting" &
waiter=$!
await_line "$work/device.out" '^thing/property/set'
did=$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" | jq -r .data.did)
is 'delete' '{"code":0,"msg":"succ"}' \
    "$(api "$api_token" POST /device/delete "$(body $p lamp)" | jq -c 'del(.request_id)')"
wait $waiter
is 'the waiting call' 10421 "$(jq .code "$work/waiting")"
device_stop
is 'the device is out' 1 "$device_status"
is 'gone' '10409 product has no device' \
    "$(answer "$api_token" GET "/device/detail?product_id=$p&device_name=lamp")"
is 'twice' 10409 "$(api "$api_token" POST /device/delete "$(body $p lamp)" | jq .code)"
is 'its login is refused' 0 "$(post $p lamp '{"id":"1","params":{"temp":{"value":5}}}' 2>/dev/null |
    grep -c 200 || true)"
is 'its token too' 10403 "$(api "$(cat "$work/$p.lamp.token")" GET \
    "/device/detail?product_id=$p&device_name=lamp" | jq .code)"
is 'no trace in the database' '0 0' "$(sqlite3 "$data/onelink.db" \
    "SELECT (SELECT count(*) FROM history), (SELECT count(*) FROM presence)" | tr '|' ' ')"
is 'a new one of that name' 0 "$(api "$api_token" POST /device/create "$(body $p lamp)" | jq .code)"
is 'and never the old number' true "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" |
    jq --arg old "$did" '.data.did != $old')"
is 'has no past' 'none none []' "$(value $p lamp temp) $(api "$api_token" GET \
    "/device/detail?product_id=$p&device_name=lamp" | jq -r 'if .data.last_time == "" then "none" else "some" end') \
$(api "$api_token" GET "$range" | jq -c .data.list)"

# ---- call-service: 10415 ----
jq '.services = [{"identifier":"add","name":"add","functionType":"u","functionMode":"service","callType":"s",
    "input":[{"identifier":"a","name":"a","dataType":{"type":"int32","specs":{"min":"0","max":"9"}}},
    {"identifier":"b","name":"b","dataType":{"type":"bool","specs":{"true":"1","false":"0"}}}],"output":[]},
    {"identifier":"ping","name":"ping","functionType":"u","functionMode":"service","callType":"s",
    "input":[],"output":[]}]' "$interop/platform_model.json" >"$work/services.json"
r=Prod000005
"$platform" product create --data "$data" --model "$work/services.json" --id $r | jq -r .access_key >"$work/$r.key"
chmod 600 "$work/$r.key"
make_device $r lamp
# call IDENTIFIER [PARAMS]
call() {
    answer "$api_token" POST /thingmodel/call-service "{\"product_id\":\"$r\",\"device_name\":\"lamp\",
        \"project_id\":\"x\",\"identifier\":\"$1\"${2+,\"params\":$2}}"
}
failed='10415 设备服务调用失败:'
is 'a service of a device that is away' '10421 device not online' "$(call add '{"a":1,"b":true}')"
device_start $r lamp silent
is 'an input is missing' "${failed}required value" "$(call add '{"a":1}')"
is 'one is null' "${failed}required value" "$(call add '{"a":null,"b":true}')"
is 'all are missing' "${failed}required value" "$(call add)"
is 'of another type' "${failed}identifier: b, error: bool type error" "$(call add '{"a":1,"b":1}')"
is 'out of range' "${failed}identifier: a, error: value range error" "$(call add '{"a":10,"b":true}')"
is 'one too many' "${failed}identifier: c, error: identifier not exist" \
    "$(call add '{"a":1,"b":true,"c":1}')"
is 'one twice' "${failed}identifier: a, error: request format error" \
    "$(call add '{"a":1,"b":true,"a":1}')"
is 'no such service' "${failed}identifier not exist" "$(call nope '{}')"
is 'a sound call' "${failed}services are not served yet" "$(call add '{"a":1,"b":true}')"
is 'one without inputs' "${failed}services are not served yet" "$(call ping)"
is 'params no object' '10001 parameter error:params' "$(call add '[]')"
is 'no identifier' '10001 parameter error:identifier' "$(call '' '{}')"
is 'a device may not' '10403 authentication failed:invalid resource' \
    "$(api_token=$(cat "$work/$r.lamp.token") && call ping)"
device_stop
is 'nothing was sent' '' "$(grep service "$work/device.out" || true)"

platform_stop
is 'ends well' 0 "$platform_status"
is 'nothing on standard error but lines about devices' '' \
    "$(grep -iE 'error|sec_key|sign=' "$work/platform.err" || true)"
