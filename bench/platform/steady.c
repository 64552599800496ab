/* SPDX-License-Identifier: MIT */
/* A load over time for a running onelink-platform.
 *
 *     steady MQTT_PORT HTTP_PORT TOKEN_FILE PRODUCT_ID ACCESS_KEY_FILE PID
 *            hold IDLE POSTING SECONDS    IDLE logged-in connections that only keep alive,
 *                                         POSTING devices at one post a second each; every
 *                                         post must be answered 200 and be in the history
 *            wave COUNT TIMES SLACK_KB    COUNT logged-in connections opened and closed;
 *                                         SLACK_KB: what caches may take that are not warm
 *
 * Prints PID's resident memory each ten seconds, or after each wave. Status 1: an error, a
 * lost post, or memory that grew. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/platform/client.h"

#define KEEP_ALIVE_S  300
#define PING_EVERY_US 200000000U
#define SAMPLE_US     10000000U
#define WARM_US       60000000U /* growth counts from the first minute on */
#define GROWTH_MAX    5         /* per cent */
#define LATE_US       10000000U /* no answer within: an error */
#define LATENCY_MAX   10000     /* buckets of 0.1 ms */
#define PAGE          100

struct device {
    uint64_t sent_us; /* of the post that waits for its answers; 0: none */
    unsigned rounds;  /* posts answered 200 and acknowledged */
    bool ack;
    bool reply;
};

struct load {
    const struct ol_client_setup *setup;
    const char *pid;
    unsigned idle;
    unsigned posting;
    struct pollfd *fds; /* posting devices first */
    struct device *devices;
    unsigned pinged; /* idle connections that had their PINGREQ in this round */
    unsigned pongs;
    unsigned errors;
    unsigned latency[LATENCY_MAX];
    long warm_kb;
    long max_kb;
};

static void error(struct load *l, unsigned i, const char *what)
{
    if (l->errors++ < 10) {
        fprintf(stderr, "d%u: %s\n", i, what);
    }
}

static void note_latency(struct load *l, uint64_t us)
{
    uint64_t bucket = us / 100;
    l->latency[bucket < LATENCY_MAX ? bucket : LATENCY_MAX - 1]++;
}

/* The first bucket that so much of all lies below, as milliseconds. */
static double latency_ms(const struct load *l, double share)
{
    double all = 0;
    double below = 0;
    for (unsigned i = 0; i < LATENCY_MAX; i++) {
        all += l->latency[i];
    }
    for (unsigned i = 0; i < LATENCY_MAX; i++) {
        below += l->latency[i];
        if (below >= share * all) {
            return (i + 1) / 10.0;
        }
    }
    return 0;
}

static void post(struct load *l, unsigned i)
{
    uint8_t out[OL_CLIENT_PACKET_CAP + 4];
    struct device *d = &l->devices[i];
    if (d->sent_us != 0) {
        if (ol_client_us() - d->sent_us > LATE_US) {
            error(l, i, "no answer in 10 s");
        }
        return; /* the answer is late: this second has no post of this device */
    }
    size_t len = ol_client_post_packet(l->setup, i, d->rounds, true, out);
    d->sent_us = ol_client_us();
    d->ack = false;
    d->reply = false;
    ol_client_send(l->fds[i].fd, out, len);
}

static void take_packet(struct load *l, unsigned i)
{
    uint8_t in[OL_CLIENT_PACKET_CAP + 1];
    size_t len = 0;
    struct device *d = &l->devices[i];
    uint8_t first = ol_client_read_packet(l->fds[i].fd, in, &len);
    in[len] = 0;
    if (first == 0xD0) {
        l->pongs++;
        return;
    }
    if (first == 0x40) {
        d->ack = true;
    } else if (first == 0x30 &&
               strstr((char *)in + 2 + (in[0] << 8 | in[1]), "\"code\":200") != NULL) {
        d->reply = true;
    } else {
        error(l, i, "an unexpected packet or a refusal");
    }
    if (d->sent_us != 0 && d->ack && d->reply) {
        note_latency(l, ol_client_us() - d->sent_us);
        d->sent_us = 0;
        d->rounds++;
    }
}

