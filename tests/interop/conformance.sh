#!/bin/bash
# SPDX-License-Identifier: MIT
# onelink conformance: the whole battery against the local platform, where nothing may be different
# but what it does not do yet, and against a stock broker, where most of it must be; the options; and no secret in any report.
# shellcheck source=tests/interop/onelink.sh
. "${OL_SOURCE_DIR:?}/tests/interop/onelink.sh" || exit 1
model=$source_dir/tests/interop/conformance_model.json
doc=$source_dir/docs/conformance.md
PATH=$PATH:/usr/sbin # where Debian puts the broker

# settings NAME PORT KEY-SETTING KEY-FILE
settings() {
    printf '%s\n' "host=127.0.0.1" "port=$2" "product_id=$pid" "device_name=${5:-dev}" "$3=$4" \
        "model=$model" >"$tmp/$1.conf"
}

# battery NAME [OPTION...]: sets $rc; output in $tmp/NAME.txt, report in $tmp/NAME.md
battery() {
    local name=$1
    shift
    "$onelink" conformance --config "$tmp/$name.conf" --report "$tmp/$name.md" "$@" \
        >"$tmp/$name.txt" 2>&1
    rc=$?
}

# tally NAME: sets $good, $differ, $unseen from the last line
tally() {
    read -r good _ _ differ _ unseen _ < <(grep 'not observable$' "$tmp/$1.txt" | tail -n 1)
}

# no_secrets NAME FILE...: neither the words of the files nor the hexadecimal of them, nor of the
# first half, nor any sign
no_secrets() {
    local name=$1 secret
    shift
    for file in "$@"; do
        secret=$(tr -d '\n' <"$file")
        for text in "$secret" "${secret:0:16}"; do
            has_not "$name has no secret" "$text" "$(cat "$tmp/$name.md" "$tmp/$name.txt")"
            has_not "$name has no secret in hex" "$(printf %s "$text" | od -An -v -tx1 | tr -d ' \n')" \
                "$(cat "$tmp/$name.md" "$tmp/$name.txt")"
        done
    done
    # "sign=" in hexadecimal, and then what is not hidden
    equal "$name has no sign" 0 "$(grep -c '7369676e3d[^*`]' "$tmp/$name.md")"
}

start_broker() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        broker_port=$((20000 + RANDOM % 20000))
        printf '%s\n' "listener $broker_port 127.0.0.1" "allow_anonymous true" >"$tmp/broker.conf"
        mosquitto -c "$tmp/broker.conf" >"$tmp/broker.log" 2>&1 &
        broker=$!
        for _ in $(seq 100); do
            if (exec 3<>"/dev/tcp/127.0.0.1/$broker_port") 2>/dev/null && kill -0 "$broker"; then
                pids+=("$broker")
                return
            fi
            kill -0 "$broker" 2>/dev/null || break
            sleep 0.05
        done
        kill "$broker" 2>/dev/null
        wait "$broker" 2>/dev/null
    done
    cat "$tmp/broker.log"
    exit 1
}

# A host that sends everything back, secrets too.
start_echo() {
    python3 - >"$tmp/echo.port" <<'PYTHON' &
import socket, threading
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
def echo(c):
    try:
        while (b := c.recv(65536)):
            c.sendall(b)
    except OSError:
        pass
    c.close()
while True:
    threading.Thread(target=echo, args=(s.accept()[0],), daemon=True).start()
PYTHON
    pids+=($!)
    until grep -qs . "$tmp/echo.port"; do sleep 0.05; done
}

# A host that takes connections and says nothing.
start_mute() {
    python3 - >"$tmp/mute.port" <<'PYTHON' &
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
held = []
while True:
    held.append(s.accept())
    print("taken", flush=True)
PYTHON
    pids+=($!)
    until grep -qs . "$tmp/mute.port"; do sleep 0.05; done
}

