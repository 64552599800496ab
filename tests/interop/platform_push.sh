#!/bin/bash
# SPDX-License-Identifier: MIT
# HTTP push: the question first, bodies and signatures (checked with openssl), order, retries, slow
# and strange receivers, secure mode, restart.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
token=mytoken-5ecret
seen=$work/seen
mode=$work/mode
port=0
receiver_pid=
make_product $p
make_device $p lamp
make_device $p fan

# receiver_start [ADDRESS]
receiver_start() {
    rm -f "$work/port"
    python3 "$interop/platform_push_receiver.py" $port "$mode" "$seen" "${1-127.0.0.1}" >"$work/port" 2>"$work/receiver.err" &
    receiver_pid=$!
    await_line "$work/port" '^[0-9]'
    port=$(cat "$work/port")
}
receiver_stop() {
    if [ -n "$receiver_pid" ]; then
        kill "$receiver_pid" 2>/dev/null || true
        wait "$receiver_pid" 2>/dev/null || true
        receiver_pid=
    fi
}
trap 'status=$?; receiver_stop; (exit $status); finish' EXIT

# push CALL [MEMBERS]: code and msg
push() {
    api "$api_token" POST "/onelink/push/$1" "{\"product_id\":\"$p\"${2-}}" | jq -r '"\(.code) \(.msg)"'
}
show() {
    api "$api_token" GET "/onelink/push/show?product_id=$p" | jq -r ".data.$1"
}
# await NAME EXPECTED COMMAND ...: until the command prints it
await() {
    local name=$1 expected=$2 actual=
    shift 2
    for _ in $(seq 300); do
        actual=$("$@")
        [ "$actual" != "$expected" ] || break
        sleep 0.05
    done
    is "$name" "$expected" "$actual"
}
# msgs [FILTER]: the msg members that came by POST, as JSON lines
msgs() {
    jq -c 'select(.method == "POST") | .body.msg | fromjson' "$seen" | jq -c "${1-.}"
}
count() {
    jq -c 'select(.method == "POST")' "$seen" 2>/dev/null | wc -l
}
counts() {
    msgs 'select(.messageType == "notify" and .deviceName == "'"$1"'") | .data.params.count.value' |
        tr '\n' ' ' | sed 's/ $//'
}
# report DEVICE N
report() {
    like "post $2 of $1" '*"code":200*' "$(post $p "$1" '{"id":"'"$2"'","params":{"count":{"value":'"$2"',"time":'$((1600000000000 + $2))'}}}')"
}
# signed FILTER: how many of the requests that it selects are signed with the token
signed() {
    local good=0 nonce msg signature
    while IFS=$'\t' read -r nonce msg signature; do
        [ "$(printf '%s%s%s' "$token" "$nonce" "$(base64 -d <<<"$msg")" | openssl dgst -md5 -binary |
            base64)" != "$signature" ] || good=$((good + 1))
    done < <(jq -r "select(.method == \"$1\") | (.body // .query) | [.nonce, (.msg | @base64), .signature] | @tsv" "$seen")
    echo $good
}

echo stranger >"$mode"
touch "$seen"
receiver_start
export ONELINK_PUSH_SECOND_MS=20
platform_start
url=http://127.0.0.1:$port/push/in?x=1

# ---- settings ----
is 'none yet' none "$(show state)"
is 'nothing to ask again' '10407 user operation error:no push is set' "$(push verify)"
is 'nothing to delete' '10407 user operation error:no push is set' "$(push delete)"
for bad in https://127.0.0.1/ ftp://x/ 127.0.0.1 http:/// http://u:p@127.0.0.1/ http://127.0.0.1:70000/ \
    http://127.0.0.1:0/ 'http://127.0.0.1/#a' 'http://a b/' 'http://[::1' 'http://[]/' 'http://[127.0.0.1]/' 'http://[fe80::1%25lo]/' "http://x/$(printf '%0600d' 0)"; do
    is "url $bad" '10001 parameter error:url' "$(push set ",\"url\":\"$bad\",\"token\":\"x\"")"
