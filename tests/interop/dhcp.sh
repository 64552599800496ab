#!/bin/bash
# SPDX-License-Identifier: MIT
# The DHCP client against dnsmasq, each in a network namespace of its own that this test makes.
set -euo pipefail
bin=${OL_BINARY_DIR:?}
dir=$(mktemp -d)
server=olsrv$$
client=olcli$$
pids=()

finish() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    ip netns del "$server" 2>/dev/null || true
    ip netns del "$client" 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT

ip netns add "$server" 2>/dev/null || {
    echo "no network namespace to be had here: skipped"
    exit 77
}
ip netns add "$client"
ip -n "$server" link add s0 type veth peer name c0 netns "$client"
ip -n "$server" addr add 10.77.0.1/24 dev s0
ip -n "$server" link set s0 up
ip -n "$client" link set c0 up

dnsmasq_pid=
serve() { # RANGE-START RANGE-END [OPTION ...]
    local from=$1 to=$2
    shift 2
    [ -z "$dnsmasq_pid" ] || {
        kill "$dnsmasq_pid"
        wait "$dnsmasq_pid" || true
    }
    PATH=$PATH:/usr/sbin ip netns exec "$server" dnsmasq --no-daemon --conf-file=/dev/null --port=0 \
        --interface=s0 --bind-interfaces --dhcp-authoritative --no-ping \
        --dhcp-range="$from,$to,255.255.255.0,120" --dhcp-leasefile="$dir/leases" \
        --dhcp-option=3,10.77.0.254 --dhcp-option=6,10.77.0.2,10.77.0.3 \
        --dhcp-option=42,10.77.0.4 --dhcp-option=15,home.example \
        --pid-file= --log-dhcp "$@" >>"$dir/dnsmasq.log" 2>&1 &
    dnsmasq_pid=$!
    pids+=("$dnsmasq_pid")
}

mkfifo "$dir/in"
ip netns exec "$client" "$bin/tests/dhcp_client" c0 20 <"$dir/in" >"$dir/out" 2>&1 &
client_pid=$!
pids+=("$client_pid")
exec 3>"$dir/in"

seen=0
# Waits for a line that matches, behind the last one that did.
expect() {
    local end=$((SECONDS + 20)) line
    while [ $SECONDS -lt $end ]; do
        line=$(tail -n +$((seen + 1)) "$dir/out" | grep -nE -m1 "$1" || true)
        if [ -n "$line" ]; then
            seen=$((seen + ${line%%:*}))
            echo "ok: ${line#*:}"
            return
        fi
        sleep 0.05
    done
    echo "not seen: $1; after line $seen of:" >&2
    cat "$dir/out" "$dir/dnsmasq.log" >&2
    exit 1
}

echo "# nobody answers, then a server comes"
echo open >&3
expect '^DISCOVER broadcast$'
expect '^silent$'
serve 10.77.0.50 10.77.0.59
expect '^REQUEST broadcast$'
expect '^bound address=10\.77\.0\.5[0-9]/24 gateway=10\.77\.0\.254 dns=10\.77\.0\.2 dns=10\.77\.0\.3 ntp=10\.77\.0\.4 domain=home\.example lease=120 renew=[0-9]+ rebind=[0-9]+$'
grep -q "onelink-test" "$dir/leases"
first=$(awk '{print $3}' "$dir/leases")

echo "# renewed by the server that gave it"
expect '^REQUEST unicast$'
expect "^bound address=$first/24"

echo "# the cable comes back: the same address is asked for and given"
echo close >&3
echo open >&3
expect '^REQUEST broadcast$'
expect "^bound address=$first/24"

echo "# the server falls silent: renewing, rebinding, end of the lease, a new one"
kill "$dnsmasq_pid"
wait "$dnsmasq_pid" || true
dnsmasq_pid=
expect '^REQUEST unicast$'
expect '^REQUEST broadcast$'
expect '^lost$'
expect '^DISCOVER broadcast$'
serve 10.77.0.50 10.77.0.59
expect '^bound address='

echo "# the server serves other addresses now: refused, then a new one"
rm -f "$dir/leases"
serve 10.77.0.80 10.77.0.90
echo close >&3
echo open >&3
expect '^REQUEST broadcast$'
expect '^refused$'
expect '^DISCOVER broadcast$'
expect '^bound address=10\.77\.0\.(8|9)[0-9]/24'

echo "# an address that somebody has is declined"
echo release >&3
expect '^RELEASE unicast$'
echo taken >&3
sleep 0.3
[ ! -s "$dir/leases" ] || {
    echo "the lease was not given back:" >&2
    cat "$dir/leases" >&2
    exit 1
}
echo open >&3
expect '^taken$'
expect '^DECLINE broadcast$'
expect '^DISCOVER broadcast$'
expect '^bound address='
for word in DHCPDISCOVER DHCPREQUEST DHCPACK DHCPNAK DHCPRELEASE DHCPDECLINE; do
    grep -q "$word" "$dir/dnsmasq.log" || {
        echo "dnsmasq did not log $word" >&2
        cat "$dir/dnsmasq.log" >&2
        exit 1
    }
done
echo quit >&3
wait "$client_pid"
echo "dnsmasq and the client agree"
