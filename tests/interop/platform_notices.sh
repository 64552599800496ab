#!/bin/bash
# SPDX-License-Identifier: MIT
# What serve tells on standard error: who comes and goes, and why something was refused; never
# a key, never too much, never a reason to wait.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
err=$work/platform.err
make_product $p
make_device $p dev
make_device $p other
token=$(cat "$work/$p.dev.token")
own="\$sys/$p/dev/thing"
when='^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}'
peer='127\.0\.0\.1:[0-9]+'
dev="$when $p/dev at $peer: "

# as PROGRAM [OPTION ...]: a client of mosquitto as the device dev
as() {
    local program=$1
    shift
    timeout 10 "$program" -V mqttv311 -h 127.0.0.1 -p "$mqtt_port" -i dev -u $p -P "$token" "$@" \
        >/dev/null 2>&1 || true
}
# count NAME EXPECTED PATTERN: lines of standard error that match the expression
count() {
    is "$1" "$2" "$(grep -cE -- "$3" "$err")"
}
# told NAME PATTERN: within a while
told() {
    checks=$((checks + 1))
    await_line "$err" "$2" -E || failures=$((failures + 1))
}
await_line() {
    for _ in $(seq 200); do
        if grep -q ${3:-} -- "$2" "$1" 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    echo "FAILED no line like '$2' in $1:"
    cat "$1"
    return 1
}

export TZ=Test-5:30
platform_start --set-timeout 1
hour=$(date +%H:%M)

# ---- logins ----
as mosquitto_pub -t "$own/property/post" -m '{"id":"1","params":{"temp":{"value":1}}}'
told 'online' "${dev}online$"
told 'offline' "${dev}offline: the device disconnected in order$"
is 'local time' yes "$(grep -q " $hour:\| $(date +%H:%M):" "$err" && echo yes || head -1 "$err")"
as mosquitto_pub -i nobody -t x -m x
told 'unknown device' "$when $p/nobody at $peer: login refused: 1114 [a-z]"
as mosquitto_pub -P "$(cat "$work/$p.other.token")" -t x -m x
told 'token of another' "${dev}login refused: 1114 [a-z]"
printf '\x10\x1a\0\4MQTT\4\xc2\0\x3c\0\5a\nb\x1b\\\0\2p\t\0\3x=y' | timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$mqtt_port
    cat >&3; cat <&3" >/dev/null 2>&1 || true
told 'names with control characters' "$when p\\\\x09/a\\\\x0ab\\\\x1b\\\\\\\\ at $peer: login refused: 1101 "
as mosquitto_pub -u "$token" -P $p -t x -m x
told 'token and product id swapped' "$when \([0-9]+ bytes, not shown\)/dev at $peer: login refused"
as mosquitto_pub -i "$(cat "$work/$p.dev.key")" -t x -m x
told 'a key as a name' "$when $p/(\([0-9]+ bytes, not shown\)|\*+) at $peer: login refused"
sleep 1

# ---- broken rules ----
as mosquitto_pub -r -t "$own/property/post" -m x
told 'retain' "${dev}offline, closed for a broken rule: RETAIN$"
as mosquitto_pub -t "\$sys/$p/other/thing/property/post" -m x
told 'foreign topic' "${dev}offline, closed for a broken rule: not a topic of this device: \\\$sys/$p/other/thing/property/post$"
printf 'GET / HTTP/1.1\r\n\r\n' | timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$mqtt_port
    cat >&3; cat <&3" >/dev/null 2>&1 || true
told 'no CONNECT' "$when $peer: connection closed before login: the first packet is no CONNECT$"
as mosquitto_sub -t 'home/#' -W 1
told 'filter' "${dev}subscription to home/# refused: [a-z]"
sleep 1

