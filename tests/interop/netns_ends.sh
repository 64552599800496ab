#!/bin/bash
# SPDX-License-Identifier: MIT
# netns.sh by itself: a test in namespaces of its own has its own networks and its exit code, and
# leaves nothing behind however it ends.
set -euo pipefail

# What the namespaces are made for: a test that has networks and processes, and ends as told.
if [ -n "${OL_NETNS_VICTIM:-}" ]; then
    . "$(dirname "$0")/netns.sh"
    space_add one
    space_add two
    space_join one olends0 two olends1
    within one ip addr add 10.76.0.1/24 dev olends0
    within two ip addr add 10.76.0.2/24 dev olends1
    start_within two sleep "$OL_NETNS_VICTIM"
    : >"$dir/file"
    echo ready
    case $1 in
    well) exit 0 ;;
    badly) exit 3 ;;
    set-e) false ;;
    esac
    wait
fi

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mark=86400.$$ # seconds: how its process is found

# code_of HOW [SIGNAL]: runs it, sends the signal when it is ready, sets $code.
code_of() {
    : >"$out/said"
    OL_NETNS_VICTIM=$mark "$0" "$1" >"$out/said" 2>&1 &
    local victim=$! end=$((SECONDS + 20))
    until grep -qE 'ready|skipped' "$out/said" || [ $SECONDS -ge $end ]; do
        sleep 0.05
    done
    [ -z "${2:-}" ] || kill -s "$2" "$victim"
    code=0
    { wait "$victim"; } 2>/dev/null || code=$?
}

# Processes end a moment after the one that held them.
nothing_left() {
    local end=$((SECONDS + 10)) process
    while process=$(grep -lsz "^$mark" /proc/[0-9]*/cmdline); do
        [ $SECONDS -lt $end ] || {
            echo "after $1: still running: $process" >&2
            exit 1
        }
        sleep 0.05
    done
    [ ! -e /run/spaces ] && [ ! -e /run/test ] && ! grep -q /run/spaces /proc/self/mounts || {
        echo "after $1: files or mounts are left" >&2
        exit 1
    }
    ! grep -q olends /proc/net/dev || {
        echo "after $1: an interface is left" >&2
        exit 1
    }
}

check() { # EXIT-CODE HOW [SIGNAL]
    code_of "${@:2}"
    [ "$code" -ne 77 ] || {
        cat "$out/said"
        exit 77
    }
    grep -q ready "$out/said" && [ "$code" -eq "$1" ] || {
        echo "$2 ${3:-}: exit code $code, not $1:" >&2
        cat "$out/said" >&2
        exit 1
    }
    nothing_left "$2 ${3:-}"
    echo "ends $2 ${3:-}: exit code $code, nothing left"
}

check 0 well
check 3 badly
check 1 set-e
check 143 killed TERM
check 137 killed KILL
