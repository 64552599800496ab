/* SPDX-License-Identifier: MIT */
/* What onelink-platform refuses, byte by byte: one row of a Markdown table for each case.
 *
 *     platform_refusals PORT PRODUCT_ID DEVICE DEVICE_KEY_FILE PRODUCT_KEY_FILE \
 *         OTHER_KEY_FILE
 *
 * Speaks MQTT by itself, with no code of the project but the token. A case says what is
 * sent and what must come back, as docs/protocol.md §1.3 to §1.6 and §2 have it; "open"
 * is proved by a PINGREQ that is answered. Exit status 1 when a row is not as
 * expected. */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "onelink/base/buf.h"
#include "onelink/onenet/token.h"

#define PACKET_CAP (300U * 1024)
#define TEXT_CAP   512
#define CLOSE_MS   8000 /* longer than the platform waits for a login */
#define WRONG_MAX  32   /* rows that the end of the output repeats */

static struct {
    int port;
    const char *pid;
    const char *device;
    char device_key[128];
    char product_key[128];
    char other_key[128];
    unsigned rows;
    unsigned wrong;
    char again[WRONG_MAX][TEXT_CAP];
} test;

/* A packet in the making, and which of its bytes are a token. */
struct packet {
    uint8_t bytes[PACKET_CAP];
    size_t len;
    size_t token_at;
    size_t token_len;
};

static struct packet packet;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- building ---- */

static void byte(uint8_t b)
{
    packet.bytes[packet.len++] = b;
}

static void bytes(const void *data, size_t len)
{
    memcpy(packet.bytes + packet.len, data, len);
    packet.len += len;
}

static void string(const char *s)
{
    size_t len = strlen(s);
    byte((uint8_t)(len >> 8));
    byte((uint8_t)len);
    bytes(s, len);
}

static void begin(uint8_t first)
{
    packet.len = 0;
    packet.token_len = 0;
    byte(first);
    bytes("\0\0\0\0", 4); /* room for the length */
}

/* Puts the remaining length in. */
static void end(void)
{
    uint8_t head[5];
    size_t n = 0;
    size_t rest = packet.len - 5;
    head[n++] = packet.bytes[0];
    for (size_t v = rest; n == 1 || v > 0; v >>= 7) {
        head[n++] = (uint8_t)(v & 127) | (v > 127 ? 0x80 : 0);
    }
    memmove(packet.bytes + n, packet.bytes + 5, rest);
    memcpy(packet.bytes, head, n);
    packet.len = n + rest;
    packet.token_at -= packet.token_len > 0 ? 5 - n : 0;
}

static void raw(const char *hex)
{
    unsigned v = 0;
    packet.len = 0;
    packet.token_len = 0;
    for (; sscanf(hex, "%2x", &v) == 1; hex += hex[2] == ' ' ? 3 : 2) {
        byte((uint8_t)v);
    }
}

struct login {
    const char *protocol;
    const char *client;
    const char *user;
    const char *password;
    uint8_t first;
    uint8_t level;
    uint8_t flags;
    uint16_t keep_alive;
    bool no_password;
};

static struct login good_login(const char *password)
{
    return (struct login){"MQTT", test.device, test.pid, password, 0x10,
                          4,      0xC2,        60,       false};
}

static void connect_packet(const struct login *l)
{
    begin(l->first);
    string(l->protocol);
    byte(l->level);
    byte(l->flags);
    byte((uint8_t)(l->keep_alive >> 8));
    byte((uint8_t)l->keep_alive);
    string(l->client);
    if ((l->flags & 0x04) != 0) {
        string("will/topic");
        string("gone");
    }
    string(l->user);
    if (!l->no_password) {
        packet.token_at = packet.len + 2;
        packet.token_len = strlen(l->password);
        string(l->password);
    }
    end();
}

static void publish_packet(uint8_t first, const char *topic, const char *payload,
                           size_t len)
{
    begin(first);
    string(topic);
    if ((first & 0x06) != 0) {
        bytes("\0\x07", 2);
    }
    bytes(payload, len);
    end();
}

