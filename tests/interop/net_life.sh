#!/bin/bash
# SPDX-License-Identifier: MIT
# A life of the network engines in one network, with the servers of others in another: an address
# and its options from dnsmasq, names by the DNS servers that it told, the time by the NTP server
# that it told, which is chronyd behind the gateway that it told. tshark is the witness of the wire.
set -euo pipefail
. "$(dirname "$0")/netns.sh"
. "$(dirname "$0")/net_lib.sh"

# An address that only a route over the gateway leads to.
within server ip addr add 10.78.0.4/32 dev lo

many=40 # addresses of one name: more than a datagram of 512 bytes holds
{
    for ((i = 1; i <= many; i++)); do
        echo "198.51.100.$i many.example"
    done
    for i in 1 2 3; do
        echo "192.0.2.$i three.example"
    done
    echo "2001:db8::1 six.example"
} >"$dir/hosts"

life_serve() { # DNS-SERVERS
    serve --no-resolv --no-hosts --no-poll --addn-hosts="$dir/hosts" --local=/example/ \
        --local-ttl=77 --txt-record=text.example,hello --cname=www.example,mid.example \
        --cname=mid.example,end.example --cname=end.example,three.example \
        --dhcp-range=10.77.0.50,10.77.0.59,255.255.255.0,7200 --dhcp-option=3,10.77.0.1 \
        --dhcp-option=6,"$1" --dhcp-option=42,10.78.0.4
}

chronyd_pid=
tell_time() {
    cat >"$dir/chrony.conf" <<END
bindaddress 10.78.0.4
allow 10.77.0.0/24
local stratum 8
cmdport 0
bindcmdaddress /
pidfile $dir/chrony.pid
END
    start_within server chronyd -x -d -u root -f "$dir/chrony.conf" >"$dir/chrony.log" 2>&1
    chronyd_pid=$!
    within server sh -c 'until grep -q :007B /proc/self/net/udp; do sleep 0.05; done'
}

start_within server tshark -q -n -i s0 -w "$dir/wire.pcapng" >"$dir/tshark.log" 2>&1
tshark_pid=$!
until grep -qs . "$dir/wire.pcapng"; do
    kill -0 "$tshark_pid" 2>/dev/null || fail "tshark does not capture"
    sleep 0.05
done

life_serve 10.77.0.1
client_start 1

three='192\.0\.2\.1 192\.0\.2\.2 192\.0\.2\.3$'
echo "# DHCP: an address, and who else is there"
say open
expect '^bound address=10\.77\.0\.5[0-9]/24 gateway=10\.77\.0\.1 dns=10\.77\.0\.1 ntp=10\.78\.0\.4 domain=home\.example lease=7200 '

echo "# DNS: several addresses, a chain of names, no such name, no such record"
say resolve THREE.example.
expect "^answer ok rcode=0 ttl=77 chain=0 $three"
say resolve www.example
expect "^answer ok rcode=0 ttl=[0-9]+ chain=3 $three"
say resolve nope.example
expect '^answer noent rcode=3 .*chain=0$'
for name in six.example text.example; do
    say resolve $name
    expect '^answer noent rcode=0 .*chain=0$'
done
echo "# DNS: dnsmasq knows nobody to ask about other names, and refuses"
say resolve a.test
expect '^answer timeout rcode=5 '
echo "# DNS: an answer that is cut off has addresses enough"
say resolve many.example
expect '^answer ok rcode=0 ttl=77 chain=0( 198\.51\.100\.[0-9]+){4}$'

echo "# SNTP: nobody there yet, then chronyd"
say time
expect '^time timeout$'
tell_time
say time
expect '^time right stratum=8$'

echo "# the first DNS server is gone: the second is asked"
life_serve 10.77.0.3,10.77.0.1
say close
say open
expect '^bound address=.* dns=10\.77\.0\.3 dns=10\.77\.0\.1 '
say resolve three.example
expect "^answer ok rcode=0 ttl=77 chain=0 $three"

say release
expect '^RELEASE unicast$'
client_end
silence
kill "$chronyd_pid"
wait "$chronyd_pid" || true