# ---- posts ----
like 'refused' '*2306*' "$(post $p dev '{"id":"1","params":{"hum_x":{"value":1}}}')"
told 'refused' "${dev}property post refused: 2306 identifier not exist:identifier:hum_x$"
as mosquitto_pub -t "$own/event/post" -m '{"id":"1","params":{}}'
as mosquitto_pub -t "$own/event/post" -m '{"id":"2","params":{}}'
as mosquitto_pub -t "$own/event/other" -m x
told 'not served' "${dev}acknowledged, but this topic is not served yet: \\\$sys/$p/dev/thing/event/post$"
sleep 1
printf '{}\n{}\n{}\n' | as mosquitto_pub -t "$own/property/post" -l
told 'limit' "${dev}limit exceeded: more than 1 publish a second \(served all the same, see --limits\)$"
sleep 1
printf '{}\n{}\n{}\n' | as mosquitto_pub -t "$own/property/post" -l
sleep 1
count 'not served: once for each topic' 1 'not served yet: .*event/post$'
count 'a limit: once a minute' 1 'limit exceeded: more than 1 publish'

# ---- twins and calls ----
as mosquitto_sub -t "$own/#" -W 2 &
first=$!
sleep 0.5
as mosquitto_sub -t "$own/#" -W 2 &
second=$!
told 'twin' "${dev}offline: the same device logged in again from $peer$"
line=$(grep -E 'logged in again' "$err" | head -1)
old=$(sed -E 's,.*/dev at ([0-9.:]*): .*,\1,' <<<"$line")
new=${line##* }
is 'two peers' yes "$([ "$old" != "$new" ] && echo yes || echo "$line")"
count 'the newer is online' 1 " $p/dev at $new: online$"
wait $first $second
as mosquitto_sub -t "$own/#" -W 8 &
first=$!
sleep 0.5
api "$api_token" POST /thingmodel/set-device-property \
    "{\"product_id\":\"$p\",\"device_name\":\"dev\",\"params\":{\"led\":true}}" >/dev/null
told 'no answer' "${dev}property set or get not answered within 1 s$"
platform_stop
told 'the platform ends' "${dev}offline: the platform ends$"
wait $first
is 'nothing but printable lines' 0 "$(LC_ALL=C grep -c '[^ -~]' "$err" || true)"
is 'each with its time' 0 "$(grep -cvE "$when " "$err" || true)"
is 'one line on standard output' 1 "$(wc -l <"$work/ready")"
for secret in "$work"/*.key "$work"/*.token "$data/console.token"; do
    is "no secret: $secret" 0 "$(grep -c -F -f "$secret" "$err" || true)"
done

# ---- not too much ----
platform_start
"$OL_BINARY_DIR/tests/platform_crowd" hold "$mqtt_port" 60 1 'x' >/dev/null
told 'the rest is counted' "$when [0-9]+ more lines left out$"
platform_stop
lines=$(grep -c 'closed before login' "$err")
left=$(sed -nE 's/.* ([0-9]+) more lines? left out/\1/p' "$err" | awk '{ n += $1 } END { print n + 0 }')
is 'none is forgotten' 60 $((lines + left))
is 'at most 20 a second' yes "$([ "$lines" -le 40 ] && echo yes || echo "$lines")"

# ---- the log off, and quiet ----
logged() {
    cksum <"$data/messages.log"
}
before=$(logged)
platform_start --message-log off
as mosquitto_pub -r -t "$own/property/post" -m x
told 'without a message log' "${dev}offline, closed for a broken rule: RETAIN$"
platform_stop
is 'no line' "$before" "$(logged)"
platform_start --quiet
as mosquitto_pub -r -t "$own/property/post" -m x
as mosquitto_pub -u $p -P x -t x -m x
platform_stop
is 'quiet' '' "$(cat "$err")"
is 'but logged' yes "$([ "$(logged)" != "$before" ] && echo yes)"

# ---- nobody reads ----
mkfifo "$work/full"
exec 8<>"$work/full"
timeout 1 cat /dev/zero >"$work/full" || true
rm -f "$work/ready"
"$platform" serve --data "$data" --mqtt "127.0.0.1:$mqtt_port" --http "127.0.0.1:$http_port" \
    >"$work/ready" 2>"$work/full" &
platform_pid=$!
await_line "$work/ready" token_file
like 'a device is served all the same' '*"code":200*' "$(post $p dev '{"id":"1","params":{"temp":{"value":1}}}')"
platform_stop
is 'and it ends' 0 "$platform_status"
exec 8>&-
