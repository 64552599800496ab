#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes rules.tsv: what a OneNET access node answers, byte by byte.

The bytes are made here from the MQTT 3.1.1 standard and docs/protocol.md, with nothing of
the project's own code, so that the table is a second opinion on codec and rules.

    python3 rules.py > rules.tsv
"""
import base64
import hashlib
import hmac
from urllib.parse import quote

PID = "P1a2B3c4D5"
DEV = "dev-1"
DEVICE_KEY = base64.b64encode(b"0123456789abcdefghijklmnopqrstuv").decode()
PRODUCT_KEY = base64.b64encode(bytes(range(1, 33))).decode()
OTHER_KEY = base64.b64encode(b"x" * 32).decode()
NOW_S = 1700000000  # the wall clock of the test
PREFIX = f"$sys/{PID}/{DEV}/"


def sign(key, res, et, method, version):
    text = "\n".join([str(et), method, res, version]).encode()
    digest = hmac.new(base64.b64decode(key), text, getattr(hashlib, method.lower()))
    return base64.b64encode(digest.digest()).decode()


def token(key=DEVICE_KEY, res=f"products/{PID}/devices/{DEV}", et=2524579200, method="sha1",
          version="2018-10-31", extra=""):
    def enc(s):
        return quote(s, safe="")
    return (f"version={enc(version)}&res={enc(res)}&et={et}&method={method}"
            f"&sign={enc(sign(key, res, et, method, version))}{extra}")


def text(s):
    b = s if isinstance(s, bytes) else s.encode()
    return len(b).to_bytes(2, "big") + b


def packet(first, body):
    n, length = len(body), b""
    while True:
        n, digit = divmod(n, 128)
        length += bytes([digit | (128 if n else 0)])
        if not n:
            return bytes([first]) + length + body


def connect(client=DEV, user=PID, password=None, flags=0xC2, keep=120, name="MQTT", level=4,
            first=0x10, tail=b"", **kw):
    if password is None:
        password = token(**kw)
    body = text(name) + bytes([level, flags]) + keep.to_bytes(2, "big") + text(client)
    if flags & 4:
        body += text("w") + text("gone")
    if flags & 0x80:
        body += text(user)
    if flags & 0x40:
        body += text(password)
    return packet(first, body + tail)


def publish(topic, payload="", qos=0, pid=1, dup=0, retain=0):
    body = text(topic) + (pid.to_bytes(2, "big") if qos else b"")
    body += payload if isinstance(payload, bytes) else payload.encode()
    return packet(0x30 | dup << 3 | qos << 1 | retain, body)


def subscribe(*filters, pid=1, qos=0, first=0x82):
    return packet(first, pid.to_bytes(2, "big") +
                  b"".join(text(f) + bytes([qos]) for f in filters))


def unsubscribe(*filters, pid=1, first=0xA2):
    return packet(first, pid.to_bytes(2, "big") + b"".join(text(f) for f in filters))


def suback(*codes, pid=1):
    return packet(0x90, pid.to_bytes(2, "big") + bytes(codes))


def unsuback(pid=1):
    return packet(0xB0, pid.to_bytes(2, "big"))


def puback(pid=1):
    return packet(0x40, pid.to_bytes(2, "big"))


def reply(id, code, msg):
    return publish(PREFIX + "thing/property/post/reply",
                   f'{{"id":"{id}","code":{code},"msg":"{msg}"}}')


CONNACK0 = bytes.fromhex("20020000")
CONNACK4 = bytes.fromhex("20020004")
PINGRESP = bytes.fromhex("d000")
NOTHING = b""

rows = []


def squeeze(b):
    """Hexadecimal, with long runs of one byte written hh*N."""
    out, i, plain = [], 0, ""
    while i < len(b):
        j = i
        while j < len(b) and b[j] == b[i]:
            j += 1
        if j - i > 40:
            out += [plain] if plain else []
            plain = ""
            out.append(f"{b[i]:02x}*{j - i}")
        else:
            plain += b[i:j].hex()
        i = j
    return " ".join(out + ([plain] if plain else []))


def row(section, name, setup, sent, answer, end):
    rows.append("\t".join([section, name, setup, squeeze(sent) or "-",
                           squeeze(answer) or "-", end]))


def login(section, name, sent, answer):
    end = {CONNACK0: "open", CONNACK4: "close", NOTHING: "close"}[answer]
    row(section, name, "new", sent, answer, end)


# ---- §1.3, §2.2: CONNECT ----
DEVICE = f"products/{PID}/devices/{DEV}"
PRODUCT = f"products/{PID}"
for m in ("md5", "sha1", "sha256"):
    login("2.2", f"device resource, device key, {m}", connect(method=m), CONNACK0)
login("2.2", "device resource, product key", connect(key=PRODUCT_KEY), CONNACK0)
login("2.2", "product resource, product key", connect(key=PRODUCT_KEY, res=PRODUCT), CONNACK0)
login("2.2", "product resource, device key", connect(key=DEVICE_KEY, res=PRODUCT), CONNACK4)
login("10.2", "version 2022-05-01, device key", connect(version="2022-05-01", method="sha256"),
      CONNACK0)
login("10.2", "version 2022-05-01, product key",
      connect(version="2022-05-01", key=PRODUCT_KEY, res=PRODUCT), CONNACK0)
login("1.3", "client id with ?network=...", connect(client=DEV + "?network=0&sn=1&mac=2"),
      CONNACK0)
login("2.1", "token expires this second", connect(et=NOW_S), CONNACK0)
login("2.1", "token expired a second ago", connect(et=NOW_S - 1), CONNACK4)
login("2.1", "expiry in milliseconds", connect(et=NOW_S * 1000), CONNACK0)
login("2.1", "expiry 32472115200", connect(et=32472115200), CONNACK0)
login("1.4", "wrong key", connect(key=OTHER_KEY), CONNACK4)
login("1.4", "token of another device", connect(res=f"products/{PID}/devices/dev-2"), CONNACK4)
login("1.4", "client id is another device", connect(client="dev-2"), CONNACK4)
login("1.4", "user name is another product", connect(user="Q1a2B3c4D5"), CONNACK4)
login("1.4", "unknown product", connect(user="Nothing001", res=f"products/Nothing001/devices/{DEV}"),
      CONNACK4)
login("1.4", "unknown device", connect(client="dev-9", res=f"products/{PID}/devices/dev-9"),
      CONNACK4)
login("1.4", "user resource", connect(res="userid/1", version="2022-05-01"), CONNACK4)
login("2.1", "method SHA1 in capitals", connect(method="SHA1"), CONNACK4)
login("2.2", "version 2020-05-29", connect(version="2020-05-29"), CONNACK4)
login("2.1", "a sixth field in the token", connect(password=token(extra="&x=1")), CONNACK4)
login("2.1", "token without its sign", connect(password=token().split("&sign")[0]), CONNACK4)
login("2.1", "the raw key as password", connect(password=DEVICE_KEY), CONNACK4)
login("2.1", "fields in another order",
      connect(password="&".join(reversed(token().split("&")))), CONNACK0)
login("1.4", "device name with a slash", connect(client="dev/1"), CONNACK4)
login("1.3", "first byte 11", connect(first=0x11), NOTHING)
login("1.3", "MQIsdp level 3", connect(name="MQIsdp", level=3), NOTHING)
login("1.3", "MQTT level 3", connect(level=3), NOTHING)
login("1.3", "MQTT level 5", connect(level=5), NOTHING)
for flags, what in ((0xC0, "no clean session"), (0xC3, "reserved bit"), (0xC6, "will"),
                    (0xCE, "will with QoS 1"), (0xE6, "will with retain"),
                    (0x82, "no password"), (0x42, "no user name"), (0x02, "neither")):
    login("1.3", f"flags {flags:02X}: {what}", connect(flags=flags), NOTHING)
for keep, answer in ((0, NOTHING), (9, NOTHING), (10, CONNACK0), (1800, CONNACK0),
                     (1801, NOTHING), (65535, NOTHING)):
    login("1.3", f"keep alive {keep}", connect(keep=keep), answer)
login("1.3", "empty client id", connect(client=""), NOTHING)
login("1.3", "empty user name", connect(user=""), NOTHING)
login("1.3", "empty password", connect(password=""), NOTHING)
login("1.3", "client id is not UTF-8", connect(client=b"dev\xff"), NOTHING)
login("1.3", "password is not UTF-8", connect(password=b"\xc0\x80"), NOTHING)
login("1.4", "bytes behind the password", connect(tail=b"\0"), NOTHING)
full = connect(password="p" * (1024 - len(connect(password="p" * 500)) + 500))
assert len(full) == 1024
login("10.2", "CONNECT of 1024 bytes", full, CONNACK4)
login("10.2", "CONNECT of 1025 bytes",
      connect(password="p" * (1025 - len(connect(password="p" * 500)) + 500)), NOTHING)
login("1.4", "PINGREQ before CONNECT", b"\xc0\0", NOTHING)
login("1.4", "PUBLISH before CONNECT", publish(PREFIX + "thing/property/post", "{}"), NOTHING)
login("1.4", "GET / HTTP/1.1", b"GET / HTTP/1.1\r\n\r\n", NOTHING)


# ---- after login ----
def online(section, name, sent, answer, end, setup="online"):
    row(section, name, setup, sent, answer, end)


def closes(section, name, sent, answer=NOTHING, setup="online"):
    online(section, name, sent, answer, "close", setup)


def stays(section, name, sent, answer=NOTHING, setup="online"):
    online(section, name, sent, answer, "open", setup)


POST = PREFIX + "thing/property/post"
EVENT = PREFIX + "thing/event/post"

closes("1.4", "second CONNECT", connect())
stays("1.3", "PINGREQ", b"\xc0\0", PINGRESP)
closes("1.3", "PINGREQ with a body", b"\xc0\1\0")
closes("1.3", "PINGREQ with flags", b"\xc1\0")
closes("MQTT 3.14", "DISCONNECT", b"\xe0\0")
closes("MQTT 3.14", "PINGREQ, then DISCONNECT", b"\xc0\0\xe0\0", PINGRESP)
closes("MQTT 3.14", "DISCONNECT with flags", b"\xe1\0")
for first, what in ((0x20, "CONNACK"), (0x90, "SUBACK"), (0xB0, "UNSUBACK"), (0xD0, "PINGRESP")):
    closes("1.4", f"client sends {what}", bytes([first, 3, 0, 1, 0] if first == 0x90 else
                                                [first, 0] if first == 0xD0 else
                                                [first, 2, 0, 1]))
closes("1.4", "PUBACK for nothing", b"\x40\2\0\1")
closes("1.4", "PUBLISH with QoS 2", publish(EVENT, "{}", qos=2))
closes("1.4", "PUBREC", b"\x50\2\0\1")
closes("1.4", "PUBREL", b"\x62\2\0\1")
closes("1.4", "PUBCOMP", b"\x70\2\0\1")
closes("1.4", "QoS 0 with DUP", publish(EVENT, "{}", dup=1))
stays("1.5", "QoS 1 with DUP", publish(EVENT, "{}", qos=1, dup=1, pid=7), puback(7))
closes("1.4", "RETAIN", publish(EVENT, "{}", retain=1))
closes("1.4", "QoS 3", b"\x36\7\0\1t\0\1{}")
stays("1.7", "payload of 262144 bytes", publish(EVENT, b"x" * 262144, qos=1), puback())
closes("1.7", "payload of 262145 bytes", publish(EVENT, b"x" * 262145, qos=1))
closes("1.4", "packet type 0", b"\0\0")
closes("1.4", "packet type 15", b"\xf0\0")
closes("MQTT 2.2.3", "length of five bytes", b"\x30\x80\x80\x80\x80\1")
closes("MQTT 2.2.3", "length of 268435455", b"\x30\xff\xff\xff\x7f")
closes("MQTT 2.3.1", "packet identifier 0", publish(EVENT, "{}", qos=1, pid=0))
closes("MQTT 4.7.1", "PUBLISH to a wildcard", publish(PREFIX + "thing/+/post", "{}"))
closes("MQTT 4.7.3", "PUBLISH to an empty topic", publish("", "{}"))

closes("1.4", "topic of the platform: post/reply", publish(POST + "/reply", "{}"))
closes("1.4", "topic of the platform: set", publish(PREFIX + "thing/property/set", "{}"))
closes("1.4", "topic of the platform: ota/inform", publish(PREFIX + "ota/inform", "{}"))
closes("1.4", "another device's topic", publish(f"$sys/{PID}/dev-2/thing/property/post", "{}"))
closes("1.4", "another product's topic",
       publish(f"$sys/Q1a2B3c4D5/{DEV}/thing/property/post", "{}"))
closes("1.4", "device name with a longer tail",
       publish(f"$sys/{PID}/{DEV}1/thing/property/post", "{}"))
closes("1.4", "own topic name", publish("led/state", "on"))
closes("1.4", "unknown topic: set/reply", publish(PREFIX + "thing/property/set/reply", "{}"))
closes("4.1", "unknown topic: event/{id}/post", publish(PREFIX + "thing/event/e/post", "{}"))
closes("4.1", "unknown topic: sub/property/post", publish(PREFIX + "thing/sub/property/post", "{}"))
closes("5", "data-stream topic", publish(PREFIX + "dp/post/json", "{}"))
closes("1.4", "only the prefix", publish(PREFIX, "{}"))
closes("1.4", "character outside the set", publish(PREFIX + "thing/service/a.b/invoke_reply", "{}"))
closes("1.4", "topic in Chinese", publish(PREFIX + "温度", "{}"))
closes("1.4", "topic of 9 levels", publish(PREFIX + "a/b/c/d/e/f", "{}"))
for n, what in ((512, stays), (513, closes)):
    t = PREFIX + "thing/service/" + "s" * (n - len(PREFIX) - 27) + "/invoke_reply"
    assert len(t) == n
    what("1.4", f"topic of {n} bytes", publish(t, "{}", qos=1), puback() if n == 512 else NOTHING)

for t in ("thing/property/desired/get", "thing/property/desired/delete", "thing/event/post",
          "thing/service/add/invoke_reply", "thing/pack/post", "thing/history/post",
          "thing/sub/login", "thing/sub/logout", "thing/sub/property/get_reply",
          "thing/sub/property/set_reply", "thing/sub/service/invoke_reply",
          "thing/sub/topo/add", "thing/sub/topo/delete", "thing/sub/topo/get",
          "thing/sub/topo/get/result", "thing/sub/topo/change_reply", "ota/inform_reply",
          "custome/up", "custome/down_reply/1", "cmp/property/post"):
    stays("4.1", f"not served yet: {t}", publish(PREFIX + t, "{}", qos=1), puback())

# ---- SUBSCRIBE, UNSUBSCRIBE ----
for f, code in (("thing/#", 0), ("ota/#", 0), ("#", 0), ("thing/property/set", 0),
                ("thing/property/post/reply", 0), ("thing/service/+/invoke", 0),
                ("thing/service/add/invoke", 0), ("thing/property/+", 0), ("custome/down/+", 0),
                ("+/property/set", 0), ("cmd/#", 0x80), ("cmd/request/+", 0x80),
                ("thing/property/post", 0x80), ("thing/property/set_reply", 0x80),
                ("dp/#", 0x80), ("thing/nothing", 0x80), ("$thing/#", 0x80)):
    stays("1.6", f"SUBSCRIBE own {f}", subscribe(PREFIX + f), suback(code))
for f in ("#", "+/#", f"$sys/{PID}/#", f"$sys/+/{DEV}/thing/#", f"$sys/{PID}/+/thing/#",
          f"$sys/{PID}/dev-2/thing/#", f"$sys/Q1a2B3c4D5/{DEV}/#", "led", f"$sys/{PID}/{DEV}",
          f"$share/g/$sys/{PID}/{DEV}/thing/#", "$SYS/#"):
    stays("1.6", f"SUBSCRIBE {f}", subscribe(f), suback(0x80))
stays("1.5", "SUBSCRIBE with QoS 1", subscribe(PREFIX + "thing/#", qos=1), suback(0))
stays("1.5", "SUBSCRIBE with QoS 2", subscribe(PREFIX + "thing/#", qos=2), suback(0))
stays("1.6", "one filter good, one foreign", subscribe(PREFIX + "thing/#", "led", pid=9),
      suback(0, 0x80, pid=9))
eight = [PREFIX + f"thing/service/s{i}/invoke" for i in range(8)]
stays("1.4", "8 filters in a packet", subscribe(*eight), suback(*[0] * 8))
closes("1.4", "9 filters in a packet", subscribe(*eight, PREFIX + "ota/#"))
more = [PREFIX + "ota/inform", PREFIX + "ota/#", PREFIX + "thing/property/set"]
stays("1.7", "10 and 11 filters in a session", subscribe(*eight) + subscribe(*more, pid=2),
      suback(*[0] * 8) + suback(0, 0, 0x80, pid=2))
stays("1.7", "the same filter again is no new one",
      subscribe(*eight) + subscribe(*more[:2], eight[0], pid=2),
      suback(*[0] * 8) + suback(0, 0, 0, pid=2))
stays("1.7", "an unsubscribed filter makes room",
      subscribe(*eight) + subscribe(*more[:2], pid=2) + unsubscribe(eight[3], pid=3) +
      subscribe(more[2], pid=4),
      suback(*[0] * 8) + suback(0, 0, pid=2) + unsuback(3) + suback(0, pid=4))
closes("1.4", "filter with a character outside the set", subscribe(PREFIX + "thing/a.b"))
closes("1.4", "filter of 9 levels", subscribe(PREFIX + "a/b/c/d/e/#"))
stays("1.4", "filter of 8 levels", subscribe(PREFIX + "a/b/c/d/#"), suback(0x80))
for n, answer in ((512, suback(0)), (513, NOTHING)):
    f = PREFIX + "thing/service/" + "s" * (n - len(PREFIX) - 21) + "/invoke"
    assert len(f) == n
    (stays if n == 512 else closes)("1.4", f"filter of {n} bytes", subscribe(f), answer)
closes("MQTT 4.7.1", "# in the middle", subscribe(PREFIX + "#/set"))
closes("MQTT 4.7.1", "+ inside a level", subscribe(PREFIX + "thing/a+"))
closes("MQTT 3.8.3", "SUBSCRIBE without a filter", packet(0x82, b"\0\1"))
closes("MQTT 3.8.3", "SUBSCRIBE with QoS 3", subscribe(PREFIX + "thing/#", qos=3))
closes("MQTT 3.8.1", "SUBSCRIBE with flags 0", subscribe(PREFIX + "thing/#", first=0x80))
closes("MQTT 2.3.1", "SUBSCRIBE with identifier 0", subscribe(PREFIX + "thing/#", pid=0))
closes("MQTT 3.8.3", "filter longer than the packet", packet(0x82, b"\0\1\0\xffa\0"))
stays("MQTT 3.10", "UNSUBSCRIBE", unsubscribe(PREFIX + "thing/#", pid=5), unsuback(5),
      setup="subscribed")
stays("MQTT 3.10.4", "UNSUBSCRIBE what was not subscribed", unsubscribe(PREFIX + "ota/#"), unsuback())
closes("1.4", "UNSUBSCRIBE 9 filters", unsubscribe(*eight, PREFIX + "ota/#"))
closes("1.4", "UNSUBSCRIBE with a bad character", unsubscribe(PREFIX + "a b"))
closes("MQTT 3.10.1", "UNSUBSCRIBE with flags 0", unsubscribe(PREFIX + "thing/#", first=0xA0))


# ---- thing/property/post ----
def post(params, id="123", **kw):
    return publish(POST, f'{{"id":"{id}","version":"1.0","params":{params}}}', **kw)


def refused(name, code, msg, params, id="123"):
    stays("4.11", name, post(params, id), reply(id, code, msg), "subscribed")


GOOD = '{"temp":{"value":23.5},"led":{"value":true}}'
stays("4.2", "post, QoS 0", post(GOOD), reply("123", 200, "success"), "subscribed")
stays("4.2", "post, QoS 1", post(GOOD, qos=1, pid=3), puback(3) + reply("123", 200, "success"),
      "subscribed")
stays("4.2", "post with its own time", post('{"temp":{"value":20,"time":1524448722123}}', "1"),
      reply("1", 200, "success"), "subscribed")
stays("4.0", "post without version",
      publish(POST, '{"id":"1","params":{"count":{"value":7}}}'), reply("1", 200, "success"),
      "subscribed")
stays("1.6", "post without a subscription: no reply", post(GOOD, qos=1), puback())
stays("1.6", "subscription without post/reply",
      subscribe(PREFIX + "thing/property/set") + post(GOOD, qos=1, pid=2), suback(0) + puback(2))
stays("1.6", "subscription to # gets no own uplink",
      subscribe(PREFIX + "#") + post(GOOD), suback(0) + reply("123", 200, "success"))
stays("1.6", "no reply after UNSUBSCRIBE", unsubscribe(PREFIX + "thing/#", pid=2) +
      post(GOOD, qos=1, pid=3), unsuback(2) + puback(3), "subscribed")
stays("1.6", "two filters match: one reply, also when one of them goes",
      subscribe(PREFIX + "thing/property/#", pid=2) + post(GOOD, qos=1, pid=3) +
      unsubscribe(PREFIX + "thing/#", pid=4) + post(GOOD, "5"),
      suback(0, pid=2) + puback(3) + reply("123", 200, "success") + unsuback(4) +
      reply("5", 200, "success"), "subscribed")
refused("bool as 1", 2271, "bool type error:identifier:led", '{"led":{"value":1}}')
refused("unknown property", 2306, "identifier not exist:identifier:status",
        '{"status":{"value":1}}')
refused("value not wrapped", 2402, "request format error", '{"temp":23.5}')
refused("params is an array", 2402, "request format error", "[]")
refused("no members", 2402, "request format error", "{}")
refused("id of letters", 2405, "msg id invalid", GOOD, "prop_176")
refused("id of 14 digits", 2405, "msg id invalid", GOOD, "12345678901234")
stays("4.0", "id of 13 digits", post(GOOD, "1234567890123"),
      reply("1234567890123", 200, "success"), "subscribed")
refused("value null", 2409, "required value:identifier:temp", '{"temp":{"value":null}}')
refused("value missing", 2409, "required value:identifier:temp", '{"temp":{"time":1}}')
refused("one bad member of two", 2306, "identifier not exist:identifier:status",
        '{"temp":{"value":1},"status":{"value":1}}')
stays("4.11", "payload is not JSON", publish(POST, "temp=23"),
      reply("", 2402, "request format error"), "subscribed")

# Our own numbers and decisions, docs/fidelity.md: what OneNET says there is not known.
def taken(name, params, id="123"):
    stays("ours", name, post(params, id), reply(id, 200, "success"), "subscribed")


def own(name, code, msg, params, id="123"):
    stays("ours", name, post(params, id), reply(id, code, msg), "subscribed")


def value(name, code, text, identifier, v):
    own(f"{identifier}: {name}", code, f"{text}:identifier:{identifier}",
        f'{{"{identifier}":{{"value":{v}}}}}')


for identifier, word, tens, wrong in (("count", "int32", 1, '"1"'), ("total", "int64", 2, "true"),
                                      ("temp", "float", 3, '"1"'), ("exact", "double", 4, "{}"),
                                      ("mode", "enum", 5, '"1"'), ("text", "string", 6, "1"),
                                      ("since", "date", 8, '"1524448722123"'),
                                      ("flags", "bitMap", 9, '"1"')):
    value("another type", 2201 + 10 * tens, f"{word} type error", identifier, wrong)
value("another type", 2201, "struct type error", "place", "[]")
value("another type", 2209, "array type error", "row", "{}")
for name, v in (("a fraction of zero", "1.0"), ("an exponent", "1e2"), ("a fraction", "1.5")):
    value(name, 2211, "int32 type error", "count", v)
for v in ("2147483648", "-2147483649", "9" * 40):
    value(v, 2212, "value range error", "count", v)
for v in ("9223372036854775808", "-9223372036854775809"):
    value(v, 2222, "value range error", "total", v)
for v in ("85.1", "-40.1", "1e39", "1e400"):
    value(v, 2232, "value range error", "temp", v)
value("1e309", 2242, "value range error", "exact", "1e309")
for v in ("23.55", "23.600000381", "1e-30"):
    value(v, 2233, "value step error", "temp", v)
value("0.75 at a step of 0.5", 2243, "value step error", "exact", "0.75")
value("not in the set", 2255, "enum value error", "mode", "3")
value("9 characters", 2264, "string length error", "text", '"' + "温" * 9 + '"')
value("9 characters, escaped", 2264, "string length error", "text", '"' + "\\u6e29" * 9 + '"')
for identifier, code in (("since", 2282), ("flags", 2292)):
    value("negative", code, "value range error", identifier, "-1")
value("a member is missing", 2206, "struct member error", "place", '{"x":1}')
value("a member too many", 2206, "struct member error", "place", '{"x":1,"ok":true,"z":1}')
value("a member twice", 2206, "struct member error", "place", '{"x":1,"x":1,"ok":true}')
value("a member of another type", 2201, "struct type error", "place", '{"x":1,"ok":1}')
value("a member out of range", 2202, "value range error", "place", '{"x":10,"ok":true}')
value("a member null", 2409, "required value", "place", '{"x":null,"ok":true}')
value("more elements than its length", 2204, "array length error", "row", "[1,2,3,4]")
value("an element of another type", 2209, "array type error", "row", '[1,"2"]')
value("an element out of range", 2202, "value range error", "row", "[10]")
value("an element null", 2409, "required value", "row", "[null]")
for identifier, v in (("count", "-0"), ("count", "2147483647"), ("count", "-2147483648"),
                      ("total", "9223372036854775807"), ("total", "-9223372036854775808"),
                      ("temp", "-40"), ("temp", "-39.9"), ("temp", "2.36e1"), ("temp", "-0.0"),
                      ("temp", "23.60000000000000000000"), ("temp", "85"), ("exact", "-1.5"),
                      ("exact", "1e308"), ("text", '""'), ("text", '"' + "温" * 8 + '"'),
                      ("text", '"' + "\\u6e29" * 8 + '"'), ("text", '"' + "😀" * 8 + '"'),
                      ("since", "0"), ("flags", "4294967295"), ("place", '{"ok":false,"x":-5}'),
                      ("row", "[]"), ("row", "[1,2,3]")):
    taken(f"{identifier}: {v}", f'{{"{identifier}":{{"value":{v}}}}}')
taken("a member beside value and time", '{"count":{"value":1,"quality":"good"}}')
taken("an escaped name", '{"\\u0063ount":{"v\\u0061lue":1}}')
taken("a time far ahead", '{"count":{"value":1,"time":9223372036854775807}}')
for t in ('"1524448722123"', "0", "-5", "1.5", "null", "9223372036854775808"):
    own(f"time {t}", 2411, "time type error:identifier:count", f'{{"count":{{"value":1,"time":{t}}}}}')
own("a property twice", 2402, "request format error", '{"count":{"value":1},"count":{"value":2}}')
own("value twice", 2402, "request format error", '{"count":{"value":1,"value":2}}')
own("time twice", 2402, "request format error", '{"count":{"value":1,"time":1,"time":2}}')
for v in ("01", "+1", "NaN", ".5", "1.", "0x1"):
    own(f"number {v}", 2402, "request format error", f'{{"count":{{"value":{v}}}}}')
own("an unknown property of an empty name", 2306, "identifier not exist", '{"":{"value":1}}')
own("an unknown property of 257 bytes", 2306, "identifier not exist",
    '{"%s":{"value":1}}' % ("x" * 257))
own("the model's name in capitals", 2306, "identifier not exist:identifier:COUNT",
    '{"COUNT":{"value":1}}')
own("nested too deep", 2402, "request format error",
    '{"count":{"value":%s1%s}}' % ("[" * 200, "]" * 200))
for id in ("007", "0", "0000000000000"):
    taken(f"id {id}", GOOD, id)
for id in (" 1", "1 ", "-1", "1.0", "", "一"):
    own(f"id '{id}'", 2405, "msg id invalid", GOOD, id)


def body(name, sent, answer):
    stays("ours", name, publish(POST, sent), publish(POST + "/reply", answer), "subscribed")


def body_refused(name, sent, id='""'):
    body(name, sent, '{"id":%s,"code":2402,"msg":"request format error"}' % id)


for id in ("1", "-1", "1.5", "12345678901234567890"):
    body(f"id is the number {id}", '{"id":%s,"params":%s}' % (id, GOOD),
         '{"id":%s,"code":2405,"msg":"msg id invalid"}' % id)
for id in ("null", "true", "{}", "[]", '"\\u0031"', '"' + "1" * 65 + '"'):
    body(f"id {id}: echoed empty", '{"id":%s,"params":%s}' % (id, GOOD),
         '{"id":"","code":2405,"msg":"msg id invalid"}')
body("no id", '{"params":%s}' % GOOD, '{"id":"","code":2405,"msg":"msg id invalid"}')
body("id and a member both wrong: the id is told", '{"id":"x","params":{"none":{"value":1}}}',
     '{"id":"x","code":2405,"msg":"msg id invalid"}')
body("unknown members of the body", '{"id":"1","sys":{"ack":1},"method":"m","params":%s}' % GOOD,
     '{"id":"1","code":200,"msg":"success"}')
body("another version", '{"id":"1","version":"9","params":%s}' % GOOD,
     '{"id":"1","code":200,"msg":"success"}')
for name, sent, id in (
        ("no params", '{"id":"1"}', '"1"'), ("params null", '{"id":"1","params":null}', '"1"'),
        ("params twice", '{"id":"1","params":%s,"params":%s}' % (GOOD, GOOD), '"1"'),
        ("id twice", '{"id":"1","id":"1","params":%s}' % GOOD, '"1"'),
        ("version is a number", '{"id":"1","version":1,"params":%s}' % GOOD, '"1"'),
        ("text behind the body", '{"id":"1","params":%s} x' % GOOD, '"1"'),
        ("a comma too many", '{"id":"1","params":%s,}' % GOOD, '"1"'),
        ("cut", '{"id":"1","params":{"count":{"value":1}', '"1"'),
        ("an array", "[]", '""'), ("null", "null", '""'), ("nothing", "", '""'),
        ("byte-order mark", '\ufeff{"id":"1","params":%s}' % GOOD, '""'),
        ("single quotes", "{'id':'1'}", '""')):
    body_refused(name, sent, id)
body_refused("bad UTF-8 in a string", b'{"id":"1","params":{"text":{"value":"\xff"}}}', '"1"')
body_refused("a control character in a string", b'{"id":"1","params":{"text":{"value":"a\0b"}}}', '"1"')
for c in (b"{", b"[", b"x", b"9", b" "):
    stays("ours", f"256 KB of '{c.decode()}'", publish(POST, c * 262144, qos=1),
          puback() + reply("", 2402, "request format error"), "subscribed")

stays("4.3", "set_reply that nobody waits for",
      publish(PREFIX + "thing/property/set_reply", '{"id":"1","code":200,"msg":"success"}', qos=1),
      puback(), "subscribed")
stays("4.3", "set_reply that is no JSON",
      publish(PREFIX + "thing/property/set_reply", "ok", qos=1), puback(), "subscribed")
stays("4.3", "get_reply that nobody waits for",
      publish(PREFIX + "thing/property/get_reply", '{"id":"1","code":200}', qos=1), puback(),
      "subscribed")

print("# SPDX-License-Identifier: MIT")
print("# What the access node answers. Made by rules.py from MQTT 3.1.1 and docs/protocol.md.")
print("# section\trule\tsetup: new, online, subscribed (thing/#)\tsent\tanswer\tthen")
print("# Bytes are hexadecimal, hh*N stands for N times hh, - for none.")
print("\n".join(rows))
