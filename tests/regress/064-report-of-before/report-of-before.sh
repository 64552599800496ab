#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: onelink conformance --report emptied the report of an earlier run when the host was not there, and
# left an empty file behind when there was none. Cause: it opened the file for writing at once.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

odd_host chatty
battery --only 1.5
first=$(cat "$tmp/odd.md")
sed -i 's/^port=.*/port=1/' "$tmp/odd.conf"
battery --only 1.5
equal "nobody there: exit" 1 "$rc"
equal "the earlier report" "$first" "$(cat "$tmp/odd.md")"
rm "$tmp/odd.md"
battery --only 1.5
equal "no empty report" no "$([ -e "$tmp/odd.md" ] && echo yes || echo no)"
odd_host chatty
battery --only 2.2
battery --only 1.5
equal "the later report alone" 1 "$(grep -c '^# Conformance' "$tmp/odd.md")"
finish
