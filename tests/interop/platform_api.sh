#!/bin/bash
# SPDX-License-Identifier: MIT
# The application API by curl: envelope, every code and its words, tokens, shapes, bounds.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
q=Prod000002
set=/thingmodel/set-device-property
query=/thingmodel/query-device-property
make_product $p
make_product $q
make_device $p lamp
make_device $p idle
platform_start --set-timeout 1

# answer TOKEN METHOD PATH [BODY]: code and msg
answer() {
    api "$@" | jq -r '"\(.code) \(.msg)"'
}
body() {
    printf '{"product_id":"%s","device_name":"%s","params":%s}' "$1" "$2" "$3"
}

# ---- envelope ----
like 'request_id' '[0-9a-f]*' "$(api "$api_token" GET "/device/list?product_id=$p" | jq -r .request_id)"
is 'request_id has 32 digits' 32 \
    "$(api "$api_token" GET "/device/list?product_id=$p" | jq -j .request_id | wc -c)"
is 'members in order' code,msg,request_id,data \
    "$(api "$api_token" GET "/device/list?product_id=$p" | jq -r 'keys_unsorted | join(",")')"
is 'HTTP status of an error' 200 \
    "$(curl -s -o /dev/null -w '%{http_code}' "$http/device/list?product_id=$p")"
is 'unknown path' '404 404 not found' "$(curl -s -w ' %{http_code}' -o "$work/b" "$http/nope" |
    tr -d ' ') $(jq -r '"\(.code) \(.msg)"' "$work/b")"
is 'wrong method' '405 method not allowed' "$(answer "$api_token" GET $set)"
is 'header in any case' 0 \
    "$(curl -s -H "AUTHORIZATION: $api_token" "$http/device/list?product_id=$p" | jq .code)"
is 'keep-alive' 2 "$(curl -s -v -H "authorization: $api_token" "$http/device/list?product_id=$p" \
    "$http/device/list?product_id=$p" 2>&1 >/dev/null | grep -c -e 'Re-using' -e 'Connected to')"

# ---- 10403 ----
no='10403 authentication failed:invalid authorization'
resource='10403 authentication failed:invalid resource'
url="/device/detail?product_id=$p&device_name=lamp"
uid=$(sed 's/.*userid%2F\([0-9]*\)&.*/\1/' <<<"$api_token")
is 'no token' "$no" "$(curl -s "$http$url" | jq -r '"\(.code) \(.msg)"')"
is 'who asks is judged before what' "$no" "$(curl -s "$http$url&x&device_name=%00" |
    jq -r '"\(.code) \(.msg)"')"
is 'a key instead of a token' "$no" "$(answer "$(cat "$work/$p.key")" GET "$url")"
is 'a wrong sign' "$no" "$(answer "$(token_of "$work/$q.key" products/$p --version 2022-05-01)" GET "$url")"
"$onelink" token --key-file "$work/$p.key" --res products/$p --version 2022-05-01 --et 1600000000 \
    --now 1500000000 >"$work/expired"
is 'expired' "$no" "$(answer "$(cat "$work/expired")" GET "$url")"
is 'a user signed with a device key' "$resource" \
    "$(answer "$(token_of "$work/$p.lamp.key" "userid/$uid" --version 2022-05-01)" GET "$url")"
is 'an unknown user' "$resource" \
    "$(answer "$(token_of "$work/$p.key" userid/1 --version 2022-05-01)" GET "$url")"
is 'another product' "$resource" \
    "$(answer "$(token_of "$work/$q.key" products/$q --version 2022-05-01)" GET "$url")"
is 'a device about another' "$resource" "$(answer "$(cat "$work/$p.lamp.token")" GET \
    "/device/detail?product_id=$p&device_name=idle")"
is 'a device about its product' "$resource" \
    "$(answer "$(cat "$work/$p.lamp.token")" GET "/device/list?product_id=$p")"
is 'a device may not set' "$resource" \
    "$(answer "$(cat "$work/$p.lamp.token")" POST $set "$(body $p lamp '{"led":true}')")"