create_device dev "$model"
answer=$("$bin/onelink-platform" product create --data "$platform_data" --model "$model" --id Product02)
(umask 077 && jq -r .access_key <<<"$answer" >"$tmp/product.key")
"$bin/onelink-platform" device create --data "$platform_data" --product Product02 --name dev >/dev/null
create_device other "$model"
start_platform
start_broker
start_echo
start_mute

# The stock broker and the echo meanwhile.
settings broker "$broker_port" device_key_file "$tmp/dev.key"
(battery broker; exit "$rc") &
broker_run=$!
settings echo "$(cat "$tmp/echo.port")" device_key_file "$tmp/dev.key"
(battery echo --only 1.5; exit "$rc") &
echo_run=$!

settings platform "$mqtt_port" device_key_file "$tmp/dev.key"
from=$SECONDS
battery platform --strict
echo "local platform, $((SECONDS - from)) s: $(tail -n 1 "$tmp/platform.txt")"
sed -n '/^| |/,/^$/p' "$tmp/platform.md"
tally platform
equal "local platform: different are events alone, which come later" \
    "an event without its outputs, events as an array in a pack, " \
    "$(sed -nE 's/^[0-9.]+ +[A-Za-z]+ +DIFFERENT +//p' "$tmp/platform.txt" | paste -sd, | sed 's/,/, /g; s/$/, /')"
equal "local platform: exit" 1 "$rc"
grep -A 2 DIFFERENT "$tmp/platform.txt"
equal "local platform: not observable" 5 "$unseen"
equal "local platform: all cases" "$("$onelink" conformance --list | grep -c '^| [1-9]')" \
    $((good + differ + unseen))
no_secrets platform "$tmp/dev.key"
cp "$tmp/platform.md" "$OL_BINARY_DIR/conformance.md"
equal "docs/fidelity.md is made from this run (make fidelity)" \
    "$("$source_dir/scripts/fidelity-doc" "$tmp/platform.md")" \
    "$(sed -n '/^<!-- conformance -->$/,/^<!-- end -->$/p' "$source_dir/docs/fidelity.md" | grep -v '^<!--')"

# The product's key, a token, a set from outside, a device with another name that is hidden.
pid2=$pid
pid=Product02 settings product "$mqtt_port" product_key_file "$tmp/product.key"
battery product --only 2.2 --strict
tally product
equal "product key: exit and tally" "0 8 0 3" "$rc $good $differ $unseen"
no_secrets product "$tmp/product.key"
(umask 077 && "$onelink" token --key-file "$tmp/dev.key" --res "products/$pid2/devices/dev" \
    --et +3600 >"$tmp/token")
sed 's/.*&sign=//' "$tmp/token" >"$tmp/sign"
settings token "$mqtt_port" token_file "$tmp/token"
battery token --only 2 --strict
tally token
equal "token: exit and tally" "0 2 0 30" "$rc $good $differ $unseen"
no_secrets token "$tmp/dev.key" "$tmp/sign"
settings other "$mqtt_port" device_key_file "$tmp/other.key" other
battery other --only 4.3 --set-wait 30 --anonymous &
run=$!
for _ in $(seq 100); do
    api=$(set_property other '{"led":true}')
    case $api in *'"code":200'*) break ;; esac
    sleep 0.1
done
for _ in $(seq 100); do
    get=$(api POST thingmodel/query-device-property-detail \
        "{\"product_id\":\"$pid2\",\"device_name\":\"other\",\"params\":[\"led\"]}")
    case $get in *'"code":0'*) break ;; esac
    sleep 0.1
done
wait "$run"
tally other
equal "set and get: tally" "5 0 0" "$good $differ $unseen"
has "set: the answer reached the caller" '"msg":"success"' "$api"
has_not "anonymous: no product" "$pid" "$(cat "$tmp/other.md")"
has_not "anonymous: no product in hex" "$(printf %s "$pid" | od -An -tx1 | tr -d ' \n')" \
    "$(cat "$tmp/other.md")"

