/* SPDX-License-Identifier: MIT */
/* Hostile clients against a running onelink-platform, and what a well-behaved device feels
 * of each of them. Prints one Markdown row for each.
 *
 *     platform_hostile MQTT_PORT HTTP_PORT TOKEN_FILE PRODUCT_ID KEY_FILE PID SECONDS
 *
 * The platform runs with --limits off and has devices d0 ... d99. SECONDS is how long each
 * flood lasts. Status 1: the platform did not do what it should, or the device got no
 * answer. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/platform/client.h"
#include "tests/support/rng.h"

#define SAMPLES  200000
#define GAP_US   5000
#define CROWD    10000
#define HOARDERS 60
#define TEXT_CAP 400
/* What may be kept after all of it, the database's cache included; a sanitizer keeps far
 * more: OL_HOSTILE_KEPT_KB. */
#define KEPT_KB 12000

static struct ol_client_setup setup;
static const char *pid;
static unsigned seconds;
static unsigned failures;

static void nap_us(uint64_t us)
{
    struct timespec t = {(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};
    nanosleep(&t, NULL);
}

/* ---- the well-behaved device ---- */

static uint32_t latency_us[SAMPLES];
static atomic_uint sample_count;
static atomic_bool stopping;

static void *well_behaved(void *arg)
{
    uint8_t out[OL_CLIENT_PACKET_CAP + 4];
    int fd = ol_client_login(&setup, 0);
    (void)arg;
    for (unsigned round = 0; !atomic_load(&stopping); round++) {
        size_t len = ol_client_post_packet(&setup, 0, round, true, out);
        uint64_t began = ol_client_us();
        ol_client_send(fd, out, len);
        ol_client_await_answers(fd);
        unsigned n = atomic_load(&sample_count);
        if (n < SAMPLES) {
            latency_us[n] = (uint32_t)(ol_client_us() - began);
            atomic_store(&sample_count, n + 1);
        }
        nap_us(GAP_US);
    }
    close(fd);
    return NULL;
}

struct felt {
    double median_ms;
    double max_ms;
};

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* What the device felt since, and a new beginning. */
static struct felt felt_now(void)
{
    static uint32_t sorted[SAMPLES];
    unsigned n = atomic_exchange(&sample_count, 0);
    struct felt felt = {0, 0};
    memcpy(sorted, latency_us, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare);
    if (n > 0) {
        felt.median_ms = sorted[n / 2] / 1e3;
        felt.max_ms = sorted[n - 1] / 1e3;
    }
    return felt;
}

/* ---- bad ones ---- */

static int dial(int port, unsigned source)
{
    int fd = ol_client_dial(port, source);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Reads away what there is. true: the connection has ended. */
static bool is_closed(int fd)
{
    char buf[65536];
    for (;;) {
        ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n <= 0) {
            return n == 0 || errno != EAGAIN;
        }
    }
}

static bool closes_within(int fd, unsigned ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (uint64_t end = ol_client_us() + ms * 1000U; ol_client_us() < end;) {
        if (poll(&p, 1, 10) > 0 && is_closed(fd)) {
            return true;
        }
    }
    return false;
}

static unsigned count_closed(const int *fds, unsigned count)
{
    unsigned closed = 0;
    for (unsigned i = 0; i < count; i++) {
        closed += is_closed(fds[i]);
    }
    return closed;
}

static void close_all(const int *fds, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        close(fds[i]);
    }
}

/* Sends as far as the connection takes it. true: all. */
static bool push(int fd, const void *data, size_t len)
{
    const char *at = data;
    uint64_t end = ol_client_us() + 2000000;
    while (len > 0 && ol_client_us() < end) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            nap_us(1000);
        } else {
            return false;
        }
    }
    return len == 0;
}

static bool expect(bool fine)
{
    failures += !fine;
    return fine;
}

/* Milliseconds until an application has its answer; -1: none within 2 s. */
static double api_ms(void)
{
    char request[1024];
    char answer[4096];
    uint64_t began = ol_client_us();
    int fd = dial(setup.http_port, 20);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n = snprintf(request, sizeof request,
                     "GET /device/detail?product_id=%s&device_name=d0 HTTP/1.1\r\n"
                     "Host: localhost\r\nConnection: close\r\nauthorization: %s\r\n\r\n",
                     setup.product, setup.api_token);
    bool fine = push(fd, request, (size_t)n) && poll(&p, 1, 2000) > 0 &&
                recv(fd, answer, sizeof answer, 0) > 0 &&
                strncmp(answer, "HTTP/1.1 200", 12) == 0;
    close(fd);
    return fine ? (double)(ol_client_us() - began) / 1e3 : -1;
}