static void subscribe_packet(uint8_t first, const char *const *filters, size_t count,
                             int qos)
{
    begin(first);
    bytes("\0\x05", 2);
    for (size_t i = 0; i < count; i++) {
        string(filters[i]);
        if (qos >= 0) {
            byte((uint8_t)qos);
        }
    }
    end();
}

/* ---- tokens ---- */

static const char *token(const char *key, const char *res, const char *version,
                         int64_t et)
{
    static char out[TEXT_CAP];
    struct ol_onenet_token_scratch scratch;
    struct ol_writer w = ol_writer_make(out, sizeof out - 1);
    struct ol_onenet_token t = {ol_str_from(version), ol_str_from(res), et,
                                &ol_onenet_sha1};
    if (ol_onenet_token_encode(&w, &t, ol_str_from(key), &scratch) !=
        OL_ONENET_TOKEN_OK) {
        die("token");
    }
    out[w.len] = '\0';
    return out;
}

static const char *device_res(const char *pid, const char *device)
{
    static char res[TEXT_CAP];
    snprintf(res, sizeof res, "products/%s/devices/%s", pid, device);
    return res;
}

static const char *good_token(void)
{
    return token(test.device_key, device_res(test.pid, test.device),
                 OL_ONENET_VERSION_2018, OL_ONENET_TOKEN_ET_FAR);
}

/* ---- the wire ---- */

static int dial(void)
{
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)test.port)};
    int on = 1;
    inet_pton(AF_INET, "127.0.0.1", &sa.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof sa) != 0) {
        die("connect");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* The platform may close while we still send: that is an answer too. */
static void send_bytes(int fd, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        data += n;
        len -= (size_t)n;
    }
}

/* Where the count-th PINGRESP begins in the packets of buf[0..len); len: not there. How the
 * platform's packets are cut into segments says nothing, so they are told apart by their
 * lengths, which are below 128. */
static size_t find_pong(const uint8_t *buf, size_t len, unsigned count)
{
    size_t at = 0;
    while (at + 2 <= len && at + 2 + buf[at + 1] <= len) {
        count -= buf[at] == 0xD0 ? 1 : 0;
        if (count == 0) {
            return at;
        }
        at += 2 + (size_t)buf[at + 1];
    }
    return len;
}

/* Reads up to the pongs-th PINGRESP, the answer to the probe, or to the end. Returns the
 * bytes before it; *open tells which. */
static size_t collect(int fd, uint8_t *buf, size_t cap, unsigned pongs, bool *open)
{
    size_t have = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    *open = false;
    while (have < cap && poll(&p, 1, CLOSE_MS) > 0) {
        ssize_t n = recv(fd, buf + have, cap - have, 0);
        if (n <= 0) {
            return have;
        }
        have += (size_t)n;
        size_t at = find_pong(buf, have, pongs);
        if (at < have) {
            *open = true;
            return at;
        }
    }
    snprintf((char *)buf, cap, "?"); /* neither: shows as a row that is wrong */
    return 1;
}

static size_t hex(char *out, size_t cap, const uint8_t *data, size_t len)
{
    size_t at = 0;
    for (size_t i = 0; i < len && at + 4 < cap; i++) {
        at += (size_t)snprintf(out + at, cap - at, "%02X%s", data[i],
                               i + 1 < len ? " " : "");
    }
    return at;
}

/* The sent bytes for a person: the token and the middle of long ones left out. */
static void show_sent(char *out, size_t cap)
{
    const size_t most = 60;
    size_t n = 0;
    size_t head = packet.token_len > 0 ? packet.token_at : packet.len;
    if (head > most) {
        n = hex(out, cap, packet.bytes, most / 2);
        n += (size_t)snprintf(out + n, cap - n, " … (%zu bytes)", packet.len);
        return;
    }
    n = hex(out, cap, packet.bytes, head);
    if (packet.token_len > 0) {
        n +=
            (size_t)snprintf(out + n, cap - n, " (%zu bytes of token)", packet.token_len);
    }
    out[n] = '\0';
}

