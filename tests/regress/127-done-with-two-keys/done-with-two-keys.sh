#!/bin/bash
# SPDX-License-Identifier: MIT
# A board that had a product_key from before got a device_key from the table and was marked done; the
# board takes only one of them and never logged in. A row with two keys was marked done, too.
# Found by reading.
# shellcheck source=tests/interop/onelink.sh
. "${OL_SOURCE_DIR:?}/tests/interop/onelink.sh" || exit 1
cd "$tmp" || exit 1

plug() {
    mkdir -p got
    rm -f port
    "$OL_BINARY_DIR/tests/provision_boards" socket port got used &
    pids+=("$!")
    for _ in $(seq 100); do
        [ -e port ] && break
        sleep 0.05
    done
}

printf 'device_name,product_id,device_key\nd1,PID1,S3cr3tS3cr3tS3cr3t==\n' >boards.csv
chmod 600 boards.csv
plug
run_onelink provision --emulator port --csv boards.csv --once
equal "an old key: exit" 1 "$rc"
has "an old key: told" "device_key and product_key are both set on the board" "$err"
equal "an old key: not done" 0 "$(grep -c ',20..-..-..T' boards.csv)"
plug
run_onelink provision --emulator port --csv boards.csv --once --fresh
equal "erased: exit" 0 "$rc"
equal "erased: done" 1 "$(grep -c ',20..-..-..T' boards.csv)"

printf 'device_name,device_key,token\nd1,S3cr3tS3cr3t,version=2018-10-31\n' >two.csv
chmod 600 two.csv
run_onelink provision --emulator nowhere --csv two.csv --wait 1
equal "two in a row: exit" 2 "$rc"
has "two in a row: told" "two.csv:2: device_key and token cannot stand together" "$err"

finish