static void take_ready(struct load *l, unsigned count, int wait_ms)
{
    int n = poll(l->fds, count, wait_ms);
    for (unsigned i = 0; i < count && n > 0; i++) {
        if (l->fds[i].revents != 0) {
            n--;
            take_packet(l, i);
        }
    }
}

static void sample(struct load *l, uint64_t at_us)
{
    long kb = ol_client_resident_kb(l->pid);
    printf("%6.0f s %10ld kB\n", (double)at_us / 1e6, kb);
    fflush(stdout);
    if (at_us >= WARM_US && l->warm_kb == 0) {
        l->warm_kb = kb;
    }
    if (l->warm_kb != 0 && kb > l->max_kb) {
        l->max_kb = kb;
    }
}

/* The idle connections take turns: each has its PINGREQ once in 200 s. */
static void ping_due(struct load *l, uint64_t at_us)
{
    uint64_t due = at_us * l->idle / PING_EVERY_US;
    while (l->pinged < due) {
        unsigned i = l->posting + l->pinged++ % l->idle;
        ol_client_send(l->fds[i].fd, "\xC0\x00", 2);
    }
}

/* Posting devices one after the other within each second. Answers of the idle ones are
 * looked at once a second: a poll of 10,000 descriptors is dear. */
static void run_seconds(struct load *l, unsigned seconds)
{
    uint64_t began = ol_client_us();
    uint64_t end_us = (uint64_t)seconds * 1000000;
    uint64_t posts = 0;
    uint64_t next_sample_us = 0;
    uint64_t next_idle_us = 1000000;
    for (uint64_t at = 0; at < end_us; at = ol_client_us() - began) {
        for (; posts * 1000000 < at * l->posting; posts++) {
            post(l, (unsigned)(posts % l->posting));
        }
        if (at >= next_sample_us) {
            sample(l, next_sample_us);
            next_sample_us += SAMPLE_US;
        }
        ping_due(l, at);
        if (at >= next_idle_us) {
            take_ready(l, l->posting + l->idle, 0);
            next_idle_us += 1000000;
        }
        take_ready(l, l->posting, 2);
    }
    sample(l, end_us);
}

/* What was answered 200 must be in the history, each value once. */
static unsigned lost_of(struct load *l, int http, unsigned i, char *answer, size_t cap)
{
    char path[512];
    unsigned lost = 0;
    unsigned found = 0;
    uint8_t *seen = calloc(l->devices[i].rounds + 1, 1);
    for (unsigned offset = 0; seen != NULL && offset < l->devices[i].rounds;
         offset += PAGE) {
        snprintf(path, sizeof path,
                 "/thingmodel/query-device-property-history?product_id=%s&device_name=d%u"
                 "&identifier=count&start_time=0&end_time=9999999999999&sort=1"
                 "&limit=%d&offset=%u",
                 l->setup->product, i, PAGE, offset);
        ol_client_get(l->setup, http, path, answer, cap);
        for (const char *p = answer; (p = strstr(p, "\"value\":\"")) != NULL; p += 9) {
            unsigned long v = strtoul(p + 9, NULL, 10);
            if (v < l->devices[i].rounds && !seen[v]) {
                seen[v] = 1;
                found++;
            }
        }
    }
    lost = l->devices[i].rounds - found;
    free(seen);
    return lost;
}

static unsigned count_lost(struct load *l, unsigned *posts)
{
    static char answer[65536];
    unsigned lost = 0;
    int http = ol_client_dial(l->setup->http_port, 1);
    for (unsigned i = 0; i < l->posting; i++) {
        *posts += l->devices[i].rounds;
        unsigned n = lost_of(l, http, i, answer, sizeof answer);
        if (n > 0) {
            fprintf(stderr, "d%u: %u posts are not in the history\n", i, n);
        }
        lost += n;
    }
    close(http);
    return lost;
}

static void login_all(struct load *l, unsigned count)
{
    l->fds = calloc(count, sizeof *l->fds);
    if (l->fds == NULL) {
        ol_client_die("memory");
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        l->fds[i] = (struct pollfd){.fd = ol_client_login(l->setup, i), .events = POLLIN};
    }
}

