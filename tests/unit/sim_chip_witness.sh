#!/bin/bash
# SPDX-License-Identifier: MIT
# What two chips said to each other, judged by tshark: every frame well-formed, every checksum
# right, no remark of its TCP analysis where nothing was lost, and the streams that it puts
# together are those that were sent.  usage: sim_chip_witness.sh PROGRAM
set -euo pipefail
program=${1:?usage: sim_chip_witness.sh PROGRAM}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
command -v tshark >/dev/null || {
    echo "tshark is missing; scripts/setup test installs it"
    exit 1
}
"$program" "$dir"

sharks=(tshark -n -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE
    -o udp.check_checksum:TRUE -o tcp.analyze_sequence_numbers:TRUE)
bad='_ws.malformed || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" ||
    udp.checksum.status == "Bad" || icmp.checksum.status == "Bad" ||
    igmp.checksum.status == "Bad" || tcp.analysis.ack_lost_segment || ip.version != 4'
remarks='tcp.analysis.flags && !tcp.analysis.window_update'
fail=0

count() { "${sharks[@]}" -r "$dir/$1" -Y "$2" 2>"$dir/err" | wc -l; }

expect_none() {
    local found
    found=$("${sharks[@]}" -r "$dir/$1" -Y "$2" 2>"$dir/err")
    [ -z "$found" ] || {
        echo "$1: $3:"
        echo "$found" | head -5
        fail=1
    }
}

for run in clean lossy; do
    total=$(count $run.pcap frame)
    [ "$total" -gt 50 ] || {
        echo "$run.pcap: $total frames only"
        cat "$dir/err"
        exit 1
    }
    # Checksums were looked at, not passed over.
    [ "$(count $run.pcap 'tcp.checksum.status == "Good"')" = "$(count $run.pcap tcp)" ] || {
        echo "$run.pcap: not every TCP checksum is good"
        fail=1
    }
    expect_none $run.pcap "$bad" "malformed or wrong checksum"
    tshark -n -r "$dir/$run.pcap" -q -z follow,tcp,raw,0 2>"$dir/err" |
        grep -E '^[0-9a-f]+$' | tr -d '\n' >"$dir/$run.hex"
    cmp "$dir/stream.hex" "$dir/$run.hex" || {
        echo "$run.pcap: the stream is not what was sent"
        fail=1
    }
    echo "$run.pcap: $total frames"
done
expect_none clean.pcap "$remarks" "remarks of the TCP analysis"
[ "$(count lossy.pcap tcp.analysis.retransmission)" -gt 0 ] || {
    echo "lossy.pcap: nothing was sent again"
    fail=1
}
exit $fail
