# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the tests of the network engines: sourced after netns.sh, it makes two networks, `server`
# (10.77.0.1, interface s0) and `client` (c0), joined by a cable, and has dnsmasq and net_client
# for them.
bin=${OL_BINARY_DIR:?}

space_add server
space_add client
space_join server s0 client c0
within server ip addr add 10.77.0.1/24 dev s0

fail() {
    echo "FAIL: $1" >&2
    tail -n 200 "$dir"/*.log >&2
    exit 1
}

dnsmasq_pid=
# serve OPTION ...: dnsmasq with these options, in the place of the one before, when it is ready.
serve() {
    local end=$((SECONDS + 20)) before
    silence
    before=$(grep -cs started "$dir/dnsmasq.log" || true)
    start_within server dnsmasq --no-daemon --conf-file=/dev/null --user=root --interface=s0 \
        --bind-interfaces --dhcp-authoritative --no-ping --dhcp-leasefile="$dir/leases" \
        --dhcp-option=15,home.example --pid-file= --log-dhcp "$@" >>"$dir/dnsmasq.log" 2>&1
    dnsmasq_pid=$!
    until [ "$(grep -c started "$dir/dnsmasq.log")" -gt "${before:-0}" ]; do
        [ $SECONDS -lt $end ] || fail "dnsmasq does not start"
        sleep 0.05
    done
}

# No dnsmasq any more.
silence() {
    [ -n "$dnsmasq_pid" ] || return 0
    kill "$dnsmasq_pid"
    wait "$dnsmasq_pid" || true
    dnsmasq_pid=
}

client_pid=
# client_start SPEED: net_client on c0.
client_start() {
    mkfifo "$dir/in"
    exec 3<>"$dir/in"
    start_within client "$bin/tests/net_client" c0 "$1" <"$dir/in" 3>&- >"$dir/client.log" 2>&1
    client_pid=$!
}

# say WORD ...: a word to the client.
say() { echo "$@" >&3; }

client_end() {
    say quit
    wait "$client_pid" || fail "the client ended with $?"
}

seen=0
# Waits for a line of the client that matches, behind the last one that did.
expect() {
    local end=$((SECONDS + 20)) line
    while [ $SECONDS -lt $end ]; do
        line=$(tail -n +$((seen + 1)) "$dir/client.log" | grep -nE -m1 "$1" || true)
        if [ -n "$line" ]; then
            seen=$((seen + ${line%%:*}))
            echo "ok: ${line#*:}"
            return
        fi
        sleep 0.05
    done
    fail "not seen: $1; after line $seen"
}
