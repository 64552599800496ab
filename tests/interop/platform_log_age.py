#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the lines of a message log older: platform_log_age.py FILE DAYS

Knows the blocks of the file (platform/store/ring_parts.h); a time is taken for what it is because it is
one of the last hour.
"""
import struct
import sys
import time

HEAD, BLOCK, BLOCK_HEAD = 4096, 512, 24
DAY_MS = 86400000


def main(path, days):
    with open(path, "rb") as f:
        data = bytearray(f.read())
    rings = {}
    for at in range(HEAD, len(data) - BLOCK + 1, BLOCK):
        key, serial, used = struct.unpack_from("<qQH", data, at)
        if serial != 0 and key != -(2**63):
            rings.setdefault(key, []).append((serial, at + BLOCK_HEAD, used))
    now = int(time.time() * 1000)
    for blocks in rings.values():
        places = [at + i for _, at, used in sorted(blocks) for i in range(used)]
        for i in range(len(places) - 7):
            span = places[i : i + 8]
            value = int.from_bytes(bytes(data[p] for p in span), "little")
            if now - 3600000 <= value <= now:
                for p, byte in zip(span, (value - days * DAY_MS).to_bytes(8, "little")):
                    data[p] = byte
    with open(path, "r+b") as f:
        f.write(data)


main(sys.argv[1], int(sys.argv[2]))
