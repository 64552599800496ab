# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Networks of a test's own. A test sources this first, with its own arguments:
#
#     . "$(dirname "$0")/netns.sh"
#
# It is then started anew in process, mount and network namespaces of its own, with an empty $dir
# for its files. Nothing of it is seen outside, and when it ends, by itself, by a failure or by a
# signal, the kernel takes everything away: processes, networks, files.
#
# Root may do that, others where the system allows user namespaces. Where it is not allowed the
# test is skipped (exit code 77); as root in CI (variable CI) that is a failure.

if [ -z "${OL_NETNS_OUTSIDE:-}" ]; then
    namespaces=(--mount --pid --fork --kill-child --net)
    [ "$(id -u)" -eq 0 ] || namespaces+=(--user --map-root-user)
    if ! why=$(unshare "${namespaces[@]}" mount -t tmpfs tmpfs /run 2>&1); then
        echo "no network namespaces are to be had here: $why" >&2
        [ "$(id -u)" -ne 0 ] || [ -z "${CI:-}" ] || exit 1
        echo "skipped" >&2
        exit 77
    fi
    OL_NETNS_OUTSIDE=$(readlink /proc/self/ns/net) setpriv --pdeathsig KILL \
        unshare "${namespaces[@]}" "$0" "$@" &
    inner=$!
    # unshare blocks these signals, and the first process of a namespace does not hear them.
    end_inner() { # EXIT-CODE
        kill -KILL "$inner"
        wait "$inner" 2>/dev/null || true
        exit "$1"
    }
    trap 'end_inner 130' INT
    trap 'end_inner 143' TERM
    wait "$inner"
    exit
fi

PATH=$PATH:/usr/sbin:/sbin
mount -t tmpfs tmpfs /run
# LeakSanitizer looks at its own threads there. Containers may not allow it; it is not needed else.
mount -t proc proc /proc 2>/dev/null || true
dir=/run/test
mkdir "$dir" /run/spaces

# within SPACE COMMAND ...: runs it in that network.
within() {
    local space=$1
    shift
    nsenter --net="/run/spaces/$space" -- "$@"
}

# start_within SPACE COMMAND ...: the same, but does not wait for it; $! is the command itself.
start_within() {
    local space=$1
    shift
    nsenter --net="/run/spaces/$space" -- "$@" <&0 &
}

# space_add SPACE: a network with nothing but its own loopback.
space_add() {
    : >"/run/spaces/$1"
    unshare --net mount --bind /proc/self/ns/net "/run/spaces/$1"
    [ "$(within "$1" readlink /proc/self/ns/net)" != "$OL_NETNS_OUTSIDE" ]
    within "$1" ip link set lo up
}

# space_join SPACE INTERFACE SPACE INTERFACE: a cable between two networks.
space_join() {
    within "$1" ip link add "$2" type veth peer name "$4"
    within "$1" ip link set "$4" netns "/run/spaces/$3"
    within "$1" ip link set "$2" up
    within "$3" ip link set "$4" up
}
