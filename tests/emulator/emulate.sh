#!/bin/bash
# SPDX-License-Identifier: MIT
# `make emulate` without a terminal: ends by itself, shows five answered reports and the obeyed
# command, and what it measured keeps what was promised.   usage: emulate.sh BOARD
set -euo pipefail
board=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() {
    echo "emulate.sh: $*" >&2
    cat "$tmp/out" >&2
    exit 1
}

TMPDIR=$tmp "$OL_SOURCE_DIR/scripts/emulate" "$board" "$OL_BINARY_DIR" \
    </dev/null >"$tmp/out" 2>&1 || fail "exit status $?"
[ "$(grep -c '^board .*<- reply [0-9]*: 200' "$tmp/out")" -ge 5 ] || fail "no five answered reports"
grep -q '^platform .*property/set_reply \[200\]' "$tmp/out" || fail "the platform saw no answer"
grep -q '^5 reports were answered, the command was obeyed' "$tmp/out" || fail "not obeyed"
grep -q 'device_key \*' "$tmp/out" || fail "the key was not typed, or shown"
[ -z "$(find "$tmp" -mindepth 1 ! -name out)" ] || fail "it left files behind"

sed -n '/^Emulated milliseconds/,$p' "$tmp/out"
start=$(sed -n 's/^ *\([0-9]*\)  together$/\1/p' "$tmp/out")
awake=$(sed -n 's/^  \([0-9.]*\) % without a USB host.*/\1/p' "$tmp/out")
stack=$(sed -n 's/^Stack: \([0-9]*\) of .*/\1/p' "$tmp/out")
awk -v start="$start" -v awake="$awake" -v stack="$stack" \
    'BEGIN { exit !(start > 0 && start < 6000 && awake > 0 && awake < 0.1 && stack > 0 && stack < 3072) }' ||
    fail "more than 6000 ms to the first report, 0.1 % of cycles awake, or 3 KB of stack"
