#!/bin/bash
# SPDX-License-Identifier: MIT
# Our MQTT client against a stock broker, with mosquitto_sub as the witness of what arrived.
set -euo pipefail

client=$OL_BINARY_DIR/tests/mosquitto_client
work=$(mktemp -d)
broker=
witness=
PATH=$PATH:/usr/sbin # where Debian puts the broker

finish() {
    for pid in $witness $broker; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

# A port nobody listens on; when somebody takes it meanwhile, the next is tried.
start_broker() { # SETTING...
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + RANDOM % 20000))
        printf '%s\n' "listener $port 127.0.0.1" "max_inflight_messages 100" "$@" \
            >"$work/mosquitto.conf"
        mosquitto -c "$work/mosquitto.conf" >"$work/broker.log" 2>&1 &
        broker=$!
        for _ in $(seq 100); do
            if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && kill -0 "$broker"; then
                return
            fi
            kill -0 "$broker" 2>/dev/null || break
            sleep 0.05
        done
        kill "$broker" 2>/dev/null || true
        wait "$broker" 2>/dev/null || true
        echo "port $port is taken, attempt $attempt" >&2
    done
    cat "$work/broker.log" >&2
    exit 1
}

stop_broker() {
    kill "$broker"
    wait "$broker" || true
    broker=
}

# Every message of a burst arrives at least once.
burst() { # clean|kept
    mosquitto_sub -h 127.0.0.1 -p "$port" -q 1 -t 'burst/#' -t ready -i witness \
        >"$work/got" 2>"$work/witness.log" &
    witness=$!
    for _ in $(seq 100); do
        mosquitto_pub -h 127.0.0.1 -p "$port" -t ready -m ready
        grep -q ready "$work/got" && break
        sleep 0.05
    done
    "$client" "$port" "burst-$1"
    mosquitto_pub -h 127.0.0.1 -p "$port" -q 1 -t ready -m end
    for _ in $(seq 100); do
        grep -q '^end$' "$work/got" && break
        sleep 0.05
    done
    kill "$witness"
    wait "$witness" 2>/dev/null || true
    witness=
    for n in $(seq 0 39); do
        if ! grep -qx "m$n" "$work/got"; then
            echo "burst-$1: m$n did not arrive" >&2
            exit 1
        fi
    done
    echo "burst-$1: 40 messages, $(grep -c '^m' "$work/got") arrivals"
}

start_broker "allow_anonymous true"
"$client" "$port" loop
echo "loop: every size at QoS 0 and 1"
burst clean
burst kept
stop_broker

start_broker "allow_anonymous false"
"$client" "$port" refused
echo "refused: CONNACK 5"
