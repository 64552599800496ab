#!/bin/bash
# SPDX-License-Identifier: MIT
# A key that begins with '=' came to the board without it, because the console takes `set KEY =
# VALUE`, too, and the row was marked done: of a key, only that it is set is read back. Found by
# reading.
# shellcheck source=tests/interop/onelink.sh
. "${OL_SOURCE_DIR:?}/tests/interop/onelink.sh" || exit 1
cd "$tmp" || exit 1

mkdir got
"$OL_BINARY_DIR/tests/provision_boards" socket port got good &
pids+=("$!")
for _ in $(seq 100); do
    [ -e port ] && break
    sleep 0.05
done
printf 'device_name,product_id,device_key\nd1,PID1,=S3cr3tS3cr3t==\nd2,,\n' >boards.csv
chmod 600 boards.csv
run_onelink provision --emulator port --csv boards.csv --wait 2
has "told" "boards.csv:2: d1: done" "$out"
wait "${pids[0]}"
has "stored" 'device_key = "=S3cr3tS3cr3t=="' "$(cat got/1.conf)"

finish