# ---- tokens that hold ----
for version in 2022-05-01 2018-10-31; do
    is "product token, $version" '0 succ' \
        "$(answer "$(token_of "$work/$p.key" products/$p --version $version)" GET "$url")"
done
is 'device token for itself' '0 succ' "$(answer "$(cat "$work/$p.lamp.token")" GET "$url")"
for method in md5 sha1 sha256; do
    is "method $method" '0 succ' "$(answer "$(token_of "$work/$p.key" products/$p --version \
        2022-05-01 --method $method)" GET "$url")"
done

# ---- 10001 ----
wrong='10001 parameter error:'
is 'no body' "${wrong}body" "$(answer "$api_token" POST $set '')"
is 'no JSON' "${wrong}product_id" "$(answer "$api_token" POST $set '{"product_id":')"
is 'an array' "${wrong}body" "$(answer "$api_token" POST $set '[]')"
is 'more after it' "${wrong}body" "$(answer "$api_token" POST $set "$(body $p lamp '{"led":true}')x")"
is 'JSON that is cut' "${wrong}body" "$(answer "$api_token" POST $set '{"x":[1,')"
is 'no product' "${wrong}product_id" "$(answer "$api_token" POST $set '{"device_name":"lamp","params":{}}')"
is 'a number as name' "${wrong}device_name" \
    "$(answer "$api_token" POST $set '{"product_id":"Prod000001","device_name":5,"params":{}}')"
is 'a member twice' "${wrong}product_id" "$(answer "$api_token" POST $set \
    '{"product_id":"Prod000001","product_id":"Prod000002","device_name":"lamp","params":{}}')"
is 'params an array' "${wrong}params" "$(answer "$api_token" POST $set "$(body $p lamp '[]')")"
is 'a name that cannot be' "${wrong}device_name" \
    "$(answer "$api_token" GET "$query?product_id=$p&device_name=a%20b")"
is 'a product id that cannot be' "${wrong}product_id" \
    "$(answer "$api_token" GET "$query?product_id=..&device_name=lamp")"
is 'a parameter twice' "${wrong}product_id" \
    "$(answer "$api_token" GET "$query?product_id=$p&product_id=$q&device_name=lamp")"
is 'limit too large' "${wrong}limit" "$(answer "$api_token" GET "/device/list?product_id=$p&limit=101")"
is 'limit no number' "${wrong}limit" "$(answer "$api_token" GET "/device/list?product_id=$p&limit=x")"
is 'create without a name' "${wrong}device_name" \
    "$(answer "$api_token" POST /device/create '{"product_id":"Prod000001"}')"
history="$query-history?product_id=$p&device_name=lamp"
is 'history without start' "${wrong}start_time" "$(answer "$api_token" GET "$history&identifier=temp")"
is 'history backwards' "${wrong}end_time" \
    "$(answer "$api_token" GET "$history&identifier=temp&start_time=5&end_time=4")"
is 'history of nothing' "${wrong}identifier" \
    "$(answer "$api_token" GET "$history&identifier=nope&start_time=0&end_time=1")"
is 'history, sort 3' "${wrong}sort" \
    "$(answer "$api_token" GET "$history&identifier=temp&start_time=0&end_time=1&sort=3")"

# ---- 10406, 10408, 10410, 10421 ----
is 'device exists' '10406 device exists' "$(answer "$api_token" POST /device/create \
    '{"product_id":"Prod000001","device_name":"lamp"}')"
is 'product not found' '10408 product not found' \
    "$(answer "$api_token" GET "$query?product_id=Nothing001&device_name=lamp")"
is 'device not found' '10410 device not found' \
    "$(answer "$api_token" GET "$query?product_id=$p&device_name=nothing")"
is 'device not online' 10421 \
    "$(api "$api_token" POST $set "$(body $p idle '{"led":true}')" | jq .code)"