static const char *api_text(double ms)
{
    static char text[64];
    if (ms < 0) {
        return "an application waits more than 2 s";
    }
    snprintf(text, sizeof text, "an application has its answer in %.1f ms", ms);
    return text;
}

/* A CONNECT of 190 bytes, one byte each 100 ms. */
static void mqtt_loris(char *did)
{
    enum { COUNT = 1000 };
    static int fds[COUNT];
    uint8_t packet[OL_CLIENT_PACKET_CAP + 4];
    (void)ol_client_connect_packet(&setup, 1, packet);
    uint64_t began = ol_client_us();
    for (unsigned i = 0; i < COUNT; i++) {
        fds[i] = dial(setup.mqtt_port, 2);
    }
    for (unsigned at = 0; ol_client_us() - began < 6500000; at++) {
        for (unsigned i = 0; i < COUNT; i++) {
            (void)!send(fds[i], packet + at % 100, 1, MSG_NOSIGNAL);
        }
        nap_us(100000);
    }
    unsigned closed = count_closed(fds, COUNT);
    expect(closed == COUNT);
    snprintf(did, TEXT_CAP, "%u of %u closed, 5 s after they came", closed, COUNT);
    close_all(fds, COUNT);
}

static void http_loris(char *did)
{
    enum { COUNT = 300 };
    static int fds[COUNT];
    static const char head[] = "GET /device/list HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    uint64_t began = ol_client_us();
    double api = -1;
    for (unsigned i = 0; i < COUNT; i++) {
        fds[i] = dial(setup.http_port, 3);
    }
    for (size_t at = 0; ol_client_us() - began < seconds * 1000000ULL; at++) {
        char byte = at < sizeof head - 1 ? head[at] : 'x';
        for (unsigned i = 0; i < COUNT; i++) {
            (void)!send(fds[i], &byte, 1, MSG_NOSIGNAL);
        }
        nap_us(100000);
    }
    api = api_ms();
    expect(api >= 0);
    unsigned closed = count_closed(fds, COUNT);
    snprintf(did, TEXT_CAP, "%u of %u closed after %u s; meanwhile %s", closed, COUNT,
             seconds, api_text(api));
    close_all(fds, COUNT);
}

/* Few enough that nobody has to make room: time alone ends them. */
static void late_requests(char *did)
{
    enum { COUNT = 20 };
    int fds[COUNT];
    unsigned early = 0;
    uint64_t began = ol_client_us();
    for (unsigned i = 0; i < COUNT; i++) {
        fds[i] = dial(setup.http_port, 3);
    }
    for (bool told = false; ol_client_us() - began < 10700000;) {
        for (unsigned i = 0; i < COUNT; i++) {
            (void)!send(fds[i], "x", 1, MSG_NOSIGNAL);
        }
        if (!told && ol_client_us() - began > 9000000) {
            early = count_closed(fds, COUNT);
            told = true;
        }
        nap_us(100000);
    }
    unsigned closed = count_closed(fds, COUNT);
    expect(early == 0 && closed == COUNT);
    snprintf(did, TEXT_CAP, "%u of %u closed, 10 s after their first byte", closed,
             COUNT);
    close_all(fds, COUNT);
}

static void half_open(char *did)
{
    static int fds[CROWD];
    for (unsigned i = 0; i < CROWD; i++) {
        fds[i] = dial(setup.mqtt_port, 1 + i % 4);
    }
    uint64_t began = ol_client_us();
    int device = ol_client_login(&setup, 1);
    double login_ms = (double)(ol_client_us() - began) / 1e3;
    nap_us(300000);
    unsigned closed = count_closed(fds, CROWD);
    expect(CROWD - closed <= 2048);
    nap_us(5500000);
    expect(count_closed(fds, CROWD) == CROWD);
    snprintf(did, TEXT_CAP,
             "%u closed to make room, the others 5 s after they came; another device "
             "logs in from one of their addresses meanwhile in %.1f ms",
             closed, login_ms);
    close(device);
    close_all(fds, CROWD);
}

