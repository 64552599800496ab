#!/bin/bash
# SPDX-License-Identifier: MIT
# The chip model's TCP, UDP, ARP and ICMP against the kernel's, over a TAP interface in a network
# namespace of its own: without loss, then with every 15th frame lost.
# usage: sim_chip_kernel.sh PROGRAM
set -euo pipefail
program=${1:?usage: sim_chip_kernel.sh PROGRAM}
here=$(dirname "$0")
. "$here/netns.sh"
[ -c /dev/net/tun ] || {
    echo "no TAP is to be had here: skipped"
    exit 77
}
space_add chip

run() { # DROP BYTES DATAGRAMS
    within chip ip tuntap add dev chip0 mode tap
    within chip ip addr add 10.9.0.1/24 dev chip0
    within chip ip link set chip0 up
    : >"$dir/peer"
    start_within chip python3 "$here/sim_chip_kernel.py" "$2" "$3" >>"$dir/peer" 2>&1
    local peer=$!
    until grep -q listening "$dir/peer"; do
        kill -0 "$peer" || {
            cat "$dir/peer"
            exit 1
        }
        sleep 0.05
    done
    mkfifo "$dir/stop"
    exec 3<>"$dir/stop"
    start_within chip "$program" chip0 "$1" "$2" <"$dir/stop" 3>&- >"$dir/chip" 2>&1
    local chip=$!
    wait "$peer" || {
        cat "$dir/peer" "$dir/chip"
        exit 1
    }
    if [ "$1" = 0 ] && command -v ping >/dev/null; then
        within chip ping -c 2 -i 0.2 -s 1472 -M do -W 5 10.9.0.2 >"$dir/ping" || {
            cat "$dir/ping"
            exit 1
        }
    fi
    exec 3>&-
    wait "$chip" || {
        cat "$dir/chip"
        exit 1
    }
    echo "one frame lost of each $1 (0: none): $(cat "$dir/chip")"
    rm "$dir/stop"
    within chip ip link del chip0
}

run 0 200000 20
run 15 20000 0
