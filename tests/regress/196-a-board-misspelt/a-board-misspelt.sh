#!/bin/bash
# SPDX-License-Identifier: MIT
# `make firmware BOARD=w55rp20` ended with "ninja: error: unknown target"; so did `make emulate`,
# whose own message nobody saw. Which boards there are is said now, before anything is built.
set -euo pipefail
cd "${OL_SOURCE_DIR:?}"
for goal in firmware emulate; do
    if said=$(make -s "$goal" BOARD=w55rp20 2>&1 </dev/null); then
        echo "make $goal BOARD=w55rp20 ended with 0" >&2
        exit 1
    fi
    for word in "no board w55rp20" w55rp20_evb_pico w5500_evb_pico; do
        [[ $said == *"$word"* ]] || {
            echo "make $goal: no \"$word\" in: $said" >&2
            exit 1
        }
    done
    [[ $said != *ninja* ]]
done
echo "told"
