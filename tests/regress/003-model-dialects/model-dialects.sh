#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: a model with a bitMap whose specs were not integers was refused, though nobody knows their
# form and nothing depends on it. Cause: the labels of an enum were asked for there too. Found by
# trying exports of many shapes, which stay here: all of taken/ must be taken, each of refused/ must
# be refused with the JSON path of what is wrong.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"
here=$(dirname "$0")

create() {
    "$platform" product create --data "$data" --model "$1" 2>&1
}
for file in "$here"/taken/*.json; do
    like "$file" '{"product_id":*' "$(create "$file" || true)"
done
while IFS=$'\t' read -r name path; do
    [ "${name:0:1}" = '#' ] && continue
    status=0
    words=$(create "$here/refused/$name") || status=$?
    is "$name: exit status" 2 "$status"
    # Without a path the text as a whole is at fault.
    is "$name: path" "$path" "$(sed -n -e 's/^onelink-platform: [^:]*: \([^ ]*\): .*/\1/p' \
        -e 's/^onelink-platform: [^:]*, line [0-9]*: [^:]*$/$/p' <<<"$words")"
done <"$here/refused/paths.tsv"
sep= n=0
for _ in $(seq 100); do
    printf '%s{"identifier":"p%d","accessMode":"r","dataType":{"type":"bool"}}' "$sep" "$((++n))"
    sep=,
done >"$work/hundred"
{ echo '{"properties":['; cat "$work/hundred"; echo ']}'; } >"$work/hundred.json"
like '100 points' '{"product_id":*' "$(create "$work/hundred.json" || true)"