static void oversized_mqtt(char *did)
{
    static uint8_t big[262144 + 700];
    static const struct {
        const char *what;
        bool online;
        size_t head_len;
        const char *head;
        size_t fill;
    } tries[] = {
        {"CONNECT of 1 KB + 1", false, 3, "\x10\xfe\x07", 0},
        {"length 256 MB before login", false, 5, "\x10\xff\xff\xff\x7f", 0},
        {"length 256 MB in a PUBLISH", true, 5, "\x32\xff\xff\xff\x7f", 0},
        {"length of five bytes", true, 6, "\x32\xff\xff\xff\xff\x01", 0},
        {"topic of 65,535 bytes", true, 6, "\x30\x81\x80\x04\xff\xff", 65535},
        {"SUBSCRIBE of 64 KB", true, 4, "\x82\x80\x80\x04", 0},
    };
    unsigned right = 0;
    const unsigned count = sizeof tries / sizeof tries[0];
    memset(big, 'x', sizeof big);
    for (unsigned i = 0; i < count; i++) {
        int fd = tries[i].online ? ol_client_login(&setup, 2) : dial(setup.mqtt_port, 5);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        (void)push(fd, tries[i].head, tries[i].head_len);
        (void)push(fd, big, tries[i].fill);
        bool closed = expect(closes_within(fd, 2000));
        if (!closed) {
            fprintf(stderr, "stays open: %s\n", tries[i].what);
        }
        right += closed;
        close(fd);
    }
    /* A payload one byte above 256 KB, in a packet of the longest allowed length. */
    int n = 0;
    int fd = ol_client_login(&setup, 2);
    char topic[128];
    fcntl(fd, F_SETFL, O_NONBLOCK);
    n = snprintf(topic, sizeof topic, "$sys/%s/d2/thing/property/post", setup.product);
    size_t remaining = 2 + (size_t)n + 2 + 262145;
    big[0] = 0x32;
    big[1] = (uint8_t)(remaining & 0x7f) | 0x80;
    big[2] = (uint8_t)(remaining >> 7 & 0x7f) | 0x80;
    big[3] = (uint8_t)(remaining >> 14);
    big[4] = 0;
    big[5] = (uint8_t)n;
    memcpy(big + 6, topic, (size_t)n);
    (void)push(fd, big, 4 + remaining);
    right += expect(closes_within(fd, 2000));
    close(fd);
    snprintf(did, TEXT_CAP,
             "%u of %u connections closed at once, %u as soon as the length was there",
             right, count + 1, count - 1);
}

/* The status line of the answer to a request that is head, then fill bytes of c. */
static int http_status(const char *head, char c, size_t fill, const char *tail)
{
    static char block[65536];
    char answer[256] = "";
    int fd = dial(setup.http_port, 6);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int status = 0;
    bool sent = push(fd, head, strlen(head));
    memset(block, c, sizeof block);
    while (sent && fill > 0) {
        size_t n = fill < sizeof block ? fill : sizeof block;
        sent = push(fd, block, n);
        fill -= n;
    }
    (void)(sent && push(fd, tail, strlen(tail)));
    if (poll(&p, 1, 2000) > 0 && recv(fd, answer, sizeof answer - 1, 0) > 0) {
        status = atoi(answer + strlen("HTTP/1.1 "));
    }
    close(fd);
    return status;
}

static void oversized_http(char *did)
{
    char post[700];
    int got[4];
    static const char chunked[] =
        "POST /device/create HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "A00000\r\n";
    static const char large[] =
        "POST /device/create HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n";
    snprintf(post, sizeof post,
             "POST /device/create HTTP/1.1\r\nHost: a\r\nauthorization: %s\r\n"
             "Content-Length: 60000\r\n\r\n",
             setup.api_token);
    got[0] =
        http_status("GET /device/list HTTP/1.1\r\nX-Big: ", 'x', 1 << 20, "\r\n\r\n");
    got[1] = http_status(large, 'x', 10485760, "");
    got[2] = http_status(chunked, 'x', 10485760, "\r\n0\r\n\r\n");
    got[3] = http_status(post, '[', 60000, "");
    /* 0: closed without an answer, also a refusal. */
    for (int i = 0; i < 3; i++) {
        expect(got[i] == 0 || (got[i] >= 400 && got[i] < 500));
    }
    expect(got[3] == 200);
    snprintf(did, TEXT_CAP,
             "header of 1 MB: %d; body of 10 MB: %d, in chunks: %d; 60,000 times `[`: %d "
             "with an error code (0: closed)",
             got[0], got[1], got[2], got[3]);
    double api = api_ms();
    expect(api >= 0);
}

