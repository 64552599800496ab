#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: onelink conformance --set-wait had "a set" different, and ended with 1, when nobody had set a
# property. Cause: what nobody did counted as the host's fault.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

odd_host chatty
battery --only 4.3 --set-wait 1
for case in "a set: QoS 0, an id of digits, bare values" "a get: QoS 0, an id of digits, an array"; do
    equal "$case" "not observable" "$(verdict "$case")"
done
equal "exit" 0 "$rc"
finish
