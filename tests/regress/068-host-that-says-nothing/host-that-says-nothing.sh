#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: onelink conformance took 11 minutes on loopback, and half an hour elsewhere, for a host that takes
# connections and never answers. Cause: each case waited as long as the first.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

odd_host silent
battery
equal "exit" 1 "$rc"
checks=$((checks + 1))
[ "$took_s" -lt 150 ] || fail "took $took_s s"
finish
