#!/bin/bash
# SPDX-License-Identifier: MIT
# kill -9 in the middle of a retention and of a backup: the database stays sound, and what is
# called a backup is a whole one.
set -eu
. "$OL_SOURCE_DIR/tests/interop/platform_lib.sh"

p=Prod000001
make_product $p
for d in a b c d; do
    make_device $p $d
done
rows=60000 # of each of four series
now=$(date +%s)000
sqlite3 "$data/onelink.db" "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $rows - 1)
    INSERT INTO history SELECT d << 16, $now - ($rows - i) * 1000, i FROM n, (SELECT id AS d FROM device);"

count() {
    sqlite3 "$data/onelink.db" 'SELECT count(*) FROM history'
}

# ---- retention by size, killed again and again ----
"$platform" backup --data "$data" --to "$work/full" >"$work/out"
killed=0
for pause in 0.2 0.35 0.15 0.5 0.3 0.25; do
    before=$(count)
    platform_start --history-mb 3
    sleep $pause
    platform_stop KILL
    is "sound after a kill at $pause s" true "$("$platform" check --data "$data" | jq .sound)"
    # What is left of each series is its newest part, without a hole.
    is 'no holes' 0 "$(sqlite3 "$data/onelink.db" 'SELECT count(*) FROM (SELECT (max(time) - min(time)) / 1000 + 1 AS n, count(*) AS m, max(value) AS v FROM history GROUP BY point) WHERE n <> m OR v <> '$((rows - 1)))"
    [ "$(count)" -lt "$before" ] && killed=$((killed + 1))
done
is 'some were killed at work' yes "$([ $killed -ge 2 ] && echo yes || echo "no: $killed")"

# Left alone it comes to its end, while a device reports.
platform_start --history-mb 3
for i in $(seq 1 300); do
    like "post $i is answered" '*"code":200*' "$(post $p a '{"id":"'"$i"'","params":{"count":{"value":'"$i"'}}}')"
    used=$("$platform" check --data "$data" | jq '.bytes - .free_bytes')
    [ "$used" -le $((3 << 20)) ] && break
done
is 'small enough' yes "$([ "$used" -le $((3 << 20)) ] && echo yes || echo "no: $used")"
is 'and not smaller than need be' yes "$([ "$used" -ge $((2 << 20)) ] && echo yes || echo "no: $used")"
is 'what was answered is there' "$i" "$(value $p a count)"
is 'no series lost much more than another' yes \
    "$(sqlite3 "$data/onelink.db" "SELECT iif(max(t) - min(t) <= $rows * 1000 / 64 + 10000, 'yes', max(t) - min(t))
        FROM (SELECT min(time) AS t FROM history WHERE point & 65535 = 0 GROUP BY point)")"
platform_stop

# ---- backup, killed at any time ----
cp "$work/full" "$data/onelink.db"
rm -f "$data/onelink.db-wal" "$data/onelink.db-shm"
platform_start
for pause in 0 0.002 0.005 0.01 0.015 0.02 0.03 0.05; do
    rm -f "$work/copy"
    : >"$work/out" # the kill may come before the shell does it
    "$platform" backup --data "$data" --to "$work/copy" >"$work/out" 2>&1 &
    backup_pid=$!
    sleep $pause
    kill -s KILL $backup_pid 2>/dev/null || true
    wait $backup_pid 2>/dev/null || true
    if [ -e "$work/copy" ]; then
        is "whole at $pause s" "ok $((4 * rows))" "$(sqlite3 "$work/copy" 'PRAGMA integrity_check; SELECT count(*) FROM history' | tr '\n' ' ' | sed 's/ $//')"
    else
        is "none at $pause s" '' "$(cat "$work/out")"
    fi
done
rm -f "$work/copy"
is 'the next one succeeds' 0 "$("$platform" backup --data "$data" --to "$work/copy" >"$work/out" && echo $?)"
is 'and leaves nothing else' 'copy' "$(cd "$work" && echo copy*)"

# ---- backups while devices write: each is one moment ----
make_device $p w
(
    for i in $(seq 1 40); do
        post $p w '{"id":"1","params":{"temp":{"value":'$((i % 90))'},"count":{"value":'$((i % 90))'}}}' >"$work/post"
    done
) &
writer=$!
for i in 1 2 3 4 5 6; do
    "$platform" backup --data "$data" --to "$work/copy" --force >"$work/out"
    is "backup $i: both values of a post or none" ok "$(sqlite3 "$work/copy" "PRAGMA integrity_check")"
    is "backup $i: pairs" 0 "$(sqlite3 "$work/copy" "SELECT count(*) FROM history AS a WHERE point >> 16 = 5 AND NOT EXISTS
        (SELECT 1 FROM history AS b WHERE b.point >> 16 = 5 AND b.point <> a.point AND b.time = a.time)")"
done
wait $writer
is 'the last one is not empty' yes "$([ "$(sqlite3 "$work/copy" 'SELECT count(*) FROM history WHERE point >> 16 = 5')" -gt 0 ] && echo yes)"
