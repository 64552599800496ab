#!/bin/bash
# SPDX-License-Identifier: MIT
# Backup, check, and how long history is kept: what they print, refuse and leave behind.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

# run EXPECTED-STATUS ARGUMENT ...: leaves the two outputs in $out and $err
run() {
    local expected=$1 status=0
    shift
    out=$("$platform" "$@" 2>"$work/err") || status=$?
    err=$(cat "$work/err")
    is "status of: $*" "$expected" "$status"
}

# ---- the command line ----
for wrong in 'backup' "backup --data $data" "backup --to x" "backup --data $data --to x extra" \
    "check" "check --data $data --force" "check --data $data --to x" \
    "serve --data $data --history-days x" "serve --data $data --history-days -1" \
    "serve --data $data --log-days x" "serve --data $data --log-days -1" \
    "serve --data $data --log-days 1000001" "serve --data $data --log-days" \
    "serve --data $data --history-mb 1000001" "serve --data $data --history-mb 5m"; do
    # shellcheck disable=SC2086
    run 2 $wrong
    like "usage after: $wrong" '*usage:*' "$err"
done
run 1 check --data "$data"
run 1 backup --data "$data" --to "$work/b"
is 'no folder made, no file' no "$([ -e "$data" ] || [ -e "$work/b" ] && echo yes || echo no)"
run 0 backup --help
like 'help tells how to restore' '*To restore*' "$out"
run 0 check --help
like 'help tells the exit status' '*1 damaged*' "$out"

# ---- a sound one, while serve runs ----
p=Prod000001
make_product $p
make_device $p dev
platform_start
for i in 1 2 3; do
    like "post $i" '*"code":200*' "$(post $p dev '{"id":"'$i'","params":{"count":{"value":'$i',"time":'$((1790000000000 + i))'}}}')"
done
run 0 check --data "$data"
is 'sound' 'true 0' "$(jq -r '"\(.sound) \(.problems | length)"' <<<"$out")"
is 'values' '3 1 1' "$(jq -r '"\(.tables.history.rows) \(.tables.device.rows) \(.tables.product.rows)"' <<<"$out")"
is 'oldest and newest' '1790000000001 1790000000003' "$(jq -r '"\(.oldest_ms) \(.newest_ms)"' <<<"$out")"
is 'sizes' true "$(jq '.bytes >= ([.tables[].bytes] | add) and .tables.history.bytes >= 4096' <<<"$out")"
run 0 backup --data "$data" --to "$work/copy"
is 'what it prints' "$work/copy $(stat -c %s "$work/copy")" "$(jq -r '"\(.file) \(.bytes)"' <<<"$out")"
is 'mode' 600 "$(stat -c %a "$work/copy")"
is 'nothing else is left' 'copy' "$(cd "$work" && echo copy*)"
before=$(sha256sum <"$work/copy")
run 1 backup --data "$data" --to "$work/copy"
like 'it is there already' '*there already*--force*' "$err"
is 'and stays' "$before" "$(sha256sum <"$work/copy")"
like 'post 4' '*"code":200*' "$(post $p dev '{"id":"4","params":{"count":{"value":4,"time":1790000000004}}}')"
run 0 backup --data "$data" --to "$work/copy" --force
is 'overwritten' 4 "$(sqlite3 "$work/copy" 'SELECT count(*) FROM history')"
rm -f "$work/copy"
run 0 backup --data "$data" --to "$work/copy"
for name in onelink.db onelink.db-wal other; do
    run 1 backup --data "$data" --to "$data/$name" --force
    like "not into the data folder: $name" '*data folder*elsewhere*' "$err"
done
is 'which is as it was' 4 "$(value $p dev count)"
run 1 backup --data "$data" --to "$work/no/such/folder"
like 'no folder' '*No such file*' "$err"
# No room for it: a file of at most 8 KB.
status=0
(
    trap '' XFSZ
    ulimit -f 8
    "$platform" backup --data "$data" --to "$work/small"
) >"$work/out" 2>"$work/err" || status=$?
is 'no room' 1 "$status"
like 'no room, in words' '*cannot copy the database*' "$(cat "$work/err")"
is 'no room: nothing is left' 'small*' "$(cd "$work" && echo small*)"
mkdir "$work/folder"
run 1 backup --data "$data" --to "$work/folder" --force
like 'a folder' '*no file*' "$err"
ln -s "$data/onelink.db" "$work/link.part"
run 1 backup --data "$data" --to "$work/link"
is 'no link is followed' 4 "$(sqlite3 "$data/onelink.db" 'SELECT count(*) FROM history')"