static void row(const char *name, const char *sent, const char *got, const char *expected)
{
    bool ok = strcmp(got, expected) == 0;
    test.rows++;
    if (!ok && test.wrong++ < WRONG_MAX) {
        snprintf(test.again[test.wrong - 1], TEXT_CAP, "%s: %s instead of %s", name, got,
                 expected);
    }
    printf("| %s | `%s` | %s | %s | %s |\n", name, sent, got, expected,
           ok ? "yes" : "**NO**");
}

/* Sends the packet on fd, then asks whether the connection still lives: by a PINGREQ of
 * ours, whose answer is the last PINGRESP. */
static void judge(int fd, const char *name, const char *expected)
{
    uint8_t answer[256];
    char sent[TEXT_CAP] = "";
    char got[TEXT_CAP] = "";
    bool open = false;
    bool ping = packet.len == 2 && memcmp(packet.bytes, "\xC0\0", 2) == 0;
    show_sent(sent, sizeof sent);
    send_bytes(fd, packet.bytes, packet.len);
    send_bytes(fd, (const uint8_t *)"\xC0", 1); /* PINGREQ */
    send_bytes(fd, (const uint8_t *)"\0", 1);
    size_t len = collect(fd, answer, sizeof answer, ping ? 2 : 1, &open);
    size_t n = hex(got, sizeof got, answer, len);
    snprintf(got + n, sizeof got - n, "%s%s", len > 0 ? ", " : "",
             open ? "open" : "closed");
    row(name, sent, got, expected);
    close(fd);
}

/* ---- the cases ---- */

static void login_case(const char *name, struct login l, const char *expected)
{
    connect_packet(&l);
    judge(dial(), name, expected);
}

static void token_case(const char *name, const char *password, const char *expected)
{
    login_case(name, good_login(password), expected);
}

/* A packet after a login that holds; the packet is built after it. */
static int logged_in(void)
{
    uint8_t ack[4];
    int fd = dial();
    struct login l = good_login(good_token());
    connect_packet(&l);
    send_bytes(fd, packet.bytes, packet.len);
    if (recv(fd, ack, 4, MSG_WAITALL) != 4 || memcmp(ack, "\x20\x02\0\0", 4) != 0) {
        die("login");
    }
    return fd;
}

static const char *own(const char *tail)
{
    static char text[4][TEXT_CAP];
    static unsigned next;
    char *out = text[next++ % 4];
    snprintf(out, TEXT_CAP, "$sys/%s/%s/%s", test.pid, test.device, tail);
    return out;
}

static void publish_case(const char *name, uint8_t first, const char *topic,
                         const char *expected)
{
    static const char body[] = "{\"id\":\"1\",\"params\":{\"temp\":{\"value\":1}}}";
    int fd = logged_in();
    publish_packet(first, topic, body, sizeof body - 1);
    judge(fd, name, expected);
}

static void filter_case(const char *name, const char *filter, int qos,
                        const char *expected)
{
    int fd = logged_in();
    subscribe_packet(0x82, &filter, 1, qos);
    judge(fd, name, expected);
}

static void raw_case(const char *name, const char *text, const char *expected)
{
    int fd = logged_in();
    raw(text);
    judge(fd, name, expected);
}

static void raw_first(const char *name, const char *text, const char *expected)
{
    raw(text);
    judge(dial(), name, expected);
}

