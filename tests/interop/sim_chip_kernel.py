# SPDX-License-Identifier: MIT
"""What the kernel's TCP/IP makes of the chip model at 10.9.0.2 (sim_chip_kernel.sh).

usage: sim_chip_kernel.py BYTES UDP_COUNT
Takes BYTES from the chip's connection to port 9000, then echoes with its port 7.
"""
import os
import socket
import sys
import threading
import time

CHIP = "10.9.0.2"


def take_pattern(listener, expected):
    peer, _ = listener.accept()
    peer.settimeout(60)
    got = bytearray()
    while chunk := peer.recv(65536):
        got += chunk
    peer.close()
    want = bytes((i * 7 >> 3) & 255 for i in range(expected))
    assert bytes(got) == want, f"{len(got)} bytes, not the {expected} of the pattern"


def connect_echo():
    """One socket listens on the chip: between two connections it refuses."""
    end = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection((CHIP, 7), timeout=60)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def echo_tcp(size):
    """Half-closes after sending: the rest must still come back."""
    with connect_echo() as s:
        data = os.urandom(size)

        def feed():
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)

        feeder = threading.Thread(target=feed)
        feeder.start()
        got = bytearray()
        while chunk := s.recv(65536):
            got += chunk
        feeder.join()
        assert bytes(got) == data, f"echo of {size} bytes came back as {len(got)}"


def echo_udp(count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(10)
        for i in range(count):
            data = os.urandom((1, 2, 100, 1471, 1472)[i % 5])
            s.sendto(data, (CHIP, 7))
            assert s.recv(2048) == data, "UDP echo differs"


def refused():
    try:
        socket.create_connection((CHIP, 81), timeout=60).close()
    except ConnectionRefusedError:
        return
    raise AssertionError("port 81 was not refused")


def main():
    expected, datagrams = int(sys.argv[1]), int(sys.argv[2])
    listener = socket.create_server(("10.9.0.1", 9000))
    listener.settimeout(60)
    print("listening", flush=True)
    take_pattern(listener, expected)
    print(f"took {expected} bytes")
    for size in (1, 1000, 50000):
        echo_tcp(size)
    print("TCP echo: alike")
    echo_udp(datagrams)
    refused()
    print("UDP echo, refusal: right")


main()
