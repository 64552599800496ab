#!/bin/sh
# SPDX-License-Identifier: MIT
# bench/table sets figures beside budgets: kept, exceeded, missing and unlimited ones.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
table=$OL_SOURCE_DIR/bench/table
tab=$(printf '\t')

cat >"$work/part.budget" <<END
flash${tab}1000${tab}flash, bytes${tab}1,200
post${tab}5000${tab}a post${tab}51,900
turn${tab}-${tab}a turn
END

expect() { # NAME STATUS TABLE FIGURES PATTERN ...
    name=$1 want=$2 which=$3
    printf '%s\n' "$4" | tr ' ' '\t' >"$work/figures"
    shift 4
    got=0
    "$table" --gate "$which" "$work/part.budget" <"$work/figures" >"$work/out" || got=$?
    for pattern in "$@"; do
        grep -Eq "$pattern" "$work/out" || got="no line like $pattern, status $got"
    done
    [ "$got" = "$want" ] || {
        echo "costs: $name: $got" >&2
        cat "$work/out" >&2
        exit 1
    }
}

expect "at the limit" 0 sizes "part flash 1000 bytes" \
    '^\| flash, bytes +\| +1,000 \| +1,000 \| ok +\| 1,200 \|$'
expect "above the limit" 1 sizes "part flash 1001 bytes" '1,001 \| +1,000 \| MISSED'
expect "no figure" 1 sizes "part post 1 instructions" '^\| flash, bytes .*MISSED: no figure'
expect "of another image" 1 sizes "other flash 1 bytes" 'MISSED: no figure'
expect "instructions" 0 bench "part post 4999 instructions
part turn 1234567 instructions" '^\| a post +\| +4,999' '^\| a turn +\| 1,234,567 \| +- \| +\| - \|$'
expect "no flash among them" 1 bench "part flash 1 bytes" '^\| a post .*MISSED'

printf 'part\tpost\t6000\tinstructions\npart\tturn\t1\tinstructions\n' |
    "$table" bench "$work/part.budget" >"$work/out"
grep -q MISSED "$work/out"
