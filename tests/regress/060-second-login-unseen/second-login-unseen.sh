#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: onelink conformance had "the same device logs in again" as expected against a host that refused
# the second login, and "a second login that is refused" against one that took it. Cause: nobody looked
# at what the second connection got. Found by reading.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

again="the same device logs in again: the older connection goes"
refused="a second login that is refused: the older connection stays"
for mode in twin-refused twin-dropped; do
    odd_host $mode
    battery --only "logs in again"
    equal "$mode: $again" DIFFERENT "$(verdict "$again")"
done
odd_host twin-taken
battery --only "a second login"
equal "twin-taken: $refused" DIFFERENT "$(verdict "$refused")"
has "the report tells of the second login" "the second one was let in and stays" "$(cat "$tmp/odd.md")"
finish
