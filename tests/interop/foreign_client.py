#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program for OneNET's application API, written from docs/protocol.md §2 and §8 alone: it knows
nothing of onelink, and a base URL is all that tells it where it is.

    foreign_client.py token KEY_FILE RES VERSION      prints a token
    foreign_client.py run BASE_URL PRODUCT KEY_FILE   does what a small cloud application does

`run` makes a product token, creates a device, prints {"device_name", "sec_key"} as one line, waits
for a line on standard input (the device has come online and has posted), then lists, reads the
model, queries, sets, reads live, reads the history and deletes. Each step is a line "ok STEP"; the
first that goes wrong ends it with exit status 1.
"""
import base64
import hashlib
import hmac
import http.client
import json
import sys
import time
import urllib.parse


def read_key(path):
    with open(path, encoding="ascii") as file:
        return base64.b64decode(file.read().strip())


def make_token(key, res, version, method="sha1"):
    expiry = str(int(time.time()) + 3600)
    text = "\n".join((expiry, method, res, version))
    sign = base64.b64encode(hmac.new(key, text.encode(), getattr(hashlib, method)).digest())
    fields = (("version", version), ("res", res), ("et", expiry), ("method", method),
              ("sign", sign.decode()))
    return "&".join(f"{name}={urllib.parse.quote(value, safe='')}" for name, value in fields)


class Cloud:
    """The API as the cloud's applications see it."""

    def __init__(self, base, token):
        url = urllib.parse.urlsplit(base)
        self.prefix = url.path.rstrip("/")
        self.connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=20)
        self.token = token

    def call(self, method, path, query=None, body=None, code=0):
        target = self.prefix + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        self.connection.request(method, target, data, {"Authorization": self.token})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: HTTP status {answer.status}")
        envelope = json.loads(text)
        if envelope["code"] != code or len(envelope["request_id"]) != 32:
            raise SystemExit(f"{path}: {text.decode()}")
        return envelope.get("data"), envelope["msg"]

    def get(self, path, code=0, **query):
        return self.call("GET", path, query=query, code=code)[0]

    def post(self, path, code=0, **body):
        return self.call("POST", path, body=body, code=code)[0]


def expect(step, good, seen):
    if not good:
        raise SystemExit(f"{step}: {seen!r}")
    print("ok", step, flush=True)


def properties(data):
    """One application meets both shapes: an array, and Studio's object with a list."""
    rows = data["list"] if isinstance(data, dict) else data
    return {row["identifier"]: row for row in rows}


def read_back(cloud, who):
    seen = properties(cloud.get("/thingmodel/query-device-property", **who))
    temp = seen["temp"]
    expect("query", isinstance(temp["value"], str) and json.loads(temp["value"]) == 21.5
           and abs(temp["time"] / 1000 - time.time()) < 60 and temp["data_type"] == "float"
           and temp["access_mode"] == "只读" and "value" not in seen["led"], seen)
    answer = cloud.post("/thingmodel/set-device-property", params={"led": True}, **who)
    expect("set", answer["code"] == 200 and answer["id"].isdigit(), answer)
    msg = cloud.call("POST", "/thingmodel/set-device-property", code=10411,
                     body={"params": {"led": 1}, **who})[1]
    expect("bad set", msg == "属性设置失败:identifier: led, error: bool type error", msg)
    live = cloud.post("/thingmodel/query-device-property-detail", params=["temp", "led"], **who)
    expect("live read", live == {"temp": 21.5, "led": True}, live)


def look_back(cloud, who):
    now = int(time.time() * 1000)
    span = {"start_time": now - 600000, "end_time": now + 60000}
    rows = cloud.get("/thingmodel/query-device-property-history", identifier="temp", **span,
                     **who)["list"]
    expect("history", len(rows) == 1 and json.loads(rows[0]["value"]) == 21.5
           and isinstance(rows[0]["time"], str), rows)
    rows = cloud.get("/device/status-history", limit=10, **span, **who)["list"]
    expect("status history", [row["status"] for row in rows] == [1], rows)


def run(base, product, key_file):
    cloud = Cloud(base, make_token(read_key(key_file), "products/" + product, "2022-05-01"))
    name = "app-made"
    who = {"product_id": product, "device_name": name}
    made = cloud.post("/device/create", desc="by an application", **who)
    print(json.dumps({"device_name": name, "sec_key": made["sec_key"]}), flush=True)
    sys.stdin.readline()
    rows = cloud.get("/device/list", product_id=product, offset=0, limit=10)["list"]
    expect("list", [row["status"] for row in rows if row["name"] == name] == [1], rows)
    detail = cloud.get("/device/detail", **who)
    expect("detail", detail["sec_key"] == made["sec_key"] and detail["status"] == 1, "detail")
    model = cloud.get("/thingmodel/query-thing-model", product_id=product)
    expect("model", "led" in [point["identifier"] for point in model["properties"]], model)
    read_back(cloud, who)
    look_back(cloud, who)
    cloud.post("/device/update", desc="seen", **who)
    expect("update", cloud.get("/device/detail", **who)["desc"] == "seen", "desc")
    cloud.post("/device/delete", **who)
    cloud.get("/device/detail", code=10409, **who)
    expect("delete", True, None)


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 4 and arguments[0] == "token":
        print(make_token(read_key(arguments[1]), arguments[2], arguments[3]))
    elif len(arguments) == 4 and arguments[0] == "run":
        run(*arguments[1:])
    else:
        raise SystemExit(__doc__)


main()
