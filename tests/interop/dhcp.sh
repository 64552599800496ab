#!/bin/bash
# SPDX-License-Identifier: MIT
# The DHCP client against dnsmasq, each in a network namespace of its own.
set -euo pipefail
. "$(dirname "$0")/netns.sh"
. "$(dirname "$0")/net_lib.sh"

dhcp_serve() { # RANGE-START RANGE-END
    serve --port=0 --dhcp-range="$1,$2,255.255.255.0,120" --dhcp-option=3,10.77.0.254 \
        --dhcp-option=6,10.77.0.2,10.77.0.3 --dhcp-option=42,10.77.0.4
}

client_start 20
echo "# nobody answers, then a server comes"
say open
expect '^DISCOVER broadcast$'
expect '^silent$'
dhcp_serve 10.77.0.50 10.77.0.59
expect '^REQUEST broadcast$'
expect '^bound address=10\.77\.0\.5[0-9]/24 gateway=10\.77\.0\.254 dns=10\.77\.0\.2 dns=10\.77\.0\.3 ntp=10\.77\.0\.4 domain=home\.example lease=120 renew=[0-9]+ rebind=[0-9]+$'
grep -q "onelink-test" "$dir/leases"
first=$(awk '{print $3}' "$dir/leases")

echo "# renewed by the server that gave it"
expect '^REQUEST unicast$'
expect "^bound address=$first/24"

echo "# the cable comes back: the same address is asked for and given"
say close
say open
expect '^REQUEST broadcast$'
expect "^bound address=$first/24"

echo "# the server falls silent: renewing, rebinding, end of the lease, a new one"
silence
expect '^REQUEST unicast$'
expect '^REQUEST broadcast$'
expect '^lost$'
expect '^DISCOVER broadcast$'
dhcp_serve 10.77.0.50 10.77.0.59
expect '^bound address='

echo "# the server serves other addresses now: refused, then a new one"
rm -f "$dir/leases"
dhcp_serve 10.77.0.80 10.77.0.90
say close
say open
expect '^REQUEST broadcast$'
expect '^refused$'
expect '^DISCOVER broadcast$'
expect '^bound address=10\.77\.0\.(8|9)[0-9]/24'

echo "# an address that somebody has is declined"
say release
expect '^RELEASE unicast$'
say taken
sleep 0.3
[ ! -s "$dir/leases" ] || fail "the lease was not given back: $(cat "$dir/leases")"
say open
expect '^taken$'
expect '^DECLINE broadcast$'
expect '^DISCOVER broadcast$'
expect '^bound address='
for word in DHCPDISCOVER DHCPREQUEST DHCPACK DHCPNAK DHCPRELEASE DHCPDECLINE; do
    grep -q "$word" "$dir/dnsmasq.log" || fail "dnsmasq did not log $word"
done
client_end
echo "dnsmasq and the client agree"