# ---- device/create, detail, list ----
created=$(api "$api_token" POST /device/create \
    '{"product_id":"Prod000001","device_name":"fresh","desc":"made by \"curl\" 中"}')
is 'created' '0 fresh' "$(jq -r '"\(.code) \(.data.name)"' <<<"$created")"
jq -r .data.sec_key <<<"$created" >"$work/$p.fresh.key"
chmod 600 "$work/$p.fresh.key"
is 'a device key is 32 letters and digits' 32 \
    "$(base64 -d "$work/$p.fresh.key" | tr -cd A-Za-z0-9 | wc -c)"
token_of "$work/$p.fresh.key" products/$p/devices/fresh >"$work/$p.fresh.token"
like 'it logs in at once' '*"code":200*' "$(post $p fresh '{"id":"1","params":{"temp":{"value":5}}}')"
is 'detail' 'Prod000001 fresh made by "curl" 中 0' "$(api "$api_token" GET \
    "/device/detail?product_id=$p&device_name=fresh" |
    jq -r '"\(.data.pid) \(.data.name) \(.data.desc) \(.data.status)"')"
is 'list' 'lamp,idle,fresh 3' "$(api "$api_token" GET "/device/list?product_id=$p" |
    jq -r '"\([.data.list[].name] | join(",")) \(.data.total)"')"
is 'list, second page' 'idle 3' "$(api "$api_token" GET "/device/list?product_id=$p&offset=1&limit=1" |
    jq -r '"\([.data.list[].name] | join(",")) \(.data.total)"')"
is 'list, by name' 'fresh 1' "$(api "$api_token" GET "/device/list?product_id=$p&device_name=re" |
    jq -r '"\([.data.list[].name] | join(",")) \(.data.total)"')"
is 'a product may create' 0 "$(api "$(token_of "$work/$q.key" products/$q --version 2022-05-01)" \
    POST /device/create '{"product_id":"Prod000002","device_name":"x"}' | jq .code)"

# ---- query ----
is 'sorted, never reported without value and time' 'count:no,humi:no,led:no,note:no,temp:no' \
    "$(api "$api_token" GET "$query?product_id=$p&device_name=lamp" |
        jq -r '[.data[] | "\(.identifier):\(if has("value") or has("time") then "yes" else "no" end)"] | join(",")')"
post $p lamp '{"id":"1","params":{"temp":{"value":67.00},"led":{"value":true},"count":{"value":51},"note":{"value":"x"}}}' >/dev/null
is 'values are strings' 'string:51 string:true string:"x" string:67.00' \
    "$(api "$api_token" GET "$query?product_id=$p&device_name=lamp" |
        jq -r '[.data[] | select(has("value")) | "\(.value | type):\(.value)"] | join(" ")')"
is 'all members' '{"identifier":"led","value":"true","data_type":"bool","access_mode":"读写","name":"灯"}' \
    "$(api "$api_token" GET "$query?product_id=$p&device_name=lamp" |
        jq -c '.data[] | select(.identifier == "led") | del(.time)')"
is 'time in ms' 13 "$(api "$api_token" GET "$query?product_id=$p&device_name=lamp" |
    jq -j '.data[] | select(.identifier == "led") | .time' | wc -c)"

# ---- history ----
for i in 1 2 3 4 5; do
    post $p lamp '{"id":"'$i'","params":{"count":{"value":'$i',"time":'160000000000$i'}}}' >/dev/null
done
post $p lamp '{"id":"6","params":{"count":{"value":5,"time":1600000000005}}}' >/dev/null
range="$history&identifier=count&start_time=1600000000000&end_time=1600000000009"
is 'history, newest first, a report sent twice once' \
    '{"list":[{"time":"1600000000005","value":"5"},{"time":"1600000000004","value":"4"},{"time":"1600000000003","value":"3"},{"time":"1600000000002","value":"2"},{"time":"1600000000001","value":"1"}]}' \
    "$(api "$api_token" GET "$range" | jq -c .data)"
