#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: `onelink-platform log --follow` showed nothing more, without a word, after messages.log had
# been removed or damaged and serve started again. Cause: it went on looking at the file that was
# gone, or waited for numbers above those of the old one. Found by reading.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_device $p dev
platform_start --limits off
for i in 1 2 3; do
    post $p dev '{"id":"1","params":{"temp":{"value":1}}}' >/dev/null
done
timeout 600 "$platform" log --data "$data" --product $p --device dev --follow >"$work/follow" &
follower=$!
# shows VALUE: the follower tells of a post of it.
shows() {
    for _ in $(seq 50); do
        post $p dev "{\"id\":\"1\",\"params\":{\"temp\":{\"value\":$1}}}" >/dev/null
        grep -q "\"value\":$1" "$work/follow" && return 0
        sleep 0.2
    done
    return 1
}
check() {
    if shows "$2"; then is "$1" yes yes; else is "$1" yes no; fi
}
check 'follows' 11.5
platform_stop
rm "$data/messages.log"
platform_start --limits off
check 'follows a new file' 12.5
platform_stop
printf x | dd of="$data/messages.log" bs=1 conv=notrunc status=none
platform_start --limits off
check 'follows a file begun anew' 13.5
kill "$follower"
wait "$follower" || true
platform_stop
is 'ends well' 0 "$platform_status"