done
is 'token with a space' '10001 parameter error:token' "$(push set ",\"url\":\"$url\",\"token\":\"a b\"")"
is 'no token' '10001 parameter error:token' "$(push set ",\"url\":\"$url\"")"
is 'short AES key' '10001 parameter error:aes_key' \
    "$(push set ",\"url\":\"$url\",\"token\":\"x\",\"aes_key\":\"123456789012345\"")"
is 'a device may not' 10403 "$(api "$(cat "$work/$p.lamp.token")" POST /onelink/push/set \
    "{\"product_id\":\"$p\",\"url\":\"$url\",\"token\":\"x\"}" | jq .code)"
is 'still none' none "$(show state)"

# ---- the question ----
is 'set' '0 succ' "$(push set ",\"url\":\"$url\",\"token\":\"$token\"")"
await 'a stranger' refused show state
is 'why' 'the answer is not the msg it was asked with' "$(show reason)"
report lamp 1
is 'nothing is sent there' 0 "$(count)"
echo ok >"$mode"
is 'ask again' '0 succ' "$(push verify)"
await 'agreed' active show state
is 'both questions are signed' 2 "$(signed GET)"
is 'what was asked' '/push/in 1 8 msg,nonce,signature,x' \
    "$(tail -1 "$seen" | jq -r '"\(.path) \(.query.x) \(.query.nonce | length) \(.query | keys | join(","))"')"
is 'the address is shown, the token not' "$url null" "$(show url) $(show token)"

# ---- bodies ----
report lamp 2
await 'three messages' 3 count
is 'all signed' 3 "$(signed POST)"
is 'members' msg,nonce,signature,time,id \
    "$(jq -r 'select(.method == "POST") | .body | keys_unsorted | join(",")' "$seen" | sort -u)"
is 'kinds of the members' 'string string string number string' "$(jq -r 'select(.method == "POST") | .body |
    [.msg, .nonce, .signature, .time, .id] | map(type) | join(" ")' "$seen" | sort -u)"
is 'ids differ and grow' true "$(jq -s '[.[] | select(.method == "POST") | .body.id | tonumber] |
    . == (. | unique)' "$seen")"
did=$(api "$api_token" GET "/device/detail?product_id=$p&device_name=lamp" | jq -r .data.did)
is 'online' "{\"productId\":\"$p\",\"deviceId\":$did,\"deviceName\":\"lamp\",\"messageType\":\"lifeCycle\",\"data\":{\"status\":\"online\"}}" \
    "$(msgs 'del(.data.time)' | sed -n 1p)"
is 'a report' "{\"productId\":\"$p\",\"deviceId\":$did,\"deviceName\":\"lamp\",\"messageType\":\"notify\",\"notifyType\":\"property\",\"data\":{\"id\":\"2\",\"version\":\"1.0\",\"params\":{\"count\":{\"time\":1600000000002,\"value\":2}}}}" \
    "$(msgs | sed -n 2p)"
is 'offline' 'lifeCycle offline number' \
    "$(msgs '[.messageType, .data.status, (.data.time | type)] | join(" ")' | sed -n 3p | tr -d '"')"
like 'a refused post' '*2306*' "$(post $p lamp '{"id":"3","params":{"nope":{"value":1}}}')"
await 'tells only of coming and going' 5 count
is 'several values, a text' '{"count":5,"note":"a\"b中\n"}' "$(
    post $p lamp '{"id":"4","params":{"count":{"value":5},"note":{"value":"a\"b中\n"}}}' >/dev/null
    await 'in one message' 8 count >&2
    msgs 'select(.data.id == "4") | .data.params | map_values(.value)'
)"

# ---- failures: order is kept, others go on ----
: >"$seen"
echo fail lamp >"$mode"
for i in 11 12 13; do report lamp $i; done
report fan 21
await 'another device is not held up' 21 counts fan
sleep 1
is 'only the first is tried' 1 "$(jq -r 'select(.method == "POST") | select(.body.msg | contains("\"lamp\"")) |
    .body.id' "$seen" | sort -u | wc -l)"
