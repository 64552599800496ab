#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: onelink conformance had "QoS 0: no PUBACK" and "no subscription, no reply" as expected against a
# host that answered 0.3 s later. Cause: it waited for 40 ms. Found by reading.
# shellcheck source=tests/interop/odd_host.sh
. "${OL_SOURCE_DIR:?}/tests/interop/odd_host.sh" || exit 1

odd_host late
battery --only 1.5
equal "no reply after the session" DIFFERENT "$(verdict "no session: a subscription ends with the connection")"
battery --only 1.6
for case in "no subscription, no reply" "no reply after UNSUBSCRIBE"; do
    equal "$case" DIFFERENT "$(verdict "$case")"
done
equal "what is subscribed to" "as expected" "$(verdict "two filters match: one copy")"
finish
