#!/bin/bash
# SPDX-License-Identifier: MIT
# Hostile clients, and what a well-behaved device feels meanwhile: prints the table of
# docs/limits.md. OL_HOSTILE_SECONDS (2) is how long each flood lasts.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

ulimit -n "$(ulimit -Hn)"
make_product Prod000001
platform_start --limits off --quiet
to=("$mqtt_port" "$http_port" "$data/console.token" Prod000001 "$work/Prod000001.key")
"$OL_BINARY_DIR/bench/platform-load" "${to[@]}" create 100
# Freed memory stays with a sanitizer for a while.
if grep -q __asan_init "$platform"; then
    export OL_HOSTILE_KEPT_KB=2000000
fi
status=0
"$OL_BINARY_DIR/tests/platform_hostile" "${to[@]}" "$platform_pid" "${OL_HOSTILE_SECONDS:-2}" ||
    status=$?
is 'the platform did what it should, and served the device' 0 "$status"
platform_stop
is 'ends well' 0 "$platform_status"

# The older set of limits: the eleventh login in 5 s is one too many, and bans the device.
make_device Prod000001 dev
platform_start --limits enforce --limit-table suite --quiet
for i in $(seq 10); do
    like "login $i" '*"code":200*' "$(post Prod000001 dev '{"id":"1","params":{"temp":{"value":1}}}')"
done
is 'login 11' '' "$(post Prod000001 dev '{"id":"1","params":{"temp":{"value":1}}}' 2>/dev/null || true)"
sleep 5
is 'still banned' '' "$(post Prod000001 dev '{"id":"1","params":{"temp":{"value":1}}}' 2>/dev/null || true)"
platform_stop
