#!/bin/bash
# SPDX-License-Identifier: MIT
# `make dist` published every image that lay in the build folder: that of a board that is no more,
# too, and with BOARD= the one that was built and another one from last month. Now it is the boards
# of the source, all of them or none.
set -euo pipefail
source_dir=${OL_SOURCE_DIR:?}
images=${OL_BINARY_DIR:?}/firmware
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
boards=$(cd "$source_dir/firmware/boards" && echo *)

mkdir -p "$tmp/firmware/firmware"
ln -s "$(realpath "$images")/firmware/uf2" "$tmp/firmware/firmware/uf2"
for board in $boards gone_board; do
    from=${board/gone_board/w5500_evb_pico}
    cp "$images/onelink-$from.uf2" "$tmp/firmware/onelink-$board.uf2"
    cp "$images/onelink-$from.sizes" "$tmp/firmware/onelink-$board.sizes"
done
"$source_dir/scripts/dist" "$tmp" >/dev/null
found=$(cd "$tmp/dist" && ls ./*.uf2)
wanted=$(printf './onelink-%s.uf2\n' $boards)
[ "$found" = "$wanted" ] || {
    echo "published: $found" >&2
    exit 1
}

rm "$tmp/firmware/onelink-w5500_evb_pico.uf2"
if "$source_dir/scripts/dist" "$tmp" >/dev/null 2>&1; then
    echo "published without the image of a board" >&2
    exit 1
fi

# BOARD= must not leave the others as they were.
plan=$(make -n -C "$source_dir" dist BOARD=w5500_evb_pico 2>/dev/null)
[[ $plan == *firmware-all* ]] || {
    echo "make dist BOARD=... builds one image only" >&2
    exit 1
}
echo "the boards of the source, all of them"