is 'history, oldest first' 1,2,3,4,5 \
    "$(api "$api_token" GET "$range&sort=1" | jq -r '[.data.list[].value] | join(",")')"
is 'history, a page' 3,4 \
    "$(api "$api_token" GET "$range&sort=1&offset=2&limit=2" | jq -r '[.data.list[].value] | join(",")')"
is 'a late sample is not the latest value' 51 "$(value $p lamp count)"

# ---- set: 10411 and what the device gets ----
device_start $p lamp answer
is 'bool type' '10411 属性设置失败:identifier: led, error: bool type error' \
    "$(answer "$api_token" POST $set "$(body $p lamp '{"led":1}')")"
is 'wrapped value' '10411 属性设置失败:identifier: led, error: bool type error' \
    "$(answer "$api_token" POST $set "$(body $p lamp '{"led":{"value":true}}')")"
is 'identifier not exist' '10411 属性设置失败:identifier: relay, error: identifier not exist' \
    "$(answer "$api_token" POST $set "$(body $p lamp '{"relay":true}')")"
is 'nothing was sent' 0 "$(grep -c '^thing/property/set' "$work/device.out" || true)"
is 'read only' 10411 "$(api "$api_token" POST $set "$(body $p lamp '{"temp":5}')" | jq .code)"
is 'too long' 10411 \
    "$(api "$api_token" POST $set "$(body $p lamp "{\"note\":\"$(printf '%065d' 0)\"}")" | jq .code)"
is 'set' '0 200' "$(api "$api_token" POST $set "$(body $p lamp '{"led":true}')" |
    jq -r '"\(.code) \(.data.code)"')"
is 'the set id is a string' string \
    "$(api "$api_token" POST $set "$(body $p lamp '{"led":true}')" | jq -r '.data.id | type')"
device_stop
device_start $p lamp silent
is 'no answer' '10411 设备响应超时' "$(answer "$api_token" POST $set "$(body $p lamp '{"led":true}')")"
# The caller goes before the device answers: nothing breaks.
curl -s --max-time 0.3 -X POST -H "authorization: $api_token" \
    --data-binary "$(body $p lamp '{"led":true}')" "$http$set" || true
device_stop
sleep 1
is 'alive after a caller left' 0 "$(api "$api_token" GET "/device/list?product_id=$p" | jq .code)"

# ---- bounds ----
head -c 70000 /dev/zero | tr '\0' ' ' >"$work/large"
is 'body too large' 413 "$(curl -s -o /dev/null -w '%{http_code}' -X POST -H 'Expect:' \
    -H "authorization: $api_token" --data-binary "@$work/large" "$http$set")"
is 'headers too large' 400 "$(curl -s -o /dev/null -w '%{http_code}' \
    -H "authorization: $(head -c 9000 "$work/large" | tr ' ' x)" "$http$set")"
is 'no HTTP' '' "$(printf 'MQTT\r\n\r\n' | timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$http_port
    cat >&3; cat <&3" | grep -a '^HTTP/1.1 200' || true)"

# ---- 500: the database is broken under it ----
sqlite3 "$data/onelink.db" 'ALTER TABLE history RENAME TO gone'
is 'server error' '500 server error' "$(answer "$api_token" GET "$query?product_id=$p&device_name=lamp")"
sqlite3 "$data/onelink.db" 'ALTER TABLE gone RENAME TO history'
is 'and well again' 0 "$(api "$api_token" GET "$query?product_id=$p&device_name=lamp" | jq .code)"

# ---- Studio's shape ----
platform_stop
is 'ends well' 0 "$platform_status"
platform_start --lists studio
is 'data.list' count,humi,led,note,temp "$(api "$api_token" GET "$query?product_id=$p&device_name=lamp" |
    jq -r '[.data.list[].identifier] | join(",")')"

# No key and no token in what the platform says or logs.
platform_stop
for secret in "$work"/*.key "$work"/*.token; do
    if grep -q -F -f "$secret" "$work/platform.err"; then
        is 'secrets in the log' none "$secret"
    fi
done
