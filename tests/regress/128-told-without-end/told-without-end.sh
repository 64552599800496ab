#!/bin/bash
# SPDX-License-Identifier: MIT
# A port that is there but loses every connection at once (an emulator that is about to end, a device
# file that outlives its board) made `onelink provision` open it and complain without a pause,
# thousands of times a second. Found by reading.
# shellcheck source=tests/interop/onelink.sh
. "${OL_SOURCE_DIR:?}/tests/interop/onelink.sh" || exit 1
cd "$tmp" || exit 1

python3 - <<'PY' &
import socket
s = socket.socket(socket.AF_UNIX)
s.bind("port")
s.listen(8)
while True:
    s.accept()[0].close()
PY
pids+=("$!")
for _ in $(seq 100); do
    [ -e port ] && break
    sleep 0.05
done

printf 'device_name\nd1\n' >boards.csv
chmod 600 boards.csv
timeout 3 "$onelink" provision --emulator port --csv boards.csv >out 2>err
told=$(grep -c 'not done: the board was unplugged' err)
equal "complaints in three seconds, $told of them, are few" 1 "$((told >= 1 && told <= 5))"

finish
