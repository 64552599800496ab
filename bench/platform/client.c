/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "bench/platform/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "onelink/base/buf.h"
#include "onelink/onenet/resource.h"

void ol_client_die(const char *what)
{
    perror(what);
    exit(1);
}

uint64_t ol_client_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void read_line(const char *path, char *out, size_t cap)
{
    FILE *f = fopen(path, "r");
    if (f == NULL || fgets(out, (int)cap, f) == NULL) {
        ol_client_die(path);
    } else {
        fclose(f);
    }
    out[strcspn(out, "\r\n")] = '\0';
}

static void make_login_token(struct ol_client_setup *s, const char *key_file)
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
        ol_client_die("product id");
    }
    struct ol_onenet_token token = {.version = OL_STR(OL_ONENET_VERSION_2018),
                                    .res = ol_str_make(res, r.len),
                                    .et = OL_ONENET_TOKEN_ET_FAR,
                                    .method = &ol_onenet_sha1};
    if (ol_onenet_token_encode(&w, &token, ol_str_from(key), &scratch) !=
        OL_ONENET_TOKEN_OK) {
        ol_client_die("key");
    }
    s->login_token[w.len] = '\0';
}

void ol_client_setup(struct ol_client_setup *s, char **argv)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    s->mqtt_port = atoi(argv[0]);
    s->http_port = atoi(argv[1]);
    s->product = argv[3];
    s->keep_alive_s = 1800;
    read_line(argv[2], s->api_token, sizeof s->api_token);
    make_login_token(s, argv[4]);
}

