#!/bin/bash
# SPDX-License-Identifier: MIT
# `make emulate | head`, or a terminal window that was closed, ended the emulator and left its
# platform running, with its folder. Whoever goes away: both are gone soon after.
set -euo pipefail
board=w55rp20_evb_pico
tmp=$(mktemp -d)
pid=
platforms() { # those in our folder
    pgrep -f -- "--data $tmp/" || true
}
finish() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    for left in $(platforms); do
        kill "$left"
    done
    rm -rf "$tmp"
}
trap finish EXIT
export TMPDIR=$tmp

emulate() {
    exec "${OL_SOURCE_DIR:?}/scripts/emulate" "$board" "${OL_BINARY_DIR:?}" </dev/null
}

gone() { # after WHAT
    for _ in $(seq 100); do
        [ -z "$(ls -A "$tmp")$(platforms)" ] && return
        sleep 0.1
    done
    echo "left behind $1: $(ls "$tmp") $(platforms)" >&2
    exit 1
}

seen=$(emulate 2>/dev/null | head -2) || true
[[ $seen == *"The platform listens"* ]]
gone "by a reader that went away"

emulate >/dev/null 2>&1 &
pid=$!
for _ in $(seq 100); do
    pgrep -f -- "--data $tmp/.* --mqtt" >/dev/null && break
    sleep 0.1
done
sleep 0.5
kill -HUP "$pid"
wait "$pid" && status=0 || status=$?
[ "$status" = 129 ] || {
    echo "exit status $status after SIGHUP" >&2
    exit 1
}
pid=
gone "by SIGHUP"
echo "nothing is left"
