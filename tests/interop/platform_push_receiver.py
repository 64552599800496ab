#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Receives pushes: platform_push_receiver.py PORT MODE_FILE LOG_FILE [ADDRESS]

Prints its port, then answers as the first word of MODE_FILE says at that moment:

    ok          a question with its msg, a push with 200
    mute        a question not at all, a push with 200
    stranger    a question with something else
    fail        500;  `fail NAME` only what tells of that device
    redirect    302 to /elsewhere, which would take it
    slow        200, but after 7 seconds
    drip        200, a byte a second, without an end

Each request is one line of JSON in LOG_FILE before it is answered: method, path, query, body.
"""
import http.server
import json
import socket
import sys
import time
import urllib.parse

MODE_FILE, LOG_FILE = sys.argv[2], sys.argv[3]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def record(self, url, body):
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        line = {"method": self.command, "path": url.path, "query": query, "body": body,
                "host": self.headers.get("Host")}
        with open(LOG_FILE, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return query

    def do_GET(self):
        query = self.record(urllib.parse.urlsplit(self.path), None)
        with open(MODE_FILE, encoding="utf-8") as file:
            mode = file.read().split()
        if mode[0] == "mute":
            time.sleep(7)
        body = "no" if mode[0] == "stranger" else query.get("msg", "")
        self.answer(200, body.encode())

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        body = json.loads(text)
        self.record(urllib.parse.urlsplit(self.path), body)
        with open(MODE_FILE, encoding="utf-8") as file:
            mode = file.read().split()
        if mode[0] == "fail" and (len(mode) == 1 or f'"deviceName":"{mode[1]}"' in body["msg"]):
            self.answer(500)
        elif mode[0] == "redirect":
            self.answer(302, headers=[("Location", "/elsewhere")])
        elif mode[0] == "slow":
            time.sleep(7)
            self.answer(200)
        elif mode[0] == "drip":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            for _ in range(10):
                self.wfile.write(b".")
                time.sleep(1)
        else:
            self.answer(200)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """The platform may hang up on a slow answer: that is what is tested."""


address = sys.argv[4] if len(sys.argv) > 4 else "127.0.0.1"
if ":" in address:
    Server.address_family = socket.AF_INET6
server = Server((address, int(sys.argv[1])), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
