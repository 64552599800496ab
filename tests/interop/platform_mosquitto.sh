#!/bin/bash
# SPDX-License-Identifier: MIT
# mosquitto's clients as devices: log in with a OneNET token, post, are answered, are refused.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_product Prod000002
make_device $p dev
platform_start

is 'post, answered' '{"id":"123","code":200,"msg":"success"}' \
    "$(post $p dev '{"id":"123","version":"1.0","params":{"temp":{"value":23.6}}}')"
is 'stored' 23.6 "$(value $p dev temp)"
is 'unknown identifier' '{"id":"5","code":2306,"msg":"identifier not exist:identifier:pressure"}' \
    "$(post $p dev '{"id":"5","params":{"temp":{"value":1},"pressure":{"value":2}}}')"
is 'refused as a whole' 23.6 "$(value $p dev temp)"
is 'bool as number' '{"id":"6","code":2271,"msg":"bool type error:identifier:led"}' \
    "$(post $p dev '{"id":"6","params":{"led":{"value":1}}}')"
is 'null' '{"id":"7","code":2409,"msg":"required value:identifier:temp"}' \
    "$(post $p dev '{"id":"7","params":{"temp":{"value":null}}}')"
like 'id of letters' '*"code":2405,"msg":"msg id invalid"*' \
    "$(post $p dev '{"id":"prop_1","params":{"temp":{"value":1}}}')"
like 'bare value' '*"code":2402,"msg":"request format error"*' \
    "$(post $p dev '{"id":"8","params":{"temp":1}}')"

mosquitto_pub -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i dev -u $p \
    -P "$(cat "$work/$p.dev.token")" -q 1 -t "\$sys/$p/dev/thing/property/post" \
    -m '{"id":"9","params":{"count":{"value":9007199254740993},"note":{"value":"a \"b\" 中"}}}'
is 'mosquitto_pub, 64 bits' 9007199254740993 "$(value $p dev count)"
is 'mosquitto_pub, text' '"a \"b\" 中"' "$(value $p dev note)"

# The product key logs in any device, with the device's resource and with the product's.
token_of "$work/$p.key" products/$p >"$work/$p.dev.token"
like 'product key, product resource' '*"code":200*' \
    "$(post $p dev '{"id":"10","params":{"temp":{"value":1.1}}}')"
for method in md5 sha1 sha256; do
    token_of "$work/$p.key" products/$p/devices/dev --method $method >"$work/$p.dev.token"
    like "product key, device resource, $method" '*"code":200*' \
        "$(post $p dev '{"id":"11","params":{"temp":{"value":1.2}}}')"
done
token_of "$work/$p.dev.key" products/$p/devices/dev --version 2022-05-01 >"$work/$p.dev.token"
like 'version 2022-05-01' '*"code":200*' \
    "$(post $p dev '{"id":"12","params":{"temp":{"value":1.3}}}')"

# A device that is made while the platform serves is known at once; a name may be used in
# two products, and both are online at the same time.
make_device $p twin
make_device Prod000002 twin
for product in $p Prod000002; do
    mosquitto_sub -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i twin -u $product \
        -P "$(cat "$work/$product.twin.token")" -t "\$sys/$product/twin/thing/#" -W 4 \
        >/dev/null 2>&1 &
done
sleep 1
for product in $p Prod000002; do
    is "twin of $product is online" 1 \
        "$(api "$api_token" GET "/device/detail?product_id=$product&device_name=twin" |
            jq -r .data.status)"
done

# The same device a second time: the older connection ends.
mosquitto_sub -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i dev -u $p \
    -P "$(cat "$work/$p.dev.token")" -t "\$sys/$p/dev/thing/#" -W 10 >/dev/null 2>&1 &
old=$!
for _ in $(seq 100); do
    [ "$(api "$api_token" GET "/device/detail?product_id=$p&device_name=dev" |
        jq .data.status)" = 1 ] && break
    sleep 0.05
done
post $p dev '{"id":"13","params":{"temp":{"value":1.4}}}' >/dev/null
# mosquitto_sub logs in again by itself after a second; what counts is that it was closed.
kicked() {
    api "$api_token" GET "/log/device?product_id=$p&device_name=dev&direction=platform" |
        jq -r '[.data.list[].reason | select(startswith("the same device"))][0] // empty'
}
for _ in $(seq 100); do
    [ -n "$(kicked)" ] && break
    sleep 0.05
done
is 'kicked by the twin' 'the same device logged in again' "$(kicked)"
like 'and from where' 'the same device logged in again, from 127.0.0.1:*' \
    "$(api "$api_token" GET "/device/status-history?product_id=$p&device_name=dev&start_time=0&end_time=9999999999999&limit=100" |
        jq -r '[.data.list[].reason | select(startswith("the same device"))][0]')"
kill $old 2>/dev/null || true
wait $old || true