static unsigned garbage(int port, struct ol_rng *rng)
{
    uint8_t buf[16384];
    unsigned count = 0;
    for (uint64_t end = ol_client_us() + seconds * 1000000ULL; ol_client_us() < end;
         count++) {
        int fd = dial(port, 7 + count % 8);
        for (uint64_t n = ol_rng_below(rng, 6); n > 0; n--) {
            size_t len = (size_t)ol_rng_below(rng, sizeof buf);
            ol_rng_fill(rng, buf, len);
            if (!push(fd, buf, len)) {
                break;
            }
        }
        close(fd);
    }
    return count;
}

static void garbage_mqtt(char *did)
{
    struct ol_rng rng = ol_rng_make(1);
    snprintf(did, TEXT_CAP, "%u connections of random bytes, each closed at its first",
             garbage(setup.mqtt_port, &rng));
}

static void garbage_http(char *did)
{
    struct ol_rng rng = ol_rng_make(2);
    unsigned count = garbage(setup.http_port, &rng);
    snprintf(did, TEXT_CAP, "%u connections of random bytes; %s", count,
             api_text(api_ms()));
}

static void small_packets(char *did)
{
    enum { TOTAL = 1000000, BATCH = 32768 };
    static uint8_t pings[2 * BATCH];
    static uint8_t in[65536];
    int fd = ol_client_login(&setup, 3);
    size_t sent = 0;
    size_t got = 0;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (size_t i = 0; i < BATCH; i++) {
        pings[2 * i] = 0xC0;
    }
    uint64_t began = ol_client_us();
    while (got < 2 * TOTAL && ol_client_us() - began < 60000000) {
        struct pollfd p = {.fd = fd,
                           .events = (short)(POLLIN | (sent < 2 * TOTAL ? POLLOUT : 0))};
        (void)poll(&p, 1, 100);
        if ((p.revents & POLLOUT) != 0) {
            size_t at = sent % 2;
            size_t len = sizeof pings - at;
            len = len < 2 * TOTAL - sent ? len : 2 * TOTAL - sent;
            ssize_t n = send(fd, pings + at, len, MSG_NOSIGNAL);
            sent += n > 0 ? (size_t)n : 0;
        }
        ssize_t n = recv(fd, in, sizeof in, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            break;
        }
        got += n > 0 ? (size_t)n : 0;
    }
    expect(got == 2 * TOTAL);
    snprintf(did, TEXT_CAP, "%zu of %d PINGREQ answered in %.2f s", got / 2, TOTAL,
             (double)(ol_client_us() - began) / 1e6);
    close(fd);
}