is 'more than once' true "$([ "$(show retries)" -ge 3 ] && echo true)"
echo ok >"$mode"
await 'all come' '11 12 13' counts lamp
is 'online before offline' 'online offline online offline online offline' "$(
    await 'nothing waits' 0 show waiting >&2
    jq -r 'select(.method == "POST") | select(.body.msg | contains("\"lamp\"")) | "\(.body.id) \(.body.msg | fromjson | .data.status // empty)"' "$seen" |
        sort -n -u | cut -d' ' -f2 | tr '\n' ' ' | sed 's/ $//'
)"
is 'none given up' '0 0' "$(show failed) $(show dropped)"

: >"$seen"
echo redirect >"$mode"
report fan 31
sleep 0.5
is 'no redirect is followed' /push/in "$(jq -r .path "$seen" | sort -u)"
echo ok >"$mode"
await 'it comes all the same' 31 counts fan
await 'and nothing waits' 0 show waiting
is 'nor later' /push/in "$(jq -r .path "$seen" | sort -u)"

for kind in slow drip; do
    : >"$seen"
    echo $kind >"$mode"
    retries=$(show retries)
    post $p fan '{"id":"1","params":{"count":{"value":41}}}' >/dev/null
    await 'on its way' 1 count
    is "$kind: nobody else waits" true "$(
        start=$(date +%s%N)
        show state >/dev/null
        [ $((($(date +%s%N) - start) / 1000000)) -lt 1000 ] && echo true
    )"
    is "$kind: not given up early" "$retries" "$(sleep 3; show retries)"
    await "$kind: after five seconds again" $((retries + 1)) show retries
    echo ok >"$mode"
    await "$kind: nothing waits" 0 show waiting
done

receiver_stop
: >"$seen"
report lamp 51
sleep 0.3
receiver_start
await 'after the receiver was away' 51 counts lamp
await 'nothing waits' 0 show waiting

# ---- the example of docs/api.md ----
mkdir "$work/doc"
sed -n '/^```sh$/,/^```$/p' "$OL_SOURCE_DIR/docs/api.md" | grep -v '^```' |
    sed "s|DIR/|$data/|; s|127.0.0.1:8080|127.0.0.1:$http_port|; s|http://127.0.0.1:9000/in|$url|; s|my-token|$token|" \
        >"$work/doc/example.sh"
(cd "$work/doc" && bash -eu example.sh >out)
is 'the example' "0 0 $url" "$(jq -rs '"\(.[0].code) \(.[1].code) \(.[1].data.url)"' "$work/doc/out")"
await 'agreed' active show state

# ---- a restart: what waits is there afterwards ----
kept() {
    sqlite3 "$data/onelink.db" 'SELECT count(*) FROM push'
}
await 'all is forgotten' 0 kept
: >"$seen"
echo fail >"$mode"
for i in 61 62 63; do report lamp $i; done
await 'all is kept' 9 kept
platform_stop KILL
: >"$seen"
echo ok >"$mode"
platform_start
is 'remembered' active "$(show state)"
await 'what waited comes' '61 62 63' counts lamp
await 'nothing waits' 0 show waiting
is 'with its coming and going' 'online offline online offline online offline' \
    "$(msgs '.data.status // empty' | tr -d '"' | tr '\n' ' ' | sed 's/ $//')"
is 'in order, none twice' true "$(jq -s '[.[] | select(.method == "POST") | .body.id | tonumber] |
    . == (. | unique)' "$seen")"
report lamp 64
await 'and goes on' '61 62 63 64' counts lamp
is 'signed' "$(count)" "$(signed POST)"
: >"$seen"
came_and_went() {
    msgs 'select(.data.status) | [.deviceName, .data.status] | join(" ")' | tr -d '"' | tr '\n' ' '
}
device_start $p fan silent
await 'a device that stays' 'fan online ' came_and_went
platform_stop KILL
device_stop
platform_start
await 'is told online, then offline' 'fan online fan offline ' came_and_went
is 'the same in its history' '0 the platform restarted' "$(api "$api_token" GET \
    "/device/status-history?product_id=$p&device_name=fan&start_time=0&end_time=9000000000000&limit=1" |
    jq -r '.data.list[0] | "\(.status) \(.reason)"')"
