#!/bin/bash
# SPDX-License-Identifier: MIT
# A foreign application, in both shapes of lists: foreign_client.py creates the device, Paho is it.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
for lists in current studio; do
    platform_start --lists $lists
    rm -f "$work/go"
    mkfifo "$work/go"
    python3 "$interop/foreign_client.py" run "$http/" $p "$work/$p.key" <"$work/go" >"$work/app" 2>&1 &
    app=$!
    exec 8>"$work/go"
    await_line "$work/app" sec_key
    jq -r .sec_key <(head -1 "$work/app") >"$work/$p.app-made.key"
    chmod 600 "$work/$p.app-made.key"
    token_of "$work/$p.app-made.key" products/$p/devices/app-made >"$work/$p.app-made.token"
    device_start $p app-made answer
    echo go >&8
    exec 8>&-
    status=0
    wait $app || status=$?
    is "$lists: status" 0 "$status"
    is "$lists: steps" 'list detail model query set bad set live read history status history update delete' \
        "$(sed -n 's/^ok //p' "$work/app" | tr '\n' ' ' | sed 's/ $//')"
    [ "$status" = 0 ] || sed 1d "$work/app"
    device_stop
    platform_stop
done
