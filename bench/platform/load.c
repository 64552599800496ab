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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/platform/client.h"

static int *login_all(const struct ol_client_setup *s, unsigned count)
{
    int *fds = calloc(count, sizeof *fds);
    for (unsigned i = 0; fds != NULL && i < count; i++) {
        fds[i] = ol_client_login(s, i);
    }
    return fds;
}

static int run_idle(const struct ol_client_setup *s, unsigned count, const char *pid)
{
    struct timespec settle = {1, 0};
    long before = ol_client_resident_kb(pid);
    int *fds = login_all(s, count);
    nanosleep(&settle, NULL);
    long after = ol_client_resident_kb(pid);
    printf("%ld %ld %.0f\n", before, after, (double)(after - before) * 1024 / count);
    free(fds);
    return 0;
}

static void post(const struct ol_client_setup *s, int fd, unsigned n, unsigned round)
{
    uint8_t out[OL_CLIENT_PACKET_CAP + 4];
    ol_client_send(fd, out, ol_client_post_packet(s, n, round, false, out));
}

static int run_post(const struct ol_client_setup *s, unsigned count, unsigned rounds,
                    bool single)
{
    int *fds = login_all(s, count);
    uint64_t began = ol_client_us();
    for (unsigned r = 0; r < rounds; r++) {
        for (unsigned i = 0; i < count; i++) {
            post(s, fds[i], i, r);
            if (single) {
                ol_client_await_answers(fds[i]);
            }
        }
        for (unsigned i = 0; i < count && !single; i++) {
            ol_client_await_answers(fds[i]);
        }
    }
    double seconds = (double)(ol_client_us() - began) / 1e6;
    printf("%u posts, %.0f a second\n", count * rounds, count * rounds / seconds);
    for (unsigned i = 0; i < count; i++) {
        ol_client_send(fds[i], "\xE0\x00", 2);
        close(fds[i]);
    }
    free(fds);
    return 0;
}

int main(int argc, char **argv)
{
    static struct ol_client_setup s;
    if (argc < 8) {
        fprintf(stderr, "usage: load MQTT_PORT HTTP_PORT TOKEN_FILE PRODUCT_ID KEY_FILE "
                        "create N | idle N PID | post N ROUNDS | single N ROUNDS\n");
        return 2;
    }
    ol_client_setup(&s, argv + 1);
    unsigned count = (unsigned)atoi(argv[7]);
    const char *last = argc > 8 ? argv[8] : "1";
    if (strcmp(argv[6], "create") == 0) {
        ol_client_create(&s, count);
        return 0;
    }
    if (strcmp(argv[6], "idle") == 0) {
        return run_idle(&s, count, last);
    }
    return run_post(&s, count, (unsigned)atoi(last), strcmp(argv[6], "single") == 0);
}
