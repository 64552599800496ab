#!/bin/bash
# SPDX-License-Identifier: MIT
# What the platform refuses, as two tables: byte by byte, and in the words of mosquitto's clients.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_product Prod000002
make_device $p dev
make_device $p other
platform_start --limits off

status=0
"$OL_BINARY_DIR/tests/platform_refusals" "$mqtt_port" $p dev "$work/$p.dev.key" "$work/$p.key" \
    "$work/$p.other.key" || status=$?
is 'the table' 0 "$status"

echo
echo '| case | mosquitto says | exit status | expected | as expected |'
echo '|---|---|---|---|---|'

# says CASE EXPECTED TOKENFILE PROGRAM [OPTION ...]: EXPECTED is a pattern for its words and status
says() {
    local name=$1 expected=$2 token=$3 program=$4 status=0 words
    shift 4
    words=$(timeout 10 "$program" -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i dev -u $p \
        -P "$(cat "$token")" "$@" 2>&1) || status=$?
    words=$(tr '\n' ' ' <<<"$words" | sed 's/ *$//')
    like "$name" "$expected" "$words/$status"
    # shellcheck disable=SC2053
    [[ "$words/$status" == $expected ]] && ok=yes || ok='**NO**'
    echo "| $name | ${words:-(nothing)} | $status | ${expected//\\/} | $ok |"
}

post="\$sys/$p/dev/thing/property/post"
body='{"id":"1","params":{"temp":{"value":1}}}'
good=$work/$p.dev.token
lost='*connection was lost*/7'
refused='*Connection Refused: bad user name or password*/[45]'
token_of "$work/$p.other.key" products/$p/devices/dev >"$work/wrong.token"
"$onelink" token --key-file "$work/$p.dev.key" --res products/$p/devices/dev --et 1600000000 \
    --now 1500000000 >"$work/expired.token"
says 'a post' '/0' "$good" mosquitto_pub -q 1 -t "$post" -m "$body"
says 'will' "$lost" "$good" mosquitto_pub -q 1 -t "$post" -m "$body" --will-topic x --will-payload y
says 'retain' "$lost" "$good" mosquitto_pub -q 1 -r -t "$post" -m "$body"
says 'QoS 2' "$lost" "$good" mosquitto_pub -q 2 -t "$post" -m "$body"
says 'foreign topic' "$lost" "$good" mosquitto_pub -q 1 -t "\$sys/$p/other/thing/property/post" -m "$body"
says 'persistent session' "$lost" "$good" mosquitto_pub -c -q 1 -t "$post" -m "$body"
says 'MQTT 5' '*lost*/*' "$good" mosquitto_pub -V mqttv5 -q 1 -t "$post" -m "$body"
says 'MQTT 3.1' '*lost*/*' "$good" mosquitto_pub -V mqttv31 -q 1 -t "$post" -m "$body"
says 'forbidden filter' '*subscription*denied*/*' "$good" mosquitto_sub -t "\$sys/$p/other/#" -W 2
says 'own filter' 'Timed out/27' "$good" mosquitto_sub -t "\$sys/$p/dev/thing/#" -W 1
says 'wrong token' "$refused" "$work/wrong.token" mosquitto_pub -q 1 -t "$post" -m "$body"
says 'expired token' "$refused" "$work/expired.token" mosquitto_pub -q 1 -t "$post" -m "$body"
says 'foreign token' "$refused" "$work/$p.other.token" mosquitto_pub -q 1 -t "$post" -m "$body"
echo