echo fail >"$mode"
report lamp 65
platform_stop
: >"$seen"
echo ok >"$mode"
platform_start
await 'after an end in order, too' 65 counts lamp
await 'all is forgotten' 0 kept

# ---- secure mode, a name instead of an address ----
key=0123456789abcdef
hex=$(printf %s $key | od -An -tx1 | tr -d ' \n')
: >"$seen"
is 'set anew' '0 succ' "$(push set ",\"url\":\"http://localhost:$port/\",\"token\":\"$token\",\"aes_key\":\"$key\"")"
await 'agreed' active show state
is 'secure' true "$(show secure)"
is 'the host it was told' "localhost:$port" "$(tail -1 "$seen" | jq -r .host)"
report lamp 71
await 'three messages' 3 count
is 'signed as they go' 3 "$(signed POST)"
is 'decrypted by openssl' '"online" 71 "offline"' "$(jq -r 'select(.method == "POST") | .body.msg' "$seen" |
    while read -r msg; do
        base64 -d <<<"$msg" | openssl enc -d -aes-128-cbc -K "$hex" -iv "$hex"
    done | jq -c '.data.status // .data.params.count.value' | tr '\n' ' ' | sed 's/ $//')"

# ---- giving up ----
platform_stop
export ONELINK_PUSH_SECOND_MS=1
platform_start
is 'set' '0 succ' "$(push set ",\"url\":\"$url\",\"token\":\"$token\"")"
await 'agreed' active show state
: >"$seen"
echo fail >"$mode"
report lamp 81
await 'given up after the last attempt' 1 show failed
is 'seventeen attempts' 17 "$(jq -r 'select(.method == "POST") | .body.id' "$seen" | head -17 | uniq -c |
    awk 'NR == 1 { print $1 }')"
await 'nothing waits' 0 show waiting
await 'and is forgotten' 0 kept
report lamp 83
is 'delete' '0 succ' "$(push delete)"
is 'what waited is forgotten' 0 "$(kept)"
is 'gone' none "$(show state)"
sleep 0.3 # what was on its way
n=$(count)
report lamp 82
sleep 0.3
is 'nothing more comes' "$n" "$(count)"
is 'no trace' 0 "$(sqlite3 "$data/onelink.db" "SELECT count(*) FROM setting WHERE name LIKE 'push.%'")"
is 'an address that nobody has' '0 succ' "$(push set ',"url":"http://127.0.0.1:1/","token":"x"')"
await 'refused' 'no answer' show reason
receiver_stop
echo ok >"$mode"
receiver_start ::1
is 'IPv6' '0 succ' "$(push set ",\"url\":\"http://[::1]:$port/\",\"token\":\"x\"")"
await 'agreed' active show state
is 'the host it was told' "[::1]:$port" "$(tail -1 "$seen" | jq -r .host)"
is 'a name that nobody has' '0 succ' "$(push set ',"url":"http://nobody.invalid/","token":"x"')"
await 'refused too' 'no answer' show reason
for i in $(seq 10 26); do
    make_product "Many0000$i"
    api "$api_token" POST /onelink/push/set \
        "{\"product_id\":\"Many0000$i\",\"url\":\"http://127.0.0.1:1/\",\"token\":\"x\"}" | jq -r '"\(.code) \(.msg)"'
done >"$work/many"
is 'so many products and no more' '15 0 succ, 2 10500 too many products have a push' \
    "$(uniq -c "$work/many" | sed 's/^ *//' | tr '\n' ',' | sed 's/,$//; s/,/, /')"
platform_stop
is 'ends well' 0 "$platform_status"
is 'no secret was said' '' "$(grep -e "$token" -e $key "$work/platform.err" || true)"
