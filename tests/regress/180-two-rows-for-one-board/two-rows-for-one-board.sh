#!/bin/bash
# SPDX-License-Identifier: MIT
# `onelink provision --once`, run again while the board of before was still plugged in, wrote the
# next row's settings over those of the first. Now a board is known by the hardware address that its
# row has. Found by a user.
# shellcheck source=tests/interop/onelink.sh
. "${OL_SOURCE_DIR:?}/tests/interop/onelink.sh" || exit 1
cd "$tmp" || exit 1
mkdir got
done_rows() { grep -c ',20..-..-..T' boards.csv; }

printf 'device_name,port\nd1,1883\nd2,\nd3,\n' >boards.csv
chmod 600 boards.csv
"$OL_BINARY_DIR/tests/provision_boards" socket port got good same good same good &
pids+=("$!")
for _ in $(seq 100); do
    [ -e port ] && break
    sleep 0.05
done

run_onelink provision --emulator port --csv boards.csv --once
has "a board" "boards.csv:2: d1: done" "$out"
for _ in $(seq 100); do
    [ -e got/1.conf ] && break
    sleep 0.05
done
before=$(cat boards.csv)
run_onelink provision --emulator port --csv boards.csv --once
equal "the same again: exit" 0 "$rc"
equal "the same again: told" \
    "boards.csv:2: d1: this board is done already; to write it again, empty its cell done" "$out"
equal "the same again: the table" "$before" "$(cat boards.csv)"

# Board after board: the second is done once, though it is there twice.
run_onelink provision --emulator port --csv boards.csv --wait 10
equal "board after board: exit" 0 "$rc"
has "the second" "boards.csv:3: d2: done" "$out"
has "the second again" "boards.csv:3: d2: this board is done already" "$out"
has "the third" "boards.csv:4: d3: done" "$out"
equal "rows that are done" 3 "$(done_rows)"
finish
