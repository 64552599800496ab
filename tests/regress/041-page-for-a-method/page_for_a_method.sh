#!/bin/bash
# SPDX-License-Identifier: MIT
# What was seen: PUT, DELETE, PATCH, OPTIONS and HEAD on a call's path were answered by a page of HTML
# with status 501, the one to a HEAD with its body, and the connection was closed; docs/api.md
# promises the envelope and 405. Cause: the HTTP server was told to know GET and POST alone, and
# what it does not know it answers itself. Found by trying.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

platform_start
path=/device/list
for method in POST PUT DELETE PATCH OPTIONS TRACE; do
    is "$method" '405 application/json;charset=UTF-8 405 method not allowed' "$(
        curl -s -X $method -o "$work/b" -w '%{http_code} %{content_type}' "$http$path"
        jq -r '" \(.code) \(.msg)"' "$work/b"
    )"
done
is 'unknown path' '404 404' "$(curl -s -X PUT -o "$work/b" -w '%{http_code}' "$http/nope"
    jq -r '" \(.code)"' "$work/b")"
# A HEAD has no body: the next answer on the connection begins where the headers of the first end.
exec 3<>"/dev/tcp/127.0.0.1/$http_port"
printf 'HEAD %s HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' $path >&3
timeout 5 cat <&3 | tr -d '\r' >"$work/head"
is 'HEAD, then GET' 'HTTP/1.1 405 HTTP/1.1 404' \
    "$(awk 'NR == 1 || blank && /^HTTP/ { print $1, $2 } { blank = $0 == "" }' "$work/head" |
        tr '\n' ' ' | sed 's/ $//')"
is 'one body' 1 "$(grep -c request_id "$work/head")"
