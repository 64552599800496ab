#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: a host that sends the password back without its percent escapes got the sign, in parts, into the
# report. Cause: only the sign as it was sent was hidden. Found by reading.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

odd_host telling
battery --only 2.1
# No run of the sign is left: the word before it, and then what is hidden.
signs=$(grep -oE '7369676e3d[^*]{0,8}' "$tmp/odd.md" | sort -u)
equal "no sign" "7369676e3d" "$signs"
checks=$((checks + 1))
[ "$(grep -c '247379732f78.*7369676e3d\*\*' "$tmp/odd.md")" -gt 5 ] || fail "the host told nothing"
finish
