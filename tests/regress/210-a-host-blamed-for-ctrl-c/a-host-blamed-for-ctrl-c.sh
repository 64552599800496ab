#!/bin/bash
# SPDX-License-Identifier: MIT
# Ctrl-C while `onelink conformance` waited for the login that proves the refusals before it: output
# and report said that the host lets the device in no more, which nobody knows. Found by reading.
# shellcheck source=tests/interop/onelink.sh
. "${OL_SOURCE_DIR:?}/tests/interop/onelink.sh" || exit 1

# Takes the first login, refuses the second, says nothing to the third.
python3 - >"$tmp/host.log" <<'PYTHON' &
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
answers = [b"\x20\x02\x00\x00", b"\x20\x02\x00\x04"]
held = []
while True:
    c = s.accept()[0]
    c.recv(4096)
    if not answers:
        print("third", flush=True)
        held.append(c)
        continue
    answer = answers.pop(0)
    c.sendall(answer)
    if answer[3] == 0:
        c.recv(4096)
    c.close()
PYTHON
pids+=($!)
for _ in $(seq 100); do
    ! grep -qs . "$tmp/host.log" || break
    sleep 0.05
done

(umask 077 && printf 'ZGV2aWNlIGtleSBvZiB0aGUgdGVzdA==' >"$tmp/dev.key")
printf '%s\n' "host=127.0.0.1" "port=$(head -n 1 "$tmp/host.log")" "product_id=Product01" \
    "device_name=dev" "device_key_file=$tmp/dev.key" \
    "model=$source_dir/tests/interop/conformance_model.json" >"$tmp/dev.conf"
# A process in the background ignores SIGINT, hence env.
env --default-signal=INT "$onelink" conformance --config "$tmp/dev.conf" --report "$tmp/report.md" \
    --only "wrong key" >"$tmp/out.txt" 2>&1 &
run=$!
for _ in $(seq 200); do
    ! grep -qs third "$tmp/host.log" || break
    sleep 0.05
done
equal "the third login came" third "$(tail -n 1 "$tmp/host.log")"
kill -INT "$run"
rc=0
wait "$run" || rc=$?
equal "exit" 130 "$rc"
has "the output" "Interrupted" "$(cat "$tmp/out.txt")"
has "the report says why" "interrupted before a login showed" "$(cat "$tmp/report.md")"
has_not "the host is blamed in the output" "no more" "$(cat "$tmp/out.txt")"
has_not "the host is blamed in the report" "no more" "$(cat "$tmp/report.md")"
finish