echo "# the wire"
sharks() { tshark -n -r "$dir/wire.pcapng" "$@" 2>>"$dir/tshark.log"; }
end=$((SECONDS + 20))
until [ -n "$(sharks -Y 'dhcp.option.dhcp == 7')" ]; do # the last packet is written
    [ $SECONDS -lt $end ] || fail "tshark has not seen the end"
    sleep 0.1
done
kill -INT "$tshark_pid"
wait "$tshark_pid" || true
none_is() { # FILTER WHAT
    local found
    found=$(sharks -Y "$1") || fail "tshark: $1"
    [ -z "$found" ] || fail "on the wire: $2: $found"
}
count_is() { # N FILTER WHAT
    local found
    found=$(sharks -Y "$2") || fail "tshark: $2"
    [ "$(grep -c . <<<"$found")" -eq "$1" ] || fail "on the wire: not $1 of: $3: $found"
    echo "ok: $3: $1"
}
none_is '_ws.malformed || _ws.expert.severity >= "Error"' "malformed"

# RFC 2131 4.1 and table 5, RFC 2132.
asked='dhcp.option.request_list_item == 1 && dhcp.option.request_list_item == 3 &&
    dhcp.option.request_list_item == 6 && dhcp.option.request_list_item == 42'
alone='ip.src == 0.0.0.0 && ip.dst == 255.255.255.255 && udp.srcport == 68 && udp.dstport == 67'
count_is 1 "dhcp.option.dhcp == 1 && $alone && $asked" "DISCOVER from an address that is none"
count_is 1 "dhcp.option.dhcp == 3 && $alone && $asked && dhcp.option.dhcp_server_id == 10.77.0.1 &&
    dhcp.option.requested_ip_address && dhcp.ip.client == 0.0.0.0" "REQUEST for what was offered"
count_is 1 "dhcp.option.dhcp == 3 && $alone && !dhcp.option.dhcp_server_id &&
    dhcp.option.requested_ip_address && dhcp.ip.client == 0.0.0.0" "REQUEST after the cable came back"
count_is 1 'dhcp.option.dhcp == 7 && ip.dst == 10.77.0.1 && dhcp.option.dhcp_server_id == 10.77.0.1 &&
    !dhcp.option.requested_ip_address && dhcp.ip.client != 0.0.0.0' "RELEASE to the server"

# RFC 1035 4.1, RFC 5452: the same question is asked from one port with one identifier, each other
# one from another.
none_is 'dns.flags.response == 0 && !(dns.flags == 0x0100 && dns.qry.type == 1 &&
    dns.qry.class == 1 && dns.count.queries == 1 && dns.count.add_rr == 0 && udp.dstport == 53)' \
    "a query that is not of a stub resolver"
count_is 1 'dns.flags.response == 1 && dns.flags.truncated == 1' "an answer that is cut off"
count_is 1 'dns.count.answers == 6 && dns.cname' "an answer with a chain"
sharks -Y 'dns.flags.response == 0' -T fields -e udp.srcport -e dns.id | sort -u >"$dir/asked"
[ "$(wc -l <"$dir/asked")" -eq 8 ] && [ "$(cut -f1 "$dir/asked" | sort -u | wc -l)" -eq 8 ] ||
    fail "on the wire: not 8 questions from 8 ports: $(cat "$dir/asked")"

# RFC 4330 5: nothing but the version and a transmit time that nobody can guess.
count_is 2 'ntp.flags == 0x23 && !icmp && ip.dst == 10.78.0.4 && udp.length == 56 && ntp.stratum == 0 &&
    ntp.ppoll == 0 && ntp.precision == 0 && !(ntp.xmt == ntp.org)' "an SNTP request"
count_is 1 'ntp.flags.mode == 4 && ntp.stratum == 8' "the answer of chronyd"
answered=$(sharks -Y 'ntp.flags.mode == 4' -T fields -e ntp.org)
sharks -Y 'ntp.flags.mode == 3 && !icmp' -T fields -e ntp.xmt | grep -qxF "$answered" ||
    fail "on the wire: chronyd answered to $answered"
count_is 1 'icmp.type == 3 && icmp.code == 3' "a port that nobody listens at"
echo "dnsmasq, chronyd, tshark and the engines agree"
