#!/bin/bash
# SPDX-License-Identifier: MIT
# sim_lan_trace.sh TRACE MODULE: the native network and the WebAssembly module send the same
# bytes at the same times, and tshark finds nothing wrong with what they send. 77 (skipped):
# tshark has nothing to say against it, but there is no node.
set -euo pipefail
trace=$1
module=$2
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

has_node=$(command -v node || true)
for mode in clean faulty; do
    "$trace" $mode "$dir/$mode.pcap"
    [ -n "$has_node" ] || continue
    node "$here/sim_lan_trace.mjs" "$module" $mode "$dir/$mode-wasm.pcap"
    cmp "$dir/$mode.pcap" "$dir/$mode-wasm.pcap"
done
if cmp -s "$dir/clean.pcap" "$dir/faulty.pcap"; then
    echo "faults change nothing" >&2
    exit 1
fi

# Checksums are checked, which tshark does not do by itself; the home of its settings is ours.
export HOME=$dir
shark() {
    tshark -n -r "$dir/clean.pcap" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
        -o udp.check_checksum:TRUE "$@" 2>"$dir/errors"
}
frames=$(shark -T fields -e frame.number | wc -l)
wrong=$(shark -Y '_ws.malformed || _ws.expert.severity == "Error" ||
    ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" ||
    udp.checksum.status == "Bad" || icmp.checksum.status == "Bad" ||
    tcp.analysis.retransmission || tcp.analysis.out_of_order ||
    tcp.analysis.ack_lost_segment || arp.duplicate-address-detected')
if [ -n "$wrong" ]; then
    echo "$wrong" >&2
    exit 1
fi
# The witness has seen what it should have: good sums of each kind, each protocol.
for good in ip tcp udp icmp; do
    count=$(shark -Y "$good.checksum.status == \"Good\"" | wc -l)
    [ "$count" -gt 0 ] || { echo "no good $good checksum seen" >&2; exit 1; }
done
for seen in 'dns.a == 203.0.113.5 && dns.cname == "cloud.example"' \
    'ntp.stratum == 2 && ntp.flags.mode == 4' \
    'dhcp.option.dhcp == 2 && dhcp.ip.your == 192.168.7.100' \
    'dhcp.option.domain_name == "lan.test"' \
    'icmp.type == 3 && icmp.code == 3' 'arp.isgratuitous == 1' \
    'eth.dst == 01:00:5e:00:00:fb' 'tcp.flags.syn == 1 && tcp.options.mss_val == 1460' \
    'tcp.flags.fin == 1'; do
    [ -n "$(shark -Y "$seen")" ] || { echo "not seen: $seen" >&2; exit 1; }
done
echo "$frames frames, none wrong"
[ -n "$has_node" ] || exit 77
