#!/bin/bash
# SPDX-License-Identifier: MIT
# Seen: the platform ended by SIGBUS, and every device with it, when messages.log was emptied while
# it served (": >messages.log", as one does with a log). Cause: the file is mapped; a page that is
# not to be had any more, which a failing disk can bring about as well, kills who touches it. Found
# by trying.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_device $p dev
platform_start --limits off
post $p dev '{"id":"1","params":{"temp":{"value":1}}}' >/dev/null
: >"$data/messages.log"
for i in 1 2 3; do
    like "post $i" '*"code":200*' "$(post $p dev '{"id":"1","params":{"temp":{"value":1}}}' 2>&1)"
    is "log $i" 500 "$(($(api "$api_token" GET "/log/device?product_id=$p&device_name=dev" | jq .code) % 10000))"
done
platform_stop
is 'ends well' 0 "$platform_status"
# The next one begins a new log.
platform_start --limits off
like 'post' '*"code":200*' "$(post $p dev '{"id":"1","params":{"temp":{"value":1}}}' 2>&1)"
is 'has a log' true "$(api "$api_token" GET "/log/device?product_id=$p&device_name=dev" | jq '.data.list | length > 3')"
platform_stop
is 'ends well again' 0 "$platform_status"