static void connect_cases(void)
{
    struct login l = good_login("");
    const char *good = good_token();
#define VARIANT(name, field, value, expected)                                            \
    do {                                                                                 \
        l = good_login(good);                                                            \
        l.field = (value);                                                               \
        login_case(name, l, expected);                                                   \
    } while (0)
    token_case("login as it must be", good, "20 02 00 00, open");
    VARIANT("will", flags, 0xC6, "closed");
    VARIANT("will with retain", flags, 0xE6, "closed");
    VARIANT("clean session 0", flags, 0xC0, "closed");
    VARIANT("reserved connect flag", flags, 0xC3, "closed");
    VARIANT("protocol MQIsdp (3.1)", protocol, "MQIsdp", "closed");
    VARIANT("protocol level 3", level, 3, "closed");
    VARIANT("protocol level 5", level, 5, "closed");
    VARIANT("keep alive 0", keep_alive, 0, "closed");
    VARIANT("keep alive 9", keep_alive, 9, "closed");
    VARIANT("keep alive 10", keep_alive, 10, "20 02 00 00, open");
    VARIANT("keep alive 1800", keep_alive, 1800, "20 02 00 00, open");
    VARIANT("keep alive 1801", keep_alive, 1801, "closed");
    VARIANT("fixed header 0x11", first, 0x11, "closed");
    VARIANT("empty client id", client, "", "closed");
    VARIANT("empty user name", user, "", "closed");
    VARIANT("empty password", password, "", "closed");
    VARIANT("client id of another device", client, "other", "20 02 00 04, closed");
    VARIANT("client id that no device has", client, "nobody", "20 02 00 04, closed");
    VARIANT("client id with a space", client, "a b", "20 02 00 04, closed");
    VARIANT("user name of another product", user, "Prod000002", "20 02 00 04, closed");
    VARIANT("user name in the wrong case", user, "prod000001", "20 02 00 04, closed");
#undef VARIANT
    l = good_login(good);
    l.flags = 0x82;
    l.no_password = true;
    login_case("no password", l, "closed");
}

static void token_cases(void)
{
    const char *res = device_res(test.pid, test.device);
    const char *v = OL_ONENET_VERSION_2018;
    char text[TEXT_CAP];
    char product[TEXT_CAP];
    snprintf(product, sizeof product, "products/%s", test.pid);
    token_case("wrong token: signed with another key",
               token(test.other_key, res, v, OL_ONENET_TOKEN_ET_FAR),
               "20 02 00 04, closed");
    token_case("expired token", token(test.device_key, res, v, 1600000000),
               "20 02 00 04, closed");
    token_case(
        "foreign token: of another device, sound",
        token(test.other_key, device_res(test.pid, "other"), v, OL_ONENET_TOKEN_ET_FAR),
        "20 02 00 04, closed");
    token_case("product resource with the product key",
               token(test.product_key, product, v, OL_ONENET_TOKEN_ET_FAR),
               "20 02 00 00, open");
    token_case("device resource with the product key",
               token(test.product_key, device_res(test.pid, test.device), v,
                     OL_ONENET_TOKEN_ET_FAR),
               "20 02 00 00, open");
    token_case("product resource with the device key",
               token(test.device_key, product, v, OL_ONENET_TOKEN_ET_FAR),
               "20 02 00 04, closed");
    token_case("unknown version",
               token(test.device_key, device_res(test.pid, test.device), "2048-10-31",
                     OL_ONENET_TOKEN_ET_FAR),
               "20 02 00 04, closed");
    token_case("a key instead of a token", test.device_key, "20 02 00 04, closed");
    token_case("no token at all", "password", "20 02 00 04, closed");
    snprintf(text, sizeof text, "%s&more=1", good_token());
    token_case("a sixth field", text, "20 02 00 04, closed");
    snprintf(text, sizeof text, "%s", good_token());
    memcpy(strstr(text, "method=sha1") + 7, "sha9", 4);
    token_case("unknown method", text, "20 02 00 04, closed");
}

static void first_packet_cases(void)
{
    raw_first("PINGREQ before login", "C0 00", "closed");
    publish_packet(0x30, own("thing/property/post"), "{}", 2);
    judge(dial(), "PUBLISH before login", "closed");
    const char *filter = own("thing/#");
    subscribe_packet(0x82, &filter, 1, 0);
    judge(dial(), "SUBSCRIBE before login", "closed");
    raw_first("HTTP", "47 45 54 20 2F 20 48 54 54 50 2F 31 2E 31 0D 0A 0D 0A", "closed");
    raw_first("1025 bytes announced before login",
              "10 81 08 00 04 4D 51 54 54 04 C2 00 3C", "closed");
    raw_first("CONNECT cut inside a string",
              "10 0E 00 04 4D 51 54 54 04 C2 00 3C 00 40 61 61", "closed");
    packet.len = 0;
    packet.token_len = 0;
    char got[TEXT_CAP];
    uint8_t answer[8];
    int fd = dial();
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n = poll(&p, 1, CLOSE_MS) > 0 ? recv(fd, answer, sizeof answer, 0) : 1;
    snprintf(got, sizeof got, "%s", n == 0 ? "closed" : "open");
    row("nothing for 5 seconds", "", got, "closed");
    close(fd);
    fd = logged_in();
    connect_packet(&(struct login){"MQTT", test.device, test.pid, good_token(), 0x10, 4,
                                   0xC2, 60, false});
    judge(fd, "second CONNECT", "closed");
}

