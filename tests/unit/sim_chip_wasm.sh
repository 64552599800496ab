#!/bin/bash
# SPDX-License-Identifier: MIT
# The chip model as WebAssembly does what it does natively.  usage: sim_chip_wasm.sh PROGRAM WASM
set -euo pipefail
program=${1:?usage: sim_chip_wasm.sh PROGRAM WASM}
wasm=${2:?usage: sim_chip_wasm.sh PROGRAM WASM}
command -v node >/dev/null || {
    echo "SKIPPED: node is missing"
    exit 77
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$program" "$dir" >/dev/null
node "$(dirname "$0")/sim_chip_wasm.mjs" "$wasm" "$dir/transcript.txt"