# ---- restore ----
like 'post 5' '*"code":200*' "$(post $p dev '{"id":"5","params":{"count":{"value":5}}}')"
platform_stop
cp "$work/copy" "$data/onelink.db"
rm -f "$data/onelink.db-wal" "$data/onelink.db-shm"
platform_start
is 'as it was' 4 "$(value $p dev count)"
like 'and it goes on' '*"code":200*' "$(post $p dev '{"id":"6","params":{"count":{"value":6}}}')"
platform_stop

# ---- chart ----
platform_start
history="/thingmodel/query-device-property-history?product_id=$p&device_name=dev&identifier=count&start_time=1790000000000&end_time=1790000000009"
is 'buckets' '[["1790000000000",1,"1","1","1"],["1790000000002",2,"2","3","2.5"],["1790000000004",1,"4","4","4"]]' \
    "$(api "$api_token" GET "$history&bucket_ms=2&sort=1" | jq -c '[.data.list[] | [.time, .count, .min, .max, .mean]]')"
is 'newest first' '["1790000000004","1790000000002","1790000000000"]' \
    "$(api "$api_token" GET "$history&bucket_ms=2" | jq -c '[.data.list[].time]')"
is 'a page' '["1790000000002"]' \
    "$(api "$api_token" GET "$history&bucket_ms=2&offset=1&limit=1" | jq -c '[.data.list[].time]')"
for bad in 0 -1 x 1.5; do
    is "bucket_ms=$bad" 10001 "$(api "$api_token" GET "$history&bucket_ms=$bad" | jq .code)"
done
is 'limit of buckets' 10001 "$(api "$api_token" GET "$history&bucket_ms=2&limit=1001" | jq .code)"
is 'without, as ever' '["4","3","2","1"]' "$(api "$api_token" GET "$history" | jq -c '[.data.list[].value]')"
platform_stop
# More values than a slice looks at; devices have their turn between two.
sqlite3 "$data/onelink.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
    INSERT INTO history SELECT (SELECT min(point) FROM history), 1700000000000 + i, i FROM n"
platform_start
history="/thingmodel/query-device-property-history?product_id=$p&device_name=dev&identifier=count&start_time=1700000000001&end_time=1700000200000"
is 'many slices' '[200000,"1","200000","100000.5"]' \
    "$(api "$api_token" GET "$history&bucket_ms=9000000000000" | jq -c '.data.list[0] | [.count, .min, .max, .mean]')"
is 'many stretches, the newest' '[1000,199801]' \
    "$(api "$api_token" GET "$history&bucket_ms=200" | jq -c '.data.list | [length, (map(.count) | add)]')"
platform_stop

# ---- retention by age: the newest stays ----
platform_start --history-days 1
for _ in $(seq 100); do
    [ "$(sqlite3 "$data/onelink.db" 'SELECT count(*) FROM history')" = 1 ] && break
    sleep 0.1
done
is 'only the newest is left' 6 "$(sqlite3 "$data/onelink.db" 'SELECT value FROM history')"
platform_stop

# ---- damage ----
sqlite3 "$data/onelink.db" "INSERT INTO history VALUES(99 << 16, 5, 1), (1 << 16 | 999, 5, 1);
    INSERT INTO presence VALUES(98, 1, 1, '')"
run 1 check --data "$data"
is 'orphans' '["1 series of values belong to no device","1 series of values belong to no property","1 changes of presence belong to no device"]' \
    "$(jq -c .problems <<<"$out")"
like 'and in words' '*not sound: 3 problems*' "$err"
cp "$work/copy" "$data/onelink.db"
run 0 check --data "$data"
sqlite3 "$data/onelink.db" 'PRAGMA user_version=77'
run 1 check --data "$data"
like 'a newer schema' '*schema is 77*' "$(jq -c .problems <<<"$out")"
run 1 serve --data "$data" --mqtt 127.0.0.1:0 --http 127.0.0.1:0
like 'which serve refuses' '*newer onelink-platform*77*' "$err"
cp "$work/copy" "$data/onelink.db"
root=$(sqlite3 "$work/copy" "SELECT rootpage FROM sqlite_schema WHERE name = 'history'")
printf '\245%.0s' $(seq 2000) |
    dd of="$data/onelink.db" bs=1 seek=$(((root - 1) * 4096)) conv=notrunc status=none
run 1 check --data "$data"
is 'a damaged page' false "$(jq .sound <<<"$out")"
head -c 100 /dev/urandom >"$data/onelink.db"
run 1 check --data "$data"
like 'no database at all' '*damaged*' "$err"
run 1 backup --data "$data" --to "$work/other"
is 'nothing is left of it' 'no' "$([ -e "$work/other" ] || [ -e "$work/other.part" ] && echo yes || echo no)"
