#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: onelink conformance --config FOLDER said "onelink run: cannot read". Cause: what both commands
# share named one of them.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

run_onelink conformance --config "$tmp"
equal "folder" "2 onelink conformance: cannot read $tmp: Is a directory" "$rc $err"
run_onelink run --config "$tmp"
equal "folder" "2 onelink run: cannot read $tmp: Is a directory" "$rc $err"
finish
