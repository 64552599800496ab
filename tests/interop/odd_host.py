#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A host that is odd in one way, for tests of what `onelink conformance` says about it.

usage: odd_host.py MODE        prints the port of 127.0.0.1 it listens on

Lets every device in, acknowledges what is to be acknowledged, and answers a post on thing/property/post/reply
when the device has subscribed. What else it does is its mode:

  twin-refused    a second login is refused, and the first connection ends for it
  twin-taken      a second login is taken, whoever it is, and the first connection stays
  twin-dropped    a second login is taken, and both connections end
  late            answers posts that nobody subscribed to, 300 ms later
  impatient       closes a second after the login
  refusing        refuses every login with CONNACK 4
  no-subscription refuses every filter
  banning         takes three logins and closes every later connection
  leaving         takes three connections and then listens no more
  silent          takes connections and never answers
  http, tls       another protocol
  chatty          an ota/inform comes before every SUBACK
  telling         sends the password back, its percent escapes decoded
"""
import json
import socket
import sys
import threading
import time
import urllib.parse

MODE = sys.argv[1]
lock = threading.Lock()
online = {}
logins = 0


def text(body, at):
    n = body[at] << 8 | body[at + 1]
    return body[at + 2:at + 2 + n], at + 2 + n


def packet(first, body):
    head, n = [first], len(body)
    while True:
        head.append(n & 127 | (128 if n > 127 else 0))
        n >>= 7
        if not n:
            return bytes(head) + body


def publish(topic, payload):
    return packet(0x30, len(topic).to_bytes(2, "big") + topic + payload)


def read_packet(c):
    def exactly(n):
        data = b""
        while len(data) < n:
            more = c.recv(n - len(data))
            if not more:
                raise OSError
            data += more
        return data

    first, length, shift = exactly(1)[0], 0, 0
    while True:
        b = exactly(1)[0]
        length |= (b & 127) << shift
        shift += 7
        if b < 128:
            return first, exactly(length)


def end(c):
    try:
        c.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def log_in(c, body):
    """False when the device is not let in."""
    global logins
    _, at = text(body, 0)
    client, at = text(body, at + 4)
    user, at = text(body, at)
    password, _ = text(body, at)
    with lock:
        logins += 1
        older = online.get(client)
        if older and older.has_left():
            older = None
        if MODE == "refusing":
            c.sendall(b"\x20\x02\x00\x04")
            return False
        if MODE == "twin-refused" and older:
            end(older)
            c.sendall(b"\x20\x02\x00\x04")
            return False
        c.sendall(b"\x20\x02\x00\x00")
        online[client] = c
        if MODE == "telling":
            c.sendall(publish(b"$sys/x", urllib.parse.unquote_to_bytes(password)))
        if older and MODE != "twin-taken":
            end(older)
            if MODE == "twin-dropped":
                return False
    if MODE == "impatient":
        threading.Timer(1, end, [c]).start()
    c.own = b"$sys/" + user + b"/" + client + b"/"
    return True


class Connection:
    def __init__(self, c):
        self.c = c
        self.own = b""
        self.subscribed = False

    def sendall(self, data):
        self.c.sendall(data)

    def has_left(self):
        """It said so, or closed; only its thread did not come to see it yet."""
        try:
            ahead = self.c.recv(4096, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return not ahead or ahead.endswith(b"\xe0\x00")

    def shutdown(self, how):
        self.c.shutdown(how)

    def answer(self, payload):
        try:
            number = json.loads(payload)["id"]
            reply = json.dumps({"id": number, "code": 200, "msg": "success"}).encode()
            self.sendall(publish(self.own + b"thing/property/post/reply", reply))
        except (ValueError, KeyError, TypeError, OSError):
            pass

    def take(self, first, body):
        kind = first >> 4
        if kind == 3:
            topic, at = text(body, 0)
            if first & 6:
                self.sendall(b"\x40\x02" + body[at:at + 2])
                at += 2
            if topic == self.own + b"thing/property/post":
                if MODE == "late" and not self.subscribed:
                    threading.Timer(0.3, self.answer, [body[at:]]).start()
                elif self.subscribed:
                    self.answer(body[at:])
        elif kind == 8:
            codes, at = b"", 2
            while at < len(body):
                _, at = text(body, at)
                at += 1
                codes += b"\x80" if MODE == "no-subscription" else b"\x00"
            self.subscribed = MODE != "no-subscription"
            if MODE == "chatty":
                self.sendall(publish(self.own + b"ota/inform", b"{}"))
            self.sendall(packet(0x90, body[:2] + codes))
        elif kind == 10:
            self.subscribed = False
            self.sendall(b"\xb0\x02" + body[:2])
        elif kind == 12:
            self.sendall(b"\xd0\x00")
        elif kind == 14:
            raise OSError

    def run(self):
        try:
            if MODE in ("http", "tls"):
                self.c.recv(4096)
                self.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" if MODE == "http"
                             else b"\x15\x03\x03\x00\x02\x02\x46")
                raise OSError
            while MODE == "silent":
                if not self.c.recv(65536):
                    raise OSError
            first, body = read_packet(self.c)
            if first != 0x10 or not log_in(self, body):
                raise OSError
            while True:
                self.take(*read_packet(self.c))
        except (OSError, IndexError, ValueError):
            pass
        with lock:
            for name in [n for n, c in online.items() if c is self]:
                del online[name]
        end(self.c)
        self.c.close()


def main():
    server = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)
    count = 0
    while True:
        c, _ = server.accept()
        count += 1
        if MODE == "banning" and count > 3:
            c.close()
            continue
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Connection(c).run, daemon=True).start()
        if MODE == "leaving" and count == 3:
            server.close()
            while True:
                time.sleep(60)


main()