static void publish_cases(void)
{
    char text[1024];
    const char *post = own("thing/property/post");
    publish_case("PUBLISH with QoS 1", 0x32, post, "40 02 00 07, open");
    publish_case("PUBLISH with QoS 0", 0x30, post, "open");
    publish_case("PUBLISH with QoS 1 and DUP", 0x3A, post, "40 02 00 07, open");
    publish_case("RETAIN", 0x31, post, "closed");
    publish_case("RETAIN, QoS 1", 0x33, post, "closed");
    publish_case("QoS 2", 0x34, post, "closed");
    publish_case("QoS 3", 0x36, post, "closed");
    publish_case("QoS 0 with DUP", 0x38, post, "closed");
    snprintf(text, sizeof text, "$sys/%s/other/thing/property/post", test.pid);
    publish_case("topic of another device", 0x32, text, "closed");
    snprintf(text, sizeof text, "$sys/Prod000002/%s/thing/property/post", test.device);
    publish_case("topic of another product", 0x32, text, "closed");
    publish_case("topic of the platform: set", 0x32, own("thing/property/set"), "closed");
    publish_case("topic of the platform: post/reply", 0x32,
                 own("thing/property/post/reply"), "closed");
    publish_case("topic that is none", 0x32, own("thing/property/posts"), "closed");
    publish_case("topic of one's own", 0x32, "home/lamp", "closed");
    publish_case("topic with a wildcard", 0x32, own("thing/property/#"), "closed");
    publish_case("topic with a space", 0x32, own("thing/property/post "), "closed");
    publish_case("topic in Chinese", 0x32, own("thing/属性"), "closed");
    publish_case("topic of 9 levels", 0x32, own("thing/a/b/c/d/e"), "closed");
    publish_case("empty topic", 0x32, "", "closed");
    snprintf(text, sizeof text, "%s%0500d", own("thing/"), 0);
    publish_case("topic above 512 bytes", 0x32, text, "closed");
    publish_case("topic that is not served yet", 0x32, own("thing/event/post"),
                 "40 02 00 07, open");
    static char large[256 * 1024 + 1];
    int fd = logged_in();
    publish_packet(0x32, post, large, sizeof large);
    judge(fd, "payload above 256 KB", "closed");
    raw_case("QoS 1 with packet identifier 0", "32 05 00 01 61 00 00", "closed");
    raw_case("topic longer than the packet", "30 03 00 09 61", "closed");
    raw_case("remaining length of five bytes", "30 FF FF FF FF 01", "closed");
}

static void packet_cases(void)
{
    raw_case("PINGREQ", "C0 00", "D0 00, open");
    raw_case("PINGREQ with flags", "C1 00", "closed");
    raw_case("PINGREQ with a body", "C0 01 00", "closed");
    raw_case("DISCONNECT", "E0 00", "closed");
    raw_case("PUBREC", "50 02 00 07", "closed");
    raw_case("PUBREL", "62 02 00 07", "closed");
    raw_case("PUBCOMP", "70 02 00 07", "closed");
    raw_case("PUBACK for nothing", "40 02 00 07", "closed");
    raw_case("CONNACK", "20 02 00 00", "closed");
    raw_case("SUBACK", "90 03 00 05 00", "closed");
    raw_case("UNSUBACK", "B0 02 00 05", "closed");
    raw_case("PINGRESP", "D0 00", "closed");
    raw_case("packet type 0", "00 00", "closed");
    raw_case("packet type 15", "F0 00", "closed");
}