static void settle(struct load *l)
{
    uint64_t end = ol_client_us() + LATE_US;
    bool waiting = true;
    while (waiting && ol_client_us() < end) {
        take_ready(l, l->posting + l->idle, 20);
        waiting = l->pongs < l->pinged;
        for (unsigned i = 0; i < l->posting; i++) {
            waiting = waiting || l->devices[i].sent_us != 0;
        }
    }
    if (waiting) {
        error(l, 0, "answers are missing at the end");
    }
}

static int run_hold(struct load *l, unsigned seconds)
{
    l->devices = calloc(l->posting, sizeof *l->devices);
    if (l->devices == NULL) {
        ol_client_die("memory");
        return 1;
    }
    printf("before %8ld kB resident\n", ol_client_resident_kb(l->pid));
    login_all(l, l->posting + l->idle);
    run_seconds(l, seconds);
    settle(l);
    unsigned posts = 0;
    unsigned lost = count_lost(l, &posts);
    double growth = l->warm_kb == 0
                        ? 0
                        : 100.0 * (double)(l->max_kb - l->warm_kb) / (double)l->warm_kb;
    printf("connections  %u idle, %u posting, %u s\n", l->idle, l->posting, seconds);
    printf("posts        %u answered 200, %u of them not in the history\n", posts, lost);
    printf("answers      median %.1f ms, 99 %% %.1f ms, longest %.1f ms\n",
           latency_ms(l, 0.5), latency_ms(l, 0.99), latency_ms(l, 1));
    printf("keep alive   %u PINGREQ, %u PINGRESP\n", l->pinged, l->pongs);
    printf("resident     %+.1f %% at most after the first minute\n", growth);
    printf("errors       %u\n", l->errors);
    bool enough = posts >= l->posting * seconds * 99 / 100 - l->posting;
    if (!enough) {
        printf("FAILED: fewer posts than one a second and device\n");
    }
    return l->errors == 0 && lost == 0 && enough && growth < GROWTH_MAX ? 0 : 1;
}

/* A DISCONNECT each; then until the platform has closed. */
static void close_all(struct load *l, unsigned count)
{
    uint8_t byte;
    for (unsigned i = 0; i < count; i++) {
        ol_client_send(l->fds[i].fd, "\xE0\x00", 2);
    }
    for (unsigned i = 0; i < count; i++) {
        if (recv(l->fds[i].fd, &byte, 1, 0) != 0) {
            error(l, i, "not closed after DISCONNECT");
        }
        close(l->fds[i].fd);
    }
    free(l->fds);
}

static int run_wave(struct load *l, unsigned count, unsigned times, long slack_kb)
{
    long first = 0;
    long last = 0;
    printf("before  %8ld kB resident\n", ol_client_resident_kb(l->pid));
    for (unsigned i = 1; i <= times; i++) {
        struct timespec moment = {1, 0};
        login_all(l, count);
        long open = ol_client_resident_kb(l->pid);
        close_all(l, count);
        nanosleep(&moment, NULL);
        last = ol_client_resident_kb(l->pid);
        first = first == 0 ? last : first;
        printf("wave %u  %8ld kB with %u connections, %8ld kB after\n", i, open, count,
               last);
        fflush(stdout);
    }
    printf("errors  %u\n", l->errors);
    return l->errors == 0 && (last - slack_kb) * 100 <= first * (100 + GROWTH_MAX) ? 0
                                                                                   : 1;
}

int main(int argc, char **argv)
{
    static struct ol_client_setup s;
    static struct load l;
    if (argc < 10) {
        fprintf(stderr,
                "usage: steady MQTT_PORT HTTP_PORT TOKEN_FILE PRODUCT_ID KEY_FILE "
                "PID hold IDLE POSTING SECONDS | wave COUNT TIMES SLACK_KB\n");
        return 2;
    }
    ol_client_setup(&s, argv + 1);
    s.keep_alive_s = KEEP_ALIVE_S;
    l.setup = &s;
    l.pid = argv[6];
    if (strcmp(argv[7], "wave") == 0) {
        return run_wave(&l, (unsigned)atoi(argv[8]), (unsigned)atoi(argv[9]),
                        argc > 10 ? atol(argv[10]) : 0);
    }
    l.idle = (unsigned)atoi(argv[8]);
    l.posting = (unsigned)atoi(argv[9]);
    return run_hold(&l, argc > 10 ? (unsigned)atoi(argv[10]) : 600);
}
