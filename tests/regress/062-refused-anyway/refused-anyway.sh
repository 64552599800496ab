#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: with a wrong key onelink conformance had 22 rows of CONNECT as expected, because a host that
# refuses all refuses those too; the same after the host had banned the device, and the exit could be 0. Cause:
# no good login was held against them. Found by reading.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

odd_host refusing
battery --only 1.3
equal "wrong key: exit" 1 "$rc"
has "wrong key: tally" "0 as expected, 0 different, " "$out"
has "wrong key: the answer" "The device cannot log in: CONNACK with code 04" "$out"
odd_host banning
battery --only 1.3
equal "banned: exit" 1 "$rc"
has "banned: tally" "1 as expected, " "$out"
has "banned: words" "The host lets the device in no more: the last 15 refusals are not observable." "$out"
equal "banned: the report" 1 "$(grep -c '| as expected |$' "$tmp/odd.md")"
odd_host http
battery --only 1.5
has "another protocol" "The device cannot log in: the host speaks HTTP, is the port right?" "$out"
finish
