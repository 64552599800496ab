# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by tests that hold `onelink conformance` against a host that is odd in one way.
# shellcheck source=tests/interop/onelink.sh
. "${OL_SOURCE_DIR:?}/tests/interop/onelink.sh" || exit 1

# odd_host MODE: a host on a free port, and settings for it in $tmp/odd.conf
odd_host() {
    rm -f "$tmp/$1.port" # of an earlier host of that kind
    python3 "$source_dir/tests/interop/odd_host.py" "$1" >"$tmp/$1.port" &
    pids+=($!)
    until grep -qs . "$tmp/$1.port"; do sleep 0.05; done
    echo "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U=" >"$tmp/odd.key"
    chmod 600 "$tmp/odd.key"
    printf '%s\n' "host=127.0.0.1" "port=$(cat "$tmp/$1.port")" product_id=Prod000001 \
        device_name=dev "device_key_file=$tmp/odd.key" \
        "model=$source_dir/tests/interop/conformance_model.json" >"$tmp/odd.conf"
}

# battery OPTION...: output into $out, report into $tmp/odd.md; sets $rc and $took_s
battery() {
    local from=$SECONDS
    out=$("$onelink" conformance --config "$tmp/odd.conf" --report "$tmp/odd.md" "$@" 2>&1)
    # shellcheck disable=SC2034 # for the test
    rc=$?
    # shellcheck disable=SC2034
    took_s=$((SECONDS - from))
}

# verdict CASE: what the battery printed of it
verdict() {
    sed -nE "s/^[0-9.]+ +(D|C|U|ours) +(as expected|DIFFERENT|not observable) +$1( \(.*\))?\$/\2/p" <<<"$out"
}
