/* SPDX-License-Identifier: MIT */
/* Load generator for a running onelink-platform.
 *
 *     load MQTT_PORT HTTP_PORT TOKEN_FILE PRODUCT_ID ACCESS_KEY_FILE COMMAND ...
 *
 *     create N         makes devices d0 ... dN-1 through the application API
 *     idle N PID       logs N devices in; prints PID's resident memory before and after
 *     post N ROUNDS    each round every device posts two properties (QoS 1), then all
 *                      wait for PUBACK and reply
 *     single N ROUNDS  the same, but one device after the other
 *
 * Blocking sockets and no event loop on purpose: the platform is what is measured. */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "onelink/base/buf.h"
#include "onelink/onenet/resource.h"
#include "onelink/onenet/token.h"

#define PACKET_CAP 2048
#define TIMEOUT_S  300 /* the platform may run under valgrind */

struct setup {
    int mqtt_port;
    int http_port;
    char api_token[OL_ONENET_TOKEN_MAX + 192];
    char login_token[OL_ONENET_TOKEN_MAX];
    const char *product;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void read_line(const char *path, char *out, size_t cap)
{
    FILE *f = fopen(path, "r");
    if (f == NULL || fgets(out, (int)cap, f) == NULL) {
        die(path);
    }
    fclose(f);
    out[strcspn(out, "\r\n")] = '\0';
}

static int dial(int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval tv = {TIMEOUT_S, 0};
    int on = 1;
    inet_pton(AF_INET, "127.0.0.1", &sa.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof sa) != 0) {
        die("connect");
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_all(int fd, const void *data, size_t len)
{
    if (send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len) {
        die("send");
    }
}

static void read_all(int fd, uint8_t *buf, size_t len)
{
    size_t have = 0;
    while (have < len) {
        ssize_t n = recv(fd, buf + have, len - have, 0);
        if (n <= 0) {
            die("the platform closed a connection");
        }
        have += (size_t)n;
    }
}

/* One packet; returns its first byte, *len the length of the rest in buf. */
static uint8_t read_packet(int fd, uint8_t buf[PACKET_CAP], size_t *len)
{
    uint8_t head[2];
    read_all(fd, head, 2);
    *len = head[1];
    if ((head[1] & 0x80) != 0) {
        uint8_t more;
        read_all(fd, &more, 1);
        *len = (head[1] & 0x7fU) | (size_t)more << 7;
    }
    if (*len > PACKET_CAP) {
        die("packet too long");
    }
    read_all(fd, buf, *len);
    return head[0];
}

static size_t finish(uint8_t first, const uint8_t *body, size_t len, uint8_t *out)
{
    size_t at = 0;
    out[at++] = first;
    if (len > 127) {
        out[at++] = (uint8_t)(len & 0x7f) | 0x80;
        out[at++] = (uint8_t)(len >> 7);
    } else {
        out[at++] = (uint8_t)len;
    }
    memcpy(out + at, body, len);
    return at + len;
}

static void text(struct ol_writer *w, const char *s)
{
    ol_writer_u16(w, (uint16_t)strlen(s));
    ol_writer_bytes(w, s, strlen(s));
}

/* Logs in and subscribes to thing/#, as the official SDK does. */
static int login(const struct setup *s, unsigned n)
{
    uint8_t body[PACKET_CAP];
    uint8_t out[PACKET_CAP];
    uint8_t in[PACKET_CAP];
    char name[32];
    char filter[128];
    size_t len = 0;
    int fd = dial(s->mqtt_port);
    snprintf(name, sizeof name, "d%u", n);
    snprintf(filter, sizeof filter, "$sys/%s/%s/thing/#", s->product, name);
    struct ol_writer w = ol_writer_make(body, sizeof body);
    text(&w, "MQTT");
    ol_writer_u8(&w, 4);
    ol_writer_u8(&w, 0xC2);
    ol_writer_u16(&w, 1800);
    text(&w, name);
    text(&w, s->product);
    text(&w, s->login_token);
    send_all(fd, out, finish(0x10, body, w.len, out));
    if (read_packet(fd, in, &len) != 0x20 || in[1] != 0) {
        fprintf(stderr, "login refused: CONNACK %u\n", in[1]);
        exit(1);
    }
    w = ol_writer_make(body, sizeof body);
    ol_writer_u16(&w, 1);
    text(&w, filter);
    ol_writer_u8(&w, 0);
    send_all(fd, out, finish(0x82, body, w.len, out));
    if (read_packet(fd, in, &len) != 0x90 || in[2] != 0) {
        fprintf(stderr, "subscription refused\n");
        exit(1);
    }
    return fd;
}

static void post(const struct setup *s, int fd, unsigned n, unsigned round)
{
    uint8_t body[PACKET_CAP];
    uint8_t out[PACKET_CAP];
    char topic[128];
    char payload[256];
    snprintf(topic, sizeof topic, "$sys/%s/d%u/thing/property/post", s->product, n);
    int len = snprintf(
        payload, sizeof payload,
        "{\"id\":\"%u\",\"version\":\"1.0\",\"params\":{\"temp\":{\"value\":%u.%u},"
        "\"humi\":{\"value\":%u.%u}}}",
        round + 1, 20 + round % 10, n % 10, 40 + n % 20, round % 10);
    struct ol_writer w = ol_writer_make(body, sizeof body);
    text(&w, topic);
    ol_writer_u16(&w, (uint16_t)(round % 65535 + 1));
    ol_writer_bytes(&w, payload, (size_t)len);
    send_all(fd, out, finish(0x32, body, w.len, out));
}

static void await_answers(int fd)
{
    uint8_t in[PACKET_CAP + 1];
    size_t len = 0;
    bool ack = false;
    bool reply = false;
    while (!ack || !reply) {
        uint8_t first = read_packet(fd, in, &len);
        in[len] = 0;
        ack = ack || first == 0x40;
        if (first == 0x30) {
            size_t topic = (size_t)in[0] << 8 | in[1];
            if (strstr((const char *)in + 2 + topic, "\"code\":200") == NULL) {
                fprintf(stderr, "refused: %s\n", (const char *)in + 2 + topic);
                exit(1);
            }
            reply = true;
        }
    }
}

static long resident_kb(const char *pid)
{
    char path[64];
    char line[256];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kb = strtol(line + 6, NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kb;
}

static int *login_all(const struct setup *s, unsigned count)
{
    int *fds = calloc(count, sizeof *fds);
    for (unsigned i = 0; fds != NULL && i < count; i++) {
        fds[i] = login(s, i);
    }
    return fds;
}

static int run_idle(const struct setup *s, unsigned count, const char *pid)
{
    struct timespec settle = {1, 0};
    long before = resident_kb(pid);
    int *fds = login_all(s, count);
    nanosleep(&settle, NULL);
    long after = resident_kb(pid);
    printf("%ld %ld %.0f\n", before, after, (double)(after - before) * 1024 / count);
    free(fds);
    return 0;
}

static int run_post(const struct setup *s, unsigned count, unsigned rounds, bool single)
{
    struct timespec a;
    struct timespec b;
    int *fds = login_all(s, count);
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (unsigned r = 0; r < rounds; r++) {
        for (unsigned i = 0; i < count; i++) {
            post(s, fds[i], i, r);
            if (single) {
                await_answers(fds[i]);
            }
        }
        for (unsigned i = 0; i < count && !single; i++) {
            await_answers(fds[i]);
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    double seconds =
        (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    printf("%u posts, %.0f a second\n", count * rounds, count * rounds / seconds);
    for (unsigned i = 0; i < count; i++) {
        send_all(fds[i], "\xE0\x00", 2);
        close(fds[i]);
    }
    free(fds);
    return 0;
}

/* Reads one HTTP answer: small, with a length. */
static void read_http(int fd)
{
    char buf[4096];
    size_t have = 0;
    while (have < sizeof buf - 1) {
        ssize_t n = recv(fd, buf + have, sizeof buf - 1 - have, 0);
        if (n <= 0) {
            die("the API closed the connection");
        }
        have += (size_t)n;
        buf[have] = '\0';
        const char *end = strstr(buf, "\r\n\r\n");
        const char *length = strstr(buf, "Content-Length: ");
        if (end != NULL && length != NULL &&
            have >= (size_t)(end + 4 - buf) + strtoul(length + 16, NULL, 10)) {
            if (strstr(end, "\"code\":0,") == NULL) {
                fprintf(stderr, "device/create: %s\n", end + 4);
                exit(1);
            }
            return;
        }
    }
}

static int run_create(const struct setup *s, unsigned count)
{
    char body[256];
    char head[1024];
    int fd = dial(s->http_port);
    for (unsigned i = 0; i < count; i++) {
        int len =
            snprintf(body, sizeof body, "{\"product_id\":\"%s\",\"device_name\":\"d%u\"}",
                     s->product, i);
        int n = snprintf(head, sizeof head,
                         "POST /device/create HTTP/1.1\r\nHost: localhost\r\n"
                         "authorization: %s\r\nContent-Length: %d\r\n\r\n%s",
                         s->api_token, len, body);
        send_all(fd, head, (size_t)n);
        read_http(fd);
    }
    close(fd);
    return 0;
}

static void make_login_token(struct setup *s, const char *key_file)
{
    char key[128];
    char res[OL_ONENET_RESOURCE_MAX];
    struct ol_onenet_token_scratch scratch;
    struct ol_writer r = ol_writer_make(res, sizeof res);
    struct ol_writer w = ol_writer_make(s->login_token, sizeof s->login_token - 1);
    read_line(key_file, key, sizeof key);
    struct ol_onenet_resource resource = {.kind = OL_ONENET_RESOURCE_PRODUCT,
                                          .pid = ol_str_from(s->product)};
    if (ol_onenet_resource_encode(&r, &resource) != OL_OK) {
        die("product id");
    }
    struct ol_onenet_token token = {.version = OL_STR(OL_ONENET_VERSION_2018),
                                    .res = ol_str_make(res, r.len),
                                    .et = OL_ONENET_TOKEN_ET_FAR,
                                    .method = &ol_onenet_sha1};
    if (ol_onenet_token_encode(&w, &token, ol_str_from(key), &scratch) !=
        OL_ONENET_TOKEN_OK) {
        die("key");
    }
    s->login_token[w.len] = '\0';
}

int main(int argc, char **argv)
{
    static struct setup s;
    if (argc < 8) {
        fprintf(stderr, "usage: load MQTT_PORT HTTP_PORT TOKEN_FILE PRODUCT_ID KEY_FILE "
                        "create N | idle N PID | post N ROUNDS | single N ROUNDS\n");
        return 2;
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    s.mqtt_port = atoi(argv[1]);
    s.http_port = atoi(argv[2]);
    s.product = argv[4];
    read_line(argv[3], s.api_token, sizeof s.api_token);
    make_login_token(&s, argv[5]);
    unsigned count = (unsigned)atoi(argv[7]);
    const char *last = argc > 8 ? argv[8] : "1";
    if (strcmp(argv[6], "create") == 0) {
        return run_create(&s, count);
    }
    if (strcmp(argv[6], "idle") == 0) {
        return run_idle(&s, count, last);
    }
    return run_post(&s, count, (unsigned)atoi(last), strcmp(argv[6], "single") == 0);
}