static void filter_cases(void)
{
    char text[TEXT_CAP];
    filter_case("SUBSCRIBE thing/#", own("thing/#"), 0, "90 03 00 05 00, open");
    filter_case("QoS 1 asked, 0 granted", own("thing/#"), 1, "90 03 00 05 00, open");
    filter_case("QoS 2 asked, 0 granted", own("thing/#"), 2, "90 03 00 05 00, open");
    filter_case("everything of the device", own("#"), 0, "90 03 00 05 00, open");
    filter_case("ota/#", own("ota/#"), 0, "90 03 00 05 00, open");
    filter_case("forbidden filter: #", "#", 0, "90 03 00 05 80, open");
    snprintf(text, sizeof text, "$sys/%s/#", test.pid);
    filter_case("forbidden filter: all devices", text, 0, "90 03 00 05 80, open");
    snprintf(text, sizeof text, "$sys/%s/+/thing/#", test.pid);
    filter_case("forbidden filter: + for the device", text, 0, "90 03 00 05 80, open");
    snprintf(text, sizeof text, "$sys/%s/other/thing/#", test.pid);
    filter_case("forbidden filter: another device", text, 0, "90 03 00 05 80, open");
    filter_case("forbidden filter: cmd/# on a thing-model product", own("cmd/#"), 0,
                "90 03 00 05 80, open");
    filter_case("forbidden filter: a topic of one's own", "home/#", 0,
                "90 03 00 05 80, open");
    filter_case("filter with a space", own("thing /#"), 0, "closed");
    filter_case("filter with # in the middle", own("#/post"), 0, "closed");
    filter_case("QoS 3 asked", own("thing/#"), 3, "closed");
    const char *nine[] = {own("thing/#"), own("ota/#"),   own("thing/#"),
                          own("ota/#"),   own("thing/#"), own("ota/#"),
                          own("thing/#"), own("ota/#"),   own("thing/#")};
    int fd = logged_in();
    subscribe_packet(0x82, nine, 9, 0);
    judge(fd, "nine filters in one packet", "closed");
    fd = logged_in();
    subscribe_packet(0x82, nine, 0, 0);
    judge(fd, "no filter", "closed");
    fd = logged_in();
    subscribe_packet(0x80, nine, 1, 0);
    judge(fd, "SUBSCRIBE with flags 0", "closed");
    fd = logged_in();
    subscribe_packet(0xA2, nine, 1, -1);
    judge(fd, "UNSUBSCRIBE", "B0 02 00 05, open");
    fd = logged_in();
    subscribe_packet(0xA2, nine, 9, -1);
    judge(fd, "UNSUBSCRIBE of nine filters", "closed");
}

static void read_key(const char *path, char out[128])
{
    FILE *f = fopen(path, "r");
    if (f == NULL || fgets(out, 128, f) == NULL) {
        die(path);
    }
    fclose(f);
    out[strcspn(out, "\r\n")] = '\0';
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: platform_refusals PORT PRODUCT_ID DEVICE DEVICE_KEY_FILE "
                        "PRODUCT_KEY_FILE OTHER_KEY_FILE\n");
        return 2;
    }
    test.port = atoi(argv[1]);
    test.pid = argv[2];
    test.device = argv[3];
    read_key(argv[4], test.device_key);
    read_key(argv[5], test.product_key);
    read_key(argv[6], test.other_key);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("| case | sent | answer | expected | as expected |\n|---|---|---|---|---|\n");
    connect_cases();
    token_cases();
    first_packet_cases();
    publish_cases();
    packet_cases();
    filter_cases();
    printf("\n%u cases, %u not as expected\n", test.rows, test.wrong);
    for (unsigned i = 0; i < test.wrong && i < WRONG_MAX; i++) {
        printf("NOT AS EXPECTED %s\n", test.again[i]);
    }
    return test.wrong == 0 ? 0 : 1;
}
