#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: `product create` with a bad model or id left a data folder with an empty database behind, so
# that the next look at it found a platform without products. Cause: the folder was made before the
# file was read. Found by trying.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

new=$work/new
create() {
    "$platform" product create --data "$new" "$@" 2>&1 || echo "status $?"
}
printf '{"properties":[{"identifier":5}]}' >"$work/bad.json"
like 'a bad model' '*bad.json, line 1: properties*identifier: *a string*a number*status 2' "$(create --model "$work/bad.json")"
like 'no model' '*cannot read the model*status 2' "$(create --model "$work/none.json")"
printf '{"properties":[]}' >"$work/good.json"
like 'a bad id' '*--id is*status 2' "$(create --model "$work/good.json" --id 'no!')"
is 'no folder' no "$([ -e "$new" ] && echo yes || echo no)"
like 'from a pipe' '*product_id*' "$(create --model <(cat "$work/good.json"))"
is 'a folder' yes "$([ -e "$new/onelink.db" ] && echo yes || echo no)"