static void never_reads(char *did)
{
    enum { COUNT = 20 };
    int fds[COUNT];
    unsigned closed = 0;
    uint8_t out[OL_CLIENT_PACKET_CAP + 4];
    uint64_t began = ol_client_us();
    int small = 4096;
    for (unsigned i = 0; i < COUNT; i++) {
        fds[i] = ol_client_login(&setup, 10 + i);
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    for (unsigned round = 0; closed < COUNT && ol_client_us() - began < 90000000;
         round++) {
        closed = 0;
        for (unsigned i = 0; i < COUNT; i++) {
            size_t len = ol_client_post_packet(&setup, 10 + i, round, true, out);
            for (unsigned n = 0; n < 50 && fds[i] >= 0; n++) {
                if (send(fds[i], out, len, MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
                    close(fds[i]);
                    fds[i] = -1;
                }
            }
            closed += fds[i] < 0;
        }
    }
    expect(closed == COUNT);
    snprintf(did, TEXT_CAP, "%u of %u closed as slow, after %.1f s", closed, COUNT,
             (double)(ol_client_us() - began) / 1e6);
}

/* Each device sends all but the end of the longest packet, and waits. */
static void hoarders(char *did)
{
    static uint8_t big[262000];
    int fds[HOARDERS];
    unsigned held = 0;
    char topic[128];
    memset(big, 'x', sizeof big);
    long before = ol_client_resident_kb(pid);
    for (unsigned i = 0; i < HOARDERS; i++) {
        fds[i] = ol_client_login(&setup, 40 + i);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        int n = snprintf(topic, sizeof topic, "$sys/%s/d%u/thing/property/post",
                         setup.product, 40 + i);
        memcpy(big, "\x32\x80\x80\x10\x00", 5);
        big[5] = (uint8_t)n;
        memcpy(big + 6, topic, (size_t)n);
        held += push(fds[i], big, sizeof big);
    }
    nap_us(1000000);
    long during = ol_client_resident_kb(pid);
    snprintf(did, TEXT_CAP, "%u of %u held, %ld kB more; given back when they go", held,
             HOARDERS, during - before);
    close_all(fds, HOARDERS);
}

/* ---- all of them ---- */

static const struct {
    const char *what;
    void (*run)(char *did);
} attacks[] = {
    {"1,000 slow loris on MQTT: a CONNECT, one byte each 0.1 s", mqtt_loris},
    {"300 slow loris on HTTP: a header, one byte each 0.1 s", http_loris},
    {"20 of them, with room for all", late_requests},
    {"10,000 connections that never log in", half_open},
    {"oversized CONNECT, lengths, topic, payload, SUBSCRIBE", oversized_mqtt},
    {"oversized HTTP header and body, deep JSON", oversized_http},
    {"flood of garbage on MQTT", garbage_mqtt},
    {"flood of garbage on HTTP", garbage_http},
    {"1,000,000 PINGREQ in a row", small_packets},
    {"20 devices that post and never read", never_reads},
    {"60 devices that send 255 of 256 KB and stop", hoarders},
};

static void run_attack(size_t i, struct felt quiet, long *first_kb)
{
    char did[TEXT_CAP] = "";
    long before = ol_client_resident_kb(pid);
    *first_kb = *first_kb == 0 ? before : *first_kb;
    (void)felt_now();
    /* Some are over at once: often enough that the device feels them. */
    for (uint64_t end = ol_client_us() + 1000000; ol_client_us() < end;) {
        attacks[i].run(did);
    }
    struct felt felt = felt_now();
    nap_us(700000);
    long after = ol_client_resident_kb(pid);
    printf("| %s | %s | %.2f (%.1f) | %.1f (%.1f) | %ld, %ld |\n", attacks[i].what, did,
           felt.median_ms, felt.median_ms / quiet.median_ms, felt.max_ms,
           felt.max_ms / quiet.max_ms, before, after);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    pthread_t device;
    long first_kb = 0;
    if (argc != 8) {
        fprintf(stderr, "usage: platform_hostile MQTT_PORT HTTP_PORT TOKEN_FILE "
                        "PRODUCT_ID KEY_FILE PID SECONDS\n");
        return 2;
    }
    ol_client_setup(&setup, argv + 1);
    pid = argv[6];
    seconds = (unsigned)atoi(argv[7]);
    if (pthread_create(&device, NULL, well_behaved, NULL) != 0) {
        ol_client_die("thread");
    }
    nap_us(500000);
    (void)felt_now();
    nap_us(3000000);
    struct felt quiet = felt_now();
    printf("| what was tried | what the platform did | others' post: median ms (ratio) | "
           "longest ms (ratio) | resident kB before, after |\n|---|---|---|---|---|\n"
           "| nothing | | %.2f (1) | %.1f (1) | |\n",
           quiet.median_ms, quiet.max_ms);
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        run_attack(i, quiet, &first_kb);
    }
    atomic_store(&stopping, true);
    pthread_join(device, NULL);
    long kept = ol_client_resident_kb(pid) - first_kb;
    const char *allowed = getenv("OL_HOSTILE_KEPT_KB");
    expect(kept < (allowed == NULL ? KEPT_KB : atol(allowed)));
    printf("\n%ld kB kept in all; %u expectations failed\n", kept, failures);
    return failures == 0 ? 0 : 1;
}