int ol_client_dial(int port, unsigned source)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval tv = {OL_CLIENT_TIMEOUT_S, 0};
    int on = 1;
    from.sin_addr.s_addr = htonl(0x7f000000U | (source & 0xffU));
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 ||
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(fd, (struct sockaddr *)&sa, sizeof sa) != 0) {
        ol_client_die("connect");
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void ol_client_send(int fd, const void *data, size_t len)
{
    if (send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len) {
        ol_client_die("send");
    }
}

static void read_all(int fd, uint8_t *buf, size_t len)
{
    size_t have = 0;
    while (have < len) {
        ssize_t n = recv(fd, buf + have, len - have, 0);
        if (n <= 0) {
            ol_client_die("the platform closed a connection");
        }
        have += (size_t)n;
    }
}

uint8_t ol_client_read_packet(int fd, uint8_t buf[OL_CLIENT_PACKET_CAP], size_t *len)
{
    uint8_t head[2];
    read_all(fd, head, 2);
    *len = head[1];
    if ((head[1] & 0x80) != 0) {
        uint8_t more;
        read_all(fd, &more, 1);
        *len = (head[1] & 0x7fU) | (size_t)more << 7;
    }
    if (*len > OL_CLIENT_PACKET_CAP) {
        ol_client_die("packet too long");
    }
    read_all(fd, buf, *len);
    return head[0];
}

size_t ol_client_packet(uint8_t first, const uint8_t *body, size_t len, uint8_t *out)
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

size_t ol_client_connect_packet(const struct ol_client_setup *s, unsigned n, uint8_t *out)
{
    uint8_t body[OL_CLIENT_PACKET_CAP];
    char name[32];
    snprintf(name, sizeof name, "d%u", n);
    struct ol_writer w = ol_writer_make(body, sizeof body);
    text(&w, "MQTT");
    ol_writer_u8(&w, 4);
    ol_writer_u8(&w, 0xC2);
    ol_writer_u16(&w, s->keep_alive_s);
    text(&w, name);
    text(&w, s->product);
    text(&w, s->login_token);
    return ol_client_packet(0x10, body, w.len, out);
}

int ol_client_login(const struct ol_client_setup *s, unsigned n)
{
    uint8_t body[OL_CLIENT_PACKET_CAP];
    uint8_t out[OL_CLIENT_PACKET_CAP + 4];
    uint8_t in[OL_CLIENT_PACKET_CAP];
    char filter[128];
    size_t len = 0;
    int fd = ol_client_dial(s->mqtt_port, 1 + n % 8);
    snprintf(filter, sizeof filter, "$sys/%s/d%u/thing/#", s->product, n);
    ol_client_send(fd, out, ol_client_connect_packet(s, n, out));
    if (ol_client_read_packet(fd, in, &len) != 0x20 || in[1] != 0) {
        fprintf(stderr, "login refused: CONNACK %u\n", in[1]);
        exit(1);
    }
    struct ol_writer w = ol_writer_make(body, sizeof body);
    ol_writer_u16(&w, 1);
    text(&w, filter);
    ol_writer_u8(&w, 0);
    ol_client_send(fd, out, ol_client_packet(0x82, body, w.len, out));
    if (ol_client_read_packet(fd, in, &len) != 0x90 || in[2] != 0) {
        fprintf(stderr, "subscription refused\n");
        exit(1);
    }
    return fd;
}

size_t ol_client_post_packet(const struct ol_client_setup *s, unsigned n, unsigned round,
                             bool count, uint8_t *out)
{
    uint8_t body[OL_CLIENT_PACKET_CAP];
    char topic[128];
    char counter[48] = "";
    char payload[256];
    snprintf(topic, sizeof topic, "$sys/%s/d%u/thing/property/post", s->product, n);
    if (count) {
        snprintf(counter, sizeof counter, ",\"count\":{\"value\":%u}", round);
    }
    int len = snprintf(
        payload, sizeof payload,
        "{\"id\":\"%u\",\"version\":\"1.0\",\"params\":{\"temp\":{\"value\":%u.%u},"
        "\"humi\":{\"value\":%u.%u}%s}}",
        round + 1, 20 + round % 10, n % 10, 40 + n % 20, round % 10, counter);
    struct ol_writer w = ol_writer_make(body, sizeof body);
    text(&w, topic);
    ol_writer_u16(&w, (uint16_t)(round % 65535 + 1));
    ol_writer_bytes(&w, payload, (size_t)len);
    return ol_client_packet(0x32, body, w.len, out);
}

void ol_client_await_answers(int fd)
{
    uint8_t in[OL_CLIENT_PACKET_CAP + 1];
    size_t len = 0;
    bool ack = false;
    bool reply = false;
    while (!ack || !reply) {
        uint8_t first = ol_client_read_packet(fd, in, &len);
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

long ol_client_resident_kb(const char *pid)
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

/* Reads one HTTP answer that has a length; its body into out. */
static void read_http(int fd, char *out, size_t cap)
{
    size_t have = 0;
    while (have < cap - 1) {
        ssize_t n = recv(fd, out + have, cap - 1 - have, 0);
        if (n <= 0) {
            ol_client_die("the API closed the connection");
        }
        have += (size_t)n;
        out[have] = '\0';
        char *end = strstr(out, "\r\n\r\n");
        const char *length = strstr(out, "Content-Length: ");
        if (end == NULL || length == NULL) {
            continue;
        }
        size_t head = (size_t)(end + 4 - out);
        size_t body = strtoul(length + 16, NULL, 10);
        if (have >= head + body) {
            memmove(out, out + head, body);
            out[body] = '\0';
            break;
        }
    }
    if (strstr(out, "\"code\":0,") == NULL) {
        fprintf(stderr, "the API answers: %s\n", out);
        exit(1);
    }
}

void ol_client_create(const struct ol_client_setup *s, unsigned count)
{
    char body[256];
    char buf[4096];
    int fd = ol_client_dial(s->http_port, 1);
    for (unsigned i = 0; i < count; i++) {
        int len =
            snprintf(body, sizeof body, "{\"product_id\":\"%s\",\"device_name\":\"d%u\"}",
                     s->product, i);
        int n = snprintf(buf, sizeof buf,
                         "POST /device/create HTTP/1.1\r\nHost: localhost\r\n"
                         "authorization: %s\r\nContent-Length: %d\r\n\r\n%s",
                         s->api_token, len, body);
        ol_client_send(fd, buf, (size_t)n);
        read_http(fd, buf, sizeof buf);
    }
    close(fd);
}

void ol_client_get(const struct ol_client_setup *s, int fd, const char *path, char *out,
                   size_t cap)
{
    char head[1024];
    int n = snprintf(head, sizeof head,
                     "GET %s HTTP/1.1\r\nHost: localhost\r\nauthorization: %s\r\n\r\n",
                     path, s->api_token);
    ol_client_send(fd, head, (size_t)n);
    read_http(fd, out, cap);
}
