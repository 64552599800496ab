#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: where a host sent a message before the SUBACK, as MQTT allows, what needs a subscription was "not
# observable". Cause: the SUBACK was looked for at a fixed place.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

odd_host chatty
battery --only 1.5
has "all of 1.5" "7 as expected, 0 different, 0 not observable" "$out"
finish
