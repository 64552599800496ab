#!/bin/bash
# SPDX-License-Identifier: MIT
# What was seen: device_name=lamp%00x was answered as if lamp had been asked for, and so was every
# parameter of a URL. Cause: parameters are strings that end with NUL once they are decoded. Found by
# trying.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
make_device $p lamp
platform_start
for query in "product_id=$p&device_name=lamp%00x" "product_id=$p%00&device_name=lamp" \
    "product_id=$p&device_name%00x=lamp" "product_id=$p&device_name=lamp&x=%00"; do
    is "$query" '10001 parameter error:query' \
        "$(api "$api_token" GET "/device/detail?$query" | jq -r '"\(.code) \(.msg)"')"
done
is 'text of the same look' '10001 parameter error:device_name' "$(api "$api_token" GET \
    "/device/detail?product_id=$p&device_name=lamp%2500" | jq -r '"\(.code) \(.msg)"')"