# A key that is not the device's: nothing that needs a login can be seen, and that is no success.
settings wrong "$mqtt_port" device_key_file "$tmp/product.key"
battery wrong --only 4.3
tally wrong
equal "wrong key: exit and tally" "1 0 0 5" "$rc $good $differ $unseen"
settings nobody 1 device_key_file "$tmp/dev.key"
battery nobody
equal "nobody listens: exit" 1 "$rc"
equal "nobody listens: words" "onelink conformance: no connection to the host" \
    "$(cat "$tmp/nobody.txt")"

# Interrupted in the midst of a wait: at once, with what there is; before any case: nothing is written.
# A process in the background ignores SIGINT, hence env.
interrupt() { # NAME SIGNAL FILE TEXT OPTION...: when the text is in the file; sets $rc and $took_s
    local name=$1 signal=$2 file=$3 text=$4
    shift 4
    rm -f "$tmp/$name.txt"
    env --default-signal=INT "$onelink" conformance --config "$tmp/$name.conf" \
        --report "$tmp/$name.md" "$@" >"$tmp/$name.txt" 2>&1 &
    run=$!
    for _ in $(seq 200); do
        ! grep -qs "$text" "$file" || break
        sleep 0.05
    done
    from=$SECONDS
    kill -s "$signal" "$run"
    rc=0
    wait "$run" || rc=$?
    took_s=$((SECONDS - from))
}
settings stopped "$mqtt_port" device_key_file "$tmp/dev.key"
for how in "INT 130" "TERM 143"; do
    read -r signal code <<<"$how"
    rm -f "$tmp/stopped.md"
    interrupt stopped "$signal" "$tmp/stopped.txt" 'set_reply that is no JSON' --only 4 --set-wait 3000
    tried=$(grep -cE '^[0-9.]+ +[A-Zo]' "$tmp/stopped.txt")
    equal "$signal: exit" "$code" "$rc"
    equal "$signal: at once" yes "$([ "$took_s" -lt 10 ] && echo yes)"
    has "$signal: the report says so" \
        "**Interrupted after $tried of $("$onelink" conformance --list --only 4 | grep -c '^| [1-9]') cases;" \
        "$(cat "$tmp/stopped.md")"
    equal "$signal: and has what was tried" "$tried" "$(grep -cE '^\| [0-9]' "$tmp/stopped.md")"
    no_secrets stopped "$tmp/dev.key"
done
settings deaf "$(head -n 1 "$tmp/mute.port")" device_key_file "$tmp/dev.key"
echo before >"$tmp/deaf.md"
interrupt deaf INT "$tmp/mute.port" taken
equal "before any case: exit" 130 "$rc"
equal "before any case: the report of before" before "$(cat "$tmp/deaf.md")"

run_onelink conformance
equal "no settings: exit" 2 "$rc"
run_onelink conformance --config "$tmp/none.conf"
equal "settings that are not there" "2 onelink conformance: cannot read $tmp/none.conf" "$rc $err"
run_onelink conformance --config "$tmp/platform.conf" --pace x
equal "pace: exit" 2 "$rc"
run_onelink conformance --config "$tmp/platform.conf" --only 77
equal "no such section" "2 onelink conformance: no case has the section or the name 77" "$rc $err"

run_onelink conformance --list
equal "docs/conformance.md has the cases of onelink conformance --list" "$out" \
    "$(sed -n '/^<!-- cases -->$/,$p' "$doc" | tail -n +2)"

wait "$echo_run"
no_secrets echo "$tmp/dev.key"
wait "$broker_run"
equal "mosquitto: exit" 1 $?
echo "mosquitto: $(tail -n 1 "$tmp/broker.txt")"
sed -n '/^| |/,/^$/p' "$tmp/broker.md"
tally broker
checks=$((checks + 1))
[ "$differ" -ge 150 ] || fail "mosquitto: only $differ cases are different, so the battery sees nothing"
no_secrets broker "$tmp/dev.key"
finish
